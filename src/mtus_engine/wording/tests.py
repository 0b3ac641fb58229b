"""Tests in the words a nurse reads: what a fact is required to be."""

from typing import assert_never

from mtus_engine.model.condition import Bound, Documented, HasAll, Limb, Measure, OneOf, Test, Within
from mtus_engine.model.fact import Fact, Kind
from mtus_engine.model.periods import period_of_slot
from mtus_engine.model.values import Choice, Span
from mtus_engine.wording.values import (
    counted_units,
    day_words,
    figure_words,
    in_order,
    listed_words,
    member_words,
    values_words,
)


def test_words(fact: Fact, test: Test) -> str:
    """Return what a test asks for: "at most 2 years", "neck or upper back", "yes", "documented"."""
    match test:
        case OneOf(members, listed):
            if fact.kind is Kind.BOOLEAN:
                return values_words(fact, Choice(members))
            return listed_words([member_words(fact, member) for member in listed or in_order(fact, members)])
        case HasAll(members, listed):
            return " and ".join(member_words(fact, member) for member in listed or in_order(fact, members))
        case Within(span, measure, bounds):
            return _bounds_words(fact, bounds) if bounds else _span_words(fact, span, measure)
        case Documented():
            return "documented"
        case _:
            assert_never(test)


def _bounds_words(fact: Fact, bounds: tuple[Bound, ...]) -> str:
    words = " and ".join(_bound_words(bound) for bound in bounds)
    if fact.kind not in {Kind.INTEGER, Kind.DECIMAL} or not fact.unit:
        return words
    first, _, rest = fact.unit.partition(" ")
    singular = bounds[-1].figure.rpartition(" ")[2] == "1"
    return f"{words} {first.removesuffix('s') if singular else first} {rest}".rstrip()


def _bound_words(bound: Bound) -> str:
    match bound.limb:
        case Limb.EXACTLY | Limb.BETWEEN:
            return bound.figure
        case Limb.AT_LEAST | Limb.MORE_THAN | Limb.AT_MOST | Limb.LESS_THAN:
            return f"{bound.limb.value.replace('_', ' ')} {bound.figure}"
        case _:
            assert_never(bound.limb)


def _span_words(fact: Fact, span: Span, measure: Measure) -> str:
    """Return the words for a region that was computed, and so has no bounds that an author wrote."""
    if fact.kind is Kind.DATE:
        return f"in {day_words(span)}"
    if measure is Measure.CALENDAR:
        sides = [f"at least {period_of_slot(span.low)}"] if span.low is not None else []
        return " and ".join(sides + ([f"at most {period_of_slot(span.high)}"] if span.high is not None else []))
    unit, decimals = ("days", 0) if measure is Measure.DAYS else (fact.unit, fact.decimals)
    return (
        f"at least {counted_units(span.low, unit, decimals)}"
        if span.low is not None and span.high is None
        else figure_words(span, unit, decimals)
    )


def required_words(fact: Fact, test: Test, *, is_wanted: bool) -> str:
    """Return what a test requires, or the opposite where it is not wanted; a bound gets no "required:" before it."""
    asked = asked_words(fact, test, is_wanted=is_wanted)
    return asked if isinstance(test, Within) else f"required: {asked}"


def asked_words(fact: Fact, test: Test, *, is_wanted: bool) -> str:
    """Return what a test asks for, or its opposite where it is not wanted, to end a sentence: "at most 2 years"."""
    match test:
        case OneOf(members):
            if fact.kind is Kind.BOOLEAN and not is_wanted:
                return values_words(fact, Choice(frozenset({True, False}) - members))
            return test_words(fact, test) if is_wanted else _other_words(fact, test)
        case HasAll():
            listed = test_words(fact, test)
            return listed if is_wanted else f"not all of these: {listed}"
        case Documented():
            return "documented" if is_wanted else "not documented"
        case Within():
            return _within_words(fact, test, is_wanted=is_wanted)
        case _:
            assert_never(test)


def _other_words(fact: Fact, test: OneOf) -> str:
    listed = test_words(fact, test)
    return f"none of these: {listed}" if fact.kind is Kind.SET_OF else f"another than {listed}"


def _within_words(fact: Fact, test: Within, *, is_wanted: bool) -> str:
    """Return a bound in words; one that is not wanted is turned round: not at least 1 visit is less than 1 visit."""
    if is_wanted or len(test.bounds) != 1:
        return test_words(fact, test) if is_wanted else f"not {test_words(fact, test)}"
    (bound,) = test.bounds
    opposite = _opposite(bound.limb)
    if opposite is None:
        return f"not {test_words(fact, test)}"
    return test_words(fact, Within(test.span, test.measure, (Bound(opposite, bound.figure),)))


def _opposite(limb: Limb) -> Limb | None:
    match limb:
        case Limb.AT_LEAST:
            return Limb.LESS_THAN
        case Limb.MORE_THAN:
            return Limb.AT_MOST
        case Limb.AT_MOST:
            return Limb.MORE_THAN
        case Limb.LESS_THAN:
            return Limb.AT_LEAST
        case Limb.EXACTLY | Limb.BETWEEN:
            return None
        case _:
            assert_never(limb)
