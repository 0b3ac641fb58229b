"""A ruleset as logic: for facts that may be anything, how each criterion and limit stands, and the finding."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, assert_never

import z3

from mtus_engine.compiler.definitions import closure
from mtus_engine.compiler.targets.logic_terms import (
    ALWAYS,
    ANY,
    FALSE,
    TRUE,
    Age,
    Calendar,
    Chosen,
    Ends,
    Kleene,
    Members,
    Symbol,
    Time,
    at_least_of,
    both,
    chosen,
    constant,
    either,
    hull,
    less,
    negated,
    never_below_none,
    number,
    plus,
    times,
    within,
)
from mtus_engine.model.condition import (
    AllOf,
    AnyOf,
    AtLeastOf,
    Condition,
    Documented,
    Leaf,
    Measure,
    Not,
    OneOf,
    Within,
    fact_names,
)
from mtus_engine.model.fact import Fact, Kind
from mtus_engine.model.periods import DAYS_PER_MONTH_SLOT
from mtus_engine.model.ruleset import (
    ByCondition,
    Derived,
    Difference,
    Edition,
    ElapsedTime,
    Given,
    Left,
    LimitRule,
    Looked,
    Margin,
    Operand,
    Product,
    RoleNames,
    Ruleset,
    Sum,
    TableRule,
)
from mtus_engine.model.values import Span, Stretch

Symbols = Mapping[str, Symbol]

# Findings as numbers: the first four from the least to the most in favor of the request.
DOES_NOT_MEET, INFORMATION_NEEDED, MEETS_IN_PART, MEETS, NOT_COVERED, NOTHING_IN_DISPUTE = range(6)


class Unsupported(Exception):
    """A part of the rules that logic does not express."""


class Judged(NamedTuple):
    """An edition's finding, and how many units it supports where it meets in part."""

    finding: z3.ArithRef
    units: z3.ArithRef


class Facts(NamedTuple):
    """Symbols of base facts, whether the record says something of each, and the calendar that their days share."""

    symbols: Symbols
    documented: Mapping[str, z3.BoolRef]
    calendar: Calendar


