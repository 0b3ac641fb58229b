"""The rule book as pages that open from the file system, and as Markdown."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mtus_engine.report.pages import report_pages
from mtus_engine.report.sheet import Sheet, SheetPart, markdown, markdown_text, sheet_page
from mtus_engine.wording.statuses import DISCLAIMER

TITLE = "Rule book"
MARKS = (
    "Unverified: not seen in a source. Interpretation: what reviewers apply and the text does not state. Both decide "
    "as any other part; every determination also says what verified text alone gives."
)


class BookChapter(NamedTuple):
    """One chapter as it is printed."""

    name: str
    sheet: Sheet


def chapter_sheet(title: str, summary: Sequence[str], parts: Sequence[SheetPart]) -> Sheet:
    """Return a chapter; parts without rows are left out."""
    return Sheet(title, (*summary, MARKS, DISCLAIMER), tuple(part for part in parts if part.rows or part.lines))


def changed_part(previous: str, changed: Sequence[tuple[str, str, str]]) -> SheetPart:
    """Return what changed from the previous edition."""
    return SheetPart(f"Changed from the edition of {previous}", (), ("Part", previous, "this edition"), changed)


def book_files(chapters: Sequence[BookChapter], kind: str) -> Iterator[tuple[str, str]]:
    """Yield the files of the book by name: its index first."""
    if kind == "markdown":
        listed = "\n".join(f"- [{markdown_text(chapter.sheet.title)}]({chapter.name}.md)" for chapter in chapters)
        yield "index.md", f"# {TITLE}\n\n{DISCLAIMER}\n\n{listed}\n"
        yield from ((f"{chapter.name}.md", markdown(chapter.sheet)) for chapter in chapters)
        return
    yield "index.html", report_pages().text("book.html", title=TITLE, chapters=chapters, disclaimer=DISCLAIMER)
    for chapter in chapters:
        yield f"{chapter.name}.html", sheet_page(chapter.sheet, ("index.html", TITLE))
