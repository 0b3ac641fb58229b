"""Conditions on facts as columns: the truth of tests and of what they are joined to, and why it is open."""

from typing import NamedTuple

from mtus_engine.compiler.targets.columns.ranges import Range, is_at_most, less, within
from mtus_engine.compiler.targets.columns.terms import (
    Column,
    Flag,
    Stages,
    Sure,
    at_least_of,
    both,
    chosen,
    compared,
    conj,
    disj,
    either,
    is_open,
    is_true,
    kleene,
    negated,
    no,
)
from mtus_engine.compiler.targets.columns.values import (
    Age,
    Chosen,
    Members,
    NoColumns,
    Seen,
    SeenFacts,
    Time,
    Truths,
    day,
)
from mtus_engine.model.condition import Condition, Documented, Joins, Leaf, Measure, OneOf, Within, folded, leaves
from mtus_engine.model.values import Member, Span


class Judged(NamedTuple):
    """The truth of a condition, the same with presumed facts left open, and why it is open where it is."""

    truth: Flag
    firm: Flag
    missing: Sure
    conflicting: Sure
    looked_for: Sure


FLAGS: Joins[Flag] = Joins(negated, conj, disj, at_least_of)


def truth_of(condition: Condition, known: SeenFacts) -> Flag:
    """Return the truth of a condition."""
    return folded(condition, lambda leaf: tested(leaf, known[leaf.fact]), FLAGS)


def judged(condition: Condition, known: SeenFacts, stages: Stages) -> Judged:
    """Return the truth of a condition with what its reasons are read from; its tests become columns of this stage."""
    truths = {leaf: stages.named(tested(leaf, known[leaf.fact])) for leaf in dict.fromkeys(leaves(condition))}
    firm = {leaf: stages.named(_firm(truth, known[leaf.fact].presumed)) for leaf, truth in truths.items()}
    open_ = [(is_open(truth), known[leaf.fact]) for leaf, truth in truths.items()]
    whole = folded(condition, truths.__getitem__, FLAGS)
    return Judged(
        whole,
        whole if firm == truths else folded(condition, firm.__getitem__, FLAGS),
        either(*(both(one, seen.missing) for one, seen in open_)),
        either(*(both(one, seen.conflicting) for one, seen in open_)),
        either(*(both(one, seen.looked_for) for one, seen in open_)),
    )


def _firm(truth: Flag, presumed: Sure) -> Flag:
    return truth if presumed is False else chosen([(presumed, None)], truth)


def tested(leaf: Leaf, seen: Seen) -> Flag:
    """Return the truth of one test; raises NoColumns for a test of what columns do not express."""
    match leaf.test, seen.values:
        case Documented(), _:
            return kleene(both(seen.narrowed, no(seen.presumed)), False)
        case OneOf(members), Truths(flag):
            return flag if members == {True} else negated(flag) if members == {False} else bool(members)
        case OneOf(members), Members() as values:
            return _is_among(members, values)
        case OneOf(members), Chosen() as values:
            return _holds_one(members, values)
        case Within(span, measure), Time(calendar, days):
            return within(*span, calendar if measure is Measure.CALENDAR else days)
        case Within(span, measure), Age(start, end):
            return _aged(span, start, end) if measure is Measure.CALENDAR else within(*span, less(end, start))
        case Within(span, _), Range() as values:
            return within(day(span.low), day(span.high), values) if values.of_days else within(*span, values)
        case _:
            raise NoColumns(f"the test of {leaf.fact}")


def _is_among(members: frozenset[Member], values: Members) -> Flag:
    unsaid = True if values.all <= members else None if values.all & members else False
    if not isinstance(values.value, Column) and values.value is not None:
        return values.value in members
    names = sorted(str(member) for member in members)
    if values.value is None and values.among is None:
        return unsaid
    found: list[Column] = [] if values.value is None else [values.value.is_one_of(names)]
    if values.among is not None:
        inside = values.among.length(names)
        all_, none = compared(inside, "==", values.among.length()), compared(inside, "==", 0)
        listed = kleene(is_true(all_), is_true(none))
        # A list that leaves several members, some of them meant, is open: only a row without any is unsaid.
        return chosen([(values.among.is_there(), listed)], _or_unsaid(found[0], unsaid) if found else unsaid)
    return _or_unsaid(found[0], unsaid)


def _or_unsaid(flag: Column, unsaid: bool | None) -> Column:
    return flag if unsaid is None else flag.or_else(unsaid)


def _holds_one(members: frozenset[Member], values: Chosen) -> Flag:
    wanted = sorted(str(member) for member in members & values.all)
    if not wanted:
        return False
    if values.certain is None:
        return None
    hit = disj([values.certain.holds(member) for member in wanted])
    if values.perhaps is None and values.is_open is False:
        return hit
    maybe = [] if values.perhaps is None else [is_true(values.perhaps.holds(member)) for member in wanted]
    return chosen(
        [(is_true(hit), True), (values.certain.is_null(), None), (either(values.is_open, *maybe), None)], False
    )


def _aged(span: Span, start: Range, end: Range) -> Flag:
    """Return whether the completed months and days between two days lie in a span."""
    if start.point is not None and end.point is not None:
        parts = [] if span.high is None else [is_at_most(start.point, end.point, span.high)]
        parts += [] if span.low is None else [negated(is_at_most(start.point, end.point, span.low - 1))]
        return conj(parts)
    true: list[Flag] = []
    false: list[Flag] = []
    if span.high is not None:
        true.append(is_at_most(start.low, end.high, span.high))
        false.append(negated(is_at_most(start.high, end.low, span.high)))
    if span.low is not None:
        true.append(negated(is_at_most(start.high, end.low, span.low - 1)))
        false.append(is_at_most(start.low, end.high, span.low - 1))
    return kleene(is_true(conj(true)), either(*(is_true(one) for one in false)))
