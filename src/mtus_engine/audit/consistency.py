"""Pairs of items that were decided differently although no criterion tells them apart."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from mtus_engine.model.audited import Audited, favors

MOST = 200


class Inconsistency(NamedTuple):
    """Two items of the same treatment, body parts and edition, alike on every criterion, but decided differently.

    one and other name them; differs says what else is not the same.
    """

    one: str
    other: str
    treatment: str
    outcomes: tuple[str, str]
    differs: tuple[str, ...]


def inconsistencies(items: Sequence[Audited]) -> Iterator[Inconsistency]:
    """Yield up to MOST pairs, in the order of the items; two decisions that may be about one worker are no pair."""
    alike: dict[tuple[object, ...], list[Audited]] = {}
    for item in items:
        if item.edition is not None and favors(item.actual) is not None:
            key = (item.treatment, item.parts, item.guideline, item.edition, item.statuses)
            alike.setdefault(key, []).append(item)
    found = 0
    for group in alike.values():
        for one, other in combinations(group, 2):
            if favors(one.actual) is not favors(other.actual) and one.fold != other.fold and found < MOST:
                found += 1
                outcomes = (one.actual or "", other.actual or "")
                yield Inconsistency(one.named, other.named, one.treatment, outcomes, tuple(_differences(one, other)))


def _differences(one: Audited, other: Audited) -> Iterator[str]:
    pairs = (
        ("boards", one.boards_named, other.boards_named),
        ("year", str(one.year or ""), str(other.year or "")),
        ("asked for", one.item_class.asked or "", other.item_class.asked or ""),
        ("course", one.item_class.course or "", other.item_class.course or ""),
        ("reviewer's grounds", _grounds(one), _grounds(other)),
    )
    for name, left, right in (*pairs, *_facts_told(one, other)):
        if left != right:
            yield f"{name}: {left or 'none'} / {right or 'none'}"


def _facts_told(one: Audited, other: Audited) -> Iterator[tuple[str, str, str]]:
    """Yield each fact that is told of either item, with what is told of both."""
    here, there = dict(one.told), dict(other.told)
    for label in dict.fromkeys([*here, *there]):
        yield label, here.get(label, "not mentioned"), there.get(label, "not mentioned")


def _grounds(item: Audited) -> str:
    return ", ".join((*item.shared, *item.reviewer_only))
