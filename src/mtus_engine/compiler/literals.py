"""Reads values as people write them into the values that a fact of a given type may have."""

import math
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import assert_never

from mtus_engine.compiler.codes import coded_choice, is_code, is_coded, members_of_code, unverified_codes
from mtus_engine.compiler.cures import number_cure, period_cure
from mtus_engine.compiler.dates import date_span
from mtus_engine.compiler.halfway import member_beside_side
from mtus_engine.compiler.problems import Misfit
from mtus_engine.compiler.spelled_numbers import number_and_rest
from mtus_engine.loader.source import Plain
from mtus_engine.model.diagnostic import did_you_mean, quoted_value
from mtus_engine.model.fact import LARGEST_NUMBER, Fact, Kind
from mtus_engine.model.periods import Period, days_in_months, parse_period, slots_of_days
from mtus_engine.model.values import Choice, Selection, Span, Stretch, Values, point_span

_NEAR_ENOUGH = 0.8
_LONGEST_MONTHS = 1200
_LONGEST_DAYS = 36_600


def values_of(fact: Fact, plain: Plain, *, is_open: bool = False) -> Values:
    """Return the values the fact may have where a source gives plain; raises Misfit where plain does not fit its type.

    A mapping {at_least, at_most} is a range, {one_of: […]} a choice; is_open means that a set may hold further members.
    """
    if isinstance(plain, Mapping):
        return _range_or_choice(fact, plain)
    match fact.kind:
        case Kind.SET_OF:
            return _selection(fact, plain, is_open=is_open)
        case Kind.BOOLEAN:
            return Choice(frozenset({member_of(fact, plain)}))
        case Kind.ONE_OF:
            return coded_choice(fact, plain) if is_coded(fact, plain) else Choice(frozenset({member_of(fact, plain)}))
        case Kind.PERIOD:
            return stretch_of(period_of(plain))
        case Kind.INTEGER | Kind.DECIMAL | Kind.DATE:
            return _within_domain(fact, ordered_span(fact, plain))
        case _:
            assert_never(fact.kind)


def ordered_span(fact: Fact, plain: Plain) -> Span:
    """Return the span of a number, or of the days that a whole or partial date names; raises Misfit."""
    if fact.kind is Kind.DATE:
        return date_span(plain)
    return point_span(number_of(fact, plain))


def number_of(fact: Fact, plain: Plain) -> int:
    """Return a number in units of the fact's last decimal place: 1.5 is 15 with one decimal. Raises Misfit."""
    unit = f" {fact.unit}" if fact.unit else ""
    if isinstance(plain, bool | str | date | None) or not isinstance(plain, int | Decimal):
        raise Misfit(
            f"{fact.name} is a number{unit and ' of' + unit}, not {quoted_value(plain)}", number_cure(fact, plain)
        )
    if not -LARGEST_NUMBER <= Decimal(plain) <= LARGEST_NUMBER:
        raise Misfit(f"{plain} is too large", f"numbers go up to {LARGEST_NUMBER // 10**fact.decimals:,}")
    scaled = Decimal(plain).scaleb(fact.decimals)
    if abs(scaled) > LARGEST_NUMBER:
        raise Misfit(f"{plain} is too large", f"numbers go up to {LARGEST_NUMBER // 10**fact.decimals:,}")
    if scaled != scaled.to_integral_value():
        kind = "a whole number" if not fact.decimals else f"a number with at most {fact.decimals} decimals"
        below, above = (Decimal(whole(scaled)).scaleb(-fact.decimals) for whole in (math.floor, math.ceil))
        raise Misfit(f"{fact.name} is {kind}, not {plain}", f"write {below} or {above}")
    return int(scaled)


def _with_figure(text: str) -> str:
    """Return a text with the number that it begins with in figures: "four weeks" as "4 weeks"."""
    spelled = number_and_rest(" ".join(text.lower().split()))
    return f"{spelled[0]} {spelled[1]}" if spelled is not None and spelled[1] else text


def period_of(plain: Plain) -> Period:
    """Return the period that text names, its number in figures or as a word; raises Misfit."""
    period = parse_period(_with_figure(plain)) if isinstance(plain, str) else None
    if period is None:
        raise Misfit(f"{quoted_value(plain)} is not a length of time", period_cure(plain))
    if period.months > _LONGEST_MONTHS or period.days > _LONGEST_DAYS:
        raise Misfit(f"{quoted_value(plain)} is longer than 100 years", None)
    return period


def stretch_of(period: Period) -> Stretch:
    """Return a period in both measures: a month converts to 28 to 31 days, and days convert to a range of months."""
    if not period.months:
        return Stretch(Span(*slots_of_days(period.days)), point_span(period.days))
    fewest, most = days_in_months(period.months)
    return Stretch(point_span(period.slot), Span(fewest + period.days, most + period.days))


def asks_for_no_time(fact: Fact, values: Values) -> bool:
    """Return whether a request would be for a length of time of 0, as exports write it where it is not known."""
    return fact.part_of_request and isinstance(values, Stretch) and values.days.high == 0


