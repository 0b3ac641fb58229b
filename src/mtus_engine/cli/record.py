"""What the commands of the record share: where it lies, and the one place that loads the serve extra."""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

# Environment variables for the data folder and the database, where the command line does not name them.
DATA = "MTUS_DATA"
DATABASE = "MTUS_DATABASE"


def add_record(command: ArgumentParser) -> None:
    """Add the options that say where the record lies: --data and --database."""
    command.add_argument(
        "--data", type=Path, metavar="FOLDER", help=f"the data folder (default: ${DATA}, else your own)"
    )
    command.add_argument(
        "--database",
        metavar="ADDRESS",
        help=f"postgresql+psycopg://user@host/name (default: ${DATABASE}, else a file in the data folder)",
    )


def data_folder(options: Namespace) -> Path:
    """Return the data folder that --data or MTUS_DATA names, else the person's own."""
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


def command_of_extra(module: str, verb: str) -> Callable[[Namespace], int]:
    """Return a command that runs the verb of a module, loaded only then: it needs the serve extra.

    Where the extra is missing, or the store refuses, it says so in one line and returns 1.
    """

    def run(options: Namespace) -> int:
        try:
            commands, guard = (import_module(f"mtus_engine.cli.{name}") for name in (module, "record_run"))
        except ImportError as error:
            sys.stderr.write(f"this needs further packages: pip install 'mtus-engine[serve]' ({error})\n")
            return 1
        code: int = guard.run_guarded(getattr(commands, verb), options)
        return code

    return run
