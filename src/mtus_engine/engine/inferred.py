"""What follows from other facts before any rule is asked: days, whether a surgery was done, units, members."""

from collections.abc import Mapping

from mtus_engine.meaning.conditions import truth_of_test
from mtus_engine.meaning.narrowing import members_ruled_out
from mtus_engine.meaning.schedule import Schedule, do_disagree, most_per_week, requested_units, scheduled_units
from mtus_engine.meaning.service_day import RequestDays, is_retrospective, service_days
from mtus_engine.meaning.surgery_day import SurgeryDays, surgery_course
from mtus_engine.meaning.values import VALUES
from mtus_engine.model.condition import OneOf
from mtus_engine.model.fact import Because, Fact, Known, Origin, Statement
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import Choice, Span, Values, is_settled
from mtus_engine.model.vocabulary import Roles

_YES = OneOf(frozenset({True}))

# The place that is given for a number which follows from frequency and duration.
_SCHEDULE = "frequency × duration"


def inferred_facts(
    known: Mapping[str, Known], ruleset: Ruleset, settled: frozenset[str] = frozenset()
) -> dict[str, Known]:
    """Return the facts with those that follow from others.

    settled names facts that are taken to be given without a statement.
    """
    dated = {**known, **_dates(known, ruleset.roles, settled)}
    found = _with_units({**dated, **_of_surgery(dated, ruleset, settled)}, ruleset, settled)
    for fact in ruleset.narrowed:
        if (narrowed := _narrowed(fact, found, ruleset.facts, settled)) is not None:
            found[fact.name] = narrowed
    return found


def _narrowed(
    fact: Fact, known: Mapping[str, Known], facts: Mapping[str, Fact], settled: frozenset[str]
) -> Known | None:
    """Return what is known of a fact without the members that another rules out; None where it rules out none."""
    narrowing = fact.narrowed_by
    assert narrowing is not None
    own, told = known[fact.name], known[narrowing.fact]
    is_told = narrowing.fact in settled or _is_given(told)
    if fact.name in settled or own.is_narrowed or not is_told:
        return None
    ruled_out = members_ruled_out(narrowing, False, told, is_told, (name for name, _ in fact.members), VALUES)
    if not any(ruled_out.values()):
        return None
    left: Choice = Choice(frozenset(name for name, is_out in ruled_out.items() if not is_out))
    said = Statement(left, at=facts[narrowing.fact].label, origin=Origin.DERIVED)
    because = Because.STATED if is_settled(left) else Because.IMPRECISE
    return Known(left, because, own.looked_for, is_narrowed=True, statements=(*own.statements, said))


def _dates(known: Mapping[str, Known], roles: Roles, settled: frozenset[str]) -> dict[str, Known]:
    """Return the date of service, and whether it came before the request, where they follow from other dates."""
    served, flag = known[roles.service_date], known[roles.retrospective]
    days: RequestDays[bool, Truth, Span] = RequestDays(
        requested=VALUES.number(known[roles.request_date]),
        is_requested_given=known[roles.request_date].is_narrowed,
        served=VALUES.number(served),
        is_served_given=roles.service_date in settled or _is_given(served),
        injured=None if roles.injury_date is None else VALUES.number(known[roles.injury_date]),
        flag=truth_of_test(_YES, flag, VALUES),
        is_flag_stated=roles.retrospective in settled or _is_given(flag),
    )
    retrospective = is_retrospective(days, VALUES)
    found = {}
    if retrospective is not days.flag:
        because = Because.IMPRECISE if retrospective is Truth.UNDETERMINED else Because.STATED
        found[roles.retrospective] = Known(VALUES.flag(retrospective), because, is_narrowed=because is Because.STATED)
    if days.is_served_given:
        bounded = service_days(retrospective, days, VALUES)
        if bounded != days.served:
            because = Because.STATED if bounded.point is not None else served.because
            found[roles.service_date] = served._replace(values=VALUES.ordered(bounded), because=because)
    elif retrospective is not Truth.FALSE:
        earlier = service_days(retrospective, days, VALUES)
        because = Because.NOT_DOCUMENTED if earlier.point is None else Because.STATED
        is_narrowed = earlier.low is not None or earlier.high is not None
        found[roles.service_date] = Known(
            VALUES.ordered(earlier), because, served.looked_for, is_narrowed, statements=served.statements
        )
    return found