class Logic:
    """Terms for one ruleset over symbols of base facts; documented tells of which facts the record says something."""

    def __init__(self, ruleset: Ruleset, facts: Facts) -> None:
        """Prepare; the same facts may serve several rulesets."""
        self.ruleset = ruleset
        self._symbols = facts.symbols
        self._documented = facts.documented
        self._calendar = facts.calendar
        self._beside = self._with(ruleset.beside, self._symbols)

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
        return z3.Or([self.truth(condition, self._beside).true for condition in rules])

    def holds(self, condition: Condition, definitions: Sequence[Derived]) -> z3.BoolRef:
        """Return whether a condition on base facts and these definitions holds for certain."""
        needed = closure(fact_names(condition), definitions)
        return self.truth(condition, self._with(needed, self._symbols)).true

    def edition(self, edition: Edition) -> Judged:
        """Return what one edition comes to, whether it governs or not."""
        if edition.not_encoded is not None:
            finding = z3.If(self._is_disputed(), z3.IntVal(NOT_COVERED), z3.IntVal(NOTHING_IN_DISPUTE))
            return Judged(finding, z3.IntVal(0))
        known = self._with(edition.derived, self._symbols)
        required = [c for c in edition.criteria if not c.advisory]
        met = [self.truth(criterion.met_when, known) for criterion in required]
        applies = [self._optional(criterion.applies_when, known) for criterion in required]
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

    def truth(self, condition: Condition, known: Symbols) -> Kleene:
        """Return the truth of a condition."""
        match condition:
            case Leaf(fact, test):
                return self._tested(fact, test, known[fact])
            case Not(part):
                return negated(self.truth(part, known))
            case AllOf(parts):
                return both([self.truth(part, known) for part in parts])
            case AnyOf(parts):
                return either([self.truth(part, known) for part in parts])
            case AtLeastOf(n, parts):
                return at_least_of(n, [self.truth(part, known) for part in parts])

    def _tested(self, name: str, test: Within | OneOf | Documented, symbol: Symbol) -> Kleene:
        match test, symbol:
            case Documented(), _:
                if name not in self._documented:
                    raise Unsupported(f"documented of the computed fact {name}")
                return Kleene(self._documented[name], FALSE)
            case OneOf(members), Members(possible):
                inside = z3.Or([possible[m] for m in possible if m in members])
                outside = z3.Or([possible[m] for m in possible if m not in members])
                return Kleene(z3.Not(outside), z3.Not(inside))
            case OneOf(members), Chosen(certain, possible):
                return Kleene(
                    z3.Or([certain[m] for m in certain if m in members]),
                    z3.Not(z3.Or([possible[m] for m in possible if m in members])),
                )
            case Within(span, measure), Time(calendar, days):
                return within(span, calendar if measure is Measure.CALENDAR else days)
            case Within(span, measure), Age(start, end):
                return self._aged(span, start, end) if measure is Measure.CALENDAR else within(span, less(end, start))
            case Within(span, _), Ends():
                return within(span, symbol)
            case _:
                raise Unsupported(f"the test of {name}")

    def _aged(self, span: Span, start: Ends, end: Ends) -> Kleene:
        """Return whether the completed months and days between two days lie in a span."""
        at_most = self._calendar.is_at_most
        has_low = z3.Not(z3.Or(start.no_high, end.no_low))
        has_high = z3.Not(z3.Or(start.no_low, end.no_high))
        true, false = [], []
        if span.high is not None:
            false.append(z3.And(has_low, z3.Not(at_most(start.high, end.low, span.high))))
            true.append(z3.And(has_high, at_most(start.low, end.high, span.high)))
        if span.low is not None:
            false.append(z3.And(has_high, at_most(start.low, end.high, span.low - 1)))
            true.append(z3.And(has_low, z3.Not(at_most(start.high, end.low, span.low - 1))))
        return Kleene(z3.And(true), z3.Or(false))

    def _optional(self, condition: Condition | None, known: Symbols) -> Kleene:
        return ALWAYS if condition is None else self.truth(condition, known)

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
        return self._tested(roles.treatment, OneOf(frozenset(edition.covers), ""), self._symbols[roles.treatment])

    def _governs(self, edition: Edition) -> Kleene:
        if edition.governs is None:
            return ALWAYS
        return self.truth(edition.governs, self._with(edition.derived, self._symbols))

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

    def _limit(self, limit: LimitRule, known: Symbols) -> "_LimitTerms":
        applies = self._optional(limit.active, known)
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
        return _LimitTerms(none_left, exceeded, is_open, left)

    def _with(self, derived: Sequence[Derived], symbols: Symbols) -> Symbols:
        known = dict(symbols)
        for entry in derived:
            known[entry.fact.name] = self._computed(entry, known)
        return known

    def _computed(self, entry: Derived, known: Symbols) -> Symbol:
        formula = entry.formula
        match formula:
            case ByCondition(condition):
                truth = self.truth(condition, known)
                return Members({True: z3.Not(truth.false), False: z3.Not(truth.true)})
            case Sum(operands):
                return self._sum(entry.fact, operands, known)
            case Difference(minuend, subtrahend):
                apart = less(_number(minuend, known), _number(subtrahend, known))
                return chosen(_is_same_period(minuend, subtrahend, known), number(0), apart)
            case Product(operands):
                return _product(operands, known)
            case ElapsedTime(start, end):
                return Age(_number(start, known), _number(end, known))
            case Looked(table, output):
                return self._looked(entry.fact, table, output, known)
            case Given(table, output):
                return self._given(table, output, known)
            case Left(cap, counting):
                return _left(cap, counting, known)
            case Margin():
                return _margin(formula, known)
            case _:
                assert_never(formula)

    def _sum(self, fact: Fact, operands: Sequence[Operand], known: Symbols) -> Ends:
        total = _number(operands[0], known)
        for operand in operands[1:]:
            if fact.kind is not Kind.DATE:
                total = plus(total, _number(operand, known))
                continue
            period = known[str(operand)]
            if not isinstance(period, Time):
                raise Unsupported(f"{operand} added to a date")
            total = self._later(total, period)
        return total

    def _later(self, day: Ends, period: Time) -> Ends:
        """Return the day the period after: bounded by its months and by its days, whichever is closer."""
        low = self._closer(day.low, day.no_low, _lows(period), largest=True)
        high = self._closer(day.high, day.no_high, _highs(period), largest=False)
        return Ends(low[0], high[0], low[1], high[1])

    def _closer(
        self, day: z3.ArithRef, no_day: z3.BoolRef, period: "_PeriodEnd", *, largest: bool
    ) -> tuple[z3.ArithRef, z3.BoolRef]:
        slot = period.slot
        by_months = self._calendar.moved(day, slot / DAYS_PER_MONTH_SLOT, slot % DAYS_PER_MONTH_SLOT)
        by_days = day + period.days
        no_months = z3.Or(no_day, period.no_slot, slot < 0)
        without_days = z3.Or(no_day, period.no_days)
        beyond = by_months > by_days if largest else by_months < by_days
        both_ways = z3.If(beyond, by_months, by_days)
        return z3.If(no_months, by_days, z3.If(without_days, by_months, both_ways)), z3.And(no_months, without_days)

    def _rows(self, table: TableRule, known: Symbols) -> list[Kleene]:
        return [ALWAYS if row.when is None else self.truth(row.when, known) for row in table.rows]

    def _looked(self, fact: Fact, table: TableRule, output: str, known: Symbols) -> Symbol:
        """Return the figure of the rows that hold, or of all that may."""
        rows = [
            (truth, figure)
            for row, truth in zip(table.rows, self._rows(table, known), strict=True)
            if (figure := dict(row.figures).get(output)) is not None
        ]
        if fact.kind is Kind.PERIOD:
            periods = [(truth, figure.values) for truth, figure in rows if isinstance(figure.values, Stretch)]
            calendar = [(truth, values.calendar) for truth, values in periods]
            anything = constant(Span(0, None))
            days = [(truth, values.days) for truth, values in periods]
            return Time(_figures(table, calendar, anything), _figures(table, days, anything))
        spans = [(truth, figure.values) for truth, figure in rows if isinstance(figure.values, Span)]
        return _figures(table, spans, constant(fact.domain) if isinstance(fact.domain, Span) else ANY)

    def _given(self, table: TableRule, output: str, known: Symbols) -> Members:
        truths = list(zip(self._rows(table, known), [output in dict(row.figures) for row in table.rows], strict=True))
        some_possible = z3.Or([z3.Not(t.false) for t, gives in truths if gives])
        all_possible = z3.And([t.false for t, gives in truths if not gives])
        some_certain = z3.Or([t.true for t, _ in truths])
        gives_certain = z3.Or([t.true for t, gives in truths if gives])
        all_certain = z3.And([z3.Not(t.true) for t, gives in truths if not gives])
        is_given = gives_certain if table.takes_largest else z3.And(some_certain, all_certain)
        otherwise = all_possible if table.has_otherwise else FALSE
        yes = z3.Or(is_given, otherwise)
        not_certain = FALSE if table.takes_largest else z3.And(some_certain, z3.Not(gives_certain))
        no = z3.And(z3.Not(yes), z3.Or(z3.Not(some_possible), not_certain))
        return Members({True: z3.Not(no), False: z3.Not(yes)})


