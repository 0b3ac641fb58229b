"""Ranges as columns, whose ends may be open: comparison, arithmetic, and dates moved by months and days."""

import operator
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

import ibis
from ibis import Deferred

from mtus_engine.compiler.targets.columns.terms import (
    Column,
    End,
    Flag,
    Sure,
    all_hold,
    combined_column,
    comparison,
    either,
    end_or,
    first_case,
    greatest,
    is_true,
    kleene,
    least,
    null_end,
    surely,
)
from mtus_engine.model.periods import DAYS_PER_MONTH_SLOT
from mtus_engine.model.values import ANYTHING, Span

SHORTEST_MONTH = 28


class ColumnRange(NamedTuple):
    """The values that an ordered fact may have. A given point is both ends; where it is null, they are the domain's.

    of_days says that the ends are dates, not numbers.
    """

    low: End
    high: End
    point: End = None
    domain: Span = ANYTHING
    of_days: bool = False


def exact_range(value: int | date) -> ColumnRange:
    """Return the range of one value that all rows have."""
    return ColumnRange(value, value, value)


def point_range(one: End, domain: Span, *, of_days: bool = False) -> ColumnRange:
    """Return the range of a column of single values; where it is null, the range is the domain."""
    return ColumnRange(end_or(one, domain.low), end_or(one, domain.high), one, domain, of_days)


def span_range(span: Span) -> ColumnRange:
    """Return a span as a range that is the same in all rows."""
    return exact_range(span.low) if span.low is not None and span.low == span.high else ColumnRange(span.low, span.high)


def is_settled(one: ColumnRange) -> Sure:
    """Return whether only one value is left."""
    if one.point is not None:
        return one.point.is_there() if isinstance(one.point, Column) else True
    return surely(one.low, "==", one.high)


def within(low: End, high: End, one: ColumnRange) -> Flag:
    """Return true where a range lies between the bounds, false where it lies outside them, else undetermined."""
    if one.point is not None:
        inside = _inside(one.point, one.point, low, high)
        unsaid = _within_domain(low, high, one.domain)
        return inside.or_else(unsaid) if unsaid is not None and isinstance(inside, Column) else inside
    inside = _inside(one.low, one.high, low, high)
    above = False if high is None else comparison(one.low, ">", high)
    below = False if low is None else comparison(one.high, "<", low)
    return kleene(is_true(inside), either(is_true(above), is_true(below)))


def _inside(least_value: End, most_value: End, low: End, high: End) -> Flag:
    above = True if low is None else comparison(least_value, ">=", low)
    return all_hold([above, True if high is None else comparison(most_value, "<=", high)])


def _within_domain(low: End, high: End, domain: Span) -> bool | None:
    """Return the truth for a value of which only the domain is known; None where it is undetermined."""
    if _inside(domain.low, domain.high, low, high) is True:
        return True
    outside = comparison(domain.low, ">", high), comparison(domain.high, "<", low)
    return False if any(one is True for one in outside) else None


def hull(one: ColumnRange, other: ColumnRange) -> ColumnRange:
    """Return the smallest range that holds both; an end that is open in one is open in both."""
    no_low, no_high = (either(null_end(a), null_end(b)) for a, b in ((one.low, other.low), (one.high, other.high)))
    low, high = least([one.low, other.low]), greatest([one.high, other.high])
    of_days = one.of_days and other.of_days
    return ColumnRange(first_case([(no_low, None)], low), first_case([(no_high, None)], high), of_days=of_days)


def picked_range(which: Sure, one: ColumnRange, other: ColumnRange) -> ColumnRange:
    """Return one range where a condition holds, else the other."""
    if isinstance(which, bool):
        return one if which else other
    if one.point is not None and other.point is not None and one.domain == other.domain:
        return point_range(first_case([(which, one.point)], other.point), one.domain, of_days=one.of_days)
    return ColumnRange(_end(which, one.low, other.low), _end(which, one.high, other.high), of_days=one.of_days)


def _end(which: Sure, one: End, other: End) -> End:
    """Return one end where a condition holds, else the other; the end itself where both are the same."""
    return one if one is other else first_case([(which, one)], other)


# ---- arithmetic


def range_sum(one: ColumnRange, other: ColumnRange) -> ColumnRange:
    """Return the sum of two ranges of numbers."""
    if _are_open_points(one, other):
        return point_range(_end_sum(one.point, other.point), ANYTHING)
    return ColumnRange(_end_sum(one.low, other.low), _end_sum(one.high, other.high))


def range_difference(one: ColumnRange, other: ColumnRange) -> ColumnRange:
    """Return the difference of two ranges; between dates, it is in days."""
    dates = one.of_days and other.of_days
    if _are_open_points(one, other):
        return point_range(_end_difference(one.point, other.point, dates), ANYTHING)
    return ColumnRange(_end_difference(one.low, other.high, dates), _end_difference(one.high, other.low, dates))


def _are_open_points(one: ColumnRange, other: ColumnRange) -> bool:
    return all(r.point is not None and (r.domain == ANYTHING or not isinstance(r.point, Column)) for r in (one, other))


def _end_sum(one: End, other: End) -> End:
    return None if one is None or other is None else _computed_end(operator.add, one, other)


