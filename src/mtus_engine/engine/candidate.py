"""One edition over one set of facts: the status of each criterion and limit, and the finding."""

from collections.abc import Mapping
from typing import NamedTuple

from mtus_engine.compiler.targets.horn.program import program
from mtus_engine.engine.annotate import annotated, reason, reason_of, undetermined_facts
from mtus_engine.engine.failure import EngineFailure
from mtus_engine.engine.finding import Conclusion, supported_units
from mtus_engine.engine.governing import Governed
from mtus_engine.engine.run import Run, Runner
from mtus_engine.engine.standing import Recalled
from mtus_engine.model.condition import Condition, Leaf, Measure, Within, fact_names
from mtus_engine.model.determination import (
    Candidate,
    CriterionResult,
    LimitResult,
    LimitStatus,
    Status,
    Units,
)
from mtus_engine.model.fact import Because, Known
from mtus_engine.model.ruleset import CriterionRule, Edition, LimitRule
from mtus_engine.model.trace import Branch
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import ANYTHING, Span, is_settled

_ENOUGH = Within(Span(0, None), Measure.VALUE, "at least 0")
_NOTHING = Within(Span(None, 0), Measure.VALUE, "at most 0")


class Inputs(NamedTuple):
    """What is judged: the base facts, whether anything is in dispute, and how many units are."""

    facts: Mapping[str, Known]
    is_disputed: bool
    requested: Span
    disputed: Span


class EditionRunner:
    """An edition with its rules loaded."""

    def __init__(self, edition: Edition, conclusion: Conclusion, *, is_text: bool = False) -> None:
        """Load the edition's rules into the engine; is_text tells that its marked parts were left out."""
        self._edition = edition
        self._is_text = is_text
        self._conclusion = conclusion
        self._runner = Runner(program(_conditions(edition), edition.derived), edition.key)
        self._criteria = tuple(_Criterion(rule) for rule in edition.criteria)
        self._limits = tuple(_Limit(rule) for rule in edition.limits)

    def candidate(self, truth: Truth, own: Governed, inputs: Inputs) -> Candidate:
        """Return what the edition gives, whether it governs or only may."""
        edition = self._edition
        run = self._runner.run(inputs.facts)
        criteria = tuple([criterion.judged(run) for criterion in self._criteria])
        limits = tuple([limit.judged(run) for limit in self._limits])
        encoded = edition.not_encoded is None and (not self._is_text or _speaks(criteria, limits))
        finding, steps = self._conclusion.finding(criteria, limits, disputed=inputs.is_disputed, encoded=encoded)
        units = None
        if encoded and (inputs.disputed.high is not None or _limits_apply(limits)):
            is_open = any(c.status is Status.UNDETERMINED and not c.rule.advisory for c in criteria)
            supported = supported_units(finding, inputs.disputed, limits, is_open=is_open)
            units = Units(inputs.requested, inputs.disputed, supported)
        return Candidate(
            edition,
            truth,
            own.branch,
            finding,
            criteria,
            limits,
            units,
            run.known if own.branch is None else {**own.known, **run.known},
            (*run.firings, *steps),
        )


def _speaks(criteria: tuple[CriterionResult, ...], limits: tuple[LimitResult, ...]) -> bool:
    """Return whether anything that decides applies: text that says nothing of a request does not support it."""
    applying = any(c.status is not Status.NOT_APPLICABLE and not c.rule.advisory for c in criteria)
    return applying or _limits_apply(limits)


def _limits_apply(limits: tuple[LimitResult, ...]) -> bool:
    return any(limit.status is not LimitStatus.NOT_APPLICABLE for limit in limits)


def _conditions(edition: Edition) -> dict[str, Condition]:
    conditions: dict[str, Condition] = {}
    for criterion in edition.criteria:
        if criterion.applies_when is not None:
            conditions[f"{criterion.id} applies"] = criterion.applies_when
        conditions[f"{criterion.id} met"] = criterion.met_when
    for limit in edition.limits:
        if limit.active is not None:
            conditions[f"{limit.id} applies"] = limit.active
        conditions[f"{limit.id} enough left"] = Leaf(limit.margin, _ENOUGH)
        conditions[f"{limit.id} nothing left"] = Leaf(limit.left, _NOTHING)
    return conditions


