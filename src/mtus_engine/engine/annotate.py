"""A condition with the truth of every part, as the facts of one case give it."""

from collections.abc import Iterable, Mapping

from mtus_engine.model.condition import Condition, Leaf, Not, joined, truth_of_test
from mtus_engine.model.fact import Because, Known
from mtus_engine.model.trace import Branch
from mtus_engine.model.truth import Truth, negation

Facts = Mapping[str, Known]


def annotated(condition: Condition, known: Facts) -> Branch:
    """Return the condition with the truth of every part; none is skipped, whatever the others say."""
    match condition:
        case Leaf(fact, test):
            truth = truth_of_test(test, known[fact])
            return Branch(condition, truth, Truth.UNDETERMINED if known[fact].is_presumed else truth)
        case Not(inner):
            part = annotated(inner, known)
            return Branch(condition, negation(part.truth), negation(part.firm), (part,))
        case _:
            parts = tuple([annotated(part, known) for part in condition.parts])
            truth = joined(condition, [part.truth for part in parts])
            return Branch(condition, truth, joined(condition, [part.firm for part in parts]), parts)


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


def reason(names: Iterable[str], known: Facts) -> tuple[Because, bool]:
    """Return why facts leave something undetermined, and whether one of them was looked for and not found."""
    return reason_of([known[name] for name in names])


def reason_of(facts: Iterable[Known]) -> tuple[Because, bool]:
    """Return why these facts are open, and whether one of them was looked for and not found.

    What is not documented comes first: it is what a question to the provider can mend. Where none is
    open, a length was given in another unit: a month is 28 to 31 days.
    """
    looked_for = missing = conflicting = False
    because = Because.IMPRECISE
    for fact in facts:
        looked_for = looked_for or fact.looked_for
        missing = missing or fact.because is Because.NOT_DOCUMENTED
        conflicting = conflicting or fact.because is Because.CONFLICTING
    if missing:
        because = Because.NOT_DOCUMENTED
    elif conflicting:
        because = Because.CONFLICTING
    return because, looked_for
