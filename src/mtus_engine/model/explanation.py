"""The three answers beside a finding: what is missing, what stands against it, what it rests on."""

from dataclasses import dataclass
from typing import NamedTuple

from mtus_engine.model.condition import Test
from mtus_engine.model.values import Values


@dataclass(frozen=True, slots=True)
class Passing:
    """A fact would have to pass a test."""

    test: Test


@dataclass(frozen=True, slots=True)
class Holding:
    """A set would have to hold these members."""

    members: frozenset[str]


@dataclass(frozen=True, slots=True)
class Without:
    """A set would have to be without these members."""

    members: frozenset[str]


@dataclass(frozen=True, slots=True)
class Being:
    """A fact would have to have these values."""

    values: Values


@dataclass(frozen=True, slots=True)
class NoMore:
    """A number, date or period would have to be at most this one."""

    most: Values


@dataclass(frozen=True, slots=True)
class NoLess:
    """A number, date or period would have to be at least this one."""

    least: Values


@dataclass(frozen=True, slots=True)
class SuchAs:
    """A fact would have to have values such as these, together with others."""

    values: Values


@dataclass(frozen=True, slots=True)
class Remaining:
    """A request would have to ask for at most what a limit leaves: most, perhaps only least where that is known."""

    most: int
    least: int | None
    unit: str | None


Ask = Passing | Holding | Without | Being | NoMore | NoLess | SuchAs | Remaining


class Settling(NamedTuple):
    """A fact and what it would have to be: the values, and what asks for them (several: all of it)."""

    fact: str
    values: Values
    asks: tuple[Ask, ...]


class MissingSet(NamedTuple):
    """Facts which, settled as said and all together, would make the item meet; none of them can be left out."""

    settlings: tuple[Settling, ...]


class Question(NamedTuple):
    """A question to the provider and the criteria and limits that wait for it; optional where all are advisory."""

    fact: str
    question: str
    waits: tuple[str, ...]
    looked_for: bool
    is_optional: bool = False


class Objection(NamedTuple):
    """A criterion or limit that fails whatever else is documented; cure is a changed request that it would pass."""

    id: str
    is_limit: bool
    cure: tuple[Settling, ...]


class Explanation(NamedTuple):
    """The three answers; missing holds the first sets in the order of the vocabulary, more whether there are others."""

    missing: tuple[MissingSet, ...]
    more_missing: bool
    questions: tuple[Question, ...]
    against: tuple[Objection, ...]
    rests_on: tuple[str, ...]


# No answers that ask what if: they take most of the time of a check, and a line or a row shows none.
UNEXPLAINED = Explanation((), False, (), (), ())
