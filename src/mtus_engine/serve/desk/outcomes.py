"""What comes of a request: certified, asked for information, amended, referred, or decided by a physician."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as InPath
from starlette.responses import Response

from mtus_engine.compiler.number_words import whole_number
from mtus_engine.ingest.quantities import course_of
from mtus_engine.model.periods import day_in_words
from mtus_engine.model.review import Event, Way
from mtus_engine.report.phrases import text_only_line
from mtus_engine.review.clock import Happened
from mtus_engine.serve.desk.answers import NUMBER_WORD
from mtus_engine.serve.desk.begun import state_words
from mtus_engine.serve.desk.clock import before_amended_words, clock_view, missed_words, way_of, zone_of
from mtus_engine.serve.desk.lacks import lacks_of, unreadable_papers
from mtus_engine.serve.desk.letter_lines import questions_of
from mtus_engine.serve.desk.letter_values import SIGNED_LETTERS, asked_of_items, letter_filled, letter_typed, own_name
from mtus_engine.serve.desk.letters import letter_keeper
from mtus_engine.serve.desk.on_file import OnFile, on_file
from mtus_engine.serve.desk.pages import PageRoute, Posted, page, pages_of, redirect_to
from mtus_engine.serve.desk.remarks import remarks_shown
from mtus_engine.serve.desk.state import DeskState, desk_of
from mtus_engine.serve.desk.unlooked import unlooked_matters
from mtus_engine.serve.door import Served, Visitor, guard_for
from mtus_engine.serve.office import Office
from mtus_engine.serve.problems import Refused
from mtus_engine.serve.routes.cases import CaseId
from mtus_engine.serve.steps import take_step_once
from mtus_engine.serve.whole import largest_quantity
from mtus_engine.serve.writing import Once, answer_to_repetition
from mtus_engine.store.cases import CaseRow, stored_case
from mtus_engine.store.clock import NotedEvent
from mtus_engine.store.decided import Decided, SignedReview
from mtus_engine.store.decisions import WHOLE
from mtus_engine.store.documents import documents_of
from mtus_engine.store.notes import notes_of
from mtus_engine.store.reviews import Outcome, Step
from mtus_engine.store.roles import Action, may
from mtus_engine.store.scope import scope_of

router = APIRouter(prefix="/desk/cases/{id}", route_class=PageRoute, include_in_schema=False)
MayRead = Annotated[Visitor, Depends(guard_for(Action.READ_CASES))]
MayChange = Annotated[Visitor, Depends(guard_for(Action.CHANGE_CASES))]
MayReview = Annotated[Visitor, Depends(guard_for(Action.REVIEW))]
MaySign = Annotated[Visitor, Depends(guard_for(Action.SIGN_AS_PHYSICIAN))]
# The outcomes that a physician chooses among when signing.
# The findings that what is open can still change.
_CAN_CHANGE = frozenset({"part_can_meet", "whole_can_meet"})
PHYSICIANS = (Outcome.APPROVED, Outcome.MODIFIED, Outcome.DENIED)


@router.get("/outcome")
def outcome(
    request: Request, office: Served, visitor: MayRead, id: CaseId, item: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Show what can come of a request now, and what it lacks; item is the one from which the person came."""
    values = _values(request, office, id)
    came_from = item if item in values["items"] else ""
    return page(request, visitor, "outcome.html", sender=own_name(visitor), came_from=came_from, **values)


def _values(request: Request, office: Office, id_: str) -> dict[str, Any]:
    desk, kept = desk_of(request), on_file(office, id_)
    row = kept.stored.row
    return {
        "row": row,
        "stands": state_words(kept.stored, pages_of(request).words),
        "items": kept.stored.items,
        **_criteria_values(request, office, kept),
        **_papers_values(request, office, kept),
        **_clock_values(desk, row, kept.noted),
        **_signed_values(desk, kept),
        "today": desk.now().date(),
        "people": [one for one in kept.people if one.is_active and may(one.roles, Action.REVIEW)],
        "physicians": [one for one in kept.people if one.is_active and may(one.roles, Action.SIGN_AS_PHYSICIAN)],
        "holder": kept.name_of(row.held_by),
        "referred": kept.referred,
        "handed_over": kept.handed_over,
        "letters": desk.review.letters,
        "outcomes": PHYSICIANS,
    }


