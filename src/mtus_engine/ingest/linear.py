"""Answers scored by weights of grams: logistic regression, as tools/learn_sentences.py learns and writes it."""

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import orjson

# So many grams are kept as they were weighed.
_MOST_KEPT = 5_000


# The answer of visits that there were any.
SOME = "some"


class LikelyAnswer(NamedTuple):
    """An answer to a fact: yes, no, "not found", a member of one, or "told" for numbers and days whatever they are.

    Of a number in a sentence it is "{number}", or "at least {number}"; of visits "some" where there were any at all.
    """

    fact: str
    says: str


def answer_of(value: object, *, is_member: bool) -> str:
    """Return the answer that a value is, None that it was looked for and not found; is_member tells of a member."""
    if value is None:
        return "not found"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if is_member else "told"


class Weighed(NamedTuple):
    """What grams weigh together: the sum of the squares of their rarity, and the sum of their weights by answer."""

    square: float
    weights: tuple[float, ...]


class Weights:
    """Weights, ready to score any number of texts."""

    def __init__(self, content: bytes) -> None:
        """Read a file of weights."""
        read = orjson.loads(content)
        self.learned_from: Mapping[str, object] = read["learned_from"]
        self.answers = tuple(LikelyAnswer(fact, says) for fact, says in read["answers"])
        self._base: tuple[float, ...] = tuple(read["base"])
        self._written: Mapping[str, str] = read["grams"]
        self._kept = lru_cache(_MOST_KEPT)(lambda gram: self.together([gram]))

    def knows(self, gram: str) -> bool:
        """Return whether a gram was learned."""
        return gram in self._written

    def one_by_one(self, grams: Iterable[str]) -> list[Weighed]:
        """Return what each gram weighs; those that were not learned weigh nothing, and are left out."""
        return [self._kept(gram) for gram in grams if gram in self._written]

    def together(self, grams: Iterable[str]) -> Weighed:
        """Return what grams weigh together."""
        sums, square = [0.0] * len(self.answers), 0.0
        for gram in grams:
            if (written := self._written.get(gram)) is None:
                continue
            first, *weights = written.split(" ")
            rarity = float(first)
            square += rarity * rarity
            for one in weights:
                number, _, weight = one.partition(":")
                sums[int(number)] += rarity * int(weight) / 10
        return Weighed(square, tuple(sums))

    def scores(self, weighed: Sequence[Weighed]) -> dict[LikelyAnswer, float]:
        """Return the score of each answer; it is more likely than not where the score is above 0."""
        length = math.sqrt(sum(one.square for one in weighed)) or 1.0
        sums = map(sum, zip(*(one.weights for one in weighed), strict=True)) if weighed else [0.0] * len(self._base)
        found = (base + total / length for base, total in zip(self._base, sums, strict=True))
        return dict(zip(self.answers, found, strict=True))
