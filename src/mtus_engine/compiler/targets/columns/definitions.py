"""Definitions as columns: the facts that are computed from others, and what rows state of them."""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import assert_never

from mtus_engine.compiler.definitions import inputs_of
from mtus_engine.compiler.targets.columns.conditions import judged, truth_of
from mtus_engine.compiler.targets.columns.ranges import (
    Range,
    exact,
    hull,
    is_settled,
    less,
    moved,
    never_below_none,
    picked,
    plus,
    product,
    shifted,
    span_range,
)
from mtus_engine.compiler.targets.columns.terms import (
    Flag,
    Stages,
    Sure,
    both,
    chosen,
    either,
    filled,
    greatest,
    is_false,
    is_open,
    is_true,
    kleene,
    least,
    no,
    null_end,
    surely,
)
from mtus_engine.compiler.targets.columns.values import (
    Age,
    NoColumns,
    Seen,
    SeenFacts,
    Time,
    Truths,
    Values,
    is_narrower,
    named_seen,
    named_values,
    settled,
)
from mtus_engine.model.condition import Condition, leaves
from mtus_engine.model.fact import Fact, Kind
from mtus_engine.model.ruleset import (
    ByCondition,
    Derived,
    Difference,
    ElapsedTime,
    Given,
    Left,
    Looked,
    Margin,
    Operand,
    Product,
    Sum,
    TableRule,
)
from mtus_engine.model.values import ANYTHING, Span, Stretch


class Definitions:
    """Computes derived facts, each once for the facts it is computed from."""

    def __init__(self, stages: Stages, stated: Mapping[str, Seen]) -> None:
        """Prepare; stated are the derived facts of which rows say something."""
        self._stages = stages
        self._stated = stated
        self._rows: dict[tuple[object, ...], dict[str, Flag]] = {}
        self._made: dict[tuple[object, ...], tuple[Seen, object]] = {}

    def with_derived(self, derived: Sequence[Derived], known: SeenFacts) -> dict[str, Seen]:
        """Return the facts with those that definitions, in order, compute from them."""
        found = dict(known)
        for entry in derived:
            found[entry.fact.name] = self._computed(entry, found)
        return found

    def _computed(self, entry: Derived, known: SeenFacts) -> Seen:
        inputs = [known[name] for name in inputs_of(entry.formula)]
        key = (entry, *(id(one) for one in inputs))
        if key not in self._made:
            by_definition = self._by_definition(entry, known)
            stated = self._stated.get(entry.fact.name)
            seen = by_definition if stated is None else _with_statements(by_definition, stated, entry.fact)
            named = seen if stated is None else named_seen(seen, self._stages)
            # The inputs are kept beside it: while they live no others have their ids.
            self._made[key] = named, inputs
        return self._made[key][0]

    def _by_definition(self, entry: Derived, known: SeenFacts) -> Seen:
        formula, fact = entry.formula, entry.fact
        if isinstance(formula, ByCondition):
            return self._by_condition(formula.condition, known)
        values = named_values(self._values(fact, formula, known), self._stages)
        return named_seen(self._reasoned(values, fact, [known[name] for name in inputs_of(formula)]), self._stages)

    def _by_condition(self, condition: Condition, known: SeenFacts) -> Seen:
        found = judged(condition, known, self._stages)
        flag, firm = self._stages.named(found.truth), self._stages.named(found.firm)
        presumed = False if found.firm is found.truth else both(no(is_open(flag)), is_open(firm))
        open_ = is_open(flag)
        conflicting = both(open_, found.conflicting, no(found.missing))
        looked_for = both(open_, found.looked_for)
        seen = Seen(Truths(flag), both(open_, found.missing), conflicting, looked_for, no(open_), presumed)
        return named_seen(seen, self._stages)

    def _reasoned(self, values: Values, fact: Fact, inputs: Sequence[Seen]) -> Seen:
        """Return a computed fact with the reasons of those it is computed from."""
        open_ = no(settled(values))
        unsettled = [(both(open_, no(settled(one.values))), one) for one in inputs]
        missing = either(*(both(is_so, one.missing) for is_so, one in unsettled))
        conflicting = both(either(*(both(is_so, one.conflicting) for is_so, one in unsettled)), no(missing))
        looked_for = either(*(both(is_so, one.looked_for) for is_so, one in unsettled))
        narrowed = is_narrower(values, fact)
        presumed = both(narrowed, either(*(one.presumed for one in inputs)))
        return Seen(values, missing, conflicting, looked_for, narrowed, presumed)

    def _values(
        self,
        fact: Fact,
        formula: Sum | Difference | Product | ElapsedTime | Looked | Given | Left | Margin,
        known: SeenFacts,
    ) -> Range | Truths | Time | Age:
        match formula:
            case Sum(operands):
                if fact.kind is Kind.DATE:
                    return _later(operands, known)
                return reduce(plus, [_range(operand, known) for operand in operands])
            case Difference(minuend, subtrahend):
                return _difference(minuend, subtrahend, known)
            case Product(operands):
                return product([_range(operand, known) for operand in operands])
            case ElapsedTime(start, end):
                return Age(_range(start, known), _range(end, known))
            case Looked(table, output):
                return _looked(fact, table, output, self._truths(table, known))
            case Given(table, output):
                return Truths(_given(table, output, self._truths(table, known)))
            case Left(cap, counting):
                return _left(_range(cap, known), [_range(name, known) for name in counting])
            case Margin():
                return _margin(formula, known)
            case _:
                assert_never(formula)

    def _truths(self, table: TableRule, known: SeenFacts) -> dict[str, Flag]:
        """Return the truths of a table's rows, worked out once for both its figures and whether it gives any."""
        names = dict.fromkeys(leaf.fact for row in table.rows if row.when is not None for leaf in leaves(row.when))
        key = (table.id, table.rows, *(id(known[name]) for name in names))
        if key not in self._rows:
            self._rows[key] = {
                row.id: True if row.when is None else self._stages.named(truth_of(row.when, known))
                for row in table.rows
            }
        return self._rows[key]


