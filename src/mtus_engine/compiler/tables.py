"""Decision tables: rows with typed conditions and figures."""

from collections.abc import Mapping, Sequence

from mtus_engine.compiler.conditions import ConditionReader
from mtus_engine.compiler.literals import period_of, stretch_of
from mtus_engine.compiler.problems import Misfit, Place
from mtus_engine.loader.source import Plain
from mtus_engine.model.condition import AnyOf, Condition, Not, fact_names
from mtus_engine.model.diagnostic import did_you_mean, quoted_value
from mtus_engine.model.formula import Figure, HitPolicy, RowRule, TableRule
from mtus_engine.model.guideline import Row, Table
from mtus_engine.model.values import Span, point_span


def table_rule(table: Table, reader: ConditionReader, place: Place) -> TableRule | None:
    """Return the table, or None (each mistake noted) where a part of it is wrong."""
    before = len(reader.problems.found)
    rows = [_row(table, row, n, reader, place / "rows" / n) for n, row in enumerate(table.rows)]
    others = [n for n, row in enumerate(table.rows) if row.otherwise is not None]
    for n in others[1:]:
        message = "a second row with otherwise: true: the first takes all that no other row takes"
        reader.problems.add(place / "rows" / n, "MT311", message, "keep one of the two")
    for n, name in enumerate(table.inputs):
        reader.known_fact(name, place / "inputs" / n)
    for output in table.without_figure:
        if output not in table.outputs:
            where, near = place / "without_figure" / output, did_you_mean(output, tuple(table.outputs))
            message = f"{output} is no output of this table{near}"
            reader.problems.add(where, "MT311", message, "name it under outputs", at_key=True)
    if len(reader.problems.found) > before:
        return None
    whole = tuple(row for row in rows if row is not None)
    counting = tuple(row._replace(when=_where_no_other(whole)) if row.is_otherwise else row for row in whole)
    return TableRule(table.id, table.cite, HitPolicy(table.hit_policy), counting, table.without_row)


def _where_no_other(rows: Sequence[RowRule]) -> Condition | None:
    """Return the condition of an otherwise row: it holds exactly where no other row does."""
    named = tuple(row.written for row in rows if row.written is not None)
    return Not(AnyOf(named)) if named else None


def _row(table: Table, row: Row, n: int, reader: ConditionReader, place: Place) -> RowRule | None:
    if (row.when is None) == (row.otherwise is None):
        reader.problems.add(
            place, "MT311", "a row says either when it holds or otherwise: true", "write one of the two"
        )
        return None
    when = None if row.when is None else reader.condition(row.when, place / "when")
    if when is not None:
        for name in fact_names(when):
            if name not in table.inputs:
                near = did_you_mean(name, table.inputs)
                reader.problems.add(
                    place / "when", "MT311", f"{name} is no input of this table{near}", "name it under inputs"
                )
    figures = _figures(table, row.then, reader, place / "then")
    suffix = "otherwise" if row.otherwise else f"row {n + 1}"
    mark = row.mark
    return RowRule(f"{table.id} {suffix}", when, when, figures, row.cite or table.cite, mark, row.otherwise is not None)


def _figures(
    table: Table, then: Mapping[str, Plain], reader: ConditionReader, place: Place
) -> tuple[tuple[str, Figure], ...]:
    figures = []
    for output, plain in then.items():
        kind = table.outputs.get(output)
        if kind is None:
            near = did_you_mean(output, tuple(table.outputs))
            reader.problems.add(
                place / output,
                "MT311",
                f"{output} is no output of this table{near}",
                "name it under outputs",
                at_key=True,
            )
            continue
        try:
            figures.append((output, figure_of(kind, plain)))
        except Misfit as misfit:
            reader.problems.add(place / output, "MT302", str(misfit), misfit.cure)
    return tuple(figures)


def _is_less(one: Figure, other: Figure) -> bool:
    ends = [values if isinstance(values, Span) else values.days for values in (one.values, other.values)]
    most, more = (span.high for span in ends)
    return most is not None and more is not None and most < more


def figure_of(kind: str, plain: Plain) -> Figure:
    """Return a figure: a number, a period, or the upper end of a range {at_least, at_most} of either; raises Misfit."""
    if isinstance(plain, Mapping):
        if set(plain) != {"at_least", "at_most"}:
            raise Misfit("a figure is a number, a period, or {at_least: 9, at_most: 10}", None)
        low, high = figure_of(kind, plain["at_least"]), figure_of(kind, plain["at_most"])
        if _is_less(high, low):
            raise Misfit(f"{low.words} is more than {high.words}", "write the smaller one under at_least")
        return Figure(high.values, f"{low.words} to {high.words}")
    if kind == "period":
        period = period_of(plain)
        return Figure(stretch_of(period), str(period))
    if not isinstance(plain, int) or isinstance(plain, bool) or abs(plain) >= 2**31:
        raise Misfit(f"a whole number is expected, not {quoted_value(plain)}", None)
    span: Span = point_span(plain)
    return Figure(span, str(plain))
