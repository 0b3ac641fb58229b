"""Whether a request for authorization is complete: what its papers hold, and what they lack."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from mtus_engine.model.lazy_pattern import LazyPattern
from mtus_engine.model.papers import PaperKind
from mtus_engine.model.review import Need, ReviewRules

# The value after a label, up to the next field of the line. A blank of a form, or another label, is no value.
_VALUE = re.compile(r"\s*:\s*(?P<value>[^\n|]*?)(?=\s{2,}\S|\s*\||$)")
# The most lines that a section of a form has.
_SECTION = 6
_BLANK = re.compile(r"[\s_.☐-]*")
# A value on a line of its own: one to five words, without a colon or parentheses as headings have.
_BY_ITSELF = re.compile(r"[^\s:()]+(?:\s[^\s:()]+){0,4}")


class PaperSeen(NamedTuple):
    """A paper of a request: what kind it is, None for one that is not known, and its lines."""

    kind: PaperKind | None
    lines: Sequence[str]


def unmet_needs(
    rules: ReviewRules, papers: Iterable[PaperSeen], day: date | None, *, has_treatment: bool
) -> list[Need]:
    """Return the needs that a request of a day does not meet, in the order of the rules; for None, of any day."""
    seen = list(papers)
    headings = [heading for need in rules.needs for heading in need.below]
    return [
        need
        for need in rules.needs
        if (day is None or need.in_force.includes(day))
        and not _is_seen(need, seen, headings, has_treatment=has_treatment)
    ]


def _is_seen(need: Need, papers: Sequence[PaperSeen], headings: Sequence[LazyPattern], *, has_treatment: bool) -> bool:
    if need.treatment:
        return has_treatment
    of_kind = [one for one in papers if one.kind in need.papers]
    if not need.labels and not need.phrases:
        return bool(of_kind)
    if not of_kind:
        # That there is no such paper is a need of its own; what it would say is not told as missing besides.
        return True
    if any(words.search(line) for paper in of_kind for line in paper.lines for words in need.phrases):
        return True
    return any(_holds(label, _lines_for(need, paper.lines, headings)) for paper in of_kind for label in need.labels)


def _lines_for(need: Need, lines: Sequence[str], headings: Sequence[LazyPattern]) -> Sequence[str]:
    """Return the lines in which a label counts: those from its heading to the next, or all without that heading."""
    for n, line in enumerate(lines):
        if any(heading.fullmatch(line.strip(" :")) for heading in need.below):
            below = lines[n + 1 : n + 1 + _SECTION]
            ends = (m for m, one in enumerate(below) if any(heading.fullmatch(one.strip(" :")) for heading in headings))
            return below[: next(ends, len(below))]
    return lines


def _holds(label: LazyPattern, lines: Sequence[str]) -> bool:
    """Return whether a value follows a label, on its line or by itself on the next."""
    for n, line in enumerate(lines):
        for match in label.finditer(line):
            # A remark in parentheses belongs to the label.
            rest = re.sub(r"^\s*\([^()]*\)", "", line[match.end() :])
            value = _VALUE.match(rest)
            if value is None:
                continue
            if not _is_blank(value["value"]):
                return True
            following = lines[n + 1] if n + 1 < len(lines) and rest.strip() == ":" else ""
            if not _is_blank(following) and _BY_ITSELF.fullmatch(following.strip()):
                return True
    return False


def _is_blank(value: str) -> bool:
    return _BLANK.fullmatch(value) is not None or value.rstrip().endswith(":")
