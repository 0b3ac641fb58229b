"""What is known of facts in rows where their own columns say nothing: presumed values, and facts that stand in."""

from datetime import date
from typing import assert_never

import ibis

from mtus_engine.compiler.targets.columns.ranges import ColumnRange, picked_range, point_range
from mtus_engine.compiler.targets.columns.terms import Sure, both, combined_column, either, first_case, no
from mtus_engine.compiler.targets.columns.values import (
    AgeColumns,
    ColumnValues,
    FlagColumn,
    MemberColumns,
    PeriodColumns,
    Seen,
    SetColumns,
)
from mtus_engine.model.fact import Fact
from mtus_engine.model.values import Choice, Selection, Span, Stretch, Values


def with_presumption(seen: Seen, fact: Fact, presumed: Sure) -> Seen:
    """Return a fact with its presumed value in the rows where presumed holds."""
    assert fact.presume is not None
    return seen._replace(
        values=_presumed_values(seen.values, fact.presume, presumed),
        missing=both(seen.missing, no(presumed)),
        narrowed=either(seen.narrowed, presumed),
        presumed=presumed,
    )


def _presumed_values(own: ColumnValues, value: Values, presumed: Sure) -> ColumnValues:
    """Return what rows say of a fact, and the value where it is presumed; both are of the fact's own type."""
    match own:
        case FlagColumn(flag):
            assert isinstance(value, Choice)
            (truth,) = value.possible
            return FlagColumn(first_case([(presumed, bool(truth))], flag))
        case MemberColumns(given, among, members):
            assert isinstance(value, Choice)
            (member,) = value.possible
            return MemberColumns(first_case([(presumed, str(member))], given), among, members)
        case SetColumns(certain, perhaps, is_open, members):
            assert isinstance(value, Selection)
            chosen = sorted(value.certain)
            listed = combined_column(lambda: ibis.literal(chosen, type="array<string>"))
            kept = None if perhaps is None else first_case([(no(presumed), perhaps)], None)
            is_still_open = both(is_open, no(presumed))
            return SetColumns(first_case([(presumed, listed)], certain), kept, is_still_open, members)
        case PeriodColumns(calendar, days):
            assert isinstance(value, Stretch)
            return PeriodColumns(
                _presumed_range(calendar, value.calendar, presumed), _presumed_range(days, value.days, presumed)
            )
        case ColumnRange():
            assert isinstance(value, Span)
            return _presumed_range(own, value, presumed)
        case AgeColumns():
            raise TypeError("a computed time is never presumed")
        case _:
            assert_never(own)


def _presumed_range(own: ColumnRange, span: Span, presumed: Sure) -> ColumnRange:
    least, most = (date.fromordinal(end) if own.of_days and end is not None else end for end in (span.low, span.high))
    if own.point is not None and span.low == span.high:
        return point_range(first_case([(presumed, least)], own.point), own.domain, of_days=own.of_days)
    low, high = first_case([(presumed, least)], own.low), first_case([(presumed, most)], own.high)
    return ColumnRange(low, high, of_days=own.of_days)


def standing_in(own: Seen, other: Seen) -> Seen:
    """Return a fact with the value of another where nothing is known of its own."""
    stands = both(no(own.narrowed), other.narrowed)
    return own._replace(
        values=_values_of_either(stands, other.values, own.values),
        missing=first_case([(stands, other.missing)], own.missing),
        conflicting=first_case([(stands, other.conflicting)], own.conflicting),
        narrowed=either(own.narrowed, other.narrowed),
        presumed=first_case([(stands, other.presumed)], own.presumed),
    )


def _values_of_either(stands: Sure, other: ColumnValues, own: ColumnValues) -> ColumnValues:
    """Return the values of another fact of the same type where they stand in, else a fact's own."""
    match own, other:
        case ColumnRange(), ColumnRange():
            return picked_range(stands, other, own)
        case FlagColumn(), FlagColumn():
            return FlagColumn(first_case([(stands, other.flag)], own.flag))
        case PeriodColumns(), PeriodColumns():
            return PeriodColumns(
                picked_range(stands, other.calendar, own.calendar), picked_range(stands, other.days, own.days)
            )
        case MemberColumns(), MemberColumns():
            among = first_case([(stands, other.among)], own.among)
            return MemberColumns(first_case([(stands, other.value)], own.value), among, own.all)
        case SetColumns(), SetColumns():
            is_open = either(both(stands, other.is_open), both(no(stands), own.is_open))
            certain = first_case([(stands, other.certain)], own.certain)
            return SetColumns(certain, first_case([(stands, other.perhaps)], own.perhaps), is_open, own.all)
        case _:
            raise TypeError(f"{other} cannot stand in for {own}")
