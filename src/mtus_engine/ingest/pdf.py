"""The texts of files that may come from anywhere: PDFs, pictures of papers, and plain text."""

import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from mtus_engine.ingest.reading_process import LONGEST_SECONDS, PageWord, ReadingProcess, Unreadable
from mtus_engine.ingest.recognition import RecognizedPage, recognized_page, recognized_pages

__all__ = ["LONGEST_SECONDS", "PageWord", "Unreadable"]

LARGEST_FILE = 20 * 1024 * 1024
# The longest of the published decisions has under 20,000 letters.
LONGEST_TEXT = 100_000
FEWEST_LETTERS = 60
# How the bytes of pictures begin: JPEG, PNG, and TIFF of either order.
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"II*\0", b"MM\0*")


class FileText(NamedTuple):
    """The texts of the pages of a file.

    recognized are the pages, by their numbers from 1, that are pictures and whose words were recognized; unread those
    that are pictures and were not read, with the reason why.
    """

    pages: tuple[str, ...]
    recognized: Mapping[int, RecognizedPage] = {}
    unread: tuple[int, ...] = ()
    why: Unreadable | None = None

    @property
    def text(self) -> str:
        """The text, with form feeds between the pages."""
        return "\f".join(self.pages)


def text_of(content: bytes) -> str:
    """Return the text of a file as file_text does; raises Unreadable also where a page of it cannot be read."""
    found = file_text(content)
    if found.why is not None:
        listed = ", ".join(map(str, found.unread))
        raise Unreadable("these pages are pictures that cannot be read: {pages} ({why})", pages=listed, why=[found.why])
    return short_enough(found.text)


def file_text(content: bytes) -> FileText:
    """Return the texts of the pages of a PDF or a picture, or plain UTF-8 text, however long; raises Unreadable."""
    if len(content) > LARGEST_FILE:
        raise Unreadable("the file has more than {n} bytes, the most that are read", n=f"{LARGEST_FILE:,}")
    if is_picture_file(content):
        content = pdf_of_picture(content)
    if not is_pdf(content):
        return FileText(tuple(_plain(content).split("\f")))
    told = _READER.told(b"t", content)
    pages, pictures = told["pages"], told["pictures"]
    assert isinstance(pages, list)
    assert isinstance(pictures, list)
    found = recognized_pages(content, pictures)
    for number, page in found.pages.items():
        pages[number - 1] = page.text
    if len("".join("".join(pages).split())) < FEWEST_LETTERS:
        raise _without_text(found.why, has_pictures=bool(pictures))
    return FileText(tuple(pages), found.pages, found.unread, found.why)


def _without_text(why: Unreadable | None, *, has_pictures: bool) -> Unreadable:
    if not has_pictures:
        return Unreadable("the PDF holds no text: ask for one with text, or read it yourself")
    cure = "ask for one with text, or read it yourself"
    if why is None:
        return Unreadable("the PDF holds only pictures on which no words are recognized: {cure}", cure=cure)
    return Unreadable("the PDF holds no text, only pictures: {why}; or {cure}", why=[why], cure=cure)


def columns_of(content: bytes) -> str | None:
    """Return the text of a PDF as it is laid out, columns parted by wide spaces; None where that cannot be told."""
    return _laid_out(b"l", content)


def drawn_tables_of(content: bytes) -> str | None:
    """Return the text of a PDF as it is laid out, each row of a drawn table a line, with a bar around each cell.

    None where that cannot be told.
    """
    return _laid_out(b"d", content)


def _laid_out(asked: bytes, content: bytes) -> str | None:
    if len(content) > LARGEST_FILE or not is_pdf(content):
        return None
    try:
        text = (_TABLES if asked == b"d" else _READER).text(asked, content)
    except Unreadable:
        return None
    return text if len(text) <= LONGEST_TEXT else None


def is_pdf(content: bytes) -> bool:
    """Return whether bytes begin as a PDF does."""
    return content.lstrip()[:5] == b"%PDF-"


def is_picture_file(content: bytes) -> bool:
    """Return whether bytes begin as a picture does that can be read."""
    return content.startswith(_PICTURES)


def pdf_of_picture(content: bytes) -> bytes:
    """Return the PDF that shows a picture, or the pages of one that has several; raises Unreadable."""
    return _READER.answer(b"i", content)


class PageImage(NamedTuple):
    """A page of a PDF: its number counted from 1, of how many, its size in points, its words and a picture (PNG).

    The words of a page that is a picture are those that are recognized on it, with_words says; none where they cannot.
    """

    number: int
    pages: int
    width: float
    height: float
    words: tuple[PageWord, ...]
    png: bytes


class Renderer:
    """A process that shows pages of PDFs; it ends with its owner."""

    def __init__(self) -> None:
        """Start nothing yet: the process begins with the first page that is asked for."""
        self._reader = ReadingProcess()

    def page(self, content: bytes, number: int) -> PageImage:
        """Return a page, counted from 1; raises Unreadable."""
        answer = self._reader.answer(b"p", content, number)
        length = int.from_bytes(answer[:8], "big")
        head = json.loads(answer[8 : 8 + length])
        words = tuple(PageWord(*one) for one in head["words"])
        if head["is_picture"]:
            words = _words_recognized(content, number) or words
        return PageImage(number, head["pages"], head["width"], head["height"], words, answer[8 + length :])

    def close(self) -> None:
        """End the process."""
        self._reader.end()


def _words_recognized(content: bytes, number: int) -> tuple[PageWord, ...]:
    try:
        return recognized_page(content, number).words
    except Unreadable:
        return ()


# Control characters that no text has.
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
# Documents of office programs begin with one of these.
_OFFICE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf")
_READER, _TABLES = ReadingProcess(), ReadingProcess("tables")


def is_office_file(content: bytes) -> bool:
    """Return whether bytes begin as a document of an office program, such as Word, does."""
    return content.startswith(_OFFICE)


def _plain(content: bytes) -> str:
    if is_office_file(content):
        raise Unreadable("a Word or other office file, which is not read: save it as PDF")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _of_windows(content)
    if "\0" in text:
        raise Unreadable("neither a PDF nor text: it holds zero bytes")
    return text


def _of_windows(content: bytes) -> str:
    """Return text as Windows writes it; raises Unreadable for bytes that no text has."""
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        text = "\0"
    if _NO_TEXT.search(text):
        raise Unreadable("neither a PDF nor UTF-8 text")
    return text


def short_enough(text: str) -> str:
    """Return a text that is not too long to be read; raises Unreadable for another."""
    if len(text) > LONGEST_TEXT:
        says = "the text has {n} letters, and at most {most} are read: give it in parts"
        raise Unreadable(says, n=f"{len(text):,}", most=f"{LONGEST_TEXT:,}")
    return text
