"""The ladder of findings: the first of which the signs are present is the finding; and how many units are supported."""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Generic, NamedTuple, assert_never

from mtus_engine.meaning.algebra import R, RangeAlgebra, S, T, TruthAlgebra, X
from mtus_engine.meaning.standings import CriterionStanding, LimitStanding
from mtus_engine.model.determination import AT_MOST_PART, OPEN, Finding
from mtus_engine.model.values import ANYTHING, Span, point_span


class Sign(Enum):
    """What a finding is read from."""

    NOTHING_DISPUTED = "nothing is in dispute"
    NOT_ENCODED = "the edition is not encoded"
    NOT_MET = "a criterion is not met"
    NONE_LEFT = "a limit leaves none"
    UNDETERMINED = "a criterion is undetermined"
    UNSETTLED = "a limit leaves an unsettled number"
    EXCEEDED = "a limit is exceeded"


def signs_of(finding: Finding) -> tuple[tuple[Sign, ...], ...]:
    """Return the sets of signs of a finding: it is reached where all signs of one set are present.

    An earlier finding of the ladder goes before it. The last has no set: it is what is left.
    """
    match finding:
        case Finding.NOTHING_IN_DISPUTE:
            return ((Sign.NOTHING_DISPUTED,),)
        case Finding.NOT_COVERED:
            return ((Sign.NOT_ENCODED,),)
        case Finding.DOES_NOT_MEET:
            return (Sign.NOT_MET,), (Sign.NONE_LEFT,)
        case Finding.PART_CAN_MEET:
            return (Sign.EXCEEDED, Sign.UNDETERMINED), (Sign.EXCEEDED, Sign.UNSETTLED)
        case Finding.WHOLE_CAN_MEET:
            return (Sign.UNDETERMINED,), (Sign.UNSETTLED,)
        case Finding.MEETS_IN_PART:
            return ((Sign.EXCEEDED,),)
        case Finding.MEETS:
            return ()
        case _:
            assert_never(finding)


# A criterion that is not met decides, whatever else is undocumented.
LADDER = (
    Finding.NOTHING_IN_DISPUTE,
    Finding.NOT_COVERED,
    Finding.DOES_NOT_MEET,
    Finding.PART_CAN_MEET,
    Finding.WHOLE_CAN_MEET,
    Finding.MEETS_IN_PART,
    Finding.MEETS,
)


class FindingTerms(NamedTuple, Generic[S, X]):
    """How a target writes findings: of gives the term for a finding, is_one tells whether a term is that finding.

    are_same tells whether all terms are the same of those whose truth holds; it is true where none holds.
    """

    of: Callable[[Finding], X]
    is_one: Callable[[X, Finding], S]
    are_same: Callable[[Sequence[tuple[S, X]]], S]


class Asked(NamedTuple, Generic[S, R]):
    """What is judged: whether anything is in dispute, and how many units are (never below 0)."""

    is_disputed: S
    disputed: R


def asked_units(requested: R, disputed: R, a: RangeAlgebra[S, T, R]) -> Asked[S, R]:
    """Return what is judged; nothing is in dispute where units are requested and none of them can be left."""
    some = a.is_true(a.within(Span(1, None), requested))
    none_left = a.is_true(a.within(Span(None, 0), disputed))
    low = a.picked(a.is_true(a.within(Span(0, None), disputed)), disputed, a.from_none(disputed))
    return Asked(a.once(a.no(a.both([some, none_left]))), a.once(low))


class EditionOutcome(NamedTuple, Generic[S, R, X]):
    """What an edition gives: its finding, the units that it supports, and whether units are counted at all."""

    finding: X
    supported: R
    has_units: S


class EditionFinding(NamedTuple, Generic[S, X]):
    """The finding of an edition, whether it fails and whether a criterion is open, and whether units are counted."""

    finding: X
    fails: S
    is_open: S
    has_units: S


def edition_finding(
    is_encoded: bool,
    required: Sequence[CriterionStanding[S]],
    limits: Sequence[LimitStanding[S, R]],
    request: Asked[S, R],
    terms: FindingTerms[S, X],
    a: RangeAlgebra[S, T, R],
    *,
    is_text: bool = False,
) -> EditionFinding[S, X]:
    """Return the finding of an edition, from how its required criteria and its limits stand; with_units adds the units.

    Of what limits leave only whether it is open counts. is_text tells that marked parts were left out; then an
    edition of which no part applies does not cover the request.
    """
    encoded = is_covered(is_encoded, required, limits, a, is_text=is_text)
    is_open = a.once(a.either(one.undetermined for one in required))
    signs = {
        Sign.NOTHING_DISPUTED: a.no(request.is_disputed),
        Sign.NOT_ENCODED: a.no(encoded),
        Sign.NOT_MET: a.either(one.not_met for one in required),
        Sign.NONE_LEFT: a.either(limit.none_left for limit in limits),
        Sign.UNDETERMINED: is_open,
        Sign.UNSETTLED: a.either(limit.leaves_open(a) for limit in limits),
        Sign.EXCEEDED: a.either(limit.exceeded for limit in limits),
    }
    finding = a.once(finding_of(signs, terms, a))
    fails = terms.is_one(finding, Finding.DOES_NOT_MEET)
    applies = [a.no(limit.not_applicable) for limit in limits]
    has_units = a.once(a.both([encoded, a.either([a.is_bounded(request.disputed), *applies])]))
    return EditionFinding(finding, fails, is_open, has_units)


