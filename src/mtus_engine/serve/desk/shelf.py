"""The documents of cases as the desk shows them: pictures of pages, and sentences by their places.

What was read is kept in memory for a while, and nowhere else.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from mtus_engine.ingest.drafter import Drafter
from mtus_engine.ingest.full_text import DocumentRead
from mtus_engine.ingest.pdf import PageImage, Renderer, Unreadable
from mtus_engine.ingest.places import Box, PlaceOf, boxes_of, lines_of, places_of
from mtus_engine.ingest.sentences import Sentence, sentences_at
from mtus_engine.model.memory import Memory
from mtus_engine.model.papers import PaperKind
from mtus_engine.review.complete import PaperSeen
from mtus_engine.store.documents import KeptDocument

# The most bytes of pictures, and the most documents that were read, that are kept in memory.
_MOST_PICTURES, _MOST_READ = 64 * 1024 * 1024, 200
_RENDERERS = 2


class Line(NamedTuple):
    """A line of a page: its words, and where it stands, in points from the upper left corner."""

    text: str
    box: Box


class TextRead(NamedTuple):
    """What a document says; problem says why it says nothing."""

    read: DocumentRead
    problem: Unreadable | None = None


class PageShown(NamedTuple):
    """A page of a PDF as the desk shows it: lines over its picture, and the boxes of what is marked."""

    number: int
    pages: int
    width: float
    height: float
    lines: tuple[Line, ...]
    marked: tuple[Box, ...]


class Shelf:
    """Documents read and shown, a few at a time, in processes of their own."""

    def __init__(self, drafter: Callable[[], Drafter]) -> None:
        """Begin; processes start with the first page that is asked for."""
        self._drafter = drafter
        self._renderers = [Renderer() for _ in range(_RENDERERS)]
        self._pages: Memory[PageImage] = Memory(_MOST_PICTURES, lambda one: len(one.png) + 100 * len(one.words))
        self._read: Memory[TextRead] = Memory(_MOST_READ)

    def close(self) -> None:
        """End the processes."""
        for one in self._renderers:
            one.close()

    def text(self, document: KeptDocument, content: Callable[[], bytes]) -> TextRead:
        """Return what a document says; content is asked for where it was not read before."""
        key = (document.digest, document.file)
        found = self._read.get(key)
        return found or self._read.put(key, self._text(document.file, content()))

    def text_read(self, document: KeptDocument) -> TextRead | None:
        """Return what a document says if it was read before, else None."""
        return self._read.get((document.digest, document.file))

    def _text(self, file: str, content: bytes) -> TextRead:
        try:
            return TextRead(self._drafter().document_read(file, content))
        except Unreadable as reason:
            return TextRead(DocumentRead((), (), (), ()), reason)

    def image(self, document: KeptDocument, number: int, content: Callable[[], bytes]) -> PageImage:
        """Return the picture of a page of a PDF, pages counted from 1; raises Unreadable."""
        key = (document.digest, number)
        found = self._pages.get(key)
        if found is not None:
            return found
        return self._pages.put(key, self._renderers[number % _RENDERERS].page(content(), number))

    def page(
        self, document: KeptDocument, number: int, marked: Sequence[str], content: Callable[[], bytes]
    ) -> PageShown:
        """Return a page with what is marked on it: sentences, by their texts; raises Unreadable."""
        image = self.image(document, number, content)
        boxes = tuple(box for text in marked for box in boxes_of(text, image.words))
        return PageShown(number, image.pages, image.width, image.height, tuple(_lines(image)), boxes)

    def page_with(self, document: KeptDocument, texts: Sequence[str], content: Callable[[], bytes]) -> int:
        """Return the number of the first page on which a sentence stands, 1 where none is found."""
        first = self.image(document, 1, content)
        for number in range(1, min(first.pages, _SEARCHED) + 1):
            words = self.image(document, number, content).words
            if any(boxes_of(text, words) for text in texts):
                return number
        return 1


# The most pages of a decision that are searched for a sentence: a decision has about ten.
_SEARCHED = 20


def _lines(image: PageImage) -> list[Line]:
    lines: list[Line] = []
    for word in image.words:
        box = Box(*word[1:])
        joined = lines_of([lines[-1].box, box]) if lines else []
        # A wide gap parts columns: each is read by itself.
        if len(joined) == 1 and box.left - lines[-1].box.right < 3 * (box.bottom - box.top + 4):
            lines[-1] = Line(f"{lines[-1].text} {word.text}", joined[0])
        else:
            lines.append(Line(word.text, box))
    return lines


class FoundPlace(NamedTuple):
    """Where a statement was read: the document, and the sentences that its place names there."""

    document: KeptDocument
    place: PlaceOf
    sentences: tuple[Sentence, ...]


def found_places(
    at: str | None, documents: Sequence[KeptDocument], read: Callable[[KeptDocument], TextRead]
) -> list[FoundPlace]:
    """Return where a place stands among the documents of a case; empty where none of them has it."""
    found = []
    by_file = {one.file: one for one in documents}
    for place in places_of(at or "", by_file):
        # A decision is one document, whose places name no file.
        candidates = [by_file[place.file]] if place.file in by_file else list(documents) if place.file is None else []
        for document in candidates:
            named = sentences_at(read(document).read.sentences, place.text)
            if named or place.file is not None:
                found.append(FoundPlace(document, place, named))
                break
    return found


def papers_seen(read: Mapping[str, TextRead], said: Mapping[str, PaperKind | None]) -> list[PaperSeen]:
    """Return the papers of a request as review.complete takes them, to find what is lacking.

    said is what persons say that papers are, by the id of their document.
    """
    found = []
    for id_, one in read.items():
        kinds: Sequence[PaperKind | None] = kinds_within(one.read, said.get(id_)) or [None]
        found += [PaperSeen(kind, one.read.lines) for kind in kinds]
    return found


def kinds_within(read: DocumentRead, said: PaperKind | None) -> list[PaperKind]:
    """Return what kinds of papers a document holds: the one that a person says it is, else those that are known."""
    return [paper.kind for paper in read.papers] if said is None else [said]
