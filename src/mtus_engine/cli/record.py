"""What the commands of the record share: where it lies, and its errors as messages."""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mtus_engine.store.record import Record

# Where the record lies, and in which database, where the command line does not say.
DATA = "MTUS_DATA"
DATABASE = "MTUS_DATABASE"


def add_record(command: ArgumentParser) -> None:
    """Add where the record lies."""
    command.add_argument(
        "--data", type=Path, metavar="FOLDER", help=f"the data folder (default: ${DATA}, else your own)"
    )
    command.add_argument(
        "--database",
        metavar="ADDRESS",
        help=f"postgresql+psycopg://user@host/name (default: ${DATABASE}, else a file in the data folder)",
    )


def data_folder(options: Namespace) -> Path:
    """Return the data folder that is named, else the person's own."""
    if options.data is not None:
        return Path(options.data)
    if named := os.environ.get(DATA):
        return Path(named)
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "mtus"


def database_named(options: Namespace) -> str | None:
    """Return the address of the database that is named, None for the file in the data folder."""
    named: str | None = options.database or os.environ.get(DATABASE)
    return named or None


def record_of(options: Namespace, *, may_begin: bool = False, must_match: bool = True) -> "Record":
    """Return the record that the options name, open; a new one is begun only where it may."""
    from mtus_engine.store.record import open_record  # noqa: PLC0415 - the one door of the optional extra

    return open_record(data_folder(options), database_named(options), may_begin=may_begin, must_match=must_match)


def counted(number: int, one: str) -> str:
    """Return a number with the word for what it counts."""
    many = f"{one[:-1]}ies" if one.endswith("y") else f"{one}s"
    return f"{number:,} {one if number == 1 else many}"


def with_store(run: Callable[[Namespace], int]) -> Callable[[Namespace], int]:
    """Return a command that says in a line what is wrong with the store, or what is to be installed."""

    def guarded(options: Namespace) -> int:
        try:
            from mtus_engine.store.faults import refusals  # noqa: PLC0415 - the one door of the optional extra
        except ImportError as error:
            sys.stderr.write(f"this needs further packages: pip install 'mtus-engine[serve]' ({error})\n")
            return 1
        try:
            return run(options)
        except refusals() as refused:
            from mtus_engine.store.faults import refusal_words  # noqa: PLC0415 - loaded above

            sys.stderr.write(f"{refusal_words(refused)}\n")
            return 1

    return guarded
