"""A report of lines and tables, made once and shown in the terminal, as Markdown for a pull request, or as a page."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mtus_engine.report.diagnostics import printable_text
from mtus_engine.report.pages import report_pages


class SheetPart(NamedTuple):
    """One part of a sheet: lines, then text kept as it is (code), then a table if headings are given.

    empty is the text shown in place of a table without rows.
    """

    title: str
    lines: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    rows: Sequence[tuple[str, ...]] = ()
    empty: str = "none"
    code: str = ""


class Sheet(NamedTuple):
    """A report: its title, what it says in a few lines, and its parts."""

    title: str
    summary: tuple[str, ...]
    parts: tuple[SheetPart, ...] = ()


def show_sheet(sheet: Sheet, console: Console) -> None:
    """Print a sheet."""
    console.print(Text(printable_text(sheet.title), style="bold"))
    for line in sheet.summary:
        console.print(Text(printable_text(line)))
    for part in sheet.parts:
        console.print()
        console.print(Text(printable_text(part.title), style="bold"))
        for line in part.lines:
            console.print(Text(printable_text(line)))
        for line in part.code.splitlines():
            console.print(Text(printable_text(line)))
        if part.headings and part.rows:
            console.print(_table(part))
        elif part.headings:
            console.print(Text(part.empty, style="dim"))


def _table(part: SheetPart) -> Table:
    table = Table(pad_edge=False, highlight=False)
    for heading in part.headings:
        table.add_column(heading, overflow="fold")
    for row in part.rows:
        table.add_row(*(Text(printable_text(cell)) for cell in row))
    return table


def markdown(sheet: Sheet) -> str:
    """Return a sheet as Markdown."""
    return "\n".join(_markdown(sheet)) + "\n"


def _markdown(sheet: Sheet) -> Iterator[str]:
    yield f"# {markdown_text(sheet.title)}"
    for line in sheet.summary:
        yield f"\n{markdown_text(line)}"
    for part in sheet.parts:
        yield f"\n## {markdown_text(part.title)}"
        for line in part.lines:
            yield f"\n{markdown_text(line)}"
        if part.code:
            # A fence longer than any in the text, so that none of them ends the block.
            fence = "`" * max(3, 1 + max((len(one) for one in re.findall(r"`+", part.code)), default=0))
            yield f"\n{fence}yaml\n{part.code.rstrip()}\n{fence}"
        if part.headings and part.rows:
            yield f"\n| {' | '.join(map(markdown_text, part.headings))} |"
            yield f"|{' --- |' * len(part.headings)}"
            yield from (f"| {' | '.join(map(markdown_text, row))} |" for row in part.rows)
        elif part.headings:
            yield f"\n{part.empty}"


def markdown_text(text: str) -> str:
    """Return text on one line, with special characters escaped so that Markdown shows it unchanged."""
    one_line = " ".join(printable_text(text.replace("\n", " ")).split())
    for special in "\\`*_<>|[]":
        one_line = one_line.replace(special, f"\\{special}")
    return one_line


def sheet_page(sheet: Sheet, back: tuple[str, str] | None = None) -> str:
    """Return a sheet as one self-contained page; back is the address and the name of the page it belongs to."""
    return report_pages().text("sheet.html", title=sheet.title, sheet=sheet, back=back)
