"""A new request: its papers read, text pasted, a treatment chosen, or a sample opened."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import Response

from mtus_engine.model.review import Event, Way
from mtus_engine.review.clock import Happened
from mtus_engine.serve.desk.clock import EARLIEST, happened_of, update_deadline
from mtus_engine.serve.desk.controls import treatments_named
from mtus_engine.serve.desk.free_names import free_name
from mtus_engine.serve.desk.pages import Form, PageRoute, Posted, page, pages_of, redirect_to
from mtus_engine.serve.desk.samples import Sample, are_a_sample, document_of_sample, sample_of, samples
from mtus_engine.serve.desk.state import desk_of
from mtus_engine.serve.desk.uploads import readable_papers
from mtus_engine.serve.door import Served, Visitor, guard_for
from mtus_engine.serve.office import Office
from mtus_engine.serve.problems import Refused
from mtus_engine.serve.routes.cases import CaseId, read_documents
from mtus_engine.serve.routes.jobs import Working, own_job, papers_task
from mtus_engine.serve.sent import Id
from mtus_engine.serve.shapes import Kept
from mtus_engine.serve.working import Workers
from mtus_engine.serve.writing import MadeOnce, Once, Repeatable, write_once
from mtus_engine.store.canonical import plain_of, sha256
from mtus_engine.store.cases import case_row, create_case
from mtus_engine.store.clock import add_event
from mtus_engine.store.discard import discard_sample
from mtus_engine.store.documents import attach_document, cases_with
from mtus_engine.store.jobs import OVER, Job, JobState
from mtus_engine.store.listing import names_like
from mtus_engine.store.log import Stamp
from mtus_engine.store.people import Person
from mtus_engine.store.roles import Action

router = APIRouter(prefix="/desk", route_class=PageRoute, include_in_schema=False)
MayChange = Annotated[Visitor, Depends(guard_for(Action.CHANGE_CASES))]
MayReadPapers = Annotated[Visitor, Depends(guard_for(Action.READ_PAPERS))]
_PASTED = "pasted text.txt"


@router.get("/new")
def new_request(request: Request, office: Served, visitor: MayChange) -> Response:
    """Show the ways in which a request is begun."""
    ruleset = office.checker.ruleset
    treatments, today = treatments_named(ruleset), desk_of(request).now().date()
    rules = "; ".join(pack.title for pack in ruleset.packs if pack.name in ruleset.own_packs)
    values = {"treatments": treatments, "ways": list(Way), "today": today, "samples": samples(), "rules": rules}
    return page(request, visitor, "new.html", **values)


@router.post("/new/papers")
def papers(
    request: Request, office: Served, workers: Working, visitor: MayReadPapers, once: Once, form: Posted
) -> Response:
    """Read papers, or text that was pasted; the answer shows how far it is."""
    documents = form.files("papers")
    if pasted := form.text("pasted", 1_000_000):
        documents.append((_PASTED, pasted.encode()))
    readable, refused = readable_papers(request, documents)
    job = begin_reading(office, workers, visitor.person, readable, refused)
    received = _receipt_fields(form, request)
    return page(request, visitor, "reading.html", **_reading_values(office, job), job=job, **received)


@router.post("/new/sample")
def sample(
    request: Request, office: Served, workers: Working, visitor: MayReadPapers, once: Once, form: Posted
) -> Response:
    """Open a sample: a case file as it is, or papers that are read."""
    found = sample_of(form.line("sample"))
    if found is None:
        raise Refused(404, "Not there", "there is no such sample")
    if not found.is_case:
        documents = [(one.name, one.read_bytes()) for one in found.files]
        job = begin_reading(office, workers, visitor.person, documents)
        values = _reading_values(office, job) | _receipt_fields(form, request)
        return page(request, visitor, "reading.html", **values, job=job)
    return redirect_to(request, f"/desk/cases/{_keep_sample(request, office, visitor, once, found)}")


def _keep_sample(request: Request, office: Office, visitor: Visitor, once: Repeatable, found: Sample) -> str:
    document = document_of_sample(found.files[0])
    ids: list[str] = []

    def create(connection: Connection, stamp: Stamp) -> MadeOnce:
        named = {**document, "case": _free_name(connection, str(document["case"]))}
        office.case_of(named)
        id_ = create_case(connection, stamp, named, pages_of(request).words("new.sample_opened"), is_sample=True)
        ids.append(id_)
        return MadeOnce(201, Kept(id=id_, version=1), {}, id_)

    answer = write_once(office, visitor, once, create)
    return ids[0] if ids else str(plain_of(bytes(answer.body).decode())["id"])


@router.post("/new/treatment")
def treatment(request: Request, office: Served, visitor: MayChange, once: Once, form: Posted) -> Response:
    """Begin a request with a treatment, without papers."""
    ruleset = office.checker.ruleset
    members = dict(ruleset.facts[ruleset.roles.treatment].members)
    chosen = form.line("treatment")
    if chosen not in members:
        raise Refused(422, pages_of(request).words("new.no_treatment"), "")
    asked = form.line("asked") or members[chosen]
    document = _new_document(office, form.line("case", 200), asked, {ruleset.roles.treatment: chosen})
    return redirect_to(request, f"/desk/cases/{_create(request, office, visitor, once, form, document, [])}")


def _new_document(office: Office, name: str, asked: str, facts: Mapping[str, str]) -> dict[str, Any]:
    law = office.checker.ruleset.named_in_cases
    return {
        "case": name or "New request",
        **({} if law is None else {"jurisdiction": law}),
        "setting": "ur",
        "items": [{"item": "1", "asked": asked, **({"facts": dict(facts)} if facts else {})}],
    }


@router.get("/new/papers/{job}")
def progress(
    request: Request,
    office: Served,
    workers: Working,
    visitor: MayReadPapers,
    job: Id,
    way: str = "",
    day: str = "",
    hour: str = "",
) -> Response:
    """Show how far the reading is; where it is done the request is kept, and the desk opens."""
    found = own_job(workers, visitor.person, job)
    digests = [one["digest"] for one in found.came_of_it.get("documents") or ()]
    with office.reading() as connection:
        # Made-up papers may be opened as often as one likes.
        known = [] if not digests or are_a_sample(digests) else cases_with(connection, digests)
    values = {**_reading_values(office, found), "known": known}
    return page(request, visitor, "reading.html", **values, job=found, way=way, day=day, hour=hour)


def _reading_values(office: Office, job: Job) -> dict[str, Any]:
    """Return what the page shows of reading: whether a case came of it, and which papers were not read."""
    result, treatments = job.came_of_it, treatments_named(office.checker.ruleset)
    unread = result.get("unread") or []
    return {"has_case": bool(result.get("case")), "unread": unread, "known": [], "treatments": treatments}


def job_over(request: Request, workers: Workers, visitor: Visitor, job: str) -> Job:
    """Return work of reading that is over; raises Refused while it goes on."""
    found = own_job(workers, visitor.person, job)
    if found.state not in OVER:
        raise Refused(409, pages_of(request).words("paper.still_read"), "")
    return found


@router.post("/new/papers/{job}/keep")
def keep(
    request: Request, office: Served, workers: Working, visitor: MayReadPapers, once: Once, job: Id, form: Posted
) -> Response:
    """Keep what was read as a request; where nothing could be read, keep the papers, for a person to read."""
    found = job_over(request, workers, visitor, job)
    treatment = office.checker.ruleset.roles.treatment
    chosen = form.line("treatment")
    named = {treatment: chosen} if chosen in dict(office.checker.ruleset.facts[treatment].members) else {}
    document = found.came_of_it.get("case") or _new_document(office, form.line("case", 200), form.line("asked"), named)
    once = Repeatable(f"papers {job}", sha256(job.encode()))
    stamped = found.came_of_it.get("received")
    id_ = _create(
        request, office, visitor, once, form, document, [job] if found.state is JobState.DONE else [], stamped
    )
    return redirect_to(request, f"/desk/cases/{id_}")


@router.post("/cases/{id}/discard")
def discard(request: Request, office: Served, visitor: MayChange, once: Once, id: CaseId, form: Posted) -> Response:
    """Throw a sample away."""

    def change(connection: Connection, stamp: Stamp) -> MadeOnce:
        version = case_row(connection, id).version
        discard_sample(connection, id)
        return MadeOnce(200, Kept(id=id, version=version), {})

    write_once(office, visitor, once, change)
    return redirect_to(request, "/desk")


def _create(
    request: Request,
    office: Office,
    visitor: Visitor,
    once: Repeatable,
    form: Form,
    document: Mapping[str, Any],
    jobs: Sequence[str],
    stamped: str | None = None,
) -> str:
    """Keep a request with its documents, the day on which it came, and its clock; return its id.

    stamped is the day on which it came as its papers say, None where they do not.
    """
    way, happened = _way(form), _receipt_event(request, form)
    day = None if stamped is None else date.fromisoformat(stamped)
    today = desk_of(request).now().date()
    if happened is not None and happened.day == today and day is not None and EARLIEST <= day < today:
        # Nobody gave another day than the one that the page begins with, and the papers say when they came. A stamp of
        # an earlier day is a slip: nothing reviewed today came then.
        happened = Happened(Event.RECEIVED, day)

    def create(connection: Connection, stamp: Stamp) -> MadeOnce:
        named = {**document, "case": _free_name(connection, str(document["case"]))}
        office.case_of(named)
        read = [one for job in jobs for one in read_documents(connection, job, visitor)]
        is_sample = are_a_sample(digest for _, digest in read)
        id_ = create_case(connection, stamp, named, pages_of(request).words("new.created"), is_sample=is_sample)
        version = 1
        for file, digest in read:
            _, version = attach_document(connection, stamp, id_, version, file, digest)
        if happened is not None:
            version = add_event(connection, stamp, id_, version, happened)
        update_deadline(connection, desk_of(request).review, id_, way)
        return MadeOnce(201, Kept(id=id_, version=version), {}, id_)

    return str(plain_of(bytes(write_once(office, visitor, once, create).body).decode())["id"])


def _free_name(connection: Connection, name: str) -> str:
    """Return a name for a new case that no other has: one claim may have many requests, which get numbers."""
    return free_name(name, names_like(connection, name))


def begin_reading(
    office: Office,
    workers: Working,
    person: Person,
    documents: Sequence[tuple[str, bytes]],
    refused: Sequence[str] = (),
    by_hand: Sequence[str] = (),
) -> Job:
    """Begin to read documents, and return the job.

    refused says of other files why they are not among them; by_hand are treatments that are asked for, as a person
    says.
    """
    task, keep = papers_task(office, "papers", documents, at_desk=True, refused=refused, by_hand=by_hand)
    return workers.job(workers.begin(office.stamp(person), task, lambda connection, _: keep(connection)))


def _receipt_fields(form: Form, request: Request) -> dict[str, str]:
    """Return the day, hour and way of review of a form for the next page; raises Refused for a wrong day or hour."""
    _receipt_event(request, form)
    return {
        "way": _way(form).value,
        "day": form.line("day"),
        "hour": form.line("hour"),
    }


def _way(form: Form) -> Way:
    said = form.line("way")
    return next((one for one in Way if one.value == said), Way.PROSPECTIVE)


def _receipt_event(request: Request, form: Form) -> Happened | None:
    desk = desk_of(request)
    return happened_of(form.line("day"), form.line("hour"), Event.RECEIVED, desk.now().date(), desk.pages.words)
