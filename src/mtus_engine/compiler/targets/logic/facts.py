"""Facts as logic: the truth of conditions on them, and the facts that definitions compute from them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, assert_never

import z3

from mtus_engine.compiler.targets.logic.terms import (
    ALWAYS,
    ANY,
    FALSE,
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
    less,
    negated,
    never_below_none,
    number,
    plus,
    times,
    within,
)
from mtus_engine.model.condition import Condition, Documented, Joins, Measure, OneOf, Within, folded
from mtus_engine.model.fact import Fact, Kind
from mtus_engine.model.periods import DAYS_PER_MONTH_SLOT
from mtus_engine.model.ruleset import (
    ByCondition,
    Derived,
    Difference,
    ElapsedTime,
    Given,
    Left,
    Looked,
    Margin,
    Operand,
    Product,
    Sum,
    TableRule,
)
from mtus_engine.model.values import Span, Stretch

Symbols = Mapping[str, Symbol]


class Unsupported(Exception):
    """A part of the rules that logic does not express."""


class Facts(NamedTuple):
    """Symbols of base facts, whether the record says something of each, and the calendar that their days share."""

    symbols: Symbols
    documented: Mapping[str, z3.BoolRef]
    calendar: Calendar


KLEENE = Joins(negated, both, either, at_least_of)


class FactTerms:
    """Terms for conditions and definitions over symbols of base facts."""

    def __init__(self, facts: Facts) -> None:
        """Prepare."""
        self._documented = facts.documented
        self._calendar = facts.calendar

    def truth(self, condition: Condition, known: Symbols) -> Kleene:
        """Return the truth of a condition."""
        return folded(condition, lambda leaf: self.tested(leaf.fact, leaf.test, known[leaf.fact]), KLEENE)

    def tested(self, name: str, test: Within | OneOf | Documented, symbol: Symbol) -> Kleene:
        """Return the truth of one test; raises Unsupported for a test of what logic does not express."""
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

    def optional(self, condition: Condition | None, known: Symbols) -> Kleene:
        """Return the truth of a condition, true where there is none."""
        return ALWAYS if condition is None else self.truth(condition, known)

    def with_derived(self, derived: Sequence[Derived], symbols: Symbols) -> Symbols:
        """Return the facts with those that definitions, in order, compute from them."""
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
