"""What a fact may still be: a range of ordered values, a choice among members, or a selection of members.

These are named tuples and not dataclasses because a case makes hundreds of them: they are made and
hashed several times as fast.
"""

from typing import NamedTuple, assert_never

Member = str | bool


class Span(NamedTuple):
    """The integers from low to high, both included; None leaves that side open.

    Integers stand for themselves, decimals for their scaled value, dates for their ordinal day.
    """

    low: int | None
    high: int | None

    def includes(self, other: "Span") -> bool:
        """Return whether every value of other lies in this span."""
        above = self.low is None or (other.low is not None and other.low >= self.low)
        return above and (self.high is None or (other.high is not None and other.high <= self.high))

    def hull(self, other: "Span") -> "Span":
        """Return the smallest span that holds both.

        >>> Span(3, 5).hull(Span(8, None))
        Span(low=3, high=None)
        """
        low = None if self.low is None or other.low is None else min(self.low, other.low)
        return Span(low, None if self.high is None or other.high is None else max(self.high, other.high))

    def overlap(self, other: "Span") -> "Span | None":
        """Return the values that lie in both, or None where there are none."""
        low = other.low if self.low is None else self.low if other.low is None else max(self.low, other.low)
        high = other.high if self.high is None else self.high if other.high is None else min(self.high, other.high)
        return None if low is not None and high is not None and low > high else Span(low, high)

    @property
    def point(self) -> int | None:
        """The one value of the span, or None where it holds several."""
        return self.low if self.low == self.high else None


class Stretch(NamedTuple):
    """A period, measured twice: in calendar months and days (as slots) and in days."""

    calendar: Span
    days: Span


class Choice(NamedTuple):
    """One of the possible members: of an enumeration, or of true and false."""

    possible: frozenset[Member]


class Selection(NamedTuple):
    """A set of members: those certainly in it, and those possibly in it."""

    certain: frozenset[str]
    possible: frozenset[str]


Values = Span | Stretch | Choice | Selection

ANYTHING = Span(None, None)


def point_span(number: int) -> Span:
    """Return the span of one number."""
    return Span(number, number)


def is_settled(values: Values) -> bool:
    """Return whether only one value is left."""
    match values:
        case Span():
            return values.low is not None and values.low == values.high
        case Stretch():
            return is_settled(values.calendar) or is_settled(values.days)
        case Choice():
            return len(values.possible) == 1
        case Selection():
            return values.certain == values.possible
        case _:
            assert_never(values)


def ordered_values(values: Values) -> tuple[object, ...]:
    """Return values as plain tuples with sorted members, so that equal values are written alike in every run."""
    match values:
        case Span():
            return tuple(values)
        case Stretch():
            return tuple(values.calendar), tuple(values.days)
        case Choice():
            return tuple(sorted(map(str, values.possible)))
        case Selection():
            return tuple(sorted(values.certain)), tuple(sorted(values.possible))
        case _:
            assert_never(values)


def is_exact(values: Values) -> bool:
    """Return whether only one value is left by every measure: 1 month is settled but not exact, being 28 to 31 days."""
    if isinstance(values, Stretch):
        return is_settled(values.calendar) and is_settled(values.days)
    return is_settled(values)


def hull(one: Values, other: Values) -> Values:
    """Return what a fact may be that is either one or the other; raises TypeError where they are of two types.

    What is certain of either alone is certain of neither:

    >>> knee, hip = frozenset({"knee"}), frozenset({"hip"})
    >>> hull(Selection(knee, knee), Selection(hip, hip)).certain
    frozenset()
    """
    match one, other:
        case Span(), Span():
            return one.hull(other)
        case Stretch(), Stretch():
            return Stretch(one.calendar.hull(other.calendar), one.days.hull(other.days))
        case Choice(), Choice():
            return Choice(one.possible | other.possible)
        case Selection(), Selection():
            return Selection(one.certain & other.certain, one.possible | other.possible)
        case _:
            raise TypeError(f"values of two types: {one} and {other}")


def is_within(inner: Values, outer: Values) -> bool:
    """Return whether outer allows every value that inner allows; raises TypeError where they are of two types.

    >>> is_within(Span(6, 6), Span(4, 8)), is_within(Span(6, None), Span(4, 8))
    (True, False)
    """
    match inner, outer:
        case Span(), Span():
            return outer.includes(inner)
        case Stretch(), Stretch():
            return outer.calendar.includes(inner.calendar) and outer.days.includes(inner.days)
        case Choice(), Choice():
            return inner.possible <= outer.possible
        case Selection(), Selection():
            return inner.possible <= outer.possible and outer.certain <= inner.certain
        case _:
            raise TypeError(f"values of two types: {inner} and {outer}")


def common_values(one: Values, other: Values) -> Values | None:
    """Return the values that both allow, or None where there are none.

    >>> common_values(Span(1, 6), Span(4, 9)), common_values(Span(1, 3), Span(4, 9))
    (Span(low=4, high=6), None)
    """
    match one, other:
        case Span(), Span():
            return one.overlap(other)
        case Stretch(), Stretch():
            calendar, days = one.calendar.overlap(other.calendar), one.days.overlap(other.days)
            return None if calendar is None or days is None else Stretch(calendar, days)
        case Choice(), Choice():
            return Choice(one.possible & other.possible) if one.possible & other.possible else None
        case Selection(), Selection():
            certain, possible = one.certain | other.certain, one.possible & other.possible
            return Selection(certain, possible) if certain <= possible else None
        case _:
            # Values of two types have nothing in common: a match on pairs cannot name them all.
            return None
