"""Papers that come later: kept with a request and read; what they say is put beside what is known."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import Response

from mtus_engine.model.diagnostic import Rejected
from mtus_engine.serve.desk.free_names import free_file_name
from mtus_engine.serve.desk.incoming import begin_reading, job_over
from mtus_engine.serve.desk.pages import ItemWanted, PageRoute, Posted, item_address, page, pages_of, redirect_to
from mtus_engine.serve.desk.state import desk_of
from mtus_engine.serve.desk.unlooked import about_paper
from mtus_engine.serve.desk.uploads import readable_papers
from mtus_engine.serve.door import Served, Visitor, guard_for
from mtus_engine.serve.office import Office
from mtus_engine.serve.problems import Refused
from mtus_engine.serve.routes.cases import CaseId, refuse_unfit
from mtus_engine.serve.routes.documents import TEXT, media_type_of
from mtus_engine.serve.routes.jobs import Working, own_job
from mtus_engine.serve.sent import Id
from mtus_engine.serve.working import Workers
from mtus_engine.serve.writing import Once, Repeatable, keep_change
from mtus_engine.store.canonical import sha256
from mtus_engine.store.cases import StoredCase, case_row, change_case, statements_ever, stored_case
from mtus_engine.store.documents import attach_content, content_of, documents_of, files_ever
from mtus_engine.store.jobs import Job
from mtus_engine.store.log import Stamp
from mtus_engine.store.notes import add_note
from mtus_engine.store.parts import PlainDocument, Said, body_of, statements_of
from mtus_engine.store.people import Person
from mtus_engine.store.roles import Action

router = APIRouter(prefix="/desk/cases/{id}/documents", route_class=PageRoute, include_in_schema=False)
MayChange = Annotated[Visitor, Depends(guard_for(Action.CHANGE_CASES))]
MayReadPapers = Annotated[Visitor, Depends(guard_for(Action.READ_PAPERS))]


@router.post("")
def add_papers(
    request: Request, office: Served, workers: Working, visitor: MayReadPapers, once: Once, id: CaseId, form: Posted
) -> Response:
    """Put further papers with a request, and read them with those that are there; the answer shows how far it is."""
    readable, refused = readable_papers(request, form.files("papers"))
    kept = [(file, media_type_of(content, TEXT), content) for file, content in readable]

    def add(connection: Connection, stamp: Stamp) -> int:
        there = files_ever(connection, id)
        version = case_row(connection, id).version
        for file, media_type, content in kept:
            # Statements name their document by its file: each needs a name of its own, also beside one taken off.
            name = free_file_name(file, there)
            there.add(name)
            _, version = attach_content(connection, stamp, id, version, name, media_type, content)
        return version

    keep_change(office, visitor, once, id, add)
    job = begin_reading_again(office, workers, visitor.person, id, refused)
    assert job is not None
    values = {"has_case": False, "unread": [], "unplaced": [], "is_kept": False, "item": ""}
    return page(request, visitor, "reading_added.html", id=id, job=job, **values)


def begin_reading_again(
    office: Office, workers: Workers, person: Person, id_: str, refused: Sequence[str] = ()
) -> Job | None:
    """Begin to read the papers of a request for all its items, and return the job; None where there are no papers."""
    with office.reading() as connection:
        papers = [one for one in documents_of(connection, id_) if one.letter is None]
        contents = [(one.file, content_of(connection, id_, one.id)[1]) for one in papers]
        now = stored_case(connection, id_)
    if not contents:
        return None
    asked = _treatments([one.said for one in now.statements], office.checker.ruleset.roles.treatment)
    return begin_reading(office, workers, person, contents, refused, [*asked.values()])


@router.post("/{document}/read")
def read_by_person(
    request: Request, office: Served, visitor: MayChange, once: Once, id: CaseId, document: Id, form: Posted
) -> Response:
    """Keep that a person has read a paper from which the program took nothing, and what it is if they say so."""
    words = pages_of(request).words
    kind = next((one for one in desk_of(request).drafter().paper_kinds() if one == form.line("kind")), None)

    def change(connection: Connection, stamp: Stamp) -> int:
        now = stored_case(connection, id)
        version = now.version
        paper = next((one for one in documents_of(connection, id) if one.id == document), None)
        if kind is not None and paper is not None:
            header = header_with_kind(now.header, paper.file, kind)
            what = words("unlooked.is_a", file=paper.file, kind=kind)
            version = change_case(connection, stamp, id, version, header=header, what=what)
        note = words("unlooked.read_note")
        return add_note(connection, stamp, id, version, now.items[0], about_paper(document), note)

    keep_change(office, visitor, once, id, change)
    return redirect_to(request, f"/desk/cases/{id}?document={document}")


@router.get("/reading/{job}")
def progress(
    request: Request,
    office: Served,
    workers: Working,
    visitor: MayReadPapers,
    id: CaseId,
    job: Id,
    item: ItemWanted = "",
) -> Response:
    """Show how far the reading is; where it is done, what could not be read and what has no place here.

    item is the item to go back to.
    """
    return _reading_shown(request, office, visitor, id, own_job(workers, visitor.person, job), item)


def _reading_shown(
    request: Request, office: Office, visitor: Visitor, id_: str, job: Job, item: str, *, is_kept: bool = False
) -> Response:
    """Return the part of the page that shows reading; is_kept tells that what was read is with the request."""
    draft = job.came_of_it.get("case")
    unplaced: list[str] = []
    if draft is not None:
        with office.reading() as connection:
            now = stored_case(connection, id_)
        placed = _places_of_items(now, draft, office.checker.ruleset.roles.treatment)
        unplaced = [str(one.get("asked") or one["item"]) for one in draft["items"] if str(one["item"]) not in placed]
    unread = job.came_of_it.get("unread") or []
    values = {"has_case": draft is not None, "unread": unread, "unplaced": unplaced, "item": item}
    return page(request, visitor, "reading_added.html", id=id_, job=job, is_kept=is_kept, **values)


@router.post("/reading/{job}/keep")
def keep(
    request: Request,
    office: Served,
    workers: Working,
    visitor: MayChange,
    once: Once,
    id: CaseId,
    job: Id,
    form: Posted,
) -> Response:
    """Put beside what is known what the papers say that no one has seen yet; a person accepts or rejects each."""
    words = pages_of(request).words
    read = job_over(request, workers, visitor, job)
    draft = read.came_of_it.get("case")

    def change(connection: Connection, stamp: Stamp) -> int:
        now = stored_case(connection, id)
        said = (
            []
            if draft is None
            else list(_new_statements(connection, now, draft, office.checker.ruleset.roles.treatment))
        )
        header = now.header if draft is None else header_with_papers(now.header, draft)
        if not said and header == now.header:
            return now.version
        try:
            refuse_unfit(office, now, said, frozenset(), header)
        except Rejected as rejected:
            raise Refused(422, words("paper.not_together"), "; ".join(map(str, rejected.diagnostics))) from None
        what = words.counted("paper.read_added", len(said))
        return change_case(connection, stamp, id, now.version, said=said, header=header, what=what)

    keep_change(office, visitor, Repeatable(f"added {job}", sha256(job.encode())), id, change)
    item = form.line("item")
    if form.line("stays"):
        return _reading_shown(request, office, visitor, id, read, item, is_kept=True)
    return redirect_to(request, item_address(id, item) if item else f"/desk/cases/{id}")


def header_with_kind(header: PlainDocument, file: str, kind: str) -> PlainDocument:
    """Return the header of a case in which a person says what a paper is."""
    record = header.get("record") or {"kind": "papers of a utilization review"}
    others = [one for one in record.get("documents") or () if one.get("file") != file]
    return {**header, "record": {**record, "documents": [*others, {"file": file, "kind": kind, "by_hand": True}]}}


def header_with_papers(header: PlainDocument, draft: PlainDocument) -> PlainDocument:
    """Return the header of a case with what a draft says of papers that the header does not list."""
    record = header.get("record") or {"kind": draft["record"]["kind"]}
    listed = list(record.get("documents") or ())
    known = {one.get("file") for one in listed}
    further = [one for one in draft["record"].get("documents") or () if one.get("file") not in known]
    return {**header, "record": {**record, "documents": [*listed, *further]}} if further else header


def _new_statements(connection: Connection, now: StoredCase, draft: PlainDocument, treatment: str) -> Iterator[Said]:
    """Yield the statements of a draft that this case never had, each with the item here that it is about."""
    said = statements_of(draft)
    placed = _places_of_items(now, draft, treatment)
    ever = {
        (one.said.item, one.said.fact, str(body_of(one.said.body).get("at")))
        for one in statements_ever(connection, now.row.id, {one.fact for one in said})
    }
    for one in said:
        # What has no place in the papers is what the desk handed to the reading.
        if (one.item is not None and one.item not in placed) or body_of(one.body).get("at") is None:
            continue
        item = None if one.item is None else placed[one.item]
        if (item, one.fact, str(body_of(one.body).get("at"))) not in ever:
            yield one._replace(item=item)


def _places_of_items(now: StoredCase, draft: PlainDocument, treatment: str) -> dict[str, str]:
    """Return the item of the case, by the item of a draft, that asks for the same treatment, in order.

    Where one item of the case names no treatment and one of the draft is left over, these go together.
    """
    ours = _treatments([one.said for one in now.statements], treatment)
    theirs = _treatments(statements_of(draft), treatment)
    left = now.items
    placed: dict[str, str] = {}
    for number in (str(one["item"]) for one in draft["items"]):
        same = next((one for one in left if ours.get(one) is not None and ours.get(one) == theirs.get(number)), None)
        if same is not None:
            left.remove(same)
            placed[number] = same
    unnamed = [one for one in left if one not in ours]
    open_ = [str(one["item"]) for one in draft["items"] if str(one["item"]) not in placed]
    if len(unnamed) == len(open_) == 1:
        placed[open_[0]] = unnamed[0]
    return placed


def _treatments(said: Sequence[Said], treatment: str) -> dict[str, str]:
    """Return the treatment that each item asks for."""
    named = [one for one in said if one.fact == treatment and one.item is not None]
    return {str(one.item): str(body_of(one.body).get("value")) for one in named}
