"""The same criteria as rules of CLIPS: one fact a case, what the rules conclude read back."""

from collections.abc import Mapping
from typing import Any

from mtus_engine.compiler.targets.horn.formula import Comparison, Count, Signal, alternatives, formula
from mtus_engine.engine.closing import Heads, fact_settler
from mtus_engine.engine.programs import edition_conditions
from mtus_engine.engine.run import signal_reader
from mtus_engine.engine.shared import Shared
from mtus_engine.engine.standing import Progress
from mtus_engine.model.fact import Known
from mtus_engine.model.formula import ByCondition
from mtus_engine.model.ruleset import Edition
from mtus_engine.model.truth import Truth

OPERATORS = {"==": "=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


class Clips:
    """An environment of CLIPS; what it cannot do (ranges of dates, what a cap leaves) is computed in Python before it."""

    def __init__(self, edition: Edition) -> None:
        import clips

        heads = Heads("clips", Shared())
        self._figures = [
            (entry.fact.name, fact_settler(entry, heads))
            for entry in edition.derived
            if not isinstance(entry.formula, ByCondition)
        ]
        self._flags = {entry.fact.name for entry in edition.derived if isinstance(entry.formula, ByCondition)}
        self._inputs: dict[Signal, str] = {}
        self._rules: list[str] = []
        for entry in edition.derived:
            if isinstance(entry.formula, ByCondition):
                self._add(entry.fact.name, entry.formula.condition)
        self._conditions = edition_conditions(edition)
        for name, condition in self._conditions.items():
            self._add(name, condition)
        self._edition = edition
        self._environment = clips.Environment()
        slots = " ".join(f"(slot {slot} (default nil))" for slot in self._inputs.values())
        self._environment.build(f"(deftemplate given {slots})")
        for rule in self._rules:
            self._environment.build(rule)
        self._template = self._environment.find_template("given")
        self._readers = [(slot, signal.fact, signal_reader(signal)) for signal, slot in self._inputs.items()]

    def statuses(self, facts: Mapping[str, Known]) -> dict[str, str]:
        progress = Progress(facts)
        for name, close in self._figures:
            progress.known[name] = close(progress)
        read = {slot: reader(progress.known[fact]) for slot, fact, reader in self._readers}
        environment = self._environment
        environment.reset()
        self._template.assert_fact(**{slot: value for slot, value in read.items() if value is not None})
        environment.run()
        concluded = {tuple(fact) for fact in environment.facts() if fact.template.name == "concluded"}
        truth = {name: self._truth(name, concluded) for name in self._conditions}
        found = {criterion.id: _criterion(truth, criterion.id) for criterion in self._edition.criteria}
        return found | {limit.id: _limit(truth, limit.id) for limit in self._edition.limits}

    def _truth(self, name: str, concluded: set[tuple[Any, ...]]) -> bool | None:
        return True if (_key(name), "yes") in concluded else False if (_key(name), "no") in concluded else None

    def _add(self, name: str, condition: Any) -> None:
        for truth, word in ((Truth.TRUE, "yes"), (Truth.FALSE, "no")):
            options = alternatives(formula(condition, truth))
            assert options is not None
            for option in options:
                tests = " ".join(sorted(self._pattern(one, n) for n, one in enumerate(sorted(option, key=str))))
                self._rules.append(f"(defrule r{len(self._rules)} {tests} => (assert (concluded {_key(name)} {word})))")

    def _pattern(self, comparison: Comparison, n: int) -> str:
        signal = comparison.subject
        assert not isinstance(signal, Count)
        if signal.fact in self._flags:
            word = "yes" if (True in signal.members) == (signal.aspect.value == "within") else "no"
            return f"(concluded {_key(signal.fact)} {word})"
        slot = self._inputs.setdefault(signal, f"p{len(self._inputs)}")
        test = f"(and (integerp ?v{n}) ({OPERATORS[comparison.operator]} ?v{n} {comparison.literal}))"
        return f"(given ({slot} ?v{n}&:{test}))"


def _key(name: str) -> str:
    return name.replace(".", "_").replace(" ", "_").replace("-", "_")


def _criterion(truth: Mapping[str, bool | None], id_: str) -> str:
    applies = truth.get(f"{id_} applies", True)
    met = truth[f"{id_} met"]
    if applies is False:
        return "not_applicable"
    if met is True:
        return "met"
    return "not_met" if met is False and applies is True else "undetermined"


def _limit(truth: Mapping[str, bool | None], id_: str) -> str:
    applies = truth.get(f"{id_} applies", True)
    enough, nothing = truth[f"{id_} enough left"], truth[f"{id_} nothing left"]
    if applies is False:
        return "not_applicable"
    if enough is True:
        return "within"
    if applies is True and enough is False:
        return "none_left" if nothing is True else "exceeded"
    return "undetermined"
