"""Whether a guideline that a decision cites is the edition that was applied."""

import re
from collections.abc import Mapping

from mtus_engine.model.casefile import GuidelineCited
from mtus_engine.model.ruleset import Edition
from mtus_engine.model.vocabulary import Publisher

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_PAGE = re.compile(r"\d+")

Publishers = Mapping[str, Publisher]


def is_cited(edition: Edition, cited: tuple[GuidelineCited, ...], publishers: Publishers) -> bool:
    """Return whether one of the citations may be the edition: same publisher and part, no other year, no other pages.

    Without any citation nothing speaks against it. publishers gives the words by which citations name each publisher.
    """
    return not cited or any(_may_be(edition, one, publishers) for one in cited)


def _may_be(edition: Edition, cited: GuidelineCited, publishers: Publishers) -> bool:
    ours, theirs = (" ".join(text.lower().split()) for text in (edition.instrument, cited.instrument))
    shared = _publishers(ours, publishers) & _publishers(theirs, publishers)
    if not any(_may_be_part(ours, theirs, publishers[name]) for name in shared):
        return False
    years = set(_YEAR.findall(ours)), set(_YEAR.findall(theirs))
    if all(years) and not years[0] & years[1]:
        return False
    return _overlap(edition.pages, cited.pages)


def _may_be_part(ours: str, theirs: str, publisher: Publisher) -> bool:
    """Return whether the citation may mean our part: it names ours, or no part and the publisher by name."""
    if not publisher.parts:
        return True
    parts = [{part for part, words in publisher.parts.items() if _is_named(text, words)} for text in (ours, theirs)]
    return bool(parts[0] & parts[1]) if parts[1] else _is_named(theirs, publisher.named)


def _publishers(text: str, publishers: Publishers) -> set[str]:
    """Return who may publish an instrument: the publishers named, else those meant where a citation names none."""
    meant = {name for name, publisher in publishers.items() if publisher.otherwise}
    named = {name for name, publisher in publishers.items() if _is_named(text, publisher.named)}
    return named - meant or meant


def _is_named(text: str, words: tuple[str, ...]) -> bool:
    return any(one.lower() in text for one in words)


def _overlap(ours: str | None, theirs: str | None) -> bool:
    if ours is None or theirs is None:
        return True
    first, second = _pages(ours), _pages(theirs)
    return not first or not second or bool(first & second)


def _pages(text: str) -> set[int]:
    found: set[int] = set()
    for part in re.split(r"[,;]| and ", text):
        ends = [int(page) for page in _PAGE.findall(part)]
        if ends:
            found |= set(range(ends[0], min(ends[-1], ends[0] + 200) + 1))
    return found