def _with_statements(computed: Seen, stated: Seen, fact: Fact) -> Seen:
    """Return a computed fact with what the row states of it: that stands where it is open, else they may conflict."""
    stands = both(stated.narrowed, either(no(computed.narrowed), _is_inside(stated.values, computed.values)))
    conflicts = both(stated.narrowed, no(stands))
    joint = _joint(computed.values, stated.values)
    narrowed = is_narrower(joint, fact)
    kept = both(no(stands), no(conflicts))
    return Seen(
        _picked_values([(stands, stated.values), (conflicts, joint)], computed.values),
        either(both(stands, stated.missing), both(kept, computed.missing)),
        either(both(stands, stated.conflicting), conflicts, both(kept, computed.conflicting)),
        either(both(stands, stated.looked_for), both(kept, either(computed.looked_for, stated.looked_for))),
        either(both(stands, stated.narrowed), both(conflicts, narrowed), both(kept, computed.narrowed)),
        either(both(stands, stated.presumed), both(kept, computed.presumed)),
        stated.mentioned,
    )


def _is_inside(inner: Values, outer: Values) -> Sure:
    match inner, outer:
        case Truths(one), Truths(other):
            # Both are settled where this is asked, or the outer one is open and nothing is asked of it.
            return either(is_open(other), both(is_true(one), is_true(other)), both(is_false(one), is_false(other)))
        case Range(), Range():
            above = either(null_end(outer.low), surely(inner.low, ">=", outer.low))
            return both(above, either(null_end(outer.high), surely(inner.high, "<=", outer.high)))
        case _:
            raise NoColumns("statements about a computed period")


def _joint(one: Values, other: Values) -> Range | Truths:
    match one, other:
        case Truths(first), Truths(second):
            return Truths(kleene(both(is_true(first), is_true(second)), both(is_false(first), is_false(second))))
        case Range(), Range():
            return hull(one, other)
        case _:
            raise NoColumns("statements about a computed period")


def _picked_values(
    cases: Sequence[tuple[Sure, Values]],
    otherwise: Values,
) -> Range | Truths:
    if isinstance(otherwise, Truths):
        return Truths(chosen([(s, v.flag) for s, v in cases if isinstance(v, Truths)], otherwise.flag))
    assert isinstance(otherwise, Range)
    ranges = [(s, v) for s, v in cases if isinstance(v, Range)]
    return Range(
        chosen([(s, v.low) for s, v in ranges], otherwise.low), chosen([(s, v.high) for s, v in ranges], otherwise.high)
    )


def _range(operand: Operand, known: SeenFacts) -> Range:
    if isinstance(operand, int):
        return exact(operand)
    match known[operand].values:
        case Range() as one:
            return one
        case Time(_, days):
            return days
        case Age(start, end):
            return less(end, start)
        case _:
            return span_range(ANYTHING)


