"""mtus store: back up, restore, check and migrate the record, and take old cases away."""

import re
from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from mtus_engine.cli.options import usage_of
from mtus_engine.cli.record import add_record, command_of_extra

if TYPE_CHECKING:
    from argparse import _SubParsersAction

# The greatest age of cases that --older-than takes, in years.
_MOST_YEARS = 100


def add(commands: "_SubParsersAction[ArgumentParser]", _: ArgumentParser) -> None:
    """Add the store command with its own commands."""
    group = commands.add_parser("store")
    group.set_defaults(run=usage_of(group))
    verbs = group.add_subparsers(title="commands", metavar="COMMAND")
    backup = verbs.add_parser("backup", help="copy the whole record, as it is at one moment, into a new file")
    backup.add_argument("file", type=Path, metavar="FILE")
    backup.set_defaults(run=command_of_extra("store_run", "run_backup"))
    restore = verbs.add_parser("restore", help="copy a backup into an empty record: another folder, or PostgreSQL")
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.set_defaults(run=command_of_extra("store_run", "run_restore"))
    check = verbs.add_parser("check", help="see whether all that is kept is whole; exits with 5 if not")
    check.set_defaults(run=command_of_extra("store_run", "run_check"))
    moved = verbs.add_parser("migrate", help="bring the tables to what this version needs")
    moved.add_argument("--application", metavar="ROLE", help="PostgreSQL: let this role add to the log, and no more")
    moved.add_argument("--retention", metavar="ROLE", help="PostgreSQL: let this role take old cases away")
    moved.set_defaults(run=command_of_extra("store_run", "run_migrate"))
    purge = verbs.add_parser("purge", help="take old cases away for good, here, in backups and in exports")
    purge.add_argument("--older-than", type=_age, metavar="AGE", help="cases that nobody changed for so long: 7y, 90d")
    purge.add_argument("--by", required=True, metavar="LOGIN", help="who does it: has the role retention")
    purge.add_argument(
        "--in", dest="copies", action="append", type=Path, default=[], metavar="FILE", help="a backup, or an export"
    )
    purge.add_argument("--yes", action="store_true", help="do not ask")
    purge.set_defaults(run=command_of_extra("store_run", "run_purge"))
    for verb in (backup, restore, check, moved, purge):
        add_record(verb)


def _age(text: str) -> timedelta:
    match = re.fullmatch(r"(\d{1,5})([yd])", text)
    days = int(match[1]) * (365 if match[2] == "y" else 1) if match else 0
    if match is None or days > 365 * _MOST_YEARS:
        raise ArgumentTypeError(f"{text} is no age: write 7y for seven years of 365 days, or 90d for ninety days")
    return timedelta(days=days)
