"""What an unquoted YAML scalar means here, and the spellings that YAML versions read differently."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from mtus_engine.loader.source import Scalar

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)?(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_SEXAGESIMAL = re.compile(r"[-+]?[0-9]+(:[0-5]?[0-9])+(\.[0-9]*)?")
_OTHER_NUMBER = re.compile(r"[-+]?(0[0-9_]+|0[xXoObB][0-9a-fA-F_]+|[0-9][0-9_]*_[0-9_]*|\.(inf|nan|Inf|NaN|INF|NAN))")
MOST_DIGITS = 40
_NULLS = {"", "~", "null", "Null", "NULL"}
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_AMBIGUOUS = {word for plain in ("yes", "no", "on", "off") for word in (plain, plain.title(), plain.upper())}


class Ambiguous(ValueError):
    """An unquoted spelling that is refused; cure says what to write instead."""

    def __init__(self, message: str, cure: str) -> None:
        """Keep the message for the diagnostic and its cure beside it."""
        super().__init__(message)
        self.cure = cure


def scalar(text: str, *, truths_as_words: bool = False) -> Scalar:
    """Return the value of an unquoted scalar: nothing, a boolean, a number, a date, or the text itself.

    Raises Ambiguous for spellings that YAML 1.1 and 1.2 read as different things; truths_as_words keeps yes and no.
    """
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    first = text[0]
    if first.isdigit() or first in "+-.":
        return _number_or_date(text)
    if text in _AMBIGUOUS and not (truths_as_words and text.lower() in {"yes", "no"}):
        raise Ambiguous(
            f"unquoted {text} is a boolean to some YAML readers and a word to others",
            f'write true or false for a truth, or "{text}" in quotes for the word',
        )
    return text


def _number_or_date(text: str) -> Scalar:
    if _INTEGER.fullmatch(text):
        if len(text) > MOST_DIGITS:
            raise Ambiguous(
                f"the number {text[:20]}… has {len(text)} digits", "write fewer digits, or put it in quotes"
            )
        return int(text)
    if match := _DATE.fullmatch(text):
        return _calendar_date(text, *map(int, match.groups()))
    if _SEXAGESIMAL.fullmatch(text):
        raise Ambiguous(f"unquoted {text} is a number in base 60 to some YAML readers", f'write "{text}" in quotes')
    if _OTHER_NUMBER.fullmatch(text):
        raise Ambiguous(
            f"unquoted {text} is read differently by different YAML readers",
            f'write a plain decimal number without leading zeros or underscores, or "{text}" in quotes',
        )
    if any(c.isdigit() for c in text) and _DECIMAL.fullmatch(text):
        return _decimal(text)
    return text


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > MOST_DIGITS:
        raise Ambiguous(
            f"the number {text[:40]} is out of all measure", f'write fewer digits, or "{text[:40]}" in quotes'
        )
    return number


def _calendar_date(text: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Ambiguous(f"{text} is not a day of the calendar", "write an existing day as YYYY-MM-DD") from None
