"""What definitions mean: the values of a computed fact, from those that its formula reads."""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Generic, NamedTuple, assert_never

from mtus_engine.meaning.algebra import Algebra, F, R, S, T, V_co
from mtus_engine.meaning.conditions import truth_of, truth_or_true
from mtus_engine.model.fact import Fact, Kind
from mtus_engine.model.formula import (
    ByCondition,
    Difference,
    ElapsedTime,
    Formula,
    Given,
    HitPolicy,
    Left,
    Looked,
    Margin,
    Operand,
    Product,
    RowRule,
    Sum,
    TableRule,
)
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import ANYTHING, Span, Stretch, point_span


def row_truths(table: TableRule, known: Mapping[str, F], a: Algebra[S, T, R, V_co, F]) -> dict[str, T]:
    """Return the truth of each row of a table, by its id."""
    return {row.id: truth_or_true(row.when, known, a) for row in table.rows}


def values_of(
    fact: Fact, formula: Formula, known: Mapping[str, F], rows: Mapping[str, T], a: Algebra[S, T, R, V_co, F]
) -> V_co:
    """Return the values of a computed fact; rows holds the truths of the rows of a table that is read."""
    match formula:
        case ByCondition(condition):
            return a.flag(truth_of(condition, known, a))
        case Sum(operands):
            return a.ordered(_sum(fact, operands, known, a))
        case Difference(minuend, subtrahend):
            return a.ordered(_difference(minuend, subtrahend, known, a))
        case Product(operands):
            return a.ordered(reduce(a.times, [_number(operand, known, a) for operand in operands]))
        case ElapsedTime(start, end):
            return a.age(a.number(known[start]), a.number(known[end]))
        case Looked(table, output):
            return _looked_up_figure(fact, table, output, rows, a)
        case Given(table, output):
            return a.flag(_is_given(table, output, rows, a))
        case Left(cap, counting, signed):
            return a.ordered(what_cap_leaves(_number(cap, known, a), _counted(counting, signed, known, a), a))
        case Margin():
            return a.ordered(_margin(formula, known, a))
        case _:
            assert_never(formula)


def what_cap_leaves(cap: R, counted: Sequence[R], a: Algebra[S, T, R, V_co, F]) -> R:
    """Return what a cap leaves after all that was counted: never less than 0."""
    return a.never_below_none(reduce(a.less, counted, cap))


def _counted(
    counting: Sequence[str], signed: frozenset[str], known: Mapping[str, F], a: Algebra[S, T, R, V_co, F]
) -> list[R]:
    """Return the units had before, fact by fact: never fewer than none."""
    numbers = [(name, a.number(known[name])) for name in counting]
    return [a.never_below_none(number) if name in signed else number for name, number in numbers]


def _number(operand: Operand, known: Mapping[str, F], a: Algebra[S, T, R, V_co, F]) -> R:
    return a.span(point_span(operand)) if isinstance(operand, int) else a.number(known[operand])


def _sum(fact: Fact, operands: Sequence[Operand], known: Mapping[str, F], a: Algebra[S, T, R, V_co, F]) -> R:
    if fact.kind is Kind.DATE:
        first, *periods = operands
        return reduce(a.later, [known[str(period)] for period in periods], _number(first, known, a))
    return reduce(a.plus, [_number(operand, known, a) for operand in operands])


def _difference(one: Operand, other: Operand, known: Mapping[str, F], a: Algebra[S, T, R, V_co, F]) -> R:
    apart = a.less(_number(one, known, a), _number(other, known, a))
    if isinstance(one, int) or isinstance(other, int):
        return apart
    # A period of months less itself is 0 days, though its own number of days is a range.
    return a.picked(a.is_same_period(known[one], known[other]), a.span(point_span(0)), apart)


def _margin(formula: Margin, known: Mapping[str, F], a: Algebra[S, T, R, V_co, F]) -> R:
    margin = a.less(a.number(known[formula.left]), a.number(known[formula.of]))
    if formula.requested is None:
        return margin
    # Authorized units are taken from what is left and from what is asked: what suffices for the whole suffices.
    counted = _counted(formula.counting, formula.signed, known, a)
    whole = what_cap_leaves(_number(formula.cap, known, a), counted, a)
    enough, of_whole = (
        a.within(Span(0, None), one) for one in (margin, a.less(whole, a.number(known[formula.requested])))
    )
    is_open = a.both([a.no(a.is_true(enough)), a.no(a.is_false(enough))])
    suffices = a.both([a.is_true(of_whole), is_open, a.no(a.is_stated(known[formula.of]))])
    return a.picked(suffices, a.from_none(margin), margin)


