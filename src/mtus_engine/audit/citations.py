"""Whether a guideline that a decision cites is the edition that was applied."""

import re

from mtus_engine.model.casefile import GuidelineCited
from mtus_engine.model.ruleset import Edition

# Who publishes an instrument, and its part, in the wordings of decisions.
_PUBLISHERS = {
    "odg": ("official disability guidelines", "odg"),
    "acoem": ("acoem", "american college of occupational"),
}
_PARTS = ("chronic pain", "postsurgical", "acupuncture")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_PAGE = re.compile(r"\d+")


def is_cited(edition: Edition, cited: tuple[GuidelineCited, ...]) -> bool:
    """Return whether one of the citations may be the edition: same instrument, no other year, no other pages.

    Without any citation nothing speaks against it.
    """
    return not cited or any(_may_be(edition, one) for one in cited)


def _may_be(edition: Edition, cited: GuidelineCited) -> bool:
    ours, theirs = _flat(edition.instrument), _flat(cited.instrument)
    shared = _publishers(ours) & _publishers(theirs)
    if "mtus" not in shared:
        return bool(shared)
    parts = {part for part in _PARTS if part in ours}, {part for part in _PARTS if part in theirs}
    if parts[1] and not parts[0] & parts[1]:
        return False
    if not parts[1] and "mtus" not in theirs:
        return False
    years = set(_YEAR.findall(ours)), set(_YEAR.findall(theirs))
    if all(years) and not years[0] & years[1]:
        return False
    return _overlap(edition.pages, cited.pages)


def _flat(text: str) -> str:
    words = " ".join(text.lower().split())
    return (
        words.replace("medical treatment utilization schedule", "mtus")
        .replace("post-surg", "postsurg")
        .replace("post surg", "postsurg")
    )


def _publishers(text: str) -> set[str]:
    """Return who publishes an instrument: the MTUS where no other publisher is named."""
    named = {publisher for publisher, words in _PUBLISHERS.items() if any(word in text for word in words)}
    return named or {"mtus"}


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
