"""What was recognized in pictures of papers is never sure: a scan shows a letter that may be another."""

import re
from collections.abc import Mapping, Sequence

from mtus_engine.ingest.confirming import PlainDocument, waiting
from mtus_engine.ingest.places import PlaceOf, places_of, single_places
from mtus_engine.ingest.sentences import Sentence

# Of each file the pages that are pictures, by their numbers from 1, with the words that may be other words. A decision
# is named by no file: its places name none.
Pictures = Mapping[str | None, Mapping[int, frozenset[str]]]

_NOTE = "recognized in a picture of the page"
_HAS_A_DIGIT = re.compile(r"\d")


def doubt_pictures(document: PlainDocument, pictures: Pictures, sentences: Sequence[Sentence]) -> None:
    """Make the statements of a draft less sure that were read from pictures, and say so beside them and its papers.

    They are likely; where a number in their sentence was hard to recognize, they are doubtful.
    """
    if not pictures:
        return
    _name_pages(document, pictures)
    unclear = {file: _unclear_numbers(pages) for file, pages in pictures.items()}
    texts = {one.place: one.text for one in sentences}
    for one in waiting(document):
        statement = one.statement
        assert isinstance(statement, dict)
        places = places_of(str(statement.get("at") or ""), filter(None, pictures))
        seen = [place for place in places if _is_seen(place, pictures)]
        if not seen:
            continue
        # What is concluded from several days or rows hangs on every number there.
        is_counted = len(places) > 1 and statement.get("origin") == "inferred"
        is_unclear = any(
            unclear[place.file] and (is_counted or _holds_one(texts, place, unclear[place.file])) for place in seen
        )
        if statement.get("confidence") != "doubtful":
            statement["confidence"] = "doubtful" if is_unclear else "likely"
        statement.setdefault("note", _NOTE)


def _is_seen(place: PlaceOf, pictures: Pictures) -> bool:
    pages = pictures.get(place.file, {})
    return bool(pages) if place.page is None else place.page in pages


def _unclear_numbers(pages: Mapping[int, frozenset[str]]) -> frozenset[str]:
    """Return the words with a number in them that may be others."""
    return frozenset(one for page in pages.values() for one in page if _HAS_A_DIGIT.search(one))


def _holds_one(texts: Mapping[str, str], place: PlaceOf, words: frozenset[str]) -> bool:
    return any(not words.isdisjoint(texts.get(one, "").split()) for one in single_places(place.text))


def _name_pages(document: PlainDocument, pictures: Pictures) -> None:
    """Write down which pages of the papers are pictures whose words were recognized."""
    record = document["record"]
    assert isinstance(record, dict)
    listed = record.get("documents")
    for paper in listed if isinstance(listed, list) else [record]:
        assert isinstance(paper, dict)
        file = None if paper is record else str(paper.get("file"))
        if pages := pictures.get(file):
            paper["recognized"] = list(pages)


def pages_in_words(pages: Sequence[int]) -> str:
    """Return the numbers of pages as people write them: page 2, pages 1, 3 and 4."""
    listed = [str(one) for one in pages]
    if len(listed) == 1:
        return f"page {listed[0]}"
    return f"pages {', '.join(listed[:-1])} and {listed[-1]}"