def _criteria_values(request: Request, office: Office, kept: OnFile) -> dict[str, Any]:
    """Return what the items come to, as far as their facts can be together, and what they ask for."""
    views, mistakes = office.possible_views(kept.stored.document)
    facts, words = office.facts_under(kept.stored.header.get("jurisdiction")), pages_of(request).words
    findings = [view.item["finding"] for view in views]
    return {
        "views": views,
        "mistakes": mistakes,
        "is_whole": not mistakes and all(finding in WHOLE for finding in findings),
        # By their own copy of its guideline a person may certify what none here covers.
        "is_whole_or_uncovered": not mistakes and all(finding in {*WHOLE, "not_covered"} for finding in findings),
        "uncovered": [view.item for view in views if view.item["finding"] == "not_covered"],
        "is_part": any(finding in {"meets_in_part", "part_can_meet"} for finding in findings),
        "not_whole": [view.item for view in views if view.item["finding"] not in WHOLE],
        "text_only": {view.item["item"]: text_only_line(view.item) for view in views},
        "asked_of": asked_of_items(office, kept.stored, views, kept.amended, words, has_others=bool(mistakes)),
        # Nothing that the provider could still say would change any of it.
        "is_settled": all(view.item["finding"] not in _CAN_CHANGE for view in views),
        "questions": sum(len(questions_of(view, facts)) for view in views),
    }


def _papers_values(request: Request, office: Office, kept: OnFile) -> dict[str, Any]:
    """Return what the papers of a request lack and show, and what nobody has looked at of it."""
    stored, documents = kept.stored, kept.documents
    return {
        "unlooked": None if kept.is_signed else unlooked_matters(office, stored, documents, kept.notes),
        "lacks": lacks_of(request, office, stored, documents, kept.events),
        "remarks": remarks_shown(request, office, stored, documents, kept.events),
        "unreadable": unreadable_papers(request, stored, documents),
        "asked_before": max((one.day for one in kept.events if _asks(one)), default=None),
        "kept_letters": [one for one in documents if one.letter is not None],
    }


def _signed_values(desk: DeskState, kept: OnFile) -> dict[str, Any]:
    """Return what was signed of a request: now, and in reviews that were opened again since."""
    zone, by = zone_of(desk.review), kept.signature
    before = kept.signed[:-1] if kept.is_signed else kept.signed
    return {
        "is_signed": kept.is_signed,
        "decided": kept.decided,
        "earlier": [_earlier_review(one, kept, zone) for one in before],
        "signed_by": "" if by is None else kept.name_of(by.by),
        "signed_on": "" if by is None else _day_of(by.at, zone),
        "signed_as": kept.signed_as if kept.is_signed else "",
        "signed_letters": [
            letter
            for letter in desk.review.letters.values()
            if any(one.outcome in SIGNED_LETTERS.get(letter.kind, ()) for one in kept.decided)
        ],
    }


def _clock_values(desk: DeskState, row: CaseRow, noted: Sequence[NotedEvent]) -> dict[str, Any]:
    """Return what the page shows of the clock, and what may be noted of it."""
    words, events = desk.pages.words, [one.happened for one in noted]
    return {
        "clock": clock_view(desk.review, row, events, desk.now(), words),
        "missed": missed_words(desk.review, row, events, words),
        "before_amended": before_amended_words(desk.review, row, events, words),
        "way": way_of(row),
        "ways": list(Way),
        # The request came before anything else of its day, whether an hour is known or not.
        "events": sorted(noted, key=lambda one: (one.happened.day, one.happened.event is not Event.RECEIVED)),
        "event_kinds": list(Event),
    }


class EarlierReview(NamedTuple):
    """What was decided of a request before: the name of who signed it, the day in words, what, why it was reopened."""

    name: str
    day: str
    decided: Sequence[Decided]
    reopened: str


def _earlier_review(one: SignedReview, kept: OnFile, zone: ZoneInfo) -> EarlierReview:
    name = one.as_name or kept.name_of(one.by)
    return EarlierReview(name, _day_of(one.at, zone), one.decided, one.reopened)


def _day_of(moment: str, zone: ZoneInfo) -> str:
    """Return the day of a moment in UTC, as the office counts it, in words."""
    return day_in_words(datetime.fromisoformat(moment).astimezone(zone).date())


# ---- steps


