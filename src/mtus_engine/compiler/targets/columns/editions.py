"""One edition as columns: the status of each criterion and limit with its reason, the finding and the units."""

from collections.abc import Sequence
from typing import NamedTuple

from mtus_engine.compiler.targets.columns.conditions import Judged, judged
from mtus_engine.compiler.targets.columns.ranges import Range, is_settled, within
from mtus_engine.compiler.targets.columns.terms import (
    End,
    Flag,
    Stages,
    Sure,
    both,
    chosen,
    either,
    greatest,
    is_false,
    is_open,
    is_true,
    least,
    no,
    null_end,
    surely,
)
from mtus_engine.compiler.targets.columns.values import Seen, SeenFacts, settled
from mtus_engine.model.determination import Finding, LimitStatus, Status
from mtus_engine.model.fact import Because
from mtus_engine.model.ruleset import CriterionRule, Edition, LimitRule

# What was looked for and not found is not documented, too; a table tells it apart in the reason.
LOOKED_FOR = "looked_for"

# Findings as numbers, so that it can be told whether several agree.
NUMBERS = {finding: number for number, finding in enumerate(Finding)}

STATED = Judged(True, True, False, False, False)


class Standing(NamedTuple):
    """The status of a criterion or limit, and why it is so, as text."""

    name: str
    status: End
    because: End


class Given(NamedTuple):
    """What an edition gives where it may govern: its standings, the number of its finding, and the units it supports.

    has_units tells whether units are counted at all.
    """

    standings: tuple[Standing, ...]
    finding: End
    supported: Range
    has_units: Sure


class Request(NamedTuple):
    """What is judged: whether anything is in dispute, and how many units are."""

    is_disputed: Sure
    disputed: Range


def given(edition: Edition, known: SeenFacts, request: Request, stages: Stages, *, is_text: bool = False) -> Given:
    """Return what an edition gives; is_text tells that its marked parts were left out."""
    criteria = [_criterion(rule, known, stages) for rule in edition.criteria]
    limits = [_limit(rule, known, stages) for rule in edition.limits]
    required = [one for one, rule in zip(criteria, edition.criteria, strict=True) if not rule.advisory]
    applies = either(*(no(limit.not_applicable) for limit in limits))
    speaks = either(applies, *(no(one.not_applicable) for one in required))
    encoded = both(edition.not_encoded is None, True if not is_text else speaks)
    is_open_ = stages.named(either(*(one.undetermined for one in required)))
    number = stages.named(_finding(required, limits, request, encoded, is_open_))
    does_not_meet = surely(number, "==", NUMBERS[Finding.DOES_NOT_MEET])
    has_units = both(encoded, either(no(null_end(request.disputed.high)), applies))
    supported = _supported(limits, request.disputed, does_not_meet, is_open_)
    standings = (*(one.standing for one in criteria), *(one.standing for one in limits))
    units = Range(stages.named(supported.low), stages.named(supported.high))
    return Given(standings, number, units, stages.named(has_units))


class _Criterion(NamedTuple):
    standing: Standing
    not_met: Sure
    undetermined: Sure
    not_applicable: Sure


def _criterion(rule: CriterionRule, known: SeenFacts, stages: Stages) -> _Criterion:
    met = _named(judged(rule.met_when, known, stages), stages)
    applies = STATED if rule.applies_when is None else _named(judged(rule.applies_when, known, stages), stages)
    not_applicable, is_met, not_met, open_ = _states(met.truth, applies.truth)
    status = chosen(
        [(not_applicable, Status.NOT_APPLICABLE.value), (is_met, Status.MET.value), (not_met, Status.NOT_MET.value)],
        Status.UNDETERMINED.value,
    )
    firm = _states(met.firm, applies.firm)
    same = [both(one, other) for one, other in zip((not_applicable, is_met, not_met, open_), firm, strict=True)]
    is_firm = met.firm is met.truth and applies.firm is applies.truth
    presumed = False if is_firm else no(either(*same))
    by_met = is_open(met.truth)
    because = chosen(
        [
            (not_applicable, Because.NOT_APPLICABLE.value),
            (both(open_, by_met), _reason(met.missing, met.conflicting, met.looked_for)),
            (open_, _reason(applies.missing, applies.conflicting, applies.looked_for)),
            (presumed, Because.PRESUMED.value),
        ],
        Because.STATED.value,
    )
    return _Criterion(Standing(rule.id, status, because), not_met, open_, not_applicable)


def _states(met: Flag, applies: Flag) -> tuple[Sure, Sure, Sure, Sure]:
    """Return whether a criterion is not applicable, met, not met, undetermined: one of them holds."""
    lifted = is_false(applies)
    is_met = both(no(lifted), is_true(met))
    not_met = both(is_true(applies), is_false(met))
    return lifted, is_met, not_met, both(no(lifted), no(is_met), no(not_met))


def _named(found: Judged, stages: Stages) -> Judged:
    truth = stages.named(found.truth)
    firm = truth if found.firm is found.truth else stages.named(found.firm)
    return Judged(truth, firm, found.missing, found.conflicting, found.looked_for)


