"""Items that are judged alone and together ask for more than a limit leaves."""

from collections.abc import Iterable

from mtus_engine.model.checked import Together
from mtus_engine.model.determination import Determination, LimitResult, LimitStatus
from mtus_engine.model.values import Values


def exceeding_together(determinations: Iterable[Determination], treatment: str) -> tuple[Together, ...]:
    """Return, for each limit that several items of one treatment share, those that together exceed it for certain.

    treatment names the fact that tells the treatment: visits of different therapies are counted apart.
    """
    shared: dict[tuple[str, str, Values], list[tuple[str, LimitResult]]] = {}
    for determination in determinations:
        governing = determination.evaluation.governing
        if governing is None:
            continue
        for limit in governing.limits:
            if limit.status is not LimitStatus.NOT_APPLICABLE:
                key = (governing.edition.key, limit.rule.id, determination.evaluation.known[treatment].values)
                shared.setdefault(key, []).append((determination.item, limit))
    found = [_together(items) for items in shared.values() if len(items) > 1]
    return tuple(one for one in found if one is not None)


def _together(items: list[tuple[str, LimitResult]]) -> Together | None:
    asked = sum(limit.requested.low or 0 for _, limit in items)
    left = [limit.left.high for _, limit in items if limit.left.high is not None]
    if len(left) < len(items) or asked <= max(left):
        return None
    return Together(tuple(item for item, _ in items), items[0][1].rule, asked, max(left))
