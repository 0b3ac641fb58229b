"""One row of an output, read again from the table that it came from, as a case whose trace can be shown."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import ibis

from mtus_engine.bulk.engine import Outputs, RowDatabase, TablePart
from mtus_engine.bulk.failure import Failed
from mtus_engine.bulk.meant_texts import texts_of
from mtus_engine.bulk.rows import statements_of
from mtus_engine.bulk.run import Unusable, read_manifest
from mtus_engine.bulk.sources import TableFile, sources
from mtus_engine.bulk.tables import CASE, FILE, ITEM, ROW, SETTING, VIEW
from mtus_engine.bulk.typed_tables import typed_table
from mtus_engine.model.case import Case, CaseItem
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.model.values import Span


class Traced(NamedTuple):
    """A row as a case, what the output says of it, and how its run read rows.

    as_of is the day by which the run chose editions (None: by the rows); presume tells whether it made presumptions.
    """

    case: Case
    told: Mapping[str, object]
    as_of: Span | None
    presume: bool


def traced_row(
    output: Path, case: str, item: str | None, ruleset: Ruleset, outputs: Outputs, engine: RowDatabase
) -> Traced:
    """Return the row of a case; raises Unusable or Failed where it is not there, or cannot be found again."""
    manifest = read_manifest(output)
    if manifest["ruleset"] != ruleset.digest:
        raise Unusable(f"{output} was written with other rules: name them after --rules")
    found = outputs.rows_of(output, case, item)
    if not found:
        raise Unusable(f"{output} has no row of the case {case}{f', item {item}' if item else ''}; see refused, too")
    if len(found) > 1 and item is None:
        items = ", ".join(str(one.get(ITEM)) for one in found[:5])
        raise Unusable(f"the case {case} has {len(found)} rows: name one after --item ({items})")
    told = found[0]
    if told[ROW] is None:
        raise Unusable("the output does not tell the numbers of its rows: Spark knows them of Parquet alone")
    (source,) = sources([str(told[FILE])])
    source = source._replace(columns=_columns_of(manifest, source))
    row = _input_row(source, int(str(told[ROW])), ruleset, engine)
    at = f"{source.path.name} row {told[ROW]}"
    options = manifest["options"]
    assert isinstance(options, dict)
    setting = str(told.get(SETTING) or options["setting"])
    one = CaseItem(str(told.get(ITEM) or "1"), f"row {told[ROW]}", statements_of(row, ruleset, at), None)
    as_of = None if options["as_of"] is None else Span(*options["as_of"])
    found_case = Case(str(told[CASE]), setting, None, (one,), source.path.as_posix())
    return Traced(found_case, told, as_of, bool(options["presumptions"]))


def _columns_of(manifest: Mapping[str, object], source: TableFile) -> tuple[tuple[str, str], ...]:
    """Return the columns of a file that the run read under other names."""
    inputs = manifest["inputs"]
    assert isinstance(inputs, list)
    return next((tuple(one.get("columns", {}).items()) for one in inputs if one["file"] == source.path.as_posix()), ())


def _input_row(source: TableFile, number: int, ruleset: Ruleset, engine: RowDatabase) -> Mapping[str, object]:
    """Return one row of an input, its columns read as the types meant; raises Failed where there is no such row."""
    schema = engine.schema(source)
    whole = typed_table(ibis.table(schema, name=VIEW), ruleset, texts_of(engine, source, schema, ruleset))
    rows = engine.read(TablePart(source, number - 1, 1, 0), ibis.to_sql(whole.table, dialect=engine.dialect))
    if len(rows) != 1:
        raise Failed(f"{source.path} has no row {number}: it is not the file that was read")
    return rows[0]
