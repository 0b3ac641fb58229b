"""Columns of text read as what they mean, in the spellings of ordinary exports; what cannot be read is null."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import ibis

from mtus_engine.bulk.tables import DAY, FLAG, FRACTION, LIST, NUMBER, OUTCOME, SETTING, TEXT, InputColumn
from mtus_engine.compiler.halfway import BETWEEN, PERHAPS_BETWEEN
from mtus_engine.compiler.spelled_days import (
    EITHER_FIRST,
    MONTH_OF_YEAR,
    MONTH_THEN_YEAR,
    NAMED_MONTH_OF_YEAR,
    PLAIN_DAYS,
    YEAR_ALONE,
)
from mtus_engine.compiler.spelled_numbers import NUMBER_WORDS, OFTEN, SCHEDULE, SCHEDULE_GROUPS, UNITS_OF_VISITS, WEEKLY
from mtus_engine.model.periods import MONTHS


class WayWritten(NamedTuple):
    """One way in which texts write a value: its name, whether a text is written so, and the value that is read.

    Texts are given to both without space around them.
    """

    name: str
    is_so: Callable[[ibis.Deferred], ibis.Deferred]
    value: Callable[[ibis.Deferred], ibis.Deferred]


def _pattern_way(name: str, pattern: str, value: Callable[..., ibis.Deferred], order: Sequence[int]) -> WayWritten:
    """Return the way of writing of texts that match a pattern; value takes the groups, in this order."""
    return WayWritten(
        name,
        lambda words: words.re_search(pattern),
        lambda words: value(*(words.re_extract(pattern, n) for n in order)),
    )


def _words_way(name: str, yes: str, no: str) -> WayWritten:
    return WayWritten(name, lambda words: words.lower().isin((yes, no)), lambda words: words.lower() == yes)


def joined_day(year: ibis.Deferred, month: ibis.Deferred, day: ibis.Deferred) -> ibis.Deferred:
    """Return a day from the texts of its parts in figures, null where the calendar has none."""
    return year.concat("-", month.lpad(2, "0"), "-", day.lpad(2, "0")).try_cast(DAY)


def joined_named_day(year: ibis.Deferred, name: ibis.Deferred, day: ibis.Deferred) -> ibis.Deferred:
    """Return a day from the texts of its parts, the month by its name."""
    start = name.substr(0, 3).lower()
    numbers = ((start == month[:3].lower(), str(n)) for n, month in enumerate(MONTHS, 1))
    return joined_day(year, ibis.cases(*numbers, else_=""), day)


_MONTHS = 12


def _in_either_order(name: str, group_of_month: int) -> WayWritten:
    """Return the way of writing of days in which one order alone of two numbers, or both alike, gives a day."""

    def is_so(words: ibis.Deferred) -> ibis.Deferred:
        first, second = (words.re_extract(EITHER_FIRST, n).try_cast(NUMBER) for n in (1, 2))
        month, day = (first, second) if group_of_month == 1 else (second, first)
        is_only = (day > _MONTHS) | ((month == day) if group_of_month == 1 else ibis.literal(False))
        return words.re_search(EITHER_FIRST) & is_only

    order = (3, 1, 2) if group_of_month == 1 else (3, 2, 1)
    return WayWritten(name, is_so, _pattern_way(name, EITHER_FIRST, joined_day, order).value)


def either_group(words: ibis.Deferred, pattern: str, groups: Sequence[int]) -> ibis.Deferred:
    """Return what one of several groups of a pattern holds in a text, of which one alone is filled; else nothing."""
    first, *others = (words.re_extract(pattern, n) for n in groups)
    return first.concat(*others)


def _number_of_words(words: ibis.Deferred, meant: Mapping[str, int], units: Sequence[str] = ()) -> ibis.Deferred:
    """Return the number that words in small letters name, with one of the units behind it where there are such."""
    cases = ((words.isin([f"{word} {one}" for one in units] or [word]), n) for word, n in meant.items())
    return ibis.cases(*((is_so, ibis.literal(n).cast(NUMBER)) for is_so, n in cases), else_=ibis.null(NUMBER))


def _weekly_rate(words: ibis.Deferred) -> ibis.Deferred:
    often = _number_of_words(either_group(words, WEEKLY, (2, 3)).lower(), OFTEN)
    return ibis.coalesce(words.re_extract(WEEKLY, 1).try_cast(NUMBER), often)


def _scheduled_visits(words: ibis.Deferred) -> ibis.Deferred:
    visits, weeks = (either_group(words, SCHEDULE, groups).try_cast(NUMBER) for groups in SCHEDULE_GROUPS)
    return visits * weeks


_FLAGS = (
    _words_way("true or false", "true", "false"),
    _words_way("yes or no", "yes", "no"),
    _words_way("Y or N", "y", "n"),
    _words_way("T or F", "t", "f"),
)
_DAYS = (
    *(
        _pattern_way(one.name, one.pattern, joined_named_day if one.is_named else joined_day, one.groups)
        for one in PLAIN_DAYS
    ),
    _in_either_order("month and day, told apart by a number above 12", 1),
    _in_either_order("day and month, told apart by a number above 12", 2),
)
_NUMBERS = (
    WayWritten(
        "numbers in words",
        lambda words: words.lower().isin(list(NUMBER_WORDS)),
        lambda words: _number_of_words(words.lower(), NUMBER_WORDS),
    ),
    _pattern_way("whole numbers", r"^([+-]?[0-9]{1,18})$", lambda digits: digits.try_cast(NUMBER), (1,)),
    _pattern_way("whole numbers with .0", r"^([+-]?[0-9]{1,18})\.0+$", lambda digits: digits.try_cast(NUMBER), (1,)),
)
_VISITS = (
    *_NUMBERS,
    WayWritten(
        "numbers in words with the word visits",
        lambda words: words.lower().isin([f"{word} {unit}" for word in NUMBER_WORDS for unit in UNITS_OF_VISITS]),
        lambda words: _number_of_words(words.lower(), NUMBER_WORDS, UNITS_OF_VISITS),
    ),
    _pattern_way(
        "numbers with the word visits",
        r"(?i)^\+?([0-9]{1,9})(?:\.0+)? +(?:visit|session)s?$",
        lambda digits: digits.try_cast(NUMBER),
        (1,),
    ),
    WayWritten("visits a week × weeks", lambda words: words.re_search(SCHEDULE), _scheduled_visits),
)
_VISITS_A_WEEK = (*_NUMBERS, WayWritten("visits a week", lambda words: words.re_search(WEEKLY), _weekly_rate))
_FRACTIONS = (
    WayWritten("numbers", lambda words: words.try_cast(FRACTION).notnull(), lambda words: words.try_cast(FRACTION)),
)
# The parts of a date that are a range of days.
PARTIAL_DAYS = {"a month": (MONTH_OF_YEAR, MONTH_THEN_YEAR, NAMED_MONTH_OF_YEAR), "a year": (YEAR_ALONE,)}


def ways_written(one: InputColumn) -> tuple[WayWritten, ...]:
    """Return the ways in which texts may write what a column holds; none for words and lists of words."""
    unit = one.fact.unit if one.kind == NUMBER and one.fact is not None else None
    if unit == "visits":
        return _VISITS
    if unit == "visits a week":
        return _VISITS_A_WEEK
    return {FLAG: _FLAGS, NUMBER: _NUMBERS, FRACTION: _FRACTIONS, DAY: _DAYS}.get(one.kind, ())


def value_of_text(column: ibis.Deferred, one: InputColumn, divided: frozenset[str] = frozenset()) -> ibis.Deferred:
    """Return what the texts of a column mean, null where they are in none of the ways that it may be written in.

    divided are the texts whose members commas and the like divide.
    """
    if one.kind == LIST:
        is_divided = column.strip().isin(sorted(divided))
        return _list_of(
            ibis.ifelse(is_divided, column.re_replace(PERHAPS_BETWEEN, BETWEEN), column) if divided else column
        )
    if one.kind == TEXT:
        words = column.strip().nullif("")
        return words.lower() if one.name in {SETTING, OUTCOME} else words
    words = column.strip()
    return ibis.cases(*((way.is_so(words), way.value(words)) for way in ways_written(one)), else_=ibis.null(one.kind))


def _list_of(column: ibis.Deferred) -> ibis.Deferred:
    members = column.split(BETWEEN).map(lambda one: one.strip()).filter(lambda one: one != "")
    return ibis.ifelse(column.strip() == "", ibis.null(LIST), members)
