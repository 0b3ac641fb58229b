"""One guideline document as an edition: criteria, limits and what decides whether it governs."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple, TypeVar

from mtus_engine.compiler.definitions import closure, given_name, in_order
from mtus_engine.compiler.literals import written_date_span
from mtus_engine.compiler.problems import Misfit, Place, Problems
from mtus_engine.compiler.scope import Scope, widened_scope
from mtus_engine.compiler.tiers import tier_rule
from mtus_engine.loader.source import Plain
from mtus_engine.model.condition import AllOf, Condition, Leaf, OneOf, fact_names
from mtus_engine.model.diagnostic import did_you_mean, quoted_value
from mtus_engine.model.fact import Fact, Kind, domain_of
from mtus_engine.model.guideline import Criterion, Exemption, GuidelineDocument, Limit
from mtus_engine.model.lifting import condition_unless_lifted, condition_with_exceptions
from mtus_engine.model.pack import Overlay
from mtus_engine.model.periods import parse_period
from mtus_engine.model.ruleset import (
    CriterionRule,
    Derived,
    Difference,
    Edition,
    ExceptionRule,
    Left,
    LimitRule,
    Looked,
    Margin,
    Mark,
    Operand,
    TierRule,
)
from mtus_engine.model.values import Span
from mtus_engine.model.vocabulary import Roles


class OfPack(NamedTuple):
    """Whose an edition is, and what other packs add to it: overlays with their places and packs, marks set anew.

    is_further tells that its guideline is another pack's.
    """

    pack: str
    is_further: bool = False
    overlays: Sequence[tuple[Overlay, Place, str]] = ()
    marks: Mapping[str, Mark] = {}


def edition(
    document: GuidelineDocument, shared: Scope, roles: Roles, place: Place, problems: Problems, of_pack: OfPack
) -> Edition | None:
    """Return the edition, or None (each mistake noted) where a part of it is wrong."""
    before = len(problems.found)
    scope = widened_scope(shared, [(document.definitions, document.tables, place)], problems)
    in_force = _in_force(document, place / "in_force", problems)
    _check_treatments(document.covers, scope, roles.treatment, place / "covers", problems)
    for n, limit in enumerate(document.limits):
        where = place / "limits" / n / "counted_together"
        _check_treatments(limit.counted_together, scope, roles.treatment, where, problems)
    sources = [(document.criteria, document.limits, place, of_pack.pack, False)]
    sources += [(one.criteria, one.limits, where, pack, True) for one, where, pack in of_pack.overlays]
    _check_ids([(rules, limits, where) for rules, limits, where, _, _ in sources], problems)
    governs_base, exceptions = _governing(document, scope, place, problems)
    governs = condition_with_exceptions(governs_base, exceptions)
    criteria: list[CriterionRule] = []
    caps: list[tuple[LimitRule, tuple[Derived, Derived]]] = []
    for authored, limits, where, pack, is_overlay in sources:
        read = [_criterion(c, scope, where / "criteria" / n, problems) for n, c in enumerate(authored)]
        criteria += [_of_pack(rule, pack, of_pack, is_overlay=is_overlay) for rule in read if rule is not None]
        found = [_limit(limit, scope, roles, where / "limits" / n, problems) for n, limit in enumerate(limits)]
        for one in (one for one in found if one is not None):
            rule = _of_pack(one[0], pack, of_pack, is_overlay=is_overlay)
            left, margin = (entry._replace(mark=rule.mark) for entry in one[1])
            caps.append((rule, (left, margin)))
    for n, tier in enumerate(document.tiers):
        if tier.id in [other.id for other in document.tiers[:n]]:
            message = f"{tier.id} is used twice among the tiers of this edition"
            problems.add(place / "tiers" / n / "id", "MT306", message, "rename one")
    tiers = [tier_rule(t, scope, place / "tiers" / n, problems, of_pack.pack) for n, t in enumerate(document.tiers)]
    if not (document.criteria or document.limits or document.tiers) and document.not_encoded is None:
        problems.add(
            place / "guideline",
            "MT312",
            "an edition without criteria and limits decides nothing",
            "add criteria, or say why under not_encoded",
        )
    if len(problems.found) > before or in_force is None:
        return None
    hidden = [entry for _, entries in caps for entry in entries]
    ordered = in_order([*scope.derived, *hidden])
    routes = tuple(tier for tier in tiers if tier is not None)
    needed = _needed_facts(governs, criteria, [limit for limit, _ in caps], routes)
    return Edition(
        guideline=document.guideline,
        edition=_iso(in_force.low),
        title=document.title,
        instrument=document.source.instrument,
        regulation=document.source.regulation,
        pages=document.source.pages,
        in_force=in_force,
        covers=frozenset(document.covers),
        governs=governs,
        takes_precedence_over=document.takes_precedence_over,
        not_encoded=document.not_encoded,
        note=document.note,
        criteria=tuple(criteria),
        limits=tuple(limit for limit, _ in caps),
        derived=closure(needed, ordered),
        facts={**scope.facts, **{entry.fact.name: entry.fact for entry in hidden}},
        file=place.document.file,
        lines=_lines(document, place),
        governs_base=governs_base,
        governs_exceptions=exceptions,
        tiers=routes,
        pack=of_pack.pack,
        is_further=of_pack.is_further,
        licensed_by=document.licensed_by,
    )


AnyRule = TypeVar("AnyRule", CriterionRule, LimitRule)


def _of_pack(rule: AnyRule, pack: str, of_pack: OfPack, *, is_overlay: bool) -> AnyRule:
    """Return a rule with whose it is, and with its marks: what an office adds is its reading, and no text."""
    mark = of_pack.marks.get(rule.id, rule.mark)
    mark = mark if mark.reading else mark._replace(reading=rule.mark.reading)
    return rule._replace(pack=pack, mark=mark._replace(reading="interpretation") if is_overlay else mark)


def _governing(
    document: GuidelineDocument, scope: Scope, place: Place, problems: Problems
) -> tuple[Condition | None, tuple[ExceptionRule, ...]]:
    """Return when the edition governs by itself, None for always, and the exceptions to it."""
    base = _optional(document.governs_when, scope, place / "governs_when", problems)
    exceptions = _exceptions(document.governs_exceptions, scope, place / "governs_exceptions", problems)
    if exceptions and document.governs_when is None:
        message = "an edition that always governs has no exceptions to when it does"
        problems.add(place / "governs_exceptions", "MT303", message, "add governs_when: or leave the exceptions out")
    return base, exceptions


def _lines(document: GuidelineDocument, place: Place) -> dict[str, int]:
    """Return the line on which each criterion, limit, tier, table and definition begins, by its id."""
    parts = (
        ("criteria", "id", [one.id for one in document.criteria]),
        ("limits", "id", [one.id for one in document.limits]),
        ("tiers", "id", [one.id for one in document.tiers]),
        ("tables", "id", [one.id for one in document.tables]),
        ("definitions", "fact", [one.fact for one in document.definitions]),
    )
    return {id_: (place / part / n / key).place()[0] for part, key, ids in parts for n, id_ in enumerate(ids)}


def _needed_facts(
    governs: Condition | None,
    criteria: Sequence[CriterionRule],
    limits: Sequence[LimitRule],
    tiers: Sequence[TierRule],
) -> list[str]:
    conditions = [
        governs,
        *(c.met_when for c in criteria),
        *(c.applies_when for c in criteria),
        *(x.active for x in limits),
    ]
    names = [name for condition in conditions if condition is not None for name in fact_names(condition)]
    counts = [name for tier in tiers for name in tier.counts]
    return [*names, *(limit.margin for limit in limits), *(limit.of for limit in limits), *counts]


def _iso(day: int | None) -> str:
    assert day is not None
    return date.fromordinal(day).isoformat()


def _in_force(document: GuidelineDocument, place: Place, problems: Problems) -> Span | None:
    try:
        low = written_date_span(document.in_force.from_).low
        high = None if document.in_force.until is None else written_date_span(document.in_force.until).high
    except Misfit as misfit:
        problems.add(place, "MT302", str(misfit), misfit.cure)
        return None
    if high is not None and low is not None and high < low:
        problems.add(place / "until", "MT302", "until is earlier than from", "exchange the two")
        return None
    return Span(low, high)


def _check_treatments(named: Sequence[str], scope: Scope, treatment: str, place: Place, problems: Problems) -> None:
    members = tuple(name for name, _ in scope.facts[treatment].members) if treatment in scope.facts else ()
    for n, name in enumerate(named):
        if members and name not in members:
            near = did_you_mean(name, members)
            problems.add(
                place / n,
                "MT308",
                f"{treatment} has no member {name}{near}",
                "add it to the vocabulary, or mend the name",
            )


def _check_ids(sources: Sequence[tuple[Sequence[Criterion], Sequence[Limit], Place]], problems: Problems) -> None:
    """Note ids that are used twice among the rules of an edition, those that overlays add to it among them."""
    seen: set[str] = set()
    for criteria, limits, place in sources:
        named = [(one.id, place / "criteria" / n) for n, one in enumerate(criteria)]
        named += [(one.id, place / "limits" / n) for n, one in enumerate(limits)]
        for id_, where in named:
            if id_ in seen:
                message = f"{id_} is used twice in this edition"
                problems.add(where / "id", "MT306", message, "criteria and limits share their ids: rename one")
            seen.add(id_)


def _optional(plain: Plain, scope: Scope, place: Place, problems: Problems) -> Condition | None:
    return None if plain is None else scope.reader(problems).condition(plain, place)


def _criterion(criterion: Criterion, scope: Scope, place: Place, problems: Problems) -> CriterionRule | None:
    met = scope.reader(problems).condition(criterion.met_when, place / "met_when")
    applies = _optional(criterion.applies_when, scope, place / "applies_when", problems)
    if met is None:
        return None
    exceptions = _exceptions(criterion.exceptions, scope, place / "exceptions", problems)
    return CriterionRule(
        id=criterion.id,
        cite=criterion.cite,
        requires=criterion.requires,
        met_when=met,
        applies_when=condition_unless_lifted(applies, exceptions),
        advisory=criterion.advisory,
        mark=Mark(criterion.verified, criterion.reading, criterion.seen_in),
        base=applies,
        exceptions=exceptions,
    )


def _exceptions(
    authored: Sequence[Exemption], scope: Scope, place: Place, problems: Problems
) -> tuple[ExceptionRule, ...]:
    read = [(one, scope.reader(problems).condition(one.when, place / n / "when")) for n, one in enumerate(authored)]
    return tuple(
        ExceptionRule(when, one.says, one.cite, Mark(one.verified, one.reading, one.seen_in))
        for one, when in read
        if when is not None
    )


def _limit(
    limit: Limit, scope: Scope, roles: Roles, place: Place, problems: Problems
) -> tuple[LimitRule, tuple[Derived, Derived]] | None:
    reader = scope.reader(problems)
    counting = (limit.counting,) if isinstance(limit.counting, str) else limit.counting
    of = reader.known_fact(limit.of, place / "of")
    counted = [reader.known_fact(name, place / "counting") for name in counting]
    applies = _optional(limit.applies_when, scope, place / "applies_when", problems)
    unless = _optional(limit.unless, scope, place / "unless", problems)
    mark = Mark(limit.verified, limit.reading, limit.seen_in)
    exceptions = _exceptions(limit.exceptions, scope, place / "exceptions", problems)
    if unless is not None:
        exceptions = (ExceptionRule(unless, "what the limit itself names", limit.cite, mark), *exceptions)
    if of is None or None in counted:
        return None
    cap = _cap(limit, of, scope, place / "at_most", problems)
    if cap is None:
        return None
    parts = [part for part in (applies, _cap_given_test(cap, scope)) if part is not None]
    left, margin = f"limit {limit.id}: left", f"limit {limit.id}: margin"
    unit = of.unit if of.kind is Kind.INTEGER else "days"
    base = None if not parts else parts[0] if len(parts) == 1 else AllOf(tuple(parts))
    rule = LimitRule(
        id=limit.id,
        cite=limit.cite,
        allows=limit.allows,
        of=limit.of,
        cap=cap,
        counting=counting,
        active=condition_unless_lifted(base, exceptions),
        left=left,
        margin=margin,
        unit=unit,
        mark=mark,
        base=base,
        exceptions=exceptions,
        counted_together=frozenset(limit.counted_together),
    )
    return rule, (
        Derived(_hidden_fact(left, f"left of the limit {limit.id}", of, unit), Left(cap, counting), limit.cite, mark),
        Derived(
            _hidden_fact(margin, f"margin to the limit {limit.id}", of, unit),
            _margin(limit, cap, counting, left, roles, scope),
            limit.cite,
            mark,
        ),
    )


def _margin(limit: Limit, cap: Operand, counting: tuple[str, ...], left: str, roles: Roles, scope: Scope) -> Margin:
    authorized = roles.units_authorized
    is_shared = limit.of == roles.units_disputed and authorized in counting
    others = tuple(name for name in counting if name != authorized)
    return Margin(left, limit.of, cap, others, _units_asked(scope, roles) if is_shared else None)


def _units_asked(scope: Scope, roles: Roles) -> str:
    """Return the fact of which the authorized units are a part: what the units in dispute are worked out from."""
    of_dispute = [one.formula for one in scope.derived if one.fact.name == roles.units_disputed]
    formula = of_dispute[0] if of_dispute else None
    minuend = formula.minuend if isinstance(formula, Difference) else None
    return minuend if isinstance(minuend, str) else roles.units_requested


def _cap(limit: Limit, of: Fact, scope: Scope, place: Place, problems: Problems) -> Operand | None:
    plain = limit.at_most
    if isinstance(plain, int) and not isinstance(plain, bool) and of.kind is Kind.INTEGER and 0 <= plain < 2**31:
        return plain
    if isinstance(plain, str):
        period = parse_period(plain)
        if period is not None and of.kind is Kind.PERIOD and not period.months:
            return period.days
        fact = scope.reader(problems).known_fact(plain, place)
        if fact is None:
            return None
        if fact.kind is of.kind:
            return plain
    cure = "a whole number, or a fact of the same type as of:; a period in weeks or days"
    problems.add(place, "MT302", f"{quoted_value(plain)} does not limit {of.name}", cure)
    return None


def _cap_given_test(cap: Operand, scope: Scope) -> Condition | None:
    """Return the test that the table gives the cap at all, where a table gives it."""
    looked = any(entry.fact.name == cap and isinstance(entry.formula, Looked) for entry in scope.derived)
    return Leaf(given_name(str(cap)), OneOf(frozenset({True}), (True,))) if looked else None


def _hidden_fact(name: str, label: str, of: Fact, unit: str | None) -> Fact:
    return Fact(
        name, Kind.INTEGER, domain_of(Kind.INTEGER, (), None, None), of.order, label, unit=unit, is_defined=True
    )
