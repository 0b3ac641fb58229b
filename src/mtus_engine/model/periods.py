"""Periods of calendar time: years and months, or weeks and days, and how dates and periods combine."""

import re
from calendar import monthrange
from datetime import date
from functools import cache
from typing import NamedTuple

# A completed period is compared as months * 32 + days: no month has 32 days, so the
# integer orders periods exactly as (months, days) does.
DAYS_PER_MONTH_SLOT = 32
LAST_DAY = date.max.toordinal()

# "4.0 weeks" is what a spreadsheet makes of 4.
_PART = re.compile(r"([0-9]+)(?:\.0+)?[\s-]*(year|yr|month|mo|week|wk|w|day|d)s?\b\.?")
_UNITS = {"yr": "year", "mo": "month", "wk": "week", "w": "week", "d": "day"}
# Not from the locale of the machine, so that dates are written alike everywhere.
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def month_number(name: str) -> int:
    """Return which month a name is, whole or cut short, by its first three letters: 3 for Mar; 0 where it is none."""
    return next((n for n, month in enumerate(MONTHS, 1) if month[:3].lower() == name[:3].lower()), 0)


class Period(NamedTuple):
    """A length of time: whole calendar months and days, as a person writes it."""

    months: int
    days: int

    @property
    def slot(self) -> int:
        """The period as one integer that orders as (months, days) does."""
        return self.months * DAYS_PER_MONTH_SLOT + self.days

    def __str__(self) -> str:
        """Return the period in words: 2 years 6 months 28 days; 12 weeks."""
        if not self.months and self.days and self.days % 7 == 0:
            return _count_words(self.days // 7, "week")
        years, months = divmod(self.months, 12)
        named = ((years, "year"), (months, "month"), (self.days, "day"))
        return " ".join(_count_words(n, unit) for n, unit in named if n) or "0 days"


def day_in_words(day: date) -> str:
    """Return a day as sentences write it: January 5, 2026."""
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def parse_period(text: str) -> Period | None:
    """Return the period that text names, such as "2 years" or "4 weeks"; None where it names none.

    >>> parse_period("1 year and 2 weeks"), parse_period("a while")
    (Period(months=12, days=14), None)
    """
    words = text.strip().lower()
    parts = [(n, _UNITS.get(unit, unit)) for n, unit in _PART.findall(words)]
    if not parts or _PART.sub("", words).replace("and", "").replace(",", "").strip():
        return None
    months = sum(int(n) * (12 if unit == "year" else 1) for n, unit in parts if unit in {"year", "month"})
    days = sum(int(n) * (7 if unit == "week" else 1) for n, unit in parts if unit in {"week", "day"})
    return Period(months, days)


def period_of_slot(slot: int) -> Period:
    """Return the period whose ordering integer is slot (not negative)."""
    months, days = divmod(slot, DAYS_PER_MONTH_SLOT)
    return Period(months, days)


def add_months(day: int, months: int) -> int | None:
    """Return the ordinal day so many months later (a year after 29 February: the 28th); None beyond the year 9999.

    >>> date.fromordinal(add_months(date(2016, 2, 29).toordinal(), 12)).isoformat()
    '2017-02-28'
    """
    start = date.fromordinal(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return None
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])).toordinal()


def add_slot(day: int, slot: int) -> int | None:
    """Return the ordinal of day plus the period of slot; None beyond the year 9999."""
    months, days = divmod(slot, DAYS_PER_MONTH_SLOT)
    moved = add_months(day, months)
    return None if moved is None or moved + days > LAST_DAY else moved + days


def elapsed_slot(start: int, end: int) -> int:
    """Return the completed months and days from start to end as an ordering integer; negative when end is earlier.

    >>> str(period_of_slot(elapsed_slot(date(2015, 1, 31).toordinal(), date(2015, 3, 2).toordinal())))
    '1 month 2 days'
    """
    if end < start:
        return end - start
    first, last = date.fromordinal(start), date.fromordinal(end)
    months = (last.year - first.year) * 12 + last.month - first.month
    reached = add_months(start, months)
    if reached is None or reached > end:
        months -= 1
        reached = add_months(start, months)
    assert reached is not None
    return months * DAYS_PER_MONTH_SLOT + end - reached


@cache
def days_in_months(months: int) -> tuple[int, int]:
    """Return the fewest and the most days that so many consecutive months can have.

    >>> days_in_months(1), days_in_months(2)
    ((28, 31), (59, 62))
    """
    lengths = []
    for year in (1896, 1897, 1898, 1899, 1903, 2000):
        for month in range(1, 13):
            for day in (1, monthrange(year, month)[1]):
                start = date(year, month, day).toordinal()
                reached = add_months(start, months)
                lengths.append((reached if reached is not None else start + months * 31) - start)
    return min(lengths), max(lengths)


def slots_of_days(days: int) -> tuple[int, int]:
    """Return the smallest and the largest ordering integer that a stretch of so many days can come to."""
    return _slot_of_days(days, longest=True), _slot_of_days(days, longest=False)


def _slot_of_days(days: int, *, longest: bool) -> int:
    months = days // 31
    while days_in_months(months + 1)[longest] <= days:
        months += 1
    return months * DAYS_PER_MONTH_SLOT + days - days_in_months(months)[longest]


def _count_words(n: int, unit: str) -> str:
    return f"{n} {unit}" if n == 1 else f"{n} {unit}s"
