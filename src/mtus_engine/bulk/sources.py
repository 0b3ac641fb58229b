"""The files of a bulk run: tables in Parquet, CSV or NDJSON, named one by one, by a folder or by a pattern."""

import glob
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from mtus_engine.model.diagnostic import Diagnostic, Rejected

# What is a number alone in a text: "28", or "28.0" as spreadsheets write it; the first group is the number.
BARE_NUMBER = r"^([0-9]+)(\.0+)?$"

Format = Literal["parquet", "csv", "ndjson"]

FORMATS: dict[str, Format] = {
    ".parquet": "parquet",
    ".csv": "csv",
    ".tsv": "csv",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
}


class TableFile(NamedTuple):
    """One file of a table, with its format, its size in bytes, and when it was last written, as its system counts.

    columns are those that are read under another name: the file's, and ours. units are what bare numbers of some of
    these count, by our name: weeks, days or months.
    """

    path: Path
    format: Format
    size: int
    written: int = 0
    columns: tuple[tuple[str, str], ...] = ()
    units: tuple[tuple[str, str], ...] = ()


def sources(given: Sequence[str], out: Path | None = None) -> tuple[TableFile, ...]:
    """Return the files that names, folders and patterns stand for, in order, without those in the folder out.

    Raises Rejected with all that is wrong.
    """
    found: dict[Path, TableFile] = {}
    problems: list[Diagnostic] = []
    for words in given:
        paths = _paths(words)
        if not paths:
            problems.append(_problem(words, "MT111", "no such file or folder", "check the path"))
        listed = [path for path in paths if path.suffix.lower() in FORMATS and not _is_in(path, out)]
        if paths and not listed:
            cure = f"files end in {', '.join(FORMATS)}"
            problems.append(_problem(words, "MT112", "no table of cases here", cure))
        for path in listed:
            found_now = path.stat()
            if found_now.st_size == 0:
                problems.append(_problem(path.as_posix(), "MT109", "the file is empty", "name a table of cases"))
            kind = FORMATS[path.suffix.lower()]
            found[path.resolve()] = TableFile(path.resolve(), kind, found_now.st_size, found_now.st_mtime_ns)
    if problems:
        raise Rejected(tuple(problems))
    return tuple(found.values())


def _paths(words: str) -> list[Path]:
    path = Path(words)
    if path.is_dir():
        return sorted(one for one in path.rglob("*") if one.is_file() and not _is_hidden(one.relative_to(path)))
    return [path] if path.exists() else sorted(Path(name) for name in glob.glob(words, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern


def _is_in(path: Path, out: Path | None) -> bool:
    return out is not None and out.resolve() in path.resolve().parents


def _is_hidden(path: Path) -> bool:
    return any(part.startswith((".", "_")) for part in path.parts)


def _problem(name: str, code: str, message: str, cure: str) -> Diagnostic:
    return Diagnostic(code, name, 1, 1, message, cure)
