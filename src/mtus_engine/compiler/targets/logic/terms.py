"""What a fact may be, as Z3 terms: truths of three values, ranges whose ends may be open, and anniversaries of days."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import z3

from mtus_engine.model.periods import DAYS_PER_MONTH_SLOT, add_months, days_in_months
from mtus_engine.model.values import Span

# The years in which dates of facts may lie: requests under the encoded editions, and their injuries.
FIRST_YEAR, LAST_YEAR = 1980, 2040
SHORTEST_MONTH = 28
MOST_MONTHS = 1200


class Kleene(NamedTuple):
    """A truth: undetermined where it is neither true nor false."""

    true: z3.BoolRef
    false: z3.BoolRef


class Ends(NamedTuple):
    """A range of integers; an end that is open has a value without meaning."""

    low: z3.ArithRef
    high: z3.ArithRef
    no_low: z3.BoolRef
    no_high: z3.BoolRef


class MemberTerms(NamedTuple):
    """A member of an enumeration, or true or false: for each one whether it is possible."""

    possible: dict[str | bool, z3.BoolRef]


class SetTerms(NamedTuple):
    """A set of members: for each member whether it is certainly, and whether it is possibly, in the set."""

    certain: dict[str, z3.BoolRef]
    possible: dict[str, z3.BoolRef]


class PeriodTerms(NamedTuple):
    """A period, measured twice: calendar in ordering integers of months and days, and days in days."""

    calendar: Ends
    days: Ends


class AgeTerms(NamedTuple):
    """The time from one day to another, compared by its anniversaries."""

    start: Ends
    end: Ends


Symbol = Ends | MemberTerms | SetTerms | PeriodTerms | AgeTerms

TRUE, FALSE = z3.BoolVal(True), z3.BoolVal(False)
ALWAYS, NEVER = Kleene(TRUE, FALSE), Kleene(FALSE, TRUE)


def constant(span: Span) -> Ends:
    """Return a span as a range of constant terms."""
    ends = [z3.IntVal(0 if end is None else end) for end in span]
    return Ends(ends[0], ends[1], z3.BoolVal(span.low is None), z3.BoolVal(span.high is None))


ANY = constant(Span(None, None))


def truth_within(region: Span, ends: Ends) -> Kleene:
    """Return true where the range lies in the region, false where it lies outside it, else undetermined."""
    above = [] if region.high is None else [z3.And(z3.Not(ends.no_low), ends.low > region.high)]
    below = [] if region.low is None else [z3.And(z3.Not(ends.no_high), ends.high < region.low)]
    inside = [] if region.low is None else [z3.And(z3.Not(ends.no_low), ends.low >= region.low)]
    inside += [] if region.high is None else [z3.And(z3.Not(ends.no_high), ends.high <= region.high)]
    return Kleene(z3.And(inside), z3.Or(above + below))


def range_difference(one: Ends, other: Ends) -> Ends:
    """Return the difference of two ranges."""
    return Ends(
        one.low - other.high,
        one.high - other.low,
        z3.Or(one.no_low, other.no_high),
        z3.Or(one.no_high, other.no_low),
    )


def range_if(which: z3.BoolRef, one: Ends, other: Ends) -> Ends:
    """Return one range where a condition holds, else the other."""
    return Ends(*(z3.If(which, a, b) for a, b in zip(one, other, strict=True)))


def range_hull(one: Ends, other: Ends) -> Ends:
    """Return the smallest range that holds both."""
    return Ends(
        z3.If(one.low < other.low, one.low, other.low),
        z3.If(one.high > other.high, one.high, other.high),
        z3.Or(one.no_low, other.no_low),
        z3.Or(one.no_high, other.no_high),
    )


def are_same_terms(parts: Sequence[tuple[z3.BoolRef, z3.ExprRef]]) -> z3.BoolRef:
    """Return whether all terms that count (whose first element holds) are equal; true where none counts."""
    *before, (_, first) = parts
    for counts, one in reversed(before):
        first = z3.If(counts, one, first)
    return z3.And([z3.Implies(counts, one == first) for counts, one in parts])


def are_same_ranges(one: Ends, other: Ends) -> z3.BoolRef:
    """Return whether two ranges have the same ends."""
    lows = z3.And(one.no_low == other.no_low, z3.Or(one.no_low, one.low == other.low))
    return z3.And(lows, one.no_high == other.no_high, z3.Or(one.no_high, one.high == other.high))


class AnniversaryMove(NamedTuple):
    """The day that is a number of months after another; reached is the unknown that stands for it."""

    day: z3.ArithRef
    months: z3.ArithRef
    reached: z3.ArithRef


class Calendar:
    """Anniversaries as unknowns: bounded at first by the fewest and most days of the months, then learned one by one.

    What holds for all days within the bounds holds for the true anniversaries. Where a model of Z3 has a wrong one,
    lessons gives constraints that correct it, and the question is asked again.
    """

    def __init__(self) -> None:
        """Begin without anniversaries; facts collects the bounds of those that are asked for."""
        self._moves: dict[tuple[int, int], AnniversaryMove] = {}
        self.facts: list[z3.BoolRef] = []
        self.first_day, self.last_day = date(FIRST_YEAR, 1, 1).toordinal(), date(LAST_YEAR, 12, 31).toordinal()

    def anniversary(self, day: z3.ArithRef, months: z3.ArithRef | int, days: z3.ArithRef | int) -> z3.ArithRef:
        """Return the day that is the months, and then the days, later; a year after 29 February is 28 February."""
        counted = z3.IntVal(months) if isinstance(months, int) else months
        # The move keeps the terms: as long as they exist, no other term can have the ids in the key.
        key = (day.get_id(), counted.get_id())
        if key not in self._moves:
            reached = z3.FreshInt("anniversary")
            self._moves[key] = AnniversaryMove(day, counted, reached)
            if isinstance(months, int):
                fewest, most = days_in_months(months)
                self.facts += [reached >= day + fewest, reached <= day + most]
            else:
                self.facts += [reached >= day + 28 * counted, reached <= day + 31 * counted]
        return self._moves[key].reached + days

    def is_at_most(self, start: z3.ArithRef, end: z3.ArithRef, slot: int) -> z3.BoolRef:
        """Return whether the months and days from start to end are at most slot, an ordering integer."""
        if slot < 0:
            return end - start <= slot
        months, days = divmod(slot, DAYS_PER_MONTH_SLOT)
        reached = end <= self.anniversary(start, months, days)
        # Fewer than 28 days never reach the next monthly anniversary, so the second comparison is not needed.
        inside = reached if days < SHORTEST_MONTH else z3.And(reached, end < self.anniversary(start, months + 1, 0))
        return z3.Or(end < start, inside)

    def lessons(self, model: z3.ModelRef) -> list[z3.BoolRef]:
        """Return constraints that correct a model's wrong anniversaries; none where all of them are right."""
        taught: list[z3.BoolRef] = []
        for day, months, reached in self._moves.values():
            start, count, found = (model.eval(term, model_completion=True).as_long() for term in (day, months, reached))
            if not self.first_day <= start <= self.last_day or not 0 <= count <= MOST_MONTHS:
                continue
            true = add_months(start, count)
            if true is not None and true != found:
                first, last = self._days_alike(start, count)
                same = z3.And(day >= first, day <= last, months == count)
                taught += [
                    z3.Implies(same, reached == day + (true - start)),
                    z3.Implies(z3.And(day > start, months == count), reached >= true),
                    z3.Implies(z3.And(day < start, months == count), reached <= true),
                ]
        return taught

    def _days_alike(self, start: int, months: int) -> tuple[int, int]:
        """Return the first and last of the days around start whose anniversary is as many days away as its own."""
        away = (add_months(start, months) or start) - start

        def is_alike(day: int) -> bool:
            reached = add_months(day, months)
            return self.first_day <= day <= self.last_day and reached is not None and reached - day == away

        first = last = start
        while is_alike(first - 1):
            first -= 1
        while is_alike(last + 1):
            last += 1
        return first, last
