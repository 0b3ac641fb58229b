"""The visits that therapy notes tell of: the days that they list, and the highest number that they give a visit."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import zip_longest
from typing import NamedTuple

from mtus_engine.compiler.phrases import DATE
from mtus_engine.ingest.dates import whole_day_text
from mtus_engine.ingest.papers.day_rows import row_from_its_day
from mtus_engine.ingest.papers.days import DAY
from mtus_engine.ingest.papers.passages import Passage
from mtus_engine.ingest.papers.rows import BULLET, procedures_in
from mtus_engine.ingest.papers.tables import REMARKS
from mtus_engine.ingest.sentences import Sentence
from mtus_engine.model.lazy_pattern import LazyPattern
from mtus_engine.model.papers import FieldUse

_OF_SURGERY = re.compile(r"\bsurg", re.IGNORECASE)
_OF_ANOTHER_DAY = re.compile(r"\([^()]*\d{1,2}/\d{1,2}[^()]*\)")
# The head of a table of measurements names beside its days a column or two: "Initial", "Goal".
_MOST_OF_A_HEAD = 2
# What a machine prints on each page that it sends tells nothing of the worker.
_HOUR = re.compile(r"\b\d{1,2}:\d\d(?!\d)")
_SENT = re.compile(r"\b(?:fax|page\s*\d|p\.\s?\d|printed|run (?:on|date))\b|\d{3}[ .-]\d{3}[ .-]\d{4}", re.IGNORECASE)
# A course of therapy takes no more days than these: a day farther from the others is that of something else.
_LONGEST_COURSE = 3 * 366
# The codes of a physician's evaluation: a day of such codes alone is no therapy.
_EVALUATION = re.compile(r"99[2-4]\d\d")
# Visits that are numbered: "visit 9 of 12", "session #4"; a number alone, such as "visit 2 times", is none.
_VISIT_NUMBER = re.compile(
    r"(?<!next )(?<!last )(?<!md )(?<!dr )(?<!office )(?<!doctor )(?<!physician )(?<!clinic )"
    r"\b(?:(?:visit|session|treatment|tx)\s*(?:#|no\.?|number)\s*[:|]?\s*(?P<marked>\d{1,3})\b"
    r"|(?:visit|session)s?\s*(?:count)?\s*:?\s*(?P<of>\d{1,3})\s*(?:of|/)\s*\d{1,3}\b(?!/))",
    re.IGNORECASE,
)
# What a discharge summary counts in all: "Total visits: 11"; what was authorized or requested in all was not attended.
_TOTAL = re.compile(
    r"\btotal\s+(?:(?:#|number)\s+of\s+)?(?:(?!auth|appr|cert|req|sched)\w+\s+)?(?:visits|sessions|treatments)"
    r"(?:\s+(?:attended|completed|seen|given|to date))*"
    r"\s*[:=]\s*(?P<total>\d{1,3})\b(?!\s*(?:auth|appr|cert|req|sched|/|of\b))",
    re.IGNORECASE,
)
# The visit with its number behind the day of a row: "08/24/2016 Visit 4".
_NUMBER_OF_A_ROW = re.compile(
    rf"^\W*{DATE}\W+(?:visit|session|treatment|tx)\s+\d{{1,3}}\b(?!\s*(?:times|x\b|/))", re.IGNORECASE
)


class Visit(NamedTuple):
    """A day on which a visit took place, and where that stands."""

    day: str
    at: str


class VisitNumber(NamedTuple):
    """The highest number that notes give a visit, or that they count in all, where that stands, and of which day."""

    number: int
    at: str
    is_total: bool = False
    day: str | None = None


def visits_listed(found: Sequence[Passage], missed: Sequence[LazyPattern]) -> Iterator[Visit]:
    """Yield the days of visits in therapy notes, each once: behind their label, or at the beginning of a line.

    missed are the words of visits that did not take place.
    """
    listed: dict[str, Visit] = {}
    for one, following in zip_longest(found, found[1:]):
        for sentence, further in zip_longest(one.sentences, one.sentences[1:]):
            # "(Missed 11/11, rescheduled)" is said of another day than the row's.
            of_this_day = _OF_ANOTHER_DAY.sub(" ", sentence.text)
            if following is not None and DAY.fullmatch(sentence.text.strip()) and sentence is one.sentences[-1]:
                # "11/12/2015  S: patient called, cancelled": what is said of the day stands behind its own label.
                of_this_day = f"{of_this_day} {following.first}"
            # "10/07/2015 Visit 3. Cancelled, child sick."
            goes_on = f" {further.text}" if further is not None and DAY.search(further.text) is None else ""
            told = of_this_day + goes_on
            is_missed = any(words.search(told) for words in missed)
            if is_missed or is_of_a_machine(of_this_day) or _is_of_evaluation(of_this_day):
                continue
            for day in _days_of_visits(one, sentence):
                listed.setdefault(day, Visit(day, sentence.place))
    days = sorted(map(date.fromisoformat, listed))
    for visit in listed.values():
        if abs((date.fromisoformat(visit.day) - days[len(days) // 2]).days) <= _LONGEST_COURSE:
            yield visit


def _is_of_evaluation(row: str) -> bool:
    """Return whether a row has codes of procedures, and all are those of a physician's evaluation."""
    codes = procedures_in(row)
    return bool(codes) and all(_EVALUATION.fullmatch(code) for code in codes)


def is_of_a_machine(text: str) -> bool:
    """Return whether a line is what a machine prints on each page; one that begins with a day has an hour then."""
    if _SENT.search(text) is None:
        return False
    return DAY.match(text.strip()) is None or _HOUR.search(text) is not None


def _days_of_visits(one: Passage, sentence: Sentence) -> Iterator[str]:
    if one.use not in {FieldUse.VISITS, FieldUse.TOLD, None}:
        return
    listed = DAY.finditer("" if _OF_SURGERY.search(sentence.text) else sentence.text)
    if one.use is not FieldUse.VISITS:
        row = BULLET.sub("", sentence.text)
        first = DAY.match(row_from_its_day(row))
        listed = iter([first] if first is not None and not _heads_columns(row) else [])
    yield from filter(None, (whole_day_text(match[0]) for match in listed))


def _heads_columns(row: str) -> bool:
    """Return whether a row holds days and hardly anything else: the head of a table of measurements on these days."""
    rest, days = DAY.subn(" ", row)
    return days > 1 and len(REMARKS.sub(" ", rest).split()) <= _MOST_OF_A_HEAD


def numbered_visits(text: str) -> list[range]:
    """Return where a text gives a visit its number, as "visit 3 of 12" does."""
    first = _NUMBER_OF_A_ROW.match(text)
    numbered = [*_VISIT_NUMBER.finditer(text), *([first] if first is not None else [])]
    return [range(match.start(), match.end()) for match in numbered]


def highest_number(found: Iterable[Passage]) -> VisitNumber | None:
    """Return the highest number that the notes give a visit, or count in all; None where they do neither."""
    numbers = [
        VisitNumber(int(match["marked"] or match["of"]), sentence.place)
        for one in found
        for sentence in one.sentences
        for match in _VISIT_NUMBER.finditer(sentence.text)
    ]
    numbers += [
        VisitNumber(int(match["total"]), sentence.place, is_total=True)
        for one in found
        for sentence in one.sentences
        for match in _TOTAL.finditer(sentence.text)
    ]
    return max(numbers, key=lambda one: one.number, default=None)
