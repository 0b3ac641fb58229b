"""The embedded database, which reads tables and writes determinations; only this and duck_outputs call DuckDB."""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import assert_never

import duckdb
import ibis
from ibis.backends.sql.datatypes import DuckDBType

from mtus_engine.bulk.csv_dialect import WINDOWS, csv_dialect
from mtus_engine.bulk.engine import PartFiles, TablePart, Written
from mtus_engine.bulk.failure import Failed
from mtus_engine.bulk.plan import Queries
from mtus_engine.bulk.sources import BARE_NUMBER, TableFile
from mtus_engine.bulk.tables import FILE, ROW, VIEW
from mtus_engine.bulk.windows_table import windows_table
from mtus_engine.loader.whole_file import whole_file

# Rows of one part, where the file tells how many it has: at most so many are repeated after a run was stopped.
PART_ROWS = 5_000_000
# Rows that are held in memory and written together: fewer where there are many columns. DuckDB works in steps of 2,048.
MOST_CELLS, MOST_ROWS, STEP = 12_000_000, 122_880, 2_048


DuckSettings = dict[str, str | bool | int | float | list[str]]


def connection(settings: DuckSettings) -> duckdb.DuckDBPyConnection:
    """Return a database in memory that fetches nothing from anywhere, and writes nothing unless a folder is named."""
    return duckdb.connect(config={"temp_directory": "", **settings, "autoinstall_known_extensions": False})


