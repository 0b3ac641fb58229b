"""Columns of text read as what they mean, in the spellings of ordinary exports; what cannot be read is null."""

import ibis

from mtus_engine.bulk.tables import BETWEEN, DAY, FLAG, FRACTION, LIST, NUMBER, TEXT


def _flag_of(column: ibis.Deferred) -> ibis.Deferred:
    words = column.strip().lower()
    return ibis.cases(
        (words.isin(("true", "yes", "y", "t")), True),
        (words.isin(("false", "no", "n", "f")), False),
        else_=ibis.null(FLAG),
    )


# A day, perhaps with the midnight that spreadsheets and databases add; the month first between slashes.
_MIDNIGHT = r"(?:[ T]0?0:00(?::00(?:\.0+)?)?(?: ?AM)?Z?|[ T]12:00(?::00)? AM)?$"
_ISO_DAY = r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + _MIDNIGHT
_AMERICAN_DAY = r"^(\d{1,2})/(\d{1,2})/(\d{4})" + _MIDNIGHT
# Between hyphens and dots either may stand first: such a day is read where only one order gives a month.
_DAY_IN_EITHER_ORDER = r"^(\d{1,2})[-.](\d{1,2})[-.](\d{4})" + _MIDNIGHT
_MONTHS = 12


def _day_of(column: ibis.Deferred) -> ibis.Deferred:
    words = column.strip()
    iso = joined_day(*(words.re_extract(_ISO_DAY, n) for n in (1, 2, 3)))
    american = joined_day(*(words.re_extract(_AMERICAN_DAY, n) for n in (3, 1, 2)))
    is_either = words.re_search(_DAY_IN_EITHER_ORDER)
    first, second, year = (words.re_extract(_DAY_IN_EITHER_ORDER, n) for n in (1, 2, 3))
    one, other = first.try_cast(NUMBER), second.try_cast(NUMBER)
    return ibis.cases(
        (words.re_search(_ISO_DAY), iso.try_cast(DAY)),
        (words.re_search(_AMERICAN_DAY), american.try_cast(DAY)),
        (is_either & ((other > _MONTHS) | (one == other)), joined_day(year, first, second).try_cast(DAY)),
        (is_either & (one > _MONTHS), joined_day(year, second, first).try_cast(DAY)),
        else_=ibis.null(DAY),
    )


def joined_day(year: ibis.Deferred, month: ibis.Deferred, day: ibis.Deferred) -> ibis.Deferred:
    """Return the text of a day from the texts of its parts."""
    return year.concat("-", month.lpad(2, "0"), "-", day.lpad(2, "0"))


def _number_of(column: ibis.Deferred) -> ibis.Deferred:
    words = column.strip()
    whole = words.re_extract(r"^([+-]?\d{1,18})(?:\.0+)?$", 1)
    return ibis.ifelse(words.re_search(r"^[+-]?\d{1,18}(\.0+)?$"), whole.try_cast(NUMBER), ibis.null(NUMBER))


_VISITS, _COURSE = r"^\+?(\d{1,9})(?:\.0+)?(?: +(?:visit|session)s?)?$", r"^(\d{1,2}) *[x×X*] *(\d{1,2})$"


def visits_of(column: ibis.Deferred) -> ibis.Deferred:
    """Return a number of visits: 12, "12 visits", or "3x4", 3 a week for 4 weeks."""
    words = column.strip().lower()
    a_week, weeks = (words.re_extract(_COURSE, n).try_cast(NUMBER) for n in (1, 2))
    return ibis.cases(
        (words.re_search(_VISITS), words.re_extract(_VISITS, 1).try_cast(NUMBER)),
        (words.re_search(_COURSE), a_week * weeks),
        else_=_number_of(column),
    )


def _text_of(column: ibis.Deferred) -> ibis.Deferred:
    return column.strip().nullif("")


def _list_of(column: ibis.Deferred) -> ibis.Deferred:
    members = column.split(BETWEEN).map(lambda one: one.strip()).filter(lambda one: one != "")
    return ibis.ifelse(column.strip() == "", ibis.null(LIST), members)


# For each type of column, the function that reads it from text.
READERS = {
    FLAG: _flag_of,
    NUMBER: _number_of,
    FRACTION: lambda column: column.strip().try_cast(FRACTION),
    DAY: _day_of,
    TEXT: _text_of,
    LIST: _list_of,
}
