"""What comes of a request: certified, asked for information, amended, referred, or decided by a physician; letters."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi import Path as InPath
from sqlalchemy import Connection
from starlette.responses import Response

from mtus_engine.model.fact import Fact
from mtus_engine.model.periods import day_in_words
from mtus_engine.model.review import Event, Letter, Way
from mtus_engine.report.phrases import ledger_rows
from mtus_engine.report.view import ItemView, shown_status
from mtus_engine.review.clock import Happened, due
from mtus_engine.review.complete import lacking
from mtus_engine.review.letters import Filled, Given, docx_of, filled, grouped, pdf_of
from mtus_engine.serve.desk.answers import answered, scope_of
from mtus_engine.serve.desk.case import contents_of
from mtus_engine.serve.desk.clock import clock_view, moment_words, received_on, wind, zone_of
from mtus_engine.serve.desk.incoming import happened_of
from mtus_engine.serve.desk.pages import PageRoute, Sent, page, pages_of, sent_to
from mtus_engine.serve.desk.shelf import papers_seen
from mtus_engine.serve.desk.state import desk_of
from mtus_engine.serve.desk.steps import step_taken
from mtus_engine.serve.door import Served, Visitor, allowed
from mtus_engine.serve.office import Office
from mtus_engine.serve.problems import Refused
from mtus_engine.serve.routes.cases import CaseId, refuse_unfit
from mtus_engine.serve.shapes import Kept
from mtus_engine.serve.writing import Made, Once, Repeatable, written
from mtus_engine.store.cases import Changed, StoredCase, case_row, change_case, stored_case
from mtus_engine.store.clock import add_event, events_of
from mtus_engine.store.decisions import WHOLE, Decided, outcomes_of
from mtus_engine.store.documents import attach_document, documents_of, keep_content
from mtus_engine.store.log import Stamp
from mtus_engine.store.notes import notes_of
from mtus_engine.store.people import listed, names
from mtus_engine.store.reviews import Outcome, State, Step
from mtus_engine.store.roles import Action, may

router = APIRouter(prefix="/desk/cases/{id}", route_class=PageRoute, include_in_schema=False)
MayRead = Annotated[Visitor, Depends(allowed(Action.READ_CASES))]
MayChange = Annotated[Visitor, Depends(allowed(Action.CHANGE_CASES))]
MayReview = Annotated[Visitor, Depends(allowed(Action.REVIEW))]
MaySign = Annotated[Visitor, Depends(allowed(Action.SIGN_AS_PHYSICIAN))]
LetterName = Annotated[str, InPath(max_length=120)]
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# What is signed: the outcomes that a physician chooses among.
PHYSICIANS = (Outcome.APPROVED, Outcome.MODIFIED, Outcome.DENIED)


@router.get("/outcome")
def outcome(request: Request, office: Served, visitor: MayRead, id: CaseId) -> Response:
    """Show what can come of a request now, and what it lacks."""
    return page(request, visitor, "outcome.html", **_values(request, office, visitor, id))


def _values(request: Request, office: Office, visitor: Visitor, id_: str) -> dict[str, Any]:
    desk, words = desk_of(request), pages_of(request).words
    with office.reading() as connection:
        stored = stored_case(connection, id_)
        events = events_of(connection, id_)
        people = listed(connection)
        decided = outcomes_of(connection, id_)
        documents = documents_of(connection, id_)
    row = stored.row
    way = Way(row.way) if row.way else Way.PROSPECTIVE
    views = office.views_of(stored.document)
    facts = office.facts_under(stored.header.get("jurisdiction"))
    today = office.record.now().astimezone(zone_of(desk.review)).date()
    return {
        "row": row,
        "views": views,
        "is_whole": all(view.item["finding"] in WHOLE for view in views),
        "is_part": any(view.item["finding"] in {"meets_in_part", "part_can_meet"} for view in views),
        "parts": [_part(view) for view in views],
        "questions": sum(len(_questions(view, facts)) for view in views),
        "lacks": lacks_of(request, office, stored),
        "clock": None
        if row.state is State.SIGNED
        else clock_view(desk.review, way, events, office.record.now(), words),
        "way": way,
        "ways": list(Way),
        "events": events,
        "event_kinds": list(Event),
        "today": today,
        "people": [one for one in people if one.is_active and may(one.roles, Action.REVIEW)],
        "holder": next((one.name for one in people if one.id == row.held_by), ""),
        "decided": decided,
        "is_signed": row.state is State.SIGNED,
        "letters": desk.review.letters,
        "kept_letters": [
            one for one in documents if any(one.file.startswith(two.title) for two in desk.review.letters.values())
        ],
        "outcomes": PHYSICIANS,
    }


def _part(view: ItemView) -> dict[str, Any]:
    """Return how much of an item meets, in words for who amends a request."""
    item = view.item
    units = item["units"]
    most = None if units is None else units["supported"]["at_most"]
    asked = None if units is None else units["requested"]["at_most"]
    return {"item": item["item"], "asked": item["asked"] or "", "most": most, "requested": asked}


def lacks_of(request: Request, office: Office, stored: StoredCase) -> list[Any]:
    """Return what a request lacks to be complete; nothing for a case that came without papers."""
    desk = desk_of(request)
    with office.reading() as connection:
        documents = documents_of(connection, stored.row.id)
        events = events_of(connection, stored.row.id)
    # A decision of an independent review is no request: nothing of one is looked for in it.
    if not documents or stored.header.get("setting") == "imr":
        return []
    contents = contents_of(office, stored.row.id)
    read = {one.id: desk.shelf.text(one, contents(one)) for one in documents}
    treatment = office.checker.ruleset.roles.treatment
    named = any(one.said.fact == treatment for one in stored.statements)
    received = next((one.day for one in events if one.event is Event.RECEIVED), None)
    return lacking(desk.review, papers_seen(read), received, has_treatment=named)


# ---- steps


@router.post("/certify")
def certify(request: Request, office: Served, visitor: MayReview, once: Once, id: CaseId, form: Sent) -> Response:
    """Certify the whole request: where every criterion is met, and not otherwise."""
    with office.reading() as connection:
        items = [str(item["item"]) for item in stored_case(connection, id).header["items"]]
    decided = [Decided(item, Outcome.CERTIFIED, form.text("reasons")) for item in items]
    step_taken(office, visitor, once, id, form.whole("version"), Step.SIGN, decided=decided)
    return sent_to(request, f"/desk/cases/{id}/outcome")


@router.post("/sign")
def sign(request: Request, office: Served, visitor: MaySign, once: Once, id: CaseId, form: Sent) -> Response:
    """Sign as a physician: approve, modify or deny, with reasons of one's own."""
    words = pages_of(request).words
    with office.reading() as connection:
        items = [str(item["item"]) for item in stored_case(connection, id).header["items"]]
    decided = []
    for item in items:
        chosen = next((one for one in Outcome if one.value == form.line(f"outcome-{item}")), None)
        if chosen is None:
            raise Refused(422, words("sign.choose", item=item), "")
        decided.append(Decided(item, chosen, form.text(f"reasons-{item}")))
    step_taken(office, visitor, once, id, form.whole("version"), Step.SIGN, decided=decided, as_physician=True)
    return sent_to(request, f"/desk/cases/{id}/outcome")


