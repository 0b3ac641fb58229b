"""An edit's impact on cases as a report and as plain values."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from mtus_engine.model.determination import Finding
from mtus_engine.model.fact import Because
from mtus_engine.report.naming import FINDINGS, STATUSES, status_words
from mtus_engine.report.sheet import Part, Sheet

# Changes that are listed one by one, with what is said of them.
LISTED = {
    "stricter": "Stricter: less is supported than before",
    "looser": "Looser: more is supported than before",
    "reclassified": "Reclassified: to or from a finding that is no judgement",
    "evidence only": "Evidence only: the same finding on other grounds",
}
UNCHANGED = "unchanged"


class MovedWords(NamedTuple):
    """A part of the rules that stands otherwise."""

    name: str
    before: str
    after: str


class ImpactWords(NamedTuple):
    """One item under two rulesets, as a report names it."""

    named: str
    change: str
    before: Finding
    after: Finding
    moved: Sequence[MovedWords]
    is_touched: bool = False


def impact_sheet(old: str, new: str, impacts: Sequence[ImpactWords]) -> Sheet:
    """Return the report of an edit's impact on cases."""
    counts = Counter(one.change for one in impacts)
    words = [f"{counts[change]} {change}" for change in (*LISTED, UNCHANGED) if counts[change]]
    summary = f"{len(impacts)} items: {', '.join(words)}" if impacts else "no item was compared"
    parts = [
        Part(title, (), ("Item", "Finding before", "Finding after", "What moved"), _rows(impacts, change))
        for change, title in LISTED.items()
        if counts[change]
    ]
    touched = sum(one.is_touched for one in impacts)
    reach = f"{touched} of them are under an edition that the edit changes; the others say nothing of it."
    return Sheet(f"Impact of {new} against {old}", (summary, reach) if impacts else (summary,), tuple(parts))


def _rows(impacts: Sequence[ImpactWords], change: str) -> list[tuple[str, ...]]:
    return [
        (one.named, FINDINGS[one.before], FINDINGS[one.after], "; ".join(moved_words(moved) for moved in one.moved))
        for one in impacts
        if one.change == change
    ]


def moved_words(moved: MovedWords) -> str:
    """Return how a part of the rules stood and stands, as the other reports word it."""
    return f"{moved.name}: {_standing(moved.before)} → {_standing(moved.after)}"


def _standing(standing: str) -> str:
    """Return a standing in words; it is a finding, a truth, or a status with why it is so or what it leaves."""
    status, _, rest = standing.partition(", ")
    if status in _PLAIN:
        return _PLAIN[status]
    if rest in _REASONS:
        word = status_words(status, rest, looked_for=False)[1]
        return f"{word}, presumed" if rest == Because.PRESUMED.value else word
    word = "Undetermined" if status == "undetermined" else STATUSES[status][1]
    return f"{word}, {rest}" if rest else word


_PLAIN = {
    **{finding.value: words for finding, words in FINDINGS.items()},
    "true": "yes",
    "false": "no",
    "none": "not there",
}
_REASONS = {because.value for because in Because}


def impact_outline(old: str, new: str, impacts: Sequence[ImpactWords]) -> dict[str, object]:
    """Return the impact in its JSON form."""
    return {
        "old": old,
        "new": new,
        "items": [
            {
                "item": one.named,
                "change": one.change,
                "before": one.before.value,
                "after": one.after.value,
                "moved": [moved._asdict() for moved in one.moved],
            }
            for one in impacts
        ],
    }
