"""The clock of a review: by when it must be decided, from the events of its request and the rules of deadlines."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import holidays

from mtus_engine.compiler.review import CalendarAt
from mtus_engine.model.diagnostic import Diagnostic
from mtus_engine.model.review import BusinessDays, Deadline, Event, ReviewRules, Way

# Events that answer another one.
_ANSWERS = {Event.INFORMATION_RECEIVED: Event.INFORMATION_ASKED, Event.COMPLETED: Event.RETURNED_INCOMPLETE}
# The time at which a deadline in days ends, on its last day.
END_OF_DAY = time(23, 59, 59)
# Days searched for the next business day: no calendar has so many holidays in a row.
_LONGEST_BREAK = 31
MONDAY, SATURDAY = 0, 5
# How the library marks the day on which a holiday is observed that falls on another day.
_KEPT = " (observed)"
# Years whose holidays are read to know the names of all holidays.
_LOOKED_AT = range(2013, 2031)


class Happened(NamedTuple):
    """An event of a request: on which day, and at which hour of it where that is known."""

    event: Event
    day: date
    hour: time | None = None


class Due(NamedTuple):
    """By when a review must be decided (at, in the calendar's zone), by which deadline, counted from which day."""

    at: datetime
    deadline: Deadline
    counted_from: date


class Stopped(NamedTuple):
    """That no time runs: by which rule, and since which day."""

    deadline: Deadline
    since: date


def deadline_due(rules: ReviewRules, way: Way, events: Sequence[Happened]) -> Due | None:
    """Return the deadline that applies; None where nothing was received, no rule covers it, or no time runs."""
    found = _standing(rules, way, events)
    return found if isinstance(found, Due) else None


def clock_stopped(rules: ReviewRules, way: Way, events: Sequence[Happened]) -> Stopped | None:
    """Return why no time runs for a request that was received; None where it runs."""
    found = _standing(rules, way, events)
    return found if isinstance(found, Stopped) else None


def deadline_missed(rules: ReviewRules, way: Way, events: Sequence[Happened]) -> Due | None:
    """Return the last deadline that had passed when an event began another one; None where each began in time."""
    in_order = in_their_order(events)
    missed = before = None
    for number, event in enumerate(in_order, 1):
        after = deadline_due(rules, way, in_order[:number])
        if before is not None and after is not None and after.at > before.at and _is_late(event, before):
            missed = before
        before = after
    return missed


def _is_late(event: Happened, due: Due) -> bool:
    """Return whether an event came when a deadline had passed; one without an hour counts as of midnight."""
    return datetime.combine(*_moment(event), due.at.tzinfo) > due.at


def _standing(rules: ReviewRules, way: Way, events: Sequence[Happened]) -> Due | Stopped | None:
    calendar = rules.business_days
    in_order = _without_unasked(in_their_order(events))
    latest = {one.event: one for one in in_order}
    received = latest.get(Event.RECEIVED) or latest.get(Event.COMPLETED)
    if calendar is None or received is None:
        return None
    found: Due | Stopped | None = None
    for deadline in rules.deadlines:
        if way not in deadline.ways or not deadline.in_force.includes(received.day):
            continue
        behind = latest
        if deadline.after is not None:
            last = _last_event_in_time(deadline, in_order, found if isinstance(found, Due) else None)
            if last is None:
                continue
            behind = {**latest, deadline.after: last}
        start = next((behind[event] for event in deadline.counts_from if event in behind), None)
        if start is None:
            continue
        if deadline.is_stopped:
            found = Stopped(deadline, start.day)
        else:
            found = _due_of_deadline(deadline, _event_as_counted(rules, way, start, calendar), calendar)
    return found


def _last_event_in_time(deadline: Deadline, in_order: Sequence[Happened], before: Due | None) -> Happened | None:
    """Return the last event after which a deadline applies, None where there is none.

    With in_time, an event counts only if it came no later than the deadline that applied before. With unless, an event
    counts only if no event of that kind came after it.
    """
    ended = max((n for n, one in enumerate(in_order) if one.event is deadline.unless), default=-1)
    happened = [one for one in in_order[ended + 1 :] if one.event is deadline.after]
    if deadline.in_time and before is not None:
        happened = [one for one in happened if not _is_late(one, before)]
    return happened[-1] if happened else None


def in_their_order(events: Sequence[Happened]) -> list[Happened]:
    """Return events as they followed one another.

    Information that came on the day on which it was asked for, without an hour, came after it was asked for; so did a
    completed request on the day on which it was returned.
    """
    asked = {(one.event, one.day): one.hour for one in sorted(events, key=_moment)}

    def placed(one: Happened) -> Happened:
        of_asking = _ANSWERS.get(one.event), one.day
        return one._replace(hour=asked[of_asking]) if one.hour is None and of_asking in asked else one

    return sorted(map(placed, events), key=lambda one: (*_moment(one), one.event in _ANSWERS))


def _without_unasked(in_order: Sequence[Happened]) -> list[Happened]:
    """Return events without information that came and that nobody had asked for: it moves no deadline."""
    asked = [n for n, one in enumerate(in_order) if one.event is Event.INFORMATION_ASKED]
    first = asked[0] if asked else len(in_order)
    return [one for n, one in enumerate(in_order) if n > first or one.event is not Event.INFORMATION_RECEIVED]


def _moment(one: Happened) -> tuple[date, time]:
    return one.day, one.hour or time.min


def days_left(due_at: datetime, now: datetime) -> int:
    """Return how many calendar days are left until a deadline, in its time zone: 0 on its day, less than 0 after it."""
    return (due_at.date() - now.astimezone(due_at.tzinfo).date()).days


def is_business_day(day: date, calendar: BusinessDays) -> bool:
    """Return whether a day is neither on a weekend nor a holiday of the calendar."""
    if day.weekday() >= SATURDAY:
        return False
    listed = _holidays(calendar.country, calendar.state, day.year)
    return not any(
        name in calendar.holidays or (day.weekday() == MONDAY and name.removesuffix(_KEPT) in calendar.holidays)
        for name in listed.get(day, "").split("; ")
    )


def calendar_problems(calendars: Sequence[CalendarAt]) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the holidays that calendars name, each at its place."""
    return tuple(problem for one in calendars for problem in _problems_of(one))


def _problems_of(one: CalendarAt) -> Iterator[Diagnostic]:
    document, path = one.place.document, one.place.path
    calendar = one.calendar
    where = f"{calendar.country}{f'-{calendar.state}' if calendar.state else ''}"
    try:
        years = [_holidays(calendar.country, calendar.state, year) for year in _LOOKED_AT]
    except NotImplementedError:
        # The library raises this for a country or state that it does not know.
        yield document.diagnostic("MT331", path, f"no holidays are known of {where}", cure="name a country as US, CA")
        return
    known = {name.removesuffix(_KEPT) for year in years for names in year.values() for name in names.split("; ")}
    for name in sorted(calendar.holidays - known):
        cure = f"those of {where} are {', '.join(sorted(known))}"
        yield document.diagnostic("MT331", path, f"there is no holiday {name}", cure=cure)


def _event_as_counted(rules: ReviewRules, way: Way, start: Happened, calendar: BusinessDays) -> Happened:
    """Return an event on the day from which it counts: the next business day, if it came too late in the day."""
    late = rules.late
    is_late = late is not None and start.hour is not None and start.hour > late.time and way in late.ways
    if not is_late:
        return start
    return Happened(start.event, _business_day_after(start.day, 1, calendar))


def _due_of_deadline(deadline: Deadline, start: Happened, calendar: BusinessDays) -> Due:
    zone = ZoneInfo(calendar.zone)
    if deadline.hours is not None:
        # An event without an hour counts as of midnight: a deadline is then never put too late.
        begun = datetime.combine(start.day, start.hour or time.min, zone)
        until = (begun.astimezone(ZoneInfo("UTC")) + timedelta(hours=deadline.hours)).astimezone(zone)
        return Due(until, deadline, start.day)
    day = (
        _business_day_after(start.day, deadline.business_days, calendar)
        if deadline.business_days is not None
        else start.day + timedelta(days=deadline.days or 0)
    )
    return Due(datetime.combine(day, END_OF_DAY, zone), deadline, start.day)


def _business_day_after(day: date, number: int, calendar: BusinessDays) -> date:
    for _ in range(number):
        day = next(one for n in range(1, _LONGEST_BREAK) if is_business_day(one := day + timedelta(days=n), calendar))
    return day


@cache
def _holidays(country: str, state: str | None, year: int) -> Mapping[date, str]:
    return holidays.country_holidays(country, subdiv=state, years=year)
