"""From the status of criteria and limits to a finding: the last stratum, on counts."""

from collections.abc import Sequence
from functools import lru_cache

from mtus_engine.engine.durable import Rulebase
from mtus_engine.engine.failure import EngineFailure
from mtus_engine.engine.standing import MOST_KEPT
from mtus_engine.model.determination import CriterionResult, Finding, LimitResult, LimitStatus, Status
from mtus_engine.model.trace import Firing
from mtus_engine.model.values import Span, exactly

# The numbers that the last stratum reads, and the rules on them in the order of design: a criterion
# not met decides whatever else is undocumented; nothing is concluded from a number left out.
_DISPUTED, _ENCODED, _NOT_MET, _NONE_LEFT, _OPEN, _LEFT_OPEN, _EXCEEDED = range(7)
_NAMES = (
    "something is in dispute",
    "the edition is encoded",
    "criteria not met",
    "limits that leave none",
    "criteria undetermined",
    "limits that leave an unsettled number",
    "limits exceeded",
)
_JUDGED = ((_DISPUTED, "==", 1), (_ENCODED, "==", 1))
_NO_FAILURE = (*_JUDGED, (_NOT_MET, "==", 0), (_NONE_LEFT, "==", 0))
_SETTLED = (*_NO_FAILURE, (_OPEN, "==", 0), (_LEFT_OPEN, "==", 0))
_RULES: tuple[tuple[Finding, tuple[tuple[int, str, int], ...]], ...] = (
    (Finding.NOTHING_IN_DISPUTE, ((_DISPUTED, "==", 0),)),
    (Finding.NOT_COVERED, ((_DISPUTED, "==", 1), (_ENCODED, "==", 0))),
    (Finding.DOES_NOT_MEET, (*_JUDGED, (_NOT_MET, ">=", 1))),
    (Finding.DOES_NOT_MEET, (*_JUDGED, (_NONE_LEFT, ">=", 1))),
    (Finding.INFORMATION_NEEDED, (*_NO_FAILURE, (_OPEN, ">=", 1))),
    (Finding.INFORMATION_NEEDED, (*_NO_FAILURE, (_LEFT_OPEN, ">=", 1))),
    (Finding.MEETS_IN_PART, (*_SETTLED, (_EXCEEDED, ">=", 1))),
    (Finding.MEETS, (*_SETTLED, (_EXCEEDED, "==", 0))),
)


class Conclusion:
    """The rules of the last stratum, loaded once."""

    def __init__(self) -> None:
        """Load the rules into the engine."""
        self._rulebase = Rulebase([comparisons for _, comparisons in _RULES], len(_NAMES), "the finding")
        self._concluded = lru_cache(MOST_KEPT)(self._conclude)

    def finding(
        self, criteria: Sequence[CriterionResult], limits: Sequence[LimitResult], *, disputed: bool, encoded: bool
    ) -> tuple[Finding, tuple[Firing, ...]]:
        """Return the finding and the steps that concluded it."""
        required = [c.status for c in criteria if not c.rule.advisory]
        capped = [limit.status for limit in limits]
        counts = (
            int(disputed),
            int(encoded),
            required.count(Status.NOT_MET),
            capped.count(LimitStatus.NONE_LEFT),
            required.count(Status.UNDETERMINED),
            len([limit for limit in limits if _leaves_open(limit)]),
            capped.count(LimitStatus.EXCEEDED),
        )
        return self._concluded(counts)

    def _conclude(self, counts: tuple[int, ...]) -> tuple[Finding, tuple[Firing, ...]]:
        fired = self._rulebase.fired(counts)
        findings = {_RULES[number][0] for number in fired}
        if len(findings) != 1:
            raise EngineFailure(f"the counts {counts} give {len(findings)} findings")
        return findings.pop(), tuple(_firing(number, counts) for number in fired)


def supported_units(finding: Finding, disputed: Span, limits: Sequence[LimitResult], *, is_open: bool) -> Span:
    """Return how many of the disputed units the criteria support; is_open tells of criteria still undetermined."""
    if finding is Finding.DOES_NOT_MEET:
        return exactly(0)
    most = disputed.high
    least = max(disputed.low or 0, 0)
    for limit in limits:
        if limit.status is LimitStatus.NOT_APPLICABLE:
            continue
        if limit.left.high is not None and (most is None or limit.left.high < most):
            most = limit.left.high
        least = min(least, limit.left.low or 0)
    return Span(0 if is_open else least, most)


def _leaves_open(limit: LimitResult) -> bool:
    if limit.status is LimitStatus.EXCEEDED:
        return limit.left.point is None
    return limit.status is LimitStatus.UNDETERMINED


def _firing(number: int, counts: tuple[int, ...]) -> Firing:
    finding, comparisons = _RULES[number]
    read = tuple(f"{_NAMES[name]}: {counts[name]}" for name, _, _ in comparisons)
    return Firing("the finding", read, f"finding is {finding.value}")
