"""Whether a request was made after the service, and on what days the service was given, from what is known of dates."""

from typing import Generic, NamedTuple

from mtus_engine.meaning.algebra import R, RangeAlgebra, S, T
from mtus_engine.model.values import Span


class RequestDays(NamedTuple, Generic[S, T, R]):
    """What is known of a request's dates: which are given, and whether it is said that it was made after the service.

    served is the date of service as it is given; flag is what is said, or presumed, of a request made after it.
    """

    requested: R
    is_requested_given: S
    served: R
    is_served_given: S
    injured: R | None
    flag: T
    is_flag_stated: S


def follows_from_dates(days: RequestDays[S, T, R], a: RangeAlgebra[S, T, R]) -> S:
    """Return whether the dates tell if the request was made after the service: both are given, no source says it."""
    return a.both([days.is_requested_given, days.is_served_given, a.no(days.is_flag_stated)])


def is_retrospective(days: RequestDays[S, T, R], a: RangeAlgebra[S, T, R]) -> T:
    """Return whether the request was made after the service: what is said of it, else what both dates settle."""
    before = a.within(Span(None, -1), a.less(days.served, days.requested))
    by_dates = follows_from_dates(days, a)
    by_flag = a.no(by_dates)
    true = a.either([a.both([by_dates, a.is_true(before)]), a.both([by_flag, a.is_true(days.flag)])])
    return a.kleene(true, a.either([a.both([by_dates, a.is_false(before)]), a.both([by_flag, a.is_false(days.flag)])]))


def service_days(retrospective: T, days: RequestDays[S, T, R], a: RangeAlgebra[S, T, R]) -> R:
    """Return the days on which the service may have been given.

    Where no date of service is given, it is the day of the request if that was made before the service, or is dated
    before the injury, which cannot be right; else any day from the injury to the request. Of a service that was given
    before the request, dates that leave several days are bounded by both.
    """
    first = a.span(Span(None, None)) if days.injured is None else days.injured
    after_injury = a.within(Span(0, None), a.less(days.requested, first))
    earlier = a.picked(a.is_false(after_injury), days.requested, a.from_to(first, days.requested))
    bounded = from_to_where_possible(later_day(days.served, first, a), earlier_day(days.served, days.requested, a), a)
    given = a.picked(a.is_true(retrospective), a.picked(bounded.is_possible, bounded.days, days.served), days.served)
    return a.picked(days.is_served_given, given, a.picked(a.is_false(retrospective), days.requested, earlier))


def earlier_day(one: R, other: R, a: RangeAlgebra[S, T, R]) -> R:
    """Return the earlier of two days."""
    is_no_later = a.is_true(a.within(Span(None, 0), a.less(a.high_point(one), a.high_point(other))))
    last = a.picked(a.either([a.no(a.is_bounded(other)), is_no_later]), one, other)
    return a.from_to(a.hull(one, other), last)


def later_day(one: R, other: R, a: RangeAlgebra[S, T, R]) -> R:
    """Return the later of two days."""
    is_no_earlier = a.is_true(a.within(Span(0, None), a.less(a.low_point(one), a.low_point(other))))
    return a.from_to(a.picked(a.either([a.no(a.has_lowest(other)), is_no_earlier]), one, other), a.hull(one, other))


class DaysBetween(NamedTuple, Generic[S, R]):
    """The days from one to another, and whether there are any: dates that contradict one another leave none."""

    days: R
    is_possible: S


def from_to_where_possible(first: R, last: R, a: RangeAlgebra[S, T, R]) -> DaysBetween[S, R]:
    """Return the days from the lowest of one range to the highest of another."""
    is_backwards = a.is_true(a.within(Span(1, None), a.less(a.low_point(first), a.high_point(last))))
    return DaysBetween(a.from_to(first, last), a.no(is_backwards))
