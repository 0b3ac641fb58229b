"""mtus sentences: a decision's sentences with the places that case files cite."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from mtus_engine.ingest.sentences import sentences
from mtus_engine.report.diagnostics import printable_text

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add(commands: "_SubParsersAction[ArgumentParser]", _: ArgumentParser) -> None:
    """Add the sentences command."""
    command = commands.add_parser("sentences", help="print a decision's sentences with the places that case files cite")
    command.add_argument("record", type=Path, metavar="FILE", help="the text of a decision, or - for standard input")
    command.set_defaults(run=_sentences)


def _sentences(options: Namespace) -> int:
    content = sys.stdin.buffer.read() if str(options.record) == "-" else options.record.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        sys.stderr.write(f"{options.record}: not UTF-8 text; convert a PDF to text first\n")
        return 1
    sys.stdout.writelines(f"{sentence.place}\t{printable_text(sentence.text)}\n" for sentence in sentences(text))
    return 0
