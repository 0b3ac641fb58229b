"""What the examples beside the rules show of them: states of criteria and tests, table rows, limits, single effects."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mtus_engine.model.condition import Condition, Leaf, Not, joined, leaves, truth_of
from mtus_engine.model.determination import Candidate, CriterionResult, Determination, LimitResult, LimitStatus
from mtus_engine.model.fact import Known
from mtus_engine.model.ruleset import CriterionRule, Edition, Looked, Ruleset, TableRule
from mtus_engine.model.trace import Branch
from mtus_engine.model.truth import Truth, negation
from mtus_engine.model.values import Span

MET, NOT_MET, UNDETERMINED, NOT_APPLICABLE = "met", "not met", "undetermined", "not applicable"
_STATES = {Truth.TRUE: "true", Truth.FALSE: "false", Truth.UNDETERMINED: "undetermined"}
EFFECT = "alone decides"


class Goal(NamedTuple):
    """Something that an example can show: of a part of an edition (a criterion, its test, a row, a limit) a state."""

    edition: str
    rule: str
    part: str
    state: str

    def __str__(self) -> str:
        """Return the goal in words."""
        return f"{self.edition} {self.rule}{f', {self.part}' if self.part else ''}: {self.state}"


class Coverage(NamedTuple):
    """All goals of a ruleset in order, and those that no example reaches."""

    goals: tuple[Goal, ...]
    uncovered: tuple[Goal, ...]


def coverage(ruleset: Ruleset, determinations: Iterable[Determination]) -> Coverage:
    """Return what the determinations of the examples show of the encoded editions."""
    goals = tuple(goal for edition in encoded(ruleset) for goal in goals_of(edition))
    reached: set[Goal] = set()
    for determination in determinations:
        for candidate in determination.evaluation.candidates:
            reached.update(reached_by(candidate))
    return Coverage(goals, tuple(goal for goal in goals if goal not in reached))


def encoded(ruleset: Ruleset) -> tuple[Edition, ...]:
    """Return the editions whose criteria are encoded."""
    return tuple(edition for edition in ruleset.editions if edition.not_encoded is None)


def goals_of(edition: Edition) -> Iterator[Goal]:
    """Yield what examples should show of an edition."""
    for criterion in edition.criteria:
        states = (MET, NOT_MET, UNDETERMINED, *((NOT_APPLICABLE,) if criterion.base is not None else ()))
        yield from (Goal(edition.key, criterion.id, "", state) for state in states)
        yield from _leaf_goals(edition, criterion)
    for limit in edition.limits:
        states = ("within", "at the cap", "over", UNDETERMINED)
        yield from (Goal(edition.key, limit.id, "", state) for state in states)
    for table in tables_of(edition):
        yield from (Goal(edition.key, table.id, f"row {row.id}", "hit") for row in table.rows)


def _leaf_goals(edition: Edition, criterion: CriterionRule) -> Iterator[Goal]:
    for leaf in dict.fromkeys(leaves(criterion.met_when)):
        states = ["true", "false", "undetermined"] if not _is_documented(leaf) else ["true", "undetermined"]
        yield from (Goal(edition.key, criterion.id, words_of(leaf), state) for state in states)
        if not _is_documented(leaf):
            yield Goal(edition.key, criterion.id, words_of(leaf), EFFECT)


def _is_documented(leaf: Leaf) -> bool:
    return leaf.test.words == "documented"


def words_of(leaf: Leaf) -> str:
    """Return a test in words."""
    return f"{leaf.fact} {leaf.test.words}"


def tables_of(edition: Edition) -> tuple[TableRule, ...]:
    """Return the decision tables that an edition's own figures are looked up in."""
    looked = (entry.formula.table for entry in edition.derived if isinstance(entry.formula, Looked))
    return tuple({table.id: table for table in looked}.values())


def reached_by(candidate: Candidate) -> Iterator[Goal]:
    """Yield the goals that one example reaches in an edition."""
    edition = candidate.edition
    for criterion in candidate.criteria:
        yield Goal(edition.key, criterion.rule.id, "", criterion.status.value.replace("_", " "))
        yield from _of_leaves(edition, criterion)
    for limit in candidate.limits:
        yield from (Goal(edition.key, limit.rule.id, "", state) for state in _of_limit(limit, candidate.known))
    for table in tables_of(edition):
        yield from (Goal(edition.key, table.id, f"row {row}", "hit") for row in _rows(table, candidate.known))


def _of_leaves(edition: Edition, criterion: CriterionResult) -> Iterator[Goal]:
    """Yield the truths of the tests, and those that alone decide: were one the other way, so were the criterion."""
    applies = criterion.applies is None or criterion.applies.truth is Truth.TRUE
    for branch in _leaf_branches(criterion.met):
        assert isinstance(branch.condition, Leaf)
        words = words_of(branch.condition)
        yield Goal(edition.key, criterion.rule.id, words, _STATES[branch.truth])
        if applies and branch.truth is not Truth.UNDETERMINED and criterion.met.truth is not Truth.UNDETERMINED:
            otherwise = _with(criterion.met, branch.condition, negation(branch.truth))
            if otherwise is negation(criterion.met.truth):
                yield Goal(edition.key, criterion.rule.id, words, EFFECT)


def _leaf_branches(branch: Branch) -> Iterator[Branch]:
    if not branch.parts:
        yield branch
    for part in branch.parts:
        yield from _leaf_branches(part)


def _with(branch: Branch, leaf: Condition, truth: Truth) -> Truth:
    """Return the truth of a condition were one of its tests of another truth."""
    condition = branch.condition
    if not branch.parts:
        return truth if condition == leaf else branch.truth
    truths = [_with(part, leaf, truth) for part in branch.parts]
    if isinstance(condition, Not):
        return negation(truths[0])
    assert not isinstance(condition, Leaf)
    return joined(condition, truths)


def _of_limit(limit: LimitResult, known: Mapping[str, Known]) -> Iterator[str]:
    match limit.status:
        case LimitStatus.WITHIN:
            yield "within"
            margin = known[limit.rule.margin].values
            if isinstance(margin, Span) and margin.point == 0:
                yield "at the cap"
        case LimitStatus.EXCEEDED | LimitStatus.NONE_LEFT:
            yield "over"
        case LimitStatus.UNDETERMINED:
            yield UNDETERMINED
        case LimitStatus.NOT_APPLICABLE:
            return


def _rows(table: TableRule, known: Mapping[str, Known]) -> Iterator[str]:
    """Yield the rows that hold for certain."""
    for row in table.rows:
        if row.when is None or truth_of(row.when, known) is Truth.TRUE:
            yield row.id


def counted(goals: Sequence[Goal], uncovered: Sequence[Goal]) -> dict[str, tuple[int, int]]:
    """Return, by kind of goal, how many are covered of how many."""
    missing = set(uncovered)
    counts: dict[str, tuple[int, int]] = {}
    for goal in goals:
        kind = kind_of(goal)
        covered, of = counts.get(kind, (0, 0))
        counts[kind] = (covered + (goal not in missing), of + 1)
    return counts


def kind_of(goal: Goal) -> str:
    """Return what kind of goal this is."""
    if goal.state == EFFECT:
        return "single effects of tests"
    if goal.state == "hit":
        return "table rows"
    if goal.part:
        return "truths of tests"
    return "states of criteria and limits"
