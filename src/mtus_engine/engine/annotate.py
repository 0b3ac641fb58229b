"""A condition with the truth of every part, as the facts of one case give it."""

from collections.abc import Callable, Iterable, Mapping

from mtus_engine.model.condition import AllOf, AnyOf, Condition, Leaf, Not, tester
from mtus_engine.model.fact import Because, Known
from mtus_engine.model.trace import Branch
from mtus_engine.model.truth import Truth, at_least, conjunction, disjunction, negation

Facts = Mapping[str, Known]
Annotator = Callable[[Facts], Branch]

_UNDETERMINED = Truth.UNDETERMINED


def annotated(condition: Condition, known: Facts) -> Branch:
    """Return the condition with the truth of every part; none is skipped, whatever the others say."""
    return annotator(condition)(known)


def annotator(condition: Condition) -> Annotator:
    """Return the function that annotates one condition: taken apart once, run for many cases."""
    match condition:
        case Leaf(fact, test):
            truth_of = tester(test)

            def leaf(known: Facts) -> Branch:
                of_fact = known[fact]
                truth = truth_of(of_fact)
                return Branch(condition, truth, _UNDETERMINED if of_fact.is_presumed else truth, ())

            return leaf
        case Not(inner):
            of_part = annotator(inner)

            def not_(known: Facts) -> Branch:
                part = of_part(known)
                return Branch(condition, negation(part.truth), negation(part.firm), (part,))

            return not_
        case _:
            return _joined(condition, tuple(annotator(part) for part in condition.parts))


def _joined(condition: Condition, of_parts: tuple[Annotator, ...]) -> Annotator:
    match condition:
        case AllOf():
            join = conjunction
        case AnyOf():
            join = disjunction
        case _:
            n = getattr(condition, "n", 1)

            def join(truths: Iterable[Truth]) -> Truth:
                return at_least(n, truths)

    def joined(known: Facts) -> Branch:
        parts = tuple([of_part(known) for of_part in of_parts])
        truth = join([part[1] for part in parts])
        firms = [part[2] for part in parts]
        return Branch(condition, truth, join(firms), parts)

    return joined


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
    elif truth is _UNDETERMINED and isinstance(condition, Leaf):
        found[condition.fact] = None


def reason(names: Iterable[str], known: Facts) -> tuple[Because, bool]:
    """Return why facts leave something undetermined, and whether one of them was looked for and not found."""
    return reason_of([known[name] for name in names])


def reason_of(facts: Iterable[Known]) -> tuple[Because, bool]:
    """Return why these facts are open, and whether one of them was looked for and not found.

    What is not documented comes first: it is what a question to the provider can mend.
    """
    looked_for = missing = conflicting = False
    because = Because.NOT_DOCUMENTED
    for fact in facts:
        because = Because.IMPRECISE
        looked_for = looked_for or fact.looked_for
        missing = missing or fact.because is Because.NOT_DOCUMENTED
        conflicting = conflicting or fact.because is Because.CONFLICTING
    if missing:
        because = Because.NOT_DOCUMENTED
    elif conflicting:
        because = Because.CONFLICTING
    return because, looked_for
