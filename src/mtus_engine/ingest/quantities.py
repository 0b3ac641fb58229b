"""Numbers of visits and courses as requests spell them: 3x4, two times a week for six weeks, #6, 12 sessions."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from mtus_engine.compiler.number_words import NUMBER, TENS, WORDS, whole_number


def _range(name: str) -> str:
    return rf"(?P<{name}>{NUMBER})(?:\s*(?:-|to|or)\s*(?P<{name}_most>{NUMBER}))?"


_TIMES = r"\s*(?:x|times?|visits?|sessions?|days?)?\s*"
_JOIN = r"\s*(?:,|for|x|times|over|\(s\)|[.;]?\s*duration:?)*\s*(?:the\s+next\s+|a\s+(?:period|course|total)\s+of\s+)?"

_WEEKLY = re.compile(
    rf"\b{_range('weekly')}{_TIMES}(?P<per>per|a|each|every|/|\bx\b|\btimes\b)?\s*(?:week|wk)(?P<ly>ly)?\b(?:\s+(?:visits?|sessions?))?"
    rf"(?:{_JOIN}{_range('weeks')}\s*(?:weeks?|wks?)\b"
    # Of "1x/week x 6" weeks and visits are alike; of "2x/week x 6" it is not plain which the number counts.
    r"|\s*x\s*(?P<weeks_alone>\d{1,2})\b(?!\s*(?:-|visits?|sessions?|treatments?|days?|months?|mo\b|hours?|hrs?|min)))?",
    re.IGNORECASE,
)
_RANGES_CROSSED = re.compile(rf"\b{_range('weekly')}\s*x\s*{_range('weeks')}\s*(?:weeks?|wks?)\b", re.IGNORECASE)
_CROSSED = re.compile(r"\b(?P<weekly>\d{1,2})\s*x\s*(?P<weeks>\d{1,2})\b(?!\s*(?:week|wk|/|mg|cm))", re.IGNORECASE)
_TIMES_CROSSED = re.compile(
    r"\b(?P<weekly>[1-7])\s+times\s+(?P<weeks>\d{1,2})\b(?!\s*(?:a|per|week|wk|/))", re.IGNORECASE
)
# "3w4", as therapists write 3 times a week for 4 weeks.
_SHORTHAND = re.compile(r"\b(?P<weekly>[1-7])\s?wk?\s?(?P<weeks>\d{1,2})\b(?!\s*(?:/|mg|cm|%))", re.IGNORECASE)
# Weeks and months said without a frequency beside them.
_LENGTH = re.compile(
    rf"(?:\b(?:for|over|during|within|x)\s+|,\s+|\()(?:the\s+next\s+)?{_range('weeks')}\s*(?P<unit>weeks?|wks?|months?|years?)\b",
    re.IGNORECASE,
)
_LENGTH_OF_COURSE = re.compile(
    rf"\b{_range('weeks')}[\s-]*(?P<unit>weeks?|wks?|months?|years?)[\s-]+(?:long\s+)?"
    r"(?:course|trial|program|period|block|series|membership)\b",
    re.IGNORECASE,
)
# "12 additional therapy sessions", and "sessions x 12", "#6", "therapy, times 12".
_COUNTED = (
    re.compile(r"(?:sessions?|visits?|treatments?)\s*\((?P<count>\d{1,3})\)", re.IGNORECASE),
    re.compile(
        rf"(?:\bqty|\bquantity|\btotal(?:\s+of)?)\b\.?[\s:#]{{0,3}}{_range('count')}\b(?!\s*(?:x|per|weeks?|wks?|months?))",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b{_range('count')}\s*(?:\(\d+\)\s*)?(?:additional\s+|more\s+)?(?:\w+\s+){{0,3}}?(?:sessions?|visits?|treatments?)\b"
        r"(?!\s*(?:per|a|each|every|/)\s*(?:month|mo|day)\b)",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?:sessions?|visits?|treatments?|therapy|puncture|care|chiro|acu|\bPT|\bOT|CMT|#|qty|quantity)(?:[,:\s(#-]|x(?=\s?\d)|x\b|times|for|quantity|qty)*"
        rf"{_range('count')}\b(?!\s*(?:x|times|weeks?|wks?|months?|hours?|hrs?|days?|per|a\s|-\s*\d+"
        r"|(?:visits?|sessions?|treatments?)\s*(?:per|a|each|every|/)\s*(?:month|mo|day)\b))",
        re.IGNORECASE,
    ),
)

# So many of these patterns are sure even beside a frequency.
_SURE = 3

# Times a week, as prescriptions abbreviate them.
_TIMES_A_WEEK = {"qw": 1, "biw": 2, "tiw": 3, "qiw": 4}
# "weekly for 6 weeks": once a week, unless a number stands before it.
_WEEKLY_ALONE = re.compile(
    rf"(?P<number>{NUMBER}\s*(?:x|times?|visits?|sessions?|treatments?|days?)?\s*)?\bweekly\b"
    rf"(?=,?\s*(?:for|over|x)\s+(?:the\s+next\s+)?{NUMBER})",
    re.IGNORECASE,
)
_LATIN = re.compile(r"\b(?:qw|biw|tiw|qiw)\b", re.IGNORECASE)
_TENS = re.compile(rf"\b({'|'.join(TENS)})(?:[- ]({'|'.join(WORDS[1:10])}))?\b", re.IGNORECASE)
MOST = 200


class Quantity(NamedTuple):
    """A number, or the least and most of a range as written."""

    least: int
    most: int


class Course(NamedTuple):
    """What a request asks for: visits, visits a week, weeks or months; None where it does not say."""

    visits: Quantity | None
    weekly: Quantity | None
    weeks: Quantity | None
    months: Quantity | None = None

    @property
    def computed(self) -> Quantity | None:
        """The visits that frequency and weeks come to, where both are said."""
        if self.weekly is None or self.weeks is None:
            return None
        return Quantity(self.weekly.least * self.weeks.least, self.weekly.most * self.weeks.most)

    @property
    def in_all(self) -> Quantity | None:
        """The visits as said, else as computed."""
        return self.visits or self.computed


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


def modified_request(request: str) -> Modified | None:
    """Return the three parts of a request that the claims administrator modified; None for any other request."""
    match = _MODIFIED.search(" ".join(request.split()))
    return None if match is None else Modified(match["original"], match["authorized"], match["remaining"])


def course_of(text: str) -> Course:
    """Return the visits, frequency and weeks that a request's text gives; what is not plain is left out."""
    flat = _plain(text)
    several = [match for match in _WEEKLY.finditer(flat) if not _is_length(match)]
    if len(several) > 1:
        parts = [Course(None, _quantity(m, "weekly"), _quantity(m, "weeks")).computed for m in several]
        whole = [part for part in parts if part is not None]
        total = Quantity(sum(p.least for p in whole), sum(p.most for p in whole))
        return Course(total if len(whole) == len(parts) else None, None, None)
    for pattern in (_WEEKLY, _RANGES_CROSSED, _TIMES_CROSSED, _CROSSED, _SHORTHAND):
        match = pattern.search(flat)
        if match is not None and not _is_length(match):
            rest = flat[: match.start()] + " ; " + flat[match.end() :]
            weekly, weeks = _quantity(match, "weekly"), _quantity(match, "weeks")
            found = Course(_counted_visits(rest, _COUNTED[:_SURE]), weekly, weeks)
            return found if weeks is not None else _with_length(found, rest)
    return _with_length(Course(_counted_visits(_LENGTH.sub(" ; ", flat), _COUNTED), None, None), flat)