class _Row(NamedTuple, Generic[S, T]):
    """A row with its truth, and whether it certainly or possibly counts (hit policy first: if none before it does)."""

    rule: RowRule
    truth: T
    certain: S
    possible: S


def _counting_rows(table: TableRule, rows: Mapping[str, T], a: Algebra[S, T, R, V_co, F]) -> list[_Row[S, T]]:
    found = []
    for n, row in enumerate(table.rows):
        truth = rows[row.id]
        before = [rows[one.id] for one in table.rows[:n]] if table.hit_policy is HitPolicy.FIRST else []
        certain = a.both([a.is_true(truth), *(a.is_false(one) for one in before)])
        possible = a.both([a.no(a.is_false(truth)), *(a.no(a.is_true(one)) for one in before)])
        found.append(_Row(row, truth, certain, possible))
    return found


def _looked_up_figure(
    fact: Fact, table: TableRule, output: str, rows: Mapping[str, T], a: Algebra[S, T, R, V_co, F]
) -> V_co:
    """Return the figure of the rows that certainly count, else of all that may; anything where perhaps none does.

    Some row counts where one holds for certain, and in a table that says what is for all other cases.
    """
    counting = _counting_rows(table, rows, a)
    is_complete = a.either(
        [
            a.sure(table.has_otherwise or table.without_row is not None),
            *(a.is_true(row.truth) for row in counting),
        ]
    )
    figures = [(row, figure.values) for row in counting for name, figure in row.rule.figures if name == output]
    if fact.kind is Kind.PERIOD:
        periods = [(row, values) for row, values in figures if isinstance(values, Stretch)]
        anything = Span(0, None)
        calendars = [(row, values.calendar) for row, values in periods]
        days = [(row, values.days) for row, values in periods]
        return a.period(
            _figure(table, calendars, anything, is_complete, a), _figure(table, days, anything, is_complete, a)
        )
    spans = [(row, values) for row, values in figures if isinstance(values, Span)]
    anything = fact.domain if isinstance(fact.domain, Span) else ANYTHING
    return a.ordered(_figure(table, spans, anything, is_complete, a))


def _figure(
    table: TableRule,
    figures: Sequence[tuple[_Row[S, T], Span]],
    anything: Span,
    is_complete: S,
    a: Algebra[S, T, R, V_co, F],
) -> R:
    certain = [(row.certain, span) for row, span in figures]
    possible = [(row.possible, span) for row, span in figures]
    whole = a.hull_where(possible)
    settled = a.raised(whole, certain) if table.takes_largest else a.hull_where(certain)
    some = a.picked(a.either(holds for holds, _ in certain), settled, whole)
    is_told = a.both([is_complete, a.either(holds for holds, _ in possible)])
    return a.picked(is_told, some, a.span(anything))


def _is_given(table: TableRule, output: str, rows: Mapping[str, T], a: Algebra[S, T, R, V_co, F]) -> T:
    """Return whether a table gives the figure at all, whichever of its rows count.

    Where no row may hold, this is undetermined, unless without_row says that such a gap is meant.
    """
    counting = [(row, any(name == output for name, _ in row.rule.figures)) for row in _counting_rows(table, rows, a)]
    some_may_give = a.either(row.possible for row, gives in counting if gives)
    none_may_not = a.both(a.no(row.possible) for row, gives in counting if not gives)
    some_holds = a.either(a.is_true(row.truth) for row, _ in counting)
    some_gives = a.either(row.certain for row, gives in counting if gives)
    all_give = a.both(a.no(row.certain) for row, gives in counting if not gives)
    match table.hit_policy:
        case HitPolicy.UNIQUE:
            given, refused = a.both([some_holds, all_give]), a.both([some_holds, a.no(some_gives)])
        case HitPolicy.LARGEST:
            given, refused = some_gives, a.sure(False)
        case HitPolicy.FIRST:
            given, refused = a.both([some_holds, none_may_not]), a.sure(False)
        case _:
            assert_never(table.hit_policy)
    yes = a.either([given, a.both([a.sure(table.has_otherwise), none_may_not])])
    is_complete = a.either([a.sure(table.has_otherwise or table.without_row is not None), some_holds])
    none_gives = a.either([a.both([a.no(some_may_give), is_complete]), refused])
    return a.kleene(yes, a.both([a.no(yes), none_gives]))


def rows_that_may_count(table: TableRule, truths: Mapping[str, Truth]) -> list[RowRule]:
    """Return the rows that count, or may, by the hit policy; truths are those of the rows, by id."""
    found = []
    for row in table.rows:
        if truths[row.id] is not Truth.FALSE:
            found.append(row)
        if truths[row.id] is Truth.TRUE and table.hit_policy is HitPolicy.FIRST:
            break
    return found
