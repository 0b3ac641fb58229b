"""The steps of a review: started, returned, referred, handed over, signed, opened again."""

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import Connection
from starlette.responses import Response

from mtus_engine.serve.door import GuardedRoute, Served, Visitor, allowed
from mtus_engine.serve.problems import Refused
from mtus_engine.serve.routes.cases import CaseId
from mtus_engine.serve.sent import StepSent
from mtus_engine.serve.shapes import HeadShown, StepTaken
from mtus_engine.serve.writing import Made, Once, Seen, repeated, tagged, written
from mtus_engine.store.cases import Changed, stored_case
from mtus_engine.store.decisions import Decided, take_step
from mtus_engine.store.documents import documents_of
from mtus_engine.store.log import Stamp
from mtus_engine.store.people import Person, person_of_login
from mtus_engine.store.reviews import Step
from mtus_engine.store.roles import Action, may

router = APIRouter(prefix="/v1/cases/{id}/review", route_class=GuardedRoute, tags=["reviews"])
MayReview = Annotated[Visitor, Depends(allowed(Action.REVIEW))]


@router.post("/{step}", response_model=StepTaken)
def take(
    office: Served, visitor: MayReview, once: Once, seen: Seen, id: CaseId, step: Step, sent: StepSent
) -> Response:
    """Take a step; all but the start are recorded in the log with the case as it stood and what it came to."""
    if (again := repeated(office, visitor, once)) is not None:
        return again
    # Determined before anything is locked: others go on meanwhile, and what they change is seen by its version.
    with office.reading() as connection:
        found = stored_case(connection, id)
        kept = documents_of(connection, id, found.version)
    if found.version != seen:
        # The first of two equal requests may have been done meanwhile.
        if (again := repeated(office, visitor, once)) is not None:
            return again
        raise Changed(found.version)
    determined = office.determined(found, kept)

    def change(connection: Connection, stamp: Stamp) -> Made:
        taken = take_step(
            connection,
            office.record.key,
            stamp,
            visitor.person,
            step,
            determined,
            why=sent.why,
            to=None if sent.to is None else receiver(connection, sent.to).id,
            decided=[Decided(one.item, one.outcome, one.reasons) for one in sent.decided],
            # A physician's signature always needs a sign-in.
            as_physician=visitor.is_signed_in and may(visitor.person.roles, Action.SIGN_AS_PHYSICIAN),
        )
        head = None if taken.head is None else HeadShown(**taken.head._asdict())
        shown = StepTaken(id=id, version=taken.version, step=step, head=head)
        return Made(200, shown, tagged(taken.version), id, taken.head)

    return written(office, visitor, once, change)


def receiver(connection: Connection, login: str) -> Person:
    """Return who is to have a case; raises Refused for one who may not review it."""
    found = person_of_login(connection, login)
    if found is None or not found.is_active or not may(found.roles, Action.REVIEW):
        raise Refused(422, "To whom", "name the login of a nurse or a physician who may sign in")
    return found
