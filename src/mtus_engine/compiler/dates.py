"""Reads dates: a day, or the days that a month or a year alone can mean."""

import re
from calendar import monthrange
from datetime import date

from mtus_engine.compiler.cures import date_cure
from mtus_engine.compiler.problems import Misfit
from mtus_engine.compiler.spelled_days import MONTH_OF_YEAR, NAMED_MONTH_OF_YEAR
from mtus_engine.loader.source import Plain
from mtus_engine.model.diagnostic import quoted_value
from mtus_engine.model.periods import month_number
from mtus_engine.model.values import Span, point_span

_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_AMERICAN_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_YEAR_MONTH = re.compile(MONTH_OF_YEAR)
_NAMED_MONTH = re.compile(NAMED_MONTH_OF_YEAR)
_YEAR = re.compile(r"[0-9]{4}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def written_date_span(plain: Plain) -> Span:
    """Return the days of a date of a rule file; raises Misfit, also for MM/DD/YYYY, which only case files may use."""
    if isinstance(plain, str) and (match := _AMERICAN_DAY.fullmatch(plain.strip())):
        cure = f"rule files write YYYY-MM-DD: {match[3]}-{int(match[1]):02}-{int(match[2]):02}"
        raise Misfit(f"{quoted_value(plain)} may be read with either number as the month", cure)
    try:
        return date_span(plain)
    except Misfit as misfit:
        raise Misfit(str(misfit), "rule files write YYYY-MM-DD") from None


def is_of_no_likely_year(span: Span) -> bool:
    """Return whether days are of a year that no record is from: a slip of the keys, such as 0213 for 2013."""
    return span.low is not None and not _FIRST_YEAR <= date.fromordinal(span.low).year <= _LAST_YEAR


def date_span(plain: Plain) -> Span:
    """Return the days that a date, a month or a year can mean; raises Misfit."""
    if isinstance(plain, date):
        return point_span(plain.toordinal())
    text = str(plain).strip() if isinstance(plain, str | int) and not isinstance(plain, bool) else ""
    if _DAY.fullmatch(text):
        return point_span(_day(text))
    if match := _AMERICAN_DAY.fullmatch(text):
        return point_span(_day(f"{match[3]}-{int(match[1]):02}-{int(match[2]):02}", text))
    if _YEAR.fullmatch(text) and int(text):
        return Span(date(int(text), 1, 1).toordinal(), date(int(text), 12, 31).toordinal())
    year, month = _year_month(text)
    if not 1 <= month <= 12 or not year:
        raise Misfit(f"{quoted_value(plain)} is not a date", date_cure(plain))
    return Span(date(year, month, 1).toordinal(), date(year, month, monthrange(year, month)[1]).toordinal())


def _day(text: str, written: str | None = None) -> int:
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        cure = "write an existing day as YYYY-MM-DD" + (", or as MM/DD/YYYY with the month first" if written else "")
        raise Misfit(f"{written or text} is not a day of the calendar", cure) from None


def _year_month(text: str) -> tuple[int, int]:
    if match := _YEAR_MONTH.fullmatch(text):
        return int(match[1]), int(match[2])
    if match := _NAMED_MONTH.fullmatch(text):
        return int(match[2]), month_number(match[1])
    return 0, 0
