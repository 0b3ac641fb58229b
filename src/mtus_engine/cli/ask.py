"""mtus ask: ask a person for what a case leaves open and keep each answer, or print what is asked next as JSON."""

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from mtus_engine.api import Checker, CheckOptions
from mtus_engine.cli.ask_person import AskingSession, PlainDocument, document_of_case, facts_of
from mtus_engine.cli.loaded import rules_for
from mtus_engine.cli.options import add_judging
from mtus_engine.ingest.typed import text_of_document
from mtus_engine.loader.folder import read_case
from mtus_engine.loader.whole_file import whole_file
from mtus_engine.report.interview import interview_outline

_HEAD = "# A case with the answers that were given to mtus ask.\n"

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add(commands: "_SubParsersAction[ArgumentParser]", rules: ArgumentParser) -> None:
    """Add the ask command."""
    ask = commands.add_parser("ask", parents=[rules])
    ask.add_argument("case", type=Path, metavar="CASE", help="a case file, such as mtus new writes")
    ask.add_argument("--item", metavar="ITEM", help="the item to ask about; default: each in turn")
    ask.add_argument(
        "--out", type=Path, metavar="FILE", help="keep the answers there; default: CASE.answered.yaml beside the case"
    )
    ask.add_argument(
        "--format", choices=["terminal", "json"], default="terminal", help="json: what is asked next, and nothing asked"
    )
    add_judging(ask)
    ask.set_defaults(run=_ask)


def _ask(options: Namespace) -> int:
    ruleset = rules_for(options)
    checker = Checker(ruleset, CheckOptions(presume=not options.no_presumptions, only_sure=options.only == "sure"))
    name, content = read_case(options.case)
    document, case = document_of_case(name, content, ruleset)
    numbers = [n for n, item in enumerate(case.items) if options.item in {None, item.item}]
    if not numbers:
        items = ", ".join(item.item for item in case.items)
        sys.stderr.write(f"no item {options.item} in {name}: it has {items}\n")
        return 2
    if options.format == "json":
        facts = facts_of(case, checker)
        outlines = [
            interview_outline(case.case, case.items[n].item, checker.interview(case, case.items[n]), facts)
            for n in numbers
        ]
        sys.stdout.write(json.dumps(outlines, ensure_ascii=False, indent=2) + "\n")
        return 0
    if sys.stdin is None or name == "standard input":
        sys.stderr.write("answers are read from standard input: name a case file\n")
        return 2
    out: Path = options.out or options.case.with_name(f"{options.case.stem}.answered.yaml")
    console = Console(stderr=True, highlight=False)

    def keep(after: PlainDocument) -> None:
        with whole_file(out) as beside:
            beside.write_text(text_of_document(after, "schema/case.json", ruleset, _HEAD), encoding="utf-8")

    asking = AskingSession(document, checker, console, keep)
    answered = 0
    for n in numbers:
        answered += asking.item(n, console.input)
        if asking.is_stopped:
            break
    if answered:
        sys.stderr.write(f"{answered} answers kept in {out}; mtus check {out} shows what they come to\n")
    return 0
