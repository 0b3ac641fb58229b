"""Cases per second on work hardening, all distinct and all giving the same statuses, in one run.

Twice: as it is, and without the memos in which the engine finds again what came before.
python -m benchmarks.throughput [CASES]
"""

import sys
import time
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import handwritten
from benchmarks.contestants import HostRulebase, Zen, edition_runner
from benchmarks.synthetic import cases
from mtus_engine.api import Checker, load_rules, shipped_rules
from mtus_engine.compiler.targets.horn.program import program
from mtus_engine.engine.evaluate import Engine
from mtus_engine.engine.programs import edition_conditions
from mtus_engine.engine.run import Runner
from mtus_engine.model import memo
from mtus_engine.model.case import Case, CaseItem
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.model.values import Span

COUNT = 20_000

Statuses = dict[str, str]
Contestants = dict[str, tuple[Callable[[Any], Any], bool]]


def main(count: int = COUNT) -> None:
    ruleset = load_rules(shipped_rules())
    drawn = cases(count)
    rates: dict[str, list[float]] = {}
    kept = memo.MOST_KEPT
    try:
        for most in (kept, 0):
            memo.MOST_KEPT = most
            contestants = _contestants(ruleset)
            _agree(contestants, drawn[:300])
            for name, (run, _) in contestants.items():
                rates.setdefault(name, []).append(_rate(run, drawn))
    finally:
        memo.MOST_KEPT = kept
    _show(rates)


def _contestants(ruleset: Ruleset) -> Contestants:
    """Return the contestants, ready, and whether each gives the statuses."""
    (edition,) = (edition for edition in ruleset.editions if edition.key == "work-hardening 2009-07-18")
    engine, checker = Engine(ruleset), Checker(ruleset)
    traced, hosted = edition_runner(edition), edition_runner(edition, HostRulebase)
    bare = Runner(program(edition_conditions(edition), edition.derived), "without trace")

    def full(case: Any) -> Statuses:
        return _statuses(traced(engine.known_facts(case), Span(1, None)))

    def host(case: Any) -> Statuses:
        return _statuses(hosted(engine.known_facts(case), Span(1, None)))

    def whole(case: Any) -> Statuses:
        item = CaseItem("1", None, case, None)
        determination = checker.determination(Case("c", "imr", None, (item,), "memory"), item)
        return _statuses(determination.evaluation.candidates[0])

    contestants: Contestants = {
        "engine, full trace": (full, True),
        "engine, truths without trace": (lambda case: bare.run(engine.known_facts(case)).truths, False),
        "engine, whole determination (notices, governing guideline, verified text alone)": (whole, True),
        "durable-rules by its Host pattern, same trace": (host, True),
        "hand-written Python, statuses alone": (handwritten.statuses, True),
    }
    return contestants | _zen(edition, engine)


def _zen(edition: Any, engine: Engine) -> Contestants:
    try:
        decision, static = Zen(edition, is_static=False), Zen(edition, is_static=True)
    except ImportError:
        sys.stderr.write("zen-engine is not installed: pip install -e '.[bench]'\n")
        return {}
    return {
        "zen-engine, decision object, trace on": (lambda case: decision.statuses(engine.known_facts(case)), True),
        "zen-engine, static loader, trace on": (lambda case: static.statuses(engine.known_facts(case)), True),
    }


def _statuses(candidate: Any) -> Statuses:
    return {r.rule.id: r.status.value for r in (*candidate.criteria, *candidate.limits)}


def _agree(contestants: Contestants, drawn: list[Any]) -> None:
    comparable = {name: run for name, (run, gives_statuses) in contestants.items() if gives_statuses}
    for case in drawn:
        answers = {name: run(case) for name, run in comparable.items()}
        first = answers["engine, full trace"]
        for name, answer in answers.items():
            different = {id_: (first[id_], answer[id_]) for id_ in first if first[id_] != answer[id_]}
            assert not different, f"{name} differs: {different}"


def _rate(run: Callable[[Any], Any], drawn: list[Any]) -> float:
    """Return the cases a second; no case comes twice."""
    start = time.perf_counter()
    for case in drawn:
        run(case)
    return len(drawn) / (time.perf_counter() - start)


def _show(rates: dict[str, list[float]]) -> None:
    reference = rates["engine, full trace"]
    title = "Work hardening: 14 criteria, 2 limits; cases a second, and by how much the engine is faster"
    table = Table("", "as it is", "", "without memos", "", title=title)
    for name, of_name in rates.items():
        pairs = [(f"{rate:,.0f}", f"{ours / rate:.2f}") for rate, ours in zip(of_name, reference, strict=True)]
        table.add_row(name, *(text for pair in pairs for text in pair))
    Console().print(table)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)
