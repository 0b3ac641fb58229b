"""The algebra over Ibis columns: what rules mean for all rows of a table. SQL's NULL stands for undetermined."""

from collections.abc import Iterable, Sequence
from typing import assert_never

from mtus_engine.compiler.targets.columns import ranges
from mtus_engine.compiler.targets.columns.members import holds_one, is_among
from mtus_engine.compiler.targets.columns.ranges import (
    ColumnRange,
    day_after_days,
    day_after_months,
    is_at_most,
    picked_range,
    span_range,
)
from mtus_engine.compiler.targets.columns.stages import Stages
from mtus_engine.compiler.targets.columns.terms import (
    End,
    Flag,
    Sure,
    all_hold,
    any_holds,
    at_least_of,
    both,
    either,
    end_or,
    first_case,
    greatest,
    is_false,
    is_true,
    kleene,
    least,
    no,
    null_end,
    opposite,
    surely,
)
from mtus_engine.compiler.targets.columns.values import (
    AgeColumns,
    ColumnValues,
    FlagColumn,
    MemberColumns,
    PeriodColumns,
    Seen,
    SetColumns,
    day,
    named_range,
)
from mtus_engine.meaning.algebra import Inexpressible, X
from mtus_engine.model.condition import Measure
from mtus_engine.model.values import ANYTHING, Member, Span


class ColumnAlgebra:
    """Truths and ranges are columns, or plain values that are the same in all rows; stages hold columns computed once.

    The protocol in meaning/algebra.py says what each operation returns.
    """

    no, kleene = staticmethod(no), staticmethod(kleene)
    is_true, is_false = staticmethod(is_true), staticmethod(is_false)
    negated, all_of, any_of = staticmethod(opposite), staticmethod(all_hold), staticmethod(any_holds)
    at_least = staticmethod(at_least_of)
    span, picked, hull = staticmethod(span_range), staticmethod(picked_range), staticmethod(ranges.hull)
    is_point, never_below_none = staticmethod(ranges.is_settled), staticmethod(ranges.never_below_none)
    plus, less = staticmethod(ranges.range_sum), staticmethod(ranges.range_difference)
    times = staticmethod(ranges.range_product)

    def __init__(self, stages: Stages) -> None:
        """Keep the stages, to which columns that are computed once are added."""
        self._stages = stages

    def sure(self, holds: bool) -> Sure:
        return holds

    def both(self, parts: Iterable[Sure]) -> Sure:
        return both(*parts)

    def either(self, parts: Iterable[Sure]) -> Sure:
        return either(*parts)

    def open_where(self, is_open: Sure, truth: Flag) -> Flag:
        return truth if is_open is False else first_case([(is_open, None)], truth)

    def first(self, cases: Sequence[tuple[Sure, X]], otherwise: X) -> X:
        return first_case(cases, otherwise)

    def once(self, worked_out: X) -> X:
        if isinstance(worked_out, ColumnRange):
            # X is ColumnRange here, and so is the result, but mypy does not narrow a type variable.
            return named_range(worked_out, self._stages)  # type: ignore[return-value]
        return self._stages.named(worked_out)

    # ---- ranges

    def within(self, region: Span, one: ColumnRange) -> Flag:
        low, high = (day(region.low), day(region.high)) if one.of_days else region
        return ranges.within(low, high, one)

    def are_same(self, parts: Sequence[tuple[Sure, ColumnRange]]) -> Sure:
        lows = _are_same_ends([(counts, one.low) for counts, one in parts])
        return both(lows, _are_same_ends([(counts, one.high) for counts, one in parts]))

    def is_bounded(self, one: ColumnRange) -> Sure:
        return no(null_end(one.high))

    def has_lowest(self, one: ColumnRange) -> Sure:
        return no(null_end(one.low))

    def low_point(self, one: ColumnRange) -> ColumnRange:
        return ColumnRange(one.low, one.low, one.low, of_days=one.of_days)

    def high_point(self, one: ColumnRange) -> ColumnRange:
        return ColumnRange(one.high, one.high, one.high, of_days=one.of_days)

    def divided(self, one: ColumnRange, by: int) -> ColumnRange:
        return ranges.range_quotient(one, by)

    def times_of_few(self, few: ColumnRange, most: int, other: ColumnRange) -> ColumnRange:  # noqa: ARG002
        return self.times(few, other)

    def from_to(self, first: ColumnRange, last: ColumnRange) -> ColumnRange:
        return ColumnRange(first.low, last.high, of_days=first.of_days or last.of_days)

    def from_none(self, one: ColumnRange) -> ColumnRange:
        return ColumnRange(0, one.high)

    def open_above(self, one: ColumnRange) -> ColumnRange:
        return ColumnRange(one.low, None, of_days=one.of_days)

    def hull_of(self, parts: Sequence[tuple[Sure, ColumnRange]]) -> ColumnRange:
        lows = least([first_case([(holds, one.low)], None) for holds, one in parts])
        highs = greatest([first_case([(holds, one.high)], None) for holds, one in parts])
        no_low = either(*(both(holds, null_end(one.low)) for holds, one in parts))
        no_high = either(*(both(holds, null_end(one.high)) for holds, one in parts))
        return ColumnRange(first_case([(no_low, None)], lows), first_case([(no_high, None)], highs))

    def hull_where(self, figures: Sequence[tuple[Sure, Span]]) -> ColumnRange:
        return self.hull_of([(holds, ColumnRange(*span)) for holds, span in figures])

    def raised(self, one: ColumnRange, figures: Sequence[tuple[Sure, Span]]) -> ColumnRange:
        largest = greatest([first_case([(holds, span.low)], None) for holds, span in figures])
        return ColumnRange(end_or(largest, one.low), one.high)

    def capped(self, one: ColumnRange, cap: ColumnRange) -> ColumnRange:
        return ColumnRange(least([one.low, end_or(cap.low, 0)]), least([one.high, cap.high]))

    # ---- facts

    def number(self, known: Seen) -> ColumnRange:
        match known.values:
            case ColumnRange() as one:
                return one
            case PeriodColumns(_, days):
                return days
            case AgeColumns(start, end):
                return ranges.range_difference(end, start)
            case FlagColumn() | MemberColumns() | SetColumns():
                return span_range(ANYTHING)
            case _:
                assert_never(known.values)

    def inside(self, region: Span, measure: Measure, known: Seen) -> Flag:
        match known.values:
            case PeriodColumns(calendar):
                return self.within(region, calendar if measure is Measure.CALENDAR else self.number(known))
            case AgeColumns(start, end):
                is_days = measure is not Measure.CALENDAR
                return self.within(region, self.number(known)) if is_days else _truth_of_age(region, start, end)
            case ColumnRange() | FlagColumn() | MemberColumns() | SetColumns():
                return self.within(region, self.number(known))
            case _:
                assert_never(known.values)

    def among(self, members: frozenset[Member], known: Seen) -> Flag:
        match known.values:
            case FlagColumn(flag):
                return flag if members == {True} else opposite(flag) if members == {False} else bool(members)
            case MemberColumns() as values:
                return is_among(members, values)
            case SetColumns() as values:
                return holds_one(members, values)
            case ColumnRange() | PeriodColumns() | AgeColumns():
                raise Inexpressible("members of a fact that has an order")
            case _:
                assert_never(known.values)

    def is_documented(self, known: Seen) -> Sure:
        return both(known.narrowed, no(known.presumed))

    def is_stated(self, known: Seen) -> Sure:
        return known.mentioned

    def later(self, day: ColumnRange, period: Seen) -> ColumnRange:
        if not isinstance(period.values, PeriodColumns):
            raise Inexpressible("the time between two dates added to a date")
        calendar, days = period.values
        low = greatest([day_after_months(day.low, calendar.low), day_after_days(day.low, days.low)])
        return ColumnRange(
            low, least([day_after_months(day.high, calendar.high), day_after_days(day.high, days.high)]), of_days=True
        )

    def is_same_period(self, one: Seen, other: Seen) -> Sure:
        first, second = one.values, other.values
        if not isinstance(first, PeriodColumns) or not isinstance(second, PeriodColumns):
            return False
        points = (ranges.is_settled(first.calendar), ranges.is_settled(second.calendar))
        return both(*points, surely(first.calendar.low, "==", second.calendar.low))

    def flag(self, truth: Flag) -> ColumnValues:
        return FlagColumn(truth)

    def ordered(self, one: ColumnRange) -> ColumnValues:
        return one

    def period(self, calendar: ColumnRange, days: ColumnRange) -> ColumnValues:
        return PeriodColumns(calendar, days)

    def age(self, start: ColumnRange, end: ColumnRange) -> ColumnValues:
        return AgeColumns(start, end)

    # ---- reasons

    def is_presumed(self, known: Seen) -> Sure:
        return known.presumed

    def is_missing(self, known: Seen) -> Sure:
        return known.missing

    def is_conflicting(self, known: Seen) -> Sure:
        return known.conflicting

    def is_looked_for(self, known: Seen) -> Sure:
        return known.looked_for


