"""How many units frequency and duration come to, and what is requested where that and a stated number disagree."""

from typing import Generic, NamedTuple

from mtus_engine.meaning.algebra import R, RangeAlgebra, S, T
from mtus_engine.model.fact import Fact
from mtus_engine.model.values import Span, point_span

DAYS_OF_WEEK = 7
# Some count a month as four weeks: so many days of months come to so many weeks, 487 days of 16 months to 64.
SHORTEST_MONTH, WEEKS_OF_MONTHS, DAYS_OF_MONTHS = 28, 64, 487


class Schedule(NamedTuple, Generic[S, R]):
    """What a request says of its units: their number, how many a week (at most most_per_week), for how many days."""

    units: R
    is_units_given: S
    per_week: R
    most_per_week: int
    length: R
    is_schedule_given: S


def most_per_week(fact: Fact) -> int:
    """Return the highest value of the fact that holds the units a week: the vocabulary must bound it."""
    assert isinstance(fact.domain, Span)
    assert fact.domain.high is not None
    return fact.domain.high


def scheduled_units(schedule: Schedule[S, R], a: RangeAlgebra[S, T, R]) -> R:
    """Return the units that frequency and duration come to: at least 1, parts of a unit rounded to either side."""
    days = _counted_days(schedule.length, a)
    units = a.divided(a.times_of_few(schedule.per_week, schedule.most_per_week, days), DAYS_OF_WEEK)
    return a.plus(a.never_below_none(a.less(units, a.span(point_span(1)))), a.span(point_span(1)))


def _counted_days(days: R, a: RangeAlgebra[S, T, R]) -> R:
    """Return the days of a course, the fewest as four weeks a month where the course may be given in months.

    An exact number of days, whole weeks at both ends and fewer days than any month has are no months.
    """
    week = a.span(point_span(DAYS_OF_WEEK))
    whole_weeks = a.times(a.divided(days, DAYS_OF_WEEK), week)
    no_months = (
        a.is_point(days),
        a.are_same([(a.sure(True), days), (a.sure(True), whole_weeks)]),
        a.is_false(a.within(Span(SHORTEST_MONTH, None), a.low_point(days))),
    )
    # The nearest number of weeks: twice as many, one more half, and rounded down.
    doubled = a.plus(a.times(days, a.span(point_span(2 * WEEKS_OF_MONTHS))), a.span(point_span(DAYS_OF_MONTHS)))
    fewest = a.times(a.divided(doubled, 2 * DAYS_OF_MONTHS), week)
    return a.picked(a.either(no_months), days, a.from_to(fewest, days))


def do_disagree(schedule: Schedule[S, R], scheduled: R, a: RangeAlgebra[S, T, R]) -> S:
    """Return whether a stated number cannot be what frequency and duration come to."""
    can_be_same = a.within(Span(0, 0), a.less(schedule.units, scheduled))
    return a.both([schedule.is_units_given, schedule.is_schedule_given, a.is_false(can_be_same)])


def requested_units(schedule: Schedule[S, R], scheduled: R, a: RangeAlgebra[S, T, R]) -> R:
    """Return the units that may be requested: those stated, else scheduled; both, as a range, where they disagree."""
    either = a.picked(do_disagree(schedule, scheduled, a), a.hull(schedule.units, scheduled), schedule.units)
    follows = a.both([schedule.is_schedule_given, a.no(schedule.is_units_given)])
    return a.picked(follows, scheduled, either)
