"""The facts of one candidate edition, with what is known of them and how they are computed, to be put into words."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mtus_engine.compiler.definitions import inputs_of
from mtus_engine.model.determination import Candidate
from mtus_engine.model.fact import Fact, Known
from mtus_engine.model.formula import Derived, Formula, Mark
from mtus_engine.model.memo import ByIdentity
from mtus_engine.model.reach import reachable_names


class Lexicon(NamedTuple):
    """The facts of one candidate: what they are, what is known of them, how they are computed, and with which marks."""

    facts: Mapping[str, Fact]
    known: Mapping[str, Known]
    formulas: Mapping[str, Formula]
    marks: Mapping[str, Mark]

    def inputs(self, name: str) -> tuple[str, ...]:
        """Return the names of the facts that a fact is computed from; empty for a base fact."""
        return inputs_of(self.formulas[name]) if name in self.formulas else ()

    def with_inputs(self, names: Iterable[str]) -> list[str]:
        """Return the names of these facts and of all they are computed from, each once, without hidden facts."""
        return [name for name in reachable_names(names, self._facts_behind) if name in self.known and " " not in name]

    def _facts_behind(self, name: str) -> tuple[str, ...]:
        """Return the facts that a known fact is computed from, or the fact whose value is used in its place."""
        if name not in self.known:
            return ()
        stands_in = self.known[name].stands_in
        return self.inputs(name) if name in self.formulas or stands_in is None else (stands_in,)


def lexicon(facts: Mapping[str, Fact], known: Mapping[str, Known], derived: tuple[Derived, ...]) -> Lexicon:
    """Return the lexicon of facts with the definitions that compute some of them."""
    formulas, marks = _DEFINED.of(derived)
    return Lexicon(facts, known, formulas, marks)


def _formulas_and_marks(derived: tuple[Derived, ...]) -> tuple[Mapping[str, Formula], Mapping[str, Mark]]:
    return {entry.fact.name: entry.formula for entry in derived}, {entry.fact.name: entry.mark for entry in derived}


_DEFINED = ByIdentity(_formulas_and_marks)


def candidate_lexicon(candidate: Candidate) -> Lexicon:
    """Return the lexicon of one candidate."""
    return lexicon(candidate.edition.facts, candidate.known, candidate.edition.derived)
