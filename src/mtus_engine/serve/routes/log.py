"""The log of decisions: read, its signed end, and whether it is whole."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from mtus_engine.serve.door import GuardedRoute, Served, Visitor, guard_for
from mtus_engine.serve.problems import Refused
from mtus_engine.serve.sent import Id
from mtus_engine.serve.shapes import HeadShown, RecordPage, RecordShown
from mtus_engine.store.chain import fault_lines, purged_lines
from mtus_engine.store.log import current_head, page_of_records, verification_of_log
from mtus_engine.store.roles import Action

router = APIRouter(prefix="/v1/log", route_class=GuardedRoute, tags=["log"])
MayRead = Annotated[Visitor, Depends(guard_for(Action.READ_LOG))]
MayVerify = Annotated[Visitor, Depends(guard_for(Action.VERIFY_LOG))]


class VerifiedShown(BaseModel):
    """Whether the log is whole; without a head kept elsewhere an end that was cut off is not seen."""

    whole: bool
    entries: int
    records: int
    purged: list[str]
    faults: list[str]


@router.get("")
def read_log(
    office: Served,
    visitor: MayRead,
    case: Annotated[Id | None, Query(description="the records of one case")] = None,
    after: Annotated[int, Query(ge=0, le=2_000_000_000, description="next, of the page before")] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> RecordPage:
    """Return records in their order."""
    with office.reading() as connection:
        found = page_of_records(connection, case, after, limit + 1)
    shown = [RecordShown(**{**one._asdict(), "content": one.content and dict(one.content)}) for one in found[:limit]]
    return RecordPage(records=shown, next=shown[-1].seq if len(found) > limit else None)


@router.get("/head")
def read_head(office: Served, visitor: MayVerify) -> HeadShown:
    """Return the signed end of the log, to be kept elsewhere."""
    with office.reading() as connection:
        head = current_head(connection, office.record.key)
    if head is None:
        raise Refused(404, "Empty", "the log is empty: there is no head yet")
    return HeadShown(**head._asdict())


@router.get("/verified")
def verify(office: Served, visitor: MayVerify) -> VerifiedShown:
    """Return whether anything in the log was changed."""
    with office.reading() as connection:
        found = verification_of_log(connection, office.record.key.public)
    return VerifiedShown(
        whole=not found.faults,
        entries=found.entries,
        records=found.payloads,
        purged=list(purged_lines(found, {})),
        faults=list(fault_lines(found)),
    )
