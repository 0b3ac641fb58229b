"""A sample of audited items for people to judge again: drawn by stratum, the same for the same seed."""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from mtus_engine.model.audited import Audited


class Drawn(NamedTuple):
    """An item of the sample, its stratum, and how many items of the stratum it stands for."""

    item: Audited
    stratum: str
    weight: float


def sample(items: Sequence[Audited], size: int, seed: int) -> tuple[Drawn, ...]:
    """Return a sample of size items (all where there are fewer), by actual outcome and kind of difference.

    Every stratum has at least one item as long as the size allows, the largest strata first; beyond
    that the shares are those of the set.
    """
    strata: dict[str, list[Audited]] = {}
    for item in sorted(items, key=lambda one: (one.case, one.item)):
        strata.setdefault(f"{item.actual or 'no decision'}, {item.kind.value}".replace("_", " "), []).append(item)
    sizes = items_by_stratum({name: len(of) for name, of in strata.items()}, min(size, len(items)))
    chance = Random(seed)  # noqa: S311 - a draw that can be repeated, not a secret
    drawn = []
    for name in sorted(strata):
        chosen = chance.sample(strata[name], sizes[name])
        drawn += [Drawn(item, name, len(strata[name]) / sizes[name]) for item in chosen]
    return tuple(sorted(drawn, key=lambda one: (one.item.case, one.item.item)))


def items_by_stratum(strata: dict[str, int], size: int) -> dict[str, int]:
    """Return how many items each stratum gives: one each as far as size allows, the rest by largest remainder."""
    order = sorted(strata, key=lambda name: (-strata[name], name))
    given = {name: int(n < size) for n, name in enumerate(order)}
    left = size - sum(given.values())
    open_ = {name: strata[name] - given[name] for name in order}
    total = sum(open_.values())
    if not left or not total:
        return given
    exact = {name: left * open_[name] / total for name in order}
    whole = {name: min(int(exact[name]), open_[name]) for name in order}
    rest = left - sum(whole.values())
    by_remainder = sorted(order, key=lambda name: (whole[name] - exact[name], name))
    for name in by_remainder:
        if rest and whole[name] < open_[name]:
            whole[name] += 1
            rest -= 1
    return {name: given[name] + whole[name] for name in order}
