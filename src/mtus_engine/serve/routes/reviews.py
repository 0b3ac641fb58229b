"""The steps of a review: started, returned, referred, handed over, signed, opened again."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from mtus_engine.serve.door import GuardedRoute, Served, Visitor, guard_for
from mtus_engine.serve.routes.cases import CaseId
from mtus_engine.serve.sent import StepSent
from mtus_engine.serve.shapes import StepTaken
from mtus_engine.serve.steps import take_step_once
from mtus_engine.serve.writing import Once, VersionSeen
from mtus_engine.store.decided import Decided
from mtus_engine.store.reviews import Step
from mtus_engine.store.roles import Action

router = APIRouter(prefix="/v1/cases/{id}/review", route_class=GuardedRoute, tags=["reviews"])
MayReview = Annotated[Visitor, Depends(guard_for(Action.REVIEW))]


@router.post("/{step}", response_model=StepTaken)
def take(
    office: Served, visitor: MayReview, once: Once, seen: VersionSeen, id: CaseId, step: Step, sent: StepSent
) -> Response:
    """Take a step; all but the start are recorded in the log with the case as it stood and what it came to."""
    decided = [Decided(one.item, one.outcome, one.reasons, one.granted, one.guideline) for one in sent.decided]
    return take_step_once(
        office, visitor, once, id, seen, step, why=sent.why, to=sent.to, decided=decided, as_physician=True
    )
