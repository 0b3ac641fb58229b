"""mtus audit: cases set beside their reviewers' decisions."""

import sys
from argparse import ArgumentParser, Namespace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from mtus_engine.cli.loaded import rules_for
from mtus_engine.cli.options import add_judging, count
from mtus_engine.model.audited import ReadingKind

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add(commands: "_SubParsersAction[ArgumentParser]", rules: ArgumentParser) -> None:
    """Add the audit command."""
    command = commands.add_parser("audit", parents=[rules])
    command.add_argument("cases", nargs="+", type=Path, metavar="CASES", help="case files, or folders of them")
    command.add_argument("--out", type=Path, metavar="FOLDER", help="write items, numbers and a report there")
    command.add_argument(
        "--reading",
        choices=[kind.value for kind in ReadingKind],
        default="before",
        help="what every table, list and figure is of: facts known before the decision (default), all facts, or "
        "verified text alone",
    )
    help_ = "show the reviewer's words beside each item, from the decisions in this folder"
    command.add_argument("--records", type=Path, metavar="FOLDER", help=help_)
    command.add_argument("--save-experience", type=Path, metavar="FILE", help="write outcomes by class, without facts")
    command.add_argument("--with-names", action="store_true", help="keep in that file which item each outcome is of")
    command.add_argument("--second", type=Path, metavar="CASES", help="compare with a second coding of the decisions")
    command.add_argument("--sample", type=count, metavar="N", help="draw N items for a second review")
    command.add_argument("--seed", type=int, default=0, metavar="S", help="draw the same sample again (default 0)")
    add_judging(command)
    command.set_defaults(run=_audit)


def _audit(options: Namespace) -> int:
    if len(options.cases) == 1 and (options.cases[0] / "run.json").exists():
        return _audit_output(options)
    # The statistics are an optional part: what needs them is loaded here and nowhere else.
    try:
        module = import_module("mtus_engine.cli.audit_run")
    except ImportError as error:
        sys.stderr.write(f"mtus audit needs further packages: pip install 'mtus-engine[audit]' ({error})\n")
        return 1
    code: int = module.run(options)
    return code


def _audit_output(options: Namespace) -> int:
    """Audit the output of mtus bulk, whose rows hold statuses and no text of cases; return the exit code."""
    given = [
        name for name in ("out", "sample", "records", "save_experience", "second") if getattr(options, name) is not None
    ]
    if given or options.no_presumptions or options.reading != "before":
        sys.stderr.write("the output of a bulk run is audited as it is: no other option has a meaning for it\n")
        return 2
    try:
        module = import_module("mtus_engine.cli.bulk_run")
    except ImportError as error:
        sys.stderr.write(f"this needs further packages: pip install 'mtus-engine[bulk]' ({error})\n")
        return 1
    code: int = module.audit(options.cases[0], rules_for(options))
    return code
