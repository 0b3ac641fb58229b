"""The words on pages that are pictures of papers: recognized in a process of its own, and kept for a while."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mtus_engine.ingest.reading_process import NoReader, PageWord, ReadingProcess, Unreadable
from mtus_engine.model.memory import Memory

# The most pages of one file whose words are recognized: each takes about a second.
MOST_RECOGNIZED = 60
_MOST_KEPT = 500
# Of 100: a word of which Tesseract is less sure may be another.
_SURE = 85


class RecognizedPage(NamedTuple):
    """What is recognized on a page: its text as it is laid out, its words, and those that may be other words."""

    text: str
    words: tuple[PageWord, ...]
    uncertain: frozenset[str]


class Recognized(NamedTuple):
    """The pages of a file that are pictures: those of which words were recognized, and those that were not read.

    why says why they were not, None where none was left.
    """

    pages: Mapping[int, RecognizedPage]
    unread: tuple[int, ...] = ()
    why: Unreadable | None = None


_PROCESS = ReadingProcess("recognize")
_KEPT: Memory[RecognizedPage] = Memory(_MOST_KEPT)


def recognized_pages(content: bytes, numbers: Sequence[int]) -> Recognized:
    """Return what is recognized on pages of a PDF, which are given by their numbers from 1."""
    pages: dict[int, RecognizedPage] = {}
    unread = list(numbers[MOST_RECOGNIZED:])
    why = Unreadable("of one file the words of {n} pages are recognized", n=str(MOST_RECOGNIZED)) if unread else None
    for n, number in enumerate(numbers[:MOST_RECOGNIZED]):
        try:
            pages[number] = recognized_page(content, number)
        except NoReader as reason:
            return Recognized(pages, tuple(numbers[n:]), reason)
        except Unreadable as reason:
            unread, why = [*unread, number], reason
    return Recognized(pages, tuple(sorted(unread)), why)


def recognized_page(content: bytes, number: int) -> RecognizedPage:
    """Return what is recognized on one page of a PDF; raises Unreadable."""
    key = (hashlib.sha256(content).digest(), number)
    return _KEPT.get(key) or _KEPT.put(key, _recognized(content, number))


def _recognized(content: bytes, number: int) -> RecognizedPage:
    told = _PROCESS.told(b"w", content, number)
    text, listed = told["text"], told["words"]
    assert isinstance(text, str)
    assert isinstance(listed, list)
    uncertain = frozenset(str(one[0]) for one in listed if one[5] < _SURE)
    return RecognizedPage(text, tuple(PageWord(*one[:5]) for one in listed), uncertain)