class _PeriodEnd(NamedTuple):
    slot: z3.ArithRef
    no_slot: z3.BoolRef
    days: z3.ArithRef
    no_days: z3.BoolRef


def _lows(period: Time) -> _PeriodEnd:
    return _PeriodEnd(period.calendar.low, period.calendar.no_low, period.days.low, period.days.no_low)


def _highs(period: Time) -> _PeriodEnd:
    return _PeriodEnd(period.calendar.high, period.calendar.no_high, period.days.high, period.days.no_high)


class _LimitTerms(NamedTuple):
    none_left: z3.BoolRef
    exceeded: z3.BoolRef
    is_open: z3.BoolRef
    left: Ends


def _begins(span: Span, day: z3.ArithRef | int) -> z3.BoolRef:
    return TRUE if span.low is None else z3.BoolVal(day >= span.low) if isinstance(day, int) else day >= span.low


def _ends(span: Span, day: z3.ArithRef | int) -> z3.BoolRef:
    return TRUE if span.high is None else z3.BoolVal(day <= span.high) if isinstance(day, int) else day <= span.high


def _number(operand: Operand, known: Symbols) -> Ends:
    if isinstance(operand, int):
        return number(operand)
    match known[operand]:
        case Ends() as ends:
            return ends
        case Time(_, days):
            return days
        case Age(start, end):
            return less(end, start)
        case _:
            return ANY


