"""The whole of a determination, as a person waits for it: read, determined, explained, a folder checked, a fact changed.

The cases are made up, all distinct, over every treatment, from the facts that both versions know, and both work with
the rules of the other version, so that the programs are compared and not the rules. Each measure is taken by turns
in processes of their own and is the median of the rounds.

    python -m benchmarks.whole [--against CHECKOUT] [--cases 1000] [--rounds 5]
"""

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
DOCUMENTED, LOOKED_FOR, IN_A_RANGE, YES = 0.35, 0.05, 0.15, 0.75
FIRST, LAST, MOST_DAYS, MOST_VISITS = date(2010, 1, 1), date(2015, 12, 31), 900, 30
LENGTHS = ("2 weeks", "4 weeks", "6 weeks", "8 weeks", "3 months")

Facts = dict[str, Mapping[str, object]]

# What each process measures, in seconds of processor time an item; it knows both versions' interfaces.
MEASURES = """
import contextlib, json, resource, sys, time
from pathlib import Path
from mtus_engine.api import Checker, load_rules, read_case_file
from mtus_engine.engine.evaluate import Engine
from mtus_engine.model.diagnostic import Rejected

rules, folder, changed = map(Path, sys.argv[1:4])
ruleset = load_rules(rules)
paths = sorted(folder.glob("*.yaml"))

def seconds(work, items):
    begin = time.process_time()
    for item in items:
        # Facts that cannot be together are said when all is done.
        with contextlib.suppress(Rejected):
            work(item)
    return (time.process_time() - begin) / len(items)

taken = {}
cases = []
taken["a case file read"] = seconds(lambda path: cases.append(read_case_file(path, ruleset)), paths)
engine = Engine(ruleset)
known = engine.known_facts if hasattr(engine, "known_facts") else engine.known
items = [item for case in cases for item in case.items]
taken["an item by the engine alone"] = seconds(lambda item: engine.evaluate(known(item.statements)), items)
checker = Checker(ruleset)
taken["an item determined"] = seconds(lambda case: [checker.determination(case, item) for item in case.items], cases)
checker = Checker(ruleset)
taken["an item with its explanation"] = seconds(lambda case: list(checker.check(case)), cases)
if changed.is_dir():
    pairs = [(case, read_case_file(changed / path.name, ruleset)) for path, case in zip(paths[:200], cases)]
    checker = Checker(ruleset)
    whole = again = 0.0
    for first, second in pairs:
        whole += seconds(lambda case: list(checker.check(case)), [first])
        again += seconds(lambda case: list(checker.check(case)), [second])
    taken["a changed fact determined and explained again"] = again / len(pairs)
taken["peak memory, bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps(taken))
"""


def main() -> None:
    options = _options()
    versions = {"here": ROOT} | ({"there": options.against.resolve()} if options.against else {})
    facts = _shared_facts([_vocabulary(root) for root in versions.values()])
    with tempfile.TemporaryDirectory() as name:
        folder, changed = Path(name) / "cases", Path(name) / "changed"
        rules = dict.fromkeys(versions, ROOT / "rules")
        if options.against:
            rules = {"here": _rules_of_the_other(versions["there"], Path(name)), "there": versions["there"] / "rules"}
        _write_cases(folder, changed, facts, options.cases)
        found: dict[str, list[Mapping[str, float]]] = {version: [] for version in versions}
        for _ in range(options.rounds):
            for version, root in versions.items():
                measured = _measured(root, rules[version], folder, changed)
                found[version].append(measured | _folder_checked(root, rules[version], folder))
    _print_table({version: _medians(rounds) for version, rounds in found.items()}, options.cases)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", type=Path, help="a checkout of another version")
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


def _rules_of_the_other(root: Path, folder: Path) -> Path:
    """Return a copy of the other version's rules that this one reads: its words for the findings are of this version."""
    copied = folder / "rules"
    shutil.copytree(root / "rules", copied, ignore=shutil.ignore_patterns("*.test.yaml", "outcomes.yaml"))
    shutil.copy(ROOT / "rules" / "outcomes.yaml", copied)
    return copied


def _vocabulary(root: Path) -> Facts:
    with (root / "rules" / "vocabulary.yaml").open(encoding="utf-8") as file:
        return dict(yaml.load(file, Loader=yaml.CSafeLoader)["facts"])


def _shared_facts(vocabularies: Sequence[Facts]) -> Facts:
    """Return the facts that all know by one type, with the members that all know."""
    first, *others = vocabularies
    shared: Facts = {}
    for name, fact in first.items():
        if fact["type"] == "decimal" or any(fact["type"] != other.get(name, {}).get("type") for other in others):
            continue
        members = [key for key in _members(fact) if all(key in _members(other[name]) for other in others)]
        shared[name] = {**fact, "members": members}
    return shared


