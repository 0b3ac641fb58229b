"""Places that statements name, read as document, page and sentence; and where a sentence stands on a page."""

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from mtus_engine.ingest.pdf import PageWord

_OF_PAPER = re.compile(r"(?P<file>.+?) page (?P<page>\d{1,4})(?: sentence (?P<sentence>\d{1,5}))?")
_RANGE = re.compile(r"(?P<section>.+?) (?P<first>\d{1,5})-(?P<last>\d{1,5})")
# A statement rests on a few sentences: of a longer range only so many more after the first are taken.
_LONGEST_RANGE = 50
_PARTED = re.compile(r",\s+")
# At least so many words in a row must be alike to count, and at least this share of a sentence must be found so.
_FEWEST_IN_A_ROW, _LEAST_FOUND = 2, 0.5


class PlaceOf(NamedTuple):
    """One place of a statement: text as it is written; file and page where it names them."""

    text: str
    file: str | None = None
    page: int | None = None


def places_of(at: str, files: Iterable[str] = ()) -> list[PlaceOf]:
    """Return the places that a statement names, each by itself; files are documents whose names may hold a comma."""
    found = []
    for one in _written_places(at, files):
        match = _OF_PAPER.fullmatch(one.strip())
        found.append(PlaceOf(one.strip()) if match is None else PlaceOf(one.strip(), match["file"], int(match["page"])))
    return found


def single_places(at: str) -> list[str]:
    """Return the sentences that a statement names, each by itself: rationale 3-4 is rationale 3 and rationale 4."""
    found = []
    for one in places_of(at):
        match = _RANGE.fullmatch(one.text)
        first, last = (int(match["first"]), int(match["last"])) if match else (1, 0)
        numbers = range(first, min(last, first + _LONGEST_RANGE) + 1)
        found += [f"{match['section']} {n}" for n in numbers] if match else [one.text]
    return found


def _written_places(at: str, files: Iterable[str]) -> list[str]:
    """Return the places as they are written; a comma in the name of a known document does not divide them."""
    named = "|".join(re.escape(one) for one in sorted(files, key=len, reverse=True) if "," in one)
    if not named:
        return _PARTED.split(at)
    one = re.compile(rf"(?:(?:{named}) page \d{{1,4}}(?: sentence \d{{1,5}})?|[^,]+)(?:,\s+|$)")
    return [match[0].strip().removesuffix(",") for match in one.finditer(at)]


class Box(NamedTuple):
    """A part of a page, in points from the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float


def boxes_of(text: str, words: Sequence[PageWord]) -> list[Box]:
    """Return where a sentence stands on a page, one box for each line; none where too little of it is found there."""
    wanted = [plain for one in text.split() if (plain := _plain(one))]
    if not wanted:
        return []
    there = [_plain(word.text) for word in words]
    blocks = SequenceMatcher(None, there, wanted, autojunk=False).get_matching_blocks()
    fewest = min(_FEWEST_IN_A_ROW, len(wanted))
    kept = [block for block in blocks if block.size >= fewest]
    if sum(block.size for block in kept) < _LEAST_FOUND * len(wanted):
        return []
    found = [words[n] for block in kept for n in range(block.a, block.a + block.size)]
    return lines_of([Box(*word[1:]) for word in found])


def lines_of(boxes: Sequence[Box]) -> list[Box]:
    """Return the boxes, with those beside one another on a line merged into one."""
    lines: list[Box] = []
    for box in boxes:
        last = lines[-1] if lines else None
        middle = (box.top + box.bottom) / 2
        if last is not None and last.top <= middle <= last.bottom and box.left >= last.left:
            lines[-1] = Box(last.left, min(last.top, box.top), max(last.right, box.right), max(last.bottom, box.bottom))
        else:
            lines.append(box)
    return lines


def _plain(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter.isalnum())
