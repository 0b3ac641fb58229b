"""An edit's impact on cases as a report and as plain values."""

from collections import Counter
from collections.abc import Sequence
from typing import assert_never

from mtus_engine.model.determination import Finding, LimitStatus
from mtus_engine.model.fact import Because
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import Span
from mtus_engine.policy.impact import Change, CriterionAt, Impact, LimitAt, Moved, RouteAt, RulePart, Standing
from mtus_engine.report.sheet import Sheet, SheetPart
from mtus_engine.wording.statuses import finding_words, limit_word, status_word


def change_title(change: Change) -> str:
    """Return what a change is, in words."""
    match change:
        case Change.STRICTER:
            return "Stricter: less is supported than before"
        case Change.LOOSER:
            return "Looser: more is supported than before"
        case Change.RECLASSIFIED:
            return "Reclassified: to or from a finding that is no judgement"
        case Change.EVIDENCE:
            return "Evidence only: the same finding on other grounds"
        case Change.UNCHANGED:
            return "Unchanged"
        case _:
            assert_never(change)


def impact_sheet(old: str, new: str, impacts: Sequence[Impact]) -> Sheet:
    """Return the report of an edit's impact on cases."""
    counts = Counter(one.change for one in impacts)
    words = [f"{counts[change]} {change.value}" for change in Change if counts[change]]
    summary = f"{len(impacts)} items: {', '.join(words)}" if impacts else "no item was compared"
    headings = ("Item", "Finding before", "Finding after", "What moved")
    listed = [change for change in Change if counts[change] and change is not Change.UNCHANGED]
    parts = [SheetPart(change_title(change), (), headings, _rows(impacts, change)) for change in listed]
    touched = sum(one.is_touched for one in impacts)
    reached = sum(one.is_reached for one in impacts)
    reach = (
        f"{touched} of them are under an edition that the edit changes, and in {reached} of these a rule or row that "
        "it changes has a say: only those tell what the edit does."
    )
    return Sheet(f"Impact of {new} against {old}", (summary, reach) if impacts else (summary,), tuple(parts))


def _rows(impacts: Sequence[Impact], change: Change) -> list[tuple[str, ...]]:
    return [
        (
            one.named,
            finding_words(one.before),
            finding_words(one.after),
            "; ".join(moved_words(moved) for moved in one.moved),
        )
        for one in impacts
        if one.change is change
    ]


def moved_words(moved: Moved) -> str:
    """Return how a part of the rules stood and stands, as the other reports word it."""
    return f"{part_words(moved.part)}: {_standing_words(moved.before)} → {_standing_words(moved.after)}"


def part_words(part: RulePart) -> str:
    """Return the name of a part of the rules."""
    match part.kind:
        case "text":
            return "finding from verified text alone"
        case "notice":
            return f"notice {part.id}"
        case "governs":
            return f"{part.edition} governs"
        case "criterion" | "limit":
            return f"{part.edition} {part.id}"
        case "route":
            return f"{part.edition} route {part.id}"
        case _:
            assert_never(part.kind)


def _standing_words(standing: Standing | None) -> str:
    match standing:
        case None:
            return "not there"
        case Finding():
            return finding_words(standing)
        case Truth():
            return {Truth.TRUE: "yes", Truth.FALSE: "no"}.get(standing, "undetermined")
        case CriterionAt(status, because):
            word = status_word(status, because)
            return f"{word}, presumed" if because is Because.PRESUMED else word
        case LimitAt(status, left):
            word = "Undetermined" if status is LimitStatus.UNDETERMINED else limit_word(status)
            return word if left is None else f"{word}, leaves {_left_words(left)}"
        case RouteAt(steps):
            return " or ".join(steps)
        case _:
            assert_never(standing)


def _left_words(span: Span) -> str:
    if span.point is not None:
        return str(span.point)
    return f"{span.low or 0} or more" if span.high is None else f"{span.low or 0} to {span.high}"


def impact_outline(old: str, new: str, impacts: Sequence[Impact]) -> dict[str, object]:
    """Return the impact in its JSON form."""
    return {
        "old": old,
        "new": new,
        "items": [
            {
                "item": one.named,
                "change": one.change.value,
                "before": one.before.value,
                "after": one.after.value,
                "moved": [moved_outline(moved) for moved in one.moved],
            }
            for one in impacts
        ],
    }


def moved_outline(moved: Moved) -> dict[str, str]:
    """Return a part that moved in its JSON form."""
    before, after = _standing_code(moved.before), _standing_code(moved.after)
    return {"name": part_words(moved.part), "before": before, "after": after}


def _standing_code(standing: Standing | None) -> str:
    match standing:
        case None:
            return "none"
        case Finding():
            return standing.value
        case Truth():
            return standing.value
        case CriterionAt(status, because):
            return f"{status.value}, {because.value}"
        case LimitAt(status, left):
            return status.value if left is None else f"{status.value}, leaves {_left_words(left)}"
        case RouteAt(steps):
            return " or ".join(steps)
        case _:
            assert_never(standing)
