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
    """A request would have to keep to what a limit leaves: most, or perhaps only least (None where most is certain)."""

    most: int
    least: int | None
    unit: str | None


Ask = Passing | Holding | Without | Being | NoMore | NoLess | SuchAs | Remaining


class Settling(NamedTuple):
    """A fact and the values that it would have to have, with what asks for them (of several, all must be satisfied)."""

    fact: str
    values: Values
    asks: tuple[Ask, ...]


class MissingSet(NamedTuple):
    """Facts that would make the item meet if all were settled as said; none of them can be left out."""

    settlings: tuple[Settling, ...]


class Question(NamedTuple):
    """A question to the provider, with the ids of the criteria and limits that wait for its answer.

    looked_for tells whether the fact was looked for and not found, is_optional whether only advisory criteria wait.
    """

    fact: str
    question: str
    waits: tuple[str, ...]
    looked_for: bool
    is_optional: bool = False


class Objection(NamedTuple):
    """A criterion or limit that fails, whatever else is documented.

    cure is what the request would have to change so that it passes, empty where no change would do.
    """

    id: str
    is_limit: bool
    cure: tuple[Settling, ...]


class Explanation(NamedTuple):
    """The three answers; more_missing tells whether there are more sets than those in missing; rests_on names facts."""

    missing: tuple[MissingSet, ...]
    more_missing: bool
    questions: tuple[Question, ...]
    against: tuple[Objection, ...]
    rests_on: tuple[str, ...]


# Stands in where the answers are not shown, as in one line for each item: they take most of the time of a check.
UNEXPLAINED = Explanation((), False, (), (), ())
