"""A condition on facts: a tree of tests joined by all, any, not and at least so many of."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, assert_never

from mtus_engine.model.truth import Truth
from mtus_engine.model.values import Member, Span


class Measure(Enum):
    """What a test compares of an ordered value: the value itself, or of a period its months or its days."""

    VALUE = "value"
    CALENDAR = "calendar"
    DAYS = "days"

    # Members are compared by identity; hashing them by identity, too, is several times faster than by name.
    __hash__ = object.__hash__


class Limb(Enum):
    """How a test compares a value with its figure, in the words of its author."""

    AT_LEAST = "at_least"
    MORE_THAN = "more_than"
    AT_MOST = "at_most"
    LESS_THAN = "less_than"
    EXACTLY = "exactly"
    BETWEEN = "between"


class Bound(NamedTuple):
    """One bound of a test as its author wrote it: at most, 2 years."""

    limb: Limb
    figure: str


@dataclass(frozen=True, slots=True)
class Within:
    """The value lies in the span; bounds are as the author wrote them, empty for a test that the program made."""

    span: Span
    measure: Measure
    bounds: tuple[Bound, ...] = ()


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value is one of the members, or the selection holds at least one of them.

    listed are the members in the author's order, empty for a test that the program made.
    """

    members: frozenset[Member]
    listed: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class HasAll:
    """The set holds all of the members; listed are the same in the author's order."""

    members: frozenset[Member]
    listed: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class Documented:
    """The record gives a value: true or undetermined, never false."""


Test = Within | OneOf | HasAll | Documented


@dataclass(frozen=True, slots=True)
class Leaf:
    """One test of one fact."""

    fact: str
    test: Test


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AtLeastOf:
    """At least n of the parts hold."""

    n: int
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Condition"


Several = AllOf | AnyOf | AtLeastOf
JoinedCondition = Several | Not
Condition = Leaf | JoinedCondition


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """Return the conditions directly below this one."""
    match condition:
        case Leaf():
            return ()
        case Not(part):
            return (part,)
        case AllOf(parts) | AnyOf(parts) | AtLeastOf(_, parts):
            return parts
        case _:
            assert_never(condition)


def parts_needed(condition: Several, want: Truth) -> int:
    """Return how many of the parts must have the truth wanted, true or false, for the condition to have it."""
    match condition:
        case AllOf(parts):
            needed = len(parts)
        case AnyOf():
            needed = 1
        case AtLeastOf(n):
            needed = n
        case _:
            assert_never(condition)
    return needed if want is Truth.TRUE else len(condition.parts) - needed + 1


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Yield the tests of a condition from left to right."""
    pending = [condition]
    while pending:
        one = pending.pop()
        if isinstance(one, Leaf):
            yield one
        else:
            pending.extend(reversed(parts_of(one)))


def fact_names(condition: Condition) -> tuple[str, ...]:
    """Return the names of the facts that a condition tests, each once, in the order of the text."""
    return tuple(dict.fromkeys(leaf.fact for leaf in leaves(condition)))
