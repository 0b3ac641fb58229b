"""Reproducible work hardening requests: every fact known, in a range, or not documented."""

import random
from datetime import date

from mtus_engine.model.fact import Statement
from mtus_engine.model.values import Choice, Span, Values, point_span

BOOLEANS = (
    "condition.musculoskeletal",
    "limitations.preclude_job_demands",
    "capacity_evaluation.done",
    "capacity_evaluation.valid",
    "capacity_evaluation.below_job_demands",
    "prior.therapy.adequate_trial",
    "prior.therapy.improvement",
    "prior.therapy.plateau",
    "further_therapy.likely_to_benefit",
    "surgery.candidate",
    "other_treatment.warranted",
    "recovery.can_participate",
    "return_to_work.goal_agreed",
    "return_to_work.specific_job",
    "return_to_work.demands_exceed_abilities",
    "return_to_work.on_the_job_training",
    "worker.able_to_benefit",
    "screening.file_review",
    "screening.interview",
    "screening.testing",
    "program.compliance",
    "program.subjective_gains",
    "program.objective_gains",
    "improvement.daily_living",
    "improvement.work_restrictions_reduced",
    "improvement.less_dependent_on_treatment",
    "prior.program.completed",
)
COUNTS = {"request.visits": (1, 24), "request.visits_per_week": (1, 6), "prior.program.visits": (0, 12)}
LEVELS = ("sedentary", "light", "medium", "heavy", "very_heavy")


def cases(number: int, seed: int = 1) -> list[dict[str, tuple[Statement, ...]]]:
    """Return statements by fact, as a case file gives them; four facts in ten are not documented."""
    chance = random.Random(seed)
    return [_case(chance) for _ in range(number)]


def _case(chance: random.Random) -> dict[str, tuple[Statement, ...]]:
    day = date(2012, 1, 1).toordinal() + chance.randrange(1000)
    stated: dict[str, tuple[Statement, ...]] = {
        "request.treatment": _said(Choice(frozenset({chance.choice(("work_hardening", "work_conditioning"))}))),
        "request.date": _said(point_span(day)),
        "injury.date": _said(point_span(day - chance.randrange(200, 1100))),
    }
    for name in BOOLEANS:
        if chance.random() < 0.6:
            stated[name] = _said(Choice(frozenset({chance.random() < 0.8})))
    for name, (low, high) in COUNTS.items():
        if chance.random() < 0.7:
            least = chance.randint(low, high)
            most = least + (chance.randint(0, 6) if chance.random() < 0.2 else 0)
            stated[name] = _said(Span(least, min(most, 14) if name.endswith("week") else most))
    if chance.random() < 0.6:
        stated["job.demand_level"] = _said(Choice(frozenset({chance.choice(LEVELS)})))
    return stated


def _said(values: Values) -> tuple[Statement, ...]:
    return (Statement(values, at="page 1"),)
