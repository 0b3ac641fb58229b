"""mtus rules: the commands of those who edit rules, each in a module of its name."""

import sys
from argparse import ArgumentParser
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import _SubParsersAction

COMMANDS = ("new", "import", "lint", "test", "impact", "prove", "coverage", "diff", "book", "schema")


def add(commands: "_SubParsersAction[ArgumentParser]", rules: ArgumentParser) -> None:
    """Add the rules command with its own commands."""
    group = commands.add_parser("rules", help="check rule files, run their examples, write schemas")
    group.set_defaults(run=lambda _: _usage(group))
    verbs = group.add_subparsers(title="commands", metavar="COMMAND")
    for name in COMMANDS:
        import_module(f"mtus_engine.cli.rules_{name}").add(verbs, rules)


def _usage(parser: ArgumentParser) -> int:
    parser.print_help(sys.stderr)
    return 2
