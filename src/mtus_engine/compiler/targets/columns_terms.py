"""Truths and ranges as columns: SQL's NULL is the undetermined truth, and what holds for every row is no column."""

import operator
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import NamedTuple, TypeVar

import ibis
from ibis import Deferred, _

from mtus_engine.model.periods import DAYS_PER_MONTH_SLOT
from mtus_engine.model.values import ANYTHING, Span

SHORTEST_MONTH = 28


class Column:
    """An expression over a table's columns: which of those worked out before it reads, and the stage it can be one of.

    is_plain tells a mere reference to a column; negates is the truth that this one is the opposite of.
    """

    __slots__ = ("expression", "is_plain", "negates", "reads", "stage")

    def __init__(
        self, expression: Deferred, stage: int = 0, reads: frozenset[str] = frozenset(), *, is_plain: bool = False
    ) -> None:
        """Keep all of it."""
        self.expression = expression
        self.stage = stage
        self.reads = reads
        self.is_plain = is_plain
        self.negates: Column | None = None

    def __invert__(self) -> "Column":
        if self.negates is not None:
            return self.negates
        opposite = made(operator.invert, self)
        opposite.negates = self
        return opposite

    def is_null(self) -> "Column":
        """Return whether it has no value.

        The opposite of a truth has none where the truth has none. It is never asked itself: sqlglot writes
        (NOT a) IS NULL without the parentheses, which says NOT (a IS NULL).
        """
        return made(lambda one: one.isnull(), self.negates or self)

    def is_there(self) -> "Column":
        """Return whether it has a value."""
        return made(lambda one: one.notnull(), self.negates or self)

    def or_else(self, other: "Column | object") -> "Column":
        """Return it with another value where it has none."""
        return made(ibis.coalesce, self, other)

    def is_one_of(self, members: Sequence[str]) -> "Column":
        """Return whether it is one of the members; null where it has no value."""
        return made(lambda one: one.isin(members), self)

    def holds(self, member: str) -> "Column":
        """Return whether a list holds a member; null where it is no list."""
        return made(lambda one: one.contains(member), self)

    def length(self, members: Sequence[str] | None = None) -> "Column":
        """Return how many members a list holds, or how many of these; null where it is no list."""
        if members is None:
            return made(lambda one: one.length(), self)
        return made(lambda one: one.filter(lambda member: member.isin(members)).length(), self)

    def cast(self, kind: str) -> "Column":
        """Return it as another type."""
        return made(lambda one: one.cast(kind), self)


def column(name: str) -> Column:
    """Return the input column of a name."""
    return Column(_[name], is_plain=True)


def made(make: Callable[..., Deferred], *parts: object) -> Column:
    """Return what a function makes of columns and constants."""
    columns = [part for part in parts if isinstance(part, Column)]
    stage = max((one.stage for one in columns), default=0)
    reads = frozenset[str]().union(*(one.reads for one in columns))
    return Column(make(*(part.expression if isinstance(part, Column) else part for part in parts)), stage, reads)


# A truth of three values; None is undetermined in every row.
Flag = Column | bool | None
# A truth that is never undetermined.
Sure = Column | bool
# A value: an end of a range or a text. None has no value in any row.
End = Column | int | date | str | None

Value = TypeVar("Value")


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
            return ~self.named(value.negates)  # type: ignore[return-value]
        self._count += 1
        name = f"__{self._count}"
        while len(self._stages) <= value.stage:
            self._stages.append({})
        self._stages[value.stage][name] = value
        # The reference is of the value's own type.
        return Column(_[name], value.stage + 1, frozenset({name}), is_plain=True)  # type: ignore[return-value]

    def applied(self, table: ibis.Table, wanted: Iterable[object]) -> ibis.Table:
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


# ---- truths


def conj(flags: Sequence[Flag]) -> Flag:
    """Return whether all hold."""
    kept = [flag for flag in flags if flag is not True]
    if any(flag is False for flag in kept):
        return False
    if not kept:
        return True
    if all(flag is None for flag in kept):
        return None
    columns = [_null_flag() if flag is None else flag for flag in kept]
    return columns[0] if len(columns) == 1 else made(lambda *parts: halved(operator.and_, parts), *columns)


