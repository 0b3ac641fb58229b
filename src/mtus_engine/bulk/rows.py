"""One row of a table as the statements of a case file, for the engine that shows its trace."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import assert_never

from mtus_engine.bulk.tables import input_columns
from mtus_engine.compiler.literals import period_of, stretch_of
from mtus_engine.compiler.targets.columns.rows import CONFLICTING, MAX, MIN, NOT_DOCUMENTED, ONE_OF, OPEN, POSSIBLE
from mtus_engine.model.fact import Fact, Kind, Statement
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.model.values import Choice, Selection, Span, Stretch, Values, point_span

RowValues = Mapping[str, object]
Statements = dict[str, tuple[Statement, ...]]


def statements_of(row: RowValues, ruleset: Ruleset, at: str) -> Statements:
    """Return, by fact, the statements that a row makes, as a case file would; at is where the row stands."""
    facts = {one.fact.name: one.fact for one in input_columns(ruleset).values() if one.fact is not None}
    found: Statements = {}
    for name, fact in facts.items():
        if said := tuple(_statements_of_fact(fact, row, at)):
            found[name] = said
    return found


def _statements_of_fact(fact: Fact, row: RowValues, at: str) -> Iterator[Statement]:
    def of(suffix: str) -> object:
        return row.get(f"{fact.name}{suffix}")

    where = f"{at}, {fact.name}"
    values = list(_values(fact, row) if of("") is not None else _values_of_ranges(fact, row))
    yield from (Statement(one, at=where) for one in values)
    if of(NOT_DOCUMENTED) is True:
        yield Statement(None, at=where)


def _values(fact: Fact, row: RowValues) -> Iterator[Values]:
    """Yield what the column of exact values says; a set may hold further members."""
    value = row[fact.name]
    match fact.kind:
        case Kind.BOOLEAN:
            yield Choice(frozenset({bool(value)}))
        case Kind.ONE_OF:
            yield Choice(frozenset({str(value)}))
        case Kind.PERIOD:
            yield _length(value)
        case Kind.SET_OF:
            assert isinstance(value, list)
            yield from _sets(fact, frozenset(value), row)
        case Kind.INTEGER | Kind.DECIMAL | Kind.DATE:
            yield point_span(_number(fact, value))
        case _:
            assert_never(fact.kind)


def _values_of_ranges(fact: Fact, row: RowValues) -> Iterator[Values]:
    """Yield what the columns of ranges and choices say; sources that disagree say it in two statements."""
    low, high = row.get(f"{fact.name}{MIN}"), row.get(f"{fact.name}{MAX}")
    disagree = row.get(f"{fact.name}{CONFLICTING}") is True
    match fact.kind:
        case Kind.ONE_OF:
            members = row.get(f"{fact.name}{ONE_OF}")
            if isinstance(members, list) and members:
                yield from _choices(members, disagree=disagree)
        case Kind.BOOLEAN | Kind.INTEGER | Kind.DECIMAL | Kind.DATE | Kind.PERIOD:
            if low is not None or high is not None:
                yield from _ranges(fact, low, high, disagree=disagree)
        case Kind.SET_OF:
            # The members that a set perhaps holds only add to its value: without a value nothing is said.
            return
        case _:
            assert_never(fact.kind)


def _choices(members: list[str], *, disagree: bool) -> Iterator[Values]:
    if disagree:
        yield from (Choice(frozenset({member})) for member in members)
    else:
        yield Choice(frozenset(members))


def _ranges(fact: Fact, low: object, high: object, *, disagree: bool) -> Iterator[Values]:
    if fact.kind is Kind.BOOLEAN:
        yield from (Choice(frozenset({bool(value)})) for value in dict.fromkeys((low, high)))
        return
    whole = _value_between(fact, low, high)
    yield whole
    if disagree:
        yield _value_between(fact, low, low) if low is not None else _value_between(fact, high, high)


def _value_between(fact: Fact, low: object, high: object) -> Values:
    if fact.kind is Kind.PERIOD:
        least = _length(low) if low is not None else Stretch(Span(0, None), Span(0, None))
        most = _length(high) if high is not None else Stretch(Span(None, None), Span(None, None))
        days = Span(least.days.low, most.days.high)
        return Stretch(Span(least.calendar.low, most.calendar.high), days)
    span = Span(*(None if end is None else _number(fact, end) for end in (low, high)))
    assert isinstance(fact.domain, Span)
    return fact.domain.overlap(span) or span


def _number(fact: Fact, value: object) -> int:
    if isinstance(value, date):
        return value.toordinal()
    assert isinstance(value, int | float)
    scaled: int = round(value * 10**fact.decimals)
    return scaled


def _length(value: object) -> Stretch:
    are_days = isinstance(value, int) or str(value).strip().isdigit()
    return stretch_of(period_of(f"{value} days" if are_days else str(value)))


def _sets(fact: Fact, certain: frozenset[str], row: RowValues) -> Iterator[Values]:
    """Yield a set with the members that it perhaps holds, too."""
    perhaps = row.get(f"{fact.name}{POSSIBLE}")
    more = frozenset(perhaps) if isinstance(perhaps, list) else frozenset[str]()
    if row.get(f"{fact.name}{OPEN}") is True:
        more = frozenset(name for name, _ in fact.members)
    yield Selection(certain, certain | more)
    if more - certain and row.get(f"{fact.name}{CONFLICTING}") is True:
        yield Selection(certain, certain)
