"""Which questions to the provider are alternatives: an answer to one of them is enough."""

from collections.abc import Iterator, Mapping, Sequence
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


class Asking(NamedTuple):
    """What is asked at once: one question, or options of which one is enough, each of one question or several."""

    options: tuple[tuple[str, ...], ...]


def askings(evaluation: Evaluation, explanation: Explanation) -> tuple[Asking, ...]:
    """Return the questions in their order; alternatives that only one criterion waits for stand together."""
    waits = {question.fact: question.waits for question in explanation.questions}
    grouped: dict[str, Asking] = {}
    for candidate in evaluation.candidates:
        formulas = {entry.fact.name: entry.formula for entry in candidate.edition.derived}
        for criterion in candidate.criteria:
            if criterion.status is Status.UNDETERMINED:
                for options in _alternatives(criterion.rule.met_when, Truth.TRUE, candidate, formulas):
                    own = _group_of_options(options, waits, criterion.rule.id)
                    if own is not None and not any(fact in grouped for option in own.options for fact in option):
                        grouped |= {fact: own for option in own.options for fact in option}
    ordered = [grouped.get(question.fact, Asking(((question.fact,),))) for question in explanation.questions]
    return tuple(dict.fromkeys(ordered))


def _group_of_options(
    options: Sequence[Sequence[str]], waits: Mapping[str, tuple[str, ...]], id_: str
) -> Asking | None:
    """Return options as a group if every fact of them is asked for, once, and for this criterion alone; else None."""
    kept = [tuple(fact for fact in option if fact in waits) for option in options]
    named = [fact for option in kept for fact in option]
    is_whole = len(kept) > 1 and all(kept) and len(set(named)) == len(named)
    return Asking(tuple(kept)) if is_whole and all(waits[fact] == (id_,) for fact in named) else None


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
            truths = [(part, truth_of(part, candidate.known, VALUES)) for part in parts]
            open_ = [part for part, truth in truths if truth is Truth.UNDETERMINED]
            needed = parts_needed(condition, want) - sum(truth is want for _, truth in truths)
            if needed == 1 and len(open_) > 1:
                yield [list(base_facts_behind(part, formulas)) for part in open_]
            else:
                for part in open_:
                    yield from _alternatives(part, want, candidate, formulas)
        case _:
            assert_never(condition)


def base_facts_behind(condition: Condition, formulas: Mapping[str, Formula]) -> Iterator[str]:
    """Yield the base facts behind a condition, each once."""
    behind = reachable_names(fact_names(condition), lambda name: inputs_of(formulas[name]) if name in formulas else ())
    yield from (name for name in behind if name not in formulas)