@router.post("/step/{step}")
def step(
    request: Request,
    office: Served,
    visitor: MayReview,
    once: Once,
    id: CaseId,
    step: Annotated[str, InPath(pattern="^(start|return|refer|reopen)$")],
    form: Sent,
) -> Response:
    """Take a step; a letter that goes with it is kept with the papers first, and its day on the clock."""
    taken = Step(step)
    seen = form.whole("version")
    letter = form.line("letter")
    if letter:
        filled_in = _letter(request, office, visitor, id, letter, form.text("note"))
        seen = _kept_letter(request, office, visitor, once, id, seen, filled_in, asks=taken is Step.RETURN)
        once = Repeatable(None, once.digest)
    is_physician = may(visitor.person.roles, Action.SIGN_AS_PHYSICIAN)
    step_taken(office, visitor, once, id, seen, taken, why=form.text("why"), as_physician=is_physician)
    return sent_to(request, f"/desk/cases/{id}/outcome")


def _kept_letter(
    request: Request,
    office: Office,
    visitor: Visitor,
    once: Repeatable,
    id_: str,
    seen: int,
    letter: Filled,
    *,
    asks: bool,
) -> int:
    """Keep a letter with the papers of its case, and that information was asked for; return the version after it."""
    content = _pdf(request, letter)
    now = office.record.now().astimezone(zone_of(desk_of(request).review))

    def change(connection: Connection, stamp: Stamp) -> Made:
        name = f"{letter.title} {now:%Y-%m-%d}.pdf"
        digest = keep_content(connection, "application/pdf", content)
        _, version = attach_document(connection, stamp, id_, seen, name, digest)
        if asks:
            asked = happened_of(f"{now:%Y-%m-%d}", "", Event.INFORMATION_ASKED)
            assert asked is not None
            version = add_event(connection, stamp, id_, version, asked)
            way = Way(case_row(connection, id_).way or Way.PROSPECTIVE.value)
            wind(connection, desk_of(request).review, id_, way)
        return Made(200, Kept(id=id_, version=version), {}, id_)

    answer = written(office, visitor, once, change)
    return Kept.model_validate_json(bytes(answer.body)).version


