"""Which questions to the provider are alternatives: an answer to one of them is enough."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, islice, product
from typing import NamedTuple, assert_never

from mtus_engine.compiler.definitions import inputs_of
from mtus_engine.meaning.conditions import truth_of
from mtus_engine.meaning.values import VALUES
from mtus_engine.model.condition import AllOf, AnyOf, AtLeastOf, Condition, Leaf, Not, fact_names, parts_needed
from mtus_engine.model.determination import Candidate, Evaluation, Status
from mtus_engine.model.explanation import Explanation
from mtus_engine.model.formula import ByCondition, Formula
from mtus_engine.model.reach import reachable_names
from mtus_engine.model.truth import Truth, negation

# More ways to give a condition its truth are no alternatives that a letter could list.
MOST_WAYS = 40

# The facts of each option of a group.
Options = tuple[tuple[str, ...], ...]


class Asking(NamedTuple):
    """What is asked at once: one question, or options of which one is enough, each of one question or several."""

    options: Options


def askings(evaluation: Evaluation, explanation: Explanation) -> tuple[Asking, ...]:
    """Return the questions in their order; those stand together that every rule waiting for them takes as alternatives.

    A rule is a criterion to be met, or a limit that may be lifted.
    """
    waits = {question.fact: question.waits for question in explanation.questions}
    of_rules: dict[str, list[Options]] = {}
    for candidate in evaluation.candidates:
        for id_, options in _groups_of_rules(candidate, waits):
            of_rules.setdefault(id_, []).append(options)
    grouped: dict[str, Asking] = {}
    for options in (one for groups in of_rules.values() for one in groups):
        facts = [fact for option in options for fact in option]
        waiting = {id_ for fact in facts for id_ in waits[fact]}
        are_alternatives = all(options in of_rules.get(id_, ()) for id_ in waiting)
        if are_alternatives and grouped.keys().isdisjoint(facts):
            grouped |= dict.fromkeys(facts, Asking(options))
    ordered = [grouped.get(question.fact, Asking(((question.fact,),))) for question in explanation.questions]
    return tuple(dict.fromkeys(ordered))


def _groups_of_rules(candidate: Candidate, waits: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, Options]]:
    """Yield, with the id of each open criterion or limit, options of which one is enough."""
    formulas = {entry.fact.name: entry.formula for entry in candidate.edition.derived}
    wanted = [(c.rule.id, c.rule.met_when, Truth.TRUE) for c in candidate.criteria if c.status is Status.UNDETERMINED]
    wanted += [(x.rule.id, x.rule.active, Truth.FALSE) for x in candidate.limits if x.rule.active is not None]
    for id_, condition, truth in wanted:
        for alternatives in _alternatives(condition, truth, candidate, formulas):
            kept = tuple(tuple(fact for fact in option if fact in waits) for option in alternatives)
            named = [fact for option in kept for fact in option]
            if len(kept) > 1 and all(kept) and len(set(named)) == len(named):
                yield id_, kept


def _alternatives(
    condition: Condition, want: Truth, candidate: Candidate, formulas: Mapping[str, Formula]
) -> Iterator[list[list[str]]]:
    """Yield the base facts of the open parts of which one would be enough, alternative by alternative."""
    match condition:
        case Leaf(fact):
            formula = formulas.get(fact)
            if isinstance(formula, ByCondition):
                yield from _alternatives(formula.condition, want, candidate, formulas)
        case Not(part):
            yield from _alternatives(part, negation(want), candidate, formulas)
        case AllOf(parts) | AnyOf(parts) | AtLeastOf(_, parts):
            open_, needed = _open_parts(condition, parts, want, candidate)
            ways = _smallest_ways(condition, want, candidate, formulas) if needed == 1 and len(open_) > 1 else []
            if len(ways) > 1 and len({fact for way in ways for fact in way}) == sum(map(len, ways)):
                # What one of them takes no other does: they can be told apart.
                yield ways
            else:
                for part in open_:
                    yield from _alternatives(part, want, candidate, formulas)
        case _:
            assert_never(condition)


def _open_parts(
    condition: AllOf | AnyOf | AtLeastOf, parts: Sequence[Condition], want: Truth, candidate: Candidate
) -> tuple[list[Condition], int]:
    """Return the open parts of a condition, and how many of them must come out as wanted for it to do so."""
    truths = [(part, truth_of(part, candidate.known, VALUES)) for part in parts]
    open_ = [part for part, truth in truths if truth is Truth.UNDETERMINED]
    return open_, parts_needed(condition, want) - sum(truth is want for _, truth in truths)


def _smallest_ways(
    condition: Condition, want: Truth, candidate: Candidate, formulas: Mapping[str, Formula]
) -> list[list[str]]:
    """Return the sets of base facts that can give a condition its truth, those left out that hold a smaller one.

    Where there are more ways than a person would tell apart there are none.
    """
    found = list(dict.fromkeys(islice(_ways(condition, want, candidate, formulas), MOST_WAYS + 1)))
    if len(found) > MOST_WAYS:
        return []
    return [list(way) for way in found if not any(set(other) < set(way) for other in found)]


def _ways(
    condition: Condition, want: Truth, candidate: Candidate, formulas: Mapping[str, Formula]
) -> Iterator[tuple[str, ...]]:
    """Yield the base facts of each way to give an open condition its truth; of a settled one there is nothing to do."""
    if truth_of(condition, candidate.known, VALUES) is not Truth.UNDETERMINED:
        yield ()
        return
    match condition:
        case Leaf(fact):
            formula = formulas.get(fact)
            if isinstance(formula, ByCondition):
                yield from _ways(formula.condition, want, candidate, formulas)
            else:
                yield tuple(base_facts_behind(condition, formulas))
        case Not(part):
            yield from _ways(part, negation(want), candidate, formulas)
        case AllOf(parts) | AnyOf(parts) | AtLeastOf(_, parts):
            open_, needed = _open_parts(condition, parts, want, candidate)
            for chosen in combinations(open_, needed):
                for joined in product(*(_ways(part, want, candidate, formulas) for part in chosen)):
                    yield tuple(dict.fromkeys(fact for way in joined for fact in way))
        case _:
            assert_never(condition)


def base_facts_behind(condition: Condition, formulas: Mapping[str, Formula]) -> Iterator[str]:
    """Yield the base facts behind a condition, each once."""
    behind = reachable_names(fact_names(condition), lambda name: inputs_of(formulas[name]) if name in formulas else ())
    yield from (name for name in behind if name not in formulas)
