"""What is worth a look before anything comes of a request, by what its papers mark and leave out."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from mtus_engine.model.papers import PaperKind
from mtus_engine.model.periods import add_months
from mtus_engine.model.review import EarlierDecision, OtherPlan, Remark, ReviewRules, Way


class PaperMarks(NamedTuple):
    """A paper of a request: what kind it is, the words at its ticked boxes, and whether it bears a day."""

    kind: PaperKind
    ticked: tuple[str, ...]
    is_dated: bool


def remarks_of(rules: ReviewRules, papers: Collection[PaperMarks], way: Way) -> list[Remark]:
    """Return what is worth a look in the papers of a request that is reviewed in a way, in the order of the rules."""
    return [
        one
        for one in rules.remarks
        if way not in one.unless_way and any(_is_so(one, paper) for paper in papers if paper.kind in one.papers)
    ]


def _is_so(remark: Remark, paper: PaperMarks) -> bool:
    if remark.undated:
        return not paper.is_dated
    return any(phrase.search(words) for phrase in remark.ticked for words in paper.ticked)


def is_of_the_request(rule: OtherPlan, planned_on: date, requested_on: date | None) -> bool:
    """Return whether a plan may be that of a request of a day: at most so many days before; for None, of any."""
    return requested_on is None or 0 <= (requested_on - planned_on).days <= rule.days


def still_counts(rule: EarlierDecision, outcome: str, decided_on: date, requested_on: date | None) -> bool:
    """Return whether a decision may still be in effect for a request of a day; for None, of a day not known."""
    if outcome not in rule.outcomes:
        return False
    if requested_on is None:
        return True
    ends = add_months(decided_on.toordinal(), rule.months)
    return decided_on <= requested_on and (ends is None or requested_on.toordinal() <= ends)
