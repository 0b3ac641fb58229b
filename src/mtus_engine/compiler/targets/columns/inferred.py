"""Facts that follow from others, as columns: the date of service, the units requested, and members ruled out."""

from collections.abc import Iterator, Mapping

import ibis
from ibis import Deferred

from mtus_engine.compiler.targets.columns.algebra import ColumnAlgebra
from mtus_engine.compiler.targets.columns.ranges import ColumnRange, picked_range
from mtus_engine.compiler.targets.columns.stages import Stages
from mtus_engine.compiler.targets.columns.terms import (
    Flag,
    Sure,
    both,
    combined_column,
    either,
    first_case,
    is_false,
    is_true,
    no,
    null_end,
)
from mtus_engine.compiler.targets.columns.values import ColumnValues, MemberColumns, Seen, named_seen
from mtus_engine.meaning.narrowing import members_ruled_out
from mtus_engine.meaning.schedule import Schedule, do_disagree, most_per_week, requested_units, scheduled_units
from mtus_engine.meaning.service_day import RequestDays, follows_from_dates, is_retrospective, service_days
from mtus_engine.meaning.surgery_day import SurgeryDays, surgery_course
from mtus_engine.model.fact import Fact, Narrowing
from mtus_engine.model.values import Span
from mtus_engine.model.vocabulary import Roles


def inferred_columns(
    known: Mapping[str, Seen], as_given: Mapping[str, Seen], facts: Mapping[str, Fact], roles: Roles, stages: Stages
) -> Iterator[tuple[str, Seen]]:
    """Yield the facts that follow from others, where those others are known.

    known are the facts after fallbacks to other facts, as_given the same facts before any fallback.
    """
    dates = {name: named_seen(seen, stages) for name, seen in _dates(known, as_given, roles, stages)}
    yield from dates.items()
    yield from _of_surgery({**known, **dates}, roles, stages)
    yield from _units(known, facts, roles, stages)
    for fact in facts.values():
        if fact.narrowed_by is not None and fact.name in known and fact.narrowed_by.fact in known:
            yield from _narrowed(fact, fact.narrowed_by, known, stages)


def _narrowed(
    fact: Fact, narrowing: Narrowing, known: Mapping[str, Seen], stages: Stages
) -> Iterator[tuple[str, Seen]]:
    """Yield a fact without the members that another rules out, where it may rule out any."""
    own, told = known[fact.name], known[narrowing.fact]
    assert isinstance(own.values, MemberColumns)
    members = [name for name, _ in fact.members]
    found = members_ruled_out(narrowing, own.narrowed, told, _is_given(told), members, ColumnAlgebra(stages))
    ruled_out = {member: stages.named(one) for member, one in found.items()}
    is_narrowed = stages.named(either(*ruled_out.values()))
    if is_narrowed is False:
        return

    def left(*outs: Deferred) -> Deferred:
        kept = [ibis.ifelse(out, ibis.null("string"), member) for out, member in zip(outs, members, strict=True)]
        return ibis.array(kept).filter(lambda member: member.notnull())

    among = first_case([(is_narrowed, combined_column(left, *ruled_out.values()))], own.values.among)
    yield (
        fact.name,
        own._replace(
            values=own.values._replace(among=among),
            missing=both(own.missing, no(is_narrowed)),
            narrowed=either(own.narrowed, is_narrowed),
        ),
    )


def _dates(
    known: Mapping[str, Seen], as_given: Mapping[str, Seen], roles: Roles, stages: Stages
) -> Iterator[tuple[str, Seen]]:
    """Yield the date of service and whether it came before the request."""
    if roles.service_date not in known or roles.retrospective not in known:
        return
    a = ColumnAlgebra(stages)
    served, flag = as_given[roles.service_date], known[roles.retrospective]
    days: RequestDays[Sure, Flag, ColumnRange] = RequestDays(
        requested=a.number(known[roles.request_date]),
        is_requested_given=known[roles.request_date].narrowed,
        served=a.number(served),
        is_served_given=served.narrowed,
        injured=None if roles.injury_date is None else a.number(known[roles.injury_date]),
        flag=a.among(frozenset({True}), flag),
        is_flag_stated=both(flag.narrowed, no(flag.presumed)),
    )
    retrospective = a.once(is_retrospective(days, a))
    turned = both(follows_from_dates(days, a), no(_are_alike(retrospective, days.flag)))
    yield (
        roles.retrospective,
        flag._replace(
            values=a.flag(retrospective),
            missing=both(flag.missing, no(turned)),
            conflicting=both(flag.conflicting, no(turned)),
            narrowed=first_case([(turned, either(is_true(retrospective), is_false(retrospective)))], flag.narrowed),
            presumed=both(flag.presumed, no(turned)),
        ),
    )
    standing = known[roles.service_date]
    earlier = a.once(service_days(retrospective, days, a))
    is_earlier = both(no(days.is_served_given), no(is_false(retrospective)))
    is_bounded = either(no(null_end(earlier.low)), no(null_end(earlier.high)))
    is_followed = both(days.is_served_given, is_true(retrospective))
    is_settled = both(is_followed, a.is_point(earlier))
    assert isinstance(standing.values, ColumnRange)
    yield (
        roles.service_date,
        standing._replace(
            values=picked_range(either(is_earlier, is_followed), earlier, standing.values),
            missing=first_case([(is_earlier, no(a.is_point(earlier)))], both(standing.missing, no(is_settled))),
            conflicting=both(standing.conflicting, no(either(is_earlier, is_settled))),
            narrowed=first_case([(is_earlier, is_bounded)], standing.narrowed),
            presumed=both(standing.presumed, no(is_earlier)),
        ),
    )