def with_units(
    found: EditionFinding[S, X], limits: Sequence[LimitStanding[S, R]], disputed: R, a: RangeAlgebra[S, T, R]
) -> EditionOutcome[S, R, X]:
    """Return what an edition gives: its finding, and the units that it supports."""
    supported = supported_units(limits, disputed, found.fails, found.is_open, a)
    # Editions are compared by their numbers: one that counts no units must not seem to agree with one that does.
    return EditionOutcome(
        found.finding, a.once(a.picked(found.has_units, supported, a.span(ANYTHING))), found.has_units
    )


def is_covered(
    is_encoded: bool,
    required: Sequence[CriterionStanding[S]],
    limits: Sequence[LimitStanding[S, R]],
    a: TruthAlgebra[S, T],
    *,
    is_text: bool,
) -> S:
    """Return whether an edition covers a request: it is encoded and, with marked parts left out, some part applies."""
    if not is_encoded or not is_text:
        return a.sure(is_encoded)
    lifted = [*(one.not_applicable for one in required), *(limit.not_applicable for limit in limits)]
    return a.either(a.no(one) for one in lifted)


def finding_of(signs: Mapping[Sign, S], terms: FindingTerms[S, X], a: TruthAlgebra[S, T]) -> X:
    """Return the first finding of the ladder one of whose sets of signs is present."""
    *rungs, last = LADDER
    present = {finding: [a.both([signs[sign] for sign in all_of]) for all_of in signs_of(finding)] for finding in rungs}
    cases = [(a.either(any_of), terms.of(finding)) for finding, any_of in present.items()]
    return a.first(cases, terms.of(last))


def supported_units(
    limits: Sequence[LimitStanding[S, R]], disputed: R, fails: S, is_open: S, a: RangeAlgebra[S, T, R]
) -> R:
    """Return how many of the disputed units are supported: 0 where the item fails.

    Where a criterion is open (is_open) it is a range from 0.
    """
    whole = disputed
    for limit in limits:
        whole = a.once(a.picked(limit.not_applicable, whole, a.capped(whole, limit.left)))
    return a.picked(fails, a.span(point_span(0)), a.picked(is_open, a.from_none(whole), whole))


class Candidacy(NamedTuple, Generic[S, R, X]):
    """An edition with the truth that it may govern, and what it gives."""

    may_govern: S
    outcome: EditionOutcome[S, R, X]


def joint_outcome(
    candidates: Sequence[Candidacy[S, R, X]],
    perhaps_none: S,
    asked: Asked[S, R],
    terms: FindingTerms[S, X],
    a: RangeAlgebra[S, T, R],
) -> EditionOutcome[S, R, X]:
    """Return what all editions that may govern agree on; where they do not, information is needed.

    perhaps_none tells that perhaps no edition governs. Editions under which a part meets agree only if their numbers
    do. Where they differ, and under each no more than a part can meet, the finding is that at most a part can. Under an
    edition that counts no units, as one that is not encoded, and under none, any of those in dispute may be supported.
    """
    is_disputed = asked.is_disputed
    not_covered = terms.of(Finding.NOT_COVERED)
    first = a.once(a.first([(one.may_govern, one.outcome.finding) for one in candidates], not_covered))
    findings = [*((one.may_govern, one.outcome.finding) for one in candidates), (perhaps_none, not_covered)]
    first_units, first_has_units = a.span(point_span(0)), a.sure(False)
    for one in reversed(candidates):
        first_units = a.picked(one.may_govern, one.outcome.supported, first_units)
        first_has_units = a.either(
            [a.both([one.may_govern, one.outcome.has_units]), a.both([a.no(one.may_govern), first_has_units])]
        )
    first_units = a.once(first_units)
    same_units = a.are_same([(one.may_govern, one.outcome.supported) for one in candidates])
    is_same = a.once(terms.are_same(findings))
    agreed = a.once(a.both([is_same, a.either([a.no(terms.is_one(first, Finding.MEETS_IN_PART)), same_units])]))
    is_open = a.either(terms.is_one(first, finding) for finding in LADDER if finding in OPEN)
    counted = [(a.once(a.both([one.may_govern, one.outcome.has_units])), one.outcome.supported) for one in candidates]
    takes_first = a.either([a.no(is_disputed), a.both([agreed, a.either([a.no(is_open), same_units])])])
    is_part = [
        a.either([a.no(one.may_govern), *(terms.is_one(one.outcome.finding, part) for part in AT_MOST_PART)])
        for one in candidates
    ]
    finding = a.first(
        [
            (a.no(is_disputed), terms.of(Finding.NOTHING_IN_DISPUTE)),
            (agreed, first),
            (a.both([a.no(perhaps_none), *is_part]), terms.of(Finding.PART_CAN_MEET)),
        ],
        terms.of(Finding.WHOLE_CAN_MEET),
    )
    whatever = a.from_none(asked.disputed)
    uncounted = [(a.both([one.may_govern, a.no(one.outcome.has_units)]), whatever) for one in candidates]
    supported = a.picked(takes_first, first_units, a.once(a.hull_of([*counted, *uncounted, (perhaps_none, whatever)])))
    some_units = a.either(holds for holds, _ in counted)
    has_units = a.either([a.both([takes_first, first_has_units]), a.both([a.no(takes_first), some_units])])
    return EditionOutcome(a.once(finding), supported, has_units)
