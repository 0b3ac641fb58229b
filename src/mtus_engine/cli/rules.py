"""mtus rules: the commands of those who edit rules, each in a module of its name."""

from argparse import ArgumentParser
from importlib import import_module
from typing import TYPE_CHECKING

from mtus_engine.cli.options import usage_of

if TYPE_CHECKING:
    from argparse import _SubParsersAction

COMMANDS = {
    "new": "write a rule file and examples for a guideline, to be filled in",
    "import": "make a decision table of a CSV: a column headed by a fact says when, the others give figures",
    "lint": "report every mistake in the rule files and their examples",
    "test": "run the examples beside the rules",
    "impact": "show what an edit of the rules changes on cases",
    "prove": "prove what an edit can change on any case, or show a case",
    "coverage": "show what the examples beside the rules leave unshown",
    "diff": "show what changed between two editions of a guideline",
    "book": "write the rules as a book, one page per edition",
    "schema": "write the JSON Schemas of all files",
}


def add(commands: "_SubParsersAction[ArgumentParser]", rules: ArgumentParser, verb: str | None) -> None:
    """Add the rules command with its own commands; of those only the one that is given is loaded."""
    group = commands.add_parser("rules")
    group.set_defaults(run=usage_of(group))
    verbs = group.add_subparsers(title="commands", metavar="COMMAND")
    for name, help_ in COMMANDS.items():
        if name == verb:
            import_module(f"mtus_engine.cli.rules_{name}").add(verbs, rules)
            verbs.choices[name].description = f"{help_[0].upper()}{help_[1:]}."
        else:
            verbs.add_parser(name, help=help_)
