"""A paper that does not belong to a request: taken off it, with all that was read of it."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import Response

from mtus_engine.ingest.places import places_of
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.serve.desk.pages import PageRoute, Posted, pages_of, redirect_to
from mtus_engine.serve.door import Served, Visitor, guard_for
from mtus_engine.serve.problems import Refused
from mtus_engine.serve.routes.cases import CaseId, refuse_unfit
from mtus_engine.serve.sent import Id
from mtus_engine.serve.writing import Once, keep_change
from mtus_engine.store.cases import StoredCase, change_case, stored_case
from mtus_engine.store.documents import KeptDocument, documents_of, remove_document
from mtus_engine.store.log import Stamp
from mtus_engine.store.parts import PlainDocument, Said, body_of
from mtus_engine.store.roles import Action

router = APIRouter(prefix="/desk/cases/{id}/documents", route_class=PageRoute, include_in_schema=False)
MayChange = Annotated[Visitor, Depends(guard_for(Action.CHANGE_CASES))]


class _Without(NamedTuple):
    """A case without a paper: the ids of what goes, what stands in its place, and the header without the paper."""

    withdrawn: frozenset[str]
    said: tuple[Said, ...]
    header: PlainDocument


@router.post("/{document}/off")
def take_off(
    request: Request, office: Served, visitor: MayChange, once: Once, id: CaseId, document: Id, form: Posted
) -> Response:
    """Take a paper off a request, and what was read of it; earlier versions keep both."""
    words = pages_of(request).words
    why = form.line("why")
    if not why:
        raise Refused(422, words("paper.off_no_reason"), "")

    def change(connection: Connection, stamp: Stamp) -> int:
        now, papers = stored_case(connection, id), documents_of(connection, id)
        paper = next((one for one in papers if one.id == document and one.letter is None), None)
        if paper is None:
            raise Refused(404, words("paper.off_gone"), "")
        without = case_without(paper, now, papers)
        try:
            refuse_unfit(office, now, without.said, without.withdrawn, without.header)
        except Rejected as rejected:
            raise Refused(422, words("paper.off_not_together"), "; ".join(map(str, rejected.diagnostics))) from None
        version = remove_document(connection, stamp, id, now.version, document)
        return change_case(
            connection,
            stamp,
            id,
            version,
            said=without.said,
            withdrawn=without.withdrawn,
            header=without.header,
            what=words("paper.off_done", file=paper.file, why=why),
        )

    keep_change(office, visitor, once, id, change)
    return redirect_to(request, f"/desk/cases/{id}")


def case_without(paper: KeptDocument, now: StoredCase, papers: Sequence[KeptDocument]) -> _Without:
    """Return a case without what a paper alone says.

    What two papers say stays, with the place in the other. A correction that a person made of what the paper says
    stays as a statement of its own.
    """
    files = [one.file for one in papers]
    withdrawn: dict[str, str | None] = {}
    said: list[Said] = []
    for one in now.statements:
        body = body_of(one.said.body)
        places = places_of(str(body.get("at") or ""), files)
        of_others = [place.text for place in places if place.file not in {paper.file, None}]
        if any(place.file == paper.file for place in places) or (places and len(files) == 1):
            withdrawn[one.id] = body.get("id")
            if of_others:
                said.append(one.said._replace(body={**body, "at": ", ".join(of_others)}))
    gone = {id_ for id_ in withdrawn.values() if id_ is not None} - {body_of(one.body).get("id") for one in said}
    for one in now.statements:
        body = body_of(one.said.body)
        if one.id not in withdrawn and body.get("replaces") in gone:
            withdrawn[one.id] = None
            kept = {key: value for key, value in body.items() if key not in {"replaces", "origin"}}
            said.append(one.said._replace(body={**kept, "origin": "stated"}))
    return _Without(frozenset(withdrawn), tuple(said), _header_without(paper, now.header))


def _header_without(paper: KeptDocument, header: PlainDocument) -> PlainDocument:
    record = header.get("record")
    if not isinstance(record, dict):
        return header
    listed = [one for one in record.get("documents") or [] if one.get("file") != paper.file]
    kept = {key: value for key, value in record.items() if key != "documents" and value != paper.file}
    return {**header, "record": {**kept, **({"documents": listed} if listed else {})}}
