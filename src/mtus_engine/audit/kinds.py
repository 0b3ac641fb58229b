"""The kind of difference between engine and reviewer on one item, with the evidence for it."""

from mtus_engine.audit.citations import Publishers, is_cited
from mtus_engine.explain.grounds import GroundComparison, grounds_against
from mtus_engine.model.audited import DifferenceKind, favors
from mtus_engine.model.casefile import Reviewer
from mtus_engine.model.determination import Determination, Finding
from mtus_engine.model.ruleset import Edition


def kind_of(
    determination: Determination,
    reviewer: Reviewer | None,
    beside: GroundComparison | None,
    publishers: Publishers,
) -> tuple[DifferenceKind, str]:
    """Return the first kind that holds, in the order of DifferenceKind, and what shows it in a few words."""
    governing = determination.evaluation.governing
    if determination.evaluation.finding is Finding.NOT_COVERED:
        return DifferenceKind.NOT_COVERED, "no encoded guideline covers the item"
    if reviewer is None or beside is None:
        return DifferenceKind.NO_DECISION, "the case holds no reviewer's decision on the item"
    predicted = determination.prediction.outcome if determination.prediction else None
    ours, theirs = favors(predicted), favors(reviewer.outcome)
    if ours is None or theirs is None:
        return DifferenceKind.NOTHING_PREDICTED, f"{determination.evaluation.finding.value.replace('_', ' ')}"
    if ours is theirs and (beside.shared or (theirs and not grounds_against(reviewer))):
        return DifferenceKind.SAME_GROUNDS, _label_with_names(
            "shared", beside.shared
        ) or "nothing stands against it on either side"
    different = _explanation_of_difference(governing.edition if governing else None, reviewer, beside, publishers)
    if different is not None:
        return different
    if ours is theirs and not grounds_against(reviewer):
        return DifferenceKind.NO_GROUNDS, "the case holds no ground of the reviewer's"
    if ours is theirs:
        return DifferenceKind.OTHER_GROUNDS, _label_with_names(
            "ours", beside.engine_only
        ) or "ours: information is missing"
    words = f"predicted {predicted}, decided {reviewer.outcome}".replace("_", " ")
    return (DifferenceKind.STRICTER if theirs else DifferenceKind.MORE_LENIENT), words


def _explanation_of_difference(
    edition: Edition | None, reviewer: Reviewer, beside: GroundComparison, publishers: Publishers
) -> tuple[DifferenceKind, str] | None:
    """Return what explains grounds that are not shared: a fact, a guideline, or a ground beyond the guideline."""
    if beside.contradicted:
        return DifferenceKind.READ_OTHERWISE, _label_with_names("met here, failed there", beside.contradicted)
    if beside.conceded:
        return DifferenceKind.READ_OTHERWISE, _label_with_names("failed here, met there", beside.conceded)
    if edition is not None and not is_cited(edition, reviewer.guidelines, publishers):
        named = "; ".join(f"{one.instrument}{', p. ' + one.pages if one.pages else ''}" for one in reviewer.guidelines)
        return DifferenceKind.OTHER_GUIDELINE, f"the reviewer cites {named}"
    failed = grounds_against(reviewer)
    if failed and all(ground.criterion is None for ground in failed):
        return DifferenceKind.NOT_ENCODED, _label_with_names("theirs", tuple(ground.other or "" for ground in failed))
    return None


def _label_with_names(label: str, names: tuple[str, ...]) -> str:
    return f"{label}: {', '.join(names)}" if names else ""