def _of_surgery(known: Mapping[str, Known], ruleset: Ruleset, settled: frozenset[str]) -> dict[str, Known]:
    """Return whether the surgery was done, and that no aftercare was had yet, where its day tells it."""
    roles = ruleset.roles
    if roles.surgery_date is None or roles.surgery_performed is None or not known[roles.surgery_date].is_narrowed:
        return {}
    performed, visits = known[roles.surgery_performed], roles.surgery_visits
    had = None if visits is None else known[visits]
    days: SurgeryDays[bool, Truth, Span] = SurgeryDays(
        operated=VALUES.number(known[roles.surgery_date]),
        served=VALUES.number(known[roles.service_date]),
        flag=truth_of_test(_YES, performed, VALUES),
        is_flag_stated=roles.surgery_performed in settled or _is_given(performed),
        visits=Span(0, None) if had is None else VALUES.number(had),
        are_visits_given=visits in settled or (had is not None and _is_given(had)),
    )
    course = surgery_course(days, VALUES)
    if not course.follows_from_days:
        return {}
    found = {roles.surgery_performed: _as_derived(performed, VALUES.flag(course.is_done), roles, ruleset)}
    if had is not None and visits is not None and course.is_before_aftercare:
        found[visits] = _as_derived(had, VALUES.ordered(course.visits), roles, ruleset)
    return found


def _as_derived(own: Known, values: Values, roles: Roles, ruleset: Ruleset) -> Known:
    """Return what follows from the day of the surgery for a fact, beside what is said of it."""
    assert roles.surgery_date is not None
    said = Statement(values, at=ruleset.facts[roles.surgery_date].label, origin=Origin.DERIVED)
    return Known(values, Because.STATED, own.looked_for, is_narrowed=True, statements=(*own.statements, said))


def _with_units(known: dict[str, Known], ruleset: Ruleset, settled: frozenset[str]) -> dict[str, Known]:
    """Return the facts with the units that frequency and duration come to, and what is requested by both."""
    roles, facts = ruleset.roles, ruleset.facts
    if roles.units_per_week is None or roles.course_length is None:
        return known
    units, weekly, length = (known[one] for one in (roles.units_requested, roles.units_per_week, roles.course_length))
    schedule: Schedule[bool, Span] = Schedule(
        units=VALUES.number(units),
        is_units_given=roles.units_requested in settled or _is_given(units),
        per_week=VALUES.number(weekly),
        most_per_week=most_per_week(facts[roles.units_per_week]),
        length=VALUES.number(length),
        is_schedule_given=all(
            name in settled or _is_given(of)
            for name, of in ((roles.units_per_week, weekly), (roles.course_length, length))
        ),
    )
    if not schedule.is_schedule_given:
        return known
    scheduled = scheduled_units(schedule, VALUES)
    disagree = do_disagree(schedule, scheduled, VALUES)
    said = Statement(VALUES.ordered(scheduled), at=_SCHEDULE, origin=Origin.DERIVED)
    own = Known(VALUES.ordered(scheduled), _because(scheduled), is_narrowed=True, statements=(said,))
    if roles.units_scheduled is not None and not _is_given(known[roles.units_scheduled]):
        known[roles.units_scheduled] = own
    if roles.schedule_agrees is not None and not _is_given(known[roles.schedule_agrees]):
        agrees = Truth.FALSE if disagree else Truth.TRUE
        known[roles.schedule_agrees] = Known(VALUES.flag(agrees), Because.STATED, is_narrowed=True)
    if not schedule.is_units_given:
        known[roles.units_requested] = own._replace(statements=(*units.statements, said), looked_for=units.looked_for)
    elif disagree and roles.units_requested not in settled:
        whole = VALUES.ordered(requested_units(schedule, scheduled, VALUES))
        statements = (*(one for one in units.statements if one.at != _SCHEDULE), said)
        known[roles.units_requested] = Known(whole, Because.CONFLICTING, is_narrowed=True, statements=statements)
    return known


def _because(span: Span) -> Because:
    return Because.IMPRECISE if span.point is None else Because.STATED


def _is_given(known: Known) -> bool:
    """Return whether a source gives a value of the fact itself, and so rules out some other value."""
    said = any(one.values is not None and one.origin is not Origin.DERIVED for one in known.statements)
    return known.is_narrowed and known.stands_in is None and said
