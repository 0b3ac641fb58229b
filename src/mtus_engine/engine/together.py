"""Items that are judged alone and together ask for more than a limit leaves."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from mtus_engine.model.checked import ItemsTogether
from mtus_engine.model.determination import Candidate, Determination, LimitStatus
from mtus_engine.model.fact import Fact, Known, may_overlap
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
    where: "_Where"


class _Where(NamedTuple):
    """The parts of the body that an item is for, with the fact that holds them, and its sides: left, right.

    parts is None where the rules know none, a side None where none is told for certain.
    """

    fact: Fact | None
    parts: Values | None
    sides: tuple[bool | None, bool | None]


def items_exceeding_together(
    determinations: Iterable[Determination], roles: Roles, facts: Mapping[str, Fact]
) -> tuple[ItemsTogether, ...]:
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
        where = _where(known, roles, facts)
        for key, limits in _limits_of(governing, treatment):
            sharer = _Sharer(determination.item, governing, limits, treatment, where)
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
    """Return whether two items may be for one part: parts that contain others overlap, left and right do not."""
    if one.treatment == other.treatment:
        return True
    here, there = one.where, other.where
    if here.fact is None or not isinstance(here.parts, Selection) or not isinstance(there.parts, Selection):
        return True
    if {here.sides, there.sides} == {(True, False), (False, True)}:
        return False
    return may_overlap(here.fact, _parts(here.parts), _parts(there.parts))


def _parts(values: Selection) -> frozenset[str]:
    return frozenset(str(one) for one in values.possible)


def _where(known: Mapping[str, Known], roles: Roles, facts: Mapping[str, Fact]) -> _Where:
    left, right = (_flag(known, name) for name in (roles.left_side, roles.right_side))
    if roles.body_parts is None or roles.body_parts not in known:
        return _Where(None, None, (left, right))
    return _Where(facts[roles.body_parts], known[roles.body_parts].values, (left, right))


def _flag(known: Mapping[str, Known], name: str | None) -> bool | None:
    """Return yes or no where it is certain, None where it is open or no such fact is known."""
    values = known[name].values if name is not None and name in known else None
    return bool(next(iter(values.possible))) if isinstance(values, Choice) and len(values.possible) == 1 else None


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
