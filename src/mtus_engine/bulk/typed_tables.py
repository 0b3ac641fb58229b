"""A table as its columns are meant: read as their types, with the reasons why rows do not fit."""

import operator
from collections.abc import Mapping
from typing import NamedTuple

import ibis
from ibis import _

from mtus_engine.bulk.row_reasons import other_law, reasons_of_column, why_unread
from mtus_engine.bulk.schedules import with_schedules
from mtus_engine.bulk.tables import (
    DAY,
    FILE,
    FLAG,
    FRACTION,
    JURISDICTION,
    LIST,
    NUMBER,
    ROW,
    TEXT,
    InputColumn,
    Texts,
    WrongTypes,
    known_columns,
)
from mtus_engine.bulk.text_columns import joined_day, joined_named_day, value_of_text
from mtus_engine.compiler.codes import is_no_diagnosis
from mtus_engine.compiler.halfway import as_meant
from mtus_engine.compiler.spelled_days import MONTH_OF_YEAR, MONTH_THEN_YEAR, NAMED_MONTH_OF_YEAR, YEAR_ALONE
from mtus_engine.compiler.targets.columns.rows import MAX, MIN, ONE_OF, OPEN
from mtus_engine.compiler.targets.columns.terms import joined_in_halves
from mtus_engine.model.fact import Kind
from mtus_engine.model.ruleset import Ruleset


class Typed(NamedTuple):
    """A table whose columns have the types that are meant, and the reasons for which rows do not fit.

    reasons are expressions that are true or false, each with the text that says why; is_blank is true of rows in
    which nothing can be read, None where the table has no column to read. verified names, for columns that hold codes
    whose reading was not seen in a source, the columns that say what is left without these.
    """

    table: ibis.Table
    reasons: tuple[tuple[ibis.Deferred, ibis.Deferred], ...]
    is_blank: ibis.Deferred | None
    verified: Mapping[str, str]


def typed_table(table: ibis.Table, ruleset: Ruleset, texts: Texts) -> Typed:
    """Return a table with its columns read as the types meant; raises WrongTypes where one cannot be read so at all."""
    table = with_schedules(table, ruleset) if texts.has_schedules else table
    schema = table.schema()
    columns = known_columns(ruleset, frozenset(schema.names))
    wrong = tuple(
        f"{one.name} holds {schema[one.name]}, not {one.kind}"
        for one in columns.values()
        if _reader(schema[one.name], one) is None
    )
    if wrong:
        raise WrongTypes(wrong)
    read: dict[str, ibis.Deferred] = {}
    without: dict[str, ibis.Deferred] = {}
    for name, one in columns.items():
        reader = _reader(schema[name], one, texts.divided.get(name, frozenset()))
        if reader is not None:
            values = reader(_[name])
            read[name] = values
            read |= _of_members(values, one, texts.members.get(name, {}), frozenset(columns))
            read |= _of_partial_days(schema[name], one, frozenset(columns))
            without |= _without_unverified(values, one, texts, frozenset(columns))
    raw = {f"__raw {name}": _[name].cast(TEXT) for name, one in columns.items() if _is_checked(schema[name], one)}
    verified = {name: f"__verified {name}" for name in without}
    whole = table.mutate(**raw).mutate(**read, **{verified[name]: column for name, column in without.items()})
    kept = [name for name in (FILE, ROW) if name in schema.names]
    whole = whole.select(*kept, *read, *raw, *verified.values())
    reasons = []
    for name in (raw_name.removeprefix("__raw ") for raw_name in raw):
        unread = (_[f"__raw {name}"].notnull()) & (_[f"__raw {name}"].strip() != "") & _[name].isnull()
        unread = unread & _[f"{name}{MIN}"].isnull() if f"{name}{MIN}" in set(read) - set(columns) else unread
        reasons.append((unread, why_unread(name, columns[name])))
    for one in columns.values():
        reasons += reasons_of_column(one, frozenset(columns), texts.lengths)
    if JURISDICTION in columns:
        reasons.append(other_law(ruleset))
    is_blank = joined_in_halves(operator.and_, [_[name].isnull() for name in read]) if read else None
    return Typed(whole, tuple(reasons), is_blank, verified)


def _of_members(
    read: ibis.Deferred, one: InputColumn, members: Mapping[str, tuple[str, ...]], present: frozenset[str]
) -> dict[str, ibis.Deferred]:
    """Return the columns that one column of members gives, its codes and printed names replaced by the members meant.

    A code of several members gives the members that it may be; a doubtful one leaves the fact open.
    """
    if not members or one.fact is None:
        return {}
    certain = {text: meant[0] for text, meant in members.items() if len(meant) == 1}
    several = {text: meant for text, meant in members.items() if len(meant) > 1}
    doubtful = [text for text, meant in members.items() if not meant]
    if one.kind == LIST:
        kept = read.filter(lambda text: text.notin(doubtful)) if doubtful else read
        found = {one.name: kept.map(lambda text: _member_of(text, certain)) if certain else kept}
        open_ = f"{one.fact.name}{OPEN}"
        if doubtful and one.name == one.fact.name and open_ not in present:
            # A code of a cause beside others says nothing; alone it leaves the fact open as any that is not read.
            aside = [text for text in doubtful if is_no_diagnosis(one.fact, as_meant(one.fact, text))]
            unread = [text for text in doubtful if text not in aside]
            is_alone = (read.length() > 0) & (kept.length() == 0)
            found[open_] = is_alone | (read.filter(lambda text: text.isin(unread)).length() > 0) if unread else is_alone
        return found
    unsaid = [*several, *doubtful]
    value = _member_of(read, certain)
    found = {one.name: ibis.ifelse(read.isin(unsaid), ibis.null(TEXT), value) if unsaid else value}
    among = f"{one.fact.name}{ONE_OF}"
    if several and among not in present:
        cases = ((read == text, ibis.literal(list(meant), type=LIST)) for text, meant in several.items())
        found[among] = ibis.cases(*cases, else_=ibis.null(LIST))
    return found


