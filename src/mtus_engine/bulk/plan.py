"""What a bulk run asks of its database: the rows determined, the rows that do not fit, and the blank ones."""

import json
import operator
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import ibis

from mtus_engine.bulk.readings import ReadingsQuery, readings_query
from mtus_engine.bulk.tables import CASE, FILE, ITEM, OUTCOME, REASON, ROW, SETTING, VIEW, Texts, input_columns
from mtus_engine.bulk.typed_tables import typed_table
from mtus_engine.compiler.targets.columns.determined import ColumnOptions, DeterminedColumns
from mtus_engine.compiler.targets.columns.rules import determination_columns
from mtus_engine.compiler.targets.columns.terms import Column, joined_in_halves
from mtus_engine.loader.kept_texts import KeptTexts, digest_of_files
from mtus_engine.model.ruleset import Ruleset

# Columns of the case itself that go on to the output, where the input has them.
KEPT = (FILE, ROW, CASE, ITEM, SETTING, OUTCOME)


NOTHING_KEPT = KeptTexts(None)


class _Tables(NamedTuple):
    """What the queries are made of, by their names, the number of columns of a determination, and what is lacking."""

    by_name: Mapping[str, ibis.Table]
    width: int
    lacking: tuple[str, ...]


class Queries:
    """The queries over the view, in the SQL of one database; each is written when it is first asked for.

    Writing them takes far longer than asking them of a small table: their texts are kept for the next run with the same
    rules, options and columns.
    """

    def __init__(
        self,
        make: Callable[[], _Tables],
        make_readings: Callable[[], ReadingsQuery],
        dialect: str,
        kept: KeptTexts,
        key: str,
    ) -> None:
        """Keep how the tables are made of which the queries are written, and where texts are kept by which key."""
        self._make, self._make_readings, self._dialect, self._kept, self._key = make, make_readings, dialect, kept, key
        head = json.loads(kept.text(f"{key} head", self._head))
        self.width: int = head["width"]
        # The rules that tables cannot express, and why: they are undetermined in every row.
        self.lacking = tuple(head["lacking"])

    @cached_property
    def determinations(self) -> str:
        """The rows that fit, determined."""
        return self._text("determinations")

    @cached_property
    def refused(self) -> str:
        """The rows that do not fit, each with the reason."""
        return self._text("refused")

    @cached_property
    def blank(self) -> str:
        """The rows in which nothing is said."""
        return self._text("blank")

    @cached_property
    def readings(self) -> ReadingsQuery:
        """How the texts of the columns are written."""
        text, counted = json.loads(self._kept.text(f"{self._key} readings", lambda: json.dumps(self._make_readings())))
        return ReadingsQuery(text, tuple((name, form) for name, form in counted))

    @cached_property
    def _tables(self) -> _Tables:
        return self._make()

    def _head(self) -> str:
        return json.dumps({"width": self._tables.width, "lacking": self._tables.lacking})

    def _text(self, name: str) -> str:
        return self._kept.text(f"{self._key} {name}", lambda: _sql(self._tables.by_name[name], self._dialect))


def _sql(table: ibis.Table, dialect: str) -> str:
    """Return a table as the SQL of a database.

    Selections stay one within another: to put them into one takes the library longer than all the rest, and the
    database no less time.
    """
    fused = ibis.options.sql.fuse_selects
    ibis.options.sql.fuse_selects = False
    try:
        return str(ibis.to_sql(table, dialect=dialect))
    finally:
        ibis.options.sql.fuse_selects = fused


def queries(
    schema: ibis.Schema,
    ruleset: Ruleset,
    texts: Texts,
    options: ColumnOptions,
    dialect: str,
    kept: KeptTexts = NOTHING_KEPT,
) -> Queries:
    """Return the queries over a view with this schema; raises WrongTypes where columns cannot be read."""

    def make() -> _Tables:
        return _tables(schema, ruleset, texts, options)

    def make_readings() -> ReadingsQuery:
        return readings_query(schema, ruleset, texts, dialect)

    return Queries(make, make_readings, dialect, kept, _key(schema, ruleset, texts, options, dialect))


def _key(schema: ibis.Schema, ruleset: Ruleset, texts: Texts, options: ColumnOptions, dialect: str) -> str:
    """Return all that the queries depend on: rules, program, libraries, options, columns, and what their texts mean."""
    lengths = {name: sorted((text, str(one)) for text, one in read.items()) for name, read in texts.lengths.items()}
    members = {name: sorted(read.items()) for name, read in texts.members.items()}
    unverified = {name: sorted(read) for name, read in texts.unverified.items()}
    parts = (
        (ruleset.digest, _program(), *map(version, ("ibis-framework", "sqlglot")), dialect),
        options._replace(only=frozenset())._asdict(),
        sorted(options.only),
        [(name, str(kind)) for name, kind in schema.items()],
        (lengths, members, unverified, {name: sorted(found) for name, found in texts.divided.items()}),
        texts.has_schedules,
    )
    return json.dumps(parts, sort_keys=True, default=str)


@cache
def _program() -> str:
    """Return the digest of the program's own files that have a part in the queries."""
    package = Path(__file__).parents[1]
    folders = (package / name for name in ("bulk", "compiler", "meaning", "model", "wording"))
    return digest_of_files(file for folder in folders for file in folder.rglob("*.py"))


def _tables(schema: ibis.Schema, ruleset: Ruleset, texts: Texts, options: ColumnOptions) -> _Tables:
    whole = typed_table(ibis.table(schema, name=VIEW), ruleset, texts)
    read = frozenset(whole.table.schema().names) & set(input_columns(ruleset))
    worked = determination_columns(ruleset, read, texts.lengths, options, whole.verified)
    treatment = ruleset.roles.treatment
    kept = [name for name in (*KEPT, treatment) if name in whole.table.schema().names]
    reasons = [*whole.reasons, *_impossible_reasons(worked)]
    not_so = joined_in_halves(operator.or_, [holds for holds, _ in reasons]) if reasons else ibis.literal(False)
    is_blank = ibis.literal(False) if whole.is_blank is None else whole.is_blank
    staged = worked.stages.apply(whole.table, [*worked.columns.values(), *worked.impossible.values()])
    checked = worked.stages.apply(whole.table, worked.impossible.values())
    named = [name for name in (FILE, ROW, CASE, ITEM) if name in kept]
    refused = checked.filter(not_so).select(*named, **{REASON: _reasons_text(reasons)})
    blank = checked.filter(is_blank & ~not_so).select(*(name for name in (FILE, ROW) if name in kept))
    determinations = worked.select_columns(staged.filter(~(is_blank | not_so)), kept)
    by_name = {"determinations": determinations, "refused": refused, "blank": blank}
    return _Tables(by_name, len(determinations.columns), worked.lacking)


def _impossible_reasons(worked: DeterminedColumns) -> list[tuple[ibis.Deferred, ibis.Deferred]]:
    return [
        (holds.expression, ibis.literal(says)) for says, holds in worked.impossible.items() if isinstance(holds, Column)
    ]


def _reasons_text(reasons: list[tuple[ibis.Deferred, ibis.Deferred]]) -> ibis.Deferred:
    """Return all the reasons that hold in one text, joined by "; "."""
    if not reasons:
        return ibis.literal("")
    parts = [ibis.ifelse(holds, says.fill_null("").concat("; "), "") for holds, says in reasons]
    whole = parts[0].concat("", *parts[1:])
    return whole.substr(0, whole.length() - len("; "))