@router.post("/clock")
def clock(request: Request, office: Served, visitor: MayChange, once: Once, id: CaseId, form: Sent) -> Response:
    """Note what happened to the request, or how it is reviewed; its deadline is worked out anew."""
    event = next((one for one in Event if one.value == form.line("event")), None)
    happened = None if event is None else happened_of(form.line("day"), form.line("hour"), event)

    def change(connection: Connection, stamp: Stamp) -> Made:
        row = case_row(connection, id)
        version = row.version
        if happened is not None:
            version = add_event(connection, stamp, id, version, happened, form.text("note"))
        way = next((one for one in Way if one.value == form.line("way")), Way(row.way or Way.PROSPECTIVE.value))
        wind(connection, desk_of(request).review, id, way)
        return Made(200, Kept(id=id, version=version), {}, id)

    written(office, visitor, once, change)
    return sent_to(request, f"/desk/cases/{id}/outcome")


@router.post("/amend")
def amend(request: Request, office: Served, visitor: MayChange, once: Once, id: CaseId, form: Sent) -> Response:
    """Record that the requesting physician amended the request: what is asked for now, since when, and by what."""
    words, roles = pages_of(request).words, office.checker.ruleset.roles
    item, told = form.line("item"), form.line("told")
    happened = happened_of(form.line("day"), "", Event.AMENDED)
    visits = form.whole("visits")
    if not told or happened is None:
        raise Refused(422, words("amend.told_missing"), "")
    note = words("amend.note", told=told, day=form.line("day"))
    seen = form.whole("version")

    def change(connection: Connection, stamp: Stamp) -> Made:
        now = stored_case(connection, id)
        if now.version != seen:
            raise Changed(now.version)
        scope = scope_of(now.statements, item, roles.units_requested)
        changes = answered(scope, {"value": visits}, {"note": note})
        # Visits withdrawn before were of the request as it was.
        refuse_unfit(office, now, changes.said, frozenset(changes.withdrawn))
        after = change_case(
            connection, stamp, id, seen, said=changes.said, withdrawn=changes.withdrawn, what=words("amend.what")
        )
        after = add_event(connection, stamp, id, after, happened, told)
        wind(connection, desk_of(request).review, id, Way(now.row.way or Way.PROSPECTIVE.value))
        return Made(200, Kept(id=id, version=after), {}, id)

    written(office, visitor, once, change)
    return sent_to(request, f"/desk/cases/{id}/outcome")


# ---- letters


@router.get("/letters/{letter}.pdf")
def letter_pdf(request: Request, office: Served, visitor: MayReview, id: CaseId, letter: LetterName) -> Response:
    """Return a letter as PDF."""
    found = _letter(request, office, visitor, id, letter, "")
    return _file(_pdf(request, found), "application/pdf", f"{found.title}.pdf")


@router.get("/letters/{letter}.docx")
def letter_docx(request: Request, office: Served, visitor: MayReview, id: CaseId, letter: LetterName) -> Response:
    """Return a letter as DOCX, to be edited."""
    found = _letter(request, office, visitor, id, letter, "")
    return _file(docx_of(found, [_today(request, office)]), _DOCX, f"{found.title}.docx")


@router.get("/letters/{letter}")
def letter_preview(request: Request, office: Served, visitor: MayReview, id: CaseId, letter: LetterName) -> Response:
    """Show a letter as it will be sent."""
    found = _letter(request, office, visitor, id, letter, "")
    with office.reading() as connection:
        row = case_row(connection, id)
    kind = desk_of(request).review.letters[letter].kind
    values = {"row": row, "letter": found, "name": letter, "kind": kind, "groups": grouped(found.blocks)}
    return page(request, visitor, "letter.html", **values, today=_today(request, office))


