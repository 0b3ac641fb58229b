"""Cases per second on work hardening, all giving the same statuses, in one run: python -m benchmarks.throughput"""

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
from mtus_engine.engine.candidate import edition_conditions
from mtus_engine.engine.evaluate import Engine
from mtus_engine.engine.run import Runner
from mtus_engine.model.case import Case, CaseItem
from mtus_engine.model.values import Span

COUNT = 1500
ROUNDS = 3

Statuses = dict[str, str]


def main(count: int = COUNT) -> None:
    ruleset = load_rules(shipped_rules())
    (edition,) = (edition for edition in ruleset.editions if edition.key == "work-hardening 2009-07-18")
    engine, checker = Engine(ruleset), Checker(ruleset)
    traced, hosted = edition_runner(edition), edition_runner(edition, HostRulebase)
    bare = Runner(program(edition_conditions(edition), edition.derived), "without trace")
    drawn = cases(count)

    def full(case: Any) -> Statuses:
        return _statuses(traced(engine.known_facts(case), Span(1, None)))

    def host(case: Any) -> Statuses:
        return _statuses(hosted(engine.known_facts(case), Span(1, None)))

    def whole(case: Any) -> Statuses:
        item = CaseItem("1", None, case, None)
        determination = checker.determination(Case("c", "imr", None, (item,), "memory"), item)
        return _statuses(determination.evaluation.candidates[0])

    contestants: dict[str, tuple[Callable[[Any], Any], bool]] = {
        "engine, full trace": (full, True),
        "engine, truths without trace": (lambda case: bare.run(engine.known_facts(case)).truths, False),
        "engine, whole determination (notices, governing guideline, verified text alone)": (whole, True),
        "durable-rules by its Host pattern, same trace": (host, True),
        "hand-written Python, statuses alone": (handwritten.statuses, True),
    }
    contestants |= _zen(edition, engine)
    _agree(contestants, drawn[:300])
    _show({name: _rate(run, drawn) for name, (run, _) in contestants.items()})


def _zen(edition: Any, engine: Engine) -> dict[str, tuple[Callable[[Any], Any], bool]]:
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


def _agree(contestants: dict[str, tuple[Callable[[Any], Any], bool]], drawn: list[Any]) -> None:
    comparable = {name: run for name, (run, gives_statuses) in contestants.items() if gives_statuses}
    for case in drawn:
        answers = {name: run(case) for name, run in comparable.items()}
        first = answers["engine, full trace"]
        for name, answer in answers.items():
            different = {id_: (first[id_], answer[id_]) for id_ in first if first[id_] != answer[id_]}
            assert not different, f"{name} differs: {different}"


def _rate(run: Callable[[Any], Any], drawn: list[Any]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for case in drawn:
            run(case)
        best = min(best, time.perf_counter() - start)
    return len(drawn) / best


def _show(rates: dict[str, float]) -> None:
    reference = rates["engine, full trace"]
    table = Table("", "cases a second", "engine is faster by", title="Work hardening: 14 criteria, 2 limits")
    for name, rate in rates.items():
        table.add_row(name, f"{rate:,.0f}", f"{reference / rate:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)
