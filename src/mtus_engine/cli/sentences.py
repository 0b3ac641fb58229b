"""mtus sentences: the sentences of a decision or paper with the places that case files cite."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from mtus_engine.cli.loaded import rule_sources, rules_for
from mtus_engine.ingest.decision import decision
from mtus_engine.ingest.drafter import extraction_rules
from mtus_engine.ingest.layout import laid_out, laid_out_pages
from mtus_engine.ingest.papers.kinds import kind_of_paper
from mtus_engine.ingest.papers.passages import passages
from mtus_engine.ingest.pdf import LARGEST_FILE, Unreadable, text_of
from mtus_engine.ingest.sentences import Sentence, sentences
from mtus_engine.loader.limited import limited_bytes, limited_input
from mtus_engine.report.diagnostics import printable_text

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add(commands: "_SubParsersAction[ArgumentParser]", rules: ArgumentParser) -> None:
    """Add the sentences command."""
    command = commands.add_parser("sentences", parents=[rules])
    command.add_argument("record", type=Path, metavar="FILE", help="a decision or paper as PDF or text, or - for input")
    command.set_defaults(run=_sentences)


def _sentences(options: Namespace) -> int:
    content = limited_input(LARGEST_FILE) if str(options.record) == "-" else limited_bytes(options.record, LARGEST_FILE)
    try:
        text = text_of(content)
    except Unreadable as error:
        sys.stderr.write(f"{options.record}: {error}\n")
        return 1
    laid = laid_out(text)
    listed = sentences(laid) if decision(laid).items else _sentences_of_paper(options, text) or sentences(laid)
    sys.stdout.writelines(f"{one.place}\t{printable_text(one.text)}\n" for one in listed)
    return 0


def _sentences_of_paper(options: Namespace, text: str) -> tuple[Sentence, ...]:
    """Return the sentences of a paper of a utilization review, none where it is no such paper."""
    ruleset = rules_for(options)
    rules = extraction_rules(rule_sources(options), ruleset)
    pages = laid_out_pages(text, in_columns=True)
    if kind_of_paper(pages, rules.papers, rules.phrases.get(ruleset.roles.treatment, {})) is None:
        return ()
    found = passages(options.record.name, pages, rules.papers.labels)
    return tuple(sentence for one in found for sentence in one.sentences)
