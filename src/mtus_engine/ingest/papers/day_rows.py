"""The rows of a list of days: a day, what stands before it, and what happened on it."""

import re

from mtus_engine.compiler.phrases import DATE

# What stands before the day of a row: lines of a drawn table, the number of the row, or the visit with its number.
_BEFORE_A_DAY = re.compile(
    r"[\s|]*(?:(?:\d{1,3}|[-–])?\s*\|\s*|\d{1,3}\s+"
    rf"|(?:visit|session|treatment|tx)\s*(?:#|no\.?|number)?\s*\d{{1,3}}\s*[:.,|-]?\s+)?(?={DATE})",
    re.IGNORECASE,
)


def row_from_its_day(row: str) -> str:
    """Return a row of a list of days without what stands before its day: the number of the row, lines of a table."""
    return _BEFORE_A_DAY.sub("", row, count=1) if _BEFORE_A_DAY.match(row) is not None else row
