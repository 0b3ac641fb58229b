"""The clock as the desk shows it: until when a request is to be decided, and how many days are left."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from mtus_engine.model.periods import day_in_words
from mtus_engine.model.review import Event, ReviewRules, Way
from mtus_engine.review.clock import (
    END_OF_DAY,
    Due,
    Happened,
    Stopped,
    clock_stopped,
    days_left,
    deadline_due,
    deadline_missed,
)
from mtus_engine.serve.desk.catalogue import Catalogue
from mtus_engine.serve.problems import Refused
from mtus_engine.store.cases import CaseRow, case_row
from mtus_engine.store.clock import events_of, set_clock
from mtus_engine.store.reviews import State

_DAY, _HOUR = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII), re.compile(r"\d{2}:\d{2}", re.ASCII)
# Utilization review began in California with the year 2004.
EARLIEST = date(2004, 1, 1)
_HOUR_LONG = timedelta(hours=1)


class ClockView(NamedTuple):
    """A deadline in words: the day, what is to be done by it, by which rule, and how many days are left.

    day is empty where no time runs: says and left then tell why.
    """

    day: str
    left: str
    is_over: bool
    is_near: bool
    says: str
    cite: str
    marks: tuple[str, ...]


def way_of(row: CaseRow) -> Way:
    """Return the way of review of a request: prospective, where none was chosen."""
    return Way.PROSPECTIVE if row.way is None else Way(row.way)


def day_received(events: Sequence[Happened]) -> date | None:
    """Return the day on which a request came, None where nobody noted it."""
    return next((one.day for one in events if one.event is Event.RECEIVED), None)


def update_deadline(connection: Connection, rules: ReviewRules, case: str, way: Way | None = None) -> None:
    """Work out the deadline of a case again and keep it; way is its way of review from now on, None for as before."""
    way = way or way_of(case_row(connection, case))
    found = deadline_due(rules, way, events_of(connection, case))
    set_clock(connection, case, way, None if found is None else found.at)


def left_words(due_at: datetime, now: datetime, words: Catalogue) -> tuple[str, int]:
    """Return how long there is left, in words, and in days.

    Where the deadline is in hours, so are the words; once its hour has passed, the days are less than 0.
    """
    left = days_left(due_at, now)
    if due_at.timetz().replace(tzinfo=None) == END_OF_DAY:
        if left < 0:
            return words.counted("clock.over", -left), left
        return (words("clock.today") if left == 0 else words.counted("clock.left", left)), left
    if now > due_at:
        return words.counted("clock.hours_over", max(1, (now - due_at) // _HOUR_LONG)), min(left, -1)
    return words.counted("clock.hours_left", (due_at - now) // _HOUR_LONG), left


def zone_of(rules: ReviewRules) -> ZoneInfo:
    """Return the time zone in which days are counted."""
    return ZoneInfo(rules.business_days.zone if rules.business_days is not None else "UTC")


def local_due(due_at: str | None, rules: ReviewRules) -> datetime | None:
    """Return a deadline, kept as text in UTC, in the time zone in which days are counted; None for None."""
    if due_at is None:
        return None
    return datetime.fromisoformat(due_at).astimezone(zone_of(rules))


def clock_view(
    rules: ReviewRules, row: CaseRow, events: Sequence[Happened], now: datetime, words: Catalogue
) -> ClockView | None:
    """Return the deadline of a request in words, None where there is none, or where it is signed."""
    if row.state is State.SIGNED:
        return None
    way = way_of(row)
    found = deadline_due(rules, way, events)
    if found is None:
        stopped = clock_stopped(rules, way, events)
        return None if stopped is None else _stopped_view(stopped, words)
    said, left = left_words(found.at, now, words)
    source = found.deadline.source
    return ClockView(
        day=moment_words(found),
        left=said,
        is_over=left < 0,
        is_near=0 <= left <= 1,
        says=found.deadline.says,
        cite=source.cite,
        marks=source.marks,
    )


def missed_words(rules: ReviewRules, row: CaseRow, events: Sequence[Happened], words: Catalogue) -> str:
    """Return which deadline had passed before another one began, empty for none; a signature makes it no other."""
    missed = deadline_missed(rules, way_of(row), events)
    return "" if missed is None else words("clock.missed", day=moment_words(missed))


def before_amended_words(rules: ReviewRules, row: CaseRow, events: Sequence[Happened], words: Catalogue) -> str:
    """Return until when the request was to be decided before it was amended; empty where that changed nothing."""
    way, unamended = way_of(row), [one for one in events if one.event is not Event.AMENDED]
    now, before = deadline_due(rules, way, events), deadline_due(rules, way, unamended)
    if row.state is State.SIGNED or now is None or before is None or now.at == before.at:
        return ""
    return words("clock.before_amended", day=moment_words(before))


def _stopped_view(stopped: Stopped, words: Catalogue) -> ClockView:
    source = stopped.deadline.source
    since = words("clock.stopped", day=day_in_words(stopped.since))
    return ClockView("", since, False, False, stopped.deadline.says, source.cite, source.marks)


def moment_words(found: Due) -> str:
    """Return until when something is to be done: the day, and the hour where hours are counted."""
    day = day_in_words(found.at.date())
    return day if found.deadline.hours is None else f"{day}, {found.at:%H:%M}"


def received_on(events: Sequence[Happened]) -> str:
    """Return the day on which a request came, in words, empty where it is not known."""
    day = day_received(events)
    return "" if day is None else day_in_words(day)


def happened_of(day: str, hour: str, event: Event, today: date, words: Catalogue) -> Happened | None:
    """Return an event by its day and hour as a form sends them, None without a day.

    Raises Refused for text that is no day or no hour, and for a day in the future or before 2004.
    """
    if not day:
        return None
    if not _DAY.fullmatch(day) or (hour and not _HOUR.fullmatch(hour)):
        raise Refused(422, words("clock.no_date"), "")
    try:
        found = Happened(event, date.fromisoformat(day), time.fromisoformat(hour) if hour else None)
    except ValueError:
        raise Refused(422, words("clock.no_date"), "") from None
    if not EARLIEST <= found.day <= today:
        raise Refused(422, words("clock.no_such_day", day=day_in_words(found.day)), "")
    return found
