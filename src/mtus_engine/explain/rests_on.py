"""What a finding rests on: the smallest set of stated facts that already forces it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import assert_never

from mtus_engine.explain.situation import Situation, goals, limit_goal
from mtus_engine.meaning.conditions import truth_of_test
from mtus_engine.meaning.values import VALUES
from mtus_engine.model.condition import AllOf, AnyOf, AtLeastOf, Condition, Leaf, Not, parts_needed
from mtus_engine.model.determination import OPEN, Candidate, Evaluation, Finding, LimitStatus, Status
from mtus_engine.model.fact import Known
from mtus_engine.model.formula import ByCondition
from mtus_engine.model.ruleset import LimitRule
from mtus_engine.model.truth import Truth, negation
from mtus_engine.model.values import Choice
from mtus_engine.model.vocabulary import Roles

Support = frozenset[str]

MOST_SUPPORTS = 12


def resting_facts(evaluation: Evaluation, roles: Roles, at: Situation) -> tuple[str, ...]:
    """Return the smallest set of stated facts that forces the finding, in the order of the vocabulary.

    The rules engine confirms the finding with the statements on those facts alone, and none of them can be left out. A
    finding that rests on something missing, as information needed does, rests on no statement.
    """
    if evaluation.finding in {Finding.NOT_COVERED, *OPEN}:
        return ()
    if evaluation.finding is Finding.NOTHING_IN_DISPUTE:
        names = (roles.units_requested, roles.units_disputed)
        reasons = [[frozenset(base for name in names for base in _stated_facts_behind(name, at))]]
    else:
        reasons = [_supports_of_finding(candidate, evaluation.finding, at) for candidate in evaluation.candidates]
        reasons.append([_facts_that_choose(evaluation, roles, at)])
    enough = (support for support in joined_supports(reasons) if _forces_finding(support, evaluation, at))
    smallest = _minimal_support(next(enough, at.stated), evaluation, at)
    at.confirm_only(smallest, evaluation.finding)
    return tuple(sorted(smallest, key=at.order))


def joined_supports(parts: Iterable[Sequence[Support]]) -> list[Support]:
    """Return the sets of facts that support every part, the smallest ones first."""
    found: list[Support] = [frozenset()]
    for options in parts:
        found = _smallest_supports(one | option for one in found for option in options)
    return found


def _smallest_supports(found: Iterable[Support]) -> list[Support]:
    kept: list[Support] = []
    for support in sorted(set(found), key=lambda s: (len(s), sorted(s))):
        if not any(other <= support for other in kept):
            kept.append(support)
    return kept[:MOST_SUPPORTS]


def _forces_finding(support: Support, evaluation: Evaluation, at: Situation) -> bool:
    """Return whether these statements alone give the same finding, with the same units where part meets."""
    finding, units = at.if_only(support)
    if finding is not evaluation.finding:
        return False
    return finding is not Finding.MEETS_IN_PART or units == evaluation.units


def _minimal_support(support: Support, evaluation: Evaluation, at: Situation) -> Support:
    """Return the statements that are left when each that can be left out is; without one, another may be needless.

    A day of service is needless once nothing says that the request was made after it.
    """
    kept = support
    tried = None
    while tried != kept:
        tried = kept
        for name in sorted(kept, key=at.order, reverse=True):
            if _forces_finding(kept - {name}, evaluation, at):
                kept -= {name}
    return kept


def _facts_that_choose(evaluation: Evaluation, roles: Roles, at: Situation) -> Support:
    """Return the stated facts by which the governing edition was chosen."""
    names = [roles.treatment, roles.request_date, roles.service_date, roles.retrospective]
    chosen = {base for name in names for base in _stated_facts_behind(name, at)}
    passed = [(p.edition.governs, p.known, Truth.FALSE) for p in evaluation.passed if p.governs_because is not None]
    own = [(c.edition.governs, c.known, Truth.TRUE) for c in evaluation.candidates]
    for condition, known, truth in (*passed, *own):
        if condition is not None:
            found = supports(condition, truth, known, at)
            chosen |= found[0] if found else frozenset()
    return frozenset(chosen)


def _supports_of_finding(candidate: Candidate, finding: Finding, at: Situation) -> list[Support]:
    if finding is Finding.DOES_NOT_MEET:
        return [support for failing in _failing_goals(candidate) for support in supports(*failing, candidate.known, at)]
    wanted = [supports(goal, Truth.TRUE, candidate.known, at) for goal in goals(candidate)]
    exceeded = [_exceeded_goal(limit.rule) for limit in candidate.limits if limit.is_failed]
    wanted += [supports(goal, Truth.TRUE, candidate.known, at) for goal in exceeded]
    return joined_supports([found for found in wanted if found])


def _failing_goals(candidate: Candidate) -> Iterator[tuple[Condition, Truth]]:
    for criterion in candidate.criteria:
        if criterion.status is Status.NOT_MET and not criterion.rule.advisory:
            rule = criterion.rule
            failing = rule.met_when if rule.applies_when is None else AnyOf((Not(rule.applies_when), rule.met_when))
            yield failing, Truth.FALSE
    for limit in candidate.limits:
        if limit.status is LimitStatus.NONE_LEFT:
            yield _exceeded_goal(limit.rule), Truth.TRUE


def _exceeded_goal(rule: LimitRule) -> Condition:
    return Not(limit_goal(rule))


def supports(condition: Condition, truth: Truth, known: Mapping[str, Known], at: Situation) -> list[Support]:
    """Return the sets of stated facts each of which already gives the condition this truth; none if it has another."""
    match condition:
        case Leaf():
            return _supports_of_leaf(condition, truth, known, at)
        case Not(part):
            return supports(part, negation(truth), known, at)
        case AllOf(parts) | AnyOf(parts) | AtLeastOf(_, parts):
            below = [found for part in parts if (found := supports(part, truth, known, at))]
            needed = parts_needed(condition, truth)
            return _smallest_supports(s for chosen in combinations(below, needed) for s in joined_supports(chosen))
        case _:
            assert_never(condition)


def _supports_of_leaf(leaf: Leaf, truth: Truth, known: Mapping[str, Known], at: Situation) -> list[Support]:
    of_fact = known[leaf.fact]
    if truth_of_test(leaf.test, of_fact, VALUES) is not truth:
        return []
    formula = at.formulas.get(leaf.fact)
    own = [frozenset({leaf.fact})] if formula is not None and leaf.fact in at.stated else []
    if isinstance(formula, ByCondition):
        holds = Truth.TRUE if of_fact.values == Choice(frozenset({True})) else Truth.FALSE
        return _smallest_supports([*own, *supports(formula.condition, holds, known, at)])
    return _smallest_supports([*own, frozenset(_stated_facts_behind(leaf.fact, at))])


def _stated_facts_behind(name: str, at: Situation) -> list[str]:
    if name not in at.known:
        return []
    own = [name] if name in at.stated else []
    return [*own, *(base for base in at.base_facts(name) if base in at.stated)]
