"""Truths and values as columns: SQL's NULL is undetermined; a value that is the same in all rows is no column."""

import operator
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TypeVar

import ibis
from ibis import Deferred, _


class Column:
    """An Ibis expression over a table's columns, with the named columns that it reads and the stage it belongs to.

    is_plain marks a mere reference to a column; negates is the truth that this one is the opposite of; sides are, for a
    truth of three values made by kleene, the two columns that say where it is true and where it is false.
    """

    __slots__ = ("expression", "is_plain", "negates", "reads", "sides", "stage")

    def __init__(
        self, expression: Deferred, stage: int = 0, reads: frozenset[str] = frozenset(), *, is_plain: bool = False
    ) -> None:
        """Keep the expression and what it reads; negates and sides are set later."""
        self.expression = expression
        self.stage = stage
        self.reads = reads
        self.is_plain = is_plain
        self.negates: Column | None = None
        self.sides: tuple[Sure, Sure] | None = None

    def __invert__(self) -> "Column":
        if self.negates is not None:
            return self.negates
        opposite = combined_column(operator.invert, self)
        opposite.negates = self
        opposite.sides = self.sides and (self.sides[1], self.sides[0])
        return opposite

    def is_null(self) -> "Column":
        """Return whether it is null.

        A negation is null where the truth that it negates is null. That truth is tested instead, as sqlglot writes
        (NOT a) IS NULL without the parentheses, which means NOT (a IS NULL).
        """
        return combined_column(lambda one: one.isnull(), self.negates or self)

    def is_there(self) -> "Column":
        """Return whether it is not null."""
        return combined_column(lambda one: one.notnull(), self.negates or self)

    def or_else(self, other: "Column | object") -> "Column":
        """Return the column with another value in place of null."""
        return combined_column(ibis.coalesce, self, other)

    def is_one_of(self, members: Sequence[str]) -> "Column":
        """Return whether the value is one of the members; null where the value is null."""
        return combined_column(lambda one: one.isin(members), self)

    def holds(self, member: str) -> "Column":
        """Return whether a list holds a member; null where the list is null."""
        return combined_column(lambda one: one.contains(member), self)

    def length(self, members: Sequence[str] | None = None) -> "Column":
        """Return how many members a list holds, or how many of the given ones; null where the list is null."""
        if members is None:
            return combined_column(lambda one: one.length(), self)
        return combined_column(lambda one: one.filter(lambda member: member.isin(members)).length(), self)

    def cast(self, kind: str) -> "Column":
        """Return the column as another type."""
        return combined_column(lambda one: one.cast(kind), self)


def column(name: str) -> Column:
    """Return the input column of a name."""
    return Column(_[name], is_plain=True)


def combined_column(make: Callable[..., Deferred], *parts: object) -> Column:
    """Return the column that a function makes of columns and constants; its stage is the latest of theirs."""
    columns = [part for part in parts if isinstance(part, Column)]
    stage = max((one.stage for one in columns), default=0)
    reads = frozenset[str]().union(*(one.reads for one in columns))
    return Column(make(*(part.expression if isinstance(part, Column) else part for part in parts)), stage, reads)


# A truth of three values; None is undetermined in every row.
Flag = Column | bool | None
# A truth that is never undetermined.
Sure = Column | bool
# A value: an end of a range or a text. None has no value in any row.
End = Column | int | float | date | str | None

Value = TypeVar("Value")


# ---- truths


def all_hold(flags: Iterable[Flag]) -> Flag:
    """Return whether all hold."""
    return _of_all(flags, operator.and_, neutral=True)


def any_holds(flags: Iterable[Flag]) -> Flag:
    """Return whether at least one holds."""
    return _of_all(flags, operator.or_, neutral=False)


def _of_all(flags: Iterable[Flag], join: Callable[[Deferred, Deferred], Deferred], *, neutral: bool) -> Flag:
    """Return the flags joined: the neutral truth changes nothing, its opposite settles the whole."""
    kept = [flag for flag in flags if flag is not neutral]
    if any(flag is (not neutral) for flag in kept):
        return not neutral
    if not kept:
        return neutral
    if all(flag is None for flag in kept):
        return None
    columns = [_null_flag() if flag is None else flag for flag in kept]
    return columns[0] if len(columns) == 1 else combined_column(lambda *parts: joined_in_halves(join, parts), *columns)


