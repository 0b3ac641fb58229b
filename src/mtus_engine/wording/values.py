"""Values, and what is known of facts, in the words a nurse reads."""

from datetime import date
from decimal import Decimal
from typing import assert_never

from mtus_engine.engine.statements import counted_statements
from mtus_engine.model.fact import Because, Fact, Kind, Known
from mtus_engine.model.periods import Period, period_of_slot
from mtus_engine.model.values import Choice, Selection, Span, Stretch, Values, is_settled


def known_words(fact: Fact, known: Known) -> str:
    """Return what is known of a fact: a value, several ("6 to 12 visits or 23 visits"), or why there is none."""
    waiting = [one.to_confirm for one in known.statements if one.to_confirm is not None]
    if waiting and not known.is_narrowed:
        return f"to confirm: {' or '.join(dict.fromkeys(values_words(fact, values) for values in waiting))}"
    if known.because is Because.NOT_DOCUMENTED and not known.is_narrowed:
        return "looked for and not found" if known.looked_for else "not mentioned"
    if fact.is_documentation and known.looked_for and known.is_narrowed:
        return "looked for and not found, which is the answer no"
    words = _statement_words(fact, known)
    if known.because in {Because.CONFLICTING, Because.IMPRECISE} and not is_settled(known.values):
        return f"{words}, record unclear"
    # A derived fact is not called presumed here: the fact it is computed from, which was presumed, says so.
    return f"{words}, presumed" if known.because is Because.PRESUMED and not fact.is_defined else words


def quoted_words(fact: Fact, known: Known) -> str:
    """Return what is known of a fact as a sentence quotes it: where nothing is known, that the record gives none."""
    if known.because is not Because.NOT_DOCUMENTED or known.is_narrowed:
        return known_words(fact, known)
    match fact.kind:
        case Kind.INTEGER | Kind.DECIMAL:
            return "a number that the record does not give"
        case Kind.DATE:
            return "a day that the record does not give"
        case Kind.PERIOD:
            return "a time that the record does not give"
        case Kind.BOOLEAN | Kind.ONE_OF | Kind.SET_OF:
            return "what the record does not say"
        case _:
            assert_never(fact.kind)


def values_words(fact: Fact, values: Values) -> str:
    """Return values in words, with the fact's unit."""
    match values:
        case Choice(possible):
            return listed_words([member_words(fact, member) for member in in_order(fact, possible)])
        case Selection(certain, possible_members):
            maybe = [member_words(fact, m) for m in in_order(fact, possible_members - certain)]
            sure = [member_words(fact, m) for m in in_order(fact, certain)]
            return " and ".join(sure + ([f"perhaps {listed_words(maybe)}"] if maybe else [])) or "none"
        case Stretch():
            return _period_words(values)
        case Span():
            return _span_words(fact, values)
        case _:
            assert_never(values)


def member_words(fact: Fact, member: str | bool) -> str:
    """Return a member by its label."""
    if isinstance(member, bool):
        return "yes" if member else "no"
    return dict(fact.members).get(member, member)


def listed_words(words: list[str]) -> str:
    """Return a list of words as "a, b or c"; "none" where it is empty."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1] if words else "none"


def figure_words(span: Span, unit: str | None, decimals: int = 0) -> str:
    """Return a number of units, a range of them, or "no figure" where both ends are open.

    The numbers count units of the last of so many decimal places.
    """
    if span.low is None and span.high is None:
        return "no figure"
    if span.point is not None:
        return counted_units(span.point, unit, decimals)
    if span.high is None and span.low is not None:
        return f"{number_words(span.low, decimals)} or more {unit or ''}".strip()
    assert span.high is not None
    most = counted_units(span.high, unit, decimals)
    return f"at most {most}" if span.low is None else f"{number_words(span.low, decimals)} to {most}"


def number_words(n: int, decimals: int = 0) -> str:
    """Return a number that counts units of the last of so many decimal places: 15 with one place is 1.5."""
    return f"{Decimal(n).scaleb(-decimals).normalize():f}" if decimals else str(n)


def counted_units(n: int, unit: str | None, decimals: int = 0) -> str:
    """Return a number with its unit, singular for one."""
    number = number_words(n, decimals)
    if not unit:
        return number
    first, _, rest = unit.partition(" ")
    singular = first.removesuffix("s") if number in {"1", "-1"} else first
    return f"{number} {singular}{' ' + rest if rest else ''}"


def day_words(span: Span) -> str:
    """Return a day, a month, a year, or the days from and to."""
    if span.point is not None:
        return date.fromordinal(span.point).isoformat()
    if span.low is None or span.high is None:
        sides = [f"from {_iso_day(span.low)}"] if span.low is not None else []
        sides += [f"until {_iso_day(span.high)}"] if span.high is not None else []
        return " ".join(sides) or "any day"
    low, high = date.fromordinal(span.low), date.fromordinal(span.high)
    is_month = low.day == 1 and span.high - span.low in range(27, 31) and low.month == high.month
    if is_month and (high.toordinal() == date.max.toordinal() or date.fromordinal(span.high + 1).day == 1):
        return low.strftime("%Y-%m") if low.year > 999 else low.isoformat()[:7]
    return f"{low.isoformat()} to {high.isoformat()}"


def _statement_words(fact: Fact, known: Known) -> str:
    counted = [one for one in counted_statements(fact, known.statements) if one.origin.value != "presumed"]
    spoken = dict.fromkeys(one.values for one in counted if one.values is not None)
    if len(spoken) < 2 or known.because is not Because.CONFLICTING:
        return values_words(fact, known.values)
    words = [values_words(fact, values) for values in spoken]
    unit = f" {fact.unit}" if fact.unit else ""
    are_numbers = all(isinstance(one, Span) and one.point is not None for one in spoken)
    if unit and are_numbers and all(word.endswith(unit) for word in words):
        words = [word.removesuffix(unit) for word in words[:-1]] + [words[-1]]
    return " or ".join(words)


def _span_words(fact: Fact, span: Span) -> str:
    if fact.kind is Kind.DATE:
        return day_words(span)
    if fact.unit and span.low is not None and span.low < 0 and (span.high is None or span.high >= 0):
        # Of visits there are never fewer than none: what is subtracted may be more than what is known to be there.
        span = Span(0, span.high)
    return figure_words(span, fact.unit, fact.decimals)


def _period_words(stretch: Stretch) -> str:
    days, calendar = stretch.days, stretch.calendar
    if days.point is not None and (calendar.point is None or days.point < 60):
        return str(Period(0, days.point)) if days.point >= 0 else f"{days.point} days"
    if calendar.point is not None and calendar.point >= 0:
        return str(period_of_slot(calendar.point))
    low, high = _period_end_words(calendar.low, days.low), _period_end_words(calendar.high, days.high)
    return (
        f"{low} to {high}"
        if low and high
        else f"at least {low}"
        if low
        else f"at most {high}"
        if high
        else "any length"
    )


def _period_end_words(slot: int | None, days: int | None) -> str:
    if slot is not None and slot >= 0 and (days is None or days >= 60):
        return str(period_of_slot(slot))
    return "" if days is None else str(Period(0, max(days, 0)))


def in_order(fact: Fact, members: frozenset[str] | frozenset[str | bool]) -> list[str | bool]:
    """Return members in the order of the vocabulary; yes comes before no."""
    if fact.kind is Kind.BOOLEAN:
        return [member for member in (True, False) if member in members]
    return [name for name, _ in fact.members if name in members]


def _iso_day(day: int) -> str:
    return date.fromordinal(day).isoformat()
