"""Facts that follow from others, as terms: the date of service, the units requested, and members ruled out."""

from collections.abc import Mapping

import z3

from mtus_engine.compiler.targets.logic.algebra import FactTerm, LogicAlgebra
from mtus_engine.compiler.targets.logic.terms import Ends, Kleene, MemberTerms, PeriodTerms, SetTerms
from mtus_engine.meaning.narrowing import members_ruled_out
from mtus_engine.meaning.schedule import Schedule, do_disagree, most_per_week, requested_units, scheduled_units
from mtus_engine.meaning.service_day import RequestDays, is_retrospective, service_days
from mtus_engine.meaning.surgery_day import SurgeryDays, surgery_course
from mtus_engine.model.fact import Fact
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.model.values import Span

Terms = Mapping[str, FactTerm]


def inferred_terms(base: Terms, ruleset: Ruleset, a: LogicAlgebra) -> Terms:
    """Return the base facts with those that follow from others."""
    found = _with_units(_with_surgery(_with_dates(base, ruleset, a), ruleset, a), ruleset, a)
    return {**found, **{fact.name: _narrowed(fact, found, ruleset.facts, a) for fact in ruleset.narrowed}}


def _narrowed(fact: Fact, known: Terms, facts: Mapping[str, Fact], a: LogicAlgebra) -> FactTerm:
    """Return a fact without the members that another rules out."""
    narrowing = fact.narrowed_by
    assert narrowing is not None
    own, told = known[fact.name], known[narrowing.fact]
    assert isinstance(own.values, MemberTerms)
    is_told = _is_given(facts[narrowing.fact], told)
    members = [name for name, _ in fact.members]
    ruled_out = members_ruled_out(narrowing, _is_given(fact, own), told, is_told, members, a)
    left: dict[str | bool, z3.BoolRef] = {
        name: z3.And(own.values.possible[name], z3.Not(ruled_out[name])) for name in members
    }
    return FactTerm(MemberTerms(left), _documented_or(own.documented, z3.Or(list(ruled_out.values()))))


def _with_dates(base: Terms, ruleset: Ruleset, a: LogicAlgebra) -> Terms:
    """Return the facts with the date of service, and whether it came before the request, as other dates give them."""
    roles, facts = ruleset.roles, ruleset.facts
    requested, served, flag = (base[one] for one in (roles.request_date, roles.service_date, roles.retrospective))
    days: RequestDays[z3.BoolRef, Kleene, Ends] = RequestDays(
        requested=a.number(requested),
        is_requested_given=_is_given(facts[roles.request_date], requested),
        served=a.number(served),
        is_served_given=_is_given(facts[roles.service_date], served),
        injured=None if roles.injury_date is None else a.number(base[roles.injury_date]),
        flag=a.among(frozenset({True}), flag),
        is_flag_stated=_is_given(facts[roles.retrospective], flag),
    )
    retrospective = is_retrospective(days, a)
    return {
        **base,
        roles.retrospective: FactTerm(a.flag(retrospective), flag.documented),
        roles.service_date: FactTerm(a.ordered(service_days(retrospective, days, a)), served.documented),
    }


def _with_surgery(base: Terms, ruleset: Ruleset, a: LogicAlgebra) -> Terms:
    """Return the facts with whether the surgery was done, and the aftercare had so far, as its day gives them."""
    roles, facts = ruleset.roles, ruleset.facts
    if roles.surgery_date is None or roles.surgery_performed is None:
        return base
    flag, visits = base[roles.surgery_performed], roles.surgery_visits
    days: SurgeryDays[z3.BoolRef, Kleene, Ends] = SurgeryDays(
        operated=a.number(base[roles.surgery_date]),
        served=a.number(base[roles.service_date]),
        flag=a.among(frozenset({True}), flag),
        is_flag_stated=_is_given(facts[roles.surgery_performed], flag),
        visits=a.span(Span(0, None)) if visits is None else a.number(base[visits]),
        are_visits_given=z3.BoolVal(False) if visits is None else _is_given(facts[visits], base[visits]),
    )
    course = surgery_course(days, a)
    done = FactTerm(a.flag(course.is_done), _documented_or(flag.documented, course.follows_from_days))
    found = {**base, roles.surgery_performed: done}
    if visits is not None:
        documented = _documented_or(base[visits].documented, course.is_before_aftercare)
        found[visits] = FactTerm(a.ordered(course.visits), documented)
    return found


