"""What happened to a request: noted, and taken away again; an amended request with what it asks for now."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import Response

from mtus_engine.model.diagnostic import Rejected
from mtus_engine.model.periods import day_in_words
from mtus_engine.model.review import Event, Way
from mtus_engine.review.clock import Happened
from mtus_engine.serve.desk.answers import changes_of_amending
from mtus_engine.serve.desk.asked import amendment_told
from mtus_engine.serve.desk.catalogue import Catalogue
from mtus_engine.serve.desk.clock import happened_of, update_deadline, way_of
from mtus_engine.serve.desk.controls import statement_words
from mtus_engine.serve.desk.fields import number_typed
from mtus_engine.serve.desk.pages import PageRoute, Posted, pages_of, redirect_to
from mtus_engine.serve.desk.state import desk_of
from mtus_engine.serve.door import Served, Visitor, guard_for
from mtus_engine.serve.office import Office
from mtus_engine.serve.problems import Refused
from mtus_engine.serve.routes.cases import CaseId, refuse_unfit
from mtus_engine.serve.sent import Id
from mtus_engine.serve.whole import largest_quantity
from mtus_engine.serve.writing import Once, keep_change
from mtus_engine.store.cases import (
    Changed,
    case_row,
    change_case,
    next_version,
    note_version,
    refuse_signed,
    stored_case,
)
from mtus_engine.store.clock import add_event, events_of, noted_events, take_event_away
from mtus_engine.store.log import Stamp
from mtus_engine.store.roles import Action
from mtus_engine.store.scope import scope_of
from mtus_engine.store.undo import NotUndone, change_of_amendment, reversal_of, take_back
from mtus_engine.wording.values import values_words

router = APIRouter(prefix="/desk/cases/{id}", route_class=PageRoute, include_in_schema=False)
MayChange = Annotated[Visitor, Depends(guard_for(Action.CHANGE_CASES))]


@router.post("/clock")
def clock(request: Request, office: Served, visitor: MayChange, once: Once, id: CaseId, form: Posted) -> Response:
    """Note what happened to the request, or how it is reviewed; its deadline is worked out anew."""
    words, today = pages_of(request).words, desk_of(request).now().date()
    event = next((one for one in Event if one.value == form.line("event")), None)
    if form.line("event") and event is None:
        raise Refused(422, words("clock.no_such_event"), "")
    happened = None if event is None else happened_of(form.line("day"), form.line("hour"), event, today, words)
    if event is not None and happened is None:
        raise Refused(422, words("clock.no_day"), "")

    def change(connection: Connection, stamp: Stamp) -> int:
        row = case_row(connection, id)
        refuse_signed(row)
        version = row.version
        if happened is not None:
            _refuse_before_receipt(connection, id, happened, words)
            version = add_event(connection, stamp, id, version, happened, form.text("note"))
        way = next((one for one in Way if one.value == form.line("way")), None)
        if way is not None and way is not way_of(row):
            version = next_version(connection, stamp, id, version)
            note_version(connection, stamp, id, version, words("clock.way_now", way=words(f"way.{way.value}")))
        update_deadline(connection, desk_of(request).review, id, way)
        return version

    keep_change(office, visitor, once, id, change)
    return redirect_to(request, f"/desk/cases/{id}/outcome")


@router.post("/clock/{event}/away")
def event_away(
    request: Request, office: Served, visitor: MayChange, once: Once, id: CaseId, event: Id, form: Posted
) -> Response:
    """Take away what was noted of a request by mistake; its deadline is worked out anew."""

    def change(connection: Connection, stamp: Stamp) -> int:
        version = case_row(connection, id).version
        amendments = (one for one in noted_events(connection, id) if one.happened.event is Event.AMENDED)
        noted = next((one for one in amendments if one.id == event), None)
        changed = None if noted is None else change_of_amendment(connection, id, noted.since)
        if changed is not None:
            version = _without_amendment(request, office, connection, stamp, id, changed)
        version = take_event_away(connection, stamp, id, version, event)
        update_deadline(connection, desk_of(request).review, id)
        return version

    keep_change(office, visitor, once, id, change)
    return redirect_to(request, f"/desk/cases/{id}/outcome")


def _without_amendment(
    request: Request, office: Office, connection: Connection, stamp: Stamp, id_: str, changed: int
) -> int:
    """Take back what an amendment changed, and return the version that stands then.

    Where something was said of it since, that stands: the person sees at the desk what is asked for now.
    """
    now = stored_case(connection, id_)
    try:
        undoing = reversal_of(connection, now, changed)
        refuse_unfit(office, now, undoing.said, frozenset(undoing.withdrawn), undoing.header)
    except (NotUndone, Rejected):
        return now.version
    return take_back(connection, stamp, id_, now.version, undoing, pages_of(request).words("amend.taken_back"))


def _refuse_before_receipt(connection: Connection, id_: str, happened: Happened, words: Catalogue) -> None:
    """Raise Refused for an event before the receipt of its request, or a receipt after another event."""
    kept = [one for one in events_of(connection, id_) if one.event is not happened.event]
    received = next((one for one in kept if one.event is Event.RECEIVED), None)
    if received is not None and happened.day < received.day:
        raise Refused(422, words("clock.before_receipt", day=day_in_words(received.day)), "")
    if happened.event is Event.RECEIVED and (earlier := [one.day for one in kept if one.day < happened.day]):
        raise Refused(422, words("clock.receipt_after", day=day_in_words(min(earlier))), "")


@router.post("/amend")
def amend(request: Request, office: Served, visitor: MayChange, once: Once, id: CaseId, form: Posted) -> Response:
    """Record that the requesting physician amended the request: what is asked for now, since when, and by what."""
    words = pages_of(request).words
    with office.reading() as connection:
        jurisdiction = stored_case(connection, id).header.get("jurisdiction")
    ruleset = office.checker.of_jurisdiction(jurisdiction).ruleset
    facts, roles = ruleset.facts, ruleset.roles
    item, told = form.line("item"), form.line("told")
    happened = happened_of(form.line("day"), "", Event.AMENDED, desk_of(request).now().date(), words)
    visits = number_typed(form.line("visits"))
    if visits is None:
        raise Refused(422, words("amend.no_number"), "")
    if not told or happened is None:
        raise Refused(422, words("amend.told_missing"), "")
    told_weeks = form.line("weeks")
    weeks = number_typed(told_weeks, "week") if told_weeks else None
    if told_weeks and weeks is None:
        raise Refused(422, words("amend.no_weeks"), "")
    units = facts[roles.units_requested]
    over = ""
    if weeks is not None and roles.course_length is not None:
        over = statement_words(facts[roles.course_length], {"value": f"{weeks} weeks"}, words)
    told = amendment_told(words, statement_words(units, {"value": visits}, words), over, told)
    note = words("amend.note", told=told, day=form.line("day"))
    seen = form.whole("version")

    def change(connection: Connection, stamp: Stamp) -> int:
        now = stored_case(connection, id)
        if now.version != seen:
            raise Changed(now.version)
        _refuse_before_receipt(connection, id, happened, words)
        asked = largest_quantity(units, scope_of(now.statements, item, units.name).shown, or_least=True)
        if asked is not None and (visits > asked[0] or (visits == asked[0] and weeks is None)):
            raise Refused(422, words("amend.not_less", asked=values_words(units, asked[1])), "")
        changes = changes_of_amending(now, item, roles, visits, {"note": note}, weeks)
        said = (*changes.left, *changes.said)
        refuse_unfit(office, now, said, frozenset(changes.withdrawn))
        after = change_case(
            connection, stamp, id, seen, said=said, withdrawn=changes.withdrawn, what=words("amend.what")
        )
        after = add_event(connection, stamp, id, after, happened, told)
        update_deadline(connection, desk_of(request).review, id)
        return after

    keep_change(office, visitor, once, id, change)
    return redirect_to(request, f"/desk/cases/{id}/outcome")
