"""Which editions govern an item: those that cover the treatment, are in force on the day, and are not passed over."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

from mtus_engine.model.condition import OneOf, truth_of_test
from mtus_engine.model.determination import Passed
from mtus_engine.model.fact import Known
from mtus_engine.model.ruleset import Edition, RoleNames
from mtus_engine.model.trace import Branch, Firing
from mtus_engine.model.truth import Truth, conjunction, disjunction, negation
from mtus_engine.model.values import Choice, Span


class Governed(NamedTuple):
    """What an edition's own condition says: its truth, its parts, the facts with derived ones, and the steps."""

    truth: Truth
    branch: Branch | None
    known: Mapping[str, Known]
    firings: tuple[Firing, ...]


class Governing(NamedTuple):
    """The editions that govern or may govern with their truth, those passed over, and whether perhaps none does."""

    candidates: tuple[tuple[Edition, Truth, Governed], ...]
    passed: tuple[Passed, ...]
    perhaps_none: bool
    firings: tuple[Firing, ...]


def edition_date(known: Mapping[str, Known], roles: RoleNames) -> Span:
    """Return the days by which the edition is chosen: of the request, of the service where retrospective."""
    requested, served = known[roles.request_date].values, known[roles.service_date].values
    retrospective = known[roles.retrospective].values
    assert isinstance(requested, Span)
    assert isinstance(served, Span)
    assert isinstance(retrospective, Choice)
    if not retrospective.possible - {False}:
        return requested
    return served if retrospective.possible == {True} else served.hull(requested)


def governing(
    editions: tuple[Edition, ...],
    treatment: Known,
    day: Span,
    own: Callable[[Edition], Governed],
) -> Governing:
    """Return which of the editions govern; own evaluates an edition's own condition."""
    assert isinstance(treatment.values, Choice)
    asked = treatment.values.possible
    covering = [edition for edition in editions if not edition.covers.isdisjoint(asked)]
    out = [edition for edition in covering if _in_force(edition, day) is Truth.FALSE]
    passed = [Passed(edition, _not_in_force(edition, day), None, {}, is_in_force=False) for edition in out]
    current = [edition for edition in covering if _in_force(edition, day) is not Truth.FALSE]
    governed = {edition.key: own(edition) for edition in current}
    alone = {e.key: conjunction((_covers(e, treatment), _in_force(e, day), governed[e.key].truth)) for e in current}
    candidates = []
    for edition in current:
        before = [other for other in current if edition.guideline in other.takes_precedence_over]
        truth = conjunction((alone[edition.key], negation(disjunction(alone[other.key] for other in before))))
        if truth is Truth.FALSE:
            passed.append(_passed(edition, alone[edition.key], before, governed[edition.key]))
        else:
            candidates.append((edition, truth, governed[edition.key]))
    sure = [edition for edition in current if governed[edition.key].truth is Truth.TRUE]
    perhaps_none = not _is_always_covered(sure, treatment, day)
    firings = tuple(firing for one in governed.values() for firing in one.firings)
    return Governing(tuple(candidates), tuple(passed), perhaps_none, firings)


def _is_always_covered(editions: list[Edition], treatment: Known, day: Span) -> bool:
    """Return whether, whichever of its treatments and days the request has, one of the editions covers it.

    Where one covers it, it governs or one that takes precedence over it does.
    """
    assert isinstance(treatment.values, Choice)
    for member in treatment.values.possible:
        spans = sorted((e.in_force for e in editions if member in e.covers), key=lambda span: span.low or 0)
        if not _is_filled(day, spans):
            return False
    return True


def _is_filled(day: Span, spans: list[Span]) -> bool:
    """Return whether spans, ordered by their beginnings, together hold every day of a span."""
    if day.low is None:
        return False
    reached = day.low
    for span in spans:
        if span.low is not None and span.low > reached:
            return False
        if span.high is None:
            return True
        reached = max(reached, span.high + 1)
    return day.high is not None and reached > day.high


def _covers(edition: Edition, treatment: Known) -> Truth:
    return truth_of_test(OneOf(frozenset(edition.covers), ""), treatment)


def _in_force(edition: Edition, day: Span) -> Truth:
    if edition.in_force.includes(day):
        return Truth.TRUE
    return Truth.FALSE if edition.in_force.overlap(day) is None else Truth.UNDETERMINED


def _not_in_force(edition: Edition, day: Span) -> str:
    low, high = edition.in_force.low, edition.in_force.high
    if day.high is not None and low is not None and day.high < low:
        return f"in force only from {date.fromordinal(low).isoformat()}"
    assert high is not None
    return f"in force only until {date.fromordinal(high).isoformat()}"


def _passed(edition: Edition, alone: Truth, before: list[Edition], governed: Governed) -> Passed:
    if alone is Truth.FALSE:
        return Passed(edition, "what it asks for is not so", governed.branch, governed.known)
    names = " and ".join(other.title for other in before)
    return Passed(edition, f"{names} takes precedence", governed.branch, governed.known)
