"""The operations in which the meaning of rules is written: one protocol, implemented for values, for Z3, for Ibis.

Five kinds of things are left open, so that each implementation chooses its own:

- S, a truth that is never undetermined: a bool, a term of Z3, a column;
- T, a truth of three values;
- R, a range of integers (numbers, days, ordering integers of periods), either end of which may be open;
- V, the values that a fact may have;
- F, what is known of a fact: its values, and how they are known.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from mtus_engine.model.condition import Measure
from mtus_engine.model.values import Member, Span

S = TypeVar("S")
T = TypeVar("T")
R = TypeVar("R")
F = TypeVar("F")
X = TypeVar("X")
F_contra = TypeVar("F_contra", contravariant=True)
V_co = TypeVar("V_co", covariant=True)


class Inexpressible(Exception):
    """A part of the rules that a target cannot express: the message names it."""


class ExpressedFacts(dict[str, F]):
    """What is known of facts, by name; one that a target cannot express raises Inexpressible when it is read."""

    def __init__(self, facts: Mapping[str, F]) -> None:
        """Begin with what is known of facts already."""
        super().__init__(facts)
        self.lacking: dict[str, str] = dict(facts.lacking) if isinstance(facts, ExpressedFacts) else {}

    def __missing__(self, name: str) -> F:
        if name in self.lacking:
            raise Inexpressible(f"{self.lacking[name]} ({name})")
        raise KeyError(name)


class Connectives(Protocol[T]):
    """Kleene's strong connectives over truths of three values."""

    def negated(self, truth: T) -> T:
        """Return the opposite; undetermined stays undetermined."""

    def all_of(self, truths: Iterable[T]) -> T:
        """Return true where all are true, false where any is false, else undetermined; true where there are none."""

    def any_of(self, truths: Iterable[T]) -> T:
        """Return true where any is true, false where all are false, else undetermined; false where there are none."""

    def at_least(self, n: int, truths: Iterable[T]) -> T:
        """Return whether at least n are true, whatever the undetermined ones turn out to be."""


class TruthAlgebra(Connectives[T], Protocol[S, T]):
    """Truths of two and of three values, and the connectives over them."""

    def sure(self, holds: bool) -> S:
        """Return a bool as a truth of this algebra."""

    def both(self, parts: Iterable[S]) -> S:
        """Return whether all hold; true where there are none."""

    def either(self, parts: Iterable[S]) -> S:
        """Return whether at least one holds; false where there are none."""

    def no(self, part: S) -> S:
        """Return the opposite."""

    def is_true(self, truth: T) -> S:
        """Return whether it holds for certain."""

    def is_false(self, truth: T) -> S:
        """Return whether it certainly does not hold."""

    def kleene(self, true: S, false: S) -> T:
        """Return true where true holds, false where false does, else undetermined; the two never hold together."""

    def open_where(self, is_open: S, truth: T) -> T:
        """Return the truth, but undetermined where is_open holds."""

    def first(self, cases: Sequence[tuple[S, X]], otherwise: X) -> X:
        """Return what goes with the first case that holds; where none does, the value otherwise."""

    def once(self, worked_out: X) -> X:
        """Return what is given, so that it is worked out once however often it is read."""