def are_same_values(parts: Sequence[tuple[Sure, End]]) -> Sure:
    """Return whether all values that count (whose first element holds) are equal; true where none counts."""
    counted = [first_case([(counts, one)], None) for counts, one in parts]
    low = least(counted)
    return either(null_end(low), surely(low, "==", greatest(counted)))


def _are_same_ends(parts: Sequence[tuple[Sure, End]]) -> Sure:
    """Return whether the ends that count are equal: all of them open, or none open and all of one value."""
    is_open = either(*(both(counts, null_end(end)) for counts, end in parts))
    is_closed = either(*(both(counts, no(null_end(end))) for counts, end in parts))
    return both(no(both(is_open, is_closed)), are_same_values(parts))


def _truth_of_age(span: Span, start: ColumnRange, end: ColumnRange) -> Flag:
    """Return whether the completed months and days between two days lie in a span."""
    if start.point is not None and end.point is not None:
        parts = [] if span.high is None else [is_at_most(start.point, end.point, span.high)]
        parts += [] if span.low is None else [opposite(is_at_most(start.point, end.point, span.low - 1))]
        return all_hold(parts)
    true: list[Flag] = []
    false: list[Flag] = []
    if span.high is not None:
        true.append(is_at_most(start.low, end.high, span.high))
        false.append(opposite(is_at_most(start.high, end.low, span.high)))
    if span.low is not None:
        true.append(opposite(is_at_most(start.high, end.low, span.low - 1)))
        false.append(is_at_most(start.low, end.high, span.low - 1))
    return kleene(is_true(all_hold(true)), either(*(is_true(one) for one in false)))
