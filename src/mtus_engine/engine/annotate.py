"""A condition with the truth of every part, as the facts of one case give it, and why it is open."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from mtus_engine.meaning.conditions import fold, joiner, reader_of_test
from mtus_engine.meaning.ranks import ranked_condition
from mtus_engine.meaning.standings import Why, firm_truth, why_open
from mtus_engine.meaning.values import VALUES
from mtus_engine.model.condition import Condition, JoinedCondition, Leaf
from mtus_engine.model.fact import Because, Known
from mtus_engine.model.memo import ByIdentity, Memo
from mtus_engine.model.trace import Branch
from mtus_engine.model.truth import TRUTHS, Truth
from mtus_engine.model.values import ANYTHING

Facts = Mapping[str, Known]
Annotator = Callable[[Facts], Branch]


def annotated_condition(condition: Condition, known: Facts) -> Branch:
    """Return the condition with the truth of every part; none is skipped, whatever the others say."""
    return _ANNOTATORS.of(condition)(known)


def _annotator(condition: Condition) -> Annotator:
    return fold(condition, _leaf_annotator, _joined_annotator)


def _leaf_annotator(leaf: Leaf) -> Annotator:
    name, read = leaf.fact, reader_of_test(leaf.test, VALUES)

    def branch(known: Facts) -> Branch:
        of_fact = known[name]
        truth = read(of_fact)
        return Branch(leaf, truth, firm_truth(truth, of_fact, VALUES))

    return branch


def _joined_annotator(condition: JoinedCondition, parts: Sequence[Annotator]) -> Annotator:
    join = joiner(condition, VALUES)

    def branch(known: Facts) -> Branch:
        found = tuple([part(known) for part in parts])
        return Branch(condition, join([one.truth for one in found]), join([one.firm for one in found]), found)

    return branch


_ANNOTATORS = ByIdentity(_annotator)


class ConditionStanding(NamedTuple):
    """The truth of a condition, why it is so, and whether something was looked for and not found."""

    truth: Truth
    because: Because
    looked_for: bool
    is_presumed: bool


class PreparedCondition:
    """A condition ready to be read without its parts: its truth, and why it is open."""

    __slots__ = ("_rank", "_tests")

    def __init__(self, condition: Condition) -> None:
        """Prepare the condition for any number of cases."""
        tests, self._rank = ranked_condition(condition)
        self._tests = tuple([(name, reader_of_test(test, VALUES)) for name, test in tests])

    def truth(self, known: Facts) -> Truth:
        """Return the truth that the facts give."""
        return TRUTHS[self._rank([read(known[name]).rank for name, read in self._tests])]

    def standing(self, known: Facts) -> ConditionStanding:
        """Return the truth that the facts give, whether it rests on a presumption, and why it is open."""
        ranks = [read(known[name]).rank for name, read in self._tests]
        truth = TRUTHS[self._rank(ranks)]
        facts = [known[name] for name, _ in self._tests]
        if truth is Truth.UNDETERMINED:
            rank = truth.rank
            because, looked_for = reason_of([one for one, given in zip(facts, ranks, strict=True) if given == rank])
            return ConditionStanding(truth, because, looked_for, is_presumed=False)
        firm = [Truth.UNDETERMINED.rank if one.is_presumed else given for one, given in zip(facts, ranks, strict=True)]
        is_presumed = firm != ranks and TRUTHS[self._rank(firm)] is not truth
        return ConditionStanding(truth, Because.PRESUMED if is_presumed else Because.STATED, False, is_presumed)


_PREPARED = ByIdentity(PreparedCondition)


def prepared_condition(condition: Condition) -> PreparedCondition:
    """Return the condition ready to be read; what was prepared for the same condition before is used again."""
    return _PREPARED.of(condition)


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
