"""A condition with the truth of every part, as the facts of one case give it, and why it is open."""

from collections.abc import Iterable, Mapping, Sequence

from mtus_engine.engine.memo import Memo
from mtus_engine.meaning.conditions import fold, joined_truth, truth_of_test
from mtus_engine.meaning.standings import Why, firm_truth, why_open
from mtus_engine.meaning.values import VALUES
from mtus_engine.model.condition import Condition, JoinedCondition, Leaf
from mtus_engine.model.fact import Because, Known
from mtus_engine.model.trace import Branch
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import ANYTHING

Facts = Mapping[str, Known]


def annotated_condition(condition: Condition, known: Facts) -> Branch:
    """Return the condition with the truth of every part; none is skipped, whatever the others say."""

    def of_leaf(leaf: Leaf) -> Branch:
        of_fact = known[leaf.fact]
        truth = truth_of_test(leaf.test, of_fact, VALUES)
        return Branch(leaf, truth, firm_truth(truth, of_fact, VALUES))

    return fold(condition, of_leaf, _joined_branch)


def _joined_branch(condition: JoinedCondition, parts: Sequence[Branch]) -> Branch:
    truth = joined_truth(condition, [part.truth for part in parts], VALUES)
    firm = joined_truth(condition, [part.firm for part in parts], VALUES)
    return Branch(condition, truth, firm, tuple(parts))


def undetermined_facts(branch: Branch) -> tuple[str, ...]:
    """Return the facts whose tests are undetermined in this part, in the order of the text."""
    found: dict[str, None] = {}
    _collect(branch, found)
    return tuple(found)


def _collect(branch: Branch, found: dict[str, None]) -> None:
    condition, truth, _, parts = branch
    if parts:
        for part in parts:
            _collect(part, found)
    elif truth is Truth.UNDETERMINED and isinstance(condition, Leaf):
        found[condition.fact] = None


def reason_of(facts: Iterable[Known]) -> tuple[Because, bool]:
    """Return why these facts are open, and whether one of them was looked for and not found."""
    ways = frozenset([(fact.because, fact.looked_for) for fact in facts])
    return _REASONS.of(ways, ways)


def _reason(ways: frozenset[tuple[Because, bool]]) -> tuple[Because, bool]:
    return because_of(why_open([(True, Known(ANYTHING, *way)) for way in ways], VALUES))


_REASONS = Memo(_reason)


def because_of(why: Why[bool]) -> tuple[Because, bool]:
    """Return the reason that comes first, and whether something was looked for and not found."""
    if why.missing:
        return Because.NOT_DOCUMENTED, why.looked_for
    return (Because.CONFLICTING if why.conflicting else Because.IMPRECISE), why.looked_for
