"""What a bulk run asks of its database: the rows determined, the rows that do not fit, and the blank ones."""

import operator
from functools import cached_property

import ibis

from mtus_engine.bulk.tables import CASE, FILE, ITEM, OUTCOME, REASON, ROW, SETTING, Texts, input_columns
from mtus_engine.bulk.typed_tables import typed_table
from mtus_engine.compiler.targets.columns.determined import ColumnOptions, DeterminedColumns
from mtus_engine.compiler.targets.columns.rules import determination_columns
from mtus_engine.compiler.targets.columns.terms import Column, joined_in_halves
from mtus_engine.model.ruleset import Ruleset

# The view that the queries read: the rows of one part, with the file and the row that each came from.
VIEW = "part"
# Columns of the case itself that go on to the output, where the input has them.
KEPT = (FILE, ROW, CASE, ITEM, SETTING, OUTCOME)


class Queries:
    """Three queries over the view, in the SQL of one database; each is written when it is first asked for.

    lacking names the rules that tables cannot express, and why: they are undetermined in every row.
    """

    def __init__(
        self,
        determinations: ibis.Table,
        refused: ibis.Table,
        blank: ibis.Table,
        dialect: str,
        lacking: tuple[str, ...] = (),
    ) -> None:
        """Keep the tables of which the queries are made; dialect is the database's, as Ibis names it."""
        self.lacking = lacking
        self._tables = determinations, refused, blank
        self._dialect = dialect

    @property
    def width(self) -> int:
        """How many columns a determination has."""
        return len(self._tables[0].columns)

    @cached_property
    def determinations(self) -> str:
        """The rows that fit, determined."""
        return str(ibis.to_sql(self._tables[0], dialect=self._dialect))

    @cached_property
    def refused(self) -> str:
        """The rows that do not fit, each with the reason."""
        return str(ibis.to_sql(self._tables[1], dialect=self._dialect))

    @cached_property
    def blank(self) -> str:
        """The rows in which nothing is said."""
        return str(ibis.to_sql(self._tables[2], dialect=self._dialect))


def queries(
    schema: ibis.Schema,
    ruleset: Ruleset,
    texts: Texts,
    options: ColumnOptions,
    dialect: str,
) -> Queries:
    """Return the queries over a view with this schema; raises WrongTypes where columns cannot be read."""
    whole = typed_table(ibis.table(schema, name=VIEW), ruleset, texts)
    read = frozenset(whole.table.schema().names) & set(input_columns(ruleset))
    worked = determination_columns(ruleset, read, texts.lengths, options, whole.verified)
    treatment = ruleset.roles.treatment
    kept = [name for name in (*KEPT, treatment) if name in whole.table.schema().names]
    reasons = [*whole.reasons, *_impossible(worked)]
    not_so = joined_in_halves(operator.or_, [holds for holds, _ in reasons]) if reasons else ibis.literal(False)
    is_blank = ibis.literal(False) if whole.is_blank is None else whole.is_blank
    staged = worked.stages.apply(whole.table, [*worked.columns.values(), *worked.impossible.values()])
    checked = worked.stages.apply(whole.table, worked.impossible.values())
    named = [name for name in (FILE, ROW, CASE, ITEM) if name in kept]
    refused = checked.filter(not_so).select(*named, **{REASON: _why(reasons)})
    blank = checked.filter(is_blank & ~not_so).select(*(name for name in (FILE, ROW) if name in kept))
    fitting = staged.filter(~(is_blank | not_so))
    return Queries(worked.select_columns(fitting, kept), refused, blank, dialect, worked.lacking)


def _impossible(worked: DeterminedColumns) -> list[tuple[ibis.Deferred, ibis.Deferred]]:
    return [
        (holds.expression, ibis.literal(says)) for says, holds in worked.impossible.items() if isinstance(holds, Column)
    ]


def _why(reasons: list[tuple[ibis.Deferred, ibis.Deferred]]) -> ibis.Deferred:
    """Return all the reasons that hold in one text, joined by "; "."""
    if not reasons:
        return ibis.literal("")
    parts = [ibis.ifelse(holds, says.fill_null("").concat("; "), "") for holds, says in reasons]
    whole = parts[0].concat("", *parts[1:])
    return whole.substr(0, whole.length() - len("; "))
