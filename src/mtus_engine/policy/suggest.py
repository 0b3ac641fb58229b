"""Facts that would reach a goal of coverage, found by logic, confirmed by checking and made small."""

from collections.abc import Iterator, Sequence

import z3

from mtus_engine.api import Checker
from mtus_engine.compiler.targets.logic.facts import KLEENE, Symbols
from mtus_engine.compiler.targets.logic.rules import Logic
from mtus_engine.compiler.targets.logic.terms import ALWAYS, NEVER, Kleene
from mtus_engine.model.condition import Condition, Leaf, folded, leaves
from mtus_engine.model.ruleset import CriterionRule, Edition, Ruleset
from mtus_engine.policy.coverage import EFFECT, MET, NOT_APPLICABLE, NOT_MET, Goal, reached_by, tables_of, words_of
from mtus_engine.policy.inquiry import Inquiry, Shown, Sought
from mtus_engine.policy.proof import Answered
from mtus_engine.policy.witness import Stated


def suggestions(ruleset: Ruleset, goals: Sequence[Goal], seconds: int) -> Iterator[tuple[Goal, Stated | None]]:
    """Yield, for each goal, facts of a case that reaches it; None where none was found within the time."""
    checker = Checker(ruleset)
    editions = {edition.key: edition for edition in ruleset.editions}
    inquiries: dict[str, Inquiry] = {}
    for goal in goals:
        if goal.edition not in inquiries:
            inquiries[goal.edition] = Inquiry(ruleset, editions[goal.edition], checker, seconds)
        yield goal, reached(goal, inquiries[goal.edition]).facts


def reached(goal: Goal, inquiry: Inquiry) -> Answered:
    """Return whether a case that the edition governs can reach a goal."""
    return inquiry.asked(str(goal), *goal_question(goal, inquiry.edition))


def goal_question(goal: Goal, edition: Edition) -> tuple[Sought, Shown]:
    """Return the question whether a goal is reached: as logic asks it, and as the engine confirms it."""
    return (
        lambda logic, known: _term(logic, edition, goal, known),
        lambda candidate: goal in set(reached_by(candidate)),
    )


def _term(logic: Logic, edition: Edition, goal: Goal, known: Symbols) -> z3.BoolRef:
    """Return the goal as a term."""
    for table in tables_of(edition):
        for row in table.rows:
            if goal.rule == table.id and goal.part == f"row {row.id}":
                return z3.BoolVal(True) if row.when is None else logic.truth(row.when, known).true
    for criterion in edition.criteria:
        if criterion.id == goal.rule:
            return _of_criterion(logic, criterion, goal, known)
    limit = next(limit for limit in edition.limits if limit.id == goal.rule)
    terms = logic.limit_terms(limit, known)
    point = z3.And(z3.Not(terms.margin.no_low), z3.Not(terms.margin.no_high), terms.margin.low == terms.margin.high)
    match goal.state:
        case "within":
            return z3.And(terms.applies.true, z3.Not(terms.margin.no_low), terms.margin.low >= 0)
        case "at the cap":
            return z3.And(terms.applies.true, point, terms.margin.low == 0)
        case "over":
            return terms.failed
        case _:
            return z3.And(terms.is_open, z3.Not(terms.exceeded))


def _of_criterion(logic: Logic, criterion: CriterionRule, goal: Goal, known: Symbols) -> z3.BoolRef:
    applies = ALWAYS if criterion.applies_when is None else logic.truth(criterion.applies_when, known)
    met = logic.truth(criterion.met_when, known)
    if goal.part:
        leaf = next(leaf for leaf in leaves(criterion.met_when) if words_of(leaf) == goal.part)
        truth = logic.truth(leaf, known)
        if goal.state != EFFECT:
            open_ = z3.Not(z3.Or(truth.true, truth.false))
            return {"true": truth.true, "false": truth.false}.get(goal.state, open_)
        ways = [_with(logic, criterion.met_when, leaf, known, fixed) for fixed in (ALWAYS, NEVER)]
        decides = z3.Or(z3.And(ways[0].true, ways[1].false), z3.And(ways[0].false, ways[1].true))
        return z3.And(applies.true, decides, z3.Or(truth.true, truth.false))
    not_met = z3.And(applies.true, met.false)
    is_met = z3.And(z3.Not(applies.false), met.true)
    states = {MET: is_met, NOT_MET: not_met, NOT_APPLICABLE: applies.false}
    return states.get(goal.state, z3.Not(z3.Or(is_met, not_met, applies.false)))


def _with(logic: Logic, condition: Condition, leaf: Leaf, known: Symbols, fixed: Kleene) -> Kleene:
    """Return the truth of a condition with one of its tests fixed."""
    return folded(condition, lambda one: fixed if one == leaf else logic.truth(one, known), KLEENE)
