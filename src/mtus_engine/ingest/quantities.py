"""Numbers of visits and courses as requests spell them: 3x4, two times a week for six weeks, #6, 12 sessions."""

import re
from typing import NamedTuple

_WORDS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
_NUMBER = rf"(?:\d{{1,3}}|{'|'.join(sorted(_WORDS[1:], key=len, reverse=True))})"


def _range(name: str) -> str:
    return rf"(?P<{name}>{_NUMBER})(?:\s*(?:-|to)\s*(?P<{name}_most>{_NUMBER}))?"


_TIMES = r"\s*(?:x|times?|visits?|sessions?)?\s*"
_JOIN = r"\s*(?:,|for|x|times|over|\(s\))*\s*(?:the\s+next\s+)?"

_WEEKLY = re.compile(
    rf"\b{_range('weekly')}{_TIMES}(?:per|a|each|/|\bx\b|\btimes\b)?\s*(?:week|wk)(?:ly)?\b"
    rf"(?:{_JOIN}{_range('weeks')}\s*(?:weeks?|wks?)\b)?",
    re.IGNORECASE,
)
_CROSSED = re.compile(r"\b(?P<weekly>\d{1,2})\s*x\s*(?P<weeks>\d{1,2})\b(?!\s*(?:week|wk|/|mg|cm))", re.IGNORECASE)
# "12 additional therapy sessions", and "sessions x 12", "#6", "therapy, times 12".
_COUNTED = (
    re.compile(
        rf"\b{_range('count')}\s*(?:\(\d+\)\s*)?(?:additional\s+|more\s+)?(?:\w+\s+){{0,3}}?(?:sessions?|visits?|treatments?)\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?:sessions?|visits?|treatments?|therapy|#)(?:[,\s(#-]|x\b|times|for|quantity)*"
        rf"{_range('count')}\b(?!\s*(?:x|times|weeks?|wks?|per|a\s|-\s*\d+\s*x))",
        re.IGNORECASE,
    ),
)


class Quantity(NamedTuple):
    """A number, or the least and most of a range as written."""

    least: int
    most: int


class Course(NamedTuple):
    """What a request asks for: visits, visits a week, weeks; None where it does not say."""

    visits: Quantity | None
    weekly: Quantity | None
    weeks: Quantity | None

    @property
    def computed(self) -> Quantity | None:
        """The visits that frequency and weeks come to, where both are said."""
        if self.weekly is None or self.weeks is None:
            return None
        return Quantity(self.weekly.least * self.weeks.least, self.weekly.most * self.weeks.most)


class Modified(NamedTuple):
    """A request that was partly authorized: the whole, the authorized part, and the rest in dispute."""

    original: str
    authorized: str
    remaining: str


_MODIFIED = re.compile(
    r"(?P<original>.+?)\s+was\s+the\s+original\s+request\.\s*(?P<authorized>.+?)\s+was\s+authorized\b.*?"
    r"(?:remaining|leaving).*?original\s+request,?\s*(?P<remaining>.+)",
    re.IGNORECASE | re.DOTALL,
)


def modified(request: str) -> Modified | None:
    """Return the three parts of a request that the claims administrator modified, None of one that was not."""
    match = _MODIFIED.search(" ".join(request.split()))
    return None if match is None else Modified(match["original"], match["authorized"], match["remaining"])


def course(text: str) -> Course:
    """Return the visits, frequency and weeks that a request's text gives."""
    flat = " ".join(text.split())
    weekly = weeks = None
    rest = flat
    for pattern in (_WEEKLY, _CROSSED):
        match = pattern.search(flat)
        if match is not None:
            weekly, weeks = _quantity(match, "weekly"), _quantity(match, "weeks")
            rest = flat[: match.start()] + " " + flat[match.end() :]
            break
    return Course(_counted(rest) or (_counted(flat) if weekly is None else None), weekly, weeks)


def _counted(text: str) -> Quantity | None:
    for pattern in _COUNTED:
        match = pattern.search(text)
        if match is not None:
            return _quantity(match, "count")
    return None


def _quantity(match: re.Match[str], name: str) -> Quantity | None:
    groups = match.groupdict()
    if not groups.get(name):
        return None
    least = _number(str(groups[name]))
    most = groups.get(f"{name}_most")
    return Quantity(least, _number(most) if most else least)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else _WORDS.index(text.lower())
