"""A condition with the truth of every part, as the facts of one case give it."""

from collections.abc import Callable, Iterable, Mapping

from mtus_engine.model.condition import AllOf, AnyOf, Condition, Leaf, Not, tester
from mtus_engine.model.fact import Because, Known
from mtus_engine.model.trace import Branch
from mtus_engine.model.truth import Truth, at_least, conjunction, disjunction, negation

Facts = Mapping[str, Known]
Annotator = Callable[[Facts], Branch]

_UNDETERMINED = Truth.UNDETERMINED

# Conditions of more parts, and more combinations of their truths, than these seldom come twice.
MOST_INTERNED = 6
MOST_MADE = 1024


def annotated(condition: Condition, known: Facts) -> Branch:
    """Return the condition with the truth of every part; none is skipped, whatever the others say."""
    return annotator(condition)(known)


def annotator(condition: Condition) -> Annotator:
    """Return the function that annotates one condition: taken apart once, run for many cases.

    A branch stays alive as long as the function does, so that equal parts are one object.
    """
    match condition:
        case Leaf(fact, test):
            truth_of = tester(test)
            true, false, open_ = (Branch(condition, truth, truth) for truth in (Truth.TRUE, Truth.FALSE, _UNDETERMINED))

            def leaf(known: Facts) -> Branch:
                of_fact = known[fact]
                truth = truth_of(of_fact)
                if truth is _UNDETERMINED:
                    return open_
                if of_fact.is_presumed:
                    return presumed[truth]
                return true if truth is Truth.TRUE else false

            presumed = {truth: Branch(condition, truth, _UNDETERMINED) for truth in (Truth.TRUE, Truth.FALSE)}

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

    def of(parts: tuple[Branch, ...]) -> Branch:
        return Branch(condition, join([part[1] for part in parts]), join([part[2] for part in parts]), parts)

    if len(of_parts) > MOST_INTERNED:
        return lambda known: of(tuple([of_part(known) for of_part in of_parts]))

    # The same truths of the parts give the same branch: it is made once, and later cases only find it.
    made: dict[tuple[int, ...], Branch] = {}

    def joined(known: Facts) -> Branch:
        parts = tuple([of_part(known) for of_part in of_parts])
        key = tuple([id(part) for part in parts])
        branch = made.get(key)
        if branch is None:
            branch = of(parts)
            if len(made) < MOST_MADE:
                made[key] = branch
        return branch

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
