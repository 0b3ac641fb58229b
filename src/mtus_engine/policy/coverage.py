"""What the examples beside the rules show of them: states of criteria and tests, table rows, limits, single effects."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import NamedTuple, assert_never

from mtus_engine.meaning.conditions import fold, joined_truth
from mtus_engine.meaning.formulas import row_truths
from mtus_engine.meaning.values import VALUES
from mtus_engine.model.condition import Documented, JoinedCondition, Leaf, leaves
from mtus_engine.model.determination import Candidate, CriterionResult, Determination, LimitResult, LimitStatus, Status
from mtus_engine.model.fact import Known
from mtus_engine.model.formula import Looked, TableRule
from mtus_engine.model.ruleset import CriterionRule, Edition, Ruleset
from mtus_engine.model.trace import Branch
from mtus_engine.model.truth import Truth, negation
from mtus_engine.model.values import Span


class RuleState(Enum):
    """What an example can show of a part: how a criterion, test or limit stands, or that a row holds."""

    MET = "met"
    NOT_MET = "not met"
    UNDETERMINED = "undetermined"
    NOT_APPLICABLE = "not applicable"
    TRUE = "true"
    FALSE = "false"
    DECIDES = "alone decides"
    WITHIN = "within"
    AT_THE_CAP = "at the cap"
    OVER = "over"
    HIT = "hit"


class Goal(NamedTuple):
    """Something that an example can show: that a part of an edition is in a state.

    rule is the id of a criterion, limit or table; part the test of a criterion or the row of a table, None for the
    criterion or limit itself.
    """

    edition: str
    rule: str
    part: Leaf | str | None
    state: RuleState


class Coverage(NamedTuple):
    """All goals of a ruleset in order, and those that no example reaches."""

    goals: tuple[Goal, ...]
    uncovered: tuple[Goal, ...]


def coverage(ruleset: Ruleset, determinations: Iterable[Determination]) -> Coverage:
    """Return what the determinations of the examples show of the encoded editions."""
    goals = tuple(goal for edition in encoded_editions(ruleset) for goal in goals_of(edition))
    reached: set[Goal] = set()
    for determination in determinations:
        for candidate in determination.evaluation.candidates:
            reached.update(reached_by(candidate))
    return Coverage(goals, tuple(goal for goal in goals if goal not in reached))


def encoded_editions(ruleset: Ruleset) -> tuple[Edition, ...]:
    """Return the editions whose criteria are encoded."""
    return tuple(edition for edition in ruleset.editions if edition.not_encoded is None)


def goals_of(edition: Edition) -> Iterator[Goal]:
    """Yield what examples should show of an edition."""
    for criterion in edition.criteria:
        states = (RuleState.MET, RuleState.NOT_MET, RuleState.UNDETERMINED)
        lifted = (RuleState.NOT_APPLICABLE,) if criterion.base is not None else ()
        yield from (Goal(edition.key, criterion.id, None, state) for state in (*states, *lifted))
        yield from _leaf_goals(edition, criterion)
    for limit in edition.limits:
        states_of_limit = (RuleState.WITHIN, RuleState.AT_THE_CAP, RuleState.OVER, RuleState.UNDETERMINED)
        yield from (Goal(edition.key, limit.id, None, state) for state in states_of_limit)
    for table in tables_of(edition):
        yield from (Goal(edition.key, table.id, row.id, RuleState.HIT) for row in table.rows)


def _leaf_goals(edition: Edition, criterion: CriterionRule) -> Iterator[Goal]:
    for leaf in dict.fromkeys(leaves(criterion.met_when)):
        # The test whether a fact is documented is never false.
        states: tuple[RuleState, ...] = (RuleState.TRUE, RuleState.UNDETERMINED)
        if not isinstance(leaf.test, Documented):
            states = (RuleState.TRUE, RuleState.FALSE, RuleState.UNDETERMINED, RuleState.DECIDES)
        yield from (Goal(edition.key, criterion.id, leaf, state) for state in states)


def tables_of(edition: Edition) -> tuple[TableRule, ...]:
    """Return the decision tables that an edition's own figures are looked up in."""
    looked = (entry.formula.table for entry in edition.derived if isinstance(entry.formula, Looked))
    return tuple({table.id: table for table in looked}.values())


def reached_by(candidate: Candidate) -> Iterator[Goal]:
    """Yield the goals that one example reaches in an edition."""
    edition = candidate.edition
    for criterion in candidate.criteria:
        yield Goal(edition.key, criterion.rule.id, None, _of_criterion(criterion.status))
        yield from _of_leaves(edition, criterion)
    for limit in candidate.limits:
        yield from (Goal(edition.key, limit.rule.id, None, state) for state in _of_limit(limit, candidate.known))
    for table in tables_of(edition):
        yield from (Goal(edition.key, table.id, row, RuleState.HIT) for row in _rows(table, candidate.known))


