"""The criteria of work hardening as a person would write them by hand, in SQL and in Polars: statuses alone."""

from collections.abc import Mapping

SURGERY, OTHER, REPEATED = "surgery.candidate", "other_treatment.warranted", "prior.program.completed"


def _both(*names: str) -> str:
    return "(" + " AND ".join(f'"{name}"' for name in names) + ")"


GAINS = (
    "(CASE WHEN prior_low >= 1 THEN TRUE WHEN prior_high < 1 THEN FALSE END"
    ' AND "program.compliance" AND "program.subjective_gains" AND "program.objective_gains"'
    ' AND ("improvement.daily_living" OR "improvement.work_restrictions_reduced")'
    ' AND "improvement.less_dependent_on_treatment")'
)
BEGUN = "CASE WHEN prior_low >= 1 THEN TRUE WHEN prior_high < 1 THEN FALSE END"

CRITERIA = {
    "musculoskeletal-condition": _both("condition.musculoskeletal", "limitations.preclude_job_demands"),
    "demand-level": "\"job.demand_level\" IN ('medium', 'heavy', 'very_heavy')",
    "capacity-evaluation": _both(*(f"capacity_evaluation.{part}" for part in ("done", "valid", "below_job_demands"))),
    "therapy-plateau": '("prior.therapy.adequate_trial" AND "prior.therapy.improvement" AND "prior.therapy.plateau"'
    ' AND NOT "further_therapy.likely_to_benefit")',
    "no-surgical-candidate": f'(NOT coalesce("{SURGERY}", FALSE) AND NOT coalesce("{OTHER}", FALSE))',
    "recovered-to-participate": '"recovery.can_participate"',
    "program-intensity": "CASE WHEN week_low >= 3 AND week_high <= 5 THEN TRUE"
    " WHEN week_high < 3 OR week_low > 5 THEN FALSE END",
    "return-to-work-goal": '("return_to_work.goal_agreed" AND (("return_to_work.specific_job"'
    ' AND "return_to_work.demands_exceed_abilities") OR "return_to_work.on_the_job_training"))',
    "able-to-benefit": '"worker.able_to_benefit"',
    "screening": _both(*(f"screening.{part}" for part in ("file_review", "interview", "testing"))),
    "within-two-years": '("request.date" <= "injury.date" + INTERVAL 2 YEAR)',
    "four-weeks": "CAST(NULL AS BOOLEAN)",
    "no-repetition": f'(NOT coalesce("{REPEATED}", FALSE))',
}


def _status(truth: str) -> str:
    return f"CASE {truth} WHEN TRUE THEN 'met' WHEN FALSE THEN 'not_met' ELSE 'undetermined' END"


def _limit(active: str, cap_low: str, cap_high: str) -> str:
    left_low, left_high = f"greatest(0, {cap_low} - prior_high)", f"greatest(0, {cap_high} - prior_low)"
    return (
        f"CASE WHEN NOT {active} THEN 'not_applicable' WHEN visits_high <= {left_low} THEN 'within'"
        f" WHEN {active} AND visits_low > {left_high} THEN CASE WHEN {left_high} > 0 THEN 'exceeded' ELSE 'none_left' END"
        " ELSE 'undetermined' END"
    )


def query(source: str) -> str:
    """Return the statuses of a table as one query of DuckDB."""
    ends = {"request.visits": ("visits", 1, 10**9), "request.visits_per_week": ("week", 1, 14)}
    ends["prior.program.visits"] = ("prior", 0, 10**9)
    bounds = ", ".join(
        f'coalesce("{name}", "{name}.min", {low}) AS {short}_low, coalesce("{name}", "{name}.max", {high}) AS {short}_high'
        for name, (short, low, high) in ends.items()
    )
    columns = {name: _status(truth) for name, truth in CRITERIA.items()}
    columns["gains-beyond-two-weeks"] = (
        "CASE WHEN NOT begun THEN 'not_applicable' WHEN gains OR NOT begun THEN 'met'"
        " WHEN begun AND NOT gains THEN 'not_met' ELSE 'undetermined' END"
    )
    columns["first-two-weeks"] = _limit("(NOT gains)", "2 * week_low", "2 * week_high")
    columns["visits"] = _limit("(\"request.treatment\" = 'work_conditioning')", "10", "10")
    listed = ", ".join(f'{text} AS "{name}"' for name, text in columns.items())
    first = f"SELECT *, {bounds} FROM {source}"
    second = f"SELECT *, {BEGUN} AS begun, {GAINS} AS gains FROM ({first})"
    return f"SELECT {listed} FROM ({second})"


