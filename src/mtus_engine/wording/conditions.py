"""Conditions and rules in words, on one line: for the rule book, for lists of changes, and for mutants of rules."""

from collections.abc import Mapping
from typing import assert_never

from mtus_engine.model.condition import AllOf, AnyOf, AtLeastOf, Condition, Leaf, Not
from mtus_engine.model.fact import Fact
from mtus_engine.model.formula import (
    ByCondition,
    Derived,
    Difference,
    ElapsedTime,
    Given,
    HitPolicy,
    Left,
    Looked,
    Margin,
    Mark,
    Product,
    Sum,
)
from mtus_engine.model.ruleset import CriterionRule, ExceptionRule, LimitRule
from mtus_engine.wording.tests import test_words

Facts = Mapping[str, Fact]


def condition_words(condition: Condition, facts: Facts, *, by_name: bool = False) -> str:
    """Return a condition in words, with facts by their labels or, if by_name is set, by their names in rule files."""
    match condition:
        case Leaf(fact, test):
            asked = test_words(facts[fact], test)
            return f"{fact} {asked}" if by_name else f"{facts[fact].label}: {asked}"
        case Not(part):
            return f"not ({condition_words(part, facts, by_name=by_name)})"
        case AllOf(parts):
            return " and ".join(_grouped_words(part, AnyOf, facts, by_name=by_name) for part in parts)
        case AnyOf(parts):
            return " or ".join(_grouped_words(part, AllOf, facts, by_name=by_name) for part in parts)
        case AtLeastOf(n, parts):
            return f"at least {n} of " + ", ".join(condition_words(part, facts, by_name=by_name) for part in parts)
        case _:
            assert_never(condition)


def _grouped_words(part: Condition, kind: type[Condition], facts: Facts, *, by_name: bool) -> str:
    words = condition_words(part, facts, by_name=by_name)
    return f"({words})" if isinstance(part, kind) else words


def criterion_words(criterion: CriterionRule, facts: Facts) -> str:
    """Return what a criterion asks, where it applies, and what lifts it with its source and marks."""
    asked = condition_words(criterion.met_when, facts)
    lifted = _applies_words(criterion.base, facts) + _lifted_words(criterion.exceptions, facts)
    return f"{asked}{lifted}{'; advisory' if criterion.advisory else ''}"


def limit_words(limit: LimitRule, facts: Facts) -> str:
    """Return a limit's cap, what counts towards it, where it applies, and what lifts it with its source and marks."""
    counted = ", ".join(_operand_words(name, facts) for name in (limit.of, *limit.counting))
    cap = f"at most {_operand_words(limit.cap, facts)}; counted: {counted}"
    return cap + _applies_words(limit.base, facts) + _lifted_words(limit.exceptions, facts)


def _applies_words(condition: Condition | None, facts: Facts) -> str:
    authored = None if condition is None else as_authored(condition)
    return f"; applies where {condition_words(authored, facts)}" if authored is not None else ""


def as_authored(condition: Condition) -> Condition | None:
    """Return a condition without what the compiler adds: whether a table gives a figure at all."""
    match condition:
        case Leaf(fact):
            return None if " " in fact else condition
        case AllOf(parts):
            kept = tuple(part for one in parts if (part := as_authored(one)) is not None)
            return None if not kept else kept[0] if len(kept) == 1 else AllOf(kept)
        case AnyOf() | AtLeastOf() | Not():
            return condition
        case _:
            assert_never(condition)


def _lifted_words(exceptions: tuple[ExceptionRule, ...], facts: Facts) -> str:
    return "".join(
        f"; lifted where {condition_words(one.when, facts)} ({one.cite}){bracketed_marks(one.mark)}"
        for one in exceptions
    )


def formula_words(entry: Derived, facts: Facts) -> str:
    """Return how a fact is computed, in words; empty for the hidden facts that the compiler adds."""
    if " " in entry.fact.name:
        return ""
    match entry.formula:
        case ByCondition(condition):
            return condition_words(condition, facts)
        case Sum(operands):
            return " plus ".join(_operand_words(operand, facts) for operand in operands)
        case Product(operands):
            return " times ".join(_operand_words(operand, facts) for operand in operands)
        case Difference(minuend, subtrahend):
            return f"{_operand_words(minuend, facts)} less {_operand_words(subtrahend, facts)}"
        case ElapsedTime(start, end):
            return f"time from {_operand_words(start, facts)} to {_operand_words(end, facts)}"
        case Looked(table, output):
            return f"{output} of table {table.id}{_policy_words(table.hit_policy)}; of a range the upper end decides"
        case Given() | Left() | Margin():
            return ""
        case _:
            assert_never(entry.formula)


def _policy_words(policy: HitPolicy) -> str:
    match policy:
        case HitPolicy.UNIQUE:
            return ""
        case HitPolicy.LARGEST:
            return ", the largest where several rows hold"
        case HitPolicy.FIRST:
            return ", of the first row that holds"
        case _:
            assert_never(policy)


def _operand_words(operand: str | int, facts: Facts) -> str:
    return str(operand) if isinstance(operand, int) or operand not in facts else facts[operand].label


def bracketed_marks(mark: Mark) -> str:
    """Return the marks that a reader must see, in brackets."""
    unverified = "" if mark.verified else " [unverified]"
    return unverified + (" [interpretation]" if mark.reading == "interpretation" else "")
