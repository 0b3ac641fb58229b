"""Cases that are kept: made, listed, read, changed, determined and asked about."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Query
from fastapi import Path as InPath
from sqlalchemy import Connection
from starlette.responses import Response

from mtus_engine.model.case import Case
from mtus_engine.report.interview import InterviewOutline
from mtus_engine.report.outline import ItemOutline
from mtus_engine.serve.door import GuardedRoute, Served, Visitor, guard_for
from mtus_engine.serve.problems import Refused
from mtus_engine.serve.routes.checks import next_question
from mtus_engine.serve.sent import CaseBody, ChangesSent, DecidedSent, Id, Name
from mtus_engine.serve.shapes import CaseListed, CasePage, CaseShown, DocumentShown, Kept, StatementShown, VersionShown
from mtus_engine.serve.writing import MadeOnce, Once, VersionSeen, json_response, version_headers, write_once
from mtus_engine.store import cases as stored
from mtus_engine.store.decided import outcomes_of
from mtus_engine.store.documents import attach_document, documents_of
from mtus_engine.store.jobs import JobState, job
from mtus_engine.store.listing import Wanted, listed_cases, position_of
from mtus_engine.store.log import Stamp
from mtus_engine.store.parts import PlainDocument, Said, document_of, header_of
from mtus_engine.store.people import logins
from mtus_engine.store.reviews import State
from mtus_engine.store.roles import Action

router = APIRouter(prefix="/v1/cases", route_class=GuardedRoute, tags=["cases"])
LONGEST_NAME = 200
MayRead = Annotated[Visitor, Depends(guard_for(Action.READ_CASES))]
MayChange = Annotated[Visitor, Depends(guard_for(Action.CHANGE_CASES))]
CaseId = Annotated[Id, InPath(description="the id that the server gave")]
VersionWanted = Annotated[int | None, Query(ge=1, le=999_999_999, description="an earlier version")]


@router.get("")
def list_cases(
    office: Served,
    visitor: MayRead,
    state: State | None = None,
    held_by: Name | None = None,
    words: Annotated[str | None, Query(max_length=200, description="in the id or in what was asked")] = None,
    after: Annotated[str | None, Query(max_length=100, description="next, of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> CasePage:
    """List cases, those changed last first."""
    with office.reading() as connection:
        who = logins(connection)
        # A login that is unknown holds no case: "nobody" is the id of no person.
        holder = None if held_by is None else next((id_ for id_, one in who.items() if one == held_by), "nobody")
        wanted = Wanted(state, holder, words)
        rows = listed_cases(connection, wanted, after, limit + 1)
        shown = [CaseListed(**_row(row, who)) for row in rows[:limit]]
    return CasePage(cases=shown, next=position_of(rows[limit - 1]) if len(rows) > limit else None)


def _row(row: stored.CaseRow, who: Mapping[str, str]) -> dict[str, Any]:
    return {**row._asdict(), "held_by": None if row.held_by is None else who.get(row.held_by)}


@router.post("", status_code=201, response_model=Kept)
def create_case(
    office: Served,
    visitor: MayChange,
    once: Once,
    case: Annotated[CaseBody, Body()],
    papers: Annotated[Id | None, Query(description="the job whose documents it was read from")] = None,
) -> Response:
    """Keep a case; papers puts the documents with it that a job read."""
    named = office.case_of(case).case
    if len(named) > LONGEST_NAME:
        raise Refused(422, "Too long a name", f"the id of a case that is kept has {LONGEST_NAME} characters at most")

    def create(connection: Connection, stamp: Stamp) -> MadeOnce:
        id_ = stored.create_case(connection, stamp, case)
        version = 1
        for file, digest in () if papers is None else read_documents(connection, papers, visitor):
            _, version = attach_document(connection, stamp, id_, version, file, digest)
        return MadeOnce(201, Kept(id=id_, version=version), version_headers(version, f"/v1/cases/{id_}"), id_)

    return write_once(office, visitor, once, create)


def read_documents(connection: Connection, id_: str, visitor: Visitor) -> list[tuple[str, str]]:
    """Return the documents that a job of this person read, by file name and digest; raises Refused for another job."""
    found = job(connection, id_)
    if found.by != visitor.person.id or found.kind != "papers" or found.state is not JobState.DONE:
        raise Refused(422, "Not that job", "name a job of yours that has read papers")
    return [(one["file"], one["digest"]) for one in found.came_of_it.get("documents", [])]


@router.get("/{id}", response_model=CaseShown)
def read_case(
    office: Served,
    visitor: MayRead,
    id: CaseId,
    version: VersionWanted = None,
    if_none_match: Annotated[str | None, Header(max_length=100)] = None,
) -> Response:
    """Return a case with its statements, documents and what was decided, as it stands or as it stood."""
    with office.reading() as connection:
        found = stored.stored_case(connection, id, version)
        headers = version_headers(found.version)
        if if_none_match == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        shown = _case_shown(connection, found)
    return Response(shown.model_dump_json(), 200, headers, "application/json")


def _case_shown(connection: Connection, found: stored.StoredCase) -> CaseShown:
    row, who = found.row, logins(connection)
    documents = documents_of(connection, row.id, found.version)
    decided = outcomes_of(connection, row.id) if found.version == row.version else []
    return CaseShown(
        **_row(row, who),
        shown_version=found.version,
        case=found.document,
        statements=[
            StatementShown(
                id=one.id,
                item=one.said.item,
                fact=one.said.fact,
                statement=one.said.body,
                by=who.get(one.by, one.by),
                at=one.at,
            )
            for one in found.statements
        ],
        documents=[DocumentShown(**{**one._asdict(), "by": who.get(one.by, one.by)}) for one in documents],
        decided=[DecidedSent(**one._asdict()) for one in decided],
    )


@router.get("/{id}/history")
def history(office: Served, visitor: MayRead, id: CaseId) -> list[VersionShown]:
    """Return what was done with a case, the first change first."""
    with office.reading() as connection:
        who = logins(connection)
        return [
            VersionShown(**{**one._asdict(), "by": who.get(one.by, one.by)}) for one in stored.versions(connection, id)
        ]


@router.post("/{id}/statements", response_model=Kept)
def change_statements(
    office: Served, visitor: MayChange, once: Once, seen: VersionSeen, id: CaseId, changes: ChangesSent
) -> Response:
    """Add statements and take others back; a mistake is shown by its place in the case as it would be."""
    if not changes.add and not changes.withdraw:
        raise Refused(422, "Nothing to change", "name statements to add, or the ids of those to withdraw")
    said = [Said(one.item, one.fact, one.statement) for one in changes.add]

    def change(connection: Connection, stamp: Stamp) -> MadeOnce:
        before = stored.stored_case(connection, id)
        if before.version == seen:
            refuse_unfit(office, before, said, frozenset(changes.withdraw))
        what = _change_words(len(said), len(changes.withdraw))
        after = stored.change_case(connection, stamp, id, seen, said=said, withdrawn=changes.withdraw, what=what)
        return MadeOnce(200, Kept(id=id, version=after), version_headers(after), id)

    return write_once(office, visitor, once, change)


def refuse_unfit(
    office: Served,
    before: stored.StoredCase,
    said: Sequence[Said],
    withdrawn: frozenset[str],
    header: PlainDocument | None = None,
) -> Case:
    """Return the case as it would be, with another header where one is given.

    Raises Rejected where it could not be read, Refused for an unknown item.
    """
    above = before.header if header is None else header
    items = {str(one["item"]) for one in above["items"]}
    if strange := sorted({one.item for one in said if one.item is not None} - items):
        raise Refused(422, "Which item", f"the case has no item {', '.join(strange)}")
    kept = [one.said for one in before.statements if one.id not in withdrawn]
    return office.case_of(document_of(above, [*kept, *said]))


def _change_words(added: int, taken: int) -> str:
    counts = ((added, "added"), (taken, "taken back"))
    return ", ".join(f"{n} statement{'' if n == 1 else 's'} {verb}" for n, verb in counts if n)


@router.put("/{id}/header", response_model=Kept)
def change_header(
    office: Served, visitor: MayChange, once: Once, seen: VersionSeen, id: CaseId, case: Annotated[CaseBody, Body()]
) -> Response:
    """Change what stands above the facts: items, what was asked, the record; facts in the body are left out."""
    office.case_of(case)
    header = header_of(case)

    def change(connection: Connection, stamp: Stamp) -> MadeOnce:
        before = stored.stored_case(connection, id)
        if str(header["case"]) != before.row.name:
            raise Refused(422, "Another case", f"this case is called {before.row.name}, and keeps its name")
        office.case_of(document_of(header, [one.said for one in before.statements]))
        after = stored.change_case(connection, stamp, id, seen, header=header, what="request changed")
        return MadeOnce(200, Kept(id=id, version=after), version_headers(after), id)

    return write_once(office, visitor, once, change)


@router.get("/{id}/determination", response_model=list[ItemOutline])
def determination(
    office: Served, visitor: MayRead, id: CaseId, version: VersionWanted = None, explain: bool = True
) -> Response:
    """Determine a case as it stands or as it stood: the answer is what mtus check --format json prints."""
    with office.reading() as connection:
        found = stored.stored_case(connection, id, version)
    return json_response(office.items_of(found.document, explain=explain), version_headers(found.version))


@router.get("/{id}/question", response_model=InterviewOutline)
def question(
    office: Served,
    visitor: MayRead,
    id: CaseId,
    item: Name | None = None,
    passed_over: Annotated[list[str] | None, Query(description="facts of which nothing is said")] = None,
) -> Response:
    """Return what is to be confirmed and asked next of an item."""
    with office.reading() as connection:
        found = stored.stored_case(connection, id)
    answer = next_question(office, office.case_of(found.document), item, frozenset(passed_over or ()))
    return json_response(answer, version_headers(found.version))
