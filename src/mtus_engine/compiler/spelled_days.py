"""How people and programs spell days: the patterns by which case files and tables read them alike.

Each pattern is anchored at both ends, and written so that Python, DuckDB and Spark read it as one.
"""

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

# Year, month, day.
YEAR_FIRST = r"^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})" + _TIME
# Month, day, year: the month stands first between slashes, as everywhere in the United States.
MONTH_FIRST = r"^([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})" + _TIME
# Two numbers in either order, then the year: between hyphens and dots either may be the month.
EITHER_FIRST = r"^([0-9]{1,2})[-.]([0-9]{1,2})[-.]([0-9]{4})" + _TIME
# Day, month by its name, year: 2-Mar-2015, 02MAR2015, 2nd of March 2015.
DAY_THEN_NAME = rf"(?i)^([0-9]{{1,2}}){_ORDINAL}[- /.]?(?:of )?({_MONTH})\.?,?[- /.]?([0-9]{{4}})" + _TIME
# Month by its name, day, year: March 2, 2015; Mar-02-2015.
NAME_THEN_DAY = rf"(?i)^({_MONTH})\.?[- /]?([0-9]{{1,2}}){_ORDINAL}(?:,? |[-/,])([0-9]{{4}})" + _TIME
# A month alone, by its number or its name, and a year alone.
MONTH_OF_YEAR = r"^([0-9]{4})-([0-9]{1,2})$"
NAMED_MONTH_OF_YEAR = rf"(?i)^({_MONTH})\.?,?[- ]([0-9]{{4}})$"
YEAR_ALONE = r"^([0-9]{4})$"
# Two figures alone of the year, which may as well be the day.
SHORT_YEAR = rf"(?i)^([0-9]{{1,2}})[- /.]?({_MONTH})\.?[- /.,]+([0-9]{{2}})" + _TIME


def month_number(name: str) -> int:
    """Return which month a name is, whole or cut short: 3 for Mar."""
    return next(n for n, month in enumerate(MONTHS, 1) if month[:3].lower() == name[:3].lower())
