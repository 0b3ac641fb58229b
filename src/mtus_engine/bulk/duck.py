"""The embedded database: the one door to DuckDB."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb
import ibis
from ibis.backends.sql.datatypes import DuckDBType

from mtus_engine.bulk.engine import Failed, Part, Written
from mtus_engine.bulk.plan import VIEW, Queries
from mtus_engine.bulk.sources import Source
from mtus_engine.bulk.tables import CASE, FILE, ITEM, ROW

# Rows of one part, where the file tells how many it has: so many are done again after a run was stopped.
PART_ROWS = 5_000_000
# Rows that are held in memory and written together: fewer where there are many columns. DuckDB works in steps of 2,048.
MOST_CELLS, MOST_ROWS, STEP = 12_000_000, 122_880, 2_048
# Rows that are read to learn the keys of a file of JSON.
SAMPLED = 100_000


Settings = dict[str, str | bool | int | float | list[str]]


def _connected(settings: Settings) -> duckdb.DuckDBPyConnection:
    """Return a database in memory that fetches nothing from anywhere."""
    return duckdb.connect(config={**settings, "autoinstall_known_extensions": False})


class Duck:
    """DuckDB in this process, with bounds for memory and threads; what does not fit into memory goes to spill."""

    name = dialect = "duckdb"

    def __init__(
        self, spill: Path, *, memory: str | None = None, threads: int | None = None, part_rows: int = PART_ROWS
    ) -> None:
        """Open it; raises Failed where the bounds are none."""
        self._part_rows = part_rows
        settings: Settings = {"temp_directory": str(spill)}
        settings |= {} if memory is None else {"memory_limit": memory}
        settings |= {} if threads is None else {"threads": threads}
        try:
            self._connection = _connected(settings)
            self._connection.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
        except duckdb.Error as error:
            raise Failed(_said(error)) from error

    def parts(self, source: Source) -> tuple[Part, ...]:
        """Return the parts of a file: whole row groups of Parquet, anything else at once."""
        if source.format != "parquet":
            self._check(source)
            return (Part(source, 0, None, source.size),)
        query = "SELECT DISTINCT row_group_id, row_group_num_rows FROM parquet_metadata(?) ORDER BY 1"
        groups = [int(str(rows)) for _, rows in self._rows(query, [str(source.path)])]
        return tuple(self._slices(source, groups))

    def _slices(self, source: Source, groups: list[int]) -> Iterator[Part]:
        total, first, held = max(1, sum(groups)), 0, 0
        for n, rows in enumerate(groups):
            held += rows
            if held >= self._part_rows or n == len(groups) - 1:
                yield Part(source, first, held, source.size * held // total)
                first, held = first + held, 0

    def _check(self, source: Source) -> None:
        """Read the beginning of a file: what is no table is told before anything is written."""
        self._rows(f"SELECT * FROM ({_selected(source)}) LIMIT 1")  # noqa: S608 - names are escaped

    def schema(self, source: Source) -> ibis.Schema:
        """Return the columns of a file as its parts show them."""
        self._show(Part(source, 0, None, 0))
        described = self._rows(f"DESCRIBE {VIEW}")
        types = {str(name): DuckDBType.from_string(str(kind)) for name, kind, *_ in described}
        return ibis.schema(types)

    def texts(self, source: Source, columns: Iterable[str], most: int) -> Mapping[str, frozenset[str]]:
        """Return the different texts that columns of a file hold, at most so many of each."""
        self._show(Part(source, 0, None, 0))
        found = {}
        for name in columns:
            query = f"SELECT DISTINCT trim({_quoted(name)}::VARCHAR) FROM {VIEW} WHERE {_quoted(name)} IS NOT NULL"  # noqa: S608 - escaped
            found[name] = frozenset(str(text) for (text,) in self._rows(f"{query} LIMIT {most}"))
        return found

    def write(self, part: Part, queries: Queries, output: Path, refused: Path) -> Written:
        """Write what the queries give of a part; its output appears last, and says that the part is done."""
        self._show(part)
        beside = output.with_name(f".{output.name}.tmp")
        group = min(MOST_ROWS, max(1, MOST_CELLS // queries.width // STEP) * STEP)
        how = f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {group})"
        rows = self._copied(queries.determinations, beside, how)
        left_out = self._refused(queries.refused, refused) if part.rows is None or rows < part.rows else 0
        beside.replace(output)
        return Written(rows, left_out)

    def _refused(self, query: str, path: Path) -> int:
        path.parent.mkdir(exist_ok=True)
        beside = path.with_name(f".{path.name}.tmp")
        rows = self._copied(query, beside, "(FORMAT csv, HEADER)")
        if rows:
            beside.replace(path)
        beside.unlink(missing_ok=True)
        return rows

    def _copied(self, query: str, path: Path, how: str) -> int:
        try:
            ((rows,),) = self._connection.execute(f"COPY ({query}) TO '{_escaped(path)}' {how}").fetchall()
        except duckdb.Error as error:
            path.unlink(missing_ok=True)
            raise Failed(_said(error)) from error
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return int(rows)

    def read(self, part: Part, query: str) -> list[dict[str, object]]:
        """Return what a query gives of a part, row by row."""
        self._show(part)
        try:
            return _by_name(self._connection.execute(query))
        except duckdb.Error as error:
            raise Failed(_said(error)) from error

    def progress(self) -> float:
        """Return how much of the query that is running is done, from 0 to 1."""
        done = self._connection.query_progress()
        return 0.0 if done < 0 else done / 100

    def close(self) -> None:
        """Let go of everything."""
        self._connection.close()

    def _show(self, part: Part) -> None:
        """Let the view show the rows of a part."""
        where = "" if part.rows is None else f" WHERE {ROW} > {part.first} AND {ROW} <= {part.first + part.rows}"
        file = f"'{_escaped(part.source.path)}' AS {FILE}"
        selected = f"SELECT *, {file} FROM ({_selected(part.source)}){where}"  # noqa: S608 - names are escaped
        self._rows(f"CREATE OR REPLACE TEMP VIEW {VIEW} AS {selected}")

    def _rows(self, query: str, values: list[str] | None = None) -> list[tuple[object, ...]]:
        try:
            return self._connection.execute(query, values).fetchall()
        except duckdb.Error as error:
            raise Failed(_said(error)) from error


def counts(output: Path, refused: Sequence[Path]) -> tuple[dict[str, int], int]:
    """Return how many rows an output has of each finding, and how many rows were refused."""
    found = grouped(output, ("finding",)).rows
    with _connected({}) as connection:
        query = "SELECT count(*) FROM read_csv(?, all_varchar = true, header = true)"
        lines = connection.execute(query, [[str(one) for one in refused]]).fetchall() if refused else [(0,)]
    ordered = sorted(((int(str(number)), str(finding)) for finding, number in found), key=lambda one: (-one[0], one[1]))
    return {finding: number for number, finding in ordered}, int(lines[0][0])


class Groups(NamedTuple):
    """Rows of an output counted by some of its columns, the count last; and the names of all its columns."""

    columns: frozenset[str]
    rows: list[tuple[object, ...]]


def grouped(output: Path, by: Sequence[str]) -> Groups:
    """Return how many rows of an output there are by some of its columns; raises Failed where it cannot be read."""
    files = _files(output)
    listed = ", ".join(map(_quoted, by))
    try:
        with _connected({}) as connection:
            described = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [files]).fetchall()
            query = f"SELECT {listed}, count(*) FROM read_parquet(?) GROUP BY {listed} ORDER BY ALL"  # noqa: S608 - escaped
            rows = connection.execute(query, [files]).fetchall() if by else []
    except duckdb.Error as error:
        raise Failed(_said(error)) from error
    return Groups(frozenset(str(name) for name, *_ in described), rows)


def _files(output: Path) -> list[str]:
    """Return the files of an output: a part of Spark is a folder of files."""
    whole = [one for one in output.glob("part-*.parquet") if one.is_file()]
    return [str(one) for one in sorted([*whole, *output.glob("part-*.parquet/*.parquet")])]


def found_rows(output: Path, case: str, item: str | None) -> list[dict[str, object]]:
    """Return the rows of an output that are of a case, and of one of its items where it is named."""
    files = _files(output)
    wanted = f'WHERE "{CASE}" = ?' + (f" AND {ITEM} = ?" if item is not None else "")
    values = [case] if item is None else [case, item]
    try:
        with _connected({}) as connection:
            query = f"SELECT * FROM read_parquet(?) {wanted} LIMIT 100"  # noqa: S608 - no name is anyone's
            return _by_name(connection.execute(query, [files, *values]))
    except duckdb.Error as error:
        raise Failed(_said(error)) from error


def _by_name(answer: duckdb.DuckDBPyConnection) -> list[dict[str, object]]:
    """Return the rows of an answer with the names of their columns."""
    names = [str(name) for name, *_ in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def _selected(source: Source) -> str:
    """Return the query that reads a file, with the number of each row, from 1."""
    path = f"'{_escaped(source.path)}'"
    match source.format:
        case "parquet":
            read = f"read_parquet({path}, file_row_number = true)"
            return f"SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS {ROW} FROM {read}"  # noqa: S608 - escaped
        case "csv":
            read = f"read_csv({path}, all_varchar = true, header = true, strict_mode = true)"
        case _:
            keys = _keys_of(source)
            typed = ", ".join(f"{_text(name)}: {_text(kind)}" for name, kind in keys.items())
            read = f"read_ndjson({path}, columns = {{{typed}}})"
    return f"SELECT *, row_number() OVER () AS {ROW} FROM {read}"  # noqa: S608 - names are escaped


def _keys_of(source: Source) -> dict[str, str]:
    """Return the keys of a file of JSON: lists as lists of texts, everything else as texts."""
    with _connected({}) as connection:
        file = f"'{_escaped(source.path)}', sample_size = {SAMPLED}"
        query = f"DESCRIBE SELECT * FROM read_ndjson_auto({file})"  # noqa: S608 - names are escaped
        described = connection.execute(query).fetchall()
    return {str(name): "VARCHAR[]" if str(kind).endswith("[]") else "VARCHAR" for name, kind, *_ in described}


def _escaped(path: Path) -> str:
    return os.fspath(path).replace("'", "''")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"


def _said(error: duckdb.Error) -> str:
    """Return the first line of what the database says, without its own advice."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
