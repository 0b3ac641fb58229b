"""Reads what people type into case files where it is unambiguous: yes and no, printed names, 3x4 for 12 visits."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import assert_never

from mtus_engine.compiler.codes import codes_in
from mtus_engine.compiler.problems import Misfit
from mtus_engine.compiler.spelled_days import EITHER_FIRST, MONTH_THEN_YEAR, PLAIN_DAYS, SHORT_YEAR
from mtus_engine.compiler.spelled_numbers import (
    UNITS_OF_VISITS,
    number_and_rest,
    visits_a_week,
    visits_a_week_and_weeks,
)
from mtus_engine.loader.source import Plain
from mtus_engine.model.fact import Fact, Kind
from mtus_engine.model.periods import day_in_words, month_number

# What divides the members of a list that is written as one text; and what may divide them, where each part is one.
BETWEEN = ";"
PERHAPS_BETWEEN = "(?i)[,/]| and | & "
_TRUTHS = {"yes": True, "y": True, "true": True, "t": True, "no": False, "n": False, "false": False, "f": False}
_NUMBER = re.compile(r"\+?([0-9]{1,6})(?:\.0+)?(?:\s+([a-z ]+))?")
# Three numbers that are meant as a day, and need the year in full.
_FIGURES = re.compile(r"([0-9]{1,4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,4})")
_WORD = re.compile(r"[a-z0-9]+")
_SIDES = frozenset({"left", "right", "l", "r", "lt", "rt", "bilateral", "both", "sided", "side"})


def as_meant(fact: Fact, plain: Plain) -> Plain:
    """Return a value of a case file as the vocabulary writes it where it is unambiguous, otherwise unchanged.

    Raises Misfit for a date that can be read in several ways, with its readings.
    """
    if isinstance(plain, tuple):
        read = [_as_meant(fact, one) for one in plain]
        return tuple(one for part in read for one in (part if isinstance(part, tuple) else (part,)))
    return _as_meant(fact, plain)


def _as_meant(fact: Fact, plain: Plain) -> Plain:
    if not isinstance(plain, str):
        return plain
    match fact.kind:
        case Kind.BOOLEAN:
            return _TRUTHS.get(plain.strip().lower(), plain)
        case Kind.DATE:
            return _day(plain)
        case Kind.INTEGER | Kind.DECIMAL:
            return _number(fact, plain)
        case Kind.ONE_OF:
            return _member(fact, plain)
        case Kind.SET_OF:
            return _members(fact, plain)
        case Kind.PERIOD:
            return plain
        case _:
            assert_never(fact.kind)


def _number(fact: Fact, text: str) -> Plain:
    """Return 12 for "12", "twelve visits" or "3x4" (3 a week for 4 weeks) of a count of visits; else the text."""
    words = " ".join(text.lower().split())
    units = set() if fact.unit is None else {fact.unit, fact.unit.removesuffix("s")}
    units |= set(UNITS_OF_VISITS) if fact.unit == "visits" else set()
    spelled = number_and_rest(words)
    if spelled is not None and (not spelled[1] or spelled[1] in units):
        return spelled[0]
    match = _NUMBER.fullmatch(words)
    if match and (match[2] is None or match[2] in units):
        return int(match[1])
    if fact.unit == "visits" and (product := visits_a_week_and_weeks(text)) is not None:
        return product[0] * product[1]
    if fact.unit == "visits a week" and (weekly := visits_a_week(text)) is not None:
        return weekly
    return text


def _day(text: str) -> Plain:
    """Return a date as YYYY-MM-DD, other text as it is; raises Misfit where the order of its parts is unclear."""
    words = text.strip()
    for spelled in PLAIN_DAYS:
        if match := re.match(spelled.pattern, words):
            year, month, day = match.group(*spelled.groups)
            return _iso(year, str(month_number(month)) if spelled.is_named else month, day) or text
    if match := re.match(EITHER_FIRST, words):
        first, second, year = match.groups()
        readings = [one for one in (_iso(year, first, second), _iso(year, second, first)) if one]
        if len(set(readings)) == 1:
            return readings[0]
        raise _ambiguous_date(text, readings)
    if match := re.match(MONTH_THEN_YEAR, words):
        return f"{match[2]}-{int(match[1]):02}"
    days = _with_short_year(words)
    if days is not None:
        raise _ambiguous_date(text, days, is_year_whole=False)
    return text


def _with_short_year(words: str) -> list[str] | None:
    """Return the days that a text with two figures alone of a year may mean; None where it is no such text."""
    if match := re.match(SHORT_YEAR, words):
        first, name, last = match.groups()
        month = str(month_number(name))
        return _days_of((_century(last), month, first), (_century(first), month, last))
    if match := _FIGURES.fullmatch(words):
        # The year may stand last, after month and day in either order, or first as in 16-01-02.
        first, second, third = match.groups()
        orders = ((third, first, second), (third, second, first), (first, second, third))
        return _days_of(*((_century(year), month, day) for year, month, day in orders if len(year) == 2))
    return None


def _days_of(*orders: tuple[str, str, str]) -> list[str]:
    return [day for order in orders if (day := _iso(*order))]


def _century(year: str) -> str:
    return f"20{int(year):02}" if int(year) < 50 else f"19{year}"


def _ambiguous_date(text: str, readings: list[str], *, is_year_whole: bool = True) -> Misfit:
    cure = "write YYYY-MM-DD, with the year in full"
    if not readings:
        return Misfit(f'"{text}" is no day of the calendar', cure)
    may_be = " or ".join(_in_words(one) for one in dict.fromkeys(readings))
    if not is_year_whole and len(set(readings)) == 1:
        return Misfit(f'"{text}" gives two figures of its year alone: {may_be}, or of another century', cure)
    return Misfit(f'"{text}" can be read in several ways: {may_be}', cure)


def _in_words(iso: str) -> str:
    return f"{iso} ({day_in_words(date.fromisoformat(iso))})"


def _iso(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _members(fact: Fact, text: str) -> Plain:
    """Return the member that a text names, or those that it names in a list; else the text."""
    if BETWEEN not in text and not is_divided(fact, text):
        return _member(fact, text)
    read = [_member(fact, one) for one in members_between(text, is_divided=BETWEEN not in text)]
    return tuple(one for part in read for one in (part if isinstance(part, tuple) else (part,)))


def members_between(text: str, *, is_divided: bool) -> tuple[str, ...]:
    """Return the parts of a list that is written as one text, divided by semicolons; or by commas and the like, too."""
    parts = (re.sub(PERHAPS_BETWEEN, BETWEEN, text) if is_divided else text).split(BETWEEN)
    return tuple(part.strip() for part in parts if part.strip())


def is_divided(fact: Fact, text: str) -> bool:
    """Return whether commas and the like divide members in a text: each part is one by itself, the whole is none."""
    if BETWEEN in text or re.search(PERHAPS_BETWEEN, text) is None or _is_read(fact, text):
        return False
    return all(_is_read(fact, part) for part in members_between(text, is_divided=True))


def _is_read(fact: Fact, text: str) -> bool:
    """Return whether a text is one member of a fact, or one code, or names one."""
    return _member(fact, text) in dict(fact.members) or len(codes_in(fact, text)) == 1


def _member(fact: Fact, text: str) -> Plain:
    """Return the one member that a text names by its id, its label or its listed words; else the text."""
    if text in dict(fact.members):
        return text
    if codes := codes_in(fact, text):
        return codes if len(codes) > 1 else codes[0]
    said = _words(text)
    labels = {name: (_words(label), _words(_plain_label(label))) for name, label in fact.members}
    named = [name for name in labels if said in (_words(name), *labels[name])]
    if len(named) == 1 and (said in labels[named[0]] or not _begins_others(named[0], said, labels)):
        return named[0]
    rests = {name: _words_left(said, [_words(one) for one in words]) for name, words in fact.words}
    spoken = [name for name, rest in rests.items() if rest != said]
    # Words beside those of a group may deny it, or name something else: only those that are listed are passed over.
    return spoken[0] if len(spoken) == 1 and set(rests[spoken[0]]) <= set(fact.words_beside) else text


def member_beside_side(fact: Fact, text: str) -> str | None:
    """Return the member that a text names beside a side, which has a fact of its own; None where it names none."""
    rest = " ".join(word for word in _WORD.findall(text.lower()) if word not in _SIDES)
    member = _member(fact, rest) if rest != text.lower() else None
    return member if isinstance(member, str) and member in dict(fact.members) else None


def _begins_others(name: str, said: tuple[str, ...], labels: Mapping[str, tuple[tuple[str, ...], ...]]) -> bool:
    """Return whether ids or labels of other members begin with what was said: it may mean each of them."""
    others = [_words(other) for other in labels if other != name] + [
        label for other, both in labels.items() if other != name for label in both
    ]
    return any(other[: len(said)] == said for other in others)


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.lower()))


def _plain_label(label: str) -> str:
    return re.sub(r"\s*\([^)]*\)", "", label)


def _words_left(said: tuple[str, ...], phrases: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return what is left of words when every one of the phrases is taken out wherever it stands."""
    left: list[str] = []
    n = 0
    while n < len(said):
        found = next((one for one in sorted(phrases, key=len, reverse=True) if said[n : n + len(one)] == one), None)
        left += [] if found else [said[n]]
        n += len(found) if found else 1
    return tuple(left)
