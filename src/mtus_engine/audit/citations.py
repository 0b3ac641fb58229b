"""Whether a guideline that a decision cites is the edition that was applied."""

import re

from mtus_engine.model.casefile import GuidelineCited
from mtus_engine.model.ruleset import Edition

# What tells one instrument from another in the wordings of decisions.
_INSTRUMENTS = ("chronic pain", "postsurgical", "acupuncture", "acoem", "official disability guidelines", "odg")
_ALIKE = {"official disability guidelines": "odg"}
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_PAGE = re.compile(r"\d+")


def is_cited(edition: Edition, cited: tuple[GuidelineCited, ...]) -> bool:
    """Return whether one of the citations may be the edition: same instrument, no other year, no other pages.

    Without any citation nothing speaks against it.
    """
    return not cited or any(_may_be(edition, one) for one in cited)


def _may_be(edition: Edition, cited: GuidelineCited) -> bool:
    if not _instruments(edition.instrument) & _instruments(cited.instrument):
        return False
    ours, theirs = set(_YEAR.findall(edition.instrument)), set(_YEAR.findall(cited.instrument))
    if ours and theirs and not ours & theirs:
        return False
    return _overlap(edition.pages, cited.pages)


def _instruments(text: str) -> set[str]:
    lowered = text.lower()
    return {_ALIKE.get(name, name) for name in _INSTRUMENTS if name in lowered}


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
