"""What a rule document may name: facts, definitions and tables, its own and the shared ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError

from mtus_engine.compiler.conditions import ConditionReader
from mtus_engine.compiler.definitions import circle_words, defined_facts, derived_fact, given_facts, in_order
from mtus_engine.compiler.problems import Place, Problems
from mtus_engine.compiler.tables import table_rule
from mtus_engine.model.fact import Fact
from mtus_engine.model.formula import Derived, TableRule
from mtus_engine.model.guideline import Definition, Table


@dataclass(frozen=True, slots=True)
class Scope:
    """The facts, ordered definitions and tables that conditions in one place may use."""

    facts: Mapping[str, Fact]
    derived: tuple[Derived, ...] = ()
    tables: Mapping[str, TableRule] = field(default_factory=dict)
    outputs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def reader(self, problems: Problems) -> ConditionReader:
        """Return a reader of conditions on this scope's facts."""
        return ConditionReader(self.facts, problems)


Placed = Sequence[tuple[Sequence[Definition], Sequence[Table], Place]]


def widened_scope(scope: Scope, additions: Placed, problems: Problems) -> Scope:
    """Return the scope with further definitions and tables, every mistake in them noted."""
    definitions = [(d, place / "definitions" / n) for ds, _, place in additions for n, d in enumerate(ds)]
    tables = [(t, place / "tables" / n) for _, ts, place in additions for n, t in enumerate(ts)]
    outputs = dict(scope.outputs)
    for table, place in tables:
        if table.id in outputs:
            problems.add(place / "id", "MT306", f"there is another table {table.id}", "give it another id")
        outputs[table.id] = table.outputs
    facts = {**scope.facts, **defined_facts(definitions, scope.facts, outputs, problems)}
    reader = ConditionReader(facts, problems)
    rules = {table.id: table_rule(table, reader, place) for table, place in tables}
    known = {**scope.tables, **{id_: rule for id_, rule in rules.items() if rule is not None}}
    entries = [derived_fact(definition, known, reader, place) for definition, place in definitions]
    whole = [entry for entry in entries if entry is not None]
    ordered = _ordered_definitions([*scope.derived, *whole, *given_facts(whole)], definitions, problems)
    return Scope({**facts, **{entry.fact.name: entry.fact for entry in ordered}}, ordered, known, outputs)


def _ordered_definitions(
    entries: Sequence[Derived], definitions: Sequence[tuple[Definition, Place]], problems: Problems
) -> tuple[Derived, ...]:
    try:
        return in_order(entries)
    except CycleError as error:
        place = next((place for definition, place in definitions if definition.fact in error.args[1]), None)
        if place is not None:
            problems.add(
                place / "fact",
                "MT310",
                f"definitions go round in a circle: {circle_words(error)}",
                "let one of them rest on other facts",
            )
        return ()
