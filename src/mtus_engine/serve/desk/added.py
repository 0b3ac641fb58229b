"""Papers that come later: put with a request, read, and what they say beside what is known."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import Response

from mtus_engine.model.diagnostic import Rejected
from mtus_engine.serve.desk.incoming import own_names, reading
from mtus_engine.serve.desk.pages import PageRoute, Sent, page, pages_of, sent_to
from mtus_engine.serve.door import Served, Visitor, allowed
from mtus_engine.serve.problems import Refused
from mtus_engine.serve.routes.cases import CaseId, refuse_unfit
from mtus_engine.serve.routes.documents import TEXT, media_type_of
from mtus_engine.serve.routes.jobs import Working, own_job
from mtus_engine.serve.sent import Id
from mtus_engine.serve.shapes import Kept
from mtus_engine.serve.writing import Made, Once, Repeatable, written
from mtus_engine.store.canonical import plain_of, sha256
from mtus_engine.store.cases import StoredCase, case_row, change_case, statements_ever, stored_case
from mtus_engine.store.documents import attach_document, content_of, documents_of, keep_content
from mtus_engine.store.jobs import OVER
from mtus_engine.store.log import Stamp
from mtus_engine.store.parts import Document, Said, body_of, statements_of
from mtus_engine.store.roles import Action

router = APIRouter(prefix="/desk/cases/{id}/documents", route_class=PageRoute, include_in_schema=False)
MayChange = Annotated[Visitor, Depends(allowed(Action.CHANGE_CASES))]
MayReadPapers = Annotated[Visitor, Depends(allowed(Action.READ_PAPERS))]


@router.post("")
def add_papers(
    request: Request, office: Served, workers: Working, visitor: MayReadPapers, once: Once, id: CaseId, form: Sent
) -> Response:
    """Put further papers with a request, and read them with those that are there; the answer shows how far it is."""
    documents = form.files("papers")
    if not documents:
        raise Refused(422, pages_of(request).words("new.no_papers"), "")
    kept = [(file, media_type_of(content, TEXT), content) for file, content in own_names(documents)]

    def add(connection: Connection, stamp: Stamp) -> Made:
        there = {one.file for one in documents_of(connection, id)}
        version = case_row(connection, id).version
        for file, media_type, content in kept:
            name = file if file not in there else f"{stamp.at[:10]} {file}"
            digest = keep_content(connection, media_type, content)
            _, version = attach_document(connection, stamp, id, version, name, digest)
        return Made(201, Kept(id=id, version=version), {}, id)

    written(office, visitor, once, add)
    with office.reading() as connection:
        papers = [one for one in documents_of(connection, id) if one.letter is None]
        contents = [(one.file, content_of(connection, id, one.id)[1]) for one in papers]
    job = reading(office, workers, visitor.person, contents)
    return page(request, visitor, "reading_added.html", id=id, job=job, unread=[])


@router.get("/reading/{job}")
def progress(
    request: Request, office: Served, workers: Working, visitor: MayReadPapers, id: CaseId, job: Id
) -> Response:
    """Show how far the reading is; where it is done what was read is put with the request."""
    found = own_job(workers, visitor.person, job)
    result = plain_of(found.result) if found.result is not None else {}
    return page(request, visitor, "reading_added.html", id=id, job=found, unread=result.get("unread") or [])


@router.post("/reading/{job}/keep")
def keep(
    request: Request, office: Served, workers: Working, visitor: MayChange, once: Once, id: CaseId, job: Id, form: Sent
) -> Response:
    """Put beside what is known what the papers say that no one has seen yet; a person accepts or rejects each."""
    words = pages_of(request).words
    found = own_job(workers, visitor.person, job)
    if found.state not in OVER:
        raise Refused(409, words("paper.still_read"), "")
    result = plain_of(found.result) if found.result is not None else {}
    draft = result.get("case")

    def change(connection: Connection, stamp: Stamp) -> Made:
        now = stored_case(connection, id)
        said = [] if draft is None else list(_unseen(connection, now, draft, office.checker.ruleset.roles.treatment))
        version = now.version
        if said:
            try:
                refuse_unfit(office, now, said, frozenset())
            except Rejected as rejected:
                raise Refused(422, words("paper.not_together"), "; ".join(map(str, rejected.diagnostics))) from None
            what = words.counted("paper.read_added", len(said))
            version = change_case(connection, stamp, id, now.version, said=said, what=what)
        return Made(200, Kept(id=id, version=version), {}, id)

    written(office, visitor, Repeatable(f"added {job}", sha256(job.encode())), change)
    return sent_to(request, f"/desk/cases/{id}")


def _unseen(connection: Connection, now: StoredCase, draft: Document, treatment: str) -> Iterator[Said]:
    """Yield the statements of a draft that this case never had: of its items those that ask for the same treatment."""
    said = statements_of(draft)
    ours = _items_by_treatment([one.said for one in now.statements], treatment)
    theirs = {item: named for named, item in _items_by_treatment(said, treatment).items()}
    ever = {
        (one.said.item, one.said.fact, str(body_of(one.said.body).get("at")))
        for one in statements_ever(connection, now.row.id, {one.fact for one in said})
    }
    for one in said:
        item = None if one.item is None else ours.get(theirs.get(one.item, ""))
        if one.item is not None and item is None:
            continue
        if (item, one.fact, str(body_of(one.body).get("at"))) not in ever and one.fact != treatment:
            yield one._replace(item=item)


def _items_by_treatment(said: Sequence[Said], treatment: str) -> dict[str, str | None]:
    """Return the items by the treatment that each asks for; one that two items ask for is nobody's."""
    found: dict[str, Any] = {}
    for one in said:
        if one.fact == treatment and one.item is not None:
            value = str(body_of(one.body).get("value"))
            found[value] = one.item if found.get(value, one.item) == one.item else None
    return {value: item for value, item in found.items() if item is not None}
