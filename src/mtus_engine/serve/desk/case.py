"""The desk itself: the document on one side, the checklist on the other, each as it stands."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, Response

from mtus_engine.api import Checker
from mtus_engine.model.case import Case, CaseItem
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.model.fact import Fact
from mtus_engine.review.clock import Happened
from mtus_engine.serve.desk.asked import asked_now
from mtus_engine.serve.desk.begun import state_words
from mtus_engine.serve.desk.catalogue import Catalogue
from mtus_engine.serve.desk.clock import clock_view, missed_words, zone_of
from mtus_engine.serve.desk.lacks import are_papers_read, lacks_of, unreadable_papers
from mtus_engine.serve.desk.pages import (
    ItemWanted,
    PageRoute,
    digests_of_page,
    page,
    pages_of,
    redirect_to,
    visitor_shown,
)
from mtus_engine.serve.desk.paper import paper_values
from mtus_engine.serve.desk.remarks import remarks_shown
from mtus_engine.serve.desk.shown import ImpossibleShown, ItemShown
from mtus_engine.serve.desk.state import desk_of
from mtus_engine.serve.desk.unlooked import unread_papers
from mtus_engine.serve.desk.view import Desk, impossible_shown, item_shown
from mtus_engine.serve.door import Served, Visitor, guard_for
from mtus_engine.serve.office import Office
from mtus_engine.serve.problems import Refused
from mtus_engine.serve.routes.cases import CaseId
from mtus_engine.store.cases import StoredCase, case_row, stored_case, versions
from mtus_engine.store.clock import amendments_of, events_of
from mtus_engine.store.decided import Decided, handed_over_because, outcomes_of
from mtus_engine.store.documents import KeptDocument, documents_of
from mtus_engine.store.notes import Note, notes_of
from mtus_engine.store.people import names
from mtus_engine.store.reviews import State
from mtus_engine.store.roles import Action
from mtus_engine.store.undo import Undoable, undoable_versions

router = APIRouter(prefix="/desk/cases/{id}", route_class=PageRoute, include_in_schema=False)
MayRead = Annotated[Visitor, Depends(guard_for(Action.READ_CASES))]
# So many changes of others are told at once.
_MOST_TOLD = 3


class LoadedCase(NamedTuple):
    """A case as it is shown: with its documents, notes, and the item in hand determined.

    shown is an ImpossibleShown for an item whose facts cannot be together. asked says what each item asks for, by its
    number, and decided what was signed. people are names by id, back is what the visitor may take back or do again.
    handed_over is why it was handed over last.
    """

    stored: StoredCase
    documents: list[KeptDocument]
    notes: list[Note]
    case: Case
    item: CaseItem
    asked: dict[str, str]
    decided: Sequence[Decided]
    people: dict[str, str]
    events: list[Happened]
    back: Undoable
    shown: ItemShown | ImpossibleShown
    handed_over: str


def loaded_case(
    request: Request, office: Office, visitor: Visitor, id_: str, item: str, passed: AbstractSet[str] = frozenset()
) -> LoadedCase:
    """Return a case with the item in hand, the first where none is named; raises NoCase, and Refused.

    passed are facts of which the person said that the record does not mention them: they are not asked again.
    """
    with office.reading() as connection:
        stored = stored_case(connection, id_)
        people = names(connection)
        documents = documents_of(connection, id_, stored.version)
        notes = [one._replace(by=people.get(one.by, one.by)) for one in notes_of(connection, id_, stored.version)]
        events = events_of(connection, id_, stored.version)
        back = undoable_versions(connection, id_, visitor.person.id)
        amended = amendments_of(connection, id_)
        decided = outcomes_of(connection, id_) if stored.row.state is State.SIGNED else []
        handed_over = handed_over_because(connection, id_) if stored.row.held_by is not None else ""
    case = office.case_of_version(stored)
    found = next((one for one in case.items if item in {"", one.item}), None)
    if found is None:
        raise Refused(404, "Not there", "the case has no item {item}", item=item)
    facts, words = office.facts_of(case), pages_of(request).words
    now = asked_now(office, stored, amended, words)
    asked = {one.item: now.of(one.item, one.asked or "") for one in case.items}
    shown: ItemShown | ImpossibleShown
    with office.asking() as checker:
        try:
            # Unpacking runs the check to its end: facts that cannot be together are raised after the items.
            (checked,) = checker.check(case, only=found.item, rests_on=False)
            interview = checker.interview(case, found, passed, checked.determination)
        except Rejected:
            shown = _impossible(stored, case, found, checker.of(case), facts, words)
        else:
            shown = item_shown(Desk(stored, checked, interview, facts, notes, asked[found.item], words))
    return LoadedCase(stored, documents, notes, case, found, asked, decided, people, events, back, shown, handed_over)


def _impossible(
    stored: StoredCase, case: Case, item: CaseItem, checker: Checker, facts: Mapping[str, Fact], words: Catalogue
) -> ImpossibleShown:
    evaluation = checker.determination(case, item).evaluation
    return impossible_shown(stored, item.item, evaluation, checker.ruleset, facts, words)


@router.get("")
def desk(
    request: Request,
    office: Served,
    visitor: MayRead,
    id: CaseId,
    item: ItemWanted = "",
    document: str = "",
    reading: Annotated[str, Query(pattern="^([0-9a-f]{32})?$")] = "",
) -> Response:
    """Show a request at the desk; an item that was taken out since leads to the first.

    reading is the work of reading its papers that goes on.
    """
    with office.reading() as connection:
        if item and item not in stored_case(connection, id).items:
            return redirect_to(request, f"/desk/cases/{id}")
    found = loaded_case(request, office, visitor, id, item)
    paper = paper_values(request, office, found.stored, found.documents, found.notes, document=document)
    is_open = found.stored.row.state is not State.SIGNED
    are_read = are_papers_read(request, found.stored, found.documents)
    values = {**_values(request, office, visitor, found), **paper}
    values |= _beside(request, office, found.stored, found.documents, found.events, is_shown=is_open and are_read)
    values |= {"waits": is_open and not are_read, "reading": reading}
    return page(request, visitor, "desk.html", **values)


@router.get("/lacks")
def lacking(request: Request, office: Served, visitor: MayRead, id: CaseId) -> Response:
    """Return what stands beside the checklist, for a desk that was shown before the papers were read."""
    with office.reading() as connection:
        stored = stored_case(connection, id)
        documents = documents_of(connection, id, stored.version)
        events = events_of(connection, id, stored.version)
    values = _beside(request, office, stored, documents, events, is_shown=stored.row.state is not State.SIGNED)
    return page(request, visitor, "lacks.html", row=stored.row, **values)


def _beside(
    request: Request,
    office: Office,
    stored: StoredCase,
    documents: Sequence[KeptDocument],
    events: Sequence[Happened],
    *,
    is_shown: bool,
) -> dict[str, Any]:
    """Return what stands beside the checklist: what the request lacks, and what is worth a look in it."""
    return {
        "lacks": lacks_of(request, office, stored, documents, events) if is_shown else [],
        "remarks": remarks_shown(request, office, stored, documents, events) if is_shown else [],
        "unreadable": unreadable_papers(request, stored, documents),
    }


@router.get("/panel")
def panel(
    request: Request,
    office: Served,
    visitor: MayRead,
    id: CaseId,
    version: int,
    item: ItemWanted = "",
    passed: Annotated[str, Query(max_length=20_000)] = "",
) -> Response:
    """Return what has changed on the desk since a version: nothing, or the checklist anew."""
    with office.reading() as connection:
        if case_row(connection, id).version == version:
            return Response(status_code=204)
        people = names(connection)
        since = [one for one in versions(connection, id) if one.version > version and one.by != visitor.person.id]
    # What changes under the hands of a person is told, with who changed it.
    said = "; ".join(f"{people.get(one.by, one.by)}: {one.what}" for one in since[:_MOST_TOLD])
    return panel_shown(request, office, visitor, id, item, said, passed=passed)


def panel_shown(
    request: Request, office: Office, visitor: Visitor, id_: str, item: str, said: str = "", *, passed: str = ""
) -> HTMLResponse:
    """Return the checklist as it stands; said tells what was done, passed names facts not to be asked again."""
    found = loaded_case(request, office, visitor, id_, item, frozenset(passed.split()))
    values = {**_values(request, office, visitor, found), "said": said, "passed": passed}
    shown = page(request, visitor, "panel.html", **values)
    # What stands beside the checklist, such as what the request lacks, is looked at again.
    shown.headers["HX-Trigger"] = "desk-changed"
    return shown


def _values(request: Request, office: Office, visitor: Visitor, found: LoadedCase) -> dict[str, Any]:
    desk, row = desk_of(request), found.stored.row
    who = visitor_shown(request, visitor)
    may_answer = who.may_change and row.state is not State.SIGNED
    return {
        "row": row,
        "stands": state_words(found.stored, pages_of(request).words),
        "shown": found.shown if isinstance(found.shown, ItemShown) else None,
        "impossible": found.shown if isinstance(found.shown, ImpossibleShown) else None,
        "item": found.item.item,
        "items": found.case.items,
        "asked": found.item.asked or "",
        "asked_of": found.asked,
        "decided": found.decided,
        "undo": found.back.undo,
        "redo": found.back.redo,
        "holder": found.people.get(row.held_by or "", ""),
        "handed_over": found.handed_over,
        "clock": clock_view(desk.review, row, found.events, office.record.now(), pages_of(request).words),
        "missed": missed_words(desk.review, row, found.events, pages_of(request).words),
        "is_locked": row.state is State.SIGNED,
        "may_answer": may_answer,
        "treatments": list(office.checker.ruleset.facts[office.checker.ruleset.roles.treatment].members),
        "said": "",
        "to_read": len(unread_papers(found.stored, found.documents, found.notes)),
        "passed": "",
        "have": digests_of_page(request),
        "draw": pages_of(request).drawer(row.id, found.item.item, may_answer=may_answer),
    }


@router.get("/history")
def history(request: Request, office: Served, visitor: MayRead, id: CaseId) -> Response:
    """Show what was done with a request, and by whom."""
    with office.reading() as connection:
        row = case_row(connection, id)
        people = names(connection)
        zone = zone_of(desk_of(request).review)
        done = [
            (one.version, one.what, people.get(one.by, one.by), datetime.fromisoformat(one.at).astimezone(zone))
            for one in versions(connection, id)
        ]
    return page(request, visitor, "history.html", row=row, done=done)
