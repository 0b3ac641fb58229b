"""The algebra over Z3 terms: what rules mean for facts whose values are not known, but are symbols."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, assert_never

import z3

from mtus_engine.compiler.targets.logic.terms import (
    ANY,
    FALSE,
    TRUE,
    AgeTerms,
    Calendar,
    Ends,
    Kleene,
    MemberTerms,
    PeriodTerms,
    SetTerms,
    Symbol,
    are_same_ranges,
    constant,
    range_difference,
    range_hull,
    range_if,
    truth_within,
)
from mtus_engine.meaning.algebra import Inexpressible, X
from mtus_engine.model.condition import Measure
from mtus_engine.model.periods import DAYS_PER_MONTH_SLOT
from mtus_engine.model.values import Member, Span

# An end of a range, and whether it is open.
End = tuple[z3.ArithRef, z3.BoolRef]


class FactTerm(NamedTuple):
    """What is known of a fact: its values, and whether the record says anything of it (None: it is a derived fact)."""

    values: Symbol
    documented: z3.BoolRef | None = None


class LogicAlgebra:
    """Truths of two values are Z3 terms, truths of three values pairs of terms; all days share one calendar.

    The protocol in meaning/algebra.py says what each operation returns.
    """

    sure, no, kleene = staticmethod(z3.BoolVal), staticmethod(z3.Not), staticmethod(Kleene)
    span, picked, less, hull = (
        staticmethod(constant),
        staticmethod(range_if),
        staticmethod(range_difference),
        staticmethod(range_hull),
    )
    within = staticmethod(truth_within)

    def __init__(self, calendar: Calendar) -> None:
        """Keep the calendar, which holds the anniversaries that terms ask for."""
        self._calendar = calendar

    def both(self, parts: Iterable[z3.BoolRef]) -> z3.BoolRef:
        return z3.And(list(parts))

    def either(self, parts: Iterable[z3.BoolRef]) -> z3.BoolRef:
        return z3.Or(list(parts))

    def is_true(self, truth: Kleene) -> z3.BoolRef:
        return truth.true

    def is_false(self, truth: Kleene) -> z3.BoolRef:
        return truth.false

    def open_where(self, is_open: z3.BoolRef, truth: Kleene) -> Kleene:
        return Kleene(*(z3.And(z3.Not(is_open), one) for one in truth))

    def negated(self, truth: Kleene) -> Kleene:
        return Kleene(truth.false, truth.true)

    def all_of(self, truths: Iterable[Kleene]) -> Kleene:
        parts = tuple(truths)
        return Kleene(z3.And([t.true for t in parts]), z3.Or([t.false for t in parts]))

    def any_of(self, truths: Iterable[Kleene]) -> Kleene:
        parts = tuple(truths)
        return Kleene(z3.Or([t.true for t in parts]), z3.And([t.false for t in parts]))

    def at_least(self, n: int, truths: Iterable[Kleene]) -> Kleene:
        parts = tuple(truths)
        certain = z3.AtLeast(*(t.true for t in parts), n)
        return Kleene(certain, z3.Not(z3.AtLeast(*(z3.Not(t.false) for t in parts), n)))

    def first(self, cases: Sequence[tuple[z3.BoolRef, X]], otherwise: X) -> X:
        found = otherwise
        for holds, given in reversed(cases):
            found = z3.If(holds, given, found)
        return found

    def once(self, worked_out: X) -> X:
        # Nothing to do: Z3 shares equal terms by itself.
        return worked_out

    # ---- ranges

    def is_point(self, one: Ends) -> z3.BoolRef:
        return z3.And(z3.Not(one.no_low), z3.Not(one.no_high), one.low == one.high)

    def are_same(self, parts: Sequence[tuple[z3.BoolRef, Ends]]) -> z3.BoolRef:
        first = ANY
        for counts, one in reversed(parts):
            first = range_if(counts, one, first)
        return z3.And([z3.Implies(counts, are_same_ranges(one, first)) for counts, one in parts])

    def is_bounded(self, one: Ends) -> z3.BoolRef:
        return z3.Not(one.no_high)

    def has_lowest(self, one: Ends) -> z3.BoolRef:
        return z3.Not(one.no_low)

    def low_point(self, one: Ends) -> Ends:
        return Ends(one.low, one.low, one.no_low, one.no_low)

    def high_point(self, one: Ends) -> Ends:
        return Ends(one.high, one.high, one.no_high, one.no_high)

    def divided(self, one: Ends, by: int) -> Ends:
        return Ends(one.low / by, -(-one.high / by), one.no_low, one.no_high)

    def times_of_few(self, few: Ends, most: int, other: Ends) -> Ends:
        # One case for each number up to most, because Z3 is bad at products of two unknowns.
        low, high = (
            self.first([(of_few == n, n * of_other) for n in range(most)], most * of_other)
            for of_few, of_other in ((few.low, other.low), (few.high, other.high))
        )
        return Ends(low, high, z3.Or(few.no_low, other.no_low), z3.Or(few.no_high, other.no_high))

    def from_to(self, first: Ends, last: Ends) -> Ends:
        return Ends(first.low, last.high, first.no_low, last.no_high)

    def from_none(self, one: Ends) -> Ends:
        return Ends(z3.IntVal(0), one.high, FALSE, one.no_high)

    def open_above(self, one: Ends) -> Ends:
        return Ends(one.low, one.high, one.no_low, TRUE)

    def never_below_none(self, one: Ends) -> Ends:
        floor = z3.If(z3.Or(one.no_low, one.low < 0), 0, one.low)
        return Ends(floor, z3.If(one.high < 0, 0, one.high), FALSE, one.no_high)

    def plus(self, one: Ends, other: Ends) -> Ends:
        opens = z3.Or(one.no_low, other.no_low), z3.Or(one.no_high, other.no_high)
        return Ends(one.low + other.low, one.high + other.high, *opens)

    def times(self, one: Ends, other: Ends) -> Ends:
        for factor, rest in ((one, other), (other, one)):
            if z3.is_int_value(factor.low) and z3.is_false(factor.no_low) and factor.low.eq(factor.high):
                number = factor.low.as_long()
                if number >= 0:
                    opens = (z3.And(end, z3.BoolVal(number != 0)) for end in (rest.no_low, rest.no_high))
                    return Ends(rest.low * number, rest.high * number, *opens)
        raise Inexpressible("a product of several facts")

    def hull_of(self, parts: Sequence[tuple[z3.BoolRef, Ends]]) -> Ends:
        whole, begun = ANY, FALSE
        for holds, ends in parts:
            whole = range_if(holds, range_if(begun, range_hull(whole, ends), ends), whole)
            begun = z3.Or(begun, holds)
        return whole

    def hull_where(self, figures: Sequence[tuple[z3.BoolRef, Span]]) -> Ends:
        return self.hull_of([(holds, constant(span)) for holds, span in figures])

    def raised(self, one: Ends, figures: Sequence[tuple[z3.BoolRef, Span]]) -> Ends:
        low, begun = one.low, FALSE
        for holds, span in figures:
            if span.low is not None:
                low = z3.If(z3.And(holds, z3.Or(z3.Not(begun), low < span.low)), z3.IntVal(span.low), low)
                begun = z3.Or(begun, holds)
        return Ends(low, one.high, z3.And(one.no_low, z3.Not(begun)), one.no_high)

    def capped(self, one: Ends, cap: Ends) -> Ends:
        low = z3.If(cap.no_low, 0, cap.low)
        lower = z3.And(z3.Not(one.no_low), one.low < low)
        keeps = z3.Or(cap.no_high, z3.And(z3.Not(one.no_high), one.high < cap.high))
        high, no_high = z3.If(keeps, one.high, cap.high), z3.And(one.no_high, cap.no_high)
        return Ends(z3.If(lower, one.low, low), high, FALSE, no_high)

    # ---- facts

    def number(self, known: FactTerm) -> Ends:
        match known.values:
            case Ends() as ends:
                return ends
            case PeriodTerms(_, days):
                return days
            case AgeTerms(start, end):
                return range_difference(end, start)
            case MemberTerms() | SetTerms():
                return ANY
            case _:
                assert_never(known.values)

    def inside(self, region: Span, measure: Measure, known: FactTerm) -> Kleene:
        match known.values:
            case PeriodTerms(calendar):
                return truth_within(region, calendar if measure is Measure.CALENDAR else self.number(known))
            case AgeTerms(start, end):
                is_days = measure is not Measure.CALENDAR
                return truth_within(region, self.number(known)) if is_days else self._truth_of_age(region, start, end)
            case Ends() | MemberTerms() | SetTerms():
                return truth_within(region, self.number(known))
            case _:
                assert_never(known.values)

    def _truth_of_age(self, span: Span, start: Ends, end: Ends) -> Kleene:
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

    def among(self, members: frozenset[Member], known: FactTerm) -> Kleene:
        match known.values:
            case MemberTerms(possible):
                inside = z3.Or([possible[m] for m in possible if m in members])
                outside = z3.Or([possible[m] for m in possible if m not in members])
                return Kleene(z3.Not(outside), z3.Not(inside))
            case SetTerms(certain, possible):
                some = z3.Or([certain[m] for m in certain if m in members])
                return Kleene(some, z3.Not(z3.Or([possible[m] for m in possible if m in members])))
            case Ends() | PeriodTerms() | AgeTerms():
                raise Inexpressible("members of a fact that has an order")
            case _:
                assert_never(known.values)

    def is_documented(self, known: FactTerm) -> z3.BoolRef:
        if known.documented is None:
            raise Inexpressible("documented of a computed fact")
        return known.documented

    def is_stated(self, known: FactTerm) -> z3.BoolRef:
        # Statements of sources about derived facts are left out here.
        return FALSE if known.documented is None else known.documented

    def later(self, day: Ends, period: FactTerm) -> Ends:
        if not isinstance(period.values, PeriodTerms):
            raise Inexpressible("the time between two dates added to a date")
        calendar, days = period.values
        low, no_low = self._closer_end(day.low, day.no_low, (calendar.low, calendar.no_low), (days.low, days.no_low))
        high, no_high = self._closer_end(
            day.high, day.no_high, (calendar.high, calendar.no_high), (days.high, days.no_high), largest=False
        )
        return Ends(low, high, no_low, no_high)

    def _closer_end(self, day: z3.ArithRef, no_day: z3.BoolRef, months: End, days: End, *, largest: bool = True) -> End:
        """Return the later of the days reached by months and by days, or the earlier; and whether that is open."""
        (slot, no_slot), (number, no_days) = months, days
        by_months = self._calendar.anniversary(day, slot / DAYS_PER_MONTH_SLOT, slot % DAYS_PER_MONTH_SLOT)
        by_days = day + number
        no_months = z3.Or(no_day, no_slot, slot < 0)
        without_days = z3.Or(no_day, no_days)
        beyond = by_months > by_days if largest else by_months < by_days
        both_ways = z3.If(beyond, by_months, by_days)
        return z3.If(no_months, by_days, z3.If(without_days, by_months, both_ways)), z3.And(no_months, without_days)

    def is_same_period(self, one: FactTerm, other: FactTerm) -> z3.BoolRef:
        first, second = one.values, other.values
        if not isinstance(first, PeriodTerms) or not isinstance(second, PeriodTerms):
            return FALSE
        points = self.is_point(first.calendar), self.is_point(second.calendar)
        return z3.And(*points, first.calendar.low == second.calendar.low)

    def flag(self, truth: Kleene) -> Symbol:
        return MemberTerms({True: z3.Not(truth.false), False: z3.Not(truth.true)})

    def ordered(self, one: Ends) -> Symbol:
        return one

    def period(self, calendar: Ends, days: Ends) -> Symbol:
        return PeriodTerms(calendar, days)

    def age(self, start: Ends, end: Ends) -> Symbol:
        return AgeTerms(start, end)
