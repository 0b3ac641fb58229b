"""How people and programs spell numbers of visits: the patterns by which case files and tables read them alike.

Each pattern is anchored at both ends, and written so that Python, DuckDB and Spark read it as one. A group that took no
part is empty.
"""

import re
from collections.abc import Mapping
from typing import Final

from mtus_engine.compiler.number_words import TENS, WORDS

_BEYOND_FIFTY = {"sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_ONES = dict(zip(WORDS[1:10], range(1, 10), strict=True))
# zero to ninety-nine, with a hyphen or a space.
NUMBER_WORDS: Final[Mapping[str, int]] = {word: n for n, word in enumerate(WORDS)} | {
    word: n + one
    for ten, n in {**TENS, **_BEYOND_FIFTY}.items()
    for end, one in {"": 0, **_ONES}.items()
    for word in ([f"{ten}-{end}", f"{ten} {end}"] if end else [ten])
}
UNITS_OF_VISITS = ("visits", "visit", "sessions", "session")
_TIMES = "[xX×*]"
_FIGURE = "([1-9][0-9]?)"
_A_WEEK = r"(?:/|per|a|each|every) *(?:weeks?|wks?)\.?"
_WEEKS = r"(?:weeks?|wks?)\.?"
_OFTEN = {"once": 1, "twice": 2, "thrice": 3}
_A_WEEK_ALONE = {"weekly": 1, "biw": 2, "tiw": 3, "qiw": 4}
# How often in a week: 3x/week, 3 times a week, three visits per week, twice weekly, TIW.
_OF_OFTEN = "|".join((*_OFTEN, *WORDS[1:8]))
WEEKLY = (
    rf"(?i)^(?:(?:{_FIGURE}|({_OF_OFTEN})) *(?:x|×|times|visits?|sessions?)? *(?:{_A_WEEK}|weekly)"
    rf"|({'|'.join(_A_WEEK_ALONE)}))$"
)
# The words that stand for a number in the second and third group of WEEKLY.
OFTEN: Final[Mapping[str, int]] = {**_OFTEN, **_ONES, **_A_WEEK_ALONE}
# Visits a week and weeks: 3x4, 3 x 4 weeks; or with the week named: 3x/week x 4 weeks, 3 a week for 4 weeks.
SCHEDULE = (
    rf"(?i)^(?:{_FIGURE} *{_TIMES} *{_FIGURE} *(?:{_WEEKS})?"
    rf"|{_FIGURE} *(?:x|×|times|visits?|sessions?)? *{_A_WEEK},? *(?:x|×|for) *{_FIGURE} *{_WEEKS})$"
)
# The groups of SCHEDULE that hold the visits a week, and those that hold the weeks: one of either is filled.
SCHEDULE_GROUPS = ((1, 3), (2, 4))
_SCHEDULE, _WEEKLY = re.compile(SCHEDULE), re.compile(WEEKLY)
_WHOLE = re.compile(r"([a-z]+(?:[- ][a-z]+)?)\b *(.*)")


def number_and_rest(text: str) -> tuple[int, str] | None:
    """Return the number that a text in small letters begins with in words, and what stands behind; None without one."""
    match = _WHOLE.fullmatch(text)
    if match is None:
        return None
    if match[1] in NUMBER_WORDS:
        return NUMBER_WORDS[match[1]], match[2]
    first, _, rest = text.partition(" ")
    return (NUMBER_WORDS[first], rest.strip()) if first in NUMBER_WORDS else None


def visits_a_week(text: str) -> int | None:
    """Return how many visits a week a text names; None where it names none.

    >>> [visits_a_week(text) for text in ("3x/week", "twice weekly", "TIW", "often")]
    [3, 2, 3, None]
    """
    match = _WEEKLY.fullmatch(text.strip())
    if match is None:
        return None
    return int(match[1]) if match[1] else OFTEN[(match[2] or match[3]).lower()]


def visits_a_week_and_weeks(text: str) -> tuple[int, int] | None:
    """Return 3 and 4 for a number of visits that is written 3x4, or 3 a week for 4 weeks; None for any other text.

    >>> visits_a_week_and_weeks("3x/week x 4 weeks"), visits_a_week_and_weeks("12 visits")
    ((3, 4), None)
    """
    match = _SCHEDULE.fullmatch(text.strip())
    if match is None:
        return None
    visits, weeks = (int("".join(match[n] or "" for n in groups)) for groups in SCHEDULE_GROUPS)
    return visits, weeks