@router.post("/certify")
def certify(request: Request, office: Served, visitor: MayReview, once: Once, id: CaseId, form: Posted) -> Response:
    """Certify the whole request: where every criterion is met, here or in a guideline that the person names."""
    words = pages_of(request).words
    with office.reading() as connection:
        stored = stored_case(connection, id)
        documents, notes = documents_of(connection, id), notes_of(connection, id)
    if not form.line("looked") and unlooked_matters(office, stored, documents, notes) is not None:
        raise Refused(422, words("unlooked.say_so"), "")
    name = own_name(visitor) or form.line("name", 200)
    if not name:
        raise Refused(422, words("sign.no_name"), "")
    decided = [
        Decided(item, Outcome.CERTIFIED, form.text("reasons"), guideline=form.line(f"guideline-{item}", 500))
        for item in stored.items
    ]
    take_step_once(office, visitor, once, id, form.whole("version"), Step.SIGN, why=name, decided=decided)
    return redirect_to(request, f"/desk/cases/{id}/outcome")


@router.post("/sign")
def sign(request: Request, office: Served, visitor: MaySign, once: Once, id: CaseId, form: Posted) -> Response:
    """Sign as a physician: approve, modify or deny, with reasons of one's own."""
    words = pages_of(request).words
    with office.reading() as connection:
        stored = stored_case(connection, id)
    ruleset = office.checker.of_jurisdiction(stored.header.get("jurisdiction")).ruleset
    units = ruleset.facts[ruleset.roles.units_requested]
    decided = []
    for item in stored.items:
        chosen = next((one for one in Outcome if one.value == form.line(f"outcome-{item}")), None)
        if chosen is None:
            raise Refused(422, words("sign.choose", item=item), "")
        granted = form.line(f"granted-{item}")
        if chosen is Outcome.MODIFIED and not granted:
            raise Refused(422, words("sign.no_part", item=item), "")
        if chosen is not Outcome.MODIFIED and granted:
            outcome = words(f"decided.{chosen.value}")
            raise Refused(422, words("sign.part_of_another", item=item, outcome=outcome, granted=granted), "")
        most = largest_quantity(units, scope_of(stored.statements, item, units.name).shown, or_least=True)
        number = _visits_granted(granted)
        if most is not None and number is not None and number >= most[0]:
            raise Refused(422, words("sign.not_less", item=item, asked=most[0]), "")
        # A bare number counts what the request counts.
        granted = words("sign.granted_number", n=granted) if granted.isdecimal() else granted
        decided.append(Decided(item, chosen, form.text(f"reasons-{item}"), granted))
    take_step_once(office, visitor, once, id, form.whole("version"), Step.SIGN, decided=decided, as_physician=True)
    return redirect_to(request, f"/desk/cases/{id}/outcome")


def _visits_granted(words: str) -> int | None:
    """Return how many visits come of what a physician approves, in figures or words; None where no number is there."""
    given = course_of(words).in_all
    if given is not None:
        return given.least
    numbers = [whole_number(found[0]) for found in NUMBER_WORD.finditer(words)]
    return max(numbers, default=None)


def _asks_anything(request: Request, office: Office, id_: str) -> bool:
    """Return whether a letter for information has anything to ask by itself: an open question, or what is lacking."""
    kept = on_file(office, id_)
    lacks = lacks_of(request, office, kept.stored, kept.documents, kept.events)
    return bool(lacks or _criteria_values(request, office, kept)["questions"])


def _asks(happened: Happened) -> bool:
    return happened.event is Event.INFORMATION_ASKED


@router.post("/step/{step}")
def step(
    request: Request,
    office: Served,
    visitor: MayReview,
    once: Once,
    id: CaseId,
    step: Annotated[str, InPath(pattern="^(start|return|refer|reopen)$")],
    form: Posted,
) -> Response:
    """Take a step; a letter that goes with it is kept with the papers, and its day on the clock, or nothing is done."""
    taken, seen, letter = Step(step), form.whole("version"), form.line("letter")
    first = None
    if letter and answer_to_repetition(office, visitor, once) is None:
        if taken is Step.RETURN and not form.text("to"):
            raise Refused(422, pages_of(request).words("letter.no_addressee"), "")
        if taken is Step.RETURN and not form.text("note") and not _asks_anything(request, office, id):
            raise Refused(422, pages_of(request).words("letter.no_question"), "")
        filled_in = letter_filled(request, office, visitor, id, letter, letter_typed(form))
        first = letter_keeper(request, id, seen, letter, filled_in, asks=taken is Step.RETURN)
    to = (form.line("physician") or None) if taken is Step.REFER else None
    take_step_once(office, visitor, once, id, seen, taken, why=form.text("why"), to=to, as_physician=True, first=first)
    return redirect_to(request, f"/desk/cases/{id}/outcome")
