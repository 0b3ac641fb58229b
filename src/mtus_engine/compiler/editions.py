"""Compiles one guideline document into an edition: criteria, limits, and the condition under which it governs."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple, TypeVar

from mtus_engine.compiler.dates import written_date_span
from mtus_engine.compiler.definitions import closure, in_order
from mtus_engine.compiler.edition_rules import criterion_rule, exception_rules, limit_rule, optional_condition
from mtus_engine.compiler.problems import Misfit, Place, Problems
from mtus_engine.compiler.scope import Scope, widened_scope
from mtus_engine.compiler.tiers import tier_rule
from mtus_engine.model.condition import Condition, fact_names
from mtus_engine.model.diagnostic import did_you_mean, quoted_value
from mtus_engine.model.formula import Derived, Mark
from mtus_engine.model.guideline import Criterion, GuidelineDocument, Limit
from mtus_engine.model.lifting import condition_with_exceptions
from mtus_engine.model.pack import Overlay
from mtus_engine.model.ruleset import CriterionRule, Edition, ExceptionRule, LimitRule, TierRule
from mtus_engine.model.values import Span
from mtus_engine.model.vocabulary import Roles


class OfPack(NamedTuple):
    """The pack of an edition and what other packs add: overlays with place and pack, and new marks by rule id.

    is_further is true where the guideline was first given by another pack.
    """

    pack: str
    is_further: bool = False
    overlays: Sequence[tuple[Overlay, Place, str]] = ()
    marks: Mapping[str, Mark] = {}


class RuleSource(NamedTuple):
    """Criteria and limits that stand together: those of the edition's own document, or those of one overlay on it."""

    criteria: Sequence[Criterion]
    limits: Sequence[Limit]
    place: Place
    pack: str
    is_overlay: bool


def edition(
    document: GuidelineDocument, shared: Scope, roles: Roles, place: Place, problems: Problems, of_pack: OfPack
) -> Edition | None:
    """Return the edition, or None (each mistake noted) where a part of it is wrong."""
    before = len(problems.found)
    scope = widened_scope(shared, [(document.definitions, document.tables, place)], problems)
    in_force = _days_in_force(document, place / "in_force", problems)
    _check_treatments(document.covers, scope, roles.treatment, place / "covers", problems)
    for n, limit in enumerate(document.limits):
        where = place / "limits" / n / "counted_together"
        _check_treatments(limit.counted_together, scope, roles.treatment, where, problems)
    sources = [RuleSource(document.criteria, document.limits, place, of_pack.pack, is_overlay=False)]
    sources += [
        RuleSource(one.criteria, one.limits, where, pack, is_overlay=True) for one, where, pack in of_pack.overlays
    ]
    _check_ids(sources, problems)
    governs_base, exceptions = _governing_condition(document, scope, place, problems)
    governs = condition_with_exceptions(governs_base, exceptions)
    criteria, caps = _rules(sources, scope, roles, problems, of_pack)
    tiers = _tiers(document, scope, place / "tiers", problems, of_pack.pack)
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
    needed = _needed_facts(governs, criteria, [limit for limit, _ in caps], tiers)
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
        tiers=tiers,
        pack=of_pack.pack,
        is_further=of_pack.is_further,
        licensed_by=document.licensed_by,
    )


def _rules(
    sources: Sequence[RuleSource], scope: Scope, roles: Roles, problems: Problems, of_pack: OfPack
) -> tuple[list[CriterionRule], list[tuple[LimitRule, tuple[Derived, Derived]]]]:
    """Return the criteria of all sources, and the limits with the facts worked out for them; mistakes are noted."""
    criteria: list[CriterionRule] = []
    caps: list[tuple[LimitRule, tuple[Derived, Derived]]] = []
    for authored, limits, where, pack, is_overlay in sources:
        read = [criterion_rule(c, scope, where / "criteria" / n, problems) for n, c in enumerate(authored)]
        criteria += [_of_pack(rule, pack, of_pack, is_overlay=is_overlay) for rule in read if rule is not None]
        found = [limit_rule(limit, scope, roles, where / "limits" / n, problems) for n, limit in enumerate(limits)]
        for one in (one for one in found if one is not None):
            rule = _of_pack(one[0], pack, of_pack, is_overlay=is_overlay)
            left, margin = (entry._replace(mark=rule.mark) for entry in one[1])
            caps.append((rule, (left, margin)))
    return criteria, caps


def _tiers(
    document: GuidelineDocument, scope: Scope, place: Place, problems: Problems, pack: str
) -> tuple[TierRule, ...]:
    for n, tier in enumerate(document.tiers):
        if tier.id in [other.id for other in document.tiers[:n]]:
            message = f"{tier.id} is used twice among the tiers of this edition"
            problems.add(place / n / "id", "MT306", message, "rename one")
    read = [tier_rule(tier, scope, place / n, problems, pack) for n, tier in enumerate(document.tiers)]
    return tuple(tier for tier in read if tier is not None)


AnyRule = TypeVar("AnyRule", CriterionRule, LimitRule)


def _of_pack(rule: AnyRule, pack: str, of_pack: OfPack, *, is_overlay: bool) -> AnyRule:
    """Return a rule with its pack and mark; a rule of an overlay is always marked as an interpretation."""
    mark = of_pack.marks.get(rule.id, rule.mark)
    mark = mark if mark.reading else mark._replace(reading=rule.mark.reading)
    return rule._replace(pack=pack, mark=mark._replace(reading="interpretation") if is_overlay else mark)


def _governing_condition(
    document: GuidelineDocument, scope: Scope, place: Place, problems: Problems
) -> tuple[Condition | None, tuple[ExceptionRule, ...]]:
    """Return the condition under which the edition governs (None: always), and the exceptions to that condition."""
    base = optional_condition(document.governs_when, scope, place / "governs_when", problems)
    exceptions = exception_rules(document.governs_exceptions, scope, place / "governs_exceptions", problems)
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


def _days_in_force(document: GuidelineDocument, place: Place, problems: Problems) -> Span | None:
    days: list[Span] = []
    written = {"from": document.in_force.from_, "until": document.in_force.until}
    for key, day in written.items():
        try:
            span = Span(None, None) if day is None and key == "until" else written_date_span(day)
            if day is not None and span.point is None:
                raise Misfit(f"{quoted_value(day)} is no whole day", "write the day too, as YYYY-MM-DD")
            days.append(span)
        except Misfit as misfit:
            problems.add(place / key, "MT302", str(misfit), misfit.cure)
    if len(days) < len(written):
        return None
    low, high = days[0].low, days[1].high
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


def _check_ids(sources: Sequence[RuleSource], problems: Problems) -> None:
    """Note ids that are used twice among the rules of an edition, including the rules that overlays add."""
    seen: set[str] = set()
    for criteria, limits, place, _, _ in sources:
        named = [(one.id, place / "criteria" / n) for n, one in enumerate(criteria)]
        named += [(one.id, place / "limits" / n) for n, one in enumerate(limits)]
        for id_, where in named:
            if id_ in seen:
                message = f"{id_} is used twice in this edition"
                problems.add(where / "id", "MT306", message, "criteria and limits share their ids: rename one")
            seen.add(id_)
