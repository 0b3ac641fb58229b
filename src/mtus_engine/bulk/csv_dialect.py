"""How a CSV file is written: its encoding and the sign between its columns, found from the file itself."""

from codecs import getincrementaldecoder
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, NamedTuple

SEPARATORS = (",", ";", "\t", "|")
# A file that is not UTF-8 is read as Latin-1, in which any byte is a sign; Windows-1252 differs from it in a few.
_PIECE = 1 << 20


class CsvDialect(NamedTuple):
    """The encoding, as DuckDB names it, and the sign between two columns."""

    encoding: str
    separator: str


@lru_cache(maxsize=256)
def csv_dialect(path: Path) -> CsvDialect:
    """Return how a CSV file is written: the separator is the sign that stands most often in its first line."""
    with path.open("rb") as file:
        first = file.readline(_PIECE)
        file.seek(0)
        encoding = "utf-8" if _is_utf8(file) else "latin-1"
    head = first.decode("utf-8-sig" if encoding == "utf-8" else encoding, "replace")
    # What stands between quotation marks separates nothing.
    outside = "".join(head.split('"')[::2])
    return CsvDialect(encoding, max(SEPARATORS, key=outside.count))


def _is_utf8(file: BinaryIO) -> bool:
    decoder = getincrementaldecoder("utf-8")()
    try:
        while piece := file.read(_PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
