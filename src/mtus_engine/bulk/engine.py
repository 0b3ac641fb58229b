"""What a bulk run needs of a database: the shape of a file, its parts, and two queries over each part."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

import ibis

from mtus_engine.bulk.plan import Queries
from mtus_engine.bulk.sources import TableFile


class Failed(Exception):
    """The database could not read or write: in words for the person who ran it."""


class TablePart(NamedTuple):
    """A stretch of rows of one file, the unit that is written whole or not at all; rows is None where not known.

    first counts from 0.
    """

    source: TableFile
    first: int
    rows: int | None
    size: int


class Written(NamedTuple):
    """How many rows a part wrote, and how many it refused."""

    rows: int
    refused: int


class Database(Protocol):
    """A database that runs the queries."""

    name: str
    dialect: str

    def parts(self, source: TableFile) -> tuple[TablePart, ...]:
        """Return the parts of a file; raises Failed where it cannot be read."""

    def schema(self, source: TableFile) -> ibis.Schema:
        """Return the columns of a file as its parts show them."""

    def texts(self, source: TableFile, columns: Iterable[str], most: int) -> Mapping[str, frozenset[str]]:
        """Return the different texts that columns of a file hold, at most so many of each."""

    def write(self, part: TablePart, queries: Queries, output: Path, refused: Path) -> Written:
        """Write what the queries give of a part, each to its file, whole or not at all."""

    def progress(self) -> float:
        """Return how much of the query that is running is done, from 0 to 1."""

    def close(self) -> None:
        """Let go of everything."""
