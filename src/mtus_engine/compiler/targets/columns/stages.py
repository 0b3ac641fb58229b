"""Columns in the order in which they can be worked out."""

from collections.abc import Iterable

import ibis
from ibis import Deferred, _

from mtus_engine.compiler.targets.columns.terms import Column, Value


class Stages:
    """Columns in the order in which they can be worked out: each stage may read all before it."""

    def __init__(self) -> None:
        """Begin without any."""
        self._stages: list[dict[str, Column]] = []
        self._count = 0

    def named(self, value: Value) -> Value:
        """Return a reference to a column that is worked out once; what holds for every row stays."""
        if not isinstance(value, Column) or value.is_plain:
            return value
        if value.negates is not None:
            # Ibis may put the expression in the place of its name again: no name stands for an opposite.
            # It is of the value's own type, as the reference below.
            return ~self.named(value.negates)  # type: ignore[return-value]
        self._count += 1
        name = f"__{self._count}"
        while len(self._stages) <= value.stage:
            self._stages.append({})
        self._stages[value.stage][name] = value
        return Column(_[name], value.stage + 1, frozenset({name}), is_plain=True)  # type: ignore[return-value]

    def apply(self, table: ibis.Table, wanted: Iterable[object]) -> ibis.Table:
        """Return the table with the columns that the wanted ones read, and those that they read in turn."""
        needed = {name for one in wanted if isinstance(one, Column) for name in one.reads}
        kept: list[dict[str, Deferred]] = []
        for stage in reversed(self._stages):
            mine = {name: one for name, one in stage.items() if name in needed}
            needed.update(name for one in mine.values() for name in one.reads)
            kept.append({name: one.expression for name, one in mine.items()})
        for stage_columns in reversed(kept):
            table = table.mutate(**stage_columns) if stage_columns else table
        return table
