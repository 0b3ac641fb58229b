"""What bulk runs need of a database: to query each part of a file, and to read what a run wrote."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import ibis

from mtus_engine.bulk.plan import Queries
from mtus_engine.bulk.sources import TableFile


class TablePart(NamedTuple):
    """A stretch of rows of one file, the unit that is written whole or not at all; rows is None where not known.

    first is the index of the first row, from 0; size is in bytes.
    """

    source: TableFile
    first: int
    rows: int | None
    size: int


class Written(NamedTuple):
    """How many rows a part wrote, how many it refused, and how many were blank."""

    rows: int
    refused: int
    blank: int = 0


class PartFiles(NamedTuple):
    """The files of a part: of the rows determined, of those refused, and of those that are blank."""

    output: Path
    refused: Path
    blank: Path


class Database(Protocol):
    """A database that runs the queries."""

    name: str
    dialect: str

    def parts(self, source: TableFile) -> tuple[TablePart, ...]:
        """Return the parts of a file; raises Failed where it cannot be read."""

    def schema(self, source: TableFile) -> ibis.Schema:
        """Return the columns of a file as queries see them, with the file and row of each row added."""

    def texts(self, source: TableFile, columns: Iterable[str], most: int) -> Mapping[str, frozenset[str]]:
        """Return the different texts that columns of a file hold, at most so many of each."""

    def counts(self, source: TableFile, query: str) -> Mapping[str, object]:
        """Return the one row that a query over a whole file gives, by the names of its columns."""

    def write(self, part: TablePart, queries: Queries, files: PartFiles) -> Written:
        """Write what the queries give of a part, each to its file, whole or not at all."""

    def progress(self) -> float:
        """Return how much of the query that is running is done, from 0 to 1."""

    def close(self) -> None:
        """Close the database and free what it holds."""


class RowDatabase(Database, Protocol):
    """A database that gives single rows, too."""

    def read(self, part: TablePart, query: str) -> list[dict[str, object]]:
        """Return what a query gives of a part, row by row."""


class Outputs(Protocol):
    """Reads what runs wrote, each in a folder of its own; raises Failed where one cannot be read."""

    def columns(self, output: Path) -> frozenset[str]:
        """Return the names of an output's columns."""

    def counts_by(self, output: Path, by: Sequence[str]) -> list[tuple[Mapping[str, object], int]]:
        """Return the different values of some columns of an output, in order, each with its number of rows."""

    def rows_left_out(self, files: Sequence[Path]) -> int:
        """Return how many rows the files of refused or of blank rows hold."""

    def rows_of(self, output: Path, case: str, item: str | None) -> list[dict[str, object]]:
        """Return the rows of an output that are of a case, and of one of its items where it is named."""