def _later(operands: Sequence[Operand], known: SeenFacts) -> Range:
    """Return the day so many periods later: bounded by the months and by the days, whichever is closer."""
    total = _range(operands[0], known)
    for operand in operands[1:]:
        period = known[str(operand)].values
        if not isinstance(period, Time):
            raise NoColumns(f"{operand} added to a date")
        low = greatest([moved(total.low, period.calendar.low), shifted(total.low, period.days.low)])
        high = least([moved(total.high, period.calendar.high), shifted(total.high, period.days.high)])
        total = Range(low, high, of_days=True)
    return total


def _difference(minuend: Operand, subtrahend: Operand, known: SeenFacts) -> Range:
    one, other = (known[o].values if isinstance(o, str) else None for o in (minuend, subtrahend))
    apart = less(_range(minuend, known), _range(subtrahend, known))
    if isinstance(one, Time) and isinstance(other, Time):
        settled_ = both(is_settled(one.calendar), is_settled(other.calendar))
        alike = both(settled_, surely(one.calendar.low, "==", other.calendar.low))
        return picked(alike, exact(0), apart)
    return apart


def _left(cap: Range, counted: Sequence[Range]) -> Range:
    return never_below_none(reduce(less, counted, cap))


def _margin(formula: Margin, known: SeenFacts) -> Range:
    margin = less(_range(formula.left, known), _range(formula.of, known))
    if formula.requested is None:
        return margin
    # However many are authorized, they are taken from both sides: what suffices for the whole suffices.
    whole = _left(_range(formula.cap, known), [_range(name, known) for name in formula.counting])
    spare = less(whole, _range(formula.requested, known)).low
    enough = surely(spare, ">=", 0)
    is_short = no(surely(margin.low, ">=", 0))
    suffices = both(enough, is_short, no(known[formula.of].mentioned))
    return Range(chosen([(suffices, 0)], margin.low), margin.high)


def _looked(fact: Fact, table: TableRule, output: str, rows: Mapping[str, Flag]) -> Range | Time:
    figures = [(rows[row.id], dict(row.figures)[output].values) for row in table.rows if output in dict(row.figures)]
    if fact.kind is Kind.PERIOD:
        periods = [(truth, values) for truth, values in figures if isinstance(values, Stretch)]
        calendar = [(truth, values.calendar) for truth, values in periods]
        days = [(truth, values.days) for truth, values in periods]
        return Time(_figures(table, calendar, Span(0, None)), _figures(table, days, Span(0, None)))
    spans = [(truth, values) for truth, values in figures if isinstance(values, Span)]
    return _figures(table, spans, fact.domain if isinstance(fact.domain, Span) else ANYTHING)


def _figures(table: TableRule, rows: Sequence[tuple[Flag, Span]], otherwise: Span) -> Range:
    """Return the figures of the rows that count: those that hold for certain, else those that may."""
    certain = [(is_true(truth), span) for truth, span in rows]
    possible = [(no(is_false(truth)), span) for truth, span in rows]
    some_certain, some_possible = either(*(s for s, _ in certain)), either(*(s for s, _ in possible))
    whole = _hull_of(possible)
    if table.takes_largest:
        largest = greatest([chosen([(holds, span.low)], None) for holds, span in certain])
        low = chosen([(some_certain, filled(largest, whole.low))], whole.low)
        return picked(some_possible, Range(low, whole.high), span_range(otherwise))
    return picked(some_possible, picked(some_certain, _hull_of(certain), whole), span_range(otherwise))


def _hull_of(rows: Sequence[tuple[Sure, Span]]) -> Range:
    lows = least([chosen([(holds, span.low)], None) for holds, span in rows])
    highs = greatest([chosen([(holds, span.high)], None) for holds, span in rows])
    no_low = either(*(holds for holds, span in rows if span.low is None))
    no_high = either(*(holds for holds, span in rows if span.high is None))
    return Range(chosen([(no_low, None)], lows), chosen([(no_high, None)], highs))


def _given(table: TableRule, output: str, rows: Mapping[str, Flag]) -> Flag:
    truths = [(rows[row.id], output in dict(row.figures)) for row in table.rows]
    some_possible = either(*(no(is_false(truth)) for truth, gives in truths if gives))
    all_possible = both(*(is_false(truth) for truth, gives in truths if not gives))
    some_certain = either(*(is_true(truth) for truth, _ in truths))
    gives_certain = either(*(is_true(truth) for truth, gives in truths if gives))
    all_certain = both(*(no(is_true(truth)) for truth, gives in truths if not gives))
    is_given = gives_certain if table.takes_largest else both(some_certain, all_certain)
    yes = either(is_given, both(table.has_otherwise, all_possible))
    not_certain = False if table.takes_largest else both(some_certain, no(gives_certain))
    return kleene(yes, both(no(yes), either(no(some_possible), not_certain)))
