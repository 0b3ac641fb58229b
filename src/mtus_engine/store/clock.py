"""What happened to a request, and until when it is to be decided, as the store keeps it."""

from datetime import date, datetime, time
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, insert, select, update

from mtus_engine.model.review import Event, Way
from mtus_engine.review.clock import Happened
from mtus_engine.store.cases import NoCase, case_row, next_version, note_version
from mtus_engine.store.identity import instant, new_id
from mtus_engine.store.log import Stamp
from mtus_engine.store.reviews import State
from mtus_engine.store.standing import end_row, stands_at
from mtus_engine.store.tables import case_events, cases

_ENDS_WAITING = frozenset({Event.INFORMATION_RECEIVED, Event.COMPLETED, Event.AMENDED})


class NotedEvent(NamedTuple):
    """An event noted of a request: the id of the entry, what happened, a note on it, and the version that noted it."""

    id: str
    happened: Happened
    note: str
    since: int


def events_of(connection: Connection, case: str, version: int | None = None) -> list[Happened]:
    """Return what happened to the request of a case, by day; raises NoCase."""
    return [one.happened for one in noted_events(connection, case, version)]


def noted_events(connection: Connection, case: str, version: int | None = None) -> list[NotedEvent]:
    """Return what happened to the request of a case as it was noted, by day; raises NoCase."""
    at = case_row(connection, case).version if version is None else version
    stands = (
        select(case_events)
        .where(stands_at(case_events, case, at))
        # Without an hour it came at some time of its day: after what is known to the hour.
        .order_by(
            case_events.c.day, case_events.c.hour.is_(None), case_events.c.hour, case_events.c.since, case_events.c.id
        )
    )
    return [NotedEvent(row.id, _happened_of_row(row), row.note, row.since) for row in connection.execute(stands)]


def _happened_of_row(row: Row[Any]) -> Happened:
    hour = None if row.hour is None else time.fromisoformat(row.hour)
    return Happened(Event(row.event), date.fromisoformat(row.day), hour)


def amendments_of(connection: Connection, case: str) -> list[str]:
    """Return the notes of the amendments that stand, which say how each was told, the oldest first; none is empty."""
    wanted = (
        select(case_events.c.note)
        .where(case_events.c.case == case, case_events.c.event == Event.AMENDED.value, case_events.c.until.is_(None))
        .order_by(case_events.c.since)
    )
    return [note for note in connection.execute(wanted).scalars() if note]


def add_event(connection: Connection, stamp: Stamp, case: str, version: int, happened: Happened, note: str = "") -> int:
    """Keep what happened to a request, and return the version that this makes.

    A request is received once: a further receipt replaces the earlier one. Information that came, a request that came
    back completed and one that was amended end the waiting: the review is in work again.
    """
    after = next_version(connection, stamp, case, version)
    if happened.event is Event.RECEIVED:
        stands = (case_events.c.case == case) & (case_events.c.event == Event.RECEIVED.value)
        connection.execute(update(case_events).where(stands, case_events.c.until.is_(None)).values(until=after))
    if happened.event in _ENDS_WAITING:
        waits = (cases.c.id == case) & (cases.c.state == State.RETURNED.value)
        # What was referred before it was asked for goes back to the physician.
        again = State.REFERRED if case_row(connection, case).is_physicians else State.IN_REVIEW
        connection.execute(update(cases).where(waits).values(state=again.value))
    values = {
        "id": new_id(),
        "case": case,
        "event": happened.event.value,
        "day": happened.day.isoformat(),
        "hour": None if happened.hour is None else happened.hour.isoformat("minutes"),
        "note": note,
        "since": after,
        "until": None,
        "by": stamp.by,
        "at": stamp.at,
    }
    connection.execute(insert(case_events).values(values))
    note_version(connection, stamp, case, after, f"noted: {happened.event.value.replace('_', ' ')}")
    return after


def take_event_away(connection: Connection, stamp: Stamp, case: str, version: int, id_: str) -> int:
    """Take away an event noted by mistake, which earlier versions keep; return the new version. Raises NoCase."""
    after = next_version(connection, stamp, case, version)
    if not end_row(connection, case_events, case, id_, after):
        raise NoCase("there is no such entry, or it was taken away before")
    note_version(connection, stamp, case, after, "taken away: what was noted of the request")
    return after


def set_clock(connection: Connection, case: str, way: Way, due_at: datetime | None) -> None:
    """Keep the way of review and the deadline of a case, without making a new version of it."""
    values = {"way": way.value, "due_at": None if due_at is None else instant(due_at)}
    connection.execute(update(cases).where(cases.c.id == case).values(values))