def member_of(fact: Fact, plain: Plain) -> str | bool:
    """Return the member of a boolean, enumeration or set that plain names; raises Misfit where it names none."""
    if fact.kind is Kind.BOOLEAN:
        if isinstance(plain, bool):
            return plain
        raise Misfit(
            f"{fact.name} is true or false, not {quoted_value(plain)}",
            "where the record does not say, leave the line out",
        )
    names = tuple(name for name, _ in fact.members)
    text = str(plain)
    if not isinstance(plain, (bool, Mapping, tuple)) and text in names:
        return text
    if is_code(fact, plain) and fact.kind is Kind.SET_OF:
        return next(iter(members_of_code(fact, text)))
    if isinstance(plain, Mapping | tuple) or plain is None:
        raise Misfit(f"{fact.name} is one member, not {quoted_value(plain)}", "members: " + ", ".join(names))
    if isinstance(plain, str) and (beside := member_beside_side(fact, plain)) is not None:
        cure = f"write {beside}; left and right have facts of their own (mtus facts)"
        raise Misfit(f"{fact.name} names a part, not {quoted_value(plain)}", cure)
    codes = "; or a code" if fact.codes else ""
    others = [one for one in names if one.startswith("other_")]
    codes += f"; {others[0]} where none of them is meant" if others else ""
    # Another treatment or diagnosis must not be suggested for one that is only spelled a little alike.
    near = did_you_mean(text.lower().replace(" ", "_"), names, _NEAR_ENOUGH)
    raise Misfit(f"{fact.name} has no member {quoted_value(plain)}{near}", f"members: {', '.join(names)}{codes}")


def _range_or_choice(fact: Fact, plain: Mapping[str, Plain]) -> Values:
    if set(plain) == {"one_of"}:
        return _choice(fact, plain["one_of"])
    if plain and all(bound is None for bound in plain.values()):
        raise Misfit(f"the range of {fact.name} has no bound", "fill in at_least or at_most, or remove the line")
    if not plain or not set(plain) <= {"at_least", "at_most"} or fact.kind in {Kind.BOOLEAN, Kind.ONE_OF, Kind.SET_OF}:
        raise Misfit(
            f"{fact.name} cannot be read from {{{', '.join(plain)}}}",
            "a range is {at_least: 6, at_most: 12}; a choice {one_of: [a, b]}",
        )
    low, high = plain.get("at_least"), plain.get("at_most")
    if fact.kind is Kind.PERIOD:
        return _stretch_between(low, high)
    span = Span(
        None if low is None else ordered_span(fact, low).low, None if high is None else ordered_span(fact, high).high
    )
    return _within_domain(fact, _not_empty(span))


def _choice(fact: Fact, among: Plain) -> Values:
    if fact.kind not in {Kind.BOOLEAN, Kind.ONE_OF}:
        cure = (
            "a list names all its members; where the record leaves open which, leave the line out"
            if fact.kind is Kind.SET_OF
            else "write {at_least: …, at_most: …} for a range"
        )
        raise Misfit(f"{fact.name} is not one of several members", cure)
    if not isinstance(among, tuple) or not among:
        raise Misfit("one_of names no member", "one_of: [a, b]")
    return Choice(frozenset(m for one in among for m in _possible_members(fact, one)))


def _possible_members(fact: Fact, plain: Plain) -> frozenset[str | bool]:
    if fact.kind is Kind.ONE_OF and is_code(fact, plain):
        return frozenset(members_of_code(fact, str(plain)))
    return frozenset({member_of(fact, plain)})


def _stretch_between(low: Plain, high: Plain) -> Stretch:
    least = stretch_of(period_of(low)) if low is not None else Stretch(Span(0, None), Span(0, None))
    most = stretch_of(period_of(high)) if high is not None else Stretch(Span(None, None), Span(None, None))
    return Stretch(
        _not_empty(Span(least.calendar.low, most.calendar.high)), _not_empty(Span(least.days.low, most.days.high))
    )


def _not_empty(span: Span) -> Span:
    if span.low is not None and span.high is not None and span.low > span.high:
        raise Misfit("at_least is more than at_most", "exchange the two")
    return span


def _within_domain(fact: Fact, span: Span) -> Span:
    """Return the span with open sides replaced by the domain's bounds; raises Misfit where it exceeds them."""
    assert isinstance(fact.domain, Span)
    low, high = fact.domain.low, fact.domain.high
    too_low = low is not None and span.low is not None and span.low < low
    inside = fact.domain.overlap(span)
    if inside is None or too_low or (high is not None and span.high is not None and span.high > high):
        bounds = [f"at least {low}"] if low is not None else []
        bounds += [f"at most {high}"] if high is not None else []
        raise Misfit(f"{fact.name} lies outside what it can be", "it is " + " and ".join(bounds))
    return inside


def verified_values(fact: Fact, plain: Plain) -> Values:
    """Return what a value says without its unverified codes, each of which may then stand for any member."""
    given = plain if isinstance(plain, tuple) else (plain,)
    kept = tuple(one for one in given if not unverified_codes(fact, one))
    if fact.kind is not Kind.SET_OF:
        return fact.domain
    return _selection(fact, kept, is_open=True)


def _selection(fact: Fact, plain: Plain, *, is_open: bool) -> Selection:
    given = plain if isinstance(plain, tuple) else (plain,)
    members = frozenset(str(member_of(fact, one)) for one in given)
    return Selection(members, frozenset(name for name, _ in fact.members) if is_open else members)
