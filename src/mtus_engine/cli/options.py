"""What several commands share: kinds of arguments, exit codes, and the console that a result is printed on."""

import os
import re
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from mtus_engine.model.values import Span, point_span

if TYPE_CHECKING:
    from rich.console import Console

# Exit code where a gate failed: lint, an example, a score, a verification, a change named after --fail-on.
GATE = 5
# Columns of the terminal view in a file or pipe.
WIDTH = 120
# Seconds for a question to Z3, before it is left undecided.
SECONDS = 20


def count(text: str) -> int:
    """Return a number of one or more; argparse shows what is wrong with another text."""
    if not text.isdecimal() or not int(text):
        raise ArgumentTypeError(f"{text} is not a number: write 1 or more")
    return int(text)


def identifier(words: str) -> str:
    """Return words that are an id, such as knee-brace; argparse shows what is wrong with others."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", words):
        raise ArgumentTypeError(f"{words!r} is no id: words of a-z and 0-9 joined by hyphens, such as knee-brace")
    return words


def source_of_rules(words: str) -> str | Path:
    """Return what --rules names: a path, or the name of an installed package as it stands."""
    return words if words.startswith("package:") else Path(words)


def in_force_day(words: str) -> date:
    """Return the first day in force of an edition; argparse shows what is wrong with another text."""
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise ArgumentTypeError(f"{words!r} is no day: write it as 2020-01-31") from None


def day(text: str) -> Span:
    """Return the span of one day, given as YYYY-MM-DD; argparse shows what is wrong with another text."""
    try:
        if len(text) != len("2013-11-05"):
            raise ValueError(text)
        return point_span(date.fromisoformat(text).toordinal())
    except ValueError:
        raise ArgumentTypeError(f"{text} is not a date: write YYYY-MM-DD") from None


def usage_of(parser: ArgumentParser) -> Callable[[Namespace], int]:
    """Return what runs where a group is named without a command: it prints the help of the group and returns 2."""

    def shown(_: Namespace) -> int:
        parser.print_help(sys.stderr)
        return 2

    return shown


def add_judging(command: ArgumentParser) -> None:
    """Add the options --only and --no-presumptions, which commands that judge cases share."""
    command.add_argument(
        "--only", choices=["sure"], help="take nothing as settled that a program read and is not sure of"
    )
    command.add_argument("--no-presumptions", action="store_true", help="presume nothing that the record does not say")


def result_console(out: TextIO | None = None) -> "Console":
    """Return the console for a result: as wide as the terminal, or WIDTH columns in a file or pipe."""
    from rich.console import Console  # noqa: PLC0415 - slow to load, and many commands show nothing with it

    file = sys.stdout if out is None else out
    wide = None if file.isatty() or "COLUMNS" in os.environ else WIDTH
    return Console(file=file, highlight=False, width=wide)