class Duck:
    """DuckDB in this process, with bounds for memory and threads; what does not fit into memory goes to spill."""

    name = dialect = "duckdb"

    def __init__(
        self, spill: Path | None, *, memory: str | None = None, threads: int | None = None, part_rows: int = PART_ROWS
    ) -> None:
        """Open it; raises Failed where DuckDB does not accept memory or threads."""
        self._part_rows = part_rows
        settings: DuckSettings = {} if spill is None else {"temp_directory": str(spill)}
        settings |= {} if memory is None else {"memory_limit": memory}
        settings |= {} if threads is None else {"threads": threads}
        try:
            self._connection = connection(settings)
            self._connection.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
        except duckdb.Error as error:
            raise Failed(error_line(error)) from error

    def parts(self, source: TableFile) -> tuple[TablePart, ...]:
        """Return the parts of a file: runs of whole row groups for Parquet, runs of rows for any other file."""
        if source.format != "parquet":
            return tuple(self._slices(source, self._runs_of_rows(source)))
        query = "SELECT DISTINCT row_group_id, row_group_num_rows FROM parquet_metadata(?) ORDER BY 1"
        groups = [int(str(rows)) for _, rows in self._rows(query, [pattern_of(source.path)])]
        return tuple(self._slices(source, groups))

    def _slices(self, source: TableFile, groups: list[int]) -> Iterator[TablePart]:
        total, first, held = max(1, sum(groups)), 0, 0
        for n, rows in enumerate(groups):
            held += rows
            if held >= self._part_rows or n == len(groups) - 1:
                yield TablePart(source, first, held, source.size * held // total)
                first, held = first + held, 0

    def _runs_of_rows(self, source: TableFile) -> list[int]:
        """Return how many rows each part of a text file has; one that is no table fails here, before any is written."""
        self._open(source)
        ((rows,),) = self._rows(f"SELECT count(*) FROM ({_selection_query(source)})")  # noqa: S608 - names are escaped
        whole, rest = divmod(int(str(rows)), self._part_rows)
        return [self._part_rows] * whole + ([rest] if rest or not whole else [])

    def schema(self, source: TableFile) -> ibis.Schema:
        """Return the columns of a file as queries see them, with the file and row of each row added."""
        self._open(source)
        described = self._rows(f"DESCRIBE SELECT * FROM {_reader(source)}")  # noqa: S608 - names are escaped
        own = {str(name).lower() for name, *_ in described}
        if taken := own & {FILE, ROW, _NUMBER}:
            raise Failed(f"a column is named {' and '.join(sorted(taken))}, as the output's own: rename it")
        self._show(TablePart(source, 0, None, 0))
        described = self._rows(f"DESCRIBE {VIEW}")
        types = {str(name): _type_of(str(kind)) for name, kind, *_ in described}
        return ibis.schema(types)

    def texts(self, source: TableFile, columns: Iterable[str], most: int) -> Mapping[str, frozenset[str]]:
        """Return the different texts that columns of a file hold, at most so many of each."""
        self._show(TablePart(source, 0, None, 0))
        found = {}
        for name in columns:
            query = f"SELECT DISTINCT {quote_name(name)}::VARCHAR FROM {VIEW} WHERE {quote_name(name)} IS NOT NULL"  # noqa: S608 - escaped
            found[name] = frozenset(str(text).strip() for (text,) in self._rows(f"{query} LIMIT {most}"))
        return found

    def counts(self, source: TableFile, query: str) -> Mapping[str, object]:
        """Return the one row that a query over a whole file gives, by the names of its columns."""
        (row,) = self.read(TablePart(source, 0, None, 0), query)
        return row

    def write(self, part: TablePart, queries: Queries, files: PartFiles) -> Written:
        """Write what the queries give of a part; its output appears last, which marks the part as done."""
        self._show(part)
        group = min(MOST_ROWS, max(1, MOST_CELLS // queries.width // STEP) * STEP)
        how = f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {group})"
        with whole_file(files.output) as beside:
            rows = self._copy_query(queries.determinations, beside, how)
            if rows == part.rows:
                return Written(rows, 0)
            refused = self._left_out(queries.refused, files.refused)
            blank = self._left_out(queries.blank, files.blank) if rows + refused != part.rows else 0
        return Written(rows, refused, blank)

    def _left_out(self, query: str, path: Path) -> int:
        path.parent.mkdir(exist_ok=True)
        with whole_file(path) as beside:
            rows = self._copy_query(query, beside, "(FORMAT csv, HEADER)")
        if not rows:
            path.unlink()
        return rows

    def _copy_query(self, query: str, path: Path, how: str) -> int:
        try:
            ((rows,),) = self._connection.execute(f"COPY ({query}) TO '{_escape_quotes(path)}' {how}").fetchall()
        except duckdb.Error as error:
            raise Failed(error_line(error)) from error
        return int(rows)

    def read(self, part: TablePart, query: str) -> list[dict[str, object]]:
        """Return what a query gives of a part, row by row."""
        self._show(part)
        try:
            return rows_by_name(self._connection.execute(query))
        except duckdb.Error as error:
            raise Failed(error_line(error)) from error

    def progress(self) -> float:
        """Return how much of the query that is running is done, from 0 to 1."""
        done = self._connection.query_progress()
        return 0.0 if done < 0 else done / 100

    def close(self) -> None:
        """Close the database and free what it holds."""
        self._connection.close()

    def _show(self, part: TablePart) -> None:
        """Let the view show the rows of a part."""
        self._open(part.source)
        where = "" if part.rows is None else f" WHERE {ROW} > {part.first} AND {ROW} <= {part.first + part.rows}"
        file = f"'{_escape_quotes(part.source.path)}' AS {FILE}"
        selected = f"SELECT *, {file} FROM ({_selection_query(part.source)}){where}"  # noqa: S608 - names are escaped
        self._rows(f"CREATE OR REPLACE TEMP VIEW {VIEW} AS {selected}")

    def _open(self, source: TableFile) -> None:
        """Let queries read a file whose encoding DuckDB does not know."""
        if source.format == "csv" and csv_dialect(source.path).encoding == WINDOWS:
            self._connection.register(_recoded_name(source.path), windows_table(source.path))

    def _rows(self, query: str, values: list[str] | None = None) -> list[tuple[object, ...]]:
        try:
            return self._connection.execute(query, values).fetchall()
        except duckdb.Error as error:
            raise Failed(error_line(error)) from error


def rows_by_name(answer: duckdb.DuckDBPyConnection) -> list[dict[str, object]]:
    """Return the rows of an answer with the names of their columns."""
    names = [str(name) for name, *_ in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


# What DuckDB calls the number of a row of Parquet.
_NUMBER = "file_row_number"


def _selection_query(source: TableFile) -> str:
    """Return the query that reads a file, with the number of each row, from 1, and our names for its columns."""
    query = _numbered_query(source)
    if not source.columns:
        return query
    named = ", ".join(f"{quote_name(given)} AS {quote_name(name)}" for given, name in source.columns)
    renamed = f"SELECT * RENAME ({named}) FROM ({query})"  # noqa: S608 - names are escaped
    if not source.units:
        return renamed
    counted = ", ".join(f"{_with_unit(quote_name(name), unit)} AS {quote_name(name)}" for name, unit in source.units)
    return f"SELECT * REPLACE ({counted}) FROM ({renamed})"  # noqa: S608 - names are escaped, units are words of ours


def _with_unit(column: str, unit: str) -> str:
    """Return the query for a column as text, in which a bare number is one of this unit."""
    text = f"trim(CAST({column} AS VARCHAR))"
    number = f"regexp_extract({text}, '{BARE_NUMBER}', 1)"
    return f"CASE WHEN {number} <> '' THEN {number} || ' {unit}' ELSE {text} END"


def _numbered_query(source: TableFile) -> str:
    if source.format == "parquet":
        read = _reader(source, f"{_NUMBER} = true")
        return f"SELECT * EXCLUDE ({_NUMBER}), {_NUMBER} + 1 AS {ROW} FROM {read}"  # noqa: S608 - names are escaped
    return f"SELECT *, row_number() OVER () AS {ROW} FROM {_reader(source)}"  # noqa: S608 - names are escaped


def _reader(source: TableFile, *more: str) -> str:
    """Return the call that reads a file in a query: CSV as texts, JSON as texts and lists of texts, nothing guessed."""
    path = f"'{_escape_quotes(pattern_of(source.path))}'"
    match source.format:
        case "parquet":
            return f"read_parquet({', '.join((path, *more))})"
        case "csv":
            found = csv_dialect(source.path)
            if found.encoding == WINDOWS:
                return quote_name(_recoded_name(source.path))
            dialect = """quote = '"', escape = '"', skip = 0, comment = '', strict_mode = true"""
            read_so = f"delim = {_text(found.separator)}, encoding = '{found.encoding}', {dialect}"
            return f"read_csv({path}, all_varchar = true, header = true, {read_so})"
        case "ndjson":
            keys = ", ".join(f"{_text(name)}: {_text(kind)}" for name, kind in _keys_of(source).items())
            return f"read_ndjson({path}, columns = {{{keys}}})"
        case _:
            assert_never(source.format)


def _recoded_name(path: Path) -> str:
    """Return the name under which queries find a file that is read for DuckDB."""
    return f"file {path}"


def _type_of(kind: str) -> ibis.DataType:
    """Return a type of DuckDB as Ibis knows it; a column without any value has the type null."""
    return ibis.dtype("null") if kind.strip('"').upper() == "NULL" else DuckDBType.from_string(kind)


def pattern_of(path: Path | str) -> str:
    """Return a path as a pattern that matches it alone: DuckDB takes every path for a pattern."""
    return re.sub(r"([\[*?])", r"[\1]", os.fspath(path))


def _keys_of(source: TableFile) -> dict[str, str]:
    """Return the keys of a file of JSON: lists as lists of texts, everything else as texts."""
    with connection({}) as opened:
        # Every line is read: a key that comes late is a column, too.
        file = f"'{_escape_quotes(pattern_of(source.path))}', sample_size = -1"
        try:
            described = opened.execute(f"DESCRIBE SELECT * FROM read_ndjson_auto({file})").fetchall()  # noqa: S608 - escaped
        except duckdb.Error as error:
            raise Failed(error_line(error)) from error
    return {str(name): "VARCHAR[]" if str(kind).endswith("[]") else "VARCHAR" for name, kind, *_ in described}


def _escape_quotes(path: Path | str) -> str:
    return os.fspath(path).replace("'", "''")


def quote_name(name: str) -> str:
    """Return the name of a column as a query writes it."""
    return '"' + name.replace('"', '""') + '"'


def _text(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"


# The message of an error that DuckDB wraps in another, as JSON.
_INNER_MESSAGE = re.compile(r'"exception_message":"((?:[^"\\]|\\.)*)"')


def error_line(error: duckdb.Error) -> str:
    """Return the first line of what the database says, without its own advice."""
    said = _INNER_MESSAGE.search(str(error))
    if said is not None:
        return str(json.loads(f'"{said[1]}"'))
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