def _computed_end(make: Callable[..., End], one: End, other: End) -> End:
    """Return what a function makes of two ends: a column, or a plain value where neither end is a column."""
    if isinstance(one, Column) or isinstance(other, Column):
        return combined_column(make, one, other)
    return make(one, other)


def _end_difference(one: End, other: End, dates: bool) -> End:
    if one is None or other is None:
        return None
    if isinstance(one, date) and isinstance(other, date):
        return (one - other).days
    if not dates:
        return _computed_end(operator.sub, one, other)
    return combined_column(lambda a, b: _literal(a).delta(b, unit="day"), one, other)


def _literal(one: object) -> Deferred:
    return ibis.literal(one) if isinstance(one, date) else one


def never_below_none(one: ColumnRange) -> ColumnRange:
    """Return a range with values below 0 raised to 0."""
    low = 0 if one.low is None else greatest([0, one.low])
    high = greatest([0, one.high])
    return ColumnRange(low, first_case([(null_end(one.high), None)], high))


def range_product(one: ColumnRange, other: ColumnRange) -> ColumnRange:
    """Return the product of two ranges of numbers; 0 × unbounded is 0."""
    factor = next((r.point for r in (one, other) if isinstance(r.point, int) and r.point > 0), None)
    if factor is not None:
        kept = other if one.point is factor else one
        return ColumnRange(_scaled_end(kept.low, factor), _scaled_end(kept.high, factor))
    ends = [_end_or_far(end, far) for r in (one, other) for end, far in ((r.low, -_FAR), (r.high, _FAR))]
    corners = [_corner(a, b) for a in ends[:2] for b in ends[2:]]
    return ColumnRange(_finite(least(corners)), _finite(greatest(corners)))


def range_quotient(one: ColumnRange, by: int) -> ColumnRange:
    """Return a range divided by a positive number, its lowest value rounded down, its highest up."""
    low = None if one.low is None else _computed_end(operator.floordiv, one.low, by)
    return ColumnRange(low, None if one.high is None else _computed_end(_rounded_up, one.high, by))


def _rounded_up(end: Any, by: int) -> Any:
    return -((-end) // by)


_FAR = float("inf")


def _corner(one: Column | float, other: Column | float) -> Column | float:
    """Return the product of two ends; 0 × unbounded is 0."""
    if isinstance(one, Column):
        # The column comes first: Ibis accepts a plain number only as the second operand.
        return combined_column(lambda a, b: ibis.ifelse((a == 0) | (b == 0), 0.0, a * b), one, other)
    return _corner(other, one) if isinstance(other, Column) else one * other if one and other else 0.0


def _finite(end: End) -> End:
    """Return an end as a whole number; no value where it is infinite."""
    if isinstance(end, Column):
        return combined_column(_whole_number, end)
    assert isinstance(end, float)
    return None if abs(end) == _FAR else int(end)


def _whole_number(one: Deferred) -> Deferred:
    is_far = (one == _FAR) | (one == -_FAR)
    return ibis.ifelse(is_far, ibis.null("int64"), ibis.ifelse(is_far, 0.0, one).cast("int64"))


def _scaled_end(end: End, factor: int) -> End:
    return None if end is None else _computed_end(operator.mul, end, factor)


def _end_or_far(end: End, far: float) -> Column | float:
    if isinstance(end, Column):
        return end.cast("float64").or_else(far)
    assert not isinstance(end, date | str)
    return far if end is None else float(end)


# ---- days and months


def day_after_months(day: End, slot: End) -> End:
    """Return the day that is the months and then the days of slot later; a year after 29 February is 28 February."""
    if day is None or slot is None:
        return None
    if isinstance(slot, Column):
        return combined_column(_moved_by_column, day, slot)
    assert isinstance(slot, int)
    months, days = divmod(slot, DAYS_PER_MONTH_SLOT)

    def later(start: Deferred) -> Deferred:
        start = _literal(start) + ibis.interval(months=months) if months else _literal(start)
        return start + ibis.interval(days=days) if days else start

    return combined_column(later, day)


def _moved_by_column(start: Deferred, slot: Deferred) -> Deferred:
    months, days = slot // DAYS_PER_MONTH_SLOT, slot % DAYS_PER_MONTH_SLOT
    return _literal(start) + months.cast("int32").as_interval("M") + days.cast("int32").as_interval("D")


def day_after_days(day: End, days: End) -> End:
    """Return the day that is the given number of days later."""
    if day is None or days is None:
        return None
    if isinstance(days, Column):
        return combined_column(lambda start, n: _literal(start) + n.cast("int32").as_interval("D"), day, days)
    return combined_column(lambda start: _literal(start) + ibis.interval(days=days), day)


def is_at_most(start: End, end: End, slot: int) -> Flag:
    """Return whether the time from start to end, in completed months and days, is at most the ordering integer slot."""
    if start is None or end is None:
        return None
    if slot < 0:
        return comparison(_end_difference(end, start, dates=True), "<=", slot)
    months, days = divmod(slot, DAYS_PER_MONTH_SLOT)
    reached = comparison(end, "<=", day_after_months(start, slot))
    # Fewer than 28 days never reach the next monthly anniversary, so the second comparison is not needed.
    if days < SHORTEST_MONTH:
        return reached
    return all_hold([reached, comparison(end, "<", day_after_months(start, (months + 1) * DAYS_PER_MONTH_SLOT))])
