"""mtus rules new: a guideline of one's own, as a rule file and its examples with what must be filled in."""

import shutil
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mtus_engine.api import load_rules, shipped_rules
from mtus_engine.cli.options import identifier, in_force_day
from mtus_engine.cli.treatments import unknown_treatment
from mtus_engine.loader.packs import read_layer
from mtus_engine.loader.whole_file import write_new
from mtus_engine.policy.rule_template import new_guideline

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add(verbs: "_SubParsersAction[ArgumentParser]", _: ArgumentParser) -> None:
    """Add the new command."""
    command = verbs.add_parser("new")
    command.add_argument(
        "guideline", metavar="GUIDELINE", nargs="?", type=identifier, help="its id, such as knee-brace"
    )
    command.add_argument("--covers", metavar="TREATMENT", help="a treatment as mtus treatments lists it")
    command.add_argument(
        "--from", dest="in_force", type=in_force_day, metavar="DATE", help="its first day in force: YYYY-MM-DD"
    )
    command.add_argument(
        "--rules", type=Path, metavar="FOLDER", help="your rules or pack; begun with those shipped if not there"
    )
    command.set_defaults(run=_new)


# What is asked of a person at the terminal where an option was left out, and what is said where nobody can be asked.
_ASKED: tuple[tuple[str, str, str, Callable[[str], object]], ...] = (
    (
        "guideline",
        "Id of the guideline, such as knee-brace",
        "the id of the guideline is missing, such as knee-brace",
        identifier,
    ),
    (
        "covers",
        "Treatment that it covers, as mtus treatments lists it",
        "the treatment that it covers is missing: mtus treatments lists them",
        str,
    ),
    (
        "in_force",
        "Its first day in force, such as 2020-01-31",
        "its first day in force is missing, such as 2020-01-31",
        in_force_day,
    ),
    ("rules", "Folder of your rules or pack", "the folder of your rules or pack is missing", Path),
)


def _ask_for_the_rest(options: Namespace) -> bool:
    """Ask for what was left out, if a person is there; return whether all is known."""
    for name, question, missing, read in _ASKED:
        while getattr(options, name) is None:
            if sys.stdin is None or not sys.stdin.isatty():
                named = "GUIDELINE --covers TREATMENT --from DATE --rules FOLDER"
                sys.stderr.write(f"{missing}; write mtus rules new {named}\n")
                return False
            sys.stderr.write(f"{question}: ")
            sys.stderr.flush()
            if not (line := sys.stdin.readline()):
                return False
            try:
                setattr(options, name, read(line.strip()) if line.strip() else None)
            except ArgumentTypeError as error:
                sys.stderr.write(f"{error}\n")
    return True


def _new(options: Namespace) -> int:
    if not _ask_for_the_rest(options):
        return 2
    folder: Path = options.rules
    if not folder.exists():
        shutil.copytree(shipped_rules(), folder)
        sys.stderr.write(f"{folder} begun with the rules that are shipped\n")
    manifest = read_layer(folder).manifest
    ruleset = load_rules(folder, manifest.jurisdiction.id if manifest is not None else None)
    members = tuple(name for name, _ in ruleset.facts[ruleset.roles.treatment].members)
    if options.covers not in members:
        own = f"and you may add your own to the members of {ruleset.roles.treatment} in {folder / 'vocabulary.yaml'}"
        return unknown_treatment(options.covers, members, own)
    made = new_guideline(options.guideline, options.covers, options.in_force, ruleset)
    rules = folder / options.guideline / f"{options.in_force.isoformat()}.yaml"
    examples = rules.with_suffix(".test.yaml")
    if taken := [path for path in (rules, examples) if path.exists()]:
        sys.stderr.write(f"{taken[0]} is there already and is left as it is: name another guideline or day\n")
        return 1
    rules.parent.mkdir(exist_ok=True)
    write_new(rules, made.rules)
    write_new(examples, made.examples)
    sys.stdout.write(f"{rules}\n{examples}\n")
    sys.stderr.write(f"fill them in, and ask mtus rules lint --rules {folder} what is left\n")
    return 0
