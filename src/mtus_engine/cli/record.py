"""What the commands of the record share: where it lies, and the one door to what the extra installs."""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

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


def at_door(module: str, verb: str) -> Callable[[Namespace], int]:
    """Return a command that a module of its own runs, loaded only then: it needs what the extra installs.

    What is wrong with the store, or is to be installed, is said in a line.
    """

    def run(options: Namespace) -> int:
        try:
            commands, guard = (import_module(f"mtus_engine.cli.{name}") for name in (module, "record_run"))
        except ImportError as error:
            sys.stderr.write(f"this needs further packages: pip install 'mtus-engine[serve]' ({error})\n")
            return 1
        code: int = guard.guarded(getattr(commands, verb), options)
        return code

    return run
