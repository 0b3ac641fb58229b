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


class SurgeryCourse(NamedTuple, Generic[S, T, R]):
    """What the days of a surgery and of the service come to.

    is_done: whether the surgery was done before the service. follows_from_days: whether the days alone tell it.
    is_before_aftercare: whether no aftercare can have been had, and none is said. visits: those of it had so far.
    """

    is_done: T
    follows_from_days: S
    is_before_aftercare: S
    visits: R


def surgery_course(days: SurgeryDays[S, T, R], a: RangeAlgebra[S, T, R]) -> SurgeryCourse[S, T, R]:
    """Return what the days tell, where one is certainly before the other and no source says it, else what is said."""
    is_no_later = a.within(Span(0, None), a.less(days.served, days.operated))
    before, after = a.is_true(is_no_later), a.is_false(is_no_later)
    by_days = a.both([a.no(days.is_flag_stated), a.either([before, after])])
    by_flag = a.no(by_days)
    true = a.either([a.both([by_days, before]), a.both([by_flag, a.is_true(days.flag)])])
    false = a.either([a.both([by_days, after]), a.both([by_flag, a.is_false(days.flag)])])
    is_before = a.both([by_days, after, a.no(days.are_visits_given)])
    visits = a.picked(is_before, a.span(Span(0, 0)), days.visits)
    return SurgeryCourse(a.kleene(true, false), by_days, is_before, visits)