def _is_same_period(one: Operand, other: Operand, known: Symbols) -> z3.BoolRef:
    """Return whether both are one period of calendar months: their days differ by nothing."""
    symbols = [known[operand] if isinstance(operand, str) else None for operand in (one, other)]
    first, second = symbols
    if not isinstance(first, Time) or not isinstance(second, Time):
        return FALSE
    points = [z3.And(z3.Not(c.no_low), z3.Not(c.no_high), c.low == c.high) for c in (first.calendar, second.calendar)]
    return z3.And(*points, first.calendar.low == second.calendar.low)


def _product(operands: Sequence[Operand], known: Symbols) -> Ends:
    factors = [operand for operand in operands if isinstance(operand, int)]
    others = [operand for operand in operands if isinstance(operand, str)]
    if len(others) != 1 or any(factor < 0 for factor in factors):
        raise Unsupported("a product of several facts")
    total = _number(others[0], known)
    for factor in factors:
        total = times(total, factor)
    return total


def _left(cap: Operand, counting: Sequence[str], known: Symbols) -> Ends:
    rest = _number(cap, known)
    for name in counting:
        rest = less(rest, _number(name, known))
    return never_below_none(rest)


def _margin(formula: Margin, known: Symbols) -> Ends:
    margin = less(_number(formula.left, known), _number(formula.of, known))
    if formula.requested is None:
        return margin
    # However many are authorized, they are taken from both sides: what suffices for the whole suffices.
    whole = less(_left(formula.cap, formula.counting, known), _number(formula.requested, known))
    settled = z3.And(z3.Not(margin.no_low), margin.low >= 0)
    suffices = z3.And(z3.Not(whole.no_low), whole.low >= 0, z3.Not(settled))
    return chosen(suffices, Ends(z3.IntVal(0), margin.high, FALSE, margin.no_high), margin)


def _figures(table: TableRule, rows: Sequence[tuple[Kleene, Span]], otherwise: Ends) -> Ends:
    """Return the range of the figures of the rows that count: those that hold for certain, else those that may."""
    certain = [(truth.true, span) for truth, span in rows]
    possible = [(z3.Not(truth.false), span) for truth, span in rows]
    some_certain, some_possible = z3.Or([h for h, _ in certain]), z3.Or([h for h, _ in possible])
    whole = _hull_of(possible)
    if table.takes_largest:
        raised = _largest_low(certain, whole)
        found = chosen(some_certain, raised, whole)
    else:
        found = chosen(some_certain, _hull_of(certain), whole)
    return chosen(some_possible, found, otherwise)


def _hull_of(rows: Sequence[tuple[z3.BoolRef, Span]]) -> Ends:
    low, high, no_low, no_high = z3.IntVal(0), z3.IntVal(0), FALSE, FALSE
    begun = FALSE
    for holds, span in rows:
        ends = constant(span)
        low = z3.If(holds, z3.If(z3.And(begun, low < ends.low), low, ends.low), low)
        high = z3.If(holds, z3.If(z3.And(begun, high > ends.high), high, ends.high), high)
        no_low = z3.Or(no_low, z3.And(holds, ends.no_low))
        no_high = z3.Or(no_high, z3.And(holds, ends.no_high))
        begun = z3.Or(begun, holds)
    return Ends(low, high, no_low, no_high)


def _largest_low(certain: Sequence[tuple[z3.BoolRef, Span]], whole: Ends) -> Ends:
    """Return the range with its lower end raised to the largest figure that holds for certain."""
    low, begun = whole.low, FALSE
    for holds, span in certain:
        if span.low is not None:
            low = z3.If(z3.And(holds, z3.Or(z3.Not(begun), low < span.low)), z3.IntVal(span.low), low)
            begun = z3.Or(begun, holds)
    return Ends(low, whole.high, z3.And(whole.no_low, z3.Not(begun)), whole.no_high)
