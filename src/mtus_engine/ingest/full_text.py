"""The whole text of a document as it is laid out, with its sentences where they stand in it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mtus_engine.ingest.sentences import Sentence
from mtus_engine.model.papers import Paper

# A sentence is looked for within so many letters and digits after the one before it.
_FARTHEST = 20_000


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
    lines those of a paper with a bar before each field within one, paper its kind, None for one that is not known.
    """

    sentences: tuple[Sentence, ...]
    parts: tuple[TextPart, ...]
    lines: tuple[str, ...]
    paper: Paper | None


def parts_of_text(file: str, pages: Sequence[str], sentences: Sequence[Sentence]) -> tuple[TextPart, ...]:
    """Return the text of a document in parts, which together are the whole of it.

    A sentence is found by its letters and digits alone, so that line ends, hyphens and columns do not matter; one that
    is not found stands in the text like what is between sentences.
    """
    whole = "\n\n".join(pages)
    letters = [(at, letter.lower()[:1]) for at, letter in enumerate(whole) if letter.isalnum()]
    plain = "".join(letter for _, letter in letters)
    parts: list[TextPart] = []
    done, reached = 0, 0
    for sentence in sentences:
        wanted = "".join(letter.lower()[:1] for letter in sentence.text if letter.isalnum())
        found = plain.find(wanted, reached, reached + len(wanted) + _FARTHEST) if wanted else -1
        if found < 0:
            continue
        reached = found + len(wanted)
        start, end = letters[found][0], letters[reached - 1][0] + 1
        while start > done and _is_a_sign(whole[start - 1]):
            start -= 1
        while end < len(whole) and _is_a_sign(whole[end]):
            end += 1
        parts += _between(file, pages, whole, done, start)
        parts.append(TextPart(whole[start:end], sentence.place, is_sentence=True))
        done = end
    return (*parts, *_between(file, pages, whole, done, len(whole)))


def _is_a_sign(letter: str) -> bool:
    return not letter.isspace() and not letter.isalnum()


def _between(file: str, pages: Sequence[str], whole: str, start: int, end: int) -> Iterator[TextPart]:
    """Yield the text from start to end, cut where a page ends."""
    begin = 0
    for number, page in enumerate(pages, 1):
        until = begin + len(page) + 2
        if text := whole[max(start, begin) : min(end, until)]:
            yield TextPart(text, f"{file} page {number}", is_sentence=False)
        begin = until
