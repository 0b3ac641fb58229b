"""Derived facts computed again with some facts settled otherwise: for answers that ask what if."""

from collections.abc import Mapping, Sequence

from mtus_engine.compiler.definitions import closure
from mtus_engine.meaning.formulas import row_truths, values_of
from mtus_engine.meaning.values import VALUES
from mtus_engine.model.fact import Because, Known
from mtus_engine.model.ruleset import Derived, Given, Looked
from mtus_engine.model.values import Values


class Deriver:
    """The definitions of one edition over the facts of one case."""

    def __init__(self, known: Mapping[str, Known], derived: Sequence[Derived]) -> None:
        """Keep what is known of the facts, and the definitions in order."""
        self._known = known
        self._standing_in = standing_in(known)
        self._derived = derived
        self._closures: dict[str, tuple[Derived, ...]] = {}

    def values(self, name: str, settled: Mapping[str, Values]) -> Values:
        """Return a fact's values with the settled facts having those values instead of their own."""
        known = {**self._known, **settled_facts(settled, self._standing_in)}
        if name not in self._closures:
            self._closures[name] = closure([name], self._derived)
        for entry in self._closures[name]:
            if entry.fact.name not in settled:
                known[entry.fact.name] = Known(_values(entry, known), Because.STATED, is_narrowed=True)
        return known[name].values


def standing_in(known: Mapping[str, Known]) -> dict[str, str]:
    """Return, for each fact that another one stands in for, the name of that other."""
    return {name: of_fact.stands_in for name, of_fact in known.items() if of_fact.stands_in is not None}


def settled_facts(settled: Mapping[str, Values], stand_in: Mapping[str, str]) -> dict[str, Known]:
    """Return the settled facts as known, and with them those for which one of them stands in."""
    return SettledFacts(stand_in).of(settled)


class SettledFacts:
    """Settled facts as known; one that is settled alike again is the same object, so that no change is seen in it."""

    def __init__(self, stand_in: Mapping[str, str]) -> None:
        """Begin; stand_in names, for each fact that another one stands in for, that other."""
        self._stand_in = stand_in
        self._made: dict[str, tuple[Values, Known]] = {}

    def of(self, settled: Mapping[str, Values]) -> dict[str, Known]:
        """Return the settled facts, and with them those for which one of them stands in."""
        found = {name: self._known(name, values) for name, values in settled.items()}
        for name, other in self._stand_in.items():
            if other in settled and name not in settled:
                found[name] = found[other]._replace(stands_in=other)
        return found

    def _known(self, name: str, values: Values) -> Known:
        before = self._made.get(name)
        if before is not None and before[0] is values:
            return before[1]
        known = Known(values, Because.STATED, is_narrowed=True)
        self._made[name] = (values, known)
        return known


def _values(entry: Derived, known: Mapping[str, Known]) -> Values:
    formula = entry.formula
    rows = row_truths(formula.table, known, VALUES) if isinstance(formula, Looked | Given) else {}
    return values_of(entry.fact, formula, known, rows, VALUES)