def _members(fact: Mapping[str, object]) -> Sequence[str]:
    members = fact.get("members") or ()
    assert isinstance(members, dict | list | tuple)
    return list(members)


def _write_cases(folder: Path, changed: Path, facts: Facts, number: int) -> None:
    """Write the cases, and of each another in which one fact is said otherwise."""
    chance = random.Random(1)
    folder.mkdir()
    changed.mkdir()
    for count in range(number):
        stated = _stated(chance, facts)
        for of_folder in (folder, changed):
            case = {"case": f"M{count:05}", "items": [{"item": 1, "facts": stated}]}
            (of_folder / f"{count:05}.yaml").write_text(yaml.dump(case, sort_keys=False), encoding="utf-8")
            flag = chance.choice([name for name, fact in facts.items() if fact["type"] == "boolean"])
            stated = {**stated, flag: {"value": chance.random() < YES}}


def _stated(chance: random.Random, facts: Facts) -> dict[str, object]:
    injured = chance.randrange(FIRST.toordinal(), LAST.toordinal())
    requested = injured + chance.randrange(10, MOST_DAYS)
    stated: dict[str, object] = {
        "request.treatment": {"value": chance.choice(_members(facts["request.treatment"]))},
        "request.date": {"value": date.fromordinal(requested)},
        "injury.date": {"value": date.fromordinal(injured)},
    }
    for name, fact in facts.items():
        # What would contradict the dates given makes a case impossible.
        if name in stated or name in {"service.date", "request.retrospective"} or chance.random() > DOCUMENTED:
            continue
        not_found = chance.random() < LOOKED_FOR
        stated[name] = {"not_documented": True} if not_found else {"value": _value(chance, fact, injured, requested)}
    return stated


def _value(chance: random.Random, fact: Mapping[str, object], injured: int, requested: int) -> object:
    match fact["type"]:
        case "boolean":
            return chance.random() < (0.1 if "presume" in fact else YES)
        case "date":
            return date.fromordinal(chance.randrange(injured, requested))
        case "integer":
            most = fact.get("at_most", MOST_VISITS)
            assert isinstance(most, int)
            low = chance.randrange(1, most)
            return {"at_least": low, "at_most": most} if chance.random() < IN_A_RANGE else low
        case "period":
            return chance.choice(LENGTHS)
        case "set_of":
            return sorted(chance.sample(_members(fact), min(2, len(_members(fact)))))
        case _:
            return chance.choice(_members(fact))


def _environment(root: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(root / "src")}


def _measured(root: Path, rules: Path, folder: Path, changed: Path) -> Mapping[str, float]:
    command = [sys.executable, "-c", MEASURES, str(rules), str(folder), str(changed)]
    run = subprocess.run(command, check=True, capture_output=True, text=True, env=_environment(root))
    return dict(json.loads(run.stdout))


def _folder_checked(root: Path, rules: Path, folder: Path) -> Mapping[str, float]:
    """Return the seconds that mtus check of the whole folder takes, with the processes it takes by itself."""
    # Impossible facts are said at the end and give 1: both versions say them of the same cases.
    code = "import time, subprocess, sys; b = time.perf_counter(); subprocess.run([sys.executable, '-m', "
    code += "'mtus_engine.cli.main', 'check', *sys.argv[1:]], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL); "
    code += "print(time.perf_counter() - b)"
    command = [sys.executable, "-c", code, str(folder), "--format", "json", "--rules", str(rules)]
    run = subprocess.run(command, check=True, capture_output=True, text=True, env=_environment(root))
    return {"the folder checked to JSON, elapsed": float(run.stdout)}


def _medians(rounds: Sequence[Mapping[str, float]]) -> Mapping[str, float]:
    return {measure: statistics.median(one[measure] for one in rounds) for measure in rounds[0]}


def _print_table(found: Mapping[str, Mapping[str, float]], items: int) -> None:
    here, there = found["here"], found.get("there")
    for measure, value in here.items():
        line = f"{measure:<48} {_shown(measure, value)}"
        if there is not None:
            line += f"   there {_shown(measure, there[measure])}   there / here {there[measure] / value:5.2f}"
        print(line)
    again, whole = here["a changed fact determined and explained again"], here["an item with its explanation"]
    print(f"a changed fact costs {again / whole:.2f} of a whole check")
    alone, folder = here["an item by the engine alone"], here["the folder checked to JSON, elapsed"]
    print(f"an item of the folder costs {folder / items / alone:.1f} times the engine alone, elapsed")


def _shown(measure: str, value: float) -> str:
    if "memory" in measure:
        return f"{value / 2**20:9.1f} MiB"
    return f"{value:9.2f} s  " if "elapsed" in measure else f"{1000 * value:9.2f} ms "


if __name__ == "__main__":
    main()
