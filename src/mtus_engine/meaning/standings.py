"""How criteria and limits stand, and why: the truths behind each status, one of which holds."""

from collections.abc import Sequence
from typing import Generic, NamedTuple

from mtus_engine.meaning.algebra import F, R, RangeAlgebra, ReasonAlgebra, S, T, TruthAlgebra
from mtus_engine.model.condition import Condition, Leaf, Measure, Within
from mtus_engine.model.ruleset import LimitRule
from mtus_engine.model.values import ANYTHING, Span

ENOUGH, NOTHING = Span(0, None), Span(None, 0)


class CriterionStanding(NamedTuple, Generic[S]):
    """How a criterion stands: a criterion that does not apply is neither met nor not met."""

    not_applicable: S
    met: S
    not_met: S
    undetermined: S


def criterion_standing(met: T, applies: T, a: TruthAlgebra[S, T]) -> CriterionStanding[S]:
    """Return how a criterion stands: its truth is (does not apply) or met."""
    lifted = a.is_false(applies)
    is_met = a.both([a.no(lifted), a.is_true(met)])
    not_met = a.both([a.is_true(applies), a.is_false(met)])
    return CriterionStanding(lifted, is_met, not_met, a.both([a.no(lifted), a.no(is_met), a.no(not_met)]))


class LimitStanding(NamedTuple, Generic[S, R]):
    """How a limit stands, and what it leaves; exceeded leaves some, none_left nothing."""

    not_applicable: S
    within: S
    exceeded: S
    none_left: S
    undetermined: S
    left: R

    def is_failed(self, a: TruthAlgebra[S, T]) -> S:
        """Return whether the request exceeds the limit for certain."""
        return a.either([self.exceeded, self.none_left])

    def leaves_open(self, a: RangeAlgebra[S, T, R]) -> S:
        """Return whether it is open how much the limit leaves of the request."""
        return a.either([self.undetermined, a.both([self.exceeded, a.no(a.is_point(self.left))])])


def limit_conditions(rule: LimitRule) -> tuple[Condition, Condition]:
    """Return the conditions that the limit leaves enough for the request, and that it leaves nothing."""
    enough = Leaf(rule.margin, Within(ENOUGH, Measure.VALUE))
    return enough, Leaf(rule.left, Within(NOTHING, Measure.VALUE))


def limit_standing(applies: T, enough: T, nothing: T, left: R, a: RangeAlgebra[S, T, R]) -> LimitStanding[S, R]:
    """Return how a limit stands: enough tells whether it leaves what is asked, nothing whether it leaves nothing.

    left is what the cap leaves after what counts.
    """
    lifted, certain = a.is_false(applies), a.is_true(applies)
    within = a.both([a.no(lifted), a.is_true(enough)])
    failed = a.both([certain, a.is_false(enough)])
    none = a.is_true(nothing)
    return LimitStanding(
        not_applicable=lifted,
        within=within,
        exceeded=a.both([failed, a.no(none)]),
        none_left=a.both([failed, none]),
        undetermined=a.both([a.no(lifted), a.no(within), a.no(failed)]),
        left=a.once(what_is_left(applies, left, a)),
    )


def what_is_left(applies: T, left: R, a: RangeAlgebra[S, T, R]) -> R:
    """Return what a limit leaves: perhaps more where it is open whether it applies, anything where it does not."""
    return a.picked(a.is_false(applies), a.span(ANYTHING), a.picked(a.is_true(applies), left, a.open_above(left)))


class Why(NamedTuple, Generic[S]):
    """Why something is open: missing goes before conflicting, for a question to the provider can mend it.

    Where neither holds, the record is imprecise: a month is 28 to 31 days.
    """

    missing: S
    conflicting: S
    looked_for: S


def why_open(facts: Sequence[tuple[S, F]], a: ReasonAlgebra[S, T, F]) -> Why[S]:
    """Return why something is open that rests on facts; the truth beside each fact is whether it counts as open."""
    return Why(
        a.either(a.both([is_open, a.is_missing(known)]) for is_open, known in facts),
        a.either(a.both([is_open, a.is_conflicting(known)]) for is_open, known in facts),
        a.either(a.both([is_open, a.is_looked_for(known)]) for is_open, known in facts),
    )


def firm_truth(truth: T, known: F, a: ReasonAlgebra[S, T, F]) -> T:
    """Return the truth of a test were nothing presumed."""
    return a.open_where(a.is_presumed(known), truth)
