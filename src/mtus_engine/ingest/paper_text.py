"""The text of a paper, page by page: of a long one the first pages, and with its columns where it has a table."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mtus_engine.ingest.layout import laid_out_pages
from mtus_engine.ingest.papers.heads import columns_named, lines_of_heads
from mtus_engine.ingest.papers.tables import HEADINGS, table_at
from mtus_engine.ingest.pdf import LONGEST_TEXT, Unreadable, columns_of, drawn_tables_of, file_text
from mtus_engine.model.papers import Label

# The headings of a table take no more letters than this.
_HEAD = 200

# Control characters, which a text layer may hold and no case file accepts.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class PaperText(NamedTuple):
    """The text of a paper with form feeds between its pages, and how many of its pages are left out.

    pages are those of one layout, without page numbers, headers and footers. recognized are those that are pictures, by
    their numbers from 1, with the words on them that may be other words; pictures_unread those of which no words were
    recognized, and why tells the reason.
    """

    text: str
    pages: tuple[str, ...]
    left_out: int = 0
    recognized: Mapping[int, frozenset[str]] = {}
    pictures_unread: tuple[int, ...] = ()
    why: Unreadable | None = None

    @property
    def is_partial(self) -> bool:
        """Whether pages of the paper are not read: it is too long, or they are pictures that cannot be."""
        return self.left_out > 0 or bool(self.pictures_unread)


def paper_text(content: bytes, labels: Sequence[Label]) -> PaperText:
    """Return the text of a PDF or of plain UTF-8 text; raises Unreadable, also where its first page is too long.

    A PDF gives its text cell by cell. Where that names the columns of a table of what is requested, and lines are drawn
    around its cells, or its lines as they stand on the page are such a table, these are taken: cells that go on over
    lines are then told apart.
    """
    found = file_text(content)
    text, left_out = _first_pages(found.text)
    pages = _pages(text)
    uncertain = {number: page.uncertain for number, page in found.recognized.items()}
    if not left_out and not found.recognized:
        for laid_out in _layouts(content, pages, labels):
            in_columns = _pages(laid_out)
            if any(_holds_a_table(page, labels) for page in in_columns):
                return PaperText(laid_out, in_columns, 0, {}, found.unread, found.why)
    return PaperText(text, pages, left_out, uncertain, found.unread, found.why)


def _layouts(content: bytes, pages: Sequence[str], labels: Sequence[Label]) -> Iterator[str]:
    """Yield the texts of a PDF in which a table of what is requested may stand row by row."""
    if _names_columns(" ".join(" ".join(pages).split()), labels) and (drawn := drawn_tables_of(content)) is not None:
        yield drawn
    if _begins_a_table(pages, labels) and (columns := columns_of(content)) is not None:
        yield columns


def _names_columns(text: str, labels: Sequence[Label]) -> bool:
    """Return whether the headings of a table stand near to each other somewhere in a text."""
    if columns_named(text, labels) < HEADINGS:
        return False
    parts = (text[start : start + 2 * _HEAD] for start in range(0, len(text), _HEAD))
    return any(columns_named(part, labels) >= HEADINGS for part in parts)


def _first_pages(text: str) -> tuple[str, int]:
    """Return the first pages of a text that are not too long together, and how many come after them."""
    pages = text.split("\f")
    kept, letters = 0, 0
    while kept < len(pages) and letters + len(pages[kept]) <= LONGEST_TEXT:
        letters += len(pages[kept]) + 1
        kept += 1
    # A single page that is too long is refused where it is read.
    return ("\f".join(pages[:kept]), len(pages) - kept) if kept else (text, 0)


def _pages(text: str) -> tuple[str, ...]:
    return tuple(CONTROL.sub("", page) for page in laid_out_pages(text, in_columns=True))


def _begins_a_table(pages: Sequence[str], labels: Sequence[Label]) -> bool:
    return any(
        line.strip() and lines_of_heads(lines[number:], labels)
        for lines in (page.split("\n") for page in pages)
        for number, line in enumerate(lines)
    )


def _holds_a_table(page: str, labels: Sequence[Label]) -> bool:
    lines = page.split("\n")
    return any(table_at(lines, number, labels, lambda _number: False) is not None for number in range(len(lines)))
