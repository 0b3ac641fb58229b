"""The worklist: which requests there are, until when each is to be decided, who has it and what is next."""

from datetime import datetime
from typing import Annotated, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from mtus_engine.model.periods import day_in_words
from mtus_engine.model.review import Way
from mtus_engine.review.clock import clock_stopped
from mtus_engine.serve.desk.asked import asked_now
from mtus_engine.serve.desk.begun import begun_by, state_words
from mtus_engine.serve.desk.catalogue import Catalogue
from mtus_engine.serve.desk.clock import left_words, local_due, missed_words, way_of
from mtus_engine.serve.desk.pages import PageRoute, Posted, page, pages_of, redirect_to
from mtus_engine.serve.desk.samples import samples
from mtus_engine.serve.desk.state import desk_of
from mtus_engine.serve.door import Served, Visitor, guard_for
from mtus_engine.serve.problems import Refused
from mtus_engine.serve.routes.cases import CaseId
from mtus_engine.serve.steps import take_step_once
from mtus_engine.serve.writing import Once
from mtus_engine.store.cases import CaseRow, StoredCase, case_row, stored_case
from mtus_engine.store.clock import amendments_of, events_of
from mtus_engine.store.decided import outcomes_of, signature_of
from mtus_engine.store.listing import Wanted, due_cases, number_of_cases
from mtus_engine.store.people import all_people
from mtus_engine.store.reviews import MOVES, State, Step
from mtus_engine.store.roles import Action, may

router = APIRouter(prefix="/desk", route_class=PageRoute, include_in_schema=False)
MayRead = Annotated[Visitor, Depends(guard_for(Action.READ_CASES))]
MayReview = Annotated[Visitor, Depends(guard_for(Action.REVIEW))]
SHOWN = 50
MINE, NOBODYS = "me", "nobody"


class WorklistRow(NamedTuple):
    """One request of the list."""

    id: str
    name: str
    version: int
    asked: tuple[str, ...]
    state: State
    stands: str
    decided: tuple[str, ...]
    held_by: str | None
    is_mine: bool
    due: str
    left: str
    urgency: str
    missed: str
    next: str
    is_sample: bool
    is_expedited: bool


class Filter(NamedTuple):
    """What the list is narrowed to, as it stands in the address."""

    words: str
    state: str
    who: str
    page: int

    def address(self, **changed: object) -> str:
        """Return the address of the list with something changed."""
        values = {key: value for key, value in {**self._asdict(), **changed}.items() if value not in {"", 1}}
        return f"/desk?{urlencode(values)}" if values else "/desk"


@router.get("")
def worklist(
    request: Request,
    office: Served,
    visitor: MayRead,
    words: Annotated[str, Query(max_length=200)] = "",
    state: Annotated[str, Query(max_length=20)] = "",
    who: Annotated[str, Query(max_length=200)] = "",
    page_: Annotated[int, Query(ge=1, le=100_000, alias="page")] = 1,
) -> Response:
    """List requests: the overdue first, then by the days left."""
    chosen = Filter(" ".join(words.split()), state, who, page_)
    with office.reading() as connection:
        people = {one.id: one for one in all_people(connection)}
        by_login = {one.login: one.id for one in people.values()}
        holder = visitor.person.id if who == MINE else by_login.get(who, "nobody")
        wanted = Wanted(
            next((one for one in State if one.value == state), None),
            None if who in {"", NOBODYS} else holder,
            chosen.words,
            nobodys=who == NOBODYS,
            # A search finds signed ones, too.
            open_=not state and not chosen.words,
        )
        rows = due_cases(connection, wanted, (page_ - 1) * SHOWN, SHOWN + 1)
        count = number_of_cases(connection, wanted)
        is_empty = not rows and not number_of_cases(connection, Wanted())
        names = {id_: one.name for id_, one in people.items()}
        shown = [_listed_request(connection, request, row, names, visitor) for row in rows[:SHOWN]]
    reviewers = [one for one in people.values() if one.is_active and may(one.roles, Action.REVIEW)]
    values = {
        "requests": shown,
        "count": count,
        "chosen": chosen,
        "more": len(rows) > SHOWN,
        "states": list(State),
        "people": reviewers,
        "is_empty": is_empty,
        "samples": samples(),
    }
    return page(request, visitor, "worklist.html", **values)


