"""Definitions: derived facts with their formulas, ordered so that inputs come first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import assert_never

from mtus_engine.compiler.conditions import ConditionReader
from mtus_engine.compiler.problems import Misfit, Place, Problems
from mtus_engine.model.condition import fact_names
from mtus_engine.model.diagnostic import did_you_mean
from mtus_engine.model.fact import Fact, Kind, domain_of
from mtus_engine.model.formula import (
    ByCondition,
    Derived,
    Difference,
    ElapsedTime,
    Formula,
    Given,
    Left,
    Looked,
    Margin,
    Operand,
    Product,
    Sum,
    TableRule,
)
from mtus_engine.model.guideline import Definition
from mtus_engine.model.memo import ByIdentity
from mtus_engine.model.reach import reachable_names

FUNCTIONS = ("met_when", "sum", "difference", "product", "elapsed", "lookup")


def given_name(fact: str) -> str:
    """Return the name of the hidden fact that tells whether a looked-up figure is given at all."""
    return f"{fact} given"


def defined_facts(
    definitions: Sequence[tuple[Definition, Place]],
    facts: Mapping[str, Fact],
    outputs: Mapping[str, Mapping[str, str]],
    problems: Problems,
) -> dict[str, Fact]:
    """Return the typed facts that the definitions add; outputs gives the kind of every output of each table."""
    defined: dict[str, Fact] = {}
    pending = {definition.fact: (definition, place) for definition, place in definitions}
    for definition, place in definitions:
        if definition.fact in facts or pending[definition.fact][0] is not definition:
            problems.add(
                place / "fact", "MT305", f"{definition.fact} is already a fact", "give one of the two another name"
            )
    known = dict(facts)
    while pending:
        # A definition can be typed only after its operands, so repeat until no further one can be typed.
        ready = [name for name, (definition, _) in pending.items() if _operands(definition) <= known.keys()]
        for name in ready or list(pending):
            definition, place = pending.pop(name)
            fact = _typed_fact(definition, place, known, outputs, len(known), problems) if ready else None
            if fact is not None:
                defined[name] = known[name] = fact
        if not ready:
            break
    for definition, _ in definitions:
        # Circular definitions and those with unknown facts are refused later; until then any type will do.
        defined.setdefault(definition.fact, _derived_fact(definition, Kind.INTEGER, len(known), None))
    return defined


def derived_fact(
    definition: Definition, tables: Mapping[str, TableRule], reader: ConditionReader, place: Place
) -> Derived | None:
    """Return the definition with its formula, or None (each mistake noted) where it is wrong."""
    formula = _formula(definition, tables, reader, place)
    if formula is None:
        return None
    mark = definition.mark
    return Derived(reader.facts[definition.fact], formula, definition.cite, mark)


def inputs_of(formula: Formula) -> tuple[str, ...]:
    """Return the names of the facts that a formula reads."""
    return _INPUTS.of(formula)


def _inputs_of(formula: Formula) -> tuple[str, ...]:
    match formula:
        case ByCondition(condition):
            return fact_names(condition)
        case Sum(operands) | Product(operands):
            return _names(operands)
        case Difference(minuend, subtrahend):
            return _names((minuend, subtrahend))
        case ElapsedTime(start, end):
            return (start, end)
        case Looked(table) | Given(table):
            conditions = [row.when for row in table.rows if row.when is not None]
            return tuple(dict.fromkeys(name for condition in conditions for name in fact_names(condition)))
        case Left(cap, counting, _):
            return (*_names((cap,)), *counting)
        case Margin(left, of, cap, counting, requested):
            whole = () if requested is None else (*_names((cap,)), *counting, requested)
            return tuple(dict.fromkeys((left, of, *whole)))
        case _:
            assert_never(formula)


_INPUTS = ByIdentity(_inputs_of)


def in_order(entries: Iterable[Derived]) -> tuple[Derived, ...]:
    """Return the definitions sorted so that each comes after those it reads; raises CycleError if circular."""
    by_name = {entry.fact.name: entry for entry in entries}
    sorter = TopologicalSorter({name: _inputs_among(entry, by_name) for name, entry in by_name.items()})
    return tuple(by_name[name] for name in sorter.static_order())


def circle_words(error: CycleError) -> str:
    """Return the circle spelled out: a needs b needs a."""
    return " needs ".join(reversed(error.args[1]))


def closure(names: Iterable[str], ordered: Sequence[Derived]) -> tuple[Derived, ...]:
    """Return those of the ordered definitions that the named facts need, in the same order."""
    by_name = {entry.fact.name: entry for entry in ordered}
    needed = set(reachable_names(names, lambda name: inputs_of(by_name[name].formula) if name in by_name else ()))
    return tuple(entry for entry in ordered if entry.fact.name in needed)


def _inputs_among(entry: Derived, by_name: Mapping[str, Derived]) -> list[str]:
    return [name for name in inputs_of(entry.formula) if name in by_name]


def _names(operands: Iterable[Operand]) -> tuple[str, ...]:
    return tuple(operand for operand in operands if isinstance(operand, str))


def _operands(definition: Definition) -> set[str]:
    """Return the names of the facts whose types decide the type of the definition."""
    operands: tuple[str | int, ...] = definition.sum or definition.difference or definition.product or ()
    return set(_names(operands))


def _typed_fact(
    definition: Definition,
    place: Place,
    known: Mapping[str, Fact],
    outputs: Mapping[str, Mapping[str, str]],
    order: int,
    problems: Problems,
) -> Fact | None:
    given = [name for name in FUNCTIONS if getattr(definition, name) is not None]
    if len(given) != 1:
        wrong = "no formula" if not given else "more than one formula: " + ", ".join(given)
        problems.add(place, "MT304", f"{definition.fact} has {wrong}", "write one of " + ", ".join(FUNCTIONS))
        return None
    try:
        kind = _kind(definition, known, outputs)
    except Misfit as misfit:
        at = place / given[0]
        problems.add(at if misfit.key is None else at / misfit.key, "MT304", str(misfit), misfit.cure)
        return None
    operands = [known[name] for name in _names(_sequence(definition))]
    return _derived_fact(definition, kind, order, operands[0].unit if operands else None)


def _sequence(definition: Definition) -> tuple[Operand, ...]:
    return definition.sum or definition.difference or definition.product or ()


def _derived_fact(definition: Definition, kind: Kind, order: int, unit: str | None) -> Fact:
    return Fact(
        definition.fact,
        kind,
        domain_of(kind, (), None, None),
        order,
        definition.label,
        question=definition.question,
        unit=definition.unit or (unit if kind is Kind.INTEGER else None),
        is_defined=True,
    )


def _kind(definition: Definition, known: Mapping[str, Fact], outputs: Mapping[str, Mapping[str, str]]) -> Kind:
    if definition.met_when is not None:
        return Kind.BOOLEAN
    if definition.elapsed is not None:
        return _elapsed_kind(definition.elapsed.from_, definition.elapsed.to, known)
    if definition.lookup is not None:
        return _output_kind(definition.lookup.table, definition.lookup.output, outputs)
    kinds = [Kind.INTEGER if isinstance(operand, int) else known[operand].kind for operand in _sequence(definition)]
    if definition.sum is not None and kinds[0] is Kind.DATE and set(kinds[1:]) == {Kind.PERIOD}:
        return Kind.DATE
    if definition.difference is not None and kinds in ([Kind.DATE, Kind.DATE], [Kind.PERIOD, Kind.PERIOD]):
        return Kind.INTEGER
    if set(kinds) != {Kind.INTEGER}:
        words = ", ".join(kind.value for kind in kinds)
        raise Misfit(
            f"these do not go together: {words}",
            "whole numbers; a date and periods (sum); two dates or two periods (difference)",
        )
    return Kind.INTEGER


def _elapsed_kind(start: str, end: str, known: Mapping[str, Fact]) -> Kind:
    for name in (start, end):
        fact = known.get(name)
        if fact is None or fact.kind is not Kind.DATE:
            raise Misfit(
                f"{name} is no date{'' if fact else did_you_mean(name, tuple(known))}",
                "elapsed: {from: date, to: date}",
            )
    return Kind.PERIOD


def _output_kind(table: str, output: str, outputs: Mapping[str, Mapping[str, str]]) -> Kind:
    if table not in outputs:
        raise Misfit(
            f"unknown table {table}{did_you_mean(table, tuple(outputs))}", "tables are listed under tables:", "table"
        )
    if output not in outputs[table]:
        raise Misfit(
            f"{table} has no output {output}{did_you_mean(output, tuple(outputs[table]))}",
            "outputs: " + ", ".join(outputs[table]),
            "output",
        )
    return Kind(outputs[table][output])


def _formula(
    definition: Definition, tables: Mapping[str, TableRule], reader: ConditionReader, place: Place
) -> Formula | None:
    if definition.met_when is not None:
        condition = reader.condition(definition.met_when, place / "met_when")
        return None if condition is None else ByCondition(condition)
    if definition.elapsed is not None:
        return ElapsedTime(definition.elapsed.from_, definition.elapsed.to)
    if definition.lookup is not None:
        table = tables.get(definition.lookup.table)
        return None if table is None else Looked(table, definition.lookup.output)
    operands = _sequence(definition)
    function = "sum" if definition.sum else "difference" if definition.difference else "product"
    unknown = [
        n
        for n, name in enumerate(operands)
        if isinstance(name, str) and not reader.known_fact(name, place / function / n)
    ]
    if unknown or not operands:
        return None
    if definition.difference is not None:
        return Difference(operands[0], operands[1])
    return Sum(operands) if definition.sum is not None else Product(operands)


def given_facts(entries: Iterable[Derived]) -> Iterator[Derived]:
    """Yield, for every looked-up figure, the hidden fact that tells whether the table gives it."""
    for entry in entries:
        if isinstance(entry.formula, Looked):
            fact = entry.fact
            label = f"{fact.label}: a figure in the table"
            hidden = Fact(
                given_name(fact.name),
                Kind.BOOLEAN,
                domain_of(Kind.BOOLEAN, (), None, None),
                fact.order,
                label,
                is_defined=True,
            )
            yield Derived(hidden, Given(entry.formula.table, entry.formula.output), entry.cite, entry.mark)
