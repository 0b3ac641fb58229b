"""The closed set of functions that compute derived facts, on ranges: the result holds for every value inside."""

from collections.abc import Mapping, Sequence
from itertools import product as pairs

from mtus_engine.model.fact import Fact, Kind, Known
from mtus_engine.model.periods import LAST_DAY, add_slot, elapsed_slot
from mtus_engine.model.ruleset import (
    Difference,
    ElapsedTime,
    Figure,
    Given,
    Left,
    Looked,
    Margin,
    Operand,
    Product,
    Sum,
    TableRule,
)
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import ANYTHING, Choice, Selection, Span, Stretch, Values, exactly, hull

Computed = Sum | Difference | Product | ElapsedTime | Looked | Given | Left | Margin


def computed(fact: Fact, formula: Computed, known: Mapping[str, Known], rows: Mapping[str, Truth]) -> Values:
    """Return the values of a derived fact; rows holds the truth of decision table rows by their ids."""
    match formula:
        case Sum(operands):
            return _sum(fact, operands, known)
        case Difference(minuend, subtrahend):
            alike = _is_same_period(minuend, subtrahend, known)
            return exactly(0) if alike else _less(_span(minuend, known), _span(subtrahend, known))
        case Product(operands):
            return _product([_span(operand, known) for operand in operands])
        case ElapsedTime(start, end):
            return elapsed(_span(start, known), _span(end, known))
        case Left(cap, counting):
            return left(_span(cap, known), [_span(name, known) for name in counting])
        case Margin():
            return _margin(formula, known)
        case Looked(table, output):
            return looked(fact, table, output, rows)
        case Given(table, output):
            return _is_given(table, output, rows)


def elapsed(start: Span, end: Span) -> Stretch:
    """Return the time from one date to another, in completed months and days and in days."""
    days = _less(end, start)
    low = None if start.high is None or end.low is None else elapsed_slot(start.high, end.low)
    high = None if start.low is None or end.high is None else elapsed_slot(start.low, end.high)
    return Stretch(Span(low, high), days)


def left(cap: Span, counted: Sequence[Span]) -> Span:
    """Return what the cap leaves after all that was counted: never less than nothing."""
    rest = cap
    for prior in counted:
        rest = _less(rest, prior)
    low = 0 if rest.low is None else max(0, rest.low)
    return Span(low, None if rest.high is None else max(0, rest.high))


def _margin(formula: Margin, known: Mapping[str, Known]) -> Span:
    margin = _less(_span(formula.left, known), _span(formula.of, known))
    settled = margin.low is not None and margin.low >= 0
    if formula.requested is None or settled or known[formula.of].statements:
        return margin
    # However many are authorized, they are taken from both sides: what suffices for the whole suffices.
    whole = left(_span(formula.cap, known), [_span(name, known) for name in formula.counting])
    suffices = _less(whole, _span(formula.requested, known)).low
    return margin if suffices is None or suffices < 0 else Span(0, margin.high)


def looked(fact: Fact, table: TableRule, output: str, rows: Mapping[str, Truth]) -> Values:
    """Return the figure of the table: of the row that holds, or of all rows that may."""
    certain, possible = _figures(table, output, rows)
    if not possible:
        return fact.domain
    spans = [figure.values for figure in (certain if certain and not table.takes_largest else possible)]
    whole: Values = spans[0]
    for other in spans[1:]:
        whole = hull(whole, other)
    if not table.takes_largest or not certain:
        return whole
    return _raised(whole, [figure.values for figure in certain])


def _figures(table: TableRule, output: str, rows: Mapping[str, Truth]) -> tuple[list[Figure], list[Figure]]:
    certain, possible = [], []
    for row in table.rows:
        truth = Truth.TRUE if row.when is None else rows[row.id]
        figure = dict(row.figures).get(output)
        if figure is None or truth is Truth.FALSE:
            continue
        possible.append(figure)
        if truth is Truth.TRUE:
            certain.append(figure)
    return certain, possible


