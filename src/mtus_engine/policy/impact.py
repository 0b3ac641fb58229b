"""What an edit of the rules changes on cases: each item under both, and the criterion that moved."""

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from mtus_engine.api import Checker, impossible_facts
from mtus_engine.model.case import Case
from mtus_engine.model.determination import Candidate, Determination, Evaluation, Finding
from mtus_engine.model.diagnostic import Diagnostic, Rejected
from mtus_engine.model.ruleset import Edition
from mtus_engine.model.values import Span


class Change(Enum):
    """How an item changes: against the request, in its favor, to or from a finding that is neither, or in grounds."""

    STRICTER = "stricter"
    LOOSER = "looser"
    RECLASSIFIED = "reclassified"
    EVIDENCE = "evidence only"
    UNCHANGED = "unchanged"


# Findings from the least to the most in favor of the request; the others are no judgement on it.
FAVOR = (Finding.DOES_NOT_MEET, Finding.INFORMATION_NEEDED, Finding.MEETS_IN_PART, Finding.MEETS)


class Moved(NamedTuple):
    """A part of the rules that stands otherwise: its name, and how it stood and stands (none: it is not there)."""

    name: str
    before: str
    after: str


class Impact(NamedTuple):
    """One item under two rulesets; is_touched tells whether an edition that the edit changed may govern it."""

    case: str
    item: str
    change: Change
    before: Finding
    after: Finding
    moved: tuple[Moved, ...]
    is_touched: bool = False

    @property
    def named(self) -> str:
        """The item as reports name it."""
        return f"{self.case} item {self.item}"


def impacts(old: tuple[Case, Checker], new: tuple[Case, Checker]) -> Iterator[Impact]:
    """Yield the items of a case, read under each ruleset; raises Rejected, at the end, for impossible facts."""
    problems: list[Diagnostic] = []
    for before, after in zip(old[0].items, new[0].items, strict=True):
        sides = ((*old, before), (*new, after))
        determined = [checker.determination(case, item) for case, checker, item in sides]
        for (case, _, item), one in zip(sides, determined, strict=True):
            problems += [impossible_facts(case, item, rule.says) for rule in one.evaluation.impossible]
        if not any(one.evaluation.impossible for one in determined):
            yield impact(*determined)
    if problems:
        raise Rejected(tuple(problems))


def impact(old: Determination, new: Determination) -> Impact:
    """Return how one item's determination changes."""
    before, after = old.evaluation, new.evaluation
    moved = tuple(_moved(old, new))
    change = _change(before, after)
    if change is Change.UNCHANGED and moved:
        change = Change.EVIDENCE
    return Impact(new.case, new.item, change, before.finding, after.finding, moved, _is_touched(before, after))


def _is_touched(before: Evaluation, after: Evaluation) -> bool:
    """Return whether an edition that differs between the two, in more than its file, may govern the item."""
    old, new = ({c.edition.key: bare(c.edition) for c in e.candidates} for e in (before, after))
    return old != new


def bare(edition: Edition) -> Edition:
    """Return an edition without what decides nothing: where its file lies, its title and note."""
    return edition._replace(file="", facts={}, title="", note=None)


def _change(before: Evaluation, after: Evaluation) -> Change:
    if before.finding is not after.finding:
        if before.finding not in FAVOR or after.finding not in FAVOR:
            return Change.RECLASSIFIED
        return Change.LOOSER if FAVOR.index(after.finding) > FAVOR.index(before.finding) else Change.STRICTER
    fewer, more = _compared(_supported(before), _supported(after))
    if fewer and more:
        return Change.RECLASSIFIED
    return Change.STRICTER if fewer else Change.LOOSER if more else Change.UNCHANGED


def _supported(evaluation: Evaluation) -> Span | None:
    """Return the units that the criteria support, where some of what is asked may not be."""
    units = evaluation.units
    open_ = evaluation.finding in {Finding.MEETS_IN_PART, Finding.INFORMATION_NEEDED}
    return units.supported if units is not None and open_ else None


def _compared(before: Span | None, after: Span | None) -> tuple[bool, bool]:
    """Return whether fewer units may be supported than before, and whether more."""
    if before is None or after is None:
        return False, False
    far = float("inf")
    ends = [(one.low or 0, far if one.high is None else one.high) for one in (before, after)]
    (low, high), (new_low, new_high) = ends
    return new_low < low or new_high < high, new_low > low or new_high > high


def _moved(old: Determination, new: Determination) -> Iterator[Moved]:
    before, after = _standing(old), _standing(new)
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            yield Moved(name, before.get(name, "none"), after.get(name, "none"))


def _standing(determination: Determination) -> dict[str, str]:
    """Return how each part stands that an outcome may rest on, by its name."""
    evaluation = determination.evaluation
    standing = {"finding from verified text alone": determination.text_only.value}
    standing |= {f"notice {notice.rule.id}": notice.truth.value for notice in evaluation.notices}
    for candidate in evaluation.candidates:
        standing |= _of_candidate(candidate)
    return standing


def _of_candidate(candidate: Candidate) -> dict[str, str]:
    edition = candidate.edition.key
    standing = {f"{edition} governs": candidate.governs.value}
    for criterion in candidate.criteria:
        standing[f"{edition} {criterion.rule.id}"] = f"{criterion.status.value}, {criterion.because.value}"
    for limit in candidate.limits:
        left = f", leaves {_words(limit.left)}" if limit.status.value != "not_applicable" else ""
        standing[f"{edition} {limit.rule.id}"] = f"{limit.status.value}{left}"
    return standing


def _words(span: Span) -> str:
    if span.point is not None:
        return str(span.point)
    return f"{span.low or 0} or more" if span.high is None else f"{span.low or 0} to {span.high}"