def _of_criterion(status: Status) -> RuleState:
    match status:
        case Status.MET:
            return RuleState.MET
        case Status.NOT_MET:
            return RuleState.NOT_MET
        case Status.UNDETERMINED:
            return RuleState.UNDETERMINED
        case Status.NOT_APPLICABLE:
            return RuleState.NOT_APPLICABLE
        case _:
            assert_never(status)


def _of_truth(truth: Truth) -> RuleState:
    match truth:
        case Truth.TRUE:
            return RuleState.TRUE
        case Truth.FALSE:
            return RuleState.FALSE
        case Truth.UNDETERMINED:
            return RuleState.UNDETERMINED
        case _:
            assert_never(truth)


def _of_leaves(edition: Edition, criterion: CriterionResult) -> Iterator[Goal]:
    """Yield the truth of each test as a goal, and that it alone decides: its other truth would turn the criterion."""
    applies = criterion.applies is None or criterion.applies.truth is Truth.TRUE
    for leaf, truth in _leaf_truths(criterion.met):
        yield Goal(edition.key, criterion.rule.id, leaf, _of_truth(truth))
        settled = truth is not Truth.UNDETERMINED and criterion.met.truth is not Truth.UNDETERMINED
        if applies and settled and _truth_with(criterion.met, leaf, negation(truth)) is negation(criterion.met.truth):
            yield Goal(edition.key, criterion.rule.id, leaf, RuleState.DECIDES)


def _leaf_truths(branch: Branch) -> Iterator[tuple[Leaf, Truth]]:
    if isinstance(branch.condition, Leaf):
        yield branch.condition, branch.truth
    for part in branch.parts:
        yield from _leaf_truths(part)


def _truth_with(branch: Branch, leaf: Leaf, truth: Truth) -> Truth:
    """Return the truth that a condition would have if one of its tests had the truth given."""
    truths = {**dict(_leaf_truths(branch)), leaf: truth}

    def of_joined(condition: JoinedCondition, parts: Sequence[Truth]) -> Truth:
        return joined_truth(condition, parts, VALUES)

    return fold(branch.condition, truths.__getitem__, of_joined)


def _of_limit(limit: LimitResult, known: Mapping[str, Known]) -> Iterator[RuleState]:
    match limit.status:
        case LimitStatus.WITHIN:
            yield RuleState.WITHIN
            margin = known[limit.rule.margin].values
            if isinstance(margin, Span) and margin.point == 0:
                yield RuleState.AT_THE_CAP
        case LimitStatus.EXCEEDED | LimitStatus.NONE_LEFT:
            yield RuleState.OVER
        case LimitStatus.UNDETERMINED:
            yield RuleState.UNDETERMINED
        case LimitStatus.NOT_APPLICABLE:
            return
        case _:
            assert_never(limit.status)


def _rows(table: TableRule, known: Mapping[str, Known]) -> Iterator[str]:
    """Yield the ids of the rows that count for certain."""
    truths = row_truths(table, known, VALUES)
    for row in table.rows:
        if truths[row.id] is Truth.TRUE and all(truths[one.id] is Truth.FALSE for one in table.before(row)):
            yield row.id


def counts_by_kind(goals: Sequence[Goal], uncovered: Sequence[Goal]) -> dict[str, tuple[int, int]]:
    """Return, by kind of goal, how many goals are covered and how many there are."""
    missing = set(uncovered)
    counts: dict[str, tuple[int, int]] = {}
    for goal in goals:
        kind = kind_of(goal)
        covered, of = counts.get(kind, (0, 0))
        counts[kind] = (covered + (goal not in missing), of + 1)
    return counts


def kind_of(goal: Goal) -> str:
    """Return what kind of goal this is."""
    match goal.state:
        case RuleState.DECIDES:
            return "single effects of tests"
        case RuleState.HIT:
            return "table rows"
        case RuleState.TRUE | RuleState.FALSE:
            return "truths of tests"
        case (
            RuleState.MET
            | RuleState.NOT_MET
            | RuleState.NOT_APPLICABLE
            | RuleState.WITHIN
            | RuleState.AT_THE_CAP
            | RuleState.OVER
        ):
            return "states of criteria and limits"
        case RuleState.UNDETERMINED:
            return "truths of tests" if isinstance(goal.part, Leaf) else "states of criteria and limits"
        case _:
            assert_never(goal.state)
