"""The clock of a review: until when it is to be decided, by the events of its request and the rules of deadlines."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import holidays

from mtus_engine.model.review import BusinessDays, Deadline, Event, ReviewRules, Way

# Days that are gone through for one business day: no calendar has so many holidays in a row.
_LONGEST_BREAK = 31


class Happened(NamedTuple):
    """An event of a request: on which day, and at which hour of it where that is known."""

    event: Event
    day: date
    hour: time | None = None


class Due(NamedTuple):
    """Until when a review is to be decided, by which deadline, and from which day it is counted."""

    at: datetime
    deadline: Deadline
    counted_from: date


def due(rules: ReviewRules, way: Way, events: Sequence[Happened]) -> Due | None:
    """Return the deadline that stands; None where none does: nothing was received, or no rule speaks of this way."""
    calendar = rules.business_days
    latest = {one.event: one for one in sorted(events, key=lambda one: (one.day, one.hour or time.min))}
    received = latest.get(Event.RECEIVED) or latest.get(Event.COMPLETED)
    if calendar is None or received is None:
        return None
    found = None
    for deadline in rules.deadlines:
        if way not in deadline.ways or not deadline.in_force.includes(received.day):
            continue
        if deadline.after is not None and deadline.after not in latest:
            continue
        start = next((latest[event] for event in deadline.counts_from if event in latest), None)
        if start is not None:
            found = _due(deadline, _counted_from(rules, way, start, calendar), calendar)
    return found


def days_left(due_at: datetime, now: datetime) -> int:
    """Return how many calendar days are left until a deadline, in its time zone: 0 on its day, less than 0 after it."""
    return (due_at.date() - now.astimezone(due_at.tzinfo).date()).days


def is_business_day(day: date, calendar: BusinessDays) -> bool:
    """Return whether a day is none of a weekend and no holiday."""
    return day.weekday() < 5 and day not in _holidays(calendar.country, calendar.state, day.year)


def _counted_from(rules: ReviewRules, way: Way, start: Happened, calendar: BusinessDays) -> Happened:
    """Return an event on the day as of which it counts: late in the day, for some, that is the next business day."""
    late = rules.late
    is_late = late is not None and start.hour is not None and start.hour > late.time and way in late.ways
    if not is_late:
        return start
    return Happened(start.event, _business_day_after(start.day, 1, calendar))


def _due(deadline: Deadline, start: Happened, calendar: BusinessDays) -> Due:
    zone = ZoneInfo(calendar.zone)
    if deadline.hours is not None:
        # Of an hour that is not known the first of the day is taken: that is never too late.
        begun = datetime.combine(start.day, start.hour or time.min, zone)
        until = (begun.astimezone(ZoneInfo("UTC")) + timedelta(hours=deadline.hours)).astimezone(zone)
        return Due(until, deadline, start.day)
    day = (
        _business_day_after(start.day, deadline.business_days, calendar)
        if deadline.business_days is not None
        else start.day + timedelta(days=deadline.days or 0)
    )
    return Due(datetime.combine(day, time(23, 59, 59), zone), deadline, start.day)


def _business_day_after(day: date, number: int, calendar: BusinessDays) -> date:
    for _ in range(number):
        day = next(one for n in range(1, _LONGEST_BREAK) if is_business_day(one := day + timedelta(days=n), calendar))
    return day


@cache
def _holidays(country: str, state: str | None, year: int) -> Mapping[date, str]:
    return holidays.country_holidays(country, subdiv=state, years=year)
