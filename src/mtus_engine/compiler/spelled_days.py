"""How people and programs spell days: the patterns by which case files and tables read them alike.

Each pattern is anchored at both ends, and written so that Python, DuckDB and Spark read it as one.
"""

from typing import NamedTuple

from mtus_engine.model.periods import MONTHS

# The time that spreadsheets and databases add to a day. With a time zone the day may be another one in California,
# except for midnight, which is the day alone.
_TIME = (
    r"(?:[ T][0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?(?: ?[AaPp][Mm])?"
    r"|[ T]0?0:00(?::00(?:\.0+)?)?(?:Z|[+]00:00))?$"
)
# January, Jan, Sept: the name of a month whole or cut short; its first three letters tell which it is.
_MONTH = "|".join(name[:length] for name in MONTHS for length in range(len(name), 2, -1))
_ORDINAL = "(?:st|nd|rd|th)?"


class SpelledDay(NamedTuple):
    """A way to write a day: its name, its pattern, and which groups of it are the year, the month and the day.

    is_named tells that the month stands there by its name.
    """

    name: str
    pattern: str
    groups: tuple[int, int, int]
    is_named: bool = False


# The ways in which a day is written so that it is plain which one it is.
PLAIN_DAYS = (
    SpelledDay("year, month, day", r"^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})" + _TIME, (1, 2, 3)),
    # Between slashes the month stands first, as everywhere in the United States, unless it cannot be one.
    SpelledDay("month/day/year", r"^(0?[1-9]|1[0-2])/([0-9]{1,2})/([0-9]{4})" + _TIME, (3, 1, 2)),
    SpelledDay("day/month/year", r"^(1[3-9]|2[0-9]|3[01])/(0?[1-9]|1[0-2])/([0-9]{4})" + _TIME, (3, 2, 1)),
    # 2-Mar-2015, 02MAR2015, 2nd of March 2015.
    SpelledDay(
        "day and the month's name",
        rf"(?i)^([0-9]{{1,2}}){_ORDINAL}[- /.]?(?:of )?({_MONTH})\.?,?[- /.]?([0-9]{{4}})" + _TIME,
        (3, 2, 1),
        is_named=True,
    ),
    # March 2, 2015; Mar-02-2015.
    SpelledDay(
        "the month's name and day",
        rf"(?i)^({_MONTH})\.?[- /]?([0-9]{{1,2}}){_ORDINAL}(?:,? |[-/,])([0-9]{{4}})" + _TIME,
        (3, 1, 2),
        is_named=True,
    ),
)
# Two numbers in either order, then the year: between hyphens and dots either may be the month.
EITHER_FIRST = r"^([0-9]{1,2})[-.]([0-9]{1,2})[-.]([0-9]{4})" + _TIME
# A month alone, by its number or its name, and a year alone.
MONTH_OF_YEAR = r"^([0-9]{4})[-/]([0-9]{1,2})$"
MONTH_THEN_YEAR = r"^(0?[1-9]|1[0-2])[-/.]([0-9]{4})$"
NAMED_MONTH_OF_YEAR = rf"(?i)^({_MONTH})\.?,?[- ]([0-9]{{4}})$"
YEAR_ALONE = r"^([0-9]{4})$"
# Two figures alone of the year, which may as well be the day.
SHORT_YEAR = rf"(?i)^([0-9]{{1,2}})[- /.]?({_MONTH})\.?[- /.,]+([0-9]{{2}})" + _TIME
