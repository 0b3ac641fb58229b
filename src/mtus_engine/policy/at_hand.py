"""What the cases at hand say of each fact: the range in which a case that shows something is plausible."""

from collections.abc import Iterable, Mapping
from typing import assert_never

from mtus_engine.model.case import CaseItem
from mtus_engine.model.values import Choice, Selection, Span, Stretch, Values

Ranges = Mapping[str, Span]
NOTHING_AT_HAND: Ranges = {}


def ranges_at_hand(items: Iterable[CaseItem]) -> dict[str, Span]:
    """Return the range from the least to the most that is stated of each number, date and length of time (in days)."""
    ends: dict[str, list[int]] = {}
    for item in items:
        for name, statements in item.statements.items():
            for statement in statements:
                ends.setdefault(name, []).extend(_ends(statement.values))
    return {name: Span(min(found), max(found)) for name, found in ends.items() if found}


def _ends(values: Values | None) -> list[int]:
    match values:
        case Span(low, high):
            return [end for end in (low, high) if end is not None]
        case Stretch(_, days):
            return _ends(days)
        case Choice() | Selection() | None:
            return []
        case _:
            assert_never(values)
