"""Whether a request for authorization is complete: what its papers hold, and what they lack."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from mtus_engine.model.papers import PaperKind
from mtus_engine.model.review import Need, ReviewRules

# Behind a label stands its value until the next field of the line; a blank of a form is none.
_VALUE = re.compile(r"\s*:\s*(?P<value>[^\n]*?)(?=\s{2,}\S|$)")
# Lines that a section of a form has.
_SECTION = 6
_BLANK = re.compile(r"[\s_.☐-]*")


class PaperSeen(NamedTuple):
    """A paper of a request: what kind it is, None for one that is not known, and its lines."""

    kind: PaperKind | None
    lines: Sequence[str]


def lacking(rules: ReviewRules, papers: Iterable[PaperSeen], day: date | None, *, has_treatment: bool) -> list[Need]:
    """Return what a request of this day lacks, in the order of the rules."""
    seen = list(papers)
    return [
        need
        for need in rules.needs
        if (day is None or need.in_force.includes(day)) and not _is_seen(need, seen, has_treatment=has_treatment)
    ]


def _is_seen(need: Need, papers: Sequence[PaperSeen], *, has_treatment: bool) -> bool:
    if need.treatment:
        return has_treatment
    of_kind = [one for one in papers if one.kind in need.papers]
    if not need.labels:
        return bool(of_kind)
    return any(_holds(label, _lines_for(need, paper.lines)) for paper in of_kind for label in need.labels)


def _lines_for(need: Need, lines: Sequence[str]) -> Sequence[str]:
    """Return the lines in which a label counts: those below its heading, where the paper has that."""
    for n, line in enumerate(lines):
        if any(heading.fullmatch(line.strip(" :")) for heading in need.below):
            return lines[n + 1 : n + 1 + _SECTION]
    return lines


def _holds(label: re.Pattern[str], lines: Sequence[str]) -> bool:
    """Return whether something stands behind a label."""
    for line in lines:
        for match in label.finditer(line):
            # A remark in parentheses belongs to the label.
            rest = re.sub(r"^\s*\([^()]*\)", "", line[match.end() :])
            value = _VALUE.match(rest)
            if value is not None and _BLANK.fullmatch(value["value"]) is None:
                return True
    return False
