"""How a CSV file is written: its encoding and the sign between its columns, found from the file itself."""

import csv
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from mtus_engine.bulk.failure import Failed

if TYPE_CHECKING:
    from _csv import Reader

SEPARATORS = (",", ";", "\t", "|")
WINDOWS = "cp1252"
# A file that is not UTF-8 is read as Latin-1, in which any byte is a sign. Windows-1252 differs from it in the first of
# these bytes, which Latin-1 has for control characters; the second are no signs in either.
_OF_WINDOWS, _OF_NEITHER = re.compile(rb"[\x80-\x9f]"), re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_PIECE = 1 << 20
# What other programs' files begin with, with what they are.
_OTHER_FILES = {
    b"PK\x03\x04": "a spreadsheet (.xlsx) or a zip",
    b"\xd0\xcf\x11\xe0": "a spreadsheet of old (.xls)",
    b"PAR1": "Parquet, and ends in .parquet by rights",
    b"\x1f\x8b": "compressed (gzip)",
    b"%PDF": "a PDF",
}
# Among so many lines at the top the names of the columns are looked for.
_LINES_AT_TOP = 20
_FEWEST_COLUMNS = 3


class CsvDialect(NamedTuple):
    """The encoding, as DuckDB names it, or WINDOWS, which it does not read; and the sign between two columns."""

    encoding: str
    separator: str


@lru_cache(maxsize=256)
def csv_dialect(path: Path) -> CsvDialect:
    """Return how a CSV file is written: the separator is the sign that stands most often in its first line.

    Raises Failed for what is no ordinary file, for another program's file, for bytes that are no signs in any encoding
    that is read, and where a title stands above the names of the columns.
    """
    if not path.is_file():
        raise Failed("it is no ordinary file")
    with path.open("rb") as file:
        first = file.read(_PIECE)
        if (other := next((what for start, what in _OTHER_FILES.items() if first.startswith(start)), None)) is not None:
            raise Failed(f"it is no CSV but {other}: save it as CSV from the program that made it")
        encoding = "utf-16" if first.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else _encoding_of(file)
    text = first.decode("utf-8-sig" if encoding == "utf-8" else encoding, "replace")
    head = text.splitlines()[0] if text.strip() else ""
    # What stands between quotation marks separates nothing.
    outside = "".join(head.split('"')[::2])
    lines = text.splitlines()[:_LINES_AT_TOP]
    if title := _lines_of_title(lines):
        cure = f"take out the {f'{title} lines' if title > 1 else 'line'} above them"
        raise Failed(f"a title stands above the names of the columns, which are in line {title + 1}: {cure}")
    return CsvDialect(encoding, max(SEPARATORS, key=outside.count))


def _lines_of_title(lines: list[str]) -> int:
    """Return how many lines stand above the names of columns: the first has one value at most, and a later one many."""
    separator = max(SEPARATORS, key="\n".join(lines).count)
    filled = [sum(bool(value.strip()) for value in row) for row in csv.reader(lines, delimiter=separator)]
    if len(filled) != len(lines) or filled[0] > 1:
        return 0
    return next((n for n, values in enumerate(filled) if values >= _FEWEST_COLUMNS), 0)


@contextmanager
def csv_rows(path: Path) -> Iterator["Reader"]:
    """Yield the reader of a CSV file's rows, the first line among them; raises Failed as csv_dialect does."""
    dialect = csv_dialect(path)
    encoding = "utf-8-sig" if dialect.encoding == "utf-8" else dialect.encoding
    with path.open(encoding=encoding, newline="") as file:
        yield csv.reader(file, delimiter=dialect.separator)


class UnevenRow(NamedTuple):
    """A row of a CSV file with more or fewer values than the first line names columns; line counts from 1."""

    line: int
    values: int
    columns: int


def uneven_rows(path: Path) -> Iterator[UnevenRow]:
    """Yield the rows that do not have a value for each column, from the top; raises Failed as csv_dialect does."""
    with csv_rows(path) as reader:
        columns = len(next(reader, []))
        # A row may go over several lines: it begins after the one where the row before it ended.
        begins = reader.line_num + 1
        for row in reader:
            if row and len(row) != columns:
                yield UnevenRow(begins, len(row), columns)
            begins = reader.line_num + 1


def _encoding_of(file: BinaryIO) -> str:
    file.seek(0)
    if _is_utf8(file):
        return "utf-8"
    file.seek(0)
    encoding = "latin-1"
    for piece in iter(lambda: file.read(_PIECE), b""):
        if _OF_NEITHER.search(piece):
            raise Failed("its encoding is neither UTF-8 nor a Western one (Latin-1, Windows-1252): save it as UTF-8")
        encoding = WINDOWS if _OF_WINDOWS.search(piece) else encoding
    return encoding


def _is_utf8(file: BinaryIO) -> bool:
    decoder = getincrementaldecoder("utf-8")()
    try:
        while piece := file.read(_PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
