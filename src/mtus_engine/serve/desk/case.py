"""The desk itself: the document on one side, the checklist on the other, and every answer kept as it is made."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as InPath
from sqlalchemy import Connection
from starlette.responses import HTMLResponse, Response

from mtus_engine.api import Checker
from mtus_engine.compiler.literals import values_of
from mtus_engine.compiler.problems import Misfit
from mtus_engine.ingest.drafter import members_of_words
from mtus_engine.ingest.pdf import Unreadable
from mtus_engine.model.case import Case, CaseItem
from mtus_engine.model.checked import Checked
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.model.fact import Fact, Kind
from mtus_engine.model.review import Way
from mtus_engine.report.interview import plain_value
from mtus_engine.review.clock import Happened
from mtus_engine.serve.desk.answers import (
    Changes,
    accepted,
    answered,
    rejected,
    scope_of,
    settled,
    value_said,
)
from mtus_engine.serve.desk.catalogue import Catalogue
from mtus_engine.serve.desk.clock import clock_view
from mtus_engine.serve.desk.pages import PageRoute, Sent, had, page, pages_of, shown_to
from mtus_engine.serve.desk.shelf import TextRead, found_at
from mtus_engine.serve.desk.state import desk_of
from mtus_engine.serve.desk.view import Desk, ItemShown, frozen, item_shown, statement_words, sure_statements
from mtus_engine.serve.door import Served, Visitor, allowed
from mtus_engine.serve.office import Office
from mtus_engine.serve.problems import Refused
from mtus_engine.serve.routes.cases import CaseId, refuse_unfit
from mtus_engine.serve.sent import Id
from mtus_engine.serve.shapes import Kept
from mtus_engine.serve.writing import Made, Once, Repeatable, written
from mtus_engine.store.cases import Changed, StoredCase, case_row, change_case, stored_case, versions
from mtus_engine.store.clock import events_of
from mtus_engine.store.decisions import Decided, outcomes_of
from mtus_engine.store.documents import KeptDocument, content_of, documents_of
from mtus_engine.store.log import Stamp
from mtus_engine.store.notes import Note, add_note, notes_of, take_note_away
from mtus_engine.store.parts import Said, body_of
from mtus_engine.store.people import names
from mtus_engine.store.reviews import State
from mtus_engine.store.roles import Action
from mtus_engine.store.undo import NotUndone, Undoable, take_back, undoable

router = APIRouter(prefix="/desk/cases/{id}", route_class=PageRoute, include_in_schema=False)
MayRead = Annotated[Visitor, Depends(allowed(Action.READ_CASES))]
MayChange = Annotated[Visitor, Depends(allowed(Action.CHANGE_CASES))]
ItemWanted = Annotated[str, Query(max_length=20)]


class Loaded(NamedTuple):
    """A case as it is shown: with its documents, notes, and the item in hand determined.

    problem tells why the item cannot be determined: its facts cannot be together. people are names by id, back is what
    the visitor may take back.
    """

    stored: StoredCase
    documents: list[KeptDocument]
    notes: list[Note]
    case: Case
    item: CaseItem
    people: dict[str, str]
    events: list[Happened]
    decided: list[Decided]
    back: Undoable
    shown: ItemShown | None
    problem: str = ""


def loaded(
    request: Request, office: Office, visitor: Visitor, id_: str, item: str, passed: AbstractSet[str] = frozenset()
) -> Loaded:
    """Return a case with the item in hand, the first where none is named; raises NoCase, and Refused.

    passed are facts of which the person said that the record does not mention them: they are not asked again.
    """
    with office.reading() as connection:
        stored = stored_case(connection, id_)
        people = names(connection)
        documents = documents_of(connection, id_, stored.version)
        notes = [one._replace(by=people.get(one.by, one.by)) for one in notes_of(connection, id_, stored.version)]
        events, decided = events_of(connection, id_, stored.version), outcomes_of(connection, id_)
        back = undoable(connection, id_, visitor.person.id)
    case = office.case_of_version(stored)
    found = next((one for one in case.items if item in {"", one.item}), None)
    if found is None:
        raise Refused(404, "Not there", f"the case has no item {item}")
    facts = office.facts_of(case)
    with office.asking() as checker:
        try:
            checked = _checked(checker, case, found)
            interview = checker.interview(case, found, passed, checked.determination)
        except Rejected as rejected:
            said = "; ".join(one.message for one in rejected.diagnostics)
            return Loaded(stored, documents, notes, case, found, people, events, decided, back, None, said)
    shown = item_shown(Desk(stored, checked, interview, facts, notes, pages_of(request).words))
    return Loaded(stored, documents, notes, case, found, people, events, decided, back, shown)


def _checked(checker: Checker, case: Case, item: CaseItem) -> Checked:
    return next(iter(list(checker.check(case, only=item.item, rests_on=False))))


# ---- the page


@router.get("")
def desk(
    request: Request, office: Served, visitor: MayRead, id: CaseId, item: ItemWanted = "", document: str = ""
) -> Response:
    """Show a request at the desk."""
    found = loaded(request, office, visitor, id, item)
    paper = _first_paper(request, office, found, document)
    return page(request, visitor, "desk.html", **{**_values(request, office, visitor, found), **paper})


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
        stands = case_row(connection, id).version
    if stands == version:
        return Response(status_code=204)
    return panel_shown(request, office, visitor, id, item, passed=passed)


def panel_shown(
    request: Request, office: Office, visitor: Visitor, id_: str, item: str, said: str = "", *, passed: str = ""
) -> HTMLResponse:
    """Return the checklist as it stands, with what was done; passed are names of facts that are not asked again."""
    found = loaded(request, office, visitor, id_, item, frozenset(passed.split()))
    values = {**_values(request, office, visitor, found), "said": said, "passed": passed}
    return page(request, visitor, "panel.html", **values)


def _values(request: Request, office: Office, visitor: Visitor, found: Loaded) -> dict[str, Any]:
    desk, row = desk_of(request), found.stored.row
    who = shown_to(request, visitor)
    way = Way(row.way) if row.way else Way.PROSPECTIVE
    may_answer = who.may_change and row.state is not State.SIGNED
    return {
        "row": row,
        "case": found.case,
        "shown": found.shown,
        "problem": found.problem,
        "item": found.item.item,
        "items": found.case.items,
        "documents": found.documents,
        "undo": found.back.undo,
        "redo": found.back.redo,
        "holder": found.people.get(row.held_by or "", ""),
        "is_mine": row.held_by == visitor.person.id,
        "clock": None
        if row.state is State.SIGNED
        else clock_view(desk.review, way, found.events, office.record.now(), pages_of(request).words),
        "is_locked": row.state is State.SIGNED,
        "may_answer": may_answer,
        "decided": found.decided,
        "said": "",
        "passed": "",
        "have": had(request),
        "draw": pages_of(request).drawer(row.id, found.item.item, may_answer=may_answer),
    }


# ---- the document


@router.get("/paper")
def paper(
    request: Request,
    office: Served,
    visitor: MayRead,
    id: CaseId,
    document: Annotated[str, Query(max_length=64)] = "",
    number: Annotated[int, Query(ge=1, le=9999)] = 1,
    at: Annotated[str, Query(max_length=2000)] = "",
    words_: Annotated[str, Query(max_length=500, alias="words")] = "",
) -> Response:
    """Show a document, or the place of a statement in it, marked."""
    with office.reading() as connection:
        documents = documents_of(connection, id)
    return page(request, visitor, "paper.html", **_paper(request, office, id, documents, document, number, at, words_))


def _first_paper(request: Request, office: Office, found: Loaded, document: str) -> dict[str, Any]:
    return _paper(request, office, found.stored.row.id, found.documents, document, 1, "", "")


def _paper(
    request: Request,
    office: Office,
    id_: str,
    documents: Sequence[KeptDocument],
    document: str,
    number: int,
    at: str,
    words: str,
) -> dict[str, Any]:
    """Return what the pane of documents shows."""
    shelf = desk_of(request).shelf
    contents = contents_of(office, id_)

    def read(one: KeptDocument) -> TextRead:
        return shelf.text(one, contents(one))

    places = found_at(at, documents, read) if at else []
    first = places[0] if places else None
    chosen = first.document if first else next((one for one in documents if one.id == document), None)
    chosen = chosen or next(iter(documents), None)
    values: dict[str, Any] = {
        "id": id_,
        "documents": documents,
        "chosen": chosen,
        "shown_page": None,
        "text": None,
        "marked": frozenset(),
        "words_marked": words,
        "paper_problem": "",
        "not_found": bool(at) and not places,
        "number": number,
    }
    if chosen is None:
        return values
    marked = [sentence for one in places if one.document.id == chosen.id for sentence in one.sentences]
    values["marked"] = frozenset(sentence.place for sentence in marked)
    if chosen.media_type != "application/pdf":
        values["text"] = read(chosen)
        return values
    # The text of a long document takes a while: its first page does not wait for it.
    values["text"] = read(chosen) if at else shelf.text_read(chosen)
    texts = [sentence.text for sentence in marked]
    try:
        if first is not None:
            number = first.place.page or shelf.page_with(chosen, texts, contents(chosen))
        values["shown_page"] = shelf.page(chosen, number, texts, contents(chosen))
        values["number"] = number
    except Unreadable as reason:
        values["paper_problem"] = str(reason)
    return values


def contents_of(office: Office, id_: str) -> Callable[[KeptDocument], Callable[[], bytes]]:
    """Return what fetches the bytes of a document, where they are needed."""

    def of(one: KeptDocument) -> Callable[[], bytes]:
        def content() -> bytes:
            with office.reading() as connection:
                return content_of(connection, id_, one.id)[1]

        return content

    return of


@router.get("/words")
def words(request: Request, office: Served, visitor: MayRead, id: CaseId, document: Id) -> Response:
    """Return the text of a document, sentence by sentence."""
    with office.reading() as connection:
        found = next((one for one in documents_of(connection, id) if one.id == document), None)
    if found is None:
        raise Refused(404, "Not there", "there is no such document with this case")
    text = desk_of(request).shelf.text(found, contents_of(office, id)(found))
    return page(request, visitor, "words.html", text=text, marked=frozenset())


@router.get("/documents/{document}/{number}.png")
def picture(
    request: Request,
    office: Served,
    visitor: MayRead,
    id: CaseId,
    document: Id,
    number: Annotated[int, InPath(ge=1, le=9999)],
) -> Response:
    """Return the picture of a page of a PDF."""
    with office.reading() as connection:
        found = next((one for one in documents_of(connection, id) if one.id == document), None)
    if found is None:
        raise Refused(404, "Not there", "there is no such document with this case")
    try:
        image = desk_of(request).shelf.image(found, number, contents_of(office, id)(found))
    except Unreadable as reason:
        raise Refused(422, "Not shown", str(reason)) from None
    return Response(image.png, 200, media_type="image/png")


# ---- answers

Work = Callable[[StoredCase, Fact], Changes]


def _changed(
    request: Request,
    office: Office,
    visitor: Visitor,
    once: Repeatable,
    id_: str,
    seen: int,
    item: str,
    name: str,
    work: Work,
    passed: str,
) -> HTMLResponse:
    """Change the statements of a fact, and return the checklist as it stands then.

    Where another has changed something else meanwhile, both changes stand; where it was the same fact, the person is
    told, and nothing of the other is lost.
    """
    words = pages_of(request).words
    done: list[str] = []
    made: list[tuple[int, Case]] = []

    def change(connection: Connection, stamp: Stamp) -> Made:
        now = stored_case(connection, id_)
        if now.version != seen:
            _refuse_overtaken(connection, now, seen, item, name)
        fact = office.facts_under(now.header.get("jurisdiction")).get(name)
        if fact is None:
            raise Refused(422, "Not there", "the rules no longer know this fact: load the page again")
        changes = work(now, fact)
        if not changes.said and not changes.withdrawn:
            return Made(200, Kept(id=id_, version=now.version), {}, id_)
        case = refuse_unfit(office, now, changes.said, frozenset(changes.withdrawn))
        what = _what(fact, changes, words)
        done.append(what)
        after = change_case(
            connection, stamp, id_, now.version, said=changes.said, withdrawn=changes.withdrawn, what=what
        )
        made.append((after, case))
        return Made(200, Kept(id=id_, version=after), {}, id_)

    written(office, visitor, once, change)
    for version, case in made:
        # Only now it is there to stay.
        office.keep_read(id_, version, case)
    told = words("panel.kept", what=done[0]) if done else ""
    return panel_shown(request, office, visitor, id_, item, told, passed=passed)


def _what(fact: Fact, changes: Changes, words: Catalogue) -> str:
    """Return what a change said of a fact, in words."""
    if not changes.said:
        return words("panel.taken_back", what=fact.label)
    return f"{fact.label}: {statement_words(fact, body_of(changes.said[-1].body), words)}"


def _refuse_overtaken(connection: Connection, now: StoredCase, seen: int, item: str, fact: str) -> None:
    """Raise Changed where the statements of a fact are no longer those that the person saw."""
    before = stored_case(connection, now.row.id, seen)
    ids = [{one.id for one in scope_of(case.statements, item, fact).standing} for case in (before, now)]
    if ids[0] != ids[1]:
        raise Changed(now.version)


@router.post("/answer")
def answer(request: Request, office: Served, visitor: MayChange, once: Once, id: CaseId, form: Sent) -> Response:
    """Keep what a person says of a fact."""
    item, name = form.line("item"), form.line("fact")
    place = {key: value for key in ("at", "words") if (value := form.line(key, 2000))}

    def work(now: StoredCase, fact: Fact) -> Changes:
        body = _body_sent(form, fact)
        _refuse_unfit_value(fact, body)
        return answered(scope_of(now.statements, item, name), body, place)

    passed = _passed(form, name) if form.text("answer") == "unmentioned" else form.line("passed", 20_000)
    return _changed(request, office, visitor, once, id, form.whole("version"), item, name, work, passed)


def _refuse_unfit_value(fact: Fact, body: Mapping[str, Any] | None) -> None:
    """Raise Refused, by the name that the page gives the fact, for a value that does not fit it."""
    if body is None or "value" not in body:
        return
    try:
        values_of(fact, frozen(body["value"]))
    except Misfit as misfit:
        # What is said to who writes files names the fact as files do.
        said = str(misfit).replace(fact.name, fact.label)
        told = ". ".join(f"{one[:1].upper()}{one[1:]}" for one in (said, misfit.cure or "") if one)
        raise Refused(422, fact.label, told) from None


def _body_sent(form: Sent, fact: Fact) -> dict[str, Any] | None:
    """Return what the control of a fact says, None for "not mentioned"; raises Rejected for what is no value."""
    answer = form.text("answer")
    if answer == "unmentioned":
        return None
    if answer == "not_found":
        return {"not_documented": True}
    if fact.kind is Kind.BOOLEAN:
        if answer not in {"yes", "no"}:
            raise Refused(422, "No answer", "say yes or no")
        return {"value": answer == "yes"}
    if fact.kind is Kind.SET_OF:
        chosen = [one for one in form.texts("value") if one]
        typed = [one.strip() for one in form.text("codes").split(",") if one.strip()]
        return {"value": chosen + typed} if chosen or typed else None
    value = form.line("value")
    if not value:
        return None
    return {"value": members_of_words(value, fact) if fact.members else value_said(value, fact)}


def _passed(form: Sent, name: str) -> str:
    """Return the facts that are not asked again, with one more."""
    return " ".join(dict.fromkeys([*form.line("passed", 20_000).split(), name]))


@router.post("/skip")
def skip(request: Request, office: Served, visitor: MayChange, id: CaseId, form: Sent) -> Response:
    """Ask another question next: of this fact the record says nothing, and nothing is kept of that."""
    passed = _passed(form, form.line("fact"))
    return panel_shown(request, office, visitor, id, form.line("item"), passed=passed)


@router.post("/statements/{statement}/{verb}")
def on_statement(
    request: Request,
    office: Served,
    visitor: MayChange,
    once: Once,
    id: CaseId,
    statement: Id,
    verb: Annotated[str, InPath(pattern="^(accept|reject|settle)$")],
    form: Sent,
) -> Response:
    """Accept or reject what was read, or take it of several sources that differ."""
    item = form.line("item")
    with office.reading() as connection:
        stored = stored_case(connection, id)
    said = next((one.said for one in stored.statements if one.id == statement), None)
    if said is None:
        raise Changed(stored.version)
    name = said.fact

    def work(now: StoredCase, fact: Fact) -> Changes:
        scope = scope_of(now.statements, item, name)
        one = next((two for two in scope.standing if two.id == statement), None)
        if one is None:
            raise Changed(now.version)
        if verb == "accept":
            return accepted(one)
        return rejected(scope, one) if verb == "reject" else settled(scope, one, form.line("reason"))

    passed = form.line("passed", 20_000)
    return _changed(request, office, visitor, once, id, form.whole("version"), item, name, work, passed)


@router.post("/accept-all")
def accept_all(request: Request, office: Served, visitor: MayChange, once: Once, id: CaseId, form: Sent) -> Response:
    """Accept everything that was read of an item and no source contradicts, where the program was sure of it."""
    item, seen = form.line("item"), form.whole("version")

    def change(connection: Connection, stamp: Stamp) -> Made:
        now = stored_case(connection, id)
        if now.version != seen:
            raise Changed(now.version)
        sure = sure_statements(now, item)
        changes = [accepted(one) for one in sure]
        said = [one for changed in changes for one in changed.said]
        if not said:
            return Made(200, Kept(id=id, version=now.version), {}, id)
        withdrawn = [one for changed in changes for one in changed.withdrawn]
        what = pages_of(request).words.counted("panel.accepted", len(said))
        after = change_case(connection, stamp, id, seen, said=said, withdrawn=withdrawn, what=what)
        return Made(200, Kept(id=id, version=after), {}, id)

    written(office, visitor, once, change)
    return panel_shown(
        request,
        office,
        visitor,
        id,
        item,
        pages_of(request).words("panel.all_accepted"),
        passed=form.line("passed", 20_000),
    )


@router.post("/presumptions")
def presumptions(request: Request, office: Served, visitor: MayChange, once: Once, id: CaseId, form: Sent) -> Response:
    """Confirm what is presumed, in one block; what is not so is answered by itself before."""
    item, seen = form.line("item"), form.whole("version")
    with office.reading() as connection:
        now = stored_case(connection, id)
    case = office.case_of(now.document)
    found = next((one for one in case.items if one.item == item), None)
    if found is None or now.version != seen:
        raise Changed(now.version)
    facts = office.facts_of(case)
    with office.asking() as checker:
        to_confirm = checker.interview(case, found).to_confirm
    presumed = ((one.fact, plain_value(facts[one.fact], one.known.values)) for one in to_confirm)
    said = [Said(item, fact, {"value": value, "origin": "confirmed"}) for fact, value in presumed if value is not None]

    def change(connection: Connection, stamp: Stamp) -> Made:
        what = pages_of(request).words("panel.presumed_confirmed")
        after = change_case(connection, stamp, id, seen, said=said, what=what)
        return Made(200, Kept(id=id, version=after), {}, id)

    written(office, visitor, once, change)
    return panel_shown(
        request,
        office,
        visitor,
        id,
        item,
        pages_of(request).words("panel.presumed_confirmed"),
        passed=form.line("passed", 20_000),
    )


@router.post("/back/{way}")
def back(
    request: Request,
    office: Served,
    visitor: MayChange,
    once: Once,
    id: CaseId,
    way: Annotated[str, InPath(pattern="^(undo|redo)$")],
    form: Sent,
) -> Response:
    """Take back one's last change, or make again what was taken back."""
    words = pages_of(request).words
    done: list[str] = []

    def change(connection: Connection, stamp: Stamp) -> Made:
        found = undoable(connection, id, visitor.person.id)
        taken = found.undo if way == "undo" else found.redo
        if taken is None:
            raise NotUndone(words(f"back.nothing_to_{way}"))
        version = case_row(connection, id).version
        told = {one.version: one.what for one in versions(connection, id)}
        # What is made again is what was taken back, by its own name.
        what = told[taken].removeprefix(words("back.undo", what="")).removeprefix(words("back.redo", what=""))
        done.append(what)
        after = take_back(connection, stamp, id, version, taken, words(f"back.{way}", what=what))
        return Made(200, Kept(id=id, version=after), {}, id)

    written(office, visitor, once, change)
    return panel_shown(
        request,
        office,
        visitor,
        id,
        form.line("item"),
        words(f"back.{way}", what=done[0] if done else ""),
        passed=form.line("passed", 20_000),
    )