class _Criterion:
    """One criterion, ready to be judged."""

    def __init__(self, rule: CriterionRule) -> None:
        self._rule = rule
        self._met, self._applies = f"{rule.id} met", f"{rule.id} applies"
        conditions = [rule.met_when] if rule.applies_when is None else [rule.met_when, rule.applies_when]
        names = dict.fromkeys(name for condition in conditions for name in fact_names(condition))
        self._recalled = Recalled(tuple(names), self._result)

    def judged(self, run: Run) -> CriterionResult:
        of_case = self._recalled.of(run.known, run.numbers)
        _agrees(of_case.met, run.truths[self._met], self._met)
        if of_case.applies is not None:
            _agrees(of_case.applies, run.truths[self._applies], self._applies)
        return of_case

    def _result(self, known: Mapping[str, Known]) -> CriterionResult:
        rule = self._rule
        met = annotated(rule.met_when, known)
        applies = None if rule.applies_when is None else annotated(rule.applies_when, known)
        if applies is None:
            status, firm = _PLAIN[met.truth], _PLAIN[met.firm]
        else:
            status, firm = _status(met.truth, applies.truth), _status(met.firm, applies.firm)
        presumed = status is not firm
        because, looked_for = Because.PRESUMED if presumed else Because.STATED, False
        if status is Status.NOT_APPLICABLE:
            because = Because.NOT_APPLICABLE
        elif status is Status.UNDETERMINED:
            open_ = met if met.truth is Truth.UNDETERMINED or applies is None else applies
            because, looked_for = reason(undetermined_facts(open_), known)
        return CriterionResult(rule, status, because, looked_for, presumed, met, applies)


def _agrees(branch: Branch, truth: Truth, subject: str) -> None:
    """Raise EngineFailure where the trace and the rules differ on the truth of a subject."""
    if branch.truth is not truth:
        raise EngineFailure(f"{subject} is {truth.value} to the rules, {branch.truth.value} to the trace")


_PLAIN = {Truth.TRUE: Status.MET, Truth.FALSE: Status.NOT_MET, Truth.UNDETERMINED: Status.UNDETERMINED}


def _status(met: Truth, applies: Truth) -> Status:
    """Return the status: the truth of (does not apply) or met, and not applicable where it does not apply."""
    if applies is Truth.FALSE:
        return Status.NOT_APPLICABLE
    if met is Truth.TRUE:
        return Status.MET
    return Status.NOT_MET if met is Truth.FALSE and applies is Truth.TRUE else Status.UNDETERMINED


class _Limit:
    """One limit, ready to be judged."""

    def __init__(self, rule: LimitRule) -> None:
        self._rule = rule
        condition = rule.active
        self._active = (
            None if condition is None else Recalled(fact_names(condition), lambda known: annotated(condition, known))
        )

    def judged(self, run: Run) -> LimitResult:
        rule = self._rule
        active = None if self._active is None else self._active.of(run.known, run.numbers)
        applies = Truth.TRUE if active is None else active.truth
        if active is not None:
            _agrees(active, run.truths[f"{rule.id} applies"], f"{rule.id} applies")
        enough, nothing = run.truths[f"{rule.id} enough left"], run.truths[f"{rule.id} nothing left"]
        status = _limit_status(applies, enough, nothing)
        left, requested = _span(run.known[rule.left]), _span(run.known[rule.of])
        if applies is not Truth.TRUE:
            left = Span(left.low, None) if applies is Truth.UNDETERMINED else ANYTHING
        presumed = _rests_on_presumption(active, status, run.known[rule.margin])
        because, looked_for = Because.PRESUMED if presumed else Because.STATED, False
        if status is LimitStatus.NOT_APPLICABLE:
            because = Because.NOT_APPLICABLE
        elif status is LimitStatus.UNDETERMINED or (status is LimitStatus.EXCEEDED and left.point is None):
            because, looked_for = _limit_reason(rule, active, run)
        return LimitResult(rule, status, because, looked_for, presumed, left, requested, active)


def _limit_status(applies: Truth, enough: Truth, nothing: Truth) -> LimitStatus:
    if applies is Truth.FALSE:
        return LimitStatus.NOT_APPLICABLE
    if enough is Truth.TRUE:
        return LimitStatus.WITHIN
    if applies is Truth.TRUE and enough is Truth.FALSE:
        return LimitStatus.NONE_LEFT if nothing is Truth.TRUE else LimitStatus.EXCEEDED
    return LimitStatus.UNDETERMINED


def _rests_on_presumption(active: Branch | None, status: LimitStatus, margin: Known) -> bool:
    if status is LimitStatus.UNDETERMINED:
        return False
    if status is LimitStatus.NOT_APPLICABLE:
        return active is not None and active.is_presumed
    by_active = active is not None and active.is_presumed and status is not LimitStatus.WITHIN
    return by_active or margin.is_presumed


def _limit_reason(rule: LimitRule, active: Branch | None, run: Run) -> tuple[Because, bool]:
    names = list(undetermined_facts(active)) if active is not None else []
    figures = [rule.of, *rule.counting, *([rule.cap] if isinstance(rule.cap, str) else [])]
    names += [name for name in figures if not is_settled(run.known[name].values)]
    return reason_of([run.known[name] for name in names])


def _span(known: Known) -> Span:
    if isinstance(known.values, Span):
        return known.values
    return getattr(known.values, "days", ANYTHING)
