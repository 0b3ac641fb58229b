"""A condition with the truth of every part, as the facts of one case give it."""

from collections.abc import Iterable, Mapping

from mtus_engine.model.condition import AllOf, AnyOf, Condition, Leaf, Not, truth_of_test
from mtus_engine.model.fact import Because, Known
from mtus_engine.model.trace import Branch
from mtus_engine.model.truth import Truth, at_least, negation


def annotated(condition: Condition, known: Mapping[str, Known]) -> Branch:
    """Return the condition with the truth of every part; none is skipped, whatever the others say."""
    if isinstance(condition, Leaf):
        of_fact = known[condition.fact]
        truth = truth_of_test(condition.test, of_fact)
        firm = Truth.UNDETERMINED if of_fact.is_presumed else truth
        return Branch(condition, truth, firm)
    if isinstance(condition, Not):
        part = annotated(condition.part, known)
        return Branch(condition, negation(part.truth), negation(part.firm), (part,))
    parts = tuple([annotated(part, known) for part in condition.parts])
    n = len(parts) if isinstance(condition, AllOf) else 1 if isinstance(condition, AnyOf) else condition.n
    return Branch(condition, at_least(n, [p.truth for p in parts]), at_least(n, [p.firm for p in parts]), parts)


def undetermined_facts(branch: Branch) -> tuple[str, ...]:
    """Return the facts whose tests are undetermined in this part, in the order of the text."""
    if isinstance(branch.condition, Leaf):
        return (branch.condition.fact,) if branch.truth is Truth.UNDETERMINED else ()
    return tuple(dict.fromkeys(name for part in branch.parts for name in undetermined_facts(part)))


def reason(names: tuple[str, ...], known: Mapping[str, Known]) -> tuple[Because, bool]:
    """Return why facts leave something undetermined, and whether one of them was looked for and not found."""
    return reason_of(known[name] for name in names)


def reason_of(facts: Iterable[Known]) -> tuple[Because, bool]:
    """Return why these facts are open, and whether one of them was looked for and not found.

    What is not documented comes first: it is what a question to the provider can mend.
    """
    open_ = tuple(facts)
    looked_for = any(fact.looked_for for fact in open_)
    for because in (Because.NOT_DOCUMENTED, Because.CONFLICTING, Because.IMPRECISE):
        if any(fact.because is because for fact in open_):
            return because, looked_for
    return Because.NOT_DOCUMENTED if not open_ else Because.IMPRECISE, looked_for