def _without_unverified(
    read: ibis.Deferred, one: InputColumn, texts: Texts, present: frozenset[str]
) -> dict[str, ibis.Deferred]:
    """Return, by name, the columns that one column of members gives without codes whose reading was not seen.

    Each of these may then stand for any member.
    """
    unverified = sorted(texts.unverified.get(one.name, ()))
    if not unverified or one.fact is None:
        return {}
    members = {text: () if text in unverified else meant for text, meant in texts.members[one.name].items()}
    found = _of_members(read, one, members, present)
    if one.kind == LIST or one.name != one.fact.name:
        return found
    every = ibis.literal([member for member, _label in one.fact.members], type=LIST)
    among = f"{one.fact.name}{ONE_OF}"
    others = found.get(among, _[among] if among in present else ibis.null(LIST))
    return found | {among: ibis.ifelse(read.isin(unverified), every, others)}


def _member_of(text: ibis.Deferred, members: Mapping[str, str]) -> ibis.Deferred:
    cases = [(text == written, member) for written, member in members.items()]
    return ibis.cases(*cases, else_=text) if cases else text


def _of_partial_days(dtype: ibis.DataType, one: InputColumn, present: frozenset[str]) -> dict[str, ibis.Deferred]:
    """Return the first and the last day of a month or a year, where a text gives no more of a date."""
    ends = f"{one.name}{MIN}", f"{one.name}{MAX}"
    if one.kind != DAY or not dtype.is_string() or one.fact is None or one.name != one.fact.name or present & set(ends):
        return {}
    words = _[one.name].strip()
    first_of = ibis.literal("01")
    numbered = joined_day(words.re_extract(MONTH_OF_YEAR, 1), words.re_extract(MONTH_OF_YEAR, 2), first_of)
    named = joined_named_day(
        words.re_extract(NAMED_MONTH_OF_YEAR, 2), words.re_extract(NAMED_MONTH_OF_YEAR, 1), first_of
    )
    turned = joined_day(words.re_extract(MONTH_THEN_YEAR, 2), words.re_extract(MONTH_THEN_YEAR, 1), first_of)
    months = (
        (words.re_search(MONTH_OF_YEAR), numbered),
        (words.re_search(MONTH_THEN_YEAR), turned),
        (words.re_search(NAMED_MONTH_OF_YEAR), named),
    )
    year = words.re_search(YEAR_ALONE)
    first = ibis.cases(*months, (year, words.concat("-01-01").try_cast(DAY)), else_=ibis.null(DAY))
    ends_of_months = ((is_so, _end_of_month(day)) for is_so, day in months)
    last = ibis.cases(*ends_of_months, (year, words.concat("-12-31").try_cast(DAY)), else_=ibis.null(DAY))
    return dict(zip(ends, (first, last), strict=True))


def _end_of_month(first: ibis.Deferred) -> ibis.Deferred:
    return (first + ibis.interval(months=1) - ibis.interval(days=1)).cast(DAY)


def _is_checked(dtype: ibis.DataType, one: InputColumn) -> bool:
    """Return whether values of a column may fail to be read."""
    is_number = dtype.is_floating() or dtype.is_unsigned_integer()
    return (dtype.is_string() and one.kind in {FLAG, NUMBER, FRACTION, DAY}) or (is_number and one.kind == NUMBER)


def _reader(dtype: ibis.DataType, one: InputColumn, divided: frozenset[str] = frozenset()):  # type: ignore[no-untyped-def]
    """Return the function that reads a column of a type, None where it cannot be read.

    divided are the texts whose members commas and the like divide.
    """
    if dtype.is_null():
        return lambda _column: ibis.null(one.kind)
    if dtype.is_string():
        return lambda column: value_of_text(column, one, divided)
    if one.kind == TEXT and dtype.is_integer():
        length = one.fact is not None and one.fact.kind is Kind.PERIOD
        return (lambda column: column.cast(TEXT).concat(" days")) if length else (lambda column: column.cast(TEXT))
    if dtype.is_floating() and one.kind == NUMBER:
        return lambda column: ibis.ifelse(column % 1 == 0, column.try_cast(NUMBER), ibis.null(NUMBER))
    if dtype.is_unsigned_integer() and one.kind == NUMBER:
        return lambda column: column.try_cast(NUMBER)
    is_right = {
        FLAG: dtype.is_boolean(),
        NUMBER: dtype.is_integer(),
        FRACTION: dtype.is_numeric(),
        DAY: dtype.is_date() or dtype.is_timestamp(),
        TEXT: False,
        LIST: dtype.is_array() and dtype.value_type.is_string(),
    }
    return (lambda column: column.cast(one.kind)) if is_right[one.kind] else None
