"""One edition as columns: the status of each criterion and limit with its reason, the finding and the units."""

from typing import NamedTuple

from mtus_engine.compiler.targets.columns.algebra import ColumnAlgebra, are_same_values
from mtus_engine.compiler.targets.columns.conditions import ConditionColumns, condition_columns
from mtus_engine.compiler.targets.columns.ranges import ColumnRange
from mtus_engine.compiler.targets.columns.terms import End, Sure, both, either, first_case, is_open, is_true, no, surely
from mtus_engine.compiler.targets.columns.values import SeenFacts, is_one_value
from mtus_engine.meaning.algebra import Inexpressible
from mtus_engine.meaning.conditions import truth_of
from mtus_engine.meaning.finding import Asked, EditionOutcome, FindingTerms, edition_finding, with_units
from mtus_engine.meaning.standings import (
    CriterionStanding,
    LimitStanding,
    Why,
    criterion_standing,
    limit_conditions,
    limit_standing,
    why_open,
)
from mtus_engine.model.condition import Condition
from mtus_engine.model.determination import Finding, LimitStatus, Status
from mtus_engine.model.fact import Because
from mtus_engine.model.ruleset import CriterionRule, Edition, LimitRule, TierRule
from mtus_engine.model.values import ANYTHING

# A fact that was looked for and not found is also not documented; the column of reasons tells it apart.
LOOKED_FOR = "looked_for"

# Findings as numbers, so that columns can tell whether several findings agree.
NUMBERS = {finding: number for number, finding in enumerate(Finding)}

STATED = ConditionColumns(True, True, Why(False, False, False))


class StatusColumns(NamedTuple):
    """The status of a criterion or limit, and why it is so, as text."""

    name: str
    status: End
    because: End


class EditionColumns(NamedTuple):
    """What an edition gives where it may govern: statuses of criteria and limits, routes, and the outcome.

    routes has for each tier the step that the request is at, null where that is undetermined.
    lacking names the rules that columns cannot express, and why: they are undetermined in every row.
    """

    statuses: tuple[StatusColumns, ...]
    routes: tuple[tuple[str, End], ...]
    outcome: EditionOutcome[Sure, ColumnRange, End]
    lacking: tuple[str, ...]


FINDINGS: FindingTerms[Sure, End] = FindingTerms(
    of=lambda finding: NUMBERS[finding],
    is_one=lambda number, finding: surely(number, "==", NUMBERS[finding]),
    are_same=are_same_values,
)


def edition_columns(
    edition: Edition, known: SeenFacts, request: Asked[Sure, ColumnRange], a: ColumnAlgebra, *, is_text: bool = False
) -> EditionColumns:
    """Return the columns of an edition; is_text says that it was reduced to the verified text alone."""
    lacking: list[str] = []
    criteria = [_criterion(rule, known, a, lacking) for rule in edition.criteria]
    limits = [_limit(rule, known, a, lacking) for rule in edition.limits]
    required = [one for (_, one), rule in zip(criteria, edition.criteria, strict=True) if not rule.advisory]
    standing = [limit for _, limit in limits]
    is_text = is_text and not edition.tiers
    found = edition_finding(edition.not_encoded is None, required, standing, request, FINDINGS, a, is_text=is_text)
    outcome: EditionOutcome[Sure, ColumnRange, End] = with_units(found, standing, request.disputed, a)
    routes = tuple((tier.id, _route(tier, known, a, lacking)) for tier in edition.tiers)
    return EditionColumns((*(one for one, _ in criteria), *(one for one, _ in limits)), routes, outcome, tuple(lacking))


def _route(tier: TierRule, known: SeenFacts, a: ColumnAlgebra, lacking: list[str]) -> End:
    """Return the first step of a tier whose condition holds for certain; null where none does."""
    try:
        return first_case([(is_true(truth_of(step.when, known, a)), step.id) for step in tier.steps], None)
    except Inexpressible as part:
        lacking.append(f"{tier.id}: {part}")
        return None


