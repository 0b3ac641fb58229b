"""One edition over one set of facts: the status of each criterion and limit, and the finding."""

from collections.abc import Mapping
from itertools import product
from typing import NamedTuple

from mtus_engine.engine.annotate import annotated_condition, reason_of, undetermined_facts
from mtus_engine.engine.failure import disagreement
from mtus_engine.engine.finding import Conclusion, EditionStandings
from mtus_engine.engine.governing import Governed
from mtus_engine.engine.programs import edition_program, step_subject
from mtus_engine.engine.run import Run, Runner
from mtus_engine.engine.shared import Shared
from mtus_engine.engine.standing import Recalled
from mtus_engine.meaning.finding import Asked
from mtus_engine.meaning.standings import criterion_standing, limit_standing, what_is_left
from mtus_engine.meaning.values import VALUES
from mtus_engine.model.condition import fact_names
from mtus_engine.model.determination import (
    Candidate,
    CriterionResult,
    LimitResult,
    LimitStatus,
    Status,
    TierResult,
    Units,
)
from mtus_engine.model.fact import Because, Known
from mtus_engine.model.ruleset import CriterionRule, Edition, LimitRule, StepRule, TierRule
from mtus_engine.model.trace import Branch
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import ANYTHING, Span, is_settled


class Inputs(NamedTuple):
    """What is judged: the base facts, how many units are requested, whether anything is in dispute and how many are."""

    facts: Mapping[str, Known]
    requested: Span
    asked: Asked[bool, Span]


class EditionRunner:
    """An edition with its rules loaded."""

    def __init__(
        self, edition: Edition, conclusion: Conclusion, *, is_text: bool = False, shared: Shared | None = None
    ) -> None:
        """Load the edition's rules into the engine; is_text tells that its marked parts were left out."""
        self._edition = edition
        # Of an edition with routes of authorization something always applies: its text alone covers the request, too.
        self._is_text = is_text and not edition.tiers
        self._conclusion = conclusion
        self._runner = Runner(edition_program(edition), edition.key, shared)
        self._criteria = tuple(_Criterion(rule) for rule in edition.criteria)
        self._limits = tuple(_Limit(rule) for rule in edition.limits)

    def candidate(self, truth: Truth, own: Governed, inputs: Inputs) -> Candidate:
        """Return what the edition gives; truth is whether it governs, own what its own condition for governing says."""
        edition = self._edition
        run = self._runner.run(inputs.facts)
        criteria = tuple([criterion.result(run) for criterion in self._criteria])
        limits = tuple([limit.result(run) for limit in self._limits])
        standings = EditionStandings(
            tuple([one.status for one in criteria if not one.rule.advisory]),
            tuple([(limit.status, limit.left) for limit in limits]),
            inputs.asked,
            edition.not_encoded is None,
            self._is_text,
        )
        outcome, steps = self._conclusion.of(standings)
        units = Units(inputs.requested, inputs.asked.disputed, outcome.supported) if outcome.has_units else None
        return Candidate(
            edition,
            truth,
            own.branch,
            outcome.finding,
            criteria,
            limits,
            units,
            run.known if own.branch is None else {**own.known, **run.known},
            (*run.firings, *steps),
            tuple([TierResult(tier, _steps(tier, run)) for tier in edition.tiers]),
        )


def _steps(tier: TierRule, run: Run) -> tuple[tuple[StepRule, Truth], ...]:
    """Return the steps that the request is at, or may be at."""
    truths = [(step, run.truths[step_subject(tier, step)]) for step in tier.steps]
    return tuple([(step, truth) for step, truth in truths if truth is not Truth.FALSE])


