"""How many units frequency and duration come to, and what is requested where that and a stated number disagree."""

from typing import Generic, NamedTuple

from mtus_engine.meaning.algebra import R, RangeAlgebra, S, T
from mtus_engine.model.fact import Fact
from mtus_engine.model.values import Span, point_span

DAYS_OF_WEEK = 7
# Some count a month as four weeks, 28 days and not 30: a course given in months may be shorter by as much.
FOUR_WEEKS, MONTH = 28, 30


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
    days = schedule.length
    short = a.divided(a.times(days, a.span(point_span(FOUR_WEEKS))), MONTH)
    counted = a.picked(a.is_point(days), days, a.from_to(short, days))
    units = a.divided(a.times_of_few(schedule.per_week, schedule.most_per_week, counted), DAYS_OF_WEEK)
    return a.plus(a.never_below_none(a.less(units, a.span(point_span(1)))), a.span(point_span(1)))


def do_disagree(schedule: Schedule[S, R], scheduled: R, a: RangeAlgebra[S, T, R]) -> S:
    """Return whether a stated number cannot be what frequency and duration come to."""
    can_be_same = a.within(Span(0, 0), a.less(schedule.units, scheduled))
    return a.both([schedule.is_units_given, schedule.is_schedule_given, a.is_false(can_be_same)])


def requested_units(schedule: Schedule[S, R], scheduled: R, a: RangeAlgebra[S, T, R]) -> R:
    """Return the units that may be requested: those stated, else scheduled; both, as a range, where they disagree."""
    either = a.picked(do_disagree(schedule, scheduled, a), a.hull(schedule.units, scheduled), schedule.units)
    follows = a.both([schedule.is_schedule_given, a.no(schedule.is_units_given)])
    return a.picked(follows, scheduled, either)
