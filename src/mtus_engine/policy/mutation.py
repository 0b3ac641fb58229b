"""Whether the examples notice small mistakes in the rules: each mutant is run until one of them comes out otherwise."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from mtus_engine.api import Checker, CheckOptions
from mtus_engine.engine.failure import EngineFailure
from mtus_engine.model.determination import Determination
from mtus_engine.model.ruleset import Edition, Ruleset
from mtus_engine.policy.coverage import encoded_editions
from mtus_engine.policy.examples import Named, determination_of_example, example_outcome
from mtus_engine.policy.mutants import Mutant, mutants


class Tried(NamedTuple):
    """A mutant, and the example that notices it: None where none does."""

    mutant: Mutant
    noticed_by: str | None


def mutants_of(ruleset: Ruleset, only: str = "") -> Iterator[Mutant]:
    """Yield the mutants of the encoded editions whose key holds the text of only."""
    for edition in encoded_editions(ruleset):
        if only in edition.key:
            yield from mutants(edition)


def tried_mutants(ruleset: Ruleset, examples: Sequence[Named], only: str = "") -> Iterator[Tried]:
    """Yield each mutant of the encoded editions whose key holds the text of only, with the first example to notice."""
    checker = Checker(ruleset)
    before = [(named, determination_of_example(named, checker)) for named in examples]
    for mutant in mutants_of(ruleset, only):
        key = mutant.edition.key
        touched = [(named, d) for named, d in before if _speaks_of(d, key)]
        yield Tried(mutant, _noticing_example(with_edition(ruleset, mutant.edition), touched))


def with_edition(ruleset: Ruleset, edition: Edition) -> Ruleset:
    """Return the ruleset with an edition in the place of the one with the same key."""
    return ruleset._replace(editions=tuple(edition if e.key == edition.key else e for e in ruleset.editions))


def _speaks_of(determination: Determination, key: str) -> bool:
    evaluation = determination.evaluation
    editions = (*(c.edition for c in evaluation.candidates), *(p.edition for p in evaluation.passed))
    return any(edition.key == key for edition in editions)


def _noticing_example(ruleset: Ruleset, touched: Sequence[tuple[Named, Determination]]) -> str | None:
    """Return the name of the first example that fails; one with the same determination as before is passed over."""
    checker = Checker(ruleset, CheckOptions())
    for named, before in touched:
        try:
            after = determination_of_example(named, checker)
            if _standing(after) != _standing(before) and example_outcome(named, checker).differences:
                return named.example.name
        except EngineFailure:
            return named.example.name
    return None


def _standing(determination: Determination) -> tuple[object, ...]:
    evaluation = determination.evaluation
    return (
        evaluation.finding,
        evaluation.units,
        determination.text_only,
        tuple(
            (c.edition.key, *(r.status for r in c.criteria), *((r.status, r.left) for r in c.limits))
            for c in evaluation.candidates
        ),
    )


def is_equivalent(ruleset: Ruleset, survivor: Mutant, never_differs: Callable[[Ruleset, Ruleset], bool]) -> bool:
    """Return whether it is proved that a mutant gives the same finding on every case."""
    return never_differs(ruleset, with_edition(ruleset, survivor.edition))
