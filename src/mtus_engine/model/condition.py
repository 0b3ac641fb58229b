"""A condition on facts: a tree of tests joined by all, any, not and at least so many of."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, assert_never

from mtus_engine.model.truth import Truth
from mtus_engine.model.values import Member, Span


class Measure(Enum):
    """Which reading of an ordered value a test compares: its own, or a period's months or days."""

    VALUE = "value"
    CALENDAR = "calendar"
    DAYS = "days"


class Limb(Enum):
    """Which side of a figure a test asks for."""

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
    """The value lies in the span; bounds are the test as its author wrote it, none of a test that nobody wrote."""

    span: Span
    measure: Measure
    bounds: tuple[Bound, ...] = ()


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value is one of the members, or the selection holds at least one of them.

    listed are the members in the order of their author, none of a test that nobody wrote.
    """

    members: frozenset[Member]
    listed: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class HasAll:
    """The set holds all of the members; listed are they in the order of their author."""

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
    """Return how many of the parts must be true to make a condition true, or false to make it false."""
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
    if isinstance(condition, Leaf):
        yield condition
    for part in parts_of(condition):
        yield from leaves(part)


def fact_names(condition: Condition) -> tuple[str, ...]:
    """Return the names of the facts that a condition tests, each once, in the order of the text."""
    return tuple(dict.fromkeys(leaf.fact for leaf in leaves(condition)))
