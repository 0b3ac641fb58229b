"""Conditions as Python expressions over the ranks of truths: false 0, undetermined 1, true 2; all is min, any is max.

Where many cases are asked and no trace is wanted this is the fastest of the implementations of the connectives.
The expressions are made of numbers and the three functions named here alone, whatever the rules say.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from mtus_engine.meaning.conditions import fold, joiner
from mtus_engine.model.condition import Condition, JoinedCondition, Leaf, Test

Ranks = Sequence[int]
RankOf = Callable[[Ranks], int]


class RankExpressions:
    """The connectives over texts of expressions, each of which gives a rank."""

    def negated(self, truth: str) -> str:
        """Return the opposite; undetermined stays undetermined."""
        return f"(2 - {truth})"

    def all_of(self, truths: Iterable[str]) -> str:
        """Return the least rank."""
        return _of_several("min", tuple(truths), "2")

    def any_of(self, truths: Iterable[str]) -> str:
        """Return the greatest rank."""
        return _of_several("max", tuple(truths), "0")

    def at_least(self, n: int, truths: Iterable[str]) -> str:
        """Return the n-th greatest rank."""
        parts = tuple(truths)
        if not 1 <= n <= len(parts):
            return "2" if n < 1 else "0"
        return f"sorted(({', '.join(parts)},))[-{n}]"


def _of_several(function: str, parts: tuple[str, ...], of_none: str) -> str:
    if not parts:
        return of_none
    return parts[0] if len(parts) == 1 else f"{function}({', '.join(parts)})"


EXPRESSIONS = RankExpressions()
_FUNCTIONS = {"__builtins__": {}, "min": min, "max": max, "sorted": sorted}


class RankedCondition(NamedTuple):
    """A condition as a function of the ranks of its tests: each different test once, with its fact, in this order."""

    tests: tuple[tuple[str, Test], ...]
    rank: RankOf


def ranked_condition(condition: Condition) -> RankedCondition:
    """Return the condition as a function of the ranks of its tests."""
    numbers: dict[tuple[str, Test], int] = {}

    def of_leaf(leaf: Leaf) -> str:
        return f"t[{numbers.setdefault((leaf.fact, leaf.test), len(numbers))}]"

    def of_joined(whole: JoinedCondition, parts: Sequence[str]) -> str:
        return joiner(whole, EXPRESSIONS)(parts)

    text = fold(condition, of_leaf, of_joined)
    rank: RankOf = eval(f"lambda t: {text}", dict(_FUNCTIONS))  # noqa: S307 - numbers and three functions, no text of rules
    return RankedCondition(tuple(numbers), rank)
