"""Dates as decisions spell them: 04/08/2011, 8/9/13, 10-31-2016, 10.31.2016, April 8, 2011, 8 April 2011, May 2011."""

import re
from datetime import date

from mtus_engine.model.periods import month_number

_FIGURES = re.compile(r"(\d{1,2})\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?(\d{2,4})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_NAMED = re.compile(r"([A-Za-z]{3})[a-z]*\.?,?\s+(?:(\d{1,2})(?:st|nd|rd|th)?,?\s+)?(?:of\s+)?(\d{4})")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\s(?:of\s)?([A-Za-z]{3})[a-z]*\.?,?\s+(\d{4})")


def day_text(words: str) -> str | None:
    """Return the day, or the month where no day is said, as YYYY-MM-DD or YYYY-MM; None for what is no date."""
    if match := _ISO.fullmatch(words):
        return _text(int(match[1]), int(match[2]), int(match[3]))
    if match := _FIGURES.fullmatch(words):
        year = int(match[3])
        return _text(year + 2000 if year < 100 else year, int(match[1]), int(match[2]))
    if match := _NAMED.fullmatch(words):
        return _text(int(match[3]), month_number(match[1]), int(match[2]) if match[2] else None)
    if match := _DAY_FIRST.fullmatch(words):
        return _text(int(match[3]), month_number(match[2]), int(match[1]))
    return None


def whole_day_text(words: str) -> str | None:
    """Return the day as YYYY-MM-DD; None for a month alone, and for what is no date."""
    text = day_text(words)
    return text if text is not None and len(text) == len("2013-11-05") else None


def _text(year: int, month: int, day: int | None) -> str | None:
    try:
        whole = date(year, month, day or 1)
    except ValueError:
        return None
    return f"{whole:%Y-%m}" if day is None else whole.isoformat()