def polars_frame(path: str):
    """Return the statuses of a Parquet file as a lazy frame of Polars."""
    import polars as pl

    c = pl.col

    def low(name: str, least: int) -> pl.Expr:
        return pl.coalesce(c(name), c(f"{name}.min"), pl.lit(least))

    def high(name: str, most: int) -> pl.Expr:
        return pl.coalesce(c(name), c(f"{name}.max"), pl.lit(most))

    def kleene(true: pl.Expr, false: pl.Expr) -> pl.Expr:
        return pl.when(true).then(pl.lit(True)).when(false).then(pl.lit(False)).otherwise(None)

    def every(*names: str) -> pl.Expr:
        whole = c(names[0])
        for name in names[1:]:
            whole = whole & c(name)
        return whole

    def status(truth: pl.Expr) -> pl.Expr:
        met = pl.when(truth).then(pl.lit("met"))
        return met.when(~truth).then(pl.lit("not_met")).otherwise(pl.lit("undetermined"))

    def limit(active: pl.Expr, cap_low: pl.Expr, cap_high: pl.Expr) -> pl.Expr:
        left_low = pl.max_horizontal(pl.lit(0), cap_low - c("prior_high"))
        left_high = pl.max_horizontal(pl.lit(0), cap_high - c("prior_low"))
        over = active & (c("visits_low") > left_high)
        found = pl.when(~active).then(pl.lit("not_applicable"))
        found = found.when(c("visits_high") <= left_low).then(pl.lit("within"))
        found = found.when(over & (left_high > 0)).then(pl.lit("exceeded"))
        return found.when(over).then(pl.lit("none_left")).otherwise(pl.lit("undetermined"))

    frame = pl.scan_parquet(path).with_columns(
        visits_low=low("request.visits", 1),
        visits_high=high("request.visits", 10**9),
        week_low=low("request.visits_per_week", 1),
        week_high=high("request.visits_per_week", 14),
        prior_low=low("prior.program.visits", 0),
        prior_high=high("prior.program.visits", 10**9),
    )
    frame = frame.with_columns(begun=kleene(c("prior_low") >= 1, c("prior_high") < 1))
    improved = c("improvement.daily_living") | c("improvement.work_restrictions_reduced")
    gains = every("begun", "program.compliance", "program.subjective_gains", "program.objective_gains")
    frame = frame.with_columns(gains=gains & improved & c("improvement.less_dependent_on_treatment"))
    week = kleene((c("week_low") >= 3) & (c("week_high") <= 5), (c("week_high") < 3) | (c("week_low") > 5))
    job = every("return_to_work.specific_job", "return_to_work.demands_exceed_abilities")
    truths: Mapping[str, pl.Expr] = {
        "musculoskeletal-condition": every("condition.musculoskeletal", "limitations.preclude_job_demands"),
        "demand-level": c("job.demand_level").is_in(["medium", "heavy", "very_heavy"]),
        "capacity-evaluation": every(*(f"capacity_evaluation.{p}" for p in ("done", "valid", "below_job_demands"))),
        "therapy-plateau": every("prior.therapy.adequate_trial", "prior.therapy.improvement", "prior.therapy.plateau")
        & ~c("further_therapy.likely_to_benefit"),
        "no-surgical-candidate": ~c(SURGERY).fill_null(False) & ~c(OTHER).fill_null(False),
        "recovered-to-participate": c("recovery.can_participate"),
        "program-intensity": week,
        "return-to-work-goal": c("return_to_work.goal_agreed") & (job | c("return_to_work.on_the_job_training")),
        "able-to-benefit": c("worker.able_to_benefit"),
        "screening": every(*(f"screening.{p}" for p in ("file_review", "interview", "testing"))),
        "within-two-years": c("request.date") <= c("injury.date").dt.offset_by("2y"),
        "four-weeks": pl.lit(None, dtype=pl.Boolean),
        "no-repetition": ~c(REPEATED).fill_null(False),
    }
    beyond = pl.when(~c("begun")).then(pl.lit("not_applicable")).when(c("gains")).then(pl.lit("met"))
    beyond = beyond.when(c("begun") & ~c("gains")).then(pl.lit("not_met")).otherwise(pl.lit("undetermined"))
    return frame.select(
        *(status(truth).alias(name) for name, truth in truths.items()),
        beyond.alias("gains-beyond-two-weeks"),
        limit(~c("gains"), 2 * c("week_low"), 2 * c("week_high")).alias("first-two-weeks"),
        limit(c("request.treatment") == "work_conditioning", pl.lit(10), pl.lit(10)).alias("visits"),
    )
