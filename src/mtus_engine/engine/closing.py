"""Derived facts, settled between two strata of rules from the heads concluded so far and from other facts."""

from collections.abc import Callable, Mapping, Sequence

from mtus_engine.compiler.definitions import inputs_of
from mtus_engine.compiler.targets.horn.formula import Head
from mtus_engine.engine.annotate import prepared_condition, reason_of
from mtus_engine.engine.derive import truths_of_rows
from mtus_engine.engine.failure import EngineFailure, disagreement
from mtus_engine.engine.shared import FigureInputs, Shared
from mtus_engine.engine.standing import READ, Progress, Recalled
from mtus_engine.engine.statements import is_narrower
from mtus_engine.meaning.formulas import values_of
from mtus_engine.meaning.values import VALUES
from mtus_engine.model.condition import Condition, fact_names
from mtus_engine.model.fact import Because, Fact, Known
from mtus_engine.model.formula import ByCondition, Derived, Formula, Given, Looked
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import Values, hull, is_settled, is_within

Closing = Callable[[Progress], Known]
TruthReader = Callable[[set[int]], Truth]


class Heads:
    """The heads of one program, which are what its rules conclude, by number: what fired is a set of numbers."""

    def __init__(self, label: str, shared: Shared) -> None:
        """Begin without heads; label names the program in failures, shared is what programs share."""
        self._label = label
        self.shared = shared
        self._numbers: dict[Head, int] = {}

    def number(self, head: Head) -> int:
        """Return the head's number, a new one where it has none."""
        return self._numbers.setdefault(head, len(self._numbers))

    def truth_reader(self, subject: str) -> TruthReader:
        """Return the function that reads a subject's truth: undetermined where neither head was concluded."""
        true, false = self.number(Head(subject, Truth.TRUE)), self.number(Head(subject, Truth.FALSE))
        label = self._label

        def truth(fired: set[int]) -> Truth:
            if true in fired:
                if false in fired:
                    raise EngineFailure(f"{subject} is both true and false in {label}")
                return Truth.TRUE
            return Truth.FALSE if false in fired else Truth.UNDETERMINED

        return truth


def fact_settler(entry: Derived, heads: Heads) -> Closing:
    """Return the function that settles a derived fact, by its definition and by what sources say of it."""
    name = entry.fact.name
    by_definition = (
        _condition_settler(entry, heads) if isinstance(entry.formula, ByCondition) else _figure_settler(entry, heads)
    )

    def close(progress: Progress) -> Known:
        of_fact = by_definition(progress)
        stated = progress.known.get(name)
        return of_fact if stated is None else with_statements(of_fact, stated, entry.fact)

    return close


def with_statements(of_fact: Known, stated: Known, fact: Fact) -> Known:
    """Return a derived fact with the statements about it: they stand where it is open, else they may conflict."""
    if not stated.is_narrowed:
        return of_fact._replace(statements=stated.statements, looked_for=of_fact.looked_for or stated.looked_for)
    if not of_fact.is_narrowed or is_within(stated.values, of_fact.values):
        return stated
    both = hull(stated.values, of_fact.values)
    return Known(both, Because.CONFLICTING, False, is_narrower(both, fact.domain), statements=stated.statements)


def _condition_settler(entry: Derived, heads: Heads) -> Closing:
    assert isinstance(entry.formula, ByCondition)
    name, condition, domain = entry.fact.name, entry.formula.condition, entry.fact.domain
    truth_of = heads.truth_reader(name)
    names = fact_names(condition)

    def defined(of_names: list[Known]) -> tuple[Truth, Known]:
        return known_by_condition(condition, domain, dict(zip(names, of_names, strict=True)))

    memo = heads.shared.conditions_of(entry, defined)

    def recalled_by_values(known: Mapping[str, Known]) -> tuple[Truth, Known]:
        of_names = [known[name] for name in names]
        return memo.of(tuple([one[:READ] for one in of_names]), of_names)

    recalled = Recalled(names, recalled_by_values)

    def close(progress: Progress) -> Known:
        traced, of_fact = recalled.of(progress.known, progress.numbers)
        truth = truth_of(progress.fired)
        if traced is not truth:
            raise disagreement(name, truth, traced, "trace")
        return of_fact

    return close


def known_by_condition(condition: Condition, domain: Values, known: Mapping[str, Known]) -> tuple[Truth, Known]:
    """Return the truth of a condition, and what is known of the fact that it defines."""
    truth, because, looked_for, is_presumed = prepared_condition(condition).standing(known)
    if truth is Truth.UNDETERMINED:
        return truth, Known(domain, because, looked_for)
    return truth, Known(VALUES.flag(truth), because, is_narrowed=True, is_presumed=is_presumed)


def known_by_figures(
    fact: Fact, formula: Formula, inputs: Sequence[str], of_inputs: Sequence[Known], rows: Mapping[str, Truth]
) -> Known:
    """Return what is known of a fact that is computed from its inputs; rows are the truths of the table read."""
    values = values_of(fact, formula, dict(zip(inputs, of_inputs, strict=True)), rows, VALUES)
    narrowed = is_narrower(values, fact.domain)
    presumed = narrowed and any(one.is_presumed for one in of_inputs)
    if is_settled(values):
        return Known(values, Because.PRESUMED if presumed else Because.STATED, False, True, presumed)
    because, looked_for = reason_of([one for one in of_inputs if not is_settled(one.values)])
    return Known(values, because, looked_for, narrowed, presumed)


def _figure_settler(entry: Derived, heads: Heads) -> Closing:
    assert not isinstance(entry.formula, ByCondition)
    formula = entry.formula
    inputs = inputs_of(formula)
    ids, rows = _row_readers(formula, heads)

    def settled(read: FigureInputs) -> Known:
        of_inputs, truths = read
        of_rules = dict(zip(ids, truths, strict=True))
        for id_, folded in truths_of_rows(formula, dict(zip(inputs, of_inputs, strict=True))).items():
            if of_rules[id_] is not folded:
                raise disagreement(id_, of_rules[id_], folded, "fold")
        return known_by_figures(entry.fact, formula, inputs, of_inputs, of_rules)

    memo = heads.shared.figures_of(entry, settled)

    def close(progress: Progress) -> Known:
        of_inputs = [progress.known[name] for name in inputs]
        truths = [truth(progress.fired) for truth in rows]
        key = (*[(one[:READ], not one.statements) for one in of_inputs], *truths)
        return memo.of(key, (of_inputs, truths))

    return close


def _row_readers(formula: Formula, heads: Heads) -> tuple[tuple[str, ...], tuple[TruthReader, ...]]:
    """Return the rows of the table that is read, if any, and how to read the truth of each."""
    if not isinstance(formula, Looked | Given):
        return (), ()
    rows = formula.table.rows
    return tuple(row.id for row in rows), tuple(
        _always_true if row.when is None else heads.truth_reader(row.id) for row in rows
    )


def _always_true(fired: set[int]) -> Truth:  # noqa: ARG001 - a row without a condition reads nothing
    return Truth.TRUE
