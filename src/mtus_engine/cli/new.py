"""mtus new: an empty case for a treatment, with every question."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from mtus_engine.cli.loaded import rules_to_work_on
from mtus_engine.cli.treatments import unknown_treatment
from mtus_engine.loader.whole_file import write_new
from mtus_engine.report.template import case_template

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add(commands: "_SubParsersAction[ArgumentParser]", rules: ArgumentParser) -> None:
    """Add the new command."""
    new = commands.add_parser("new", parents=[rules])
    new.add_argument("treatment", metavar="TREATMENT", help="a treatment as mtus treatments lists it")
    new.add_argument(
        "--out", type=Path, metavar="FILE", help="write there instead of standard output; never over a file"
    )
    new.set_defaults(run=_new)


def _new(options: Namespace) -> int:
    ruleset = rules_to_work_on(options)
    members = tuple(name for name, _ in ruleset.facts[ruleset.roles.treatment].members)
    if options.treatment not in members:
        return unknown_treatment(options.treatment, members)
    text = case_template(options.treatment, ruleset)
    if options.out is None:
        sys.stdout.write(text)
        return 0
    try:
        write_new(options.out, text)
    except FileExistsError:
        sys.stderr.write(f"{options.out} is there already and is left as it is: name another file\n")
        return 1
    sys.stderr.write(f"{options.out} written: remove the # before each fact that the record gives\n")
    return 0
