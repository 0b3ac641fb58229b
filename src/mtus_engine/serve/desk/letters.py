"""Letters about a request: filled in from what stands, shown, saved, and kept with its papers."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Request
from fastapi import Path as InPath
from sqlalchemy import Connection
from starlette.responses import Response

from mtus_engine.ingest.quantities import course_of
from mtus_engine.model.fact import Fact
from mtus_engine.model.periods import day_in_words
from mtus_engine.model.review import Event, Need
from mtus_engine.report.phrases import ledger_rows
from mtus_engine.report.view import FAILED, ItemView, shown_status
from mtus_engine.review.clock import Happened, deadline_due
from mtus_engine.review.complete import unmet_needs
from mtus_engine.review.letters import Filled, LetterValues, docx_of, filled_letter, grouped_blocks, pdf_of
from mtus_engine.serve.desk.catalogue import Catalogue
from mtus_engine.serve.desk.clock import moment_words, received_on, update_deadline, way_of
from mtus_engine.serve.desk.pages import Form, PageRoute, Sent, page, pages_of, redirect_to
from mtus_engine.serve.desk.paper import contents_of
from mtus_engine.serve.desk.shelf import papers_seen
from mtus_engine.serve.desk.state import desk_of
from mtus_engine.serve.door import Served, Visitor, guard_for
from mtus_engine.serve.office import Office
from mtus_engine.serve.problems import Refused
from mtus_engine.serve.routes.cases import CaseId
from mtus_engine.serve.routes.documents import PDF, file_response
from mtus_engine.serve.whole import QUANTITIES, amended_statement
from mtus_engine.serve.writing import Once, keep_change
from mtus_engine.store.cases import StoredCase, case_row, refuse_signed, stored_case
from mtus_engine.store.clock import add_event, amendments_of, events_of
from mtus_engine.store.decisions import CERTIFIED, WHOLE, Decided, outcomes_of, signature_of
from mtus_engine.store.documents import KeptDocument, attach_content, documents_of
from mtus_engine.store.log import Stamp
from mtus_engine.store.notes import notes_of
from mtus_engine.store.people import names
from mtus_engine.store.reviews import Outcome, State
from mtus_engine.store.roles import Action
from mtus_engine.store.scope import scope_of

router = APIRouter(prefix="/desk/cases/{id}/letters", route_class=PageRoute, include_in_schema=False)
MayReview = Annotated[Visitor, Depends(guard_for(Action.REVIEW))]
LetterName = Annotated[str, InPath(max_length=120)]
# The letters of a signed review, by their kind, with the outcomes that each is written of.
SIGNED_LETTERS = {"certification": CERTIFIED, "decision": frozenset({Outcome.MODIFIED, Outcome.DENIED})}
# Sizes of letters in points: the first is that of every letter, the last is still read without a glass.
_SUMMARY_SIZES = (11, 10, 9, 8)
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class LetterTyped(NamedTuple):
    """What a person types for one letter.

    note is a sentence of theirs, to whom it goes, about the worker and claim, sender who signs it and how to reach
    them. It stands in the letter alone: nothing of it is kept with the case.
    """

    note: str = ""
    to: str = ""
    about: str = ""
    sender: str = ""


NOTHING_TYPED = LetterTyped()


def own_name(visitor: Visitor) -> str:
    """Return the name under which a visitor signs a letter, empty where nobody has signed in."""
    return visitor.person.name if visitor.is_signed_in else ""


def letter_typed(form: Form) -> LetterTyped:
    """Return what a form says for a letter."""
    return LetterTyped(form.text("note", 2000), form.line("to", 300), form.line("about", 300), form.line("sender", 300))


@router.get("/{letter}.pdf")
def letter_pdf(request: Request, office: Served, visitor: MayReview, id: CaseId, letter: LetterName) -> Response:
    """Return a letter as PDF."""
    found = letter_filled(request, office, visitor, id, letter)
    return file_response(_pdf(request, found), PDF, f"{found.title}.pdf")


@router.get("/{letter}.docx")
def letter_docx(request: Request, office: Served, visitor: MayReview, id: CaseId, letter: LetterName) -> Response:
    """Return a letter as DOCX, to be edited."""
    found = letter_filled(request, office, visitor, id, letter)
    return file_response(docx_of(found, [_today(request)]), _DOCX, f"{found.title}.docx")


@router.post("/{letter}.pdf")
def typed_letter_pdf(
    request: Request, office: Served, visitor: MayReview, id: CaseId, letter: LetterName, form: Sent
) -> Response:
    """Return a letter with what was typed for it as PDF."""
    found = letter_filled(request, office, visitor, id, letter, letter_typed(form))
    return file_response(_pdf(request, found), PDF, f"{found.title}.pdf")


@router.post("/{letter}.docx")
def typed_letter_docx(
    request: Request, office: Served, visitor: MayReview, id: CaseId, letter: LetterName, form: Sent
) -> Response:
    """Return a letter with what was typed for it as DOCX, to be edited."""
    found = letter_filled(request, office, visitor, id, letter, letter_typed(form))
    return file_response(docx_of(found, [_today(request)]), _DOCX, f"{found.title}.docx")


@router.get("/{letter}")
def letter_preview(request: Request, office: Served, visitor: MayReview, id: CaseId, letter: LetterName) -> Response:
    """Show a letter as it will be sent."""
    found = letter_filled(request, office, visitor, id, letter)
    kind = desk_of(request).review.letters[letter].kind
    with office.reading() as connection:
        row = case_row(connection, id)
        signed = signature_of(connection, id) if kind in SIGNED_LETTERS else None
        sender = names(connection).get(signed.by, "") if signed is not None else own_name(visitor)
    values = {"row": row, "name": letter, "kind": kind, "sender": sender}
    return page(request, visitor, "letter.html", **values, **_template_values(request, found))


@router.post("/{letter}")
def letter_part(
    request: Request, office: Served, visitor: MayReview, id: CaseId, letter: LetterName, form: Sent
) -> Response:
    """Show a letter with what was typed for it, as it will be kept."""
    found = letter_filled(request, office, visitor, id, letter, letter_typed(form))
    return page(request, visitor, "letter_part.html", **_template_values(request, found))


@router.post("/{letter}/keep")
def keep_letter(
    request: Request,
    office: Served,
    visitor: MayReview,
    once: Once,
    id: CaseId,
    letter: LetterName,
    form: Sent,
) -> Response:
    """Keep a letter as it is shown with the request; of a signed review those alone that say what was decided."""
    desk = desk_of(request)
    filled_in = letter_filled(request, office, visitor, id, letter, letter_typed(form))
    content, named = _pdf(request, filled_in), _file_of(filled_in, desk.now())

    def change(connection: Connection, stamp: Stamp) -> int:
        row = case_row(connection, id)
        if desk.review.letters[letter].kind not in SIGNED_LETTERS:
            refuse_signed(row)
        version, there = row.version, {one.file for one in documents_of(connection, id)}
        others = (named.replace(".pdf", f" ({n}).pdf") for n in range(2, len(there) + 3))
        file = named if named not in there else next(one for one in others if one not in there)
        return attach_content(connection, stamp, id, version, file, PDF, content, letter=letter)[1]

    keep_change(office, visitor, once, id, change)
    return redirect_to(request, f"/desk/cases/{id}/outcome#kept-letters")


def _file_of(letter: Filled, now: datetime) -> str:
    return f"{letter.title} {now:%Y-%m-%d}.pdf"


def _template_values(request: Request, letter: Filled) -> dict[str, object]:
    """Return what the templates of a letter show."""
    return {"letter": letter, "groups": grouped_blocks(letter.blocks), "today": _today(request)}


def _pdf(request: Request, letter: Filled) -> bytes:
    """Return a letter as PDF; a summary in the largest size of letters in which it fits one page."""
    values = _template_values(request, letter)
    sizes = iter(_SUMMARY_SIZES if letter.is_summary else _SUMMARY_SIZES[:1])
    written = pdf_of(pages_of(request).text("letter_page.html", size=next(sizes), **values))
    for size in sizes:
        if written.pages > 1:
            written = pdf_of(pages_of(request).text("letter_page.html", size=size, **values))
    return written.content


def _today(request: Request) -> str:
    return day_in_words(desk_of(request).now().date())


def letter_keeper(
    request: Request, id_: str, seen: int, name: str, letter: Filled, *, asks: bool
) -> Callable[[Connection, Stamp], None]:
    """Return a function that keeps a letter with its case and, where it asks for information, notes that event."""
    content = _pdf(request, letter)
    desk = desk_of(request)
    now = desk.now()

    def keep(connection: Connection, stamp: Stamp) -> None:
        _, version = attach_content(connection, stamp, id_, seen, _file_of(letter, now), PDF, content, letter=name)
        if asks:
            add_event(connection, stamp, id_, version, _event_of_asking(now))
            update_deadline(connection, desk.review, id_)

    return keep


def _event_of_asking(now: datetime) -> Happened:
    """Return the event that information is asked for now, with its hour: on the last day the hour decides."""
    return Happened(Event.INFORMATION_ASKED, now.date(), now.time().replace(second=0, microsecond=0))


def letter_filled(
    request: Request, office: Office, visitor: Visitor, id_: str, name: str, typed: LetterTyped = NOTHING_TYPED
) -> Filled:
    """Return a letter about a request filled in; raises Refused where there is no such letter."""
    desk = desk_of(request)
    letter = desk.review.letters.get(name)
    if letter is None:
        raise Refused(404, "Not there", "there is no such letter")
    with office.reading() as connection:
        stored = stored_case(connection, id_)
        received = events_of(connection, id_)
        documents = documents_of(connection, id_)
        people = names(connection)
        notes = notes_of(connection, id_)
        decided = outcomes_of(connection, id_)
        amended = amendments_of(connection, id_)
        signature = signature_of(connection, id_)
    views = office.views_of(stored.document)
    signer = "" if signature is None else people.get(signature.by, "")
    if letter.kind in SIGNED_LETTERS:
        outcomes = {one.item: one for one in decided if one.outcome in SIGNED_LETTERS[letter.kind]}
        views = [view for view in views if view.item["item"] in outcomes]
        if stored.row.state is not State.SIGNED or not views:
            raise Refused(409, desk.pages.words(f"letter.not_{letter.kind}"), "")
    facts = office.facts_under(stored.header.get("jurisdiction"))
    units = office.checker.of_jurisdiction(stored.header.get("jurisdiction")).ruleset.roles.units_requested
    now = desk.now()
    # Asking for information moves the deadline: the letter names the one that applies once it is sent.
    asks = [_event_of_asking(now)] if letter.kind == "information" else []
    events = [*received, *asks]
    until = deadline_due(desk.review, way_of(stored.row), events)
    if until is not None and until.at < now:
        until = None
    given = LetterValues(
        today=_today(request),
        sender=typed.sender or (signer if letter.kind in SIGNED_LETTERS else "") or visitor.person.name,
        case=stored.row.name,
        asked=tuple(_asked_words(view, stored, facts, units, amended, desk.pages.words) for view in views),
        questions=tuple(
            dict.fromkeys(_line_of_item(view, views, one) for view in views for one in questions_of(view, facts))
        ),
        lacks=tuple(need.lacks for need in lacks_of(request, office, stored, documents, received)),
        reasons=tuple(_line_of_item(view, views, view.item["finding_words"]) for view in views),
        criteria=tuple(_line_of_item(view, views, line) for view in views for line in _open_criteria(view)),
        figures=tuple(
            _line_of_item(view, views, f"{name}: {value}")
            for view in views
            for name, value, _ in ledger_rows(view.item)
        ),
        notes=tuple(f"{note.text} ({people.get(note.by, note.by)})" for note in notes),
        decided=tuple(
            _decided_words(one, _asked_words(view, stored, facts, units, amended, desk.pages.words), desk.pages.words)
            for view in views
            for one in decided
            if one.item == view.item["item"]
        ),
        # A physician may approve what does not meet the criteria: the letter does not say that it does.
        guideline="; ".join(
            dict.fromkeys(
                title
                for view in views
                if (title := view.item["title"]) and (letter.kind != "certification" or view.item["finding"] in WHOLE)
            )
        ),
        received=received_on(events),
        due="" if until is None else moment_words(until),
        note=typed.note,
        to=typed.to,
        about=typed.about,
    )
    return filled_letter(letter, given)


def _asked_words(
    view: ItemView,
    stored: StoredCase,
    facts: Mapping[str, Fact],
    units: str,
    amended: Sequence[str],
    words: Catalogue,
) -> str:
    """Return what an item asks for, in words; where the request was amended, with the number asked for now.

    Words that name no number are followed by what is known of the request: visits, how often, how long.
    """
    asked = view.item["asked"] or _treatment_words(view)
    if not any(course_of(asked)):
        figures = "; ".join(
            f"{one['label'][:1].lower()}{one['label'][1:]}: {one['value']}"
            for name, one in view.item["facts"].items()
            if one["statements"] and name in facts and facts[name].part_of_request and facts[name].kind in QUANTITIES
        )
        asked = words("letter.asked_with", asked=asked, figures=figures) if figures else asked
    scope = scope_of(stored.statements, view.item["item"], units)
    if amended_statement(scope.shown, amended) is None or units not in view.item["facts"]:
        return asked
    return words("letter.as_amended", asked=asked, now=view.item["facts"][units]["value"])


def _decided_words(one: Decided, asked: str, words: Catalogue) -> str:
    """Return what was signed of an item, in words: the outcome, what of it is approved, and the reasons."""
    said = words("letter.decided", asked=asked, outcome=words(f"decided.{one.outcome.value}"))
    granted = [words("letter.granted", granted=one.granted)] if one.granted else []
    reasons = [words("letter.reasons", reasons=one.reasons)] if one.reasons else []
    return " ".join([said, *granted, *reasons])


def _line_of_item(view: ItemView, views: Sequence[ItemView], line: str) -> str:
    """Return a line with the item that it is about, where there are several."""
    return line if len(views) == 1 else f"{view.item['asked'] or _treatment_words(view)}: {line}"


def _treatment_words(view: ItemView) -> str:
    item = view.item
    fact = item["facts"].get(item["treatment_fact"])
    return "" if fact is None else fact["value"]


def questions_of(view: ItemView, facts: Mapping[str, Fact]) -> list[str]:
    """Return the open questions as a letter asks them: without a threshold that would say which answer helps."""
    asked = [(one["fact"], one["question"]) for one in view.item["questions"] if not one["optional"]]
    return [(facts[name].to_provider if name in facts else None) or question for name, question in asked]


def _open_criteria(view: ItemView) -> list[str]:
    rules = [rule for edition in view.editions for rule in edition.shown]
    wanted = FAILED | {"undetermined"}
    return [f"{rule.name}: {shown_status(rule)[1].lower()}" for rule in rules if rule.part["status"] in wanted]


def lacks_of(
    request: Request,
    office: Office,
    stored: StoredCase,
    documents: Sequence[KeptDocument],
    events: Sequence[Happened],
) -> list[Need]:
    """Return what a request lacks to be complete; nothing for a case that came without papers."""
    desk = desk_of(request)
    # Letters of our own are no papers of the request, and a decision of an independent review is no request.
    papers = [one for one in documents if one.letter is None]
    if not papers or stored.header.get("setting") == "imr":
        return []
    contents = contents_of(office, stored.row.id)
    read = {one.id: desk.shelf.text(one, contents(one)) for one in papers}
    treatment = office.checker.ruleset.roles.treatment
    named = any(one.said.fact == treatment for one in stored.statements)
    received = next((one.day for one in events if one.event is Event.RECEIVED), None)
    return unmet_needs(desk.review, papers_seen(read), received, has_treatment=named)