def _with_units(base: Terms, ruleset: Ruleset, a: LogicAlgebra) -> Terms:
    """Return the facts with the units requested, those that frequency and duration come to, and whether they agree."""
    roles, facts = ruleset.roles, ruleset.facts
    if roles.units_per_week is None or roles.course_length is None:
        return base
    units, weekly, length = (base[one] for one in (roles.units_requested, roles.units_per_week, roles.course_length))
    is_scheduled = z3.And(_is_given(facts[roles.units_per_week], weekly), _is_given(facts[roles.course_length], length))
    schedule: Schedule[z3.BoolRef, Ends] = Schedule(
        units=a.number(units),
        is_units_given=_is_given(facts[roles.units_requested], units),
        per_week=a.number(weekly),
        most_per_week=most_per_week(facts[roles.units_per_week]),
        length=a.number(length),
        is_schedule_given=is_scheduled,
    )
    scheduled = scheduled_units(schedule, a)
    found = {
        roles.units_requested: FactTerm(
            a.ordered(requested_units(schedule, scheduled, a)), _documented_or(units.documented, is_scheduled)
        )
    }
    if roles.units_scheduled is not None:
        own = base[roles.units_scheduled]
        follows = z3.And(is_scheduled, z3.Not(_is_given(facts[roles.units_scheduled], own)))
        values = a.ordered(a.picked(follows, scheduled, a.number(own)))
        found[roles.units_scheduled] = FactTerm(values, _documented_or(own.documented, follows))
    if roles.schedule_agrees is not None:
        own = base[roles.schedule_agrees]
        follows = z3.And(is_scheduled, z3.Not(_is_given(facts[roles.schedule_agrees], own)))
        disagree, said = do_disagree(schedule, scheduled, a), a.among(frozenset({True}), own)
        agrees = a.kleene(
            z3.If(follows, z3.Not(disagree), said.true),
            z3.If(follows, disagree, said.false),
        )
        found[roles.schedule_agrees] = FactTerm(a.flag(agrees), _documented_or(own.documented, follows))
    return {**base, **found}


def _documented_or(documented: z3.BoolRef | None, follows: z3.BoolRef) -> z3.BoolRef | None:
    return None if documented is None else z3.Or(documented, follows)


def _is_given(fact: Fact, known: FactTerm) -> z3.BoolRef:
    """Return whether the record rules out some value of a fact."""
    values = known.values
    if isinstance(values, Ends):
        assert isinstance(fact.domain, Span)
        low, high = fact.domain
        is_lowest = values.no_low if low is None else z3.And(z3.Not(values.no_low), values.low == low)
        is_highest = values.no_high if high is None else z3.And(z3.Not(values.no_high), values.high == high)
        is_open = z3.And(is_lowest, is_highest)
    elif isinstance(values, PeriodTerms):
        is_open = z3.And(values.days.low == 0, values.days.no_high)
    elif isinstance(values, SetTerms):
        is_open = z3.And([*values.possible.values(), *(z3.Not(one) for one in values.certain.values())])
    else:
        assert isinstance(values, MemberTerms)
        is_open = z3.And(list(values.possible.values()))
    # A fact with a presumption may have a value that no source gives.
    is_said = known.documented if fact.presume is not None and known.documented is not None else z3.BoolVal(True)
    return z3.And(is_said, z3.Not(is_open))
