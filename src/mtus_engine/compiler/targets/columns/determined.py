"""How rows are read, and the columns that they are determined by."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import ibis

from mtus_engine.compiler.targets.columns.stages import Stages
from mtus_engine.compiler.targets.columns.terms import Column, Sure
from mtus_engine.model.values import Span


class ColumnOptions(NamedTuple):
    """How rows are read: with presumptions or without, by which day the edition is chosen, for which setting.

    setting is that of rows that name none; only keeps to the standings of some guidelines (none: of all).
    """

    presume: bool = True
    as_of: Span | None = None
    setting: str = "ur"
    only: frozenset[str] = frozenset()
    reasons: bool = True
    verified: bool = True


class DeterminedColumns(NamedTuple):
    """The columns that a table is determined by: work them out on it with apply.

    lacking names the rules that columns cannot express, and why: they are undetermined in every row.
    """

    stages: Stages
    columns: Mapping[str, Column | object]
    impossible: Mapping[str, Sure]
    lacking: tuple[str, ...]

    def apply(self, table: ibis.Table, kept: Sequence[str]) -> ibis.Table:
        """Return the kept columns of a table beside those determined."""
        return self.select_columns(self.stages.apply(table, self.columns.values()), kept)

    def select_columns(self, staged: ibis.Table, kept: Sequence[str]) -> ibis.Table:
        """Return the kept columns beside those determined, of a table that all stages were applied to."""
        plain = {name: _output_expression(value) for name, value in self.columns.items()}
        return staged.select(*kept, **plain)


def _output_expression(value: object) -> object:
    if isinstance(value, Column):
        return value.expression
    return ibis.null("string") if value is None else ibis.literal(value)
