"""Reads what a bulk run wrote, with the embedded database: whichever database wrote it, its files are Parquet."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from mtus_engine.bulk.duck import connection, error_line, pattern_of, quote_name, rows_by_name
from mtus_engine.bulk.failure import Failed
from mtus_engine.bulk.tables import CASE, ITEM

_OUTPUT = "read_parquet(?, union_by_name = true)"
_CSV = """delim = ',', quote = '"', escape = '"'"""


class DuckOutputs:
    """The outputs of runs, each the folder that it was written to."""

    def columns(self, output: Path) -> frozenset[str]:
        """Return the names of an output's columns; raises Failed where it cannot be read."""
        described = _rows(f"DESCRIBE SELECT * FROM {_OUTPUT}", [_files(output)])  # noqa: S608 - constant
        return frozenset(str(one["column_name"]) for one in described)

    def counts_by(self, output: Path, by: Sequence[str]) -> list[tuple[Mapping[str, object], int]]:
        """Return the different values of some columns of an output, in order, each with its number of rows."""
        listed = ", ".join(map(quote_name, by))
        query = f"SELECT {listed}, count(*) AS __n FROM {_OUTPUT} GROUP BY {listed} ORDER BY ALL"  # noqa: S608 - escaped
        counted = _rows(query, [_files(output)])
        return [({name: one[name] for name in by}, int(str(one["__n"]))) for one in counted]

    def rows_left_out(self, files: Sequence[Path]) -> int:
        """Return how many rows the files of refused or of blank rows hold."""
        if not files:
            return 0
        query = f"SELECT count(*) AS n FROM read_csv(?, all_varchar = true, header = true, {_CSV})"  # noqa: S608 - constants
        (counted,) = _rows(query, [[pattern_of(one) for one in files]])
        return int(str(counted["n"]))

    def rows_of(self, output: Path, case: str, item: str | None) -> list[dict[str, object]]:
        """Return the rows of an output that are of a case, and of one of its items where it is named."""
        named = self.columns(output)
        if absent := [name for name in (CASE, *((ITEM,) if item is not None else ())) if name not in named]:
            raise Failed(f"the tables had no column {' and '.join(absent)}")
        wanted = f'WHERE "{CASE}" = ?' + (f" AND {ITEM} = ?" if item is not None else "")
        query = f"SELECT * FROM {_OUTPUT} {wanted} LIMIT 100"  # noqa: S608 - the names are constants
        return _rows(query, [_files(output), *([case] if item is None else [case, item])])


def _rows(query: str, values: Sequence[object]) -> list[dict[str, object]]:
    try:
        with connection({}) as opened:
            return rows_by_name(opened.execute(query, values))
    except duckdb.Error as error:
        raise Failed(error_line(error)) from error


def _files(output: Path) -> list[str]:
    """Return the files of an output: a part that Spark wrote is a folder of files."""
    whole = [one for one in output.glob("part-*.parquet") if one.is_file()]
    return [pattern_of(one) for one in sorted([*whole, *output.glob("part-*.parquet/*.parquet")])]
