"""From the status of criteria and limits to a finding: the last stratum, on counts, checked against meaning/finding."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple, assert_never

from mtus_engine.engine.durable import LeafComparison, Rulebase
from mtus_engine.engine.failure import EngineFailure
from mtus_engine.meaning.finding import (
    LADDER,
    Asked,
    EditionFinding,
    EditionOutcome,
    FindingTerms,
    Sign,
    edition_finding,
    is_covered,
    signs_of,
    with_units,
)
from mtus_engine.meaning.standings import CriterionStanding, LimitStanding
from mtus_engine.meaning.values import VALUES
from mtus_engine.model.determination import Finding, LimitStatus, Status
from mtus_engine.model.memo import Memo
from mtus_engine.model.trace import Firing
from mtus_engine.model.values import ANYTHING, Span

_NUMBERS = {sign: number for number, sign in enumerate(Sign)}


class _Rule(NamedTuple):
    """A rule of the last stratum; a number that it does not compare may be anything."""

    finding: Finding
    comparisons: tuple[LeafComparison, ...]


def _rules() -> Iterator[_Rule]:
    """Yield rules for each set of signs of the ladder: it is present, and no set of an earlier finding is."""
    earlier: list[tuple[Sign, ...]] = []
    for finding in LADDER:
        for present in signs_of(finding) or ((),):
            # One sign of each earlier set must be absent: any but those that must be present here.
            others = [[sign for sign in signs if sign not in present] for signs in earlier]
            absences = dict.fromkeys(frozenset(signs) for signs in product(*others))
            for absent in (one for one in absences if not any(other < one for other in absences)):
                read = [sign for sign in Sign if sign in absent or sign in present]
                yield _Rule(finding, tuple(_sign_comparison(sign, present=sign in present) for sign in read))
        earlier.extend(signs_of(finding))


def _sign_comparison(sign: Sign, *, present: bool) -> LeafComparison:
    """Return the comparison that a sign is present, or absent; two signs have the number 1 where they are absent."""
    if sign in {Sign.NOTHING_DISPUTED, Sign.NOT_ENCODED}:
        return _NUMBERS[sign], "==", int(not present)
    return _NUMBERS[sign], ">=" if present else "==", int(present)


def _name(sign: Sign) -> str:
    """Return the name of the number that is read of a sign, in firings."""
    match sign:
        case Sign.NOTHING_DISPUTED:
            return "something is in dispute"
        case Sign.NOT_ENCODED:
            return "the edition is encoded"
        case Sign.NOT_MET:
            return "criteria not met"
        case Sign.NONE_LEFT:
            return "limits that leave none"
        case Sign.UNDETERMINED:
            return "criteria undetermined"
        case Sign.UNSETTLED:
            return "limits that leave an unsettled number"
        case Sign.EXCEEDED:
            return "limits exceeded"
        case _:
            assert_never(sign)


_RULES = tuple(_rules())
_NAMES = tuple(map(_name, Sign))


class EditionStandings(NamedTuple):
    """What an edition's finding is read from: its required criteria, its limits with what they leave, the request."""

    required: tuple[Status, ...]
    limits: tuple[tuple[LimitStatus, Span], ...]
    request: Asked[bool, Span]
    is_encoded: bool
    is_text: bool


FINDINGS: FindingTerms[bool, Finding] = FindingTerms(
    of=lambda finding: finding,
    is_one=lambda found, finding: found is finding,
    are_same=lambda parts: len({finding for counts, finding in parts if counts}) <= 1,
)


class Concluded(NamedTuple):
    """What standings come to, and the steps that concluded it."""

    outcome: EditionOutcome[bool, Span, Finding]
    firings: tuple[Firing, ...]


class _Standings(NamedTuple):
    """What the finding alone depends on: how limits and criteria stand, whatever their numbers, each way once."""

    required: frozenset[Status]
    limits: frozenset[tuple[LimitStatus, bool]]
    is_disputed: bool
    is_bounded: bool
    is_encoded: bool
    is_text: bool