def _is_given(table: TableRule, output: str, rows: Mapping[str, Truth]) -> Choice:
    truths = [(Truth.TRUE if row.when is None else rows[row.id], output in dict(row.figures)) for row in table.rows]
    possible = [gives for truth, gives in truths if truth is not Truth.FALSE]
    certain = [gives for truth, gives in truths if truth is Truth.TRUE]
    is_given = any(certain) if table.takes_largest else bool(certain) and all(certain)
    if is_given or (table.has_otherwise and all(possible)):
        return Choice(frozenset({True}))
    if not any(possible) or (certain and not table.takes_largest and not any(certain)):
        return Choice(frozenset({False}))
    return Choice(frozenset({True, False}))


def _raised(whole: Values, certain: Sequence[Values]) -> Values:
    """Return the hull with its lower end raised to the largest figure that holds for certain."""
    match whole:
        case Span():
            return _from_largest(whole, [figure for figure in certain if isinstance(figure, Span)])
        case Stretch():
            periods = [figure for figure in certain if isinstance(figure, Stretch)]
            calendar = _from_largest(whole.calendar, [period.calendar for period in periods])
            return Stretch(calendar, _from_largest(whole.days, [period.days for period in periods]))
        case _:
            return whole


def _from_largest(whole: Span, certain: Sequence[Span]) -> Span:
    """Return the span from the largest of the lower ends; a figure that is unknown has none."""
    low = max((span.low for span in certain if span.low is not None), default=whole.low)
    return Span(low, whole.high)


def _span(operand: Operand, known: Mapping[str, Known]) -> Span:
    if isinstance(operand, int):
        return exactly(operand)
    values = known[operand].values
    match values:
        case Span():
            return values
        case Stretch():
            return values.days
        case Choice() | Selection():
            return ANYTHING


def _sum(fact: Fact, operands: Sequence[Operand], known: Mapping[str, Known]) -> Values:
    if fact.kind is Kind.DATE:
        total = _span(operands[0], known)
        for operand in operands[1:]:
            values = known[str(operand)].values
            assert isinstance(values, Stretch)
            total = _later(total, values)
        return total
    total = exactly(0)
    for operand in operands:
        total = _plus(total, _span(operand, known))
    return total


def _later(day: Span, period: Stretch) -> Span:
    """Return the day the period after: bounded by the months and by the days it comes to, whichever is closer."""
    low = [_moved(day.low, period.calendar.low), _shifted(day.low, period.days.low)]
    high = [_moved(day.high, period.calendar.high), _shifted(day.high, period.days.high)]
    return Span(
        max((day for day in low if day is not None), default=None),
        min((day for day in high if day is not None), default=None),
    )


def _moved(day: int | None, slot: int | None) -> int | None:
    return None if day is None or slot is None or slot < 0 else add_slot(day, slot)


def _shifted(day: int | None, days: int | None) -> int | None:
    return None if day is None or days is None or not 1 <= day + days <= LAST_DAY else day + days


def _is_same_period(one: Operand, other: Operand, known: Mapping[str, Known]) -> bool:
    """Return whether both are one period of calendar months: their days differ by nothing, however many they are."""
    values = [known[operand].values if isinstance(operand, str) else None for operand in (one, other)]
    first, second = (value.calendar.point if isinstance(value, Stretch) else None for value in values)
    return first is not None and first == second


def _plus(one: Span, other: Span) -> Span:
    low = None if one.low is None or other.low is None else one.low + other.low
    return Span(low, None if one.high is None or other.high is None else one.high + other.high)


def _less(one: Span, other: Span) -> Span:
    low = None if one.low is None or other.high is None else one.low - other.high
    return Span(low, None if one.high is None or other.low is None else one.high - other.low)


def _product(spans: Sequence[Span]) -> Span:
    total = exactly(1)
    for span in spans:
        total = _times(total, span)
    return total


def _times(one: Span, other: Span) -> Span:
    infinite = float("inf")
    ends = [(-infinite if s.low is None else s.low, infinite if s.high is None else s.high) for s in (one, other)]
    # Nothing times no matter how many is nothing.
    corners = [0 if not a or not b else a * b for a, b in pairs(*ends)]
    low, high = min(corners), max(corners)
    return Span(None if low == -infinite else int(low), None if high == infinite else int(high))
