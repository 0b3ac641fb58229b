"""Facts that would reach a goal of coverage, found by logic, confirmed by checking and made small."""

from collections.abc import Iterator, Sequence
from typing import assert_never

import z3

from mtus_engine.api import Checker
from mtus_engine.compiler.targets.logic.rules import Logic, Terms
from mtus_engine.compiler.targets.logic.terms import ALWAYS, NEVER, Kleene
from mtus_engine.meaning.conditions import fold, joined_truth
from mtus_engine.model.condition import Condition, JoinedCondition, Leaf
from mtus_engine.model.ruleset import CriterionRule, Edition, LimitRule, Ruleset
from mtus_engine.policy.answers import Answered
from mtus_engine.policy.coverage import Goal, RuleState, reached_by, tables_of
from mtus_engine.policy.coverage_report import goal_words
from mtus_engine.policy.inquiry import Inquiry, ShownInquiry, Sought
from mtus_engine.policy.witness import WitnessFacts


def suggestions(ruleset: Ruleset, goals: Sequence[Goal], seconds: int) -> Iterator[WitnessFacts | None]:
    """Yield, for each goal, facts of a case that reaches it; None where none was found within the time."""
    checker = Checker(ruleset)
    editions = {edition.key: edition for edition in ruleset.editions}
    inquiries: dict[str, Inquiry] = {}
    for goal in goals:
        if goal.edition not in inquiries:
            inquiries[goal.edition] = Inquiry(ruleset, editions[goal.edition], checker, seconds)
        yield goal_answer(goal, inquiries[goal.edition]).facts


def goal_answer(goal: Goal, inquiry: Inquiry) -> Answered:
    """Return the answer whether some case that the edition governs reaches a goal, with such a case."""
    return inquiry.ask(goal_words(goal, inquiry.edition.facts), *goal_question(goal, inquiry.edition))


def goal_question(goal: Goal, edition: Edition) -> tuple[Sought, ShownInquiry]:
    """Return the question whether a goal is reached: as logic asks it, and as the engine confirms it."""
    return (
        lambda logic, known: _term(logic, edition, goal, known),
        lambda candidate: goal in set(reached_by(candidate)),
    )


def _term(logic: Logic, edition: Edition, goal: Goal, known: Terms) -> z3.BoolRef:
    """Return the term that a case reaches the goal."""
    if goal.state is RuleState.HIT:
        table, row = next((table, row) for table in tables_of(edition) for row in table.rows if row.id == goal.part)
        counts = [] if row.when is None else [logic.truth(row.when, known).true]
        before = [logic.truth(one.when, known).false for one in table.before(row) if one.when is not None]
        return z3.And([*counts, *before])
    limit = next((limit for limit in edition.limits if limit.id == goal.rule), None)
    if limit is not None:
        return _of_limit(logic, limit, goal.state, known)
    criterion = next(criterion for criterion in edition.criteria if criterion.id == goal.rule)
    return _of_criterion(logic, criterion, goal, known)


def _of_limit(logic: Logic, rule: LimitRule, state: RuleState, known: Terms) -> z3.BoolRef:
    standing, margin = logic.limit_terms(rule, known), logic.algebra.number(known[rule.margin])
    match state:
        case RuleState.WITHIN:
            return standing.within
        case RuleState.AT_THE_CAP:
            return z3.And(standing.within, logic.algebra.is_point(margin), margin.low == 0)
        case RuleState.OVER:
            return standing.is_failed(logic.algebra)
        case RuleState.UNDETERMINED:
            return standing.undetermined
        case (
            RuleState.MET
            | RuleState.NOT_MET
            | RuleState.NOT_APPLICABLE
            | RuleState.TRUE
            | RuleState.FALSE
            | RuleState.DECIDES
            | RuleState.HIT
        ):
            raise ValueError(f"{state.value} is no state of a limit")
        case _:
            assert_never(state)


def _of_criterion(logic: Logic, criterion: CriterionRule, goal: Goal, known: Terms) -> z3.BoolRef:
    standing = logic.criterion_terms(criterion, known)
    if isinstance(goal.part, Leaf):
        return _of_leaf(logic, criterion, goal.part, goal.state, known)
    match goal.state:
        case RuleState.MET:
            return standing.met
        case RuleState.NOT_MET:
            return standing.not_met
        case RuleState.NOT_APPLICABLE:
            return standing.not_applicable
        case RuleState.UNDETERMINED:
            return standing.undetermined
        case (
            RuleState.TRUE
            | RuleState.FALSE
            | RuleState.DECIDES
            | RuleState.WITHIN
            | RuleState.AT_THE_CAP
            | RuleState.OVER
            | RuleState.HIT
        ):
            raise ValueError(f"{goal.state.value} is no state of a criterion")
        case _:
            assert_never(goal.state)


def _of_leaf(logic: Logic, criterion: CriterionRule, leaf: Leaf, state: RuleState, known: Terms) -> z3.BoolRef:
    truth = logic.truth(leaf, known)
    match state:
        case RuleState.TRUE:
            return truth.true
        case RuleState.FALSE:
            return truth.false
        case RuleState.UNDETERMINED:
            return z3.Not(z3.Or(truth.true, truth.false))
        case RuleState.DECIDES:
            return z3.And(_applies(logic, criterion, known), _decides(logic, criterion, leaf, known))
        case (
            RuleState.MET
            | RuleState.NOT_MET
            | RuleState.NOT_APPLICABLE
            | RuleState.WITHIN
            | RuleState.AT_THE_CAP
            | RuleState.OVER
            | RuleState.HIT
        ):
            raise ValueError(f"{state.value} is no state of a test")
        case _:
            assert_never(state)


def _applies(logic: Logic, criterion: CriterionRule, known: Terms) -> z3.BoolRef:
    applies = criterion.applies_when
    return z3.BoolVal(True) if applies is None else logic.truth(applies, known).true


def _decides(logic: Logic, criterion: CriterionRule, leaf: Leaf, known: Terms) -> z3.BoolRef:
    """Return the term that a test is settled, and that its other truth would turn the criterion."""
    truth = logic.truth(leaf, known)
    ways = [_truth_with(logic, criterion.met_when, leaf, known, fixed) for fixed in (ALWAYS, NEVER)]
    either_way = z3.Or(z3.And(ways[0].true, ways[1].false), z3.And(ways[0].false, ways[1].true))
    return z3.And(either_way, z3.Or(truth.true, truth.false))


def _truth_with(logic: Logic, condition: Condition, leaf: Leaf, known: Terms, fixed: Kleene) -> Kleene:
    """Return the truth of a condition with one of its tests fixed."""

    def of_leaf(one: Leaf) -> Kleene:
        return fixed if one == leaf else logic.truth(one, known)

    def of_joined(whole: JoinedCondition, truths: Sequence[Kleene]) -> Kleene:
        return joined_truth(whole, truths, logic.algebra)

    return fold(condition, of_leaf, of_joined)
