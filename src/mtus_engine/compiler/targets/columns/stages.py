"""Columns that are computed once under a name, in the order in which they can be computed."""

from collections.abc import Iterable

import ibis
from ibis import Deferred, _

from mtus_engine.compiler.targets.columns.terms import Column, Value


class Stages:
    """Named columns in the order in which they can be computed: each stage may read all stages before it."""

    def __init__(self) -> None:
        """Begin without any stage."""
        self._stages: list[dict[str, Column]] = []
        self._count = 0

    def named(self, value: Value) -> Value:
        """Return a reference to a column that is computed once; a value that needs no computing is returned as is."""
        if not isinstance(value, Column) or value.is_plain:
            return value
        if value.negates is not None:
            # Ibis may replace a name by its expression again, so a negation gets no name (see Column.is_null).
            # The result has the same type as value, like the reference below.
            return ~self.named(value.negates)  # type: ignore[return-value]
        self._count += 1
        name = f"__{self._count}"
        while len(self._stages) <= value.stage:
            self._stages.append({})
        self._stages[value.stage][name] = value
        return Column(_[name], value.stage + 1, frozenset({name}), is_plain=True)  # type: ignore[return-value]

    def apply(self, table: ibis.Table, wanted: Iterable[object]) -> ibis.Table:
        """Return the table with all named columns that the wanted ones read, directly or by way of others."""
        needed = {name for one in wanted if isinstance(one, Column) for name in one.reads}
        kept: list[dict[str, Deferred]] = []
        for stage in reversed(self._stages):
            mine = {name: one for name, one in stage.items() if name in needed}
            needed.update(name for one in mine.values() for name in one.reads)
            kept.append({name: one.expression for name, one in mine.items()})
        for stage_columns in reversed(kept):
            table = table.mutate(**stage_columns) if stage_columns else table
        return table
