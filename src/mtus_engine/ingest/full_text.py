"""The whole text of a document as it is laid out, with its sentences where they stand in it."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mtus_engine.ingest.sentences import Sentence
from mtus_engine.model.papers import Paper

# A sentence that names no page is looked for within so many letters and digits after the one before it.
_FARTHEST = 20_000
_PAGE = re.compile(r".+ page (\d{1,4}) sentence \d+")


class TextPart(NamedTuple):
    """A part of a document's text as it is laid out: a sentence with its place, or what stands between sentences.

    The place of what stands between is the page.
    """

    text: str
    place: str
    is_sentence: bool


class DocumentRead(NamedTuple):
    """What a document says.

    sentences have the places by which statements of a draft name them, parts are its whole text as it is laid out,
    lines those of a paper with a bar before each field within one, papers the kinds of the papers in it.
    """

    sentences: tuple[Sentence, ...]
    parts: tuple[TextPart, ...]
    lines: tuple[str, ...]
    papers: tuple[Paper, ...]


def parts_of_text(file: str, pages: Sequence[str], sentences: Sequence[Sentence]) -> tuple[TextPart, ...]:
    """Return the text of a document in parts, which together are the whole of it.

    A sentence is found by its letters and digits alone, so that line ends, hyphens and columns do not matter, on the
    page that its place names; one that is not found stands in the text like what is between sentences.
    """
    whole = "\n\n".join(pages)
    letters = [(at, letter.lower()[:1]) for at, letter in enumerate(whole) if letter.isalnum()]
    plain, places = "".join(letter for _, letter in letters), [at for at, _ in letters]
    ends = _ends_of_pages(pages)
    parts: list[TextPart] = []
    done, reached = 0, 0
    for sentence in sentences:
        wanted = "".join(letter.lower()[:1] for letter in sentence.text if letter.isalnum())
        page = _PAGE.fullmatch(sentence.place)
        first, last = reached, reached + len(wanted) + _FARTHEST
        if page is not None and int(page[1]) <= len(pages):
            number = int(page[1])
            first = max(reached, bisect_left(places, ends[number - 1]))
            last = bisect_left(places, ends[number])
        found = _found_whole(whole, places, plain, wanted, first, last)
        if found is None:
            continue
        reached = found + len(wanted)
        start, end = places[found], places[reached - 1] + 1
        while start > done and _is_a_sign(whole[start - 1]):
            start -= 1
        while end < len(whole) and _is_a_sign(whole[end]):
            end += 1
        parts += _text_between(file, pages, whole, done, start)
        parts.append(TextPart(whole[start:end], sentence.place, is_sentence=True))
        done = end
    return (*parts, *_text_between(file, pages, whole, done, len(whole)))


def _ends_of_pages(pages: Sequence[str]) -> list[int]:
    """Return where each page ends in the whole text; the first entry is its beginning."""
    ends = [0]
    for page in pages:
        ends.append(ends[-1] + len(page) + 2)
    return ends


def _found_whole(whole: str, places: Sequence[int], plain: str, wanted: str, first: int, last: int) -> int | None:
    """Return where letters stand between two of them as whole words; None where they do not."""
    found = plain.find(wanted, first, last) if wanted else -1
    while found >= 0:
        start, end = places[found], places[found + len(wanted) - 1] + 1
        is_whole = not whole[start - 1 : start].isalnum() and not whole[end : end + 1].isalnum()
        if is_whole:
            return found
        found = plain.find(wanted, found + 1, last)
    return None


def _is_a_sign(letter: str) -> bool:
    return not letter.isspace() and not letter.isalnum()


def _text_between(file: str, pages: Sequence[str], whole: str, start: int, end: int) -> Iterator[TextPart]:
    """Yield the text from start to end, cut where a page ends."""
    begin = 0
    for number, page in enumerate(pages, 1):
        until = begin + len(page) + 2
        if text := whole[max(start, begin) : min(end, until)]:
            yield TextPart(text, f"{file} page {number}", is_sentence=False)
        begin = until
