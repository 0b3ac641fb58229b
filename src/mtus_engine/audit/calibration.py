"""How well chances of being overturned, learned from other decisions alone, fit what was decided."""

from collections.abc import Sequence
from math import log
from typing import NamedTuple

from mtus_engine.audit.experience import DecidedItem, Experience
from mtus_engine.audit.statistics import proportion

# The lower ends of the bins of a reliability table.
BINS = (0.0, 0.05, 0.1, 0.2, 0.4)


class Bin(NamedTuple):
    """Items whose chance lies from low up to high: how many, their mean chance, and how many were overturned.

    share_low and share_high are the ends of the 95 % interval of the share that was overturned.
    """

    low: float
    high: float
    items: int
    chance: float
    overturned: int
    share_low: float
    share_high: float


class Calibration(NamedTuple):
    """How well chances fit outcomes, each score beside that of the base rate: the smaller, the better.

    Chances and base rate are learned from all decisions but the item's own and those with near-identical facts.
    """

    items: int
    overturned: int
    brier: float
    brier_of_base_rate: float
    log_loss: float
    log_loss_of_base_rate: float
    bins: tuple[Bin, ...]


def calibration(items: Sequence[DecidedItem]) -> Calibration | None:
    """Return how chances by class fit the outcomes, each decision left out in its turn; None for fewer than two."""
    if len({one.fold for one in items}) < 2:
        return None
    experience = Experience(items)
    chances = [experience.chance(one.item_class, one.fold) for one in items]
    base = [experience.base_rate(one.fold) for one in items]
    outcomes = [one.overturned for one in items]
    return Calibration(
        len(items),
        sum(outcomes),
        _brier(chances, outcomes),
        _brier(base, outcomes),
        _log_loss(chances, outcomes),
        _log_loss(base, outcomes),
        tuple(_bins(chances, outcomes)),
    )


def _brier(chances: Sequence[float], outcomes: Sequence[bool]) -> float:
    return sum((chance - outcome) ** 2 for chance, outcome in zip(chances, outcomes, strict=True)) / len(outcomes)


def _log_loss(chances: Sequence[float], outcomes: Sequence[bool]) -> float:
    """Return the mean of minus the natural logarithm of the chance given to the outcome that came."""
    pairs = zip(chances, outcomes, strict=True)
    return -sum(log(chance if outcome else 1 - chance) for chance, outcome in pairs) / len(outcomes)


def _bins(chances: Sequence[float], outcomes: Sequence[bool]) -> list[Bin]:
    found = []
    for low, high in zip(BINS, (*BINS[1:], 1.0), strict=True):
        inside = [
            (chance, outcome)
            for chance, outcome in zip(chances, outcomes, strict=True)
            if low <= chance < high or (high == 1.0 and chance == 1.0)
        ]
        if inside:
            overturned = sum(outcome for _, outcome in inside)
            mean = sum(chance for chance, _ in inside) / len(inside)
            share = proportion(overturned, len(inside))
            assert share is not None
            found.append(Bin(low, high, len(inside), mean, overturned, share.low, share.high))
    return found
