"""A condition's truth, and its falsity, as monotone formulas: ruling out more values never makes one stop holding."""

from enum import Enum
from itertools import combinations
from typing import NamedTuple, assert_never

from mtus_engine.model.condition import (
    AllOf,
    AnyOf,
    AtLeastOf,
    Condition,
    Documented,
    HasAll,
    Leaf,
    Measure,
    Not,
    OneOf,
    Test,
    Within,
    parts_needed,
)
from mtus_engine.model.truth import Truth, negation
from mtus_engine.model.values import Member

MOST_ALTERNATIVES = 12
MOST_COMPARISONS = 10


class Aspect(Enum):
    """What a signal says of a fact: its lowest or highest value, or that some members are ruled in or out."""

    LOW = "low"
    HIGH = "high"
    WITHIN = "within"
    OUTSIDE = "outside"
    DOCUMENTED = "documented"

    # As of truths: by identity, several times faster than by name.
    __hash__ = object.__hash__


class Signal(NamedTuple):
    """One property of the wide fact that the engine matches: an aspect of a fact, by a measure or for some members."""

    fact: str
    aspect: Aspect
    measure: Measure = Measure.VALUE
    members: frozenset[Member] = frozenset()


class Count(NamedTuple):
    """How many of the heads were concluded in earlier strata; it stands for a formula too long for one rule."""

    heads: tuple["Head", ...]


class Comparison(NamedTuple):
    """A property compared with a literal."""

    subject: Signal | Count
    operator: str
    literal: int


class Head(NamedTuple):
    """What a rule concludes: that a named subject is true, or that it is false."""

    subject: str
    truth: Truth


class Threshold(NamedTuple):
    """At least n of the parts hold: with n the number of parts it is their conjunction, with 1 their disjunction."""

    n: int
    parts: tuple["HornFormula", ...]


HornFormula = Comparison | Threshold
HornAlternatives = tuple[frozenset[Comparison], ...]


def formula(condition: Condition, truth: Truth) -> HornFormula:
    """Return what makes the condition true, or false, for certain: Kleene's strong reading."""
    match condition:
        case Leaf(fact, test):
            return _test(fact, test, truth)
        case Not(part):
            return formula(part, negation(truth))
        case AllOf(parts) | AnyOf(parts) | AtLeastOf(_, parts):
            return Threshold(parts_needed(condition, truth), tuple(formula(part, truth) for part in parts))
        case _:
            assert_never(condition)


def alternatives(whole: HornFormula) -> HornAlternatives | None:
    """Return the conjunctions any of which makes the formula hold, or None where they are too many or too long."""
    if isinstance(whole, Comparison):
        return (frozenset({whole}),)
    below: list[HornAlternatives] = []
    for part in whole.parts:
        of_part = alternatives(part)
        if of_part is None:
            return None
        below.append(of_part)
    found: dict[frozenset[Comparison], None] = {}
    if len(below) > MOST_ALTERNATIVES and 1 < whole.n < len(below):
        return None
    for chosen in combinations(below, whole.n):
        joined: list[frozenset[Comparison]] = [frozenset()]
        for options in chosen:
            joined = [one | option for one in joined for option in options]
            if len(joined) > MOST_ALTERNATIVES or any(len(one) > MOST_COMPARISONS for one in joined):
                return None
        found.update(dict.fromkeys(joined))
        if len(found) > MOST_ALTERNATIVES:
            return None
    return tuple(found)


def _test(fact: str, test: Test, truth: Truth) -> HornFormula:
    match test:
        case OneOf(members):
            aspect = Aspect.WITHIN if truth is Truth.TRUE else Aspect.OUTSIDE
            return Comparison(Signal(fact, aspect, members=members), "==", 1)
        case HasAll(members):
            parts = tuple(_test(fact, OneOf(frozenset({member})), truth) for member in sorted(members, key=str))
            return Threshold(len(parts) if truth is Truth.TRUE else 1, parts)
        case Documented():
            # Documented is never false: a comparison that no fact can meet.
            return Comparison(Signal(fact, Aspect.DOCUMENTED), "==", 1 if truth is Truth.TRUE else -1)
        case Within(span, measure):
            low, high = Signal(fact, Aspect.LOW, measure), Signal(fact, Aspect.HIGH, measure)
            if truth is Truth.TRUE:
                inside = [Comparison(low, ">=", span.low)] if span.low is not None else []
                inside += [Comparison(high, "<=", span.high)] if span.high is not None else []
                return inside[0] if len(inside) == 1 else Threshold(len(inside), tuple(inside))
            outside = [Comparison(low, ">", span.high)] if span.high is not None else []
            outside += [Comparison(high, "<", span.low)] if span.low is not None else []
            return outside[0] if len(outside) == 1 else Threshold(1, tuple(outside))
        case _:
            assert_never(test)
