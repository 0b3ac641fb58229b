"""Derived facts computed again with some facts settled otherwise: for answers that ask what if."""

from collections.abc import Callable, Hashable, Mapping, Sequence

from mtus_engine.compiler.definitions import closure, inputs_of
from mtus_engine.engine.standing import READ
from mtus_engine.meaning.formulas import row_truths, values_of
from mtus_engine.meaning.values import VALUES
from mtus_engine.model.fact import Because, Known
from mtus_engine.model.formula import Derived, Formula, Given, Looked
from mtus_engine.model.memo import Memo
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import Values


class Definitions:
    """Definitions in order, for any number of cases; what they came to for inputs seen before is kept."""

    def __init__(self, derived: Sequence[Derived]) -> None:
        """Keep the definitions, each after those that it reads."""
        self._steps = {entry.fact.name: DefinitionStep(entry, _known) for entry in derived}
        self._derived = derived
        self._closures: dict[str, tuple[DefinitionStep, ...]] = {}
        self._between = Memo(self._steps_reached)

    def steps_for(self, name: str) -> "tuple[DefinitionStep, ...]":
        """Return the definitions on which a fact depends, its own last."""
        if name not in self._closures:
            self._closures[name] = tuple(self._steps[one.fact.name] for one in closure([name], self._derived))
        return self._closures[name]

    def steps_between(self, settled: frozenset[str], name: str) -> "tuple[DefinitionStep, ...]":
        """Return those of the definitions on which a fact depends that settled facts can change, but for their own."""
        return self._between.of((settled, name), (settled, name))

    def _steps_reached(self, between: tuple[frozenset[str], str]) -> "tuple[DefinitionStep, ...]":
        settled, name = between
        changed, reached = set(settled), []
        for step in self.steps_for(name):
            if step.entry.fact.name not in settled and not changed.isdisjoint(step.inputs):
                changed.add(step.entry.fact.name)
                reached.append(step)
        return tuple(reached)

    def known_in(self, known: Mapping[str, Known]) -> dict[str, Formula]:
        """Return, by fact, the formulas of the definitions that can be worked out from these facts."""
        return {
            name: step.entry.formula
            for name, step in self._steps.items()
            if name in known and all(one in known for one in step.inputs)
        }


class DefinitionStep:
    """One definition, and what it came to for inputs that were seen before."""

    __slots__ = ("_memo", "entry", "inputs")

    def __init__(self, entry: Derived, defined: Callable[[Derived, Mapping[str, Known]], Known]) -> None:
        """Keep the definition; defined works out what is known of its fact."""
        self.entry = entry
        self.inputs = inputs_of(entry.formula)
        self._memo: Memo[Mapping[str, Known], Known] = Memo(lambda known: defined(entry, known))

    def of(self, known: Mapping[str, Known]) -> Known:
        """Return what is known of the fact."""
        read = [known[name] for name in self.inputs]
        return self._memo.of(tuple([(one[:READ], not one.statements) for one in read]), known)


class Deriver:
    """Definitions over the facts of one case."""

    def __init__(self, known: Mapping[str, Known], definitions: Definitions) -> None:
        """Keep what is known of the facts, and the definitions."""
        self._known = known
        self._settling = SettledFacts(stand_ins(known))
        self._definitions = definitions
        self._as_it_is: dict[str, Mapping[str, Known]] = {}

    def values(self, name: str, settled: Mapping[str, Values]) -> Values:
        """Return a fact's values with the settled facts having those values instead of their own."""
        others = self._settling.of(settled)
        known = {**self._worked_out(name), **others}
        for step in self._definitions.steps_between(frozenset(others), name):
            known[step.entry.fact.name] = step.of(known)
        return known[name].values

    def read_for(self, name: str) -> Hashable:
        """Return all that a fact's values are worked out from: equal for cases in which nothing of it differs."""
        found = []
        for one in self._worked_out(name):
            known = self._known[one]
            of_other = self._known.get(known.stands_in or "")
            read_of_other = None if of_other is None else of_other[:READ]
            found.append((one, known[:READ], not known.statements, known.stands_in, read_of_other))
        return tuple(found)

    def _worked_out(self, name: str) -> Mapping[str, Known]:
        """Return what is read for a fact, its own value the last, while nothing is settled otherwise."""
        if name not in self._as_it_is:
            steps = self._definitions.steps_for(name)
            read = [name, *(one for step in steps for one in step.inputs)]
            known = {one: self._known[one] for one in read if one in self._known}
            for step in steps:
                known[step.entry.fact.name] = step.of(known)
            self._as_it_is[name] = known
        return self._as_it_is[name]


def stand_ins(known: Mapping[str, Known]) -> dict[str, str]:
    """Return, for each fact that another one stands in for, the name of that other."""
    return {name: of_fact.stands_in for name, of_fact in known.items() if of_fact.stands_in is not None}


class SettledFacts:
    """What is known of settled facts; a fact settled to the same values again is the same object, and so unchanged."""

    def __init__(self, stand_in: Mapping[str, str]) -> None:
        """Begin empty; stand_in names, for each fact that another one stands in for, that other."""
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


def _known(entry: Derived, known: Mapping[str, Known]) -> Known:
    """Return the values of a computed fact as if they were stated."""
    values = values_of(entry.fact, entry.formula, known, truths_of_rows(entry.formula, known), VALUES)
    return Known(values, Because.STATED, is_narrowed=True)


def truths_of_rows(formula: Formula, known: Mapping[str, Known]) -> dict[str, Truth]:
    """Return the truths of the rows of the table that a formula reads, if any, by their ids."""
    return row_truths(formula.table, known, VALUES) if isinstance(formula, Looked | Given) else {}