def _listed_request(
    connection: Connection, request: Request, row: CaseRow, names: dict[str, str], visitor: Visitor
) -> WorklistRow:
    desk, words = desk_of(request), pages_of(request).words
    office = request.app.state.office
    stored = stored_case(connection, row.id)
    now = asked_now(office, stored, amendments_of(connection, row.id), words)
    at = local_due(row.due_at, desk.review)
    is_open = row.state is not State.SIGNED
    decided = [] if is_open else outcomes_of(connection, row.id)
    signature = None if is_open else signature_of(connection, row.id)
    # A review that is signed is with whoever signed it.
    held_by = row.held_by if signature is None else signature.by
    due, left, urgency = "", "", ""
    if at is not None:
        due = at.date().isoformat()
        if is_open:
            left, urgency = _urgency(at, office.record.now(), words)
    events = events_of(connection, row.id)
    stopped = clock_stopped(desk.review, way_of(row), events) if is_open and at is None else None
    if stopped is not None:
        left = words("clock.stopped", day=day_in_words(stopped.since))
    return WorklistRow(
        row.id,
        row.name,
        row.version,
        tuple(now.of(str(item["item"]), str(item.get("asked") or "")) for item in stored.header["items"]),
        row.state,
        state_words(stored, words),
        tuple(dict.fromkeys(words(f"decided.{one.outcome.value}") for one in decided)),
        None if held_by is None else names.get(held_by),
        held_by == visitor.person.id,
        due,
        left,
        urgency,
        missed_words(desk.review, row, events, words),
        words("next.completed") if stopped is not None else _next_step(stored, names, words),
        row.is_sample,
        is_open and way_of(row) is Way.EXPEDITED,
    )


def _next_step(stored: StoredCase, names: dict[str, str], words: Catalogue) -> str:
    """Return what is to be done next; of a review that nobody started, who has answered something already."""
    by = begun_by(stored)
    return words(f"next.{stored.row.state.value}") if by is None else words("next.begun", who=names.get(by, ""))


def _urgency(due_at: datetime, now: datetime, words: Catalogue) -> tuple[str, str]:
    said, left = left_words(due_at, now, words)
    return said, "over" if left < 0 else "near" if left <= 1 else ""


@router.post("/cases/{id}/claim")
def claim(request: Request, office: Served, visitor: MayReview, once: Once, id: CaseId, form: Posted) -> Response:
    """Take a request oneself: one that nobody has is started, one of another is handed over."""
    with office.reading() as connection:
        row = case_row(connection, id)
    if row.held_by is None and row.state in MOVES[Step.START].of:
        take_step_once(office, visitor, once, id, form.whole("version"), Step.START)
    else:
        why = form.text("why") or pages_of(request).words("worklist.claimed")
        version, login = form.whole("version"), visitor.person.login
        take_step_once(office, visitor, once, id, version, Step.HAND_OVER, why=why, to=login)
    return redirect_to(request, f"/desk/cases/{id}")


@router.post("/cases/{id}/hand-over")
def hand_over(request: Request, office: Served, visitor: MayReview, once: Once, id: CaseId, form: Posted) -> Response:
    """Hand a request over to another, with the reason."""
    to = form.line("to")
    if not to:
        raise Refused(422, pages_of(request).words("step.to_whom"), "")
    take_step_once(office, visitor, once, id, form.whole("version"), Step.HAND_OVER, why=form.text("why"), to=to)
    return redirect_to(request, f"/desk/cases/{id}")
