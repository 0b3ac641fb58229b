"""Why rows of a table do not fit: expressions that are true of such rows, each with the text that says why."""

from collections.abc import Iterator, Mapping

import ibis
from ibis import _

from mtus_engine.bulk.tables import (
    DAY,
    FLAG,
    FRACTION,
    JURISDICTION,
    LIST,
    NUMBER,
    OUTCOME,
    OUTCOMES,
    SETTING,
    TEXT,
    InputColumn,
    RowReason,
)
from mtus_engine.compiler.targets.columns.rows import MAX, MIN, ONE_OF
from mtus_engine.model.fact import LARGEST_NUMBER, Fact, Kind
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.model.values import Span, Stretch


def why_unread(name: str, one: InputColumn) -> ibis.Deferred:
    """Return the text that says of a value which is in none of the ways in which its column may be written."""
    meant = {
        FLAG: "true or false",
        NUMBER: "a whole number",
        FRACTION: "a number",
        DAY: "a day as YYYY-MM-DD or MM/DD/YYYY, or its order is unclear",
    }
    return f"{name} is not {meant.get(one.kind, 'a text')}: " + _[f"__raw {name}"]


def other_law(ruleset: Ruleset) -> RowReason:
    """Return the reason that a row is of another jurisdiction than the one by whose rules the table is determined."""
    law, column = ruleset.jurisdiction, _[JURISDICTION]
    named = sorted({law.id, law.name.lower(), *(one.lower() for one in law.called)})
    is_other = column.strip().lower().notin(named) & (column.strip() != "")
    return _false_if_null(is_other), f"it is judged by the rules of {law.name}, and is under those of " + column


def reasons_of_column(
    one: InputColumn, present: frozenset[str], lengths: Mapping[str, Mapping[str, Stretch]]
) -> Iterator[RowReason]:
    """Yield why a row does not fit for what one column holds, alone and beside the others of its fact.

    lengths gives the lengths of time that texts of a column name.
    """
    name, fact = one.name, one.fact
    column = _[name]
    if fact is None:
        allowed = {SETTING: ("ur", "imr"), OUTCOME: OUTCOMES}.get(name)
        if allowed is not None:
            words = f"{name} is none of {', '.join(allowed)}: "
            yield _false_if_null(column.notin(allowed)), words + column
        return
    suffix = name.removeprefix(fact.name)
    members = sorted(member for member, _label in fact.members)
    if one.kind == LIST:
        stray = column.filter(lambda member: member.isnull() | member.notin(members))
        yield (
            _false_if_null(stray.length() > 0),
            f"{name} names what is no member of {fact.name}: " + stray.join(", "),
        )
        if suffix == ONE_OF:
            yield _false_if_null(column.length() == 0), ibis.literal(f"{name} names no member")
    elif fact.kind is Kind.ONE_OF and suffix == "":
        yield _false_if_null(column.notin(members)), f"{name} has no member " + column
    elif fact.kind is Kind.PERIOD and one.kind == TEXT:
        read = list(lengths.get(name, {}))
        unread = column.notin(read) if read else column.notnull()
        yield _false_if_null(unread), f"{name} is not a length of time such as 4 weeks: " + column
    elif one.kind in {NUMBER, FRACTION}:
        yield from _out_of_bounds(name, fact)
    if suffix in {MIN, MAX, ONE_OF} and fact.name in present:
        both = _[fact.name].notnull() & column.notnull()
        yield _false_if_null(both), ibis.literal(f"{fact.name} has both a value and a range")
    if suffix == MIN and f"{fact.name}{MAX}" in present:
        yield from _of_range(fact, lengths)


def _false_if_null(wrong: ibis.Deferred) -> ibis.Deferred:
    return wrong.fill_null(False)


def _out_of_bounds(name: str, fact: Fact) -> Iterator[RowReason]:
    column, scale = _[name], 10**fact.decimals
    domain = fact.domain if isinstance(fact.domain, Span) else Span(None, None)
    low = -LARGEST_NUMBER if domain.low is None else domain.low
    high = LARGEST_NUMBER if domain.high is None else domain.high
    yield _false_if_null(column < low / scale), f"{name} is below {low / scale:g}: " + column.cast(TEXT)
    yield _false_if_null(column > high / scale), f"{name} is above {high / scale:g}: " + column.cast(TEXT)
    if fact.decimals:
        scaled = column * scale
        words = f"{name} has more than {fact.decimals} decimals: "
        yield _false_if_null((scaled - scaled.round()).abs() > 1e-6), words + column.cast(TEXT)


def _of_range(fact: Fact, lengths: Mapping[str, Mapping[str, Stretch]]) -> Iterator[RowReason]:
    names = f"{fact.name}{MIN}", f"{fact.name}{MAX}"
    low, high = (_[name] for name in names)
    if fact.kind is Kind.PERIOD:
        low, high = (_in_days(one, lengths.get(name, {})) for one, name in zip((low, high), names, strict=True))
    yield _false_if_null(low > high), ibis.literal(f"{names[0]} is more than {names[1]}")
    if fact.kind is Kind.BOOLEAN:
        yield low.isnull() != high.isnull(), ibis.literal(f"of {fact.name} only one of {MIN} and {MAX} is given")


def _in_days(column: ibis.Deferred, read: Mapping[str, Stretch]) -> ibis.Deferred:
    """Return the least days that each length of time can have."""
    if not read:
        return ibis.null(NUMBER)
    return ibis.cases(*((column == text, stretch.days.low) for text, stretch in read.items()), else_=ibis.null(NUMBER))
