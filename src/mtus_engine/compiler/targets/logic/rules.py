"""A ruleset as logic: for facts that may be anything, how each criterion and limit stands, and the finding."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import z3

from mtus_engine.compiler.definitions import closure
from mtus_engine.compiler.targets.logic.facts import Facts, FactTerms, Symbols
from mtus_engine.compiler.targets.logic.terms import (
    ALWAYS,
    TRUE,
    Ends,
    Kleene,
    Members,
    both,
    chosen,
    either,
    hull,
    negated,
    within,
)
from mtus_engine.model.condition import (
    Condition,
    OneOf,
    fact_names,
)
from mtus_engine.model.ruleset import (
    Derived,
    Edition,
    LimitRule,
    RoleNames,
    Ruleset,
)
from mtus_engine.model.values import Span

# Findings as numbers: the first four from the least to the most in favor of the request.
DOES_NOT_MEET, INFORMATION_NEEDED, MEETS_IN_PART, MEETS, NOT_COVERED, NOTHING_IN_DISPUTE = range(6)


class Judged(NamedTuple):
    """An edition's finding, and how many units it supports where it meets in part."""

    finding: z3.ArithRef
    units: z3.ArithRef


class Logic:
    """Terms for one ruleset over symbols of base facts; documented tells of which facts the record says something."""

    def __init__(self, ruleset: Ruleset, facts: Facts) -> None:
        """Prepare; the same facts may serve several rulesets."""
        self.ruleset = ruleset
        self._symbols = facts.symbols
        self._calendar = facts.calendar
        self._terms = FactTerms(facts)
        self._beside = self._terms.with_derived(ruleset.beside, self._symbols)

    def finding(self, judged: Mapping[str, Judged] | None = None) -> Judged:
        """Return the finding on the item; judged hands in editions that another ruleset has in the same words."""
        known = dict(judged or {})
        roles, editions = self.ruleset.roles, self.ruleset.editions
        day = self._edition_day(roles)
        covers = {e.key: self._covers(e, roles) for e in editions}
        in_force = {e.key: within(e.in_force, day) for e in editions}
        governs = {e.key: self._governs(e) for e in editions}
        # An edition that does not cover, or is not in force, is not asked whether it governs.
        alone = {key: both([covers[key], in_force[key], governs[key]]) for key in covers}
        may: list[tuple[z3.BoolRef, Judged]] = []
        for edition in editions:
            before = [alone[e.key] for e in editions if edition.guideline in e.takes_precedence_over]
            truth = both([alone[edition.key], negated(either(before))])
            may.append((z3.Not(truth.false), known.get(edition.key) or self.edition(edition)))
        none = z3.Not(self._is_covered(governs, roles, day))
        return self._joint(may, none)

    def impossible(self) -> z3.BoolRef:
        """Return whether the facts cannot be together."""
        rules = [rule.when for rule in self.ruleset.impossible if rule.when is not None]
        return z3.Or([self._terms.truth(condition, self._beside).true for condition in rules])

    def holds(self, condition: Condition, definitions: Sequence[Derived]) -> z3.BoolRef:
        """Return whether a condition on base facts and these definitions holds for certain."""
        needed = closure(fact_names(condition), definitions)
        return self._terms.truth(condition, self._terms.with_derived(needed, self._symbols)).true

    def edition(self, edition: Edition) -> Judged:
        """Return what one edition comes to, whether it governs or not."""
        if edition.not_encoded is not None:
            finding = z3.If(self._is_disputed(), z3.IntVal(NOT_COVERED), z3.IntVal(NOTHING_IN_DISPUTE))
            return Judged(finding, z3.IntVal(0))
        known = self._terms.with_derived(edition.derived, self._symbols)
        required = [c for c in edition.criteria if not c.advisory]
        met = [self._terms.truth(criterion.met_when, known) for criterion in required]
        applies = [self._terms.optional(criterion.applies_when, known) for criterion in required]
        pairs = list(zip(met, applies, strict=True))
        not_met = z3.Or([z3.And(a.true, m.false) for m, a in pairs])
        is_open = z3.Or([z3.Not(z3.Or(a.false, m.true, z3.And(a.true, m.false))) for m, a in pairs])
        limits = [self._limit(limit, known) for limit in edition.limits]
        none_left = z3.Or([limit.none_left for limit in limits])
        left_open = z3.Or([limit.is_open for limit in limits])
        exceeded = z3.Or([limit.exceeded for limit in limits])
        settled = z3.If(exceeded, z3.IntVal(MEETS_IN_PART), z3.IntVal(MEETS))
        encoded = z3.If(
            z3.Or(not_met, none_left),
            z3.IntVal(DOES_NOT_MEET),
            z3.If(z3.Or(is_open, left_open), z3.IntVal(INFORMATION_NEEDED), settled),
        )
        units = z3.IntVal(2**31)
        for limit in limits:
            units = z3.If(z3.And(limit.exceeded, limit.left.high < units), limit.left.high, units)
        return Judged(z3.If(self._is_disputed(), encoded, z3.IntVal(NOTHING_IN_DISPUTE)), units)

    def known_in(self, edition: Edition) -> Symbols:
        """Return the facts with those that an edition computes."""
        return self._terms.with_derived(edition.derived, self._symbols)

    def governs_for_certain(self, edition: Edition) -> z3.BoolRef:
        """Return whether the edition covers the request, is in force and governs, and no other takes precedence."""
        roles, editions = self.ruleset.roles, self.ruleset.editions
        day = self._edition_day(roles)
        mine = [self._covers(edition, roles), within(edition.in_force, day), self._governs(edition)]
        others = [
            both([self._covers(e, roles), within(e.in_force, day), self._governs(e)])
            for e in editions
            if edition.guideline in e.takes_precedence_over
        ]
        return z3.And(both(mine).true, negated(either(others)).true)

    def limit_terms(self, limit: LimitRule, known: Symbols) -> "LimitTerms":
        """Return how a limit stands."""
        return self._limit(limit, known)

    def truth(self, condition: Condition, known: Symbols) -> Kleene:
        """Return the truth of a condition."""
        return self._terms.truth(condition, known)

    # ---- which edition governs

    def _edition_day(self, roles: RoleNames) -> Ends:
        requested, served = self._ends(roles.request_date), self._ends(roles.service_date)
        retrospective = self._symbols[roles.retrospective]
        assert isinstance(retrospective, Members)
        only_not = z3.Not(retrospective.possible[True])
        only_so = z3.Not(retrospective.possible[False])
        return chosen(only_not, requested, chosen(only_so, served, hull(served, requested)))

    def _ends(self, name: str) -> Ends:
        symbol = self._symbols[name]
        assert isinstance(symbol, Ends)
        return symbol

    def _covers(self, edition: Edition, roles: RoleNames) -> Kleene:
        return self._terms.tested(roles.treatment, OneOf(frozenset(edition.covers), ""), self._symbols[roles.treatment])

    def _governs(self, edition: Edition) -> Kleene:
        if edition.governs is None:
            return ALWAYS
        return self._terms.truth(edition.governs, self._terms.with_derived(edition.derived, self._symbols))

    def _is_covered(self, governs: Mapping[str, Kleene], roles: RoleNames, day: Ends) -> z3.BoolRef:
        """Return whether, for each treatment and day that may be, an edition that governs for certain is in force."""
        treatment = self._symbols[roles.treatment]
        assert isinstance(treatment, Members)
        editions = self.ruleset.editions
        parts = []
        for member, possible in treatment.possible.items():
            covering = [(e.in_force, governs[e.key].true) for e in editions if member in e.covers]
            parts.append(z3.Implies(possible, self._is_filled(day, covering)))
        return z3.And([*parts, z3.Not(day.no_low)])

    def _is_filled(self, day: Ends, covering: Sequence[tuple[Span, z3.BoolRef]]) -> z3.BoolRef:
        """Return whether the spans that hold fill every day of a range: they do unless a gap begins in it."""
        far = 4_000_000
        reaching = [z3.And(holds, _begins(span, day.low), _ends(span, day.low)) for span, holds in covering]
        gaps = []
        for span, holds in covering:
            if span.high is not None:
                following = [z3.And(h, _begins(s, span.high + 1), _ends(s, span.high + 1)) for s, h in covering]
                last = z3.If(day.no_high, far, day.high)
                gaps.append(z3.And(holds, span.high >= day.low, span.high < last, z3.Not(z3.Or(following))))
        return z3.And(z3.Or(reaching), z3.Not(z3.Or(gaps)))

    def _joint(self, may: Sequence[tuple[z3.BoolRef, Judged]], none: z3.BoolRef) -> Judged:
        """Return the finding that all editions that may govern agree on; information needed where they do not."""
        given = [(holds, judged.finding, judged.units) for holds, judged in may]
        given.append((none, z3.IntVal(NOT_COVERED), z3.IntVal(0)))
        finding, units = z3.FreshInt("finding"), z3.FreshInt("units")
        agreed = z3.And([z3.Implies(holds, f == finding) for holds, f, _ in given])
        same = z3.And([z3.Implies(z3.And(holds, finding == MEETS_IN_PART), u == units) for holds, _, u in given])
        self._calendar.facts.append(self._first(given, finding, units))
        judged = z3.If(z3.And(agreed, same), finding, z3.IntVal(INFORMATION_NEEDED))
        return Judged(z3.If(self._is_disputed(), judged, z3.IntVal(NOTHING_IN_DISPUTE)), units)

    @staticmethod
    def _first(
        given: Sequence[tuple[z3.BoolRef, z3.ArithRef, z3.ArithRef]], finding: z3.ArithRef, units: z3.ArithRef
    ) -> z3.BoolRef:
        """Return that finding and units are those of the first that holds."""
        first, amount = z3.IntVal(NOT_COVERED), z3.IntVal(0)
        for holds, found, supported in reversed(given):
            first, amount = z3.If(holds, found, first), z3.If(holds, supported, amount)
        return z3.And(finding == first, units == amount)

    def _is_disputed(self) -> z3.BoolRef:
        roles = self.ruleset.roles
        authorized, disputed = (self._beside[name] for name in (roles.units_authorized, roles.units_disputed))
        assert isinstance(authorized, Ends)
        assert isinstance(disputed, Ends)
        some = z3.And(z3.Not(authorized.no_low), authorized.low >= 1)
        return z3.Not(z3.And(some, z3.Not(disputed.no_high), disputed.high <= 0))

    # ---- limits and computed facts

    def _limit(self, limit: LimitRule, known: Symbols) -> "LimitTerms":
        applies = self._terms.optional(limit.active, known)
        margin, left = known[limit.margin], known[limit.left]
        assert isinstance(margin, Ends)
        assert isinstance(left, Ends)
        enough = within(Span(0, None), margin)
        nothing = within(Span(None, 0), left)
        failed = z3.And(applies.true, enough.false)
        none_left = z3.And(failed, nothing.true)
        exceeded = z3.And(failed, z3.Not(nothing.true))
        settled = z3.Or(applies.false, enough.true, failed)
        point = z3.And(z3.Not(left.no_low), z3.Not(left.no_high), left.low == left.high)
        is_open = z3.Or(z3.Not(settled), z3.And(exceeded, z3.Not(point)))
        return LimitTerms(none_left, exceeded, is_open, left, margin, applies)


class LimitTerms(NamedTuple):
    """How a limit stands: margin is what it leaves less what is judged by it."""

    none_left: z3.BoolRef
    exceeded: z3.BoolRef
    is_open: z3.BoolRef
    left: Ends
    margin: Ends
    applies: Kleene

    @property
    def failed(self) -> z3.BoolRef:
        """Whether the request exceeds the limit for certain."""
        return z3.Or(self.none_left, self.exceeded)


def _begins(span: Span, day: z3.ArithRef | int) -> z3.BoolRef:
    return TRUE if span.low is None else z3.BoolVal(day >= span.low) if isinstance(day, int) else day >= span.low


def _ends(span: Span, day: z3.ArithRef | int) -> z3.BoolRef:
    return TRUE if span.high is None else z3.BoolVal(day <= span.high) if isinstance(day, int) else day <= span.high
