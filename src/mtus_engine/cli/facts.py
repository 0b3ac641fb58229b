"""mtus facts: every fact of the vocabulary, with the question that asks for it."""

import json
import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mtus_engine.cli.loaded import rules_to_work_on
from mtus_engine.cli.treatments import unknown_treatment
from mtus_engine.model.fact import Fact
from mtus_engine.report.template import base_facts_for
from mtus_engine.report.vocabulary import fact_entry, type_words

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add(commands: "_SubParsersAction[ArgumentParser]", rules: ArgumentParser) -> None:
    """Add the facts command."""
    facts = commands.add_parser("facts", parents=[rules])
    facts.add_argument(
        "treatment", nargs="?", help="only what is asked for this treatment, as mtus treatments lists it"
    )
    facts.add_argument("--format", choices=["terminal", "json"], default="terminal")
    facts.set_defaults(run=_facts)


def _facts(options: Namespace) -> int:
    ruleset = rules_to_work_on(options)
    facts = sorted(ruleset.facts.values(), key=lambda fact: (fact.order, fact.name))
    if options.treatment is not None:
        members = tuple(name for name, _ in ruleset.facts[ruleset.roles.treatment].members)
        if options.treatment not in members:
            return unknown_treatment(options.treatment, members)
        asked = set(base_facts_for(options.treatment, ruleset))
        facts = [fact for fact in facts if fact.name in asked]
    if options.format == "json":
        sys.stdout.write(json.dumps([fact_entry(fact) for fact in facts], ensure_ascii=False, indent=2) + "\n")
        return 0
    table = Table(pad_edge=False)
    table.add_column("Fact", no_wrap=True, min_width=max(len(fact.name) for fact in facts))
    table.add_column("Type", overflow="fold")
    table.add_column("Question", overflow="fold")
    for fact in facts:
        table.add_row(Text(fact.name), Text(type_words(fact)), Text(_question(fact)))
    Console(highlight=False).print(table)
    return 0


def _question(fact: Fact) -> str:
    presumed = fact_entry(fact)["presume"]
    asked = fact.question or f"{fact.label} (computed)"
    return f"{asked} (presumed: {presumed})" if presumed else asked
