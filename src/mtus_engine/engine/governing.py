"""Which editions govern an item: those that cover the treatment, are in force on the day, and are not passed over."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from mtus_engine.meaning.conditions import truth_of_test
from mtus_engine.meaning.governing import edition_day, governs, governs_alone, is_always_covered, preceding_editions
from mtus_engine.meaning.values import VALUES
from mtus_engine.model.condition import OneOf
from mtus_engine.model.determination import (
    NoLongerInForce,
    NotYetInForce,
    OwnConditionFails,
    Passed,
    PrecededBy,
    WhyPassed,
)
from mtus_engine.model.fact import Known
from mtus_engine.model.ruleset import Edition
from mtus_engine.model.trace import Branch, Firing
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import Choice, Span
from mtus_engine.model.vocabulary import Roles

_YES = OneOf(frozenset({True}))


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


def date_of_edition(known: Mapping[str, Known], roles: Roles) -> Span:
    """Return the days by which the edition is chosen: of the request, of the service where retrospective."""
    requested, served = VALUES.number(known[roles.request_date]), VALUES.number(known[roles.service_date])
    return edition_day(requested, served, truth_of_test(_YES, known[roles.retrospective], VALUES), VALUES)


def governing_editions(
    editions: tuple[Edition, ...],
    treatment: Known,
    day: Span,
    own: Callable[[Edition], Governed],
) -> Governing:
    """Return which of the editions govern; own evaluates an edition's own condition.

    An edition that does not cover the treatment, or is not in force, is not asked whether it governs.
    """
    assert isinstance(treatment.values, Choice)
    asked = treatment.values.possible
    covering = [(edition, VALUES.within(edition.in_force, day)) for edition in editions if edition.covers & asked]
    current = [(edition, in_force) for edition, in_force in covering if in_force is not Truth.FALSE]
    passed = [
        Passed(edition, _why_not_in_force(edition, day), None, {}, is_in_force=False)
        for edition, in_force in covering
        if in_force is Truth.FALSE
    ]
    governed = {edition.key: own(edition) for edition, _ in current}
    alone = {
        e.key: governs_alone(_covers_treatment(e, treatment), in_force, governed[e.key].truth, VALUES)
        for e, in_force in current
    }
    among = [edition for edition, _ in current]
    candidates = []
    for edition in among:
        truth = governs(edition, among, alone, VALUES)
        if truth is Truth.FALSE:
            passed.append(
                _passed_edition(edition, alone[edition.key], preceding_editions(edition, among), governed[edition.key])
            )
        else:
            candidates.append((edition, truth, governed[edition.key]))
    certain = [edition for edition in among if governed[edition.key].truth is Truth.TRUE]
    spans = [(True, [(e.in_force, True) for e in certain if member in e.covers]) for member in asked]
    firings = tuple(firing for one in governed.values() for firing in one.firings)
    return Governing(tuple(candidates), tuple(passed), not is_always_covered(spans, day, VALUES), firings)


def _covers_treatment(edition: Edition, treatment: Known) -> Truth:
    return truth_of_test(OneOf(edition.covers), treatment, VALUES)


def _why_not_in_force(edition: Edition, day: Span) -> WhyPassed:
    low, high = edition.in_force.low, edition.in_force.high
    if day.high is not None and low is not None and day.high < low:
        return NotYetInForce(low)
    assert high is not None
    return NoLongerInForce(high)


def _passed_edition(edition: Edition, alone: Truth, before: list[Edition], governed: Governed) -> Passed:
    if alone is Truth.FALSE:
        return Passed(edition, OwnConditionFails(), governed.branch, governed.known)
    return Passed(edition, PrecededBy(tuple(other.title for other in before)), governed.branch, governed.known)
