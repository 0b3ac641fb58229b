"""Writes drafts as one table: in parts beside it while the run goes on, which are joined when all are there."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq

from mtus_engine.bulk.coded import CodedRow, coded_rows, coded_schema, coded_table
from mtus_engine.ingest.drafter import Drafted
from mtus_engine.ingest.journal import Journal, Noting
from mtus_engine.loader.whole_file import whole_file
from mtus_engine.model.ruleset import Ruleset

# Files in one part: after a run is killed, at most so many are read again.
FILES_A_PART = 500


def parts_folder(table: Path) -> Path:
    """Return the folder in which the parts of a table are kept until it is whole."""
    return table.with_name(f"{table.name}.parts")


class TableWriter:
    """A table of drafts being written."""

    def __init__(self, table: Path, ruleset: Ruleset, journal: Journal, noting: Noting, *, only_sure: bool) -> None:
        """Go on after the parts that the journal names; other parts are removed."""
        self._folder = parts_folder(table)
        self._ruleset = ruleset
        self._noting = noting
        self._only_sure = only_sure
        self._rows: list[CodedRow] = []
        self._files: list[tuple[Path, str]] = []
        # A part that no entry of the journal names was written by a run that was killed before it noted it.
        known = set(journal.done.values())
        for part in self._folder.glob("*.parquet"):
            if part.name not in known:
                part.unlink()
        self._next = 1 + max((int(part.stem) for part in self._folder.glob("*.parquet")), default=-1)

    def take(self, file: Path, draft: Drafted) -> None:
        """Keep the rows of a draft; they are written with those of the files around it."""
        assert draft.parsed is not None
        self._rows += coded_rows(draft.parsed, self._ruleset, only_sure=self._only_sure)
        self._files.append((file, ""))
        if len(self._files) >= FILES_A_PART:
            self.write()

    def write(self) -> None:
        """Write what is kept as a part, then note its files."""
        if not self._files:
            return
        part = self._folder / f"{self._next:06}.parquet"
        with whole_file(part) as beside:
            pq.write_table(coded_table(self._rows, self._ruleset), beside, compression="zstd")
        self._noting.note((file, part.name) for file, _ in self._files)
        self._rows, self._files, self._next = [], [], self._next + 1


@contextmanager
def table_of(table: Path, ruleset: Ruleset, journal: Journal, *, only_sure: bool) -> Iterator[TableWriter]:
    """Yield the writer of a table; put its parts together when the block ends. A block that fails leaves them."""
    with journal.noting() as noting:
        writer = TableWriter(table, ruleset, journal, noting, only_sure=only_sure)
        yield writer
        writer.write()
    folder = parts_folder(table)
    with whole_file(table) as beside, pq.ParquetWriter(beside, coded_schema(ruleset), compression="zstd") as whole:
        for part in sorted(folder.glob("*.parquet")):
            whole.write_table(pq.read_table(part))
    shutil.rmtree(folder)
