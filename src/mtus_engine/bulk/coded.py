"""Cases as the rows of a table: what is known of each fact, in the columns that mtus bulk reads."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import assert_never

import pyarrow as pa

from mtus_engine.bulk.tables import (
    CASE,
    DAY,
    FLAG,
    FRACTION,
    ITEM,
    JURISDICTION,
    LIST,
    NUMBER,
    OUTCOME,
    SETTING,
    TEXT,
    input_columns,
)
from mtus_engine.compiler.literals import period_of, stretch_of
from mtus_engine.compiler.targets.columns.rows import CONFLICTING, MAX, MIN, NOT_DOCUMENTED, ONE_OF, POSSIBLE
from mtus_engine.engine.confirmation import with_open_statements
from mtus_engine.engine.statements import is_narrower, known_from
from mtus_engine.engine.surgeries import with_surgery_meant
from mtus_engine.model.case import Case
from mtus_engine.model.fact import Because, Fact, Kind, Known, Statement
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.model.values import Choice, Selection, Span, Stretch

CodedRow = dict[str, object]

ASKED = "asked"
# The types of columns in Arrow, by what they hold.
ARROW_TYPES = {
    FLAG: pa.bool_(),
    NUMBER: pa.int64(),
    FRACTION: pa.float64(),
    DAY: pa.date32(),
    TEXT: pa.string(),
    LIST: pa.list_(pa.string()),
}
# A period is written in days, in weeks, or in so many months at the most.
MOST_MONTHS = 1_200


def coded_schema(ruleset: Ruleset) -> pa.Schema:
    """Return the columns of a coded table: the case, what was asked, then every column that a fact can have."""
    fields = [(name, ARROW_TYPES[one.kind]) for name, one in input_columns(ruleset).items()]
    return pa.schema([*fields[:3], (ASKED, pa.string()), *fields[3:]])


def coded_table(rows: Sequence[CodedRow], ruleset: Ruleset) -> pa.Table:
    """Return rows as a table with every column."""
    return pa.Table.from_pylist(list(rows), schema=coded_schema(ruleset))


def coded_rows(case: Case, ruleset: Ruleset, *, only_sure: bool = False) -> Iterator[CodedRow]:
    """Yield a row for each item of a case; a doubtful statement leaves its fact open, as in a check.

    With only_sure, any statement of a program that is not sure does so, too.
    """
    known_columns = input_columns(ruleset).keys()
    for item in case.items:
        opened = with_open_statements(item, ruleset.facts, only_sure=only_sure)
        opened = with_surgery_meant(opened, ruleset, presume=True)
        row: CodedRow = {
            CASE: case.case,
            ITEM: item.item,
            SETTING: case.setting,
            JURISDICTION: case.jurisdiction,
            ASKED: item.asked,
        }
        if item.reviewer is not None:
            row[OUTCOME] = item.reviewer.outcome
        for name, said in opened.statements.items():
            if name in known_columns:
                row |= _of_fact(ruleset.facts[name], said)
        yield row


def _of_fact(fact: Fact, said: tuple[Statement, ...]) -> CodedRow:
    known = known_from(fact, said)
    name = fact.name
    if known.because is Because.NOT_DOCUMENTED and not is_narrower(known.values, fact.domain):
        # Where a fact tells whether something is documented, "looked for and not found" would be read as the answer no:
        # it is written as open instead, with both answers possible. For any other fact it bars a presumption.
        is_open_choice = fact.kind is Kind.BOOLEAN and fact.is_documentation
        return _of_values(fact, known) if is_open_choice else {f"{name}{NOT_DOCUMENTED}": True}
    row = _of_values(fact, known)
    if known.because is Because.CONFLICTING and fact.kind is not Kind.BOOLEAN:
        row[f"{name}{CONFLICTING}"] = True
    return row


def _of_values(fact: Fact, known: Known) -> CodedRow:
    name, values = fact.name, known.values
    match values:
        case Span(low, high) if low is not None and low == high:
            return {name: _number(fact, low)}
        case Span(low, high):
            ends = {MIN: low, MAX: high}
            return {f"{name}{side}": _number(fact, end) for side, end in ends.items() if end is not None}
        case Stretch():
            return dict(_of_period(name, values))
        case Choice(possible) if len(possible) == 1:
            return {name: next(iter(possible))}
        case Choice(possible) if fact.kind is Kind.BOOLEAN:
            return {f"{name}{MIN}": False, f"{name}{MAX}": True}
        case Choice(possible):
            return {f"{name}{ONE_OF}": sorted(map(str, possible))}
        case Selection(certain, possible):
            more = sorted(possible - certain)
            row: CodedRow = {name: sorted(certain)}
            return row | ({f"{name}{POSSIBLE}": more} if more else {})
        case _:
            assert_never(values)


def _number(fact: Fact, number: int) -> object:
    if fact.kind is Kind.DATE:
        return date.fromordinal(number)
    return number / 10**fact.decimals if fact.kind is Kind.DECIMAL else number


def _of_period(name: str, values: Stretch) -> Iterator[tuple[str, object]]:
    if (text := _period_text(values)) is not None:
        yield name, text
        return
    low = Stretch(Span(values.calendar.low, values.calendar.low), Span(values.days.low, values.days.low))
    high = Stretch(Span(values.calendar.high, values.calendar.high), Span(values.days.high, values.days.high))
    for side, end in ((MIN, low), (MAX, high)):
        if end.days.low is not None and (text := _period_text(end)) is not None:
            yield f"{name}{side}", text


def _period_text(values: Stretch) -> str | None:
    """Return the words that are read as just these values; None for a range."""
    days = values.days.low
    if days is None:
        return None
    listed = [f"{days // 7} weeks"] if days % 7 == 0 else []
    listed += [f"{days} days", *(f"{days // length} months" for length in (31, 30, 29, 28))]
    return next((words for words in listed if _read(words) == values), None)


def _read(words: str) -> Stretch | None:
    number = int(words.split(maxsplit=1)[0])
    return stretch_of(period_of(words)) if 0 < number <= MOST_MONTHS or words.endswith("days") else None
