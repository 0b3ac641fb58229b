"""mtus sentences: a decision's sentences with the places that case files cite."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from mtus_engine.ingest.layout import laid_out
from mtus_engine.ingest.pdf import LARGEST_FILE, Unreadable, text_of
from mtus_engine.ingest.sentences import sentences
from mtus_engine.loader.limited import limited_bytes, limited_input
from mtus_engine.report.diagnostics import printable_text

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add(commands: "_SubParsersAction[ArgumentParser]", _: ArgumentParser) -> None:
    """Add the sentences command."""
    command = commands.add_parser("sentences", help="print a decision's sentences with the places that case files cite")
    command.add_argument("record", type=Path, metavar="FILE", help="a decision as PDF or text, or - for standard input")
    command.set_defaults(run=_sentences)


def _sentences(options: Namespace) -> int:
    content = limited_input(LARGEST_FILE) if str(options.record) == "-" else limited_bytes(options.record, LARGEST_FILE)
    try:
        text = text_of(content)
    except Unreadable as error:
        sys.stderr.write(f"{options.record}: {error}\n")
        return 1
    sys.stdout.writelines(f"{one.place}\t{printable_text(one.text)}\n" for one in sentences(laid_out(text)))
    return 0
