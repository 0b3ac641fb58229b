"""The criteria of work hardening as a person would write them in Python: None for what is not known.

It gives statuses and no reasons: what a trace costs beside it is the measure.
"""

from collections.abc import Mapping

from mtus_engine.model.fact import Statement
from mtus_engine.model.periods import elapsed_slot
from mtus_engine.model.values import Choice, Span

Case = Mapping[str, tuple[Statement, ...]]
INFINITE = 10**9
TWO_YEARS = 24 * 32


def statuses(case: Case) -> dict[str, str]:
    """Return the status of every criterion and limit by its id."""

    def flag(name: str, presumed: bool | None = None) -> bool | None:
        said = case.get(name)
        if said is None:
            return presumed
        values = said[0].values
        assert isinstance(values, Choice)
        return None if len(values.possible) > 1 else bool(next(iter(values.possible)))

    def ends(name: str, low: int, high: int = INFINITE) -> tuple[int, int]:
        said = case.get(name)
        if said is None:
            return low, high
        values = said[0].values
        assert isinstance(values, Span)
        return values.low if values.low is not None else low, values.high if values.high is not None else high

    visits, week, prior = (
        ends("request.visits", 1),
        ends("request.visits_per_week", 1, 14),
        ends("prior.program.visits", 0),
    )
    improved = both(
        [
            either([flag("improvement.daily_living"), flag("improvement.work_restrictions_reduced")]),
            flag("improvement.less_dependent_on_treatment"),
        ]
    )
    begun = True if prior[0] >= 1 else False if prior[1] < 1 else None
    gains = both(
        [begun, flag("program.compliance"), flag("program.subjective_gains"), flag("program.objective_gains"), improved]
    )
    found = {
        "musculoskeletal-condition": both(
            [flag("condition.musculoskeletal"), flag("limitations.preclude_job_demands")]
        ),
        "demand-level": demanding(case),
        "capacity-evaluation": both(
            [flag(f"capacity_evaluation.{part}") for part in ("done", "valid", "below_job_demands")]
        ),
        "therapy-plateau": both(
            [
                flag("prior.therapy.adequate_trial"),
                flag("prior.therapy.improvement"),
                flag("prior.therapy.plateau"),
                opposite(flag("further_therapy.likely_to_benefit")),
            ]
        ),
        "no-surgical-candidate": both(
            [opposite(flag("surgery.candidate", False)), opposite(flag("other_treatment.warranted", False))]
        ),
        "recovered-to-participate": flag("recovery.can_participate"),
        "program-intensity": between(week, 3, 5),
        "return-to-work-goal": both(
            [
                flag("return_to_work.goal_agreed"),
                either(
                    [
                        both(
                            [
                                flag("return_to_work.specific_job"),
                                flag("return_to_work.demands_exceed_abilities"),
                            ]
                        ),
                        flag("return_to_work.on_the_job_training"),
                    ]
                ),
            ]
        ),
        "able-to-benefit": flag("worker.able_to_benefit"),
        "screening": both([flag(f"screening.{part}") for part in ("file_review", "interview", "testing")]),
        "within-two-years": young(case),
        "four-weeks": None,
        "no-repetition": opposite(flag("prior.program.completed", False)),
    }
    named = {None: "undetermined", True: "met", False: "not_met"}
    statuses_ = {name: named[truth] for name, truth in found.items()}
    statuses_["gains-beyond-two-weeks"] = (
        "not_applicable" if begun is False else named[either([opposite(begun), gains])]
    )
    statuses_["first-two-weeks"] = limit(opposite(gains), (2 * week[0], 2 * week[1]), prior, visits)
    treatment = case["request.treatment"][0].values
    conditioning = isinstance(treatment, Choice) and treatment.possible == {"work_conditioning"}
    statuses_["visits"] = limit(conditioning, (10, 10), prior, visits)
    return statuses_


def limit(active: bool | None, cap: tuple[int, int], prior: tuple[int, int], asked: tuple[int, int]) -> str:
    if active is False:
        return "not_applicable"
    left = max(0, cap[0] - prior[1]), max(0, cap[1] - prior[0])
    if asked[1] <= left[0]:
        return "within"
    if active is True and asked[0] > left[1]:
        return "exceeded" if left[1] > 0 else "none_left"
    return "undetermined"


def demanding(case: Case) -> bool | None:
    said = case.get("job.demand_level")
    if said is None:
        return None
    values = said[0].values
    assert isinstance(values, Choice)
    return next(iter(values.possible)) in {"medium", "heavy", "very_heavy"}


def young(case: Case) -> bool:
    injured, asked = case["injury.date"][0].values, case["request.date"][0].values
    assert isinstance(injured, Span)
    assert isinstance(asked, Span)
    assert injured.low is not None
    assert asked.low is not None
    return elapsed_slot(injured.low, asked.low) <= TWO_YEARS


def between(ends: tuple[int, int], low: int, high: int) -> bool | None:
    if low <= ends[0] and ends[1] <= high:
        return True
    return False if ends[1] < low or ends[0] > high else None


def both(truths: list[bool | None]) -> bool | None:
    return False if False in truths else None if None in truths else True


def either(truths: list[bool | None]) -> bool | None:
    return True if True in truths else None if None in truths else False


def opposite(truth: bool | None) -> bool | None:
    return None if truth is None else not truth