def _is_length(match: re.Match[str]) -> bool:
    """Return whether a number of weeks was found and no frequency: "a 2 week course"."""
    groups = match.groupdict()
    is_bare = re.fullmatch(r"[\w-]+\s*(?:week|wk)", match[0]) is not None
    return is_bare and "ly" in groups and not (groups["per"] or groups["ly"])


def _with_length(course: Course, text: str) -> Course:
    """Return the course with the weeks or months that the text names by themselves."""
    match = _LENGTH.search(text) or _LENGTH_OF_COURSE.search(text)
    if match is None:
        return course
    length, unit = _quantity(match, "weeks"), match["unit"].lower()
    if unit.startswith("year"):
        return course._replace(months=length and Quantity(12 * length.least, 12 * length.most))
    return course._replace(months=length) if unit.startswith("month") else course._replace(weeks=length)


def _plain(text: str) -> str:
    """Return the text on one line, a number such as "six (6)" given once, and number words beyond twenty in figures."""
    flat = " ".join(text.split())
    flat = re.sub(rf"\b({NUMBER})\s*\(\d{{1,3}}\)", r"\1", flat, flags=re.IGNORECASE)
    flat = re.sub(r"\bonce\b", "1 time", flat, flags=re.IGNORECASE)
    flat = re.sub(r"\btwice\b", "2 times", flat, flags=re.IGNORECASE)
    flat = re.sub(r"\bthrice\b", "3 times", flat, flags=re.IGNORECASE)
    # "1 time or 2 times a week".
    flat = re.sub(rf"\b({NUMBER})\s+times?\s+(to|or)\s+(?={NUMBER}\b)", r"\1 \2 ", flat, flags=re.IGNORECASE)
    flat = re.sub(
        r"\b(?:daily,?\s*)?(?:M\s?-\s?F|mon(?:day)?\s+(?:to|through|-)\s+fri(?:day)?)\b,?",
        "5 times a week",
        flat,
        flags=re.IGNORECASE,
    )
    flat = re.sub(r"\bq\s?\.?\s?(?:week|wk)(?:ly)?\b", "1 time a week", flat, flags=re.IGNORECASE)
    flat = re.sub(r"-weekly\b", " weekly", flat, flags=re.IGNORECASE)
    flat = _WEEKLY_ALONE.sub(lambda m: m[0] if m["number"] else "1 time a week", flat)
    flat = _LATIN.sub(lambda m: f"{_TIMES_A_WEEK[m[0].lower()]} times a week", flat)
    flat = re.sub(r"\b(for|over|during)\s+a\s+(week|month)\b", r"\1 1 \2", flat, flags=re.IGNORECASE)
    flat = re.sub(r"\b(daily|weekly)\s+x\b", r"\1 for", flat, flags=re.IGNORECASE)
    return _TENS.sub(lambda m: str(TENS[m[1].lower()] + (WORDS.index(m[2].lower()) if m[2] else 0)), flat)


def _counted_visits(text: str, patterns: tuple[re.Pattern[str], ...]) -> Quantity | None:
    for pattern in patterns:
        match = pattern.search(text)
        if match is not None:
            return _quantity(match, "count")
    return None


def _is_weekly(groups: Mapping[str, str | None]) -> bool:
    """Return whether a frequency is once a week."""
    return whole_number(groups.get("weekly") or "0") == 1 and not groups.get("weekly_most")


def _quantity(match: re.Match[str], name: str) -> Quantity | None:
    groups = match.groupdict()
    written = groups.get(name) or (groups.get(f"{name}_alone") if _is_weekly(groups) else None)
    if not written:
        return None
    least = whole_number(written)
    most = groups.get(f"{name}_most")
    found = Quantity(least, whole_number(most) if most else least)
    # A slip such as 6-4 visits or 999 a week is no quantity.
    return found if 1 <= found.least <= found.most <= (14 if name == "weekly" else MOST) else None
