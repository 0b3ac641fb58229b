"""The algebra over values: what rules mean for the facts of one case."""

from collections.abc import Sequence
from itertools import product as pairs
from math import inf
from operator import not_
from typing import assert_never

from mtus_engine.meaning.algebra import X
from mtus_engine.model.condition import Measure
from mtus_engine.model.fact import Because, Known
from mtus_engine.model.periods import LAST_DAY, add_slot, elapsed_slot
from mtus_engine.model.truth import Truth, at_least, conjunction, disjunction, negation
from mtus_engine.model.values import ANYTHING, Choice, Member, Selection, Span, Stretch, Values


class ValueAlgebra:
    """Truths of two values are bools, ranges are spans, values are what the model holds.

    The protocol says what each operation returns.
    """

    both, either, no = staticmethod(all), staticmethod(any), staticmethod(not_)
    negated, all_of, any_of = staticmethod(negation), staticmethod(conjunction), staticmethod(disjunction)
    at_least = staticmethod(at_least)
    hull = staticmethod(Span.hull)

    def sure(self, holds: bool) -> bool:
        return holds

    def is_true(self, truth: Truth) -> bool:
        return truth is Truth.TRUE

    def is_false(self, truth: Truth) -> bool:
        return truth is Truth.FALSE

    def kleene(self, true: bool, false: bool) -> Truth:
        return Truth.TRUE if true else Truth.FALSE if false else Truth.UNDETERMINED

    def open_where(self, is_open: bool, truth: Truth) -> Truth:
        return Truth.UNDETERMINED if is_open else truth

    def first(self, cases: Sequence[tuple[bool, X]], otherwise: X) -> X:
        return next((given for holds, given in cases if holds), otherwise)

    def once(self, worked_out: X) -> X:
        return worked_out

    # ---- ranges

    def span(self, span: Span) -> Span:
        return span

    def within(self, region: Span, one: Span) -> Truth:
        (least, most), (low, high) = region, one
        is_above = least is None or (low is not None and low >= least)
        if is_above and (most is None or (high is not None and high <= most)):
            return Truth.TRUE
        is_apart = (least is not None and high is not None and high < least) or (
            most is not None and low is not None and low > most
        )
        return Truth.FALSE if is_apart else Truth.UNDETERMINED

    def is_point(self, one: Span) -> bool:
        return one.point is not None

    def are_same(self, parts: Sequence[tuple[bool, Span]]) -> bool:
        return len({one for counts, one in parts if counts}) <= 1

    def is_bounded(self, one: Span) -> bool:
        return one.high is not None

    def has_lowest(self, one: Span) -> bool:
        return one.low is not None

    def low_point(self, one: Span) -> Span:
        return Span(one.low, one.low)

    def high_point(self, one: Span) -> Span:
        return Span(one.high, one.high)

    def divided(self, one: Span, by: int) -> Span:
        return Span(None if one.low is None else one.low // by, None if one.high is None else -(-one.high // by))

    def times_of_few(self, few: Span, most: int, other: Span) -> Span:  # noqa: ARG002 - any product is known here
        return self.times(few, other)

    def from_to(self, first: Span, last: Span) -> Span:
        return Span(first.low, last.high)

    def from_none(self, one: Span) -> Span:
        return Span(0, one.high)

    def open_above(self, one: Span) -> Span:
        return Span(one.low, None)

    def never_below_none(self, one: Span) -> Span:
        low = 0 if one.low is None else max(0, one.low)
        return Span(low, None if one.high is None else max(0, one.high))

    def plus(self, one: Span, other: Span) -> Span:
        (low, high), (least, most) = one, other
        return Span(
            None if low is None or least is None else low + least, None if high is None or most is None else high + most
        )

    def less(self, one: Span, other: Span) -> Span:
        (low, high), (least, most) = one, other
        return Span(
            None if low is None or most is None else low - most, None if high is None or least is None else high - least
        )

    def times(self, one: Span, other: Span) -> Span:
        ends = [(-inf if s.low is None else s.low, inf if s.high is None else s.high) for s in (one, other)]
        # 0 × unbounded is 0.
        corners = [0 if not a or not b else a * b for a, b in pairs(*ends)]
        low, high = min(corners), max(corners)
        return Span(None if low == -inf else int(low), None if high == inf else int(high))

    def hull_of(self, parts: Sequence[tuple[bool, Span]]) -> Span:
        whole: Span | None = None
        for holds, span in parts:
            if holds:
                whole = span if whole is None else whole.hull(span)
        return ANYTHING if whole is None else whole

    hull_where = hull_of

    def raised(self, one: Span, figures: Sequence[tuple[bool, Span]]) -> Span:
        lows = [span.low for holds, span in figures if holds and span.low is not None]
        return Span(max(lows, default=one.low), one.high)

    def capped(self, one: Span, cap: Span) -> Span:
        low, most = cap.low or 0, cap.high
        if one.low is not None and one.low < low:
            low = one.low
        return Span(low, one.high if most is None or (one.high is not None and one.high < most) else most)

    def picked(self, which: bool, one: Span, other: Span) -> Span:
        return one if which else other

    # ---- facts

    def number(self, known: Known) -> Span:
        values = known.values
        if isinstance(values, Span):
            return values
        return values.days if isinstance(values, Stretch) else ANYTHING

    def inside(self, region: Span, measure: Measure, known: Known) -> Truth:
        return self.within(region, measured_span(known.values, measure))

    def among(self, members: frozenset[Member], known: Known) -> Truth:
        values = known.values
        if isinstance(values, Choice):
            if values.possible.isdisjoint(members):
                return Truth.FALSE
            return Truth.TRUE if values.possible <= members else Truth.UNDETERMINED
        assert isinstance(values, Selection)
        if values.possible.isdisjoint(members):
            return Truth.FALSE
        return Truth.UNDETERMINED if values.certain.isdisjoint(members) else Truth.TRUE

    def is_documented(self, known: Known) -> bool:
        return known.is_narrowed and not known.is_presumed

    def is_stated(self, known: Known) -> bool:
        return bool(known.statements)

    def later(self, day: Span, period: Known) -> Span:
        values = period.values
        assert isinstance(values, Stretch)
        low = [_day_after_slot(day.low, values.calendar.low), _day_after_days(day.low, values.days.low)]
        high = [_day_after_slot(day.high, values.calendar.high), _day_after_days(day.high, values.days.high)]
        return Span(
            max((day for day in low if day is not None), default=None),
            min((day for day in high if day is not None), default=None),
        )

    def is_same_period(self, one: Known, other: Known) -> bool:
        first, second = one.values, other.values
        if not isinstance(first, Stretch) or not isinstance(second, Stretch):
            return False
        return first.calendar.point is not None and first.calendar.point == second.calendar.point

    def flag(self, truth: Truth) -> Values:
        match truth:
            case Truth.TRUE:
                return _YES
            case Truth.FALSE:
                return _NO
            case Truth.UNDETERMINED:
                return _EITHER
            case _:
                assert_never(truth)

    def ordered(self, one: Span) -> Values:
        return one

    def period(self, calendar: Span, days: Span) -> Values:
        return Stretch(calendar, days)

    def age(self, start: Span, end: Span) -> Values:
        low = None if start.high is None or end.low is None else elapsed_slot(start.high, end.low)
        high = None if start.low is None or end.high is None else elapsed_slot(start.low, end.high)
        return Stretch(Span(low, high), self.less(end, start))

    # ---- reasons

    def is_presumed(self, known: Known) -> bool:
        return known.is_presumed

    def is_missing(self, known: Known) -> bool:
        return known.because is Because.NOT_DOCUMENTED

    def is_conflicting(self, known: Known) -> bool:
        return known.because is Because.CONFLICTING

    def is_looked_for(self, known: Known) -> bool:
        return known.looked_for


VALUES = ValueAlgebra()

_YES, _NO, _EITHER = (Choice(frozenset(members)) for members in ({True}, {False}, {True, False}))


def measured_span(values: Values, measure: Measure) -> Span:
    """Return the ordered values as the span that the measure compares."""
    if isinstance(values, Stretch):
        return values.calendar if measure is Measure.CALENDAR else values.days
    assert isinstance(values, Span)
    return values


def _day_after_slot(day: int | None, slot: int | None) -> int | None:
    return None if day is None or slot is None or slot < 0 else add_slot(day, slot)


def _day_after_days(day: int | None, days: int | None) -> int | None:
    return None if day is None or days is None or not 1 <= day + days <= LAST_DAY else day + days
