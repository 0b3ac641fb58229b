"""The operations that the meaning of rules is folded over: one protocol, implemented for values, for Z3, for Ibis.

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


class TruthAlgebra(Protocol[S, T]):
    """TruthAlgebra of two and of three values, and Kleene's strong connectives over them."""

    def sure(self, holds: bool) -> S:
        """Return a truth that is known."""

    def both(self, parts: Iterable[S]) -> S:
        """Return whether all hold; true of none."""

    def either(self, parts: Iterable[S]) -> S:
        """Return whether at least one holds; false of none."""

    def no(self, part: S) -> S:
        """Return the opposite."""

    def is_true(self, truth: T) -> S:
        """Return whether it holds for certain."""

    def is_false(self, truth: T) -> S:
        """Return whether it certainly does not hold."""

    def kleene(self, true: S, false: S) -> T:
        """Return the truth that is true and false where said, else undetermined; never both are said."""

    def open_where(self, is_open: S, truth: T) -> T:
        """Return the truth, undetermined where said."""

    def negated(self, truth: T) -> T:
        """Return the opposite; undetermined stays undetermined."""

    def all_of(self, truths: Sequence[T]) -> T:
        """Return true where all are true, false where any is false; true of none."""

    def any_of(self, truths: Sequence[T]) -> T:
        """Return true where any is true, false where all are false; false of none."""

    def at_least(self, n: int, truths: Sequence[T]) -> T:
        """Return whether at least n are true, whatever the undetermined ones turn out to be."""

    def first(self, cases: Sequence[tuple[S, X]], otherwise: X) -> X:
        """Return what goes with the first case that holds."""

    def once(self, worked_out: X) -> X:
        """Return the same, worked out once however often it is read."""


class RangeAlgebra(TruthAlgebra[S, T], Protocol[S, T, R]):
    """RangeAlgebra of integers with ends that may be open."""

    def span(self, span: Span) -> R:
        """Return a range that is known."""

    def within(self, region: Span, one: R) -> T:
        """Return whether every value lies in the region, none does, or some do."""

    def is_point(self, one: R) -> S:
        """Return whether only one value is left."""

    def are_same(self, parts: Sequence[tuple[S, R]]) -> S:
        """Return whether those that count are one and the same range; true where none counts."""

    def is_bounded(self, one: R) -> S:
        """Return whether the range has a highest value."""

    def low_point(self, one: R) -> R:
        """Return the lowest value alone; open where that is."""

    def high_point(self, one: R) -> R:
        """Return the highest value alone; open where that is."""

    def from_to(self, first: R, last: R) -> R:
        """Return the range from the lowest value of one to the highest of another, each end open where that is."""

    def from_none(self, one: R) -> R:
        """Return the range with 0 for its lowest value."""

    def open_above(self, one: R) -> R:
        """Return the range without a highest value."""

    def never_below_none(self, one: R) -> R:
        """Return the range with what lies below 0 raised to it."""

    def plus(self, one: R, other: R) -> R:
        """Return the sums of their values."""

    def less(self, one: R, other: R) -> R:
        """Return the differences of their values; of days in days."""

    def times(self, one: R, other: R) -> R:
        """Return the products of their values; 0 × unbounded is 0. Raises Inexpressible."""

    def divided(self, one: R, by: int) -> R:
        """Return the range divided by a positive number, its lowest value rounded down, its highest up."""

    def times_of_few(self, few: R, most: int, other: R) -> R:
        """Return the products of values between 0 and most, and of any."""

    def hull(self, one: R, other: R) -> R:
        """Return the smallest range that holds both."""

    def hull_of(self, parts: Sequence[tuple[S, R]]) -> R:
        """Return the smallest range that holds those that count; anything where none does."""

    def hull_where(self, figures: Sequence[tuple[S, Span]]) -> R:
        """Return the smallest range that holds the figures that count; anything where none does."""

    def raised(self, one: R, figures: Sequence[tuple[S, Span]]) -> R:
        """Return the range with its lowest value raised to the largest lowest value of the figures that count."""

    def capped(self, one: R, cap: R) -> R:
        """Return the range with each end no higher than that of the cap; an open low end of the cap counts as 0."""

    def picked(self, which: S, one: R, other: R) -> R:
        """Return one range where said, else the other."""


class Algebra(RangeAlgebra[S, T, R], Protocol[S, T, R, V_co, F_contra]):
    """All that conditions and formulas are folded over. What an implementation lacks raises Inexpressible."""

    def number(self, known: F_contra) -> R:
        """Return a fact's ordered values: of a period its days, of what has no order anything."""

    def inside(self, region: Span, measure: Measure, known: F_contra) -> T:
        """Return whether a fact's value, by the measure, lies in the region."""

    def among(self, members: frozenset[Member], known: F_contra) -> T:
        """Return whether a fact's value is one of the members, or a set holds at least one of them."""

    def is_documented(self, known: F_contra) -> S:
        """Return whether the record, not a presumption, says something of the fact's value."""

    def is_stated(self, known: F_contra) -> S:
        """Return whether a source says anything of the fact, be it that it was looked for and not found."""

    def later(self, day: R, period: F_contra) -> R:
        """Return the days a period later, bounded by its months and by its days, whichever is closer."""

    def is_same_period(self, one: F_contra, other: F_contra) -> S:
        """Return whether both are one and the same period of calendar months."""

    def flag(self, truth: T) -> V_co:
        """Return the values of a boolean fact."""

    def ordered(self, one: R) -> V_co:
        """Return the values of a number or day."""

    def period(self, calendar: R, days: R) -> V_co:
        """Return the values of a period, in ordering integers of months and days, and in days."""

    def age(self, start: R, end: R) -> V_co:
        """Return the values of the time from one day to another."""


class ReasonAlgebra(TruthAlgebra[S, T], Protocol[S, T, F_contra]):
    """Why facts are open, and whether they are presumed: what implementations that give reasons have besides."""

    def is_presumed(self, known: F_contra) -> S:
        """Return whether a presumption had a part in the fact's values."""

    def is_missing(self, known: F_contra) -> S:
        """Return whether the fact is open because nothing is documented."""

    def is_conflicting(self, known: F_contra) -> S:
        """Return whether the fact is open because sources disagree."""

    def is_looked_for(self, known: F_contra) -> S:
        """Return whether the fact was looked for and not found."""
