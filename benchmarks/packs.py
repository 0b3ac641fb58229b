"""What packs cost: loading an edition and checking a case with none, 10 and 30 office packs beside the shipped rules.

python -m benchmarks.packs [--runs 5]: ratios within one run, the shipped rules alone as 1.
"""

import argparse
import contextlib
import io
import statistics
import tempfile
import time
from pathlib import Path

from mtus_engine.api import Checker, load_rules, read_case_file, shipped_rules
from mtus_engine.cli.main import main as mtus
from mtus_engine.loader.packs import read_layers, rules_of

CASE = Path(__file__).parent.parent / "cases" / "imr" / "CM14-0195168.yaml"
EDITIONS = 6

MANIFEST = """\
pack: office-{n}
version: "1"
title: Office {n}
jurisdiction: {{id: california, name: California, called: [ca]}}
publisher: a benchmark
licence: none
needs: [california-mtus]
namespace: office_{n}
"""
VOCABULARY = """\
members:
  request.treatment: {{{members}}}
facts:
  office_{n}.goals:
    type: boolean
    label: Goals
    question: Are goals documented?
"""
RULES = """\
guideline: office-{n}-{m}
title: Office {n}, guideline {m}
source: {{instrument: a benchmark, regulation: none}}
in_force: {{from: 2018-01-01}}
covers: [office_{n}_{m}]
criteria:
{criteria}
limits:
  - id: visits
    cite: p. 1
    allows: 8 visits
    of: request.visits_disputed
    counting: [prior.therapy.visits, request.visits_authorized]
    at_most: 8
"""
CRITERION = """\
  - id: c{k}
    cite: p. {k}
    requires: something
    met_when:
      any:
        - office_{n}.goals: true
        - {{prior.therapy.visits: {{at_most: {k}}}, job.demand_level: {{in: [medium, heavy]}}}}
"""


def packs(folder: Path, number: int) -> list[Path]:
    """Write packs of six editions with eight criteria each, and return their folders."""
    made = []
    for n in range(number):
        pack = folder / f"office-{n}"
        pack.mkdir(parents=True, exist_ok=True)
        members = ", ".join(f"office_{n}_{m}: treatment {m} of office {n}" for m in range(EDITIONS))
        (pack / "pack.yaml").write_text(MANIFEST.format(n=n), encoding="utf-8")
        (pack / "vocabulary.yaml").write_text(VOCABULARY.format(n=n, members=members), encoding="utf-8")
        for m in range(EDITIONS):
            criteria = "".join(CRITERION.format(n=n, k=k) for k in range(1, 9))
            (pack / f"{m}.yaml").write_text(RULES.format(n=n, m=m, criteria=criteria), encoding="utf-8")
        made.append(pack)
    return made


def seconds(action, runs: int) -> float:
    """The median time of an action."""
    taken = []
    for _ in range(runs):
        begun = time.perf_counter()
        action()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def lint(named: list[str]) -> None:
    """Lint the packs, and leave out what it prints."""
    with contextlib.redirect_stdout(io.StringIO()):
        mtus(["rules", "lint", *named])


def main() -> None:
    """Print what each number of packs costs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    print("| packs | editions | load | per edition | check | lint |\n| --- | --- | --- | --- | --- | --- |")
    first: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number in (0, 10, 30):
            sources = [shipped_rules(), *packs(Path(folder), number)]
            named = [word for source in sources for word in ("--rules", str(source))]
            rules = load_rules(sources)
            checker = Checker(rules)
            case = read_case_file(CASE, rules)
            list(checker.check(case))
            size = sum(len(rules_of(layer).loaded) for layer in read_layers(sources))
            found = {
                "load": seconds(lambda s=sources: load_rules(s), runs),
                "check": seconds(lambda c=checker, k=case: list(c.check(k)), runs * 4),
                "lint": seconds(lambda n=named: lint(n), 1),
            }
            found["per edition"] = found["load"] / size
            first = first or found
            ratio = {name: found[name] / first[name] for name in found}
            print(
                f"| {number} | {len(rules.editions)} | {ratio['load']:.2f} | {ratio['per edition']:.2f} of a file "
                f"| {ratio['check']:.2f} | {ratio['lint']:.2f} |"
            )


if __name__ == "__main__":
    main()
