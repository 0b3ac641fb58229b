"""Whether a surgery was done before the service, and the aftercare had by then, from what is known of its day."""

from typing import Generic, NamedTuple

from mtus_engine.meaning.algebra import R, RangeAlgebra, S, T
from mtus_engine.model.values import Span


class SurgeryDays(NamedTuple, Generic[S, T, R]):
    """What is known of the days of a surgery and of the service.

    flag is what is said, or presumed, of whether the surgery was done; visits are those of its aftercare had so far.
    """

    operated: R
    served: R
    flag: T
    is_flag_stated: S
    visits: R
    are_visits_given: S


def follows_from_days(days: SurgeryDays[S, T, R], a: RangeAlgebra[S, T, R]) -> S:
    """Return whether the days tell if the surgery was done: one is certainly before the other, no source says it."""
    done = _is_no_later(days, a)
    return a.both([a.no(days.is_flag_stated), a.either([a.is_true(done), a.is_false(done)])])


def is_done(days: SurgeryDays[S, T, R], a: RangeAlgebra[S, T, R]) -> T:
    """Return whether the surgery was done before the service: what is said of it, else what both days settle."""
    by_days, done = follows_from_days(days, a), _is_no_later(days, a)
    by_flag = a.no(by_days)
    true = a.either([a.both([by_days, a.is_true(done)]), a.both([by_flag, a.is_true(days.flag)])])
    return a.kleene(true, a.either([a.both([by_days, a.is_false(done)]), a.both([by_flag, a.is_false(days.flag)])]))


def is_before_aftercare(days: SurgeryDays[S, T, R], a: RangeAlgebra[S, T, R]) -> S:
    """Return whether no aftercare can have been had, and none is said: the surgery comes after the service."""
    by_days = follows_from_days(days, a)
    return a.both([by_days, a.is_false(_is_no_later(days, a)), a.no(days.are_visits_given)])


def aftercare_visits(days: SurgeryDays[S, T, R], a: RangeAlgebra[S, T, R]) -> R:
    """Return the visits of aftercare had so far: none of a surgery that comes after the service."""
    return a.picked(is_before_aftercare(days, a), a.span(Span(0, 0)), days.visits)


def _is_no_later(days: SurgeryDays[S, T, R], a: RangeAlgebra[S, T, R]) -> T:
    return a.within(Span(0, None), a.less(days.served, days.operated))
