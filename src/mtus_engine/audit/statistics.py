"""Agreement in numbers: intervals and coefficients from maintained libraries, and Gwet's AC1 by its formula."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from numpy import errstate
from scipy.stats import t as student
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint

CONFIDENCE = 0.95


class Estimate(NamedTuple):
    """A value and the bounds of its 95 % confidence interval."""

    value: float
    low: float
    high: float


def proportion(count: int, of: int) -> Estimate | None:
    """Return a share, from 0 to 1, with its Wilson interval; None where of is 0.

    >>> [round(one, 2) for one in proportion(4, 18)]
    [0.22, 0.09, 0.45]
    """
    if not of:
        return None
    low, high = proportion_confint(count, of, alpha=1 - CONFIDENCE, method="wilson")
    return Estimate(count / of, max(0.0, float(low)), min(1.0, float(high)))


def kappa(table: Sequence[Sequence[int]]) -> Estimate | None:
    """Return Cohen's kappa of a square table of counts; None where one side names a single category.

    The interval is the wider of the asymptotic one and that of the agreement itself, corrected for chance.
    """
    n = sum(map(sum, table))
    rows, columns = [sum(row) for row in table], [sum(column) for column in zip(*table, strict=True)]
    if max(rows, default=0) == n or max(columns, default=0) == n:
        return None
    # Rounding can bring a variance of 0 below 0, and then the bounds are no numbers: the value takes their place.
    with errstate(invalid="ignore"):
        found = cohens_kappa(table)
    value = float(found.kappa)
    low, high = (float(end) if math.isfinite(end) else value for end in (found.kappa_low, found.kappa_upp))
    chance = sum(r * c for r, c in zip(rows, columns, strict=True)) / (n * n)
    return _wider_interval(Estimate(value, low, high), table, chance)


def _wider_interval(estimate: Estimate, table: Sequence[Sequence[int]], chance: float) -> Estimate:
    """Return a coefficient with its interval no narrower than that of the agreement it corrects for chance.

    The asymptotic interval has no width where all items agree, however few they are. The bounds of the agreement are
    exact (Clopper and Pearson); the agreement by chance is taken as observed.
    """
    n, agreed = sum(map(sum, table)), sum(table[k][k] for k in range(len(table)))
    ends = proportion_confint(agreed, n, alpha=1 - CONFIDENCE, method="beta")
    low, high = ((float(end) - chance) / (1 - chance) for end in ends)
    return Estimate(estimate.value, max(-1.0, min(estimate.low, low)), min(1.0, max(estimate.high, high)))


def ac1(table: Sequence[Sequence[int]]) -> Estimate | None:
    """Return Gwet's AC1 of a square table of counts; None with fewer than two categories or two items.

    The interval is the wider of the published one and that of the agreement itself, corrected for chance.

    Source: K. L. Gwet, Computing inter-rater reliability and its variance in the presence of high
    agreement, British Journal of Mathematical and Statistical Psychology 61 (2008).
    """
    n, q = sum(map(sum, table)), len(table)
    if n < 2 or q < 2:
        return None
    p = [[cell / n for cell in row] for row in table]
    columns = list(zip(*p, strict=True))
    share = [(sum(p[k]) + sum(columns[k])) / 2 for k in range(q)]
    agreed = sum(p[k][k] for k in range(q))
    chance = sum(s * (1 - s) for s in share) / (q - 1)
    value = (agreed - chance) / (1 - chance)
    diagonal = sum(p[k][k] * (1 - share[k]) for k in range(q)) / (q - 1)
    cells = sum(p[k][j] * (1 - (share[k] + share[j]) / 2) ** 2 for k in range(q) for j in range(q)) / (q - 1) ** 2
    spread = (
        agreed * (1 - agreed)
        - 4 * (1 - value) * (diagonal - agreed * chance)
        + 4 * (1 - value) ** 2 * (cells - chance**2)
    )
    error = math.sqrt(max(0.0, spread) / (n * (1 - chance) ** 2))
    reach = error * float(student.ppf((1 + CONFIDENCE) / 2, n - 1))
    return _wider_interval(Estimate(value, value - reach, value + reach), table, chance)


def balanced_accuracy(counts: Mapping[tuple[bool, bool], int]) -> float | None:
    """Return the mean of the recalls of both outcomes, None where one of them never occurred.

    counts are by (predicted in favor, decided in favor).
    """
    recalls = []
    for decided in (True, False):
        of = counts.get((True, decided), 0) + counts.get((False, decided), 0)
        if not of:
            return None
        recalls.append(counts.get((decided, decided), 0) / of)
    return sum(recalls) / len(recalls)
