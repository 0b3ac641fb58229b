"""Facts that would reach a goal of coverage, found by logic, confirmed by checking and made small."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import z3

from mtus_engine.api import Checker
from mtus_engine.compiler.targets.logic import Logic
from mtus_engine.compiler.targets.logic_facts import Symbols, Unsupported
from mtus_engine.compiler.targets.logic_terms import ALWAYS, NEVER, Kleene
from mtus_engine.model.condition import AllOf, AnyOf, AtLeastOf, Condition, Leaf, Not, leaves
from mtus_engine.model.determination import Finding
from mtus_engine.model.ruleset import CriterionRule, Edition, Ruleset
from mtus_engine.policy.coverage import EFFECT, MET, NOT_APPLICABLE, NOT_MET, Goal, reached_by, tables_of, words_of
from mtus_engine.policy.proof import Answer, answered, determination_of
from mtus_engine.policy.unknowns import Stated, unknowns


def suggestions(ruleset: Ruleset, goals: Sequence[Goal], seconds: int) -> Iterator[tuple[Goal, Stated | None]]:
    """Yield, for each goal, facts of a case that reaches it; None where none was found within the time."""
    checker = Checker(ruleset)
    editions = {edition.key: edition for edition in ruleset.editions}
    for goal in goals:
        yield goal, reached(ruleset, editions[goal.edition], goal, checker, seconds).facts


class Reached(NamedTuple):
    """Whether some case reaches a goal, and the facts of one that does."""

    answer: Answer
    facts: Stated | None


def reached(ruleset: Ruleset, edition: Edition, goal: Goal, checker: Checker, seconds: int) -> Reached:
    """Return whether a case that the edition governs can reach a goal."""
    unknown = unknowns(ruleset.facts)
    logic = Logic(ruleset, unknown.facts)
    try:
        known = logic.known_in(edition)
        sought = [_term(logic, edition, goal, known), logic.governs_for_certain(edition), z3.Not(logic.impossible())]
    except Unsupported:
        return Reached(Answer.OPEN, None)
    kept: list[Stated] = []

    def shows(stated: Stated) -> tuple[Finding, ...] | None:
        determination = determination_of(stated, checker)
        candidates = determination.evaluation.candidates if determination is not None else ()
        if determination is None or len(candidates) != 1 or goal not in set(reached_by(candidates[0])):
            return None
        kept.append(stated)
        return (determination.evaluation.finding,)

    answer = answered(str(goal), sought, unknown, ruleset.facts, shows, seconds)
    return Reached(answer.answer, kept[-1] if answer.answer is Answer.SHOWN else None)


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
            return z3.Or(terms.exceeded, terms.none_left)
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
    match condition:
        case Leaf():
            return fixed if condition == leaf else logic.truth(condition, known)
        case Not(part):
            inner = _with(logic, part, leaf, known, fixed)
            return Kleene(inner.false, inner.true)
        case AllOf(parts):
            truths = [_with(logic, part, leaf, known, fixed) for part in parts]
            return Kleene(z3.And([t.true for t in truths]), z3.Or([t.false for t in truths]))
        case AnyOf(parts):
            truths = [_with(logic, part, leaf, known, fixed) for part in parts]
            return Kleene(z3.Or([t.true for t in truths]), z3.And([t.false for t in truths]))
        case AtLeastOf():
            return logic.truth(condition, known)
