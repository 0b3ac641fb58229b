"""Facts as columns: what a row says of base facts, and what definitions compute from them."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import reduce
from typing import NamedTuple, assert_never

from mtus_engine.compiler.definitions import inputs_of
from mtus_engine.compiler.targets.columns_terms import (
    Column,
    End,
    Flag,
    Range,
    Stages,
    Sure,
    at_least_of,
    both,
    chosen,
    compared,
    conj,
    disj,
    either,
    exact,
    greatest,
    hull,
    is_at_most,
    is_false,
    is_open,
    is_settled,
    is_true,
    kleene,
    least,
    less,
    moved,
    negated,
    never_below_none,
    no,
    null_end,
    picked,
    plus,
    product,
    shifted,
    span_range,
    within,
)
from mtus_engine.model.condition import (
    AllOf,
    AnyOf,
    AtLeastOf,
    Condition,
    Documented,
    Leaf,
    Measure,
    Not,
    OneOf,
    Within,
    leaves,
    parts_of,
)
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
from mtus_engine.model.values import ANYTHING, Member, Span, Stretch


class NoColumns(Exception):
    """A part of the rules that columns do not express."""


class Truths(NamedTuple):
    """A fact that is true or false: null where it may be either."""

    flag: Flag


class Members(NamedTuple):
    """One member of an enumeration, or, where value is null, one of those that among lists, else any."""

    value: Column | str | None
    among: Column | None
    all: frozenset[str]


class Chosen(NamedTuple):
    """A set of members: those that certain lists, perhaps those that perhaps lists, and any where is_open or null."""

    certain: Column | None
    perhaps: Column | None
    is_open: Sure
    all: frozenset[str]


class Time(NamedTuple):
    """A period, in ordering integers of months and days and in days."""

    calendar: Range
    days: Range


class Age(NamedTuple):
    """The time from one day to another, compared by its anniversaries."""

    start: Range
    end: Range


class Seen(NamedTuple):
    """What is known of a fact: its values, and where they are open why; whether a presumption had a part in them.

    mentioned tells whether the row says anything of the fact, be it that it was looked for and not found.
    """

    values: "Range | Truths | Members | Chosen | Time | Age"
    missing: Sure
    conflicting: Sure
    looked_for: Sure
    narrowed: Sure
    presumed: Sure
    mentioned: Sure = False


SeenFacts = Mapping[str, Seen]


# ---- tests and conditions


class Judged(NamedTuple):
    """The truth of a condition, the same with presumed facts left open, and why it is open where it is."""

    truth: Flag
    firm: Flag
    missing: Sure
    conflicting: Sure
    looked_for: Sure


def truth_of(condition: Condition, known: SeenFacts) -> Flag:
    """Return the truth of a condition."""
    if isinstance(condition, Leaf):
        return tested(condition, known[condition.fact])
    return joined(condition, [truth_of(part, known) for part in parts_of(condition)])


def joined(condition: Not | AllOf | AnyOf | AtLeastOf, truths: Sequence[Flag]) -> Flag:
    """Return the truth of a condition from those of its parts."""
    match condition:
        case Not():
            return negated(truths[0])
        case AllOf():
            return conj(truths)
        case AnyOf():
            return disj(truths)
        case AtLeastOf(n):
            return at_least_of(n, truths)


def judged(condition: Condition, known: SeenFacts, stages: Stages) -> Judged:
    """Return the truth of a condition with what its reasons are read from; its tests become columns of this stage."""
    truths = {leaf: stages.named(tested(leaf, known[leaf.fact])) for leaf in dict.fromkeys(leaves(condition))}
    firm = {leaf: _firm(truth, known[leaf.fact].presumed) for leaf, truth in truths.items()}
    open_ = [(is_open(truth), known[leaf.fact]) for leaf, truth in truths.items()]
    whole = _whole(condition, truths)
    return Judged(
        whole,
        whole if firm == truths else _whole(condition, {leaf: stages.named(one) for leaf, one in firm.items()}),
        either(*(both(one, seen.missing) for one, seen in open_)),
        either(*(both(one, seen.conflicting) for one, seen in open_)),
        either(*(both(one, seen.looked_for) for one, seen in open_)),
    )


def _firm(truth: Flag, presumed: Sure) -> Flag:
    return truth if presumed is False else chosen([(presumed, None)], truth)


def _whole(condition: Condition, truths: Mapping[Leaf, Flag]) -> Flag:
    if isinstance(condition, Leaf):
        return truths[condition]
    return joined(condition, [_whole(part, truths) for part in parts_of(condition)])


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
            return _aged(span, start, end) if measure is Measure.CALENDAR else within(*span, _days_between(start, end))
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


def _days_between(start: Range, end: Range) -> Range:
    return less(end, start)


def perhaps_true(seen: Seen) -> Sure:
    """Return whether a boolean may be true."""
    return no(is_false(seen.values.flag)) if isinstance(seen.values, Truths) else False


def settled(seen: Seen) -> Sure:
    """Return whether only one value is left."""
    match seen.values:
        case Range() as values:
            return is_settled(values)
        case Truths(flag):
            return no(is_open(flag))
        case Members(value, among, _):
            one = False if among is None else is_true(compared(among.length(), "==", 1))
            return either(one, value.is_there() if isinstance(value, Column) else value is not None)
        case Chosen(certain, perhaps, is_open_, _):
            if certain is None:
                return False
            extra = False if perhaps is None else is_true(compared(perhaps.length(), ">", 0))
            return both(certain.is_there(), no(is_open_), no(extra))
        case Time(calendar, days):
            return either(is_settled(calendar), is_settled(days))
        case Age(start, end):
            return both(is_settled(start), is_settled(end))


def named_seen(seen: Seen, stages: Stages) -> Seen:
    """Return the same with all that has to be worked out as columns of the present stage."""
    name = stages.named
    rest = [name(one) for one in seen[1:]]
    return Seen(_named_values(seen.values, stages), *rest)


def _named_values(
    values: "Range | Truths | Members | Chosen | Time | Age", stages: Stages
) -> "Range | Truths | Members | Chosen | Time | Age":
    match values:
        case Range():
            return named_range(values, stages)
        case Truths(flag):
            return Truths(stages.named(flag))
        case Members(value, among, members):
            return Members(stages.named(value), stages.named(among), members)
        case Chosen(certain, perhaps, is_open_, members):
            return Chosen(stages.named(certain), stages.named(perhaps), stages.named(is_open_), members)
        case Time(calendar, days):
            return Time(named_range(calendar, stages), named_range(days, stages))
        case Age(start, end):
            return Age(named_range(start, stages), named_range(end, stages))


def named_range(one: Range, stages: Stages) -> Range:
    """Return a range whose ends are columns of the present stage."""
    if one.point is None:
        return one._replace(low=stages.named(one.low), high=stages.named(one.high))
    if not isinstance(one.point, Column):
        return one
    point = stages.named(one.point)
    low = point if one.domain.low is None else stages.named(one.low)
    return one._replace(low=low, high=point if one.domain.high is None else stages.named(one.high), point=point)


# ---- definitions


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
        inputs = [known[name] for name in self._inputs(entry)]
        key = (entry, *(id(one) for one in inputs))
        if key not in self._made:
            by_definition = self._by_definition(entry, known)
            stated = self._stated.get(entry.fact.name)
            seen = by_definition if stated is None else _with_statements(by_definition, stated, entry.fact)
            named = seen if stated is None else named_seen(seen, self._stages)
            # The inputs are kept beside it: while they live no others have their ids.
            self._made[key] = named, inputs
        return self._made[key][0]

    def _inputs(self, entry: Derived) -> tuple[str, ...]:
        if isinstance(entry.formula, Margin):
            requested = () if entry.formula.requested is None else (entry.formula.requested,)
            return (*inputs_of(entry.formula), entry.formula.of, *requested)
        return inputs_of(entry.formula)

    def _by_definition(self, entry: Derived, known: SeenFacts) -> Seen:
        formula, fact = entry.formula, entry.fact
        if isinstance(formula, ByCondition):
            return self._by_condition(formula.condition, known)
        values = _named_values(self._values(fact, formula, known), self._stages)
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

    def _reasoned(
        self, values: "Range | Truths | Members | Chosen | Time | Age", fact: Fact, inputs: Sequence[Seen]
    ) -> Seen:
        """Return a computed fact with the reasons of those it is computed from."""
        bare = Seen(values, False, False, False, False, False)
        open_ = no(settled(bare))
        unsettled = [(both(open_, no(settled(one))), one) for one in inputs]
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
                return _later(operands, known) if fact.kind is Kind.DATE else _sum(operands, known)
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


def is_narrower(values: "Range | Truths | Members | Chosen | Time | Age", fact: Fact) -> Sure:
    """Return whether some of the values that a fact can have are left out."""
    match values:
        case Range(low, high):
            domain = fact.domain if isinstance(fact.domain, Span) else ANYTHING
            return either(_is_above(low, domain.low), _is_below(high, domain.high))
        case Truths(flag):
            return no(is_open(flag))
        case Time(calendar, days):
            ends = [_is_above(one.low, 0) for one in (calendar, days)]
            return either(*ends, *(_is_below(one.high, None) for one in (calendar, days)))
        case Age(start, end):
            bounded = (start.high, end.low), (start.low, end.high)
            return either(*(both(no(null_end(one)), no(null_end(other))) for one, other in bounded))
        case Members() | Chosen():
            raise NoColumns(f"a computed {fact.kind.value}")


def _is_above(low: End, domain: int | None) -> Sure:
    return no(null_end(low)) if domain is None else is_true(compared(low, ">", domain))


def _is_below(high: End, domain: int | None) -> Sure:
    return no(null_end(high)) if domain is None else is_true(compared(high, "<", domain))


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


def _is_inside(
    inner: "Range | Truths | Members | Chosen | Time | Age", outer: "Range | Truths | Members | Chosen | Time | Age"
) -> Sure:
    match inner, outer:
        case Truths(one), Truths(other):
            # Both are settled where this is asked, or the outer one is open and nothing is asked of it.
            return either(is_open(other), both(is_true(one), is_true(other)), both(is_false(one), is_false(other)))
        case Range(), Range():
            above = either(null_end(outer.low), is_true(compared(inner.low, ">=", outer.low)))
            return both(above, either(null_end(outer.high), is_true(compared(inner.high, "<=", outer.high))))
        case _:
            raise NoColumns("statements about a computed period")


def _joint(
    one: "Range | Truths | Members | Chosen | Time | Age", other: "Range | Truths | Members | Chosen | Time | Age"
) -> Range | Truths:
    match one, other:
        case Truths(first), Truths(second):
            return Truths(kleene(both(is_true(first), is_true(second)), both(is_false(first), is_false(second))))
        case Range(), Range():
            return hull(one, other)
        case _:
            raise NoColumns("statements about a computed period")


def _picked_values(
    cases: Sequence[tuple[Sure, "Range | Truths | Members | Chosen | Time | Age"]],
    otherwise: "Range | Truths | Members | Chosen | Time | Age",
) -> Range | Truths:
    if isinstance(otherwise, Truths):
        return Truths(chosen([(s, v.flag) for s, v in cases if isinstance(v, Truths)], otherwise.flag))
    assert isinstance(otherwise, Range)
    ranges = [(s, v) for s, v in cases if isinstance(v, Range)]
    return Range(
        chosen([(s, v.low) for s, v in ranges], otherwise.low), chosen([(s, v.high) for s, v in ranges], otherwise.high)
    )


# ---- formulas


def _range(operand: Operand, known: SeenFacts) -> Range:
    if isinstance(operand, int):
        return exact(operand)
    match known[operand].values:
        case Range() as one:
            return one
        case Time(_, days):
            return days
        case Age(start, end):
            return _days_between(start, end)
        case _:
            return span_range(ANYTHING)


def _sum(operands: Sequence[Operand], known: SeenFacts) -> Range:
    return reduce(plus, [_range(operand, known) for operand in operands])


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
        alike = both(settled_, is_true(compared(one.calendar.low, "==", other.calendar.low)))
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
    enough = is_true(compared(spare, ">=", 0))
    is_short = no(is_true(compared(margin.low, ">=", 0)))
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
        low = chosen([(some_certain, _or(largest, whole.low))], whole.low)
        return picked(some_possible, Range(low, whole.high), span_range(otherwise))
    return picked(some_possible, picked(some_certain, _hull_of(certain), whole), span_range(otherwise))


def _or(one: End, other: End) -> End:
    if one is None or other is None:
        return other if one is None else one
    return one.or_else(other) if isinstance(one, Column) else one


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


def day(ordinal: int | None) -> date | None:
    """Return the day of an ordinal."""
    return None if ordinal is None else date.fromordinal(ordinal)
