"""What the answers are read from: facts with the derived ones, their formulas, and functions that evaluate again."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import NamedTuple

from mtus_engine.compiler.definitions import inputs_of
from mtus_engine.explain.joined import WayToMeet
from mtus_engine.meaning.standings import limit_conditions
from mtus_engine.model.condition import AnyOf, Condition, Leaf, Not
from mtus_engine.model.determination import Candidate, Finding, Units
from mtus_engine.model.fact import Fact, Known
from mtus_engine.model.formula import Formula
from mtus_engine.model.memo import Memo
from mtus_engine.model.ruleset import LimitRule
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import Values, is_exact, is_settled

Derive = Callable[[str, Mapping[str, Values]], Values]
ReadFor = Callable[[str], Hashable]
Settled = Callable[[Mapping[str, Values]], Finding]
Only = Callable[[frozenset[str]], tuple[Finding, Units | None]]
Confirm = Callable[[Mapping[str, Values]], None]
ConfirmOnly = Callable[[frozenset[str], Finding], None]


class Situation(NamedTuple):
    """One candidate's facts and formulas, and functions that evaluate them again.

    derive gives a derived fact's values with some facts settled; if_settled the finding with them settled; if_only the
    finding and units with no statements but those on the named facts. Before an answer of these two is shown, the rules
    engine confirms it: confirm_settled, that facts so settled make the item meet; confirm_only, that the statements on
    these facts alone come to a finding. Both raise EngineFailure where that is not so. read_for gives all that a
    derived fact is worked out from, and kept_ways keeps, by that, the ways to settle a test of it.
    """

    facts: Mapping[str, Fact]
    known: Mapping[str, Known]
    formulas: Mapping[str, Formula]
    stated: frozenset[str]
    derive: Derive
    if_settled: Settled
    if_only: Only
    confirm_settled: Confirm
    confirm_only: ConfirmOnly
    read_for: ReadFor
    kept_ways: "KeptWays"

    def base_facts(self, name: str) -> tuple[str, ...]:
        """Return the base facts that a fact is read from: itself, or what its definition comes down to.

        A fact for which another stands in comes down to that one.
        """
        formula = self.formulas.get(name)
        if formula is None:
            stands_in = self.known[name].stands_in
            return (stands_in or name,)
        return tuple(dict.fromkeys(base for inner in inputs_of(formula) for base in self.base_facts(inner)))

    def open_facts(self, name: str) -> tuple[str, ...]:
        """Return the base facts behind a fact whose test is open: those not settled, else those not exact."""
        base = self.base_facts(name)
        unsettled = tuple(one for one in base if not is_settled(self.known[one].values))
        return unsettled or tuple(one for one in base if not is_exact(self.known[one].values))

    def order(self, name: str) -> int:
        """Return the fact's place in the vocabulary."""
        return self.facts[name].order


class AskedWays(NamedTuple):
    """A test of a derived fact, the truth that is wanted of it, and where it is asked."""

    leaf: Leaf
    want: Truth
    at: Situation


KeptWays = Memo[AskedWays, Sequence[WayToMeet]]


def goals(candidate: Candidate) -> tuple[Condition, ...]:
    """Return the conditions all of which must hold for the item to meet under this edition."""
    required = [criterion.rule for criterion in candidate.criteria if not criterion.rule.advisory]
    conditions = [
        rule.met_when if rule.applies_when is None else AnyOf((Not(rule.applies_when), rule.met_when))
        for rule in required
    ]
    return (*conditions, *(limit_goal(limit.rule) for limit in candidate.limits))


def limit_goal(rule: LimitRule) -> Condition:
    """Return the condition that a limit does not stand in the way: it leaves enough, or does not apply."""
    enough, _ = limit_conditions(rule)
    return enough if rule.active is None else AnyOf((Not(rule.active), enough))
