"""mtus log: verify the log of decisions, determine its records again, and export it for the audit."""

from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING

from mtus_engine.cli.options import usage_of
from mtus_engine.cli.record import add_record, command_of_extra

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add(commands: "_SubParsersAction[ArgumentParser]", _: ArgumentParser) -> None:
    """Add the log command with its own commands."""
    group = commands.add_parser("log")
    group.set_defaults(run=usage_of(group))
    verbs = group.add_subparsers(title="commands", metavar="COMMAND")
    verify = verbs.add_parser("verify", help="see whether anything in the log was changed; exits with 5 if so")
    verify.add_argument(
        "--head", action="append", type=Path, default=[], metavar="FILE", help="a head that was kept elsewhere"
    )
    verify.set_defaults(run=command_of_extra("log_run", "run_verify"))
    head = verbs.add_parser("head", help="print the signed end of the log, to be kept elsewhere")
    head.add_argument("--out", type=Path, metavar="FILE", help="add it as a line to this file")
    head.set_defaults(run=command_of_extra("log_run", "run_head"))
    replay = verbs.add_parser("replay", help="determine every record again under its own rules; exits with 5 if moved")
    replay.add_argument("--case", metavar="CASE", help="the records of one case, by its id in the case file")
    replay.set_defaults(run=command_of_extra("log_run", "run_replay"))
    export = verbs.add_parser("export", help="write the records for the audit: they hold what cases say")
    export.add_argument("--out", type=Path, required=True, metavar="FILE", help="a name in .ndjson or .parquet")
    export.set_defaults(run=command_of_extra("log_run", "run_export"))
    for verb in (verify, head, replay, export):
        add_record(verb)
