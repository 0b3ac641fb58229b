"""The kind of difference between engine and reviewer on one item, with the evidence for it."""

from mtus_engine.audit.citations import is_cited
from mtus_engine.explain.grounds import Comparison, against
from mtus_engine.model.audited import Kind, favors
from mtus_engine.model.casefile import Reviewer
from mtus_engine.model.determination import Determination, Finding
from mtus_engine.model.ruleset import Edition


def kind_of(determination: Determination, reviewer: Reviewer | None, beside: Comparison | None) -> tuple[Kind, str]:
    """Return the first kind that holds, in the order of Kind, and what shows it in a few words."""
    governing = determination.evaluation.governing
    if determination.evaluation.finding is Finding.NOT_COVERED:
        return Kind.NOT_COVERED, "no encoded guideline covers the item"
    if reviewer is None or beside is None:
        return Kind.NO_DECISION, "the case holds no reviewer's decision on the item"
    predicted = determination.prediction.outcome if determination.prediction else None
    ours, theirs = favors(predicted), favors(reviewer.outcome)
    if ours is None or theirs is None:
        return Kind.NOTHING_PREDICTED, f"{determination.evaluation.finding.value.replace('_', ' ')}"
    if ours is theirs and (beside.shared or (theirs and not against(reviewer))):
        return Kind.SAME_GROUNDS, _listed("shared", beside.shared) or "nothing stands against it on either side"
    different = _explained(governing.edition if governing else None, reviewer, beside)
    if different is not None:
        return different
    if ours is theirs and not against(reviewer):
        return Kind.NO_GROUNDS, "the case holds no ground of the reviewer's"
    if ours is theirs:
        return Kind.OTHER_GROUNDS, _listed("ours", beside.engine_only) or "ours: information is missing"
    words = f"predicted {predicted}, decided {reviewer.outcome}".replace("_", " ")
    return (Kind.STRICTER if theirs else Kind.MORE_LENIENT), words


def _explained(edition: Edition | None, reviewer: Reviewer, beside: Comparison) -> tuple[Kind, str] | None:
    """Return what explains grounds that are not shared: a fact, a guideline, or a ground beyond the guideline."""
    if beside.contradicted:
        return Kind.READ_OTHERWISE, _listed("met here, failed there", beside.contradicted)
    if beside.conceded:
        return Kind.READ_OTHERWISE, _listed("failed here, met there", beside.conceded)
    if edition is not None and not is_cited(edition, reviewer.guidelines):
        named = "; ".join(f"{one.instrument}{', p. ' + one.pages if one.pages else ''}" for one in reviewer.guidelines)
        return Kind.OTHER_GUIDELINE, f"the reviewer cites {named}"
    failed = against(reviewer)
    if failed and all(ground.criterion is None for ground in failed):
        return Kind.NOT_ENCODED, _listed("theirs", tuple(ground.other or "" for ground in failed))
    return None


def _listed(label: str, names: tuple[str, ...]) -> str:
    return f"{label}: {', '.join(names)}" if names else ""
