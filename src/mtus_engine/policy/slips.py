"""Small mistakes in one part of a rule: a number one off, a member left out, a figure shifted."""

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from mtus_engine.compiler.literals import stretch_of
from mtus_engine.model.condition import Documented, HasAll, Leaf, Measure, OneOf, Within
from mtus_engine.model.formula import Figure, Operand, RowRule
from mtus_engine.model.periods import DAYS_PER_MONTH_SLOT, Period, period_of_slot
from mtus_engine.model.values import Member, Span, Stretch


def changed_operands(operands: tuple[Operand, ...], name: str) -> Iterator[tuple[tuple[Operand, ...], str, str]]:
    """Yield the operands with one of them left out, and with a number one more or less."""
    for n, operand in enumerate(operands):
        if len(operands) > 1:
            yield (*operands[:n], *operands[n + 1 :]), f"{name}: {operand}", ""
        for step in (-1, 1) if isinstance(operand, int) else ():
            changed = int(operand) + step
            yield (*operands[:n], changed, *operands[n + 1 :]), f"{name}: {operand}", f"{name}: {changed}"


def changed_rows(row: RowRule, output: str) -> Iterator[tuple[RowRule, str, str]]:
    """Yield a row of a table with one of its figures one more or less, and the figure before and after."""
    for name, figure in row.figures:
        if name != output:
            continue
        for step in (-1, 1):
            other = Figure(_shifted_figure(figure.values, step), f"{figure.words} {step:+}")
            figures = tuple((o, other if o == name else f) for o, f in row.figures)
            yield row._replace(figures=figures), f"{name} {figure.words}", f"{name} {other.words}"


def _shifted_figure(values: Span | Stretch, step: int) -> Span | Stretch:
    """Return a figure with its deciding end one more or less; a period a day longer, or a month or day shorter."""
    if isinstance(values, Span):
        return _shifted_span(values, step)
    slot = values.calendar.point
    if slot is not None and values.days.point is None:
        period = period_of_slot(slot)
        return stretch_of(
            Period(period.months, period.days + 1) if step > 0 else Period(period.months - 1, period.days)
        )
    days = values.days.high
    return values if days is None else stretch_of(Period(0, max(0, days + step)))


def _shifted_span(span: Span, step: int) -> Span:
    low = None if span.low is None else span.low + step if span.low == span.high else span.low
    return Span(low, None if span.high is None else span.high + step)


def changed_tests(leaf: Leaf) -> Iterator[Leaf]:
    """Yield a test with a mistake in it."""
    match leaf.test:
        case OneOf(members):
            yield from (replace(leaf, test=OneOf(left)) for left in _members(members))
        case HasAll(members):
            yield replace(leaf, test=OneOf(members))
            yield from (replace(leaf, test=HasAll(left)) for left in _members(members))
        case Within(span, measure):
            for changed, _ in shifted_regions(span, DAYS_PER_MONTH_SLOT if measure is Measure.CALENDAR else 1):
                yield replace(leaf, test=Within(changed, measure))
        case Documented():
            return
        case _:
            assert_never(leaf.test)


def _members(members: frozenset[Member]) -> Iterator[frozenset[Member]]:
    """Yield the other truth, or the members with one of them left out."""
    if members <= {True, False}:
        flipped = frozenset({True, False}) - members
        if flipped:
            yield flipped
    elif len(members) > 1:
        yield from (members - {member} for member in sorted(map(str, members)))


def shifted_regions(span: Span, most: int = 1) -> Iterator[tuple[Span, int]]:
    """Yield a range with one of its ends moved by 1, or by most, to either side; each with the step."""
    for step in dict.fromkeys((-most, -1, 1, most)):
        if span.low is not None and (span.high is None or span.low + step <= span.high):
            yield Span(span.low + step, span.high), step
        if span.high is not None and (span.low is None or span.low <= span.high + step):
            yield Span(span.low, span.high + step), step