def _of_surgery(known: Mapping[str, Seen], roles: Roles, stages: Stages) -> Iterator[tuple[str, Seen]]:
    """Yield whether the surgery was done, and the aftercare had so far, where the day of the surgery may tell it."""
    date, performed = roles.surgery_date, roles.surgery_performed
    if date is None or performed is None or date not in known or performed not in known:
        return
    a = ColumnAlgebra(stages)
    flag, had = known[performed], known.get(roles.surgery_visits or "")
    days: SurgeryDays[Sure, Flag, ColumnRange] = SurgeryDays(
        operated=a.number(known[date]),
        served=a.number(known[roles.service_date]),
        flag=a.among(frozenset({True}), flag),
        is_flag_stated=_is_given(flag),
        visits=a.span(Span(0, None)) if had is None else a.number(had),
        are_visits_given=False if had is None else _is_given(had),
    )
    course = surgery_course(days, a)
    yield performed, _following(flag, a.flag(course.is_done), course.follows_from_days)
    if had is not None and roles.surgery_visits is not None:
        yield roles.surgery_visits, _following(had, a.ordered(course.visits), course.is_before_aftercare)


def _following(own: Seen, values: ColumnValues, follows: Sure) -> Seen:
    """Return a fact that has other values where they follow from another fact."""
    return own._replace(
        values=values,
        missing=both(own.missing, no(follows)),
        conflicting=both(own.conflicting, no(follows)),
        narrowed=either(own.narrowed, follows),
        presumed=both(own.presumed, no(follows)),
    )


def _are_alike(one: Flag, other: Flag) -> Sure:
    both_true, both_false = both(is_true(one), is_true(other)), both(is_false(one), is_false(other))
    either_open = either(is_true(one), is_false(one), is_true(other), is_false(other))
    return either(both_true, both_false, no(either_open))


def _is_given(seen: Seen) -> Sure:
    """Return whether the rows themselves give a value of the fact, and so rule out some other value."""
    return both(seen.narrowed, no(seen.presumed))


def _units(
    known: Mapping[str, Seen], facts: Mapping[str, Fact], roles: Roles, stages: Stages
) -> Iterator[tuple[str, Seen]]:
    """Yield the units requested, the units that frequency and duration come to, and whether the two agree."""
    if roles.units_per_week is None or roles.course_length is None:
        return
    a = ColumnAlgebra(stages)
    units, weekly, length = (known[one] for one in (roles.units_requested, roles.units_per_week, roles.course_length))
    most = most_per_week(facts[roles.units_per_week])
    is_scheduled = both(_is_given(weekly), _is_given(length))
    if is_scheduled is False:
        return
    schedule: Schedule[Sure, ColumnRange] = Schedule(
        a.number(units), _is_given(units), a.number(weekly), most, a.number(length), is_scheduled
    )
    scheduled = a.once(scheduled_units(schedule, a))
    disagree = stages.named(do_disagree(schedule, scheduled, a))
    follows = both(is_scheduled, no(_is_given(units)))
    whole = a.once(requested_units(schedule, scheduled, a))
    yield (
        roles.units_requested,
        units._replace(
            values=a.ordered(whole),
            missing=both(units.missing, no(follows)),
            conflicting=either(both(units.conflicting, no(follows)), disagree),
            narrowed=either(units.narrowed, follows),
        ),
    )
    if roles.units_scheduled is not None:
        own = known[roles.units_scheduled]
        stands = both(is_scheduled, no(_is_given(own)))
        yield (
            roles.units_scheduled,
            own._replace(
                values=a.ordered(a.picked(stands, scheduled, a.number(own))),
                missing=both(own.missing, no(stands)),
                narrowed=either(own.narrowed, stands),
            ),
        )
    if roles.schedule_agrees is not None:
        own = known[roles.schedule_agrees]
        stands = both(is_scheduled, no(_is_given(own)))
        said = a.among(frozenset({True}), own)
        yield (
            roles.schedule_agrees,
            own._replace(
                values=a.flag(a.first([(both(stands, disagree), False), (stands, True)], said)),
                missing=both(own.missing, no(stands)),
                narrowed=either(own.narrowed, stands),
            ),
        )