# ---- notes


@router.post("/notes")
def note(request: Request, office: Served, visitor: MayChange, once: Once, id: CaseId, form: Sent) -> Response:
    """Keep a note beside a criterion, or beside the item."""
    item, about, text = form.line("item"), form.line("about") or None, form.text("text")
    words = pages_of(request).words
    if not text:
        raise Refused(422, words("note.empty"), "")

    def change(connection: Connection, stamp: Stamp) -> Made:
        version = case_row(connection, id).version
        after = add_note(connection, stamp, id, version, item, about, text)
        return Made(200, Kept(id=id, version=after), {}, id)

    written(office, visitor, once, change)
    return panel_shown(request, office, visitor, id, item, words("note.kept"), passed=form.line("passed", 20_000))


@router.post("/notes/{note_id}/away")
def note_away(
    request: Request, office: Served, visitor: MayChange, once: Once, id: CaseId, note_id: Id, form: Sent
) -> Response:
    """Take a note away."""

    def change(connection: Connection, stamp: Stamp) -> Made:
        after = take_note_away(connection, stamp, id, case_row(connection, id).version, note_id)
        return Made(200, Kept(id=id, version=after), {}, id)

    written(office, visitor, once, change)
    return panel_shown(
        request,
        office,
        visitor,
        id,
        form.line("item"),
        pages_of(request).words("note.away"),
        passed=form.line("passed", 20_000),
    )


# ---- what was done


@router.get("/history")
def history(request: Request, office: Served, visitor: MayRead, id: CaseId) -> Response:
    """Show what was done with a request, and by whom."""
    with office.reading() as connection:
        row = case_row(connection, id)
        people = names(connection)
        done = [
            (one.version, one.what, people.get(one.by, one.by), one.at[:16].replace("T", " "))
            for one in versions(connection, id)
        ]
    return page(request, visitor, "history.html", row=row, done=done)


def address_of(id_: str, **values: str) -> str:
    """Return the address of a request at the desk."""
    return f"/desk/cases/{id_}" + (f"?{urlencode(values)}" if values else "")
