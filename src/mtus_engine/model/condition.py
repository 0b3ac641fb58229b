"""A condition on facts: a tree of tests joined by all, any, not and at least so many of."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Generic, NamedTuple, TypeVar

from mtus_engine.model.fact import Known
from mtus_engine.model.truth import Truth, at_least, conjunction, disjunction, negation
from mtus_engine.model.values import Choice, Member, Selection, Span, Stretch, Values

Made = TypeVar("Made")


class Measure(Enum):
    """Which reading of an ordered value a test compares: its own, or a period's months or days."""

    VALUE = "value"
    CALENDAR = "calendar"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class Within:
    """The value lies in the span; words is the test as a person reads it ("at most 2 years")."""

    span: Span
    measure: Measure
    words: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value is one of the members, or the selection holds at least one of them."""

    members: frozenset[Member]
    words: str


@dataclass(frozen=True, slots=True)
class Documented:
    """The record gives a value: true or undetermined, never false."""

    words: str = "documented"


Test = Within | OneOf | Documented


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


Condition = Leaf | AllOf | AnyOf | AtLeastOf | Not


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """Return the conditions directly below this one."""
    match condition:
        case Leaf():
            return ()
        case Not(part):
            return (part,)
        case _:
            return condition.parts


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Yield the tests of a condition from left to right."""
    if isinstance(condition, Leaf):
        yield condition
    for part in parts_of(condition):
        yield from leaves(part)


def fact_names(condition: Condition) -> tuple[str, ...]:
    """Return the names of the facts that a condition tests, each once, in the order of the text."""
    return tuple(dict.fromkeys(leaf.fact for leaf in leaves(condition)))


class Joins(NamedTuple, Generic[Made]):
    """How the truths of parts, of whatever kind they are, make that of a whole."""

    negated: Callable[[Made], Made]
    all_of: Callable[[Sequence[Made]], Made]
    any_of: Callable[[Sequence[Made]], Made]
    at_least: Callable[[int, Sequence[Made]], Made]


def folded(condition: Condition, of_leaf: Callable[[Leaf], Made], joins: Joins[Made]) -> Made:
    """Return what a condition comes to, from what its tests come to."""
    match condition:
        case Leaf():
            return of_leaf(condition)
        case Not(part):
            return joins.negated(folded(part, of_leaf, joins))
        case AllOf(parts):
            return joins.all_of([folded(part, of_leaf, joins) for part in parts])
        case AnyOf(parts):
            return joins.any_of([folded(part, of_leaf, joins) for part in parts])
        case AtLeastOf(n, parts):
            return joins.at_least(n, [folded(part, of_leaf, joins) for part in parts])


def truth_of_test(test: Test, known: Known) -> Truth:
    """Return whether the test holds for every value the fact may have, for none, or for some."""
    match test:
        case OneOf(members):
            return _truth_among(members, known.values)
        case Within(span, measure):
            return _truth_within(span, measured(known.values, measure))
        case Documented():
            return Truth.TRUE if is_documented(known) else Truth.UNDETERMINED


def truth_of(condition: "Condition", known: Mapping[str, Known]) -> Truth:
    """Return the truth of a whole condition, as the facts give it."""
    match condition:
        case Leaf(fact, test):
            return truth_of_test(test, known[fact])
        case Not(part):
            return negation(truth_of(part, known))
        case _:
            return joined(condition, [truth_of(part, known) for part in condition.parts])


def joined(condition: AllOf | AnyOf | AtLeastOf, truths: Iterable[Truth]) -> Truth:
    """Return what the truths of its parts make of a condition."""
    match condition:
        case AllOf():
            return conjunction(truths)
        case AnyOf():
            return disjunction(truths)
        case AtLeastOf(n):
            return at_least(n, truths)


def is_documented(known: Known) -> bool:
    """Return whether the record, not a presumption, says something of the fact's value."""
    return known.is_narrowed and not known.is_presumed


def measured(values: Values, measure: Measure) -> Span:
    """Return the ordered values as the span that the measure compares."""
    if isinstance(values, Stretch):
        return values.calendar if measure is Measure.CALENDAR else values.days
    assert isinstance(values, Span)
    return values


def _truth_within(region: Span, values: Span) -> Truth:
    low, high = values.low, values.high
    if (region.high is not None and low is not None and low > region.high) or (
        region.low is not None and high is not None and high < region.low
    ):
        return Truth.FALSE
    if (region.low is None or (low is not None and low >= region.low)) and (
        region.high is None or (high is not None and high <= region.high)
    ):
        return Truth.TRUE
    return Truth.UNDETERMINED


def _truth_among(members: frozenset[Member], values: Values) -> Truth:
    assert isinstance(values, Choice | Selection)
    if values.possible.isdisjoint(members):
        return Truth.FALSE
    if isinstance(values, Choice):
        return Truth.TRUE if values.possible <= members else Truth.UNDETERMINED
    return Truth.UNDETERMINED if values.certain.isdisjoint(members) else Truth.TRUE
