"""A report of lines and tables, made once and shown in the terminal, as Markdown for a pull request, or as a page."""

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mtus_engine.report.diagnostics import printable_text

_STYLE = Path(__file__).with_name("page.css")


class SheetPart(NamedTuple):
    """One part of a sheet: lines, then text kept as it is (code), then a table where it has headings.

    empty is said where a table has no rows.
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
    yield f"# {_md(sheet.title)}"
    for line in sheet.summary:
        yield f"\n{_md(line)}"
    for part in sheet.parts:
        yield f"\n## {_md(part.title)}"
        for line in part.lines:
            yield f"\n{_md(line)}"
        if part.code:
            # A fence longer than any in the text: nothing in it ends the block.
            yield f"\n````yaml\n{part.code.rstrip()}\n````"
        if part.headings and part.rows:
            yield f"\n| {' | '.join(map(_md, part.headings))} |"
            yield f"|{' --- |' * len(part.headings)}"
            yield from (f"| {' | '.join(map(_md, row))} |" for row in part.rows)
        elif part.headings:
            yield f"\n{part.empty}"


def _md(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    one_line = " ".join(printable_text(text.replace("\n", " ")).split())
    for special in "\\`*_<>|[]":
        one_line = one_line.replace(special, f"\\{special}")
    return one_line


def sheet_page(sheet: Sheet) -> str:
    """Return a sheet as one self-contained page."""
    return "".join(_page(sheet))


def style() -> str:
    """Return the style sheet that all pages carry."""
    return _STYLE.read_text(encoding="utf-8")


def _page(sheet: Sheet) -> Iterator[str]:
    yield (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(sheet.title)}</title>\n<style>\n{style()}</style>\n</head>\n"
        f"<body>\n<h1>{escape(sheet.title)}</h1>\n<main>\n"
    )
    yield from (f"<p>{escape(line)}</p>\n" for line in sheet.summary)
    for n, part in enumerate(sheet.parts, 1):
        yield f'<section id="part-{n}"><h2>{escape(part.title)}</h2>\n'
        yield from (f"<p>{escape(line)}</p>\n" for line in part.lines)
        if part.code:
            yield f"<pre>{escape(part.code)}</pre>\n"
        if part.headings and part.rows:
            yield from _html_table(part)
        elif part.headings:
            yield f"<p>{escape(part.empty)}</p>\n"
        yield "</section>\n"
    yield "</main>\n</body>\n</html>\n"


def _html_table(part: SheetPart) -> Iterator[str]:
    heads = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in part.headings)
    yield f"<table><thead><tr>{heads}</tr></thead>\n<tbody>\n"
    for row in part.rows:
        yield "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>\n"
    yield "</tbody></table>\n"