def _finding(standings: _Standings) -> EditionFinding[bool, Finding]:
    # A limit leaves a settled number or an open one: which, does not matter.
    left = {False: Span(1, 1), True: Span(1, None)}
    return edition_finding(
        standings.is_encoded,
        [criterion_standing_of(status) for status in standings.required],
        [limit_standing_of(status, left[is_open]) for status, is_open in standings.limits],
        Asked(standings.is_disputed, Span(1, 1) if standings.is_bounded else ANYTHING),
        FINDINGS,
        VALUES,
        is_text=standings.is_text,
    )


_FOUND = Memo(_finding)


def outcome_of(standings: EditionStandings) -> EditionOutcome[bool, Span, Finding]:
    """Return what an edition gives by the fold."""
    request = standings.request
    of_finding = _Standings(
        frozenset(standings.required),
        frozenset([(status, left.point is None) for status, left in standings.limits]),
        request.is_disputed,
        VALUES.is_bounded(request.disputed),
        standings.is_encoded,
        standings.is_text,
    )
    limits = [limit_standing_of(status, left) for status, left in standings.limits]
    return with_units(_FOUND.of(of_finding, of_finding), limits, request.disputed, VALUES)


class Conclusion:
    """The rules of the last stratum, loaded once."""

    def __init__(self) -> None:
        """Load the rules into the engine."""
        rulebase = Rulebase([rule.comparisons for rule in _RULES], len(_NAMES), "the finding")
        self._fired = Memo(rulebase.fired_rules)
        self._concluded: Memo[EditionStandings, Concluded] = Memo(self._conclude)

    def of(self, standings: EditionStandings) -> Concluded:
        """Return what standings come to; raises EngineFailure where the rules and the fold differ."""
        return self._concluded.of(standings, standings)

    def _conclude(self, standings: EditionStandings) -> Concluded:
        outcome = outcome_of(standings)
        criteria = [criterion_standing_of(status) for status in standings.required]
        limits = [limit_standing_of(status, left) for status, left in standings.limits]
        encoded = is_covered(standings.is_encoded, criteria, limits, VALUES, is_text=standings.is_text)
        counts = self._counts(standings, limits, is_covered=encoded)
        fired = self._fired.of(counts, counts)
        findings = {_RULES[number].finding for number in fired}
        if findings != {outcome.finding}:
            given = ", ".join(sorted(finding.value for finding in findings)) or "nothing"
            raise EngineFailure(f"the counts {counts} give {given} to the rules, {outcome.finding.value} to the fold")
        return Concluded(outcome, tuple(_firing(_RULES[number], counts) for number in fired))

    def _counts(
        self, standings: EditionStandings, limits: Sequence[LimitStanding[bool, Span]], *, is_covered: bool
    ) -> tuple[int, ...]:
        """Return the numbers that the rules read, in the order of Sign."""
        capped = [status for status, _ in standings.limits]
        return (
            int(standings.request.is_disputed),
            int(is_covered),
            standings.required.count(Status.NOT_MET),
            capped.count(LimitStatus.NONE_LEFT),
            standings.required.count(Status.UNDETERMINED),
            sum(limit.leaves_open(VALUES) for limit in limits),
            capped.count(LimitStatus.EXCEEDED),
        )


def criterion_standing_of(status: Status) -> CriterionStanding[bool]:
    """Return the truths behind a criterion's status."""
    return CriterionStanding(
        status is Status.NOT_APPLICABLE, status is Status.MET, status is Status.NOT_MET, status is Status.UNDETERMINED
    )


def limit_standing_of(status: LimitStatus, left: Span) -> LimitStanding[bool, Span]:
    """Return the truths behind a limit's status."""
    return LimitStanding(
        status is LimitStatus.NOT_APPLICABLE,
        status is LimitStatus.WITHIN,
        status is LimitStatus.EXCEEDED,
        status is LimitStatus.NONE_LEFT,
        status is LimitStatus.UNDETERMINED,
        left,
    )


def _firing(rule: _Rule, counts: tuple[int, ...]) -> Firing:
    read = tuple(f"{_NAMES[name]}: {counts[name]}" for name, _, _ in rule.comparisons)
    return Firing("the finding", read, f"finding is {rule.finding.value}")
