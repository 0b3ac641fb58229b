"""Which editions govern an item: those that cover the treatment, are in force on the day, and are not passed over."""

from collections.abc import Callable, Mapping, Sequence
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
from mtus_engine.model.fact import Because, Known
from mtus_engine.model.memo import Memo
from mtus_engine.model.ruleset import Edition
from mtus_engine.model.trace import Branch, Firing
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import Choice, Member, Span
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
    injured = None if roles.injury_date is None else VALUES.number(known[roles.injury_date])
    return edition_day(requested, served, injured, truth_of_test(_YES, known[roles.retrospective], VALUES), VALUES)


class _Choosing(NamedTuple):
    """What decides which of the editions in force governs.

    asked are the treatments that are possible, in_force tells of each edition whether it certainly is; own are the
    truths of their own conditions.
    """

    asked: frozenset[Member]
    day: Span
    current: tuple[tuple[Edition, Truth], ...]
    own: tuple[Truth, ...]


class _Chosen(NamedTuple):
    """Of each edition in force the truth that it governs, why it is passed over where it is, and whether none may."""

    truths: tuple[tuple[Truth, WhyPassed | None], ...]
    perhaps_none: bool


class GoverningEditions:
    """The editions of a ruleset, ready to tell which of them govern; what was told before is used again."""

    def __init__(self, editions: tuple[Edition, ...]) -> None:
        """Keep the editions."""
        self._editions = editions
        self._covering = Memo(self._editions_for)
        self._chosen = Memo(_choice)

    def of(self, treatment: Known, day: Span, own: Callable[[Edition], Governed]) -> Governing:
        """Return which of the editions govern; own evaluates an edition's own condition.

        An edition that does not cover the treatment, or is not in force, is not asked whether it governs.
        """
        assert isinstance(treatment.values, Choice)
        asked = treatment.values.possible
        covering = self._covering.of(asked, asked)
        in_force = tuple([VALUES.within(edition.in_force, day) for edition in covering])
        current = tuple([pair for pair in zip(covering, in_force, strict=True) if pair[1] is not Truth.FALSE])
        passed = [
            Passed(edition, _why_not_in_force(edition, day), None, {}, is_in_force=False)
            for edition, truth in zip(covering, in_force, strict=True)
            if truth is Truth.FALSE
        ]
        governed = [own(edition) for edition, _ in current]
        choosing = _Choosing(asked, day, current, tuple([one.truth for one in governed]))
        # Of one day all that matters is which editions are in force on it; of several, how they follow one another.
        days = None if day.point is not None else day
        chosen = self._chosen.of((asked, days, in_force, choosing.own), choosing)
        candidates = []
        for (edition, _), (truth, why), of_edition in zip(current, chosen.truths, governed, strict=True):
            if why is None:
                candidates.append((edition, truth, of_edition))
            else:
                passed.append(Passed(edition, why, of_edition.branch, of_edition.known))
        firings = tuple([firing for one in governed for firing in one.firings])
        return Governing(tuple(candidates), tuple(passed), chosen.perhaps_none, firings)

    def _editions_for(self, asked: frozenset[Member]) -> tuple[Edition, ...]:
        return tuple([edition for edition in self._editions if edition.covers & asked])


def _choice(given: _Choosing) -> _Chosen:
    """Return the truth that each edition in force governs, why it is passed over, and whether perhaps none does."""
    among = [edition for edition, _ in given.current]
    alone = {
        edition.key: governs_alone(_covers_treatment(edition, given.asked), in_force, own, VALUES)
        for (edition, in_force), own in zip(given.current, given.own, strict=True)
    }
    truths = [(governs(edition, among, alone, VALUES), edition) for edition in among]
    certain = [edition for edition, own in zip(among, given.own, strict=True) if own is Truth.TRUE]
    spans = [(True, [(e.in_force, True) for e in certain if member in e.covers]) for member in given.asked]
    return _Chosen(
        tuple(
            [(truth, _why_passed(edition, alone, among) if truth is Truth.FALSE else None) for truth, edition in truths]
        ),
        not is_always_covered(spans, given.day, VALUES),
    )


def _covers_treatment(edition: Edition, asked: frozenset[Member]) -> Truth:
    return truth_of_test(OneOf(edition.covers), Known(Choice(asked), Because.STATED), VALUES)


def _why_not_in_force(edition: Edition, day: Span) -> WhyPassed:
    low, high = edition.in_force.low, edition.in_force.high
    if day.high is not None and low is not None and day.high < low:
        return NotYetInForce(low)
    assert high is not None
    return NoLongerInForce(high)


def _why_passed(edition: Edition, alone: Mapping[str, Truth], among: Sequence[Edition]) -> WhyPassed:
    if alone[edition.key] is Truth.FALSE:
        return OwnConditionFails()
    return PrecededBy(tuple(other.title for other in preceding_editions(edition, among)))
