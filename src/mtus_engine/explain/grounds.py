"""The reviewer's grounds set beside the engine's, for one item."""

from typing import NamedTuple

from mtus_engine.model.audited import favors
from mtus_engine.model.casefile import Ground, Reviewer
from mtus_engine.model.determination import Candidate, LimitStatus, Status
from mtus_engine.model.prediction import Prediction

# The predicted outcomes that agree with a reviewer's outcome of another name.
_ALIKE = {
    "approved": {"may_be_approved", "overturned"},
    "denied": {"refer_to_physician_reviewer"},
    "modified": {"refer_to_physician_reviewer"},
}


class GroundComparison(NamedTuple):
    """The outcomes and the grounds of engine and reviewer side by side; same_outcome is None without a prediction.

    contradicted is what the reviewer finds failed and we find met, conceded what the reviewer finds met and we find
    failed: that is no ground of the reviewer's against the request.
    """

    same_outcome: bool | None
    shared: tuple[str, ...]
    engine_only: tuple[str, ...]
    reviewer_only: tuple[Ground, ...]
    contradicted: tuple[str, ...]
    conceded: tuple[str, ...] = ()


def grounds_against(reviewer: Reviewer) -> list[Ground]:
    """Return the reviewer's grounds against the request; one without a finding is such unless the outcome favors it."""
    favorable = favors(reviewer.outcome) is True
    return [
        ground
        for ground in reviewer.grounds
        if ground.finding in {"not_met", "not_documented"} or (ground.finding is None and not favorable)
    ]


def ground_comparison(
    candidate: Candidate | None, prediction: Prediction | None, reviewer: Reviewer
) -> GroundComparison:
    """Return the prediction and grounds of the engine for one item, compared with the reviewer's outcome and grounds.

    A ground of the reviewer is shared where our criterion is not met or undetermined, or our limit
    not within; ours alone are only criteria not met and limits exceeded.
    """
    open_, failed, met = _ids_by_standing(candidate)
    theirs_against = grounds_against(reviewer)
    named = [ground for ground in theirs_against if ground.criterion is not None]
    shared = tuple(dict.fromkeys(g.criterion for g in named if g.criterion in open_ | failed and g.criterion))
    contradicted = tuple(dict.fromkeys(g.criterion for g in named if g.criterion in met and g.criterion))
    ours = tuple(id_ for id_ in _ids_in_order(candidate) if id_ in failed and id_ not in shared)
    theirs = tuple(g for g in theirs_against if g.criterion is None or g.criterion not in {*shared, *contradicted})
    met_there = [g.criterion for g in reviewer.grounds if g.finding == "met" and g.criterion in failed and g.criterion]
    conceded = tuple(dict.fromkeys(met_there))
    return GroundComparison(_is_same_outcome(prediction, reviewer), shared, ours, theirs, contradicted, conceded)


def _is_same_outcome(prediction: Prediction | None, reviewer: Reviewer) -> bool | None:
    if prediction is None or prediction.outcome is None:
        return None
    return prediction.outcome == reviewer.outcome or prediction.outcome in _ALIKE.get(reviewer.outcome, set())


def _ids_by_standing(candidate: Candidate | None) -> tuple[set[str], set[str], set[str]]:
    open_: set[str] = set()
    failed: set[str] = set()
    met: set[str] = set()
    if candidate is None:
        return open_, failed, met
    for criterion in candidate.criteria:
        into = {
            Status.UNDETERMINED: open_,
            Status.NOT_MET: open_ if criterion.rule.advisory else failed,
            Status.MET: met,
        }
        into.get(criterion.status, set()).add(criterion.rule.id)
    for limit in candidate.limits:
        by_status = {LimitStatus.WITHIN: met, LimitStatus.UNDETERMINED: open_, LimitStatus.NOT_APPLICABLE: set[str]()}
        by_status.get(limit.status, failed).add(limit.rule.id)
    return open_, failed, met


def _ids_in_order(candidate: Candidate | None) -> tuple[str, ...]:
    if candidate is None:
        return ()
    return (*(c.rule.id for c in candidate.criteria), *(x.rule.id for x in candidate.limits))