class RangeAlgebra(TruthAlgebra[S, T], Protocol[S, T, R]):
    """Ranges of integers, either end of which may be open; a range counts where the truth given beside it holds."""

    def span(self, span: Span) -> R:
        """Return a span of the model as a range of this algebra."""

    def within(self, region: Span, one: R) -> T:
        """Return true where every value lies in the region, false where none does, else undetermined."""

    def is_point(self, one: R) -> S:
        """Return whether only one value is left."""

    def are_same(self, parts: Sequence[tuple[S, R]]) -> S:
        """Return whether all ranges that count are the same; true where none counts."""

    def is_bounded(self, one: R) -> S:
        """Return whether the range has a highest value."""

    def has_lowest(self, one: R) -> S:
        """Return whether the range has a lowest value."""

    def low_point(self, one: R) -> R:
        """Return the lowest value alone as a range, open at both ends where it is open."""

    def high_point(self, one: R) -> R:
        """Return the highest value alone as a range, open at both ends where it is open."""

    def from_to(self, first: R, last: R) -> R:
        """Return the range from the lowest value of one to the highest of another, each end open where that is."""

    def from_none(self, one: R) -> R:
        """Return the range with 0 for its lowest value."""

    def open_above(self, one: R) -> R:
        """Return the range without a highest value."""

    def never_below_none(self, one: R) -> R:
        """Return the range with values below 0 raised to 0."""

    def plus(self, one: R, other: R) -> R:
        """Return the sums of their values."""

    def less(self, one: R, other: R) -> R:
        """Return the differences of their values; between two dates, in days."""

    def times(self, one: R, other: R) -> R:
        """Return the products of their values, 0 × unbounded being 0; raises Inexpressible where it cannot multiply."""

    def divided(self, one: R, by: int) -> R:
        """Return the range divided by a positive number, its lowest value rounded down, its highest up."""

    def times_of_few(self, few: R, most: int, other: R) -> R:
        """Return the products of the values of few, which lie between 0 and most, with those of other."""

    def hull(self, one: R, other: R) -> R:
        """Return the smallest range that holds both."""

    def hull_of(self, parts: Sequence[tuple[S, R]]) -> R:
        """Return the smallest range that holds the ranges that count; an unbounded one where none does."""

    def hull_where(self, figures: Sequence[tuple[S, Span]]) -> R:
        """Return the smallest range that holds the figures that count; an unbounded one where none does."""

    def raised(self, one: R, figures: Sequence[tuple[S, Span]]) -> R:
        """Return the range with its lowest value raised to the largest lowest value of the figures that count."""

    def capped(self, one: R, cap: R) -> R:
        """Return the range with each end no higher than that of the cap; an open low end of the cap counts as 0."""

    def picked(self, which: S, one: R, other: R) -> R:
        """Return one where which holds, else other."""


class Algebra(RangeAlgebra[S, T, R], Protocol[S, T, R, V_co, F_contra]):
    """All operations of conditions and formulas. One that an implementation lacks raises Inexpressible."""

    def number(self, known: F_contra) -> R:
        """Return a fact's values as a range: of a period its days; unbounded for a fact without order."""

    def inside(self, region: Span, measure: Measure, known: F_contra) -> T:
        """Return whether a fact's value, by the measure, lies in the region."""

    def among(self, members: frozenset[Member], known: F_contra) -> T:
        """Return whether a fact's value is one of the members, or a set holds at least one of them."""

    def is_documented(self, known: F_contra) -> S:
        """Return whether the record, not a presumption, says something of the fact's value."""

    def is_stated(self, known: F_contra) -> S:
        """Return whether a source says anything of the fact, even only that it was looked for and not found."""

    def later(self, day: R, period: F_contra) -> R:
        """Return the days a period later, bounded by its months and by its days, whichever is closer."""

    def is_same_period(self, one: F_contra, other: F_contra) -> S:
        """Return whether both are one and the same period of calendar months."""

    def flag(self, truth: T) -> V_co:
        """Return the values of a boolean fact."""

    def ordered(self, one: R) -> V_co:
        """Return the values of a number or day."""

    def period(self, calendar: R, days: R) -> V_co:
        """Return the values of a period: its range in ordering integers of months and days, and its range in days."""

    def age(self, start: R, end: R) -> V_co:
        """Return the values of the time from one day to another."""


class ReasonAlgebra(TruthAlgebra[S, T], Protocol[S, T, F_contra]):
    """Why facts are open, and whether they are presumed: further operations of implementations that give reasons."""

    def is_presumed(self, known: F_contra) -> S:
        """Return whether a presumption had a part in the fact's values."""

    def is_missing(self, known: F_contra) -> S:
        """Return whether the fact is open because nothing is documented."""

    def is_conflicting(self, known: F_contra) -> S:
        """Return whether the fact is open because sources disagree."""

    def is_looked_for(self, known: F_contra) -> S:
        """Return whether the fact was looked for and not found."""
