"""mtus treatments: the treatments of the vocabulary and the guidelines that cover them."""

import json
import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mtus_engine.cli.loaded import rules_to_work_on
from mtus_engine.model.diagnostic import did_you_mean
from mtus_engine.report.diagnostics import printable_text
from mtus_engine.report.vocabulary import covering_editions

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add(commands: "_SubParsersAction[ArgumentParser]", rules: ArgumentParser) -> None:
    """Add the treatments command."""
    treatments = commands.add_parser("treatments", parents=[rules])
    treatments.add_argument("--format", choices=["terminal", "json"], default="terminal")
    treatments.set_defaults(run=_treatments)


def _treatments(options: Namespace) -> int:
    ruleset = rules_to_work_on(options)
    members = ruleset.facts[ruleset.roles.treatment].members
    entries = [
        {"treatment": name, "label": label, "editions": covering_editions(name, ruleset.editions)}
        for name, label in members
    ]
    if options.format == "json":
        sys.stdout.write(json.dumps(entries, ensure_ascii=False, indent=2) + "\n")
        return 0
    table = Table(pad_edge=False)
    table.add_column("Treatment", no_wrap=True, min_width=max(len(name) for name, _ in members))
    table.add_column("In words")
    table.add_column("Guidelines, those that take precedence first")
    for name, label in members:
        table.add_row(
            Text(name), Text(label), Text("\n".join(covering_editions(name, ruleset.editions)) or "none encoded")
        )
    Console(highlight=False).print(table)
    return 0


def unknown_treatment(word: str, members: tuple[str, ...], further: str = "") -> int:
    """Write that a treatment is unknown, a near one, and what helps (further is added); return the exit code."""
    near = did_you_mean(word, members)
    cure = "mtus treatments lists them all" + (f", {further}" if further else "")
    sys.stderr.write(f"unknown treatment {printable_text(word)}{near}\n  help: {cure}\n")
    return 2