@router.post("/letters/{letter}")
def letter_part(
    request: Request, office: Served, visitor: MayReview, id: CaseId, letter: LetterName, form: Sent
) -> Response:
    """Show a letter with a sentence of one's own, as it will be kept."""
    found = _letter(request, office, visitor, id, letter, form.text("note", 2000))
    values = {"letter": found, "groups": grouped(found.blocks), "today": _today(request, office)}
    return page(request, visitor, "letter_part.html", **values)


def _file(content: bytes, media_type: str, name: str) -> Response:
    shown = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    headers = {"Content-Disposition": shown, "Content-Security-Policy": "sandbox; default-src 'none'"}
    return Response(content, 200, headers, media_type)


def _pdf(request: Request, letter: Filled) -> bytes:
    pages = pages_of(request)
    today = day_in_words(request.app.state.office.record.now().astimezone(zone_of(desk_of(request).review)).date())
    return pdf_of(pages.text("letter_page.html", letter=letter, groups=grouped(letter.blocks), today=today))


def _today(request: Request, office: Office) -> str:
    return day_in_words(office.record.now().astimezone(zone_of(desk_of(request).review)).date())


def _letter(request: Request, office: Office, visitor: Visitor, id_: str, name: str, note: str) -> Filled:
    """Return a letter about a request filled in; raises Refused where there is no such letter."""
    desk = desk_of(request)
    letter: Letter | None = desk.review.letters.get(name)
    if letter is None:
        raise Refused(404, "Not there", "there is no such letter")
    with office.reading() as connection:
        stored = stored_case(connection, id_)
        events = events_of(connection, id_)
    views = office.views_of(stored.document)
    facts = office.facts_under(stored.header.get("jurisdiction"))
    way = Way(stored.row.way) if stored.row.way else Way.PROSPECTIVE
    now = office.record.now().astimezone(zone_of(desk.review))
    if letter.kind == "information":
        # What is asked moves the deadline: the letter names the one that stands then.
        events = [*events, Happened(Event.INFORMATION_ASKED, now.date())]
    until = due(desk.review, way, events)
    if until is not None and until.at < now:
        until = None
    with office.reading() as connection:
        people = names(connection)
        notes = notes_of(connection, id_)
    given = Given(
        today=_today(request, office),
        sender=visitor.person.name,
        case=stored.row.name,
        asked=tuple(view.item["asked"] or _treatment_words(view) for view in views),
        questions=tuple(dict.fromkeys(_of_item(view, views, one) for view in views for one in _questions(view, facts))),
        lacks=tuple(need.lacks for need in lacks_of(request, office, stored)),
        reasons=tuple(_of_item(view, views, view.item["finding_words"]) for view in views),
        criteria=tuple(_of_item(view, views, line) for view in views for line in _open_criteria(view)),
        figures=tuple(
            _of_item(view, views, f"{name}: {value}") for view in views for name, value, _ in ledger_rows(view.item)
        ),
        notes=tuple(f"{note.text} ({people.get(note.by, note.by)})" for note in notes),
        guideline="; ".join(dict.fromkeys(title for view in views if (title := view.item["title"]))),
        received=received_on(events),
        due="" if until is None else moment_words(until),
        note=note,
    )
    return filled(letter, given)


def _of_item(view: ItemView, views: Sequence[ItemView], line: str) -> str:
    """Return a line with the item that it is about, where there are several."""
    return line if len(views) == 1 else f"{view.item['asked'] or _treatment_words(view)}: {line}"


def _treatment_words(view: ItemView) -> str:
    item = view.item
    fact = item["facts"].get(item["treatment_fact"])
    return "" if fact is None else fact["value"]


def _questions(view: ItemView, facts: Mapping[str, Fact]) -> list[str]:
    """Return the open questions as a letter asks them: without a threshold that would say which answer helps."""
    asked = [(one["fact"], one["question"]) for one in view.item["questions"] if not one["optional"]]
    return [(facts[name].to_provider if name in facts else None) or question for name, question in asked]


def _open_criteria(view: ItemView) -> list[str]:
    rows = []
    for edition in view.editions:
        for rule in edition.shown:
            if rule.part["status"] in {"not_met", "exceeded", "none_left", "undetermined"}:
                rows.append(f"{rule.name}: {shown_status(rule)[1].lower()}")
    return rows