def _reason(missing: Sure, conflicting: Sure, looked_for: Sure) -> End:
    cases: list[tuple[Sure, End]] = [
        (both(missing, looked_for), LOOKED_FOR),
        (missing, Because.NOT_DOCUMENTED.value),
        (conflicting, Because.CONFLICTING.value),
    ]
    return chosen(cases, Because.IMPRECISE.value)


class _Limit(NamedTuple):
    standing: Standing
    none_left: Sure
    exceeded: Sure
    leaves_open: Sure
    not_applicable: Sure
    left: Range


def _limit(rule: LimitRule, known: SeenFacts, stages: Stages) -> _Limit:
    active = STATED if rule.active is None else _named(judged(rule.active, known, stages), stages)
    left, margin = known[rule.left], known[rule.margin]
    room, rest = margin.values, left.values
    assert isinstance(room, Range)
    assert isinstance(rest, Range)
    enough, nothing = (stages.named(one) for one in (within(0, None, room), within(None, 0, rest)))
    lifted = is_false(active.truth)
    is_within = both(no(lifted), is_true(enough))
    failed = both(is_true(active.truth), is_false(enough))
    none_left, exceeded = both(failed, is_true(nothing)), both(failed, no(is_true(nothing)))
    undetermined = both(no(lifted), no(is_within), no(failed))
    status = chosen(
        [
            (lifted, LimitStatus.NOT_APPLICABLE.value),
            (is_within, LimitStatus.WITHIN.value),
            (none_left, LimitStatus.NONE_LEFT.value),
            (exceeded, LimitStatus.EXCEEDED.value),
        ],
        LimitStatus.UNDETERMINED.value,
    )
    certain = is_true(active.truth)
    leaves = Range(chosen([(lifted, None)], rest.low), chosen([(certain, rest.high)], None))
    unsettled = either(null_end(leaves.low), null_end(leaves.high), no(is_settled(leaves)))
    open_exceeded = both(exceeded, unsettled)
    by_active = False if active.firm is active.truth else both(no(is_open(active.truth)), is_open(active.firm))
    presumed = either(both(by_active, no(is_within)), margin.presumed)
    because = chosen(
        [
            (lifted, Because.NOT_APPLICABLE.value),
            (either(undetermined, open_exceeded), _limit_reason(rule, active, known)),
            (presumed, Because.PRESUMED.value),
        ],
        Because.STATED.value,
    )
    standing = Standing(rule.id, status, because)
    return _Limit(standing, none_left, exceeded, either(undetermined, open_exceeded), lifted, leaves)


def _limit_reason(rule: LimitRule, active: Judged, known: SeenFacts) -> End:
    names = [rule.of, *rule.counting, *([rule.cap] if isinstance(rule.cap, str) else [])]
    open_: list[tuple[Sure, Seen]] = [(no(settled(known[name].values)), known[name]) for name in names]
    return _reason(
        either(active.missing, *(both(is_so, seen.missing) for is_so, seen in open_)),
        either(active.conflicting, *(both(is_so, seen.conflicting) for is_so, seen in open_)),
        either(active.looked_for, *(both(is_so, seen.looked_for) for is_so, seen in open_)),
    )


def _finding(
    required: Sequence[_Criterion], limits: Sequence[_Limit], request: Request, encoded: Sure, is_open_: Sure
) -> End:
    """Return the number of the finding: a criterion not met decides whatever else is undocumented."""
    against = either(*(one.not_met for one in required), *(limit.none_left for limit in limits))
    unsettled = either(is_open_, *(limit.leaves_open for limit in limits))
    exceeded = either(*(limit.exceeded for limit in limits))
    cases: list[tuple[Sure, End]] = [
        (no(request.is_disputed), NUMBERS[Finding.NOTHING_IN_DISPUTE]),
        (no(encoded), NUMBERS[Finding.NOT_COVERED]),
        (against, NUMBERS[Finding.DOES_NOT_MEET]),
        (unsettled, NUMBERS[Finding.INFORMATION_NEEDED]),
        (exceeded, NUMBERS[Finding.MEETS_IN_PART]),
    ]
    return chosen(cases, NUMBERS[Finding.MEETS])


def _supported(limits: Sequence[_Limit], disputed: Range, does_not_meet: Sure, is_open_: Sure) -> Range:
    """Return how many of the disputed units the criteria support."""
    lows = [chosen([(limit.not_applicable, None)], _or_none(limit.left.low)) for limit in limits]
    highs = [chosen([(limit.not_applicable, None)], limit.left.high) for limit in limits]
    low = least([greatest([0, disputed.low]), *lows])
    most = least([disputed.high, *highs])
    return Range(chosen([(either(does_not_meet, is_open_), 0)], low), chosen([(does_not_meet, 0)], most))


def _or_none(low: End) -> End:
    return 0 if low is None else low.or_else(0) if not isinstance(low, int) else low  # type: ignore[union-attr]
