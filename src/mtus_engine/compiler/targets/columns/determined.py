"""The options by which the rows of a table are read, and the columns that determine them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import ibis

from mtus_engine.compiler.targets.columns.stages import Stages
from mtus_engine.compiler.targets.columns.terms import Column, Sure
from mtus_engine.model.values import Span


class ColumnOptions(NamedTuple):
    """How rows are read: with or without presumptions, for which day the edition is chosen, and in which setting.

    setting is used for rows that name none; only limits the columns of statuses to some guidelines (empty: all).
    reasons adds the reason for each status; verified adds the finding by the verified text alone.
    """

    presume: bool = True
    as_of: Span | None = None
    setting: str = "ur"
    only: frozenset[str] = frozenset()
    reasons: bool = True
    verified: bool = True


class DeterminedColumns(NamedTuple):
    """The columns that determine a table; apply computes them on it.

    lacking names the rules that columns cannot express, and why: they are undetermined in every row.
    """

    stages: Stages
    columns: Mapping[str, Column | object]
    impossible: Mapping[str, Sure]
    lacking: tuple[str, ...]

    def apply(self, table: ibis.Table, kept: Sequence[str]) -> ibis.Table:
        """Return a table of the kept columns of the given one and the determined columns."""
        return self.select_columns(self.stages.apply(table, self.columns.values()), kept)

    def select_columns(self, staged: ibis.Table, kept: Sequence[str]) -> ibis.Table:
        """Return the kept and the determined columns of a table to which all stages have been applied."""
        plain = {name: _output_expression(value) for name, value in self.columns.items()}
        return staged.select(*kept, **plain)


def _output_expression(value: object) -> object:
    if isinstance(value, Column):
        return value.expression
    return ibis.null("string") if value is None else ibis.literal(value)
