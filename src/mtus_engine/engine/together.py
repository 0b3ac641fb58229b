"""Items that are judged alone and together ask for more than a limit leaves."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from mtus_engine.model.checked import ItemsTogether
from mtus_engine.model.determination import Candidate, Determination, LimitStatus
from mtus_engine.model.fact import Known
from mtus_engine.model.ruleset import LimitRule
from mtus_engine.model.values import Choice, Selection, Span, Stretch, Values
from mtus_engine.model.vocabulary import Roles


class _Sharer(NamedTuple):
    """An item with the edition that governs it and those of its limits that it shares, the one that counts least first.

    All of them cap the same thing: of treatments that count as one course, one limit counts the visits of the item's
    own, another those of the others, too.
    """

    item: str
    of: Candidate
    limits: tuple[LimitRule, ...]
    treatment: Values
    parts: Values | None


def items_exceeding_together(determinations: Iterable[Determination], roles: Roles) -> tuple[ItemsTogether, ...]:
    """Return, for each limit that several items share, those that together exceed it for certain.

    Visits of different therapies are counted apart, save of those that the limit counts together, and of these only
    where they may be for one part. Units of any of the items that are already authorized count as had.
    """
    shared: dict[tuple[str, str, object], list[_Sharer]] = {}
    for determination in determinations:
        governing = determination.evaluation.governing
        if governing is None:
            continue
        known = determination.evaluation.known
        treatment = known[roles.treatment].values
        parts = known[roles.body_parts].values if roles.body_parts is not None and roles.body_parts in known else None
        for key, limits in _limits_of(governing, treatment):
            sharer = _Sharer(determination.item, governing, limits, treatment, parts)
            shared.setdefault((governing.edition.key, *key), []).append(sharer)
    groups = [group for items in shared.values() for group in _groups(items) if len(group) > 1]
    found = [_items_together(group, roles) for group in groups]
    return tuple(one for one in found if one is not None)


def _limits_of(governing: Candidate, treatment: Values) -> Iterator[tuple[tuple[str, object], tuple[LimitRule, ...]]]:
    """Yield the limits that apply, those of one course together, each with the key under which items share it."""
    applying = [limit.rule for limit in governing.limits if limit.status is not LimitStatus.NOT_APPLICABLE]
    of_course = [rule for rule in applying if _is_of_one_course(treatment, rule)]
    for rule in applying:
        if rule not in of_course:
            yield (rule.id, treatment), (rule,)
    ordered = sorted(of_course, key=lambda rule: sorted(rule.counted_together))
    for together, rules in groupby(ordered, key=lambda rule: rule.counted_together):
        yield ("", together), tuple(sorted(rules, key=lambda rule: len(rule.counting)))


def _is_of_one_course(treatment: Values, rule: LimitRule) -> bool:
    return isinstance(treatment, Choice) and treatment.possible <= rule.counted_together


def _groups(items: Sequence[_Sharer]) -> list[list[_Sharer]]:
    """Return the items in groups: those of one treatment, and those of others that may be for the same part."""
    groups: list[list[_Sharer]] = []
    for item in items:
        joined = [group for group in groups if any(_may_be_one_course(item, other) for other in group)]
        groups = [group for group in groups if group not in joined]
        groups.append([*(one for group in joined for one in group), item])
    return groups


def _may_be_one_course(one: _Sharer, other: _Sharer) -> bool:
    if (
        one.treatment == other.treatment
        or not isinstance(one.parts, Selection)
        or not isinstance(other.parts, Selection)
    ):
        return True
    return not one.parts.possible.isdisjoint(other.parts.possible)


def _items_together(items: Sequence[_Sharer], roles: Roles) -> ItemsTogether | None:
    rule = items[0].limits[0]
    authorized = sum(
        _least_units(one.of.known[roles.units_authorized]) for one in items if _counts_authorized(one, roles)
    )
    asked = sum(_least_units(one.of.known[rule.of]) for one in items)
    caps = [_cap(one.limits[0], one.of) for one in items]
    highest = [cap for cap in caps if cap is not None]
    if len(highest) < len(caps):
        return None
    left = max(0, max(highest) - _had_before(items, roles) - authorized)
    is_one_course = len({one.treatment for one in items}) > 1
    named = tuple(one.item for one in items)
    return ItemsTogether(named, rule, asked, left, is_one_course) if asked > left else None


def _counts_authorized(one: _Sharer, roles: Roles) -> bool:
    return roles.units_authorized in one.limits[0].counting


def _cap(rule: LimitRule, of: Candidate) -> int | None:
    return rule.cap if isinstance(rule.cap, int) else _span(of.known[rule.cap]).high


def _had_before(items: Sequence[_Sharer], roles: Roles) -> int:
    """Return how many units were had at the least: the sum over the treatments, or what one item tells of them all."""
    of_treatments: dict[object, int] = {}
    for one in items:
        of_treatments[one.treatment] = max(
            of_treatments.get(one.treatment, 0), _units_counted(one.limits[0], one.of, roles)
        )
    return max(
        sum(of_treatments.values()), *(_units_counted(rule, one.of, roles) for one in items for rule in one.limits)
    )


def _units_counted(rule: LimitRule, of: Candidate, roles: Roles) -> int:
    return sum(_least_units(of.known[name]) for name in rule.counting if name != roles.units_authorized)


def _least_units(known: Known) -> int:
    return max(0, _span(known).low or 0)


def _span(known: Known) -> Span:
    values = known.values
    if isinstance(values, Stretch):
        return values.days
    assert isinstance(values, Span)
    return values
