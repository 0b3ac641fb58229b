"""A report written in the format that was asked for, to a file or to standard output."""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from rich.console import Console

from mtus_engine.model.diagnostic import Diagnostic
from mtus_engine.report.diagnostics import diagnostics_github, diagnostics_sarif
from mtus_engine.report.sheet import Sheet, markdown, sheet_page, show_sheet

WIDTH = 120


def near(path: Path) -> Path:
    """Return a path as seen from the folder we are in, where it is below it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


VIEWS = ("terminal", "json", "markdown", "html")
# What scanners and pull requests read of a check.
CHECKS = ("sarif", "github")
Found = Callable[[], Iterable[Diagnostic]]


def add_format(command: ArgumentParser, further: tuple[str, ...] = ()) -> None:
    """Add the options of a report; further are formats beyond those of every report."""
    command.add_argument("--format", choices=[*VIEWS, *further], default="terminal")
    command.add_argument("--out", type=Path, metavar="FILE", help="write there instead of standard output")


def write_sheet(sheet: Sheet, outline: Mapping[str, object], options: Namespace, found: Found = tuple) -> None:
    """Write a sheet, its outline as JSON, or what a check found; a file is put in its place whole."""
    if options.out is None:
        if options.format == "terminal":
            show_sheet(sheet, Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH))
        else:
            sys.stdout.write(_text(sheet, outline, options, found))
        return
    part = options.out.with_name(f"{options.out.name}.part")
    try:
        with part.open("w", encoding="utf-8") as out:
            if options.format == "terminal":
                show_sheet(sheet, Console(file=out, highlight=False, width=WIDTH))
            else:
                out.write(_text(sheet, outline, options, found))
        part.replace(options.out)
    finally:
        part.unlink(missing_ok=True)


def _text(sheet: Sheet, outline: Mapping[str, object], options: Namespace, found: Found) -> str:
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
