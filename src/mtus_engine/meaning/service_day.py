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
    before the injury, which cannot be right; else any day from the injury to the request.
    """
    first = a.span(Span(None, None)) if days.injured is None else days.injured
    after_injury = a.within(Span(0, None), a.less(days.requested, first))
    earlier = a.picked(a.is_false(after_injury), days.requested, a.from_to(first, days.requested))
    return a.picked(days.is_served_given, days.served, a.picked(a.is_false(retrospective), days.requested, earlier))