def _criterion(
    rule: CriterionRule, known: SeenFacts, a: ColumnAlgebra, lacking: list[str]
) -> tuple[StatusColumns, CriterionStanding[Sure]]:
    try:
        met, applies = (_columns_of_condition(part, known, a) for part in (rule.met_when, rule.applies_when))
    except Inexpressible as part:
        lacking.append(f"{rule.id}: {part}")
        standing = criterion_standing(None, None, a)
        return StatusColumns(rule.id, Status.UNDETERMINED.value, None), standing
    standing = criterion_standing(met.truth, applies.truth, a)
    status = first_case(
        [
            (standing.not_applicable, Status.NOT_APPLICABLE.value),
            (standing.met, Status.MET.value),
            (standing.not_met, Status.NOT_MET.value),
        ],
        Status.UNDETERMINED.value,
    )
    is_firm = met.firm is met.truth and applies.firm is applies.truth
    firm = criterion_standing(met.firm, applies.firm, a)
    presumed = False if is_firm else no(either(*(both(*pair) for pair in zip(standing, firm, strict=True))))
    because = first_case(
        [
            (standing.not_applicable, Because.NOT_APPLICABLE.value),
            (both(standing.undetermined, is_open(met.truth)), _reason(met.why)),
            (standing.undetermined, _reason(applies.why)),
            (presumed, Because.PRESUMED.value),
        ],
        Because.STATED.value,
    )
    return StatusColumns(rule.id, status, because), standing


def _columns_of_condition(condition: Condition | None, known: SeenFacts, a: ColumnAlgebra) -> ConditionColumns:
    if condition is None:
        return STATED
    found = condition_columns(condition, known, a)
    truth = a.once(found.truth)
    return ConditionColumns(truth, truth if found.firm is found.truth else a.once(found.firm), found.why)


def _reason(why: Why[Sure]) -> End:
    cases: list[tuple[Sure, End]] = [
        (both(why.missing, why.looked_for), LOOKED_FOR),
        (why.missing, Because.NOT_DOCUMENTED.value),
        (why.conflicting, Because.CONFLICTING.value),
    ]
    return first_case(cases, Because.IMPRECISE.value)


def _limit(
    rule: LimitRule, known: SeenFacts, a: ColumnAlgebra, lacking: list[str]
) -> tuple[StatusColumns, LimitStanding[Sure, ColumnRange]]:
    try:
        active = _columns_of_condition(rule.active, known, a)
        enough, nothing = (a.once(truth_of(condition, known, a)) for condition in limit_conditions(rule))
        left = a.number(known[rule.left])
    except Inexpressible as part:
        lacking.append(f"{rule.id}: {part}")
        standing = limit_standing(None, None, None, a.span(ANYTHING), a)
        return StatusColumns(rule.id, LimitStatus.UNDETERMINED.value, None), standing
    standing = limit_standing(active.truth, enough, nothing, left, a)
    status = first_case(
        [
            (standing.not_applicable, LimitStatus.NOT_APPLICABLE.value),
            (standing.within, LimitStatus.WITHIN.value),
            (standing.none_left, LimitStatus.NONE_LEFT.value),
            (standing.exceeded, LimitStatus.EXCEEDED.value),
        ],
        LimitStatus.UNDETERMINED.value,
    )
    by_active = False if active.firm is active.truth else both(no(is_open(active.truth)), is_open(active.firm))
    presumed = either(both(by_active, no(standing.within)), known[rule.margin].presumed)
    because = first_case(
        [
            (standing.not_applicable, Because.NOT_APPLICABLE.value),
            (standing.leaves_open(a), _reason(_limit_why(rule, active, known, a))),
            (presumed, Because.PRESUMED.value),
        ],
        Because.STATED.value,
    )
    return StatusColumns(rule.id, status, because), standing


def _limit_why(rule: LimitRule, active: ConditionColumns, known: SeenFacts, a: ColumnAlgebra) -> Why[Sure]:
    figures = why_open([(no(is_one_value(known[name].values)), known[name]) for name in rule.figures], a)
    return Why(*(either(*pair) for pair in zip(active.why, figures, strict=True)))