class _Criterion:
    """One criterion, ready to be judged."""

    def __init__(self, rule: CriterionRule) -> None:
        self._rule = rule
        self._met, self._applies = f"{rule.id} met", f"{rule.id} applies"
        conditions = [rule.met_when] if rule.applies_when is None else [rule.met_when, rule.applies_when]
        names = dict.fromkeys(name for condition in conditions for name in fact_names(condition))
        self._recalled = Recalled(tuple(names), self._result)

    def result(self, run: Run) -> CriterionResult:
        of_case = self._recalled.of(run.known, run.numbers)
        _check_agreement(of_case.met, run.truths[self._met], self._met)
        if of_case.applies is not None:
            _check_agreement(of_case.applies, run.truths[self._applies], self._applies)
        return of_case

    def _result(self, known: Mapping[str, Known]) -> CriterionResult:
        rule = self._rule
        met = annotated_condition(rule.met_when, known)
        applies = None if rule.applies_when is None else annotated_condition(rule.applies_when, known)
        status = criterion_status(met.truth, Truth.TRUE if applies is None else applies.truth)
        presumed = status is not criterion_status(met.firm, Truth.TRUE if applies is None else applies.firm)
        because, looked_for = Because.PRESUMED if presumed else Because.STATED, False
        if status is Status.NOT_APPLICABLE:
            because = Because.NOT_APPLICABLE
        elif status is Status.UNDETERMINED:
            open_ = met if met.truth is Truth.UNDETERMINED or applies is None else applies
            because, looked_for = reason_of(known[name] for name in undetermined_facts(open_))
        return CriterionResult(rule, status, because, looked_for, presumed, met, applies)


def _check_agreement(branch: Branch, truth: Truth, subject: str) -> None:
    """Raise EngineFailure where the trace and the rules differ on the truth of a subject."""
    if branch.truth is not truth:
        raise disagreement(subject, truth, branch.truth, "trace")


def criterion_status(met: Truth, applies: Truth) -> Status:
    """Return the status of a criterion, from the truths of met_when and applies_when."""
    standing = criterion_standing(met, applies, VALUES)
    cases = (
        (standing.not_applicable, Status.NOT_APPLICABLE),
        (standing.met, Status.MET),
        (standing.not_met, Status.NOT_MET),
    )
    return VALUES.first(cases, Status.UNDETERMINED)


def _limit_status(applies: Truth, enough: Truth, nothing: Truth) -> LimitStatus:
    standing = limit_standing(applies, enough, nothing, ANYTHING, VALUES)
    cases = (
        (standing.not_applicable, LimitStatus.NOT_APPLICABLE),
        (standing.within, LimitStatus.WITHIN),
        (standing.exceeded, LimitStatus.EXCEEDED),
        (standing.none_left, LimitStatus.NONE_LEFT),
    )
    return VALUES.first(cases, LimitStatus.UNDETERMINED)


LIMIT_STATUSES = {truths: _limit_status(*truths) for truths in product(Truth, repeat=3)}


class _Limit:
    """One limit, ready to be judged."""

    def __init__(self, rule: LimitRule) -> None:
        self._rule = rule
        condition = rule.active
        self._active = (
            None
            if condition is None
            else Recalled(fact_names(condition), lambda known: annotated_condition(condition, known))
        )
        self._applies, self._enough, self._nothing = (
            f"{rule.id} {what}" for what in ("applies", "enough left", "nothing left")
        )

    def result(self, run: Run) -> LimitResult:
        rule = self._rule
        active = None if self._active is None else self._active.of(run.known, run.numbers)
        applies = Truth.TRUE if active is None else active.truth
        if active is not None:
            _check_agreement(active, run.truths[self._applies], self._applies)
        enough, nothing = run.truths[self._enough], run.truths[self._nothing]
        status = LIMIT_STATUSES[applies, enough, nothing]
        left = what_is_left(applies, VALUES.number(run.known[rule.left]), VALUES)
        presumed = _rests_on_presumption(active, status, run.known[rule.margin])
        because, looked_for = Because.PRESUMED if presumed else Because.STATED, False
        if status is LimitStatus.NOT_APPLICABLE:
            because = Because.NOT_APPLICABLE
        elif status is LimitStatus.UNDETERMINED or (status is LimitStatus.EXCEEDED and left.point is None):
            because, looked_for = _limit_reason(rule, active, run)
        requested = VALUES.number(run.known[rule.of])
        return LimitResult(rule, status, because, looked_for, presumed, left, requested, active)


def _rests_on_presumption(active: Branch | None, status: LimitStatus, margin: Known) -> bool:
    if status is LimitStatus.UNDETERMINED:
        return False
    if status is LimitStatus.NOT_APPLICABLE:
        return active is not None and active.is_presumed
    by_active = active is not None and active.is_presumed and status is not LimitStatus.WITHIN
    return by_active or margin.is_presumed


def _limit_reason(rule: LimitRule, active: Branch | None, run: Run) -> tuple[Because, bool]:
    names = list(undetermined_facts(active)) if active is not None else []
    names += [name for name in rule.figures if not is_settled(run.known[name].values)]
    return reason_of(run.known[name] for name in names)
