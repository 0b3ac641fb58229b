"""mtus new and mtus sentences: writing cases."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from mtus_engine.api import load_rules, shipped_rules
from mtus_engine.cli.lists import unknown_treatment
from mtus_engine.ingest.sentences import sentences
from mtus_engine.report.diagnostics import plain
from mtus_engine.report.template import case_template

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add(commands: "_SubParsersAction[ArgumentParser]", rules: ArgumentParser) -> None:
    """Add the new and sentences commands."""
    new = commands.add_parser("new", parents=[rules], help="write an empty case for a treatment, with every question")
    new.add_argument("treatment", metavar="TREATMENT", help="a treatment as mtus treatments lists it")
    new.add_argument(
        "--out", type=Path, metavar="FILE", help="write there instead of standard output; never over a file"
    )
    new.set_defaults(run=_new)
    number = commands.add_parser("sentences", help="print a decision's sentences with the places that case files cite")
    number.add_argument("record", type=Path, metavar="FILE", help="the text of a decision, or - for standard input")
    number.set_defaults(run=_sentences)


def _new(options: Namespace) -> int:
    ruleset = load_rules(options.rules or shipped_rules())
    members = tuple(name for name, _ in ruleset.facts[ruleset.roles.treatment].members)
    if options.treatment not in members:
        return unknown_treatment(options.treatment, members)
    text = case_template(options.treatment, ruleset)
    if options.out is None:
        sys.stdout.write(text)
        return 0
    try:
        with options.out.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        sys.stderr.write(f"{options.out} is there already and is left as it is: name another file\n")
        return 1
    sys.stderr.write(f"{options.out} written: remove the # before each fact that the record gives\n")
    return 0


def _sentences(options: Namespace) -> int:
    content = sys.stdin.buffer.read() if str(options.record) == "-" else options.record.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        sys.stderr.write(f"{options.record}: not UTF-8 text; convert a PDF to text first\n")
        return 1
    sys.stdout.writelines(f"{sentence.place}\t{plain(sentence.text)}\n" for sentence in sentences(text))
    return 0
