"""What is known of a fact, as columns: its values by their kind, and why they are undetermined where they are."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple, assert_never

from mtus_engine.compiler.targets.columns.ranges import ColumnRange, is_settled
from mtus_engine.compiler.targets.columns.stages import Stages
from mtus_engine.compiler.targets.columns.terms import (
    Column,
    End,
    Flag,
    Sure,
    both,
    either,
    is_false,
    is_open,
    no,
    null_end,
    surely,
)
from mtus_engine.meaning.algebra import Inexpressible
from mtus_engine.model.fact import Fact
from mtus_engine.model.values import ANYTHING, Span


class FlagColumn(NamedTuple):
    """A fact that is true or false: null where it may be either."""

    flag: Flag


class MemberColumns(NamedTuple):
    """One member of an enumeration, or, where value is null, one of those that among lists, else any."""

    value: Column | str | None
    among: Column | None
    all: frozenset[str]


class SetColumns(NamedTuple):
    """A set of members: surely those in certain, possibly those in perhaps; any where is_open or certain is null."""

    certain: Column | None
    perhaps: Column | None
    is_open: Sure
    all: frozenset[str]


class PeriodColumns(NamedTuple):
    """A period, measured twice: calendar in ordering integers of months and days, and days in days."""

    calendar: ColumnRange
    days: ColumnRange


class AgeColumns(NamedTuple):
    """The time from one day to another, compared by its anniversaries."""

    start: ColumnRange
    end: ColumnRange


ColumnValues = ColumnRange | FlagColumn | MemberColumns | SetColumns | PeriodColumns | AgeColumns


class Seen(NamedTuple):
    """What is known of a fact: its values, why they are undetermined where they are, and whether one was presumed.

    narrowed tells whether some values are ruled out, mentioned whether the row says anything of the fact, even only
    that it was looked for and not found.
    """

    values: ColumnValues
    missing: Sure
    conflicting: Sure
    looked_for: Sure
    narrowed: Sure
    presumed: Sure
    mentioned: Sure = False


SeenFacts = Mapping[str, Seen]


def perhaps_true(seen: Seen) -> Sure:
    """Return whether a boolean may be true."""
    return no(is_false(seen.values.flag)) if isinstance(seen.values, FlagColumn) else False


def is_one_value(values: ColumnValues) -> Sure:
    """Return whether only one value is left."""
    match values:
        case ColumnRange():
            return is_settled(values)
        case FlagColumn(flag):
            return no(is_open(flag))
        case MemberColumns(value, among, _):
            one = False if among is None else surely(among.length(), "==", 1)
            return either(one, value.is_there() if isinstance(value, Column) else value is not None)
        case SetColumns(certain, perhaps, is_open_, _):
            if certain is None:
                return False
            extra = False if perhaps is None else surely(perhaps.length(), ">", 0)
            return both(certain.is_there(), no(is_open_), no(extra))
        case PeriodColumns(calendar, days):
            return either(is_settled(calendar), is_settled(days))
        case AgeColumns(start, end):
            return both(is_settled(start), is_settled(end))
        case _:
            assert_never(values)


def named_seen(seen: Seen, stages: Stages) -> Seen:
    """Return the same fact with every expression in it replaced by a named column that is computed once."""
    name = stages.named
    rest = [name(one) for one in seen[1:]]
    return Seen(named_values(seen.values, stages), *rest)


def named_values(values: ColumnValues, stages: Stages) -> ColumnValues:
    """Return the same values with every expression in them replaced by a named column that is computed once."""
    match values:
        case ColumnRange():
            return named_range(values, stages)
        case FlagColumn(flag):
            return FlagColumn(stages.named(flag))
        case MemberColumns(value, among, members):
            return MemberColumns(stages.named(value), stages.named(among), members)
        case SetColumns(certain, perhaps, is_open_, members):
            return SetColumns(stages.named(certain), stages.named(perhaps), stages.named(is_open_), members)
        case PeriodColumns(calendar, days):
            return PeriodColumns(named_range(calendar, stages), named_range(days, stages))
        case AgeColumns(start, end):
            return AgeColumns(named_range(start, stages), named_range(end, stages))
        case _:
            assert_never(values)


def named_range(one: ColumnRange, stages: Stages) -> ColumnRange:
    """Return the same range with its ends replaced by named columns that are computed once."""
    if one.point is None:
        return one._replace(low=stages.named(one.low), high=stages.named(one.high))
    if not isinstance(one.point, Column):
        return one
    point = stages.named(one.point)
    low = point if one.domain.low is None else stages.named(one.low)
    return one._replace(low=low, high=point if one.domain.high is None else stages.named(one.high), point=point)


def is_narrower(values: ColumnValues, fact: Fact) -> Sure:
    """Return whether some of the values that a fact can have are ruled out."""
    match values:
        case ColumnRange(low, high):
            domain = fact.domain if isinstance(fact.domain, Span) else ANYTHING
            return either(_is_above(low, domain.low), _is_below(high, domain.high))
        case FlagColumn(flag):
            return no(is_open(flag))
        case PeriodColumns(calendar, days):
            ends = [_is_above(one.low, 0) for one in (calendar, days)]
            return either(*ends, *(_is_below(one.high, None) for one in (calendar, days)))
        case AgeColumns(start, end):
            bounded = (start.high, end.low), (start.low, end.high)
            return either(*(both(no(null_end(one)), no(null_end(other))) for one, other in bounded))
        case MemberColumns() | SetColumns():
            raise Inexpressible(f"a computed {fact.kind.value}")
        case _:
            assert_never(values)


def _is_above(low: End, domain: int | None) -> Sure:
    return no(null_end(low)) if domain is None else surely(low, ">", domain)


def _is_below(high: End, domain: int | None) -> Sure:
    return no(null_end(high)) if domain is None else surely(high, "<", domain)


def day(ordinal: int | None) -> date | None:
    """Return the date with this ordinal number; None for None."""
    return None if ordinal is None else date.fromordinal(ordinal)
