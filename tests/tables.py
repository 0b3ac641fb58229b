"""Statements as the row of a table: what a case file says, in the columns that say the same."""

from datetime import date

import pyarrow as pa

from mtus_engine.compiler.targets.columns.rows import columns_of
from mtus_engine.engine.statements import known_from
from mtus_engine.model.fact import Because, Kind
from mtus_engine.model.values import Choice, Selection, Span

TYPES = {
    Kind.BOOLEAN: pa.bool_(),
    Kind.INTEGER: pa.int64(),
    Kind.DECIMAL: pa.float64(),
    Kind.DATE: pa.date32(),
    Kind.PERIOD: pa.string(),
    Kind.ONE_OF: pa.string(),
    Kind.SET_OF: pa.list_(pa.string()),
}


def schema_of(facts):
    """The schema of a table with every column of these facts."""
    fields = []
    for fact in facts.values():
        own = TYPES[fact.kind]
        for name in columns_of(fact):
            suffix = name.removeprefix(fact.name)
            kinds = {
                "": own,
                ".min": own,
                ".max": own,
                ".one_of": pa.list_(pa.string()),
                ".possible": pa.list_(pa.string()),
            }
            fields.append((name, kinds.get(suffix, pa.bool_())))
    return pa.schema(fields)


def row_of(statements, facts, plain):
    """One row that says what the statements say; plain holds the lengths of time as they were written."""
    row = {}
    for name, said in statements.items():
        row |= _of_fact(facts[name], said, plain.get(name, []))
    return row


def _of_fact(fact, said, written):
    known = known_from(fact, said)
    name, values = fact.name, known.values
    if not any(one.values is not None for one in said):
        return {f"{name}.not_documented": True}
    row = {f"{name}.conflicting": known.because is Because.CONFLICTING} if fact.kind is not Kind.BOOLEAN else {}
    if fact.kind is Kind.PERIOD:
        return row | _period(name, written)
    match values:
        case Span(low, high) if low == high and low is not None:
            return row | {name: _value(fact, low)}
        case Span(low, high):
            return row | {f"{name}.min": _value(fact, low), f"{name}.max": _value(fact, high)}
        case Choice(possible) if len(possible) == 1:
            return row | {name: next(iter(possible))}
        case Choice(possible) if fact.kind is Kind.BOOLEAN:
            return row | {f"{name}.min": False, f"{name}.max": True}
        case Choice(possible):
            return row | {f"{name}.one_of": sorted(possible)}
        case Selection(certain, possible):
            return row | {name: sorted(certain), f"{name}.possible": sorted(possible - certain)}


def _value(fact, number):
    if number is None:
        return None
    return date.fromordinal(number) if fact.kind is Kind.DATE else number


def _period(name, written):
    texts = [
        (one, one) if isinstance(one, str) else (one["at_least"], one["at_most"])
        for one in written
        if one != "not_documented"
    ]
    low = min((low for low, _ in texts), key=_days)
    high = max((high for _, high in texts), key=_days)
    return {name: low} if len(texts) == 1 and low == high else {f"{name}.min": low, f"{name}.max": high}


def _days(text):
    number, unit = text.split()
    return int(number) * (7 if unit.startswith("week") else 1)
