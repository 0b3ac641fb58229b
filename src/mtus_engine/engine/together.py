"""Items that are judged alone and together ask for more than a limit leaves."""

from collections.abc import Iterable

from mtus_engine.model.checked import ItemsTogether
from mtus_engine.model.determination import Candidate, Determination, LimitStatus
from mtus_engine.model.fact import Known
from mtus_engine.model.ruleset import LimitRule
from mtus_engine.model.values import Choice, Span, Stretch, Values
from mtus_engine.model.vocabulary import Roles

Sharing = list[tuple[str, Candidate]]


def items_exceeding_together(determinations: Iterable[Determination], roles: Roles) -> tuple[ItemsTogether, ...]:
    """Return, for each limit that several items share, those that together exceed it for certain.

    Visits of different therapies are counted apart, save of those that the limit counts together. Units of any of the
    items that are already authorized count as had.
    """
    shared: dict[tuple[str, str, object], tuple[LimitRule, Sharing]] = {}
    for determination in determinations:
        governing = determination.evaluation.governing
        if governing is None:
            continue
        for limit in governing.limits:
            if limit.status is not LimitStatus.NOT_APPLICABLE:
                treatment = determination.evaluation.known[roles.treatment].values
                key = (governing.edition.key, limit.rule.id, _sharing_key(treatment, limit.rule))
                shared.setdefault(key, (limit.rule, []))[1].append((determination.item, governing))
    found = [_items_together(rule, items, roles) for rule, items in shared.values() if len(items) > 1]
    return tuple(one for one in found if one is not None)


def _sharing_key(treatment: Values, rule: LimitRule) -> object:
    """Return the key under which items share a limit: the treatments that it counts together, else the item's own."""
    is_one_of_them = isinstance(treatment, Choice) and treatment.possible <= rule.counted_together
    return rule.counted_together if is_one_of_them else treatment


def _items_together(rule: LimitRule, items: Sharing, roles: Roles) -> ItemsTogether | None:
    counts_authorized = roles.units_authorized in rule.counting
    authorized = sum(_least(of.known[roles.units_authorized]) for _, of in items) if counts_authorized else 0
    asked = sum(_least(of.known[rule.of]) for _, of in items)
    before = [_most_left(rule, of, roles) for _, of in items]
    most = [most for most in before if most is not None]
    if len(most) < len(before):
        return None
    left = max(0, max(most) - authorized)
    is_one_course = len({of.known[roles.treatment].values for _, of in items}) > 1
    named = tuple(item for item, _ in items)
    return ItemsTogether(named, rule, asked, left, is_one_course) if asked > left else None


def _most_left(rule: LimitRule, of: Candidate, roles: Roles) -> int | None:
    """Return the most that the limit leaves before anything of these items is authorized."""
    cap = rule.cap if isinstance(rule.cap, int) else _span(of.known[rule.cap]).high
    counted = [_least(of.known[name]) for name in rule.counting if name != roles.units_authorized]
    return None if cap is None else cap - sum(counted)


def _least(known: Known) -> int:
    return max(0, _span(known).low or 0)


def _span(known: Known) -> Span:
    values = known.values
    if isinstance(values, Stretch):
        return values.days
    assert isinstance(values, Span)
    return values
