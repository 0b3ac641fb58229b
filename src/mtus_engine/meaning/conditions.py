"""What conditions mean: the truth of a test, and of a whole from the truths of its parts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import assert_never

from mtus_engine.meaning.algebra import Algebra, Connectives, F, R, S, T, V_co, X
from mtus_engine.model.condition import (
    AllOf,
    AnyOf,
    AtLeastOf,
    Condition,
    Documented,
    HasAll,
    JoinedCondition,
    Leaf,
    Not,
    OneOf,
    Test,
    Within,
)


def fold(
    condition: Condition, of_leaf: Callable[[Leaf], X], of_joined: Callable[[JoinedCondition, Sequence[X]], X]
) -> X:
    """Return what a condition comes to: of_leaf gives it for a test, of_joined from the parts; no part is skipped."""
    match condition:
        case Leaf():
            return of_leaf(condition)
        case Not(part):
            return of_joined(condition, (fold(part, of_leaf, of_joined),))
        case AllOf(parts) | AnyOf(parts) | AtLeastOf(_, parts):
            return of_joined(condition, [fold(part, of_leaf, of_joined) for part in parts])
        case _:
            assert_never(condition)


def joiner(condition: JoinedCondition, a: Connectives[T]) -> Callable[[Iterable[T]], T]:
    """Return the function that gives the truth of a condition from the truths of its parts in order."""
    match condition:
        case Not():
            return lambda truths: a.negated(next(iter(truths)))
        case AllOf():
            return a.all_of
        case AnyOf():
            return a.any_of
        case AtLeastOf(n):
            return partial(a.at_least, n)
        case _:
            assert_never(condition)


def joined_truth(condition: JoinedCondition, truths: Iterable[T], a: Connectives[T]) -> T:
    """Return the truth of a condition, given the truths of its parts in order."""
    return joiner(condition, a)(truths)


def reader_of_test(test: Test, a: Algebra[S, T, R, V_co, F]) -> Callable[[F], T]:
    """Return the function that tells whether a test holds for every value that a fact may have, for none or some."""
    match test:
        case OneOf(members):
            return partial(a.among, members)
        case HasAll(members):
            each = [frozenset({member}) for member in sorted(members, key=str)]
            return lambda known: a.all_of([a.among(one, known) for one in each])
        case Within(span, measure):
            return partial(a.inside, span, measure)
        case Documented():
            return lambda known: a.kleene(a.is_documented(known), a.sure(False))
        case _:
            assert_never(test)


def truth_of_test(test: Test, known: F, a: Algebra[S, T, R, V_co, F]) -> T:
    """Return whether the test holds for every value that the fact may have, for none, or for some."""
    return reader_of_test(test, a)(known)


def truth_of(condition: Condition, known: Mapping[str, F], a: Algebra[S, T, R, V_co, F]) -> T:
    """Return the truth of a whole condition, as the facts give it."""

    def of_leaf(leaf: Leaf) -> T:
        return truth_of_test(leaf.test, known[leaf.fact], a)

    def of_joined(whole: JoinedCondition, truths: Sequence[T]) -> T:
        return joined_truth(whole, truths, a)

    return fold(condition, of_leaf, of_joined)


def truth_or_true(condition: Condition | None, known: Mapping[str, F], a: Algebra[S, T, R, V_co, F]) -> T:
    """Return the truth of a condition, true where nothing is asked."""
    return a.all_of(()) if condition is None else truth_of(condition, known, a)
