"""How facts stand towards the rules, by the tests that they pass: worked out once, found again in later cases."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from operator import itemgetter
from typing import Generic, NamedTuple, TypeVar

from mtus_engine.meaning.conditions import reader_of_test
from mtus_engine.meaning.values import VALUES
from mtus_engine.model.condition import Test
from mtus_engine.model.fact import Known
from mtus_engine.model.memo import Memo

Made = TypeVar("Made")
Parts = Callable[[Known], tuple[tuple[int, str], ...]]

MOST_FACTS = 8

# So many fields of Known, the first ones, are all that rules and reasons read.
READ = 5


class Progress:
    """How far a run has come: what is known, how each fact stands, which heads fired, the wide facts to assert."""

    __slots__ = ("fired", "known", "numbers", "wide")

    def __init__(self, known: Mapping[str, Known], groups: int = 0) -> None:
        """Begin with the facts of a case; they are left as they are."""
        self.known = dict(known)
        self.numbers: dict[str, int] = {}
        self.fired: set[int] = set()
        self.wide: list[list[str]] = [[] for _ in range(groups)]

    def read(self, readers: "Iterable[FactReader]") -> None:
        """Note how each of the readers' facts stands."""
        known, numbers, wide = self.known, self.numbers, self.wide
        for reader in readers:
            number, parts = reader.standing(known[reader.name])
            numbers[reader.name] = number
            for group, text in parts:
                wide[group].append(text)


class FactStanding(NamedTuple):
    """One way a fact can stand: numbers are equal where no rule and no reason tells two ways apart.

    parts are what it adds to the wide facts: the number of the group, and the text.
    """

    number: int
    parts: tuple[tuple[int, str], ...]


class FactReader:
    """Reads how one fact stands."""

    __slots__ = ("_last", "_next", "_numbers", "_parts", "_standings", "_tests", "name")

    def __init__(self, name: str, tests: Sequence[Test], parts: Parts) -> None:
        """Keep the tests that rules make of the fact, and the function that gives what it adds to the wide facts."""
        self.name = name
        self._tests = tuple([reader_of_test(test, VALUES) for test in tests])
        self._parts = parts
        self._standings = Memo(self._standing)
        self._numbers: dict[tuple[object, ...], int] = {}
        # Two threads that meet new ways of standing at once must not give them one number: a counter never does.
        self._next = count()
        # Of a fact that is not mentioned the same Known comes in case after case: the last standing is the answer.
        self._last: tuple[Known | None, FactStanding] = (None, FactStanding(0, ()))

    def standing(self, known: Known) -> FactStanding:
        """Return the number of the way in which the fact stands, and what it adds to the wide facts."""
        last, standing = self._last
        if last is not known:
            standing = self._standings.of(known[:READ], known)
            self._last = (known, standing)
        return standing

    def _standing(self, known: Known) -> FactStanding:
        ranks = tuple([read(known).rank for read in self._tests])
        seen = (ranks, known.because, known.looked_for, known.is_presumed)
        return FactStanding(self._numbers.setdefault(seen, next(self._next)), self._parts(known))


class Recalled(Generic[Made]):
    """A result that depends on a few facts, made once for each way in which they stand."""

    def __init__(self, names: Sequence[str], make: Callable[[Mapping[str, Known]], Made]) -> None:
        """Keep how to make it from the named facts; with many of them the same ways seldom come twice: none is kept."""
        self._make = make
        self._key = itemgetter(*names) if 1 <= len(names) <= MOST_FACTS else None
        self._made = Memo(make)

    def of(self, known: Mapping[str, Known], numbers: Mapping[str, int]) -> Made:
        """Return what the facts come to, given how each of them stands."""
        if self._key is None:
            return self._make(known)
        return self._made.of(self._key(numbers), known)
