"""A table of requests as draft cases: every value with the row and column that it stands in."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

import ibis

from mtus_engine.bulk.engine import RowDatabase
from mtus_engine.bulk.failure import Failed
from mtus_engine.bulk.meant_texts import texts_of
from mtus_engine.bulk.sources import TableFile
from mtus_engine.bulk.tables import (
    BLANK,
    CASE,
    ITEM,
    JURISDICTION,
    OUTCOME,
    ROW,
    SETTING,
    VIEW,
    input_columns,
    known_columns,
)
from mtus_engine.bulk.typed_tables import typed_table
from mtus_engine.compiler.targets.columns.rows import CONFLICTING, MAX, MIN, NOT_DOCUMENTED, ONE_OF, OPEN, POSSIBLE
from mtus_engine.model.fact import Fact
from mtus_engine.model.ruleset import Ruleset

PlainDocument = dict[str, object]


class RequestsDraft(NamedTuple):
    """A draft case of one or several rows that follow one another."""

    case: str
    document: PlainDocument


class RowLeftOut(NamedTuple):
    """A row that does not fit: its number, counted from 1, and every reason."""

    row: int
    reasons: tuple[str, ...]


def requests_drafted(
    source: TableFile, ruleset: Ruleset, engine: RowDatabase, setting: str
) -> Iterator[RequestsDraft | RowLeftOut]:
    """Yield the draft cases of a table in the order of its rows, and the rows that do not fit.

    Rows of one case follow one another; without a column of cases each row is a case of its own. Raises Failed where
    the table cannot be read, WrongTypes where a column cannot.
    """
    schema = engine.schema(source)
    if not known_columns(ruleset, frozenset(schema.names)):
        raise Failed(f"{source.path.name}: none of its columns is known")
    whole = typed_table(ibis.table(schema, name=VIEW), ruleset, texts_of(engine, source, schema, ruleset))
    read = [name for name in whole.table.schema().names if not name.startswith("__raw ")]
    blank = [] if whole.is_blank is None else [(whole.is_blank, ibis.literal(BLANK))]
    reasons = enumerate([*blank, *whole.reasons])
    why = {f"why {n}": ibis.ifelse(holds, says, ibis.null(str)) for n, (holds, says) in reasons}
    asked = whole.table.mutate(**why).select(*read, *why).order_by(ROW)
    query = str(ibis.to_sql(asked, dialect=engine.dialect))
    facts = tuple(dict.fromkeys(one.fact for one in input_columns(ruleset).values() if one.fact is not None))
    held: list[Mapping[str, object]] = []
    for part in engine.parts(source):
        for row in engine.read(part, query):
            if left_out := tuple(str(row[name]) for name in why if row[name] is not None):
                yield RowLeftOut(int(str(row[ROW])), left_out)
                continue
            if held and (row.get(CASE) is None or row.get(CASE) != held[0].get(CASE)):
                yield _draft(held, source, facts, setting, ruleset.named_in_cases)
                held = []
            held.append(row)
    if held:
        yield _draft(held, source, facts, setting, ruleset.named_in_cases)


def _draft(
    rows: list[Mapping[str, object]],
    source: TableFile,
    facts: tuple[Fact, ...],
    setting: str,
    source_law: str | None,
) -> RequestsDraft:
    first = rows[0]
    case = str(first.get(CASE) or f"{source.path.stem}-{first[ROW]}")
    items: list[PlainDocument] = []
    for number, row in enumerate(rows, 1):
        at = f"{source.path.name} row {row[ROW]}"
        stated = {fact.name: said for fact in facts if (said := _stated_value(fact, row, at))}
        item: PlainDocument = {"item": str(row.get(ITEM) or number), "facts": stated}
        if (outcome := row.get(OUTCOME)) is not None:
            item["reviewer"] = {"outcome": outcome}
        items.append(item)
    record = {"file": source.path.name, "kind": "table of requests"}
    law = first.get(JURISDICTION) or source_law
    named: PlainDocument = {} if law is None else {"jurisdiction": law}
    of_case: PlainDocument = {"setting": str(first.get(SETTING) or setting), "record": record, "items": items}
    document: PlainDocument = {"case": case, **named, **of_case}
    return RequestsDraft(case, document)


def _stated_value(fact: Fact, row: Mapping[str, object], at: str) -> object:
    """Return what a row says of a fact, as a case file writes it; None where it says nothing."""

    def of(suffix: str) -> object:
        return _plain_value(row.get(f"{fact.name}{suffix}"))

    where = f"{at}, {fact.name}"
    value = of("")
    ends = {key: end for key, end in (("at_least", of(MIN)), ("at_most", of(MAX))) if end is not None}
    if value is None and ends and not isinstance(next(iter(ends.values())), bool):
        value = ends
    if value is None and (members := of(ONE_OF)):
        value = {"one_of": members}
    if value is None:
        open_flag = bool(ends) or of(NOT_DOCUMENTED) is True
        return {"not_documented": True, "at": where} if open_flag else None
    said: PlainDocument = {"value": value, "at": where}
    perhaps = of(POSSIBLE)
    if of(OPEN) is True:
        said["open"] = True
    elif isinstance(perhaps, list) and isinstance(value, list) and of(CONFLICTING) is not True:
        return [said, {"value": [*value, *perhaps], "at": where}]
    return said


def _plain_value(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