def halved(join: Callable[[Deferred, Deferred], Deferred], parts: Sequence[Deferred]) -> Deferred:
    """Return parts joined two by two, so that a thousand of them stand ten deep and not a thousand."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return join(halved(join, parts[:middle]), halved(join, parts[middle:]))


def negated(flag: Flag) -> Flag:
    """Return the opposite truth."""
    return ~flag if isinstance(flag, Column) else None if flag is None else not flag


def disj(flags: Sequence[Flag]) -> Flag:
    """Return whether at least one holds."""
    kept = [flag for flag in flags if flag is not False]
    if any(flag is True for flag in kept):
        return True
    if not kept:
        return False
    if all(flag is None for flag in kept):
        return None
    columns = [_null_flag() if flag is None else flag for flag in kept]
    return columns[0] if len(columns) == 1 else made(lambda *parts: halved(operator.or_, parts), *columns)


def is_true(flag: Flag) -> Sure:
    """Return whether it holds for certain."""
    return flag.or_else(False) if isinstance(flag, Column) else flag is True


def is_false(flag: Flag) -> Sure:
    """Return whether it certainly does not hold."""
    return is_true(negated(flag))


def is_open(flag: Flag) -> Sure:
    """Return whether it is undetermined."""
    return flag.is_null() if isinstance(flag, Column) else flag is None


def sure(flag: Flag) -> Sure:
    """Return a truth that has no null as one that cannot have any."""
    assert flag is not None
    return flag


def both(*sures: Sure) -> Sure:
    """Return whether all hold, of truths that are never undetermined."""
    return sure(conj(sures))


def either(*sures: Sure) -> Sure:
    """Return whether one holds, of truths that are never undetermined."""
    return sure(disj(sures))


def no(one: Sure) -> Sure:
    """Return the opposite of a truth that is never undetermined."""
    return sure(negated(one))


def kleene(true: Sure, false: Sure) -> Flag:
    """Return the truth that is true and false where said, else undetermined."""
    return chosen([(true, True), (false, False)], None)


def at_least_of(n: int, flags: Sequence[Flag]) -> Flag:
    """Return whether at least n of them hold."""
    return kleene(_counted([is_true(flag) for flag in flags], n), no(_counted([no(is_false(f)) for f in flags], n)))


def _null_flag() -> Deferred:
    return ibis.null("boolean")


def _counted(sures: Sequence[Sure], n: int) -> Sure:
    certain = sum(one is True for one in sures)
    columns = [one.cast("int8") for one in sures if isinstance(one, Column)]
    if certain >= n or certain + len(columns) < n:
        return certain >= n
    total = columns[0]
    for column in columns[1:]:
        total = made(operator.add, total, column)
    return made(operator.ge, total, n - certain)


def chosen(cases: Sequence[tuple[Sure, Value]], otherwise: Value) -> Value:
    """Return the value of the first case that holds."""
    kept: list[tuple[Column, Value]] = []
    for holds, value in cases:
        if holds is True:
            otherwise = value
            break
        if isinstance(holds, Column):
            kept.append((holds, value))
    if all(value is otherwise and not isinstance(value, Column) for _, value in kept):
        return otherwise
    flags = [value for _, value in kept] + [otherwise]
    null = ibis.null("boolean") if any(isinstance(value, bool) for value in flags) else ibis.null()

    def cases_of(*parts: Deferred) -> Deferred:
        *pairs, last = parts
        return ibis.cases(*zip(pairs[::2], pairs[1::2], strict=True), else_=last)

    parts = [part for holds, value in kept for part in (holds, null if value is None else value)]
    # The column is of the values' own type.
    return made(cases_of, *parts, null if otherwise is None else otherwise)  # type: ignore[return-value]


# ---- ranges


class Range(NamedTuple):
    """What an ordered value may be. Where point is given both ends are it, and where that is null, the domain's.

    of_days tells that the ends are days of the calendar, not numbers.
    """

    low: End
    high: End
    point: End = None
    domain: Span = ANYTHING
    of_days: bool = False


def exact(value: int | date) -> Range:
    """Return the range of one value that all rows have."""
    return Range(value, value, value)


def pointed(one: End, domain: Span, *, of_days: bool = False) -> Range:
    """Return the range of a column that holds single values, or nothing."""
    return Range(filled(one, domain.low), filled(one, domain.high), one, domain, of_days)


def span_range(span: Span) -> Range:
    """Return a range that all rows have."""
    return exact(span.low) if span.low is not None and span.low == span.high else Range(span.low, span.high)


def is_settled(one: Range) -> Sure:
    """Return whether only one value is left."""
    if one.point is not None:
        return one.point.is_there() if isinstance(one.point, Column) else True
    return is_true(compared(one.low, "==", one.high))


def filled(column: End, other: End) -> End:
    """Return a column with another value where it has none."""
    if column is None or other is None:
        return other if column is None else column
    return column.or_else(other) if isinstance(column, Column) else column


def compared(one: End, words: str, other: End) -> Flag:
    """Return how two ends compare: undetermined where one of them is open."""
    if one is None or other is None:
        return None
    compare = _OPERATORS[words]
    if not isinstance(one, Column) and not isinstance(other, Column):
        return bool(compare(one, other))
    return made(compare, one, other)


_OPERATORS: dict[str, Callable[..., Deferred]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "==": operator.eq,
}


def within(low: End, high: End, one: Range) -> Flag:
    """Return whether a range lies between two bounds for certain, or certainly outside them."""
    if one.point is not None:
        inside = _inside(one.point, one.point, low, high)
        unsaid = _within_domain(low, high, one.domain)
        return inside.or_else(unsaid) if unsaid is not None and isinstance(inside, Column) else inside
    inside = _inside(one.low, one.high, low, high)
    above = False if high is None else compared(one.low, ">", high)
    below = False if low is None else compared(one.high, "<", low)
    return kleene(is_true(inside), either(is_true(above), is_true(below)))


def _inside(least_value: End, most_value: End, low: End, high: End) -> Flag:
    above = True if low is None else compared(least_value, ">=", low)
    return conj([above, True if high is None else compared(most_value, "<=", high)])


def _within_domain(low: End, high: End, domain: Span) -> bool | None:
    """Return the truth for a value of which nothing is said."""
    if _inside(domain.low, domain.high, low, high) is True:
        return True
    outside = compared(domain.low, ">", high), compared(domain.high, "<", low)
    return False if any(one is True for one in outside) else None


def hull(one: Range, other: Range) -> Range:
    """Return the smallest range that holds both; an end that is open in one is open in both."""
    no_low, no_high = (either(null_end(a), null_end(b)) for a, b in ((one.low, other.low), (one.high, other.high)))
    low, high = least([one.low, other.low]), greatest([one.high, other.high])
    return Range(chosen([(no_low, None)], low), chosen([(no_high, None)], high))


def null_end(end: End) -> Sure:
    """Return whether an end is open."""
    return end.is_null() if isinstance(end, Column) else end is None


def least(ends: Sequence[End]) -> End:
    """Return the least of the ends that are there."""
    return _extreme(ends, ibis.least, min)


def greatest(ends: Sequence[End]) -> End:
    """Return the greatest of the ends that are there."""
    return _extreme(ends, ibis.greatest, max)


def _extreme(ends: Sequence[End], take: Callable[..., Deferred], fold: Callable[..., End]) -> End:
    columns: list[End] = [end for end in ends if isinstance(end, Column)]
    constants = [end for end in ends if end is not None and not isinstance(end, Column)]
    if constants:
        columns.append(fold(constants))
    return None if not columns else columns[0] if len(columns) == 1 else made(take, *columns)


def picked(which: Sure, one: Range, other: Range) -> Range:
    """Return one range where a condition holds, else the other."""
    if isinstance(which, bool):
        return one if which else other
    if one.point is not None and other.point is not None and one.domain == other.domain:
        return pointed(chosen([(which, one.point)], other.point), one.domain, of_days=one.of_days)
    low, high = chosen([(which, one.low)], other.low), chosen([(which, one.high)], other.high)
    return Range(low, high, of_days=one.of_days)


# ---- arithmetic


def plus(one: Range, other: Range) -> Range:
    """Return the sum of two ranges of numbers."""
    if _are_open_points(one, other):
        return pointed(_added(one.point, other.point), ANYTHING)
    return Range(_added(one.low, other.low), _added(one.high, other.high))


def less(one: Range, other: Range) -> Range:
    """Return the difference of two ranges: of days in days."""
    dates = one.of_days and other.of_days
    if _are_open_points(one, other):
        return pointed(_taken(one.point, other.point, dates), ANYTHING)
    return Range(_taken(one.low, other.high, dates), _taken(one.high, other.low, dates))


def _are_open_points(one: Range, other: Range) -> bool:
    return all(r.point is not None and (r.domain == ANYTHING or not isinstance(r.point, Column)) for r in (one, other))


def _added(one: End, other: End) -> End:
    return None if one is None or other is None else _folded(operator.add, one, other)


def _folded(make: Callable[..., End], one: End, other: End) -> End:
    """Return what two ends come to: worked out beforehand where both are the same in all rows."""
    if isinstance(one, Column) or isinstance(other, Column):
        return made(make, one, other)
    return make(one, other)


def _taken(one: End, other: End, dates: bool) -> End:
    if one is None or other is None:
        return None
    if isinstance(one, date) and isinstance(other, date):
        return (one - other).days
    if not dates:
        return _folded(operator.sub, one, other)
    return made(lambda a, b: _literal(a).delta(b, unit="day"), one, other)


def _literal(one: object) -> Deferred:
    return ibis.literal(one) if isinstance(one, date) else one


def never_below_none(one: Range) -> Range:
    """Return a range with what lies below nothing raised to it."""
    low = 0 if one.low is None else greatest([0, one.low])
    high = greatest([0, one.high])
    return Range(low, chosen([(null_end(one.high), None)], high))


def product(ranges: Sequence[Range]) -> Range:
    """Return the product of ranges of numbers; nothing times no matter how many is nothing."""
    total = exact(1)
    for one in ranges:
        total = _times(total, one)
    return total


def _times(one: Range, other: Range) -> Range:
    factor = next((r.point for r in (one, other) if isinstance(r.point, int) and r.point > 0), None)
    if factor is not None:
        kept = other if one.point is factor else one
        return Range(_scaled(kept.low, factor), _scaled(kept.high, factor))
    if not any(isinstance(end, Column) for r in (one, other) for end in (r.low, r.high)):
        return _times_constant(one, other)
    ends = [_bounded(end, far) for r in (one, other) for end, far in ((r.low, -_FAR), (r.high, _FAR))]
    corners = [made(_corner, a, b) for a in ends[:2] for b in ends[2:]]
    low, high = made(ibis.least, *corners), made(ibis.greatest, *corners)
    return Range(made(_finite, low), made(_finite, high))


def _times_constant(one: Range, other: Range) -> Range:
    ends = [float(_bounded(end, far)) for r in (one, other) for end, far in ((r.low, -_FAR), (r.high, _FAR))]  # type: ignore[arg-type]
    corners = [float(_corner(a, b)) for a in ends[:2] for b in ends[2:]]
    low, high = min(corners), max(corners)
    return Range(None if low == -_FAR else int(low), None if high == _FAR else int(high))


_FAR = float("inf")


def _corner(one: Deferred | float, other: Deferred | float) -> Deferred | float:
    """Return the product of two ends; a number stands second, where Ibis takes it."""
    if isinstance(one, float):
        one, other = other, one
    if isinstance(one, float):
        return 0.0 if not one or not other else one * other
    is_nothing = (one == 0) | (other == 0) if not isinstance(other, float) else (one == 0) if other else True
    return 0.0 if is_nothing is True else ibis.ifelse(is_nothing, 0.0, one * other)


def _finite(one: Deferred) -> Deferred:
    is_far = (one == _FAR) | (one == -_FAR)
    return ibis.ifelse(is_far, ibis.null("int64"), ibis.ifelse(is_far, 0.0, one).cast("int64"))


def _scaled(end: End, factor: int) -> End:
    return None if end is None else _folded(operator.mul, end, factor)


def _bounded(end: End, far: float) -> Column | float:
    if isinstance(end, Column):
        return end.cast("float64").or_else(far)
    assert not isinstance(end, date | str)
    return far if end is None else float(end)


# ---- days and months


def moved(day: End, slot: End) -> End:
    """Return the day so many months and then days later; 29 February's anniversary is the 28th."""
    if day is None or slot is None:
        return None
    if isinstance(slot, Column):
        return made(_moved_by_column, day, slot)
    assert isinstance(slot, int)
    months, days = divmod(slot, DAYS_PER_MONTH_SLOT)

    def later(start: Deferred) -> Deferred:
        start = _literal(start) + ibis.interval(months=months) if months else _literal(start)
        return start + ibis.interval(days=days) if days else start

    return made(later, day)


def _moved_by_column(start: Deferred, slot: Deferred) -> Deferred:
    months, days = slot // DAYS_PER_MONTH_SLOT, slot % DAYS_PER_MONTH_SLOT
    return _literal(start) + months.cast("int32").as_interval("M") + days.cast("int32").as_interval("D")


def shifted(day: End, days: End) -> End:
    """Return the day so many days later."""
    if day is None or days is None:
        return None
    if isinstance(days, Column):
        return made(lambda start, n: _literal(start) + n.cast("int32").as_interval("D"), day, days)
    return made(lambda start: _literal(start) + ibis.interval(days=days), day)


def is_at_most(start: End, end: End, slot: int) -> Flag:
    """Return whether the completed months and days from start to end are at most an ordering integer."""
    if start is None or end is None:
        return None
    if slot < 0:
        return compared(_taken(end, start, dates=True), "<=", slot)
    months, days = divmod(slot, DAYS_PER_MONTH_SLOT)
    reached = compared(end, "<=", moved(start, slot))
    # With so few days the next anniversary is farther away.
    if days < SHORTEST_MONTH:
        return reached
    return conj([reached, compared(end, "<", moved(start, (months + 1) * DAYS_PER_MONTH_SLOT))])