def joined_in_halves(join: Callable[[Deferred, Deferred], Deferred], parts: Sequence[Deferred]) -> Deferred:
    """Return the parts joined in pairs: a thousand of them are nested ten levels deep instead of a thousand."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return join(joined_in_halves(join, parts[:middle]), joined_in_halves(join, parts[middle:]))


def opposite(flag: Flag) -> Flag:
    """Return the opposite truth."""
    return ~flag if isinstance(flag, Column) else None if flag is None else not flag


def is_true(flag: Flag) -> Sure:
    """Return whether a truth holds for certain."""
    if not isinstance(flag, Column):
        return flag is True
    return flag.sides[0] if flag.sides is not None else flag.or_else(False)


def is_false(flag: Flag) -> Sure:
    """Return whether a truth certainly does not hold."""
    if isinstance(flag, Column) and flag.sides is not None:
        return flag.sides[1]
    return is_true(opposite(flag))


def is_open(flag: Flag) -> Sure:
    """Return whether a truth is undetermined."""
    return flag.is_null() if isinstance(flag, Column) else flag is None


def sure(flag: Flag) -> Sure:
    """Return a truth that is never undetermined as the type Sure; an undetermined one is a mistake of the caller."""
    assert flag is not None
    return flag


def both(*sures: Sure) -> Sure:
    """Return whether all hold, of truths that are never undetermined."""
    return sure(all_hold(sures))


def either(*sures: Sure) -> Sure:
    """Return whether one holds, of truths that are never undetermined."""
    return sure(any_holds(sures))


def no(one: Sure) -> Sure:
    """Return the opposite of a truth that is never undetermined."""
    return sure(opposite(one))


def kleene(true: Sure, false: Sure) -> Flag:
    """Return a truth that is true where true holds, false where false holds, else undetermined; both never hold."""
    truth: Flag = first_case([(true, True), (false, False)], None)
    if isinstance(truth, Column):
        truth.sides = (true, false)
    return truth


def at_least_of(n: int, flags: Iterable[Flag]) -> Flag:
    """Return whether at least n of them hold."""
    parts = tuple(flags)
    return kleene(_at_least([is_true(flag) for flag in parts], n), no(_at_least([no(is_false(f)) for f in parts], n)))


def _null_flag() -> Deferred:
    return ibis.null("boolean")


def _at_least(sures: Sequence[Sure], n: int) -> Sure:
    certain = sum(one is True for one in sures)
    columns = [one.cast("int8") for one in sures if isinstance(one, Column)]
    if certain >= n or certain + len(columns) < n:
        return certain >= n
    total = columns[0]
    for column in columns[1:]:
        total = combined_column(operator.add, total, column)
    return combined_column(operator.ge, total, n - certain)


def first_case(cases: Sequence[tuple[Sure, Value]], otherwise: Value) -> Value:
    """Return the value of the first case that holds, or otherwise where none does."""
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
    return combined_column(cases_of, *parts, null if otherwise is None else otherwise)  # type: ignore[return-value]


# ---- values


def comparison(one: End, words: str, other: End) -> Flag:
    """Return whether two ends compare by the operator in words; undetermined where one of them is open."""
    if one is None or other is None:
        return None
    compare = _OPERATORS[words]
    if not isinstance(one, Column) and not isinstance(other, Column):
        return bool(compare(one, other))
    return combined_column(compare, one, other)


def surely(one: End, words: str, other: End) -> Sure:
    """Return whether two ends certainly compare by the operator in words."""
    return is_true(comparison(one, words, other))


_OPERATORS: dict[str, Callable[..., Deferred]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "==": operator.eq,
}


def end_or(column: End, other: End) -> End:
    """Return a column with another value where it has none."""
    if column is None or other is None:
        return other if column is None else column
    return column.or_else(other) if isinstance(column, Column) else column


def null_end(end: End) -> Sure:
    """Return whether an end is open."""
    return end.is_null() if isinstance(end, Column) else end is None


def least(ends: Sequence[End]) -> End:
    """Return the least of the ends that have a value; None where none has."""
    return _extreme(ends, ibis.least, min)


def greatest(ends: Sequence[End]) -> End:
    """Return the greatest of the ends that have a value; None where none has."""
    return _extreme(ends, ibis.greatest, max)


def _extreme(ends: Sequence[End], take: Callable[..., Deferred], fold: Callable[..., End]) -> End:
    columns: list[End] = [end for end in ends if isinstance(end, Column)]
    constants = [end for end in ends if end is not None and not isinstance(end, Column)]
    if constants:
        columns.append(fold(constants))
    return None if not columns else columns[0] if len(columns) == 1 else combined_column(take, *columns)
