"""A report written in the format that was asked for, to a file or to standard output."""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from mtus_engine.cli.options import result_console
from mtus_engine.loader.whole_file import whole_file, write_whole
from mtus_engine.model.diagnostic import Diagnostic
from mtus_engine.report.diagnostics import diagnostics_github, diagnostics_sarif
from mtus_engine.report.sheet import Sheet, markdown, sheet_page, show_sheet

VIEWS = ("terminal", "json", "markdown", "html")
# Formats in which code scanners and pull requests read what a check found.
CHECKS = ("sarif", "github")
SheetFound = Callable[[], Iterable[Diagnostic]]


def add_format(command: ArgumentParser, further: tuple[str, ...] = ()) -> None:
    """Add the options of a report; further are formats beyond those of every report."""
    command.add_argument("--format", choices=[*VIEWS, *further], default="terminal")
    command.add_argument("--out", type=Path, metavar="FILE", help="write there instead of standard output")


def write_sheet(sheet: Sheet, outline: Mapping[str, object], options: Namespace, found: SheetFound = tuple) -> None:
    """Write a sheet, its outline as JSON, or what a check found; a file is written whole or not at all."""
    if options.out is None:
        if options.format == "terminal":
            show_sheet(sheet, result_console())
        else:
            sys.stdout.write(_text(sheet, outline, options, found))
        return
    with whole_file(options.out) as beside, beside.open("w", encoding="utf-8") as out:
        if options.format == "terminal":
            show_sheet(sheet, result_console(out))
        else:
            out.write(_text(sheet, outline, options, found))


def _text(sheet: Sheet, outline: Mapping[str, object], options: Namespace, found: SheetFound) -> str:
    match options.format:
        case "sarif":
            return diagnostics_sarif(tuple(found()), "mtus rules")
        case "github":
            return diagnostics_github(tuple(found()))
        case "json":
            return json.dumps(outline, ensure_ascii=False, indent=2) + "\n"
        case "markdown":
            return markdown(sheet)
        case _:
            return sheet_page(sheet)


def write_cases(cases: Iterable[tuple[str, str]], folder: Path) -> None:
    """Write each case, given as name and text, to NAME.yaml in the folder; empty texts are left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in cases:
        if text:
            path = folder / f"{name}.yaml"
            write_whole(path, text)
            sys.stderr.write(f"{path} written\n")
