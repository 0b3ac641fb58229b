"""The ways to make a condition hold: facts still open, and what each would have to be.

A way is a mapping of base facts to the values they would be settled to. Conditions are monotone: to know more never
undoes a settled truth. So the ways of a whole are joined from the ways of its parts.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations, product
from typing import assert_never

from mtus_engine.explain.joined import WayToMeet, joined_ways, shortest_ways
from mtus_engine.explain.situation import AskedWays, KeptWays, Situation
from mtus_engine.meaning.conditions import truth_of_test
from mtus_engine.meaning.values import VALUES, measured_span
from mtus_engine.model.condition import (
    AllOf,
    AnyOf,
    AtLeastOf,
    Condition,
    Documented,
    HasAll,
    Leaf,
    Measure,
    Not,
    OneOf,
    Test,
    Within,
    parts_needed,
)
from mtus_engine.model.explanation import Ask, Being, Holding, NoLess, NoMore, Passing, Settling, SuchAs, Without
from mtus_engine.model.fact import Because, Fact, Kind, Known
from mtus_engine.model.formula import ByCondition
from mtus_engine.model.memo import Memo
from mtus_engine.model.truth import Truth, negation
from mtus_engine.model.values import Choice, Member, Selection, Span, Stretch, Values, point_span

MOST_TOGETHER = 3


def ways(condition: Condition, want: Truth, at: Situation) -> list[WayToMeet]:
    """Return the ways to make the condition true (or false); an empty way where it already is."""
    match condition:
        case Leaf():
            return _ways_of_leaf(condition, want, at)
        case Not(part):
            return ways(part, negation(want), at)
        case AllOf(parts) | AnyOf(parts) | AtLeastOf(_, parts):
            below = [found for part in parts if (found := ways(part, want, at))]
            needed = parts_needed(condition, want)
            return shortest_ways(way for chosen in combinations(below, needed) for way in joined_ways(chosen))
        case _:
            assert_never(condition)


def _ways_of_leaf(leaf: Leaf, want: Truth, at: Situation) -> list[WayToMeet]:
    known = at.known[leaf.fact]
    truth = truth_of_test(leaf.test, known, VALUES)
    if truth is not Truth.UNDETERMINED:
        return [{}] if truth is want else []
    formula = at.formulas.get(leaf.fact)
    if formula is None:
        name = known.stands_in or leaf.fact
        return [
            {name: Settling(name, region, (_ask(known.values, region, leaf.test, want),))}
            for region in _regions(leaf, want, known)
        ]
    if isinstance(formula, ByCondition) and isinstance(leaf.test, OneOf) and len(leaf.test.members) == 1:
        holds = want if True in leaf.test.members else negation(want)
        return ways(formula.condition, holds, at)
    key = (leaf.fact, leaf.test, want, at.read_for(leaf.fact))
    return list(at.kept_ways.of(key, AskedWays(leaf, want, at)))


def _regions(leaf: Leaf, want: Truth, known: Known) -> Iterator[Values]:
    """Yield the parts of what the fact may be that settle the test as wanted."""
    values = known.values
    match leaf.test:
        case Documented():
            yield values
        case OneOf(members):
            yield from _members_regions(members, want, values)
        case HasAll(members):
            yield from _whole_regions(members, want, values)
        case Within(span, measure):
            for side in [span] if want is Truth.TRUE else _sides_outside(span):
                region = _narrowed_values(values, side, measure)
                if region is not None:
                    yield region
        case _:
            assert_never(leaf.test)


def _members_regions(members: frozenset[Member], want: Truth, values: Values) -> Iterator[Values]:
    match values:
        case Choice(possible):
            yield Choice(possible & members if want is Truth.TRUE else possible - members)
        case Selection(certain, possible_members):
            if want is Truth.TRUE:
                for member in sorted(str(m) for m in possible_members & members):
                    yield Selection(certain | {member}, possible_members)
            else:
                yield Selection(certain, possible_members - members)
        case Span() | Stretch():
            raise TypeError(f"members are asked of {values}")
        case _:
            assert_never(values)


def _whole_regions(members: frozenset[Member], want: Truth, values: Values) -> Iterator[Values]:
    """Yield the sets that hold all of the members; or, one by one, those without one of them that is not certain."""
    assert isinstance(values, Selection)
    named = frozenset(str(member) for member in members)
    if want is Truth.TRUE:
        yield Selection(values.certain | named, values.possible)
    else:
        for member in sorted(named - values.certain):
            yield Selection(values.certain, values.possible - {member})


def _sides_outside(span: Span) -> list[Span]:
    sides = [Span(None, span.low - 1)] if span.low is not None else []
    return sides + ([Span(span.high + 1, None)] if span.high is not None else [])


def _narrowed_values(values: Values, side: Span, measure: Measure) -> Values | None:
    if isinstance(values, Span):
        return values.overlap(side)
    assert isinstance(values, Stretch)
    region = measured_span(values, measure).overlap(side)
    if region is None:
        return None
    return Stretch(region, values.days) if measure is Measure.CALENDAR else Stretch(values.calendar, region)


def _ask(values: Values, region: Values, test: Test, want: Truth) -> Ask:
    """Return what asks for the region of a fact's values that settles a test as wanted."""
    match test:
        case Documented():
            return Passing(test)
        case Within():
            return Passing(test) if want is Truth.TRUE else Being(region)
        case OneOf() | HasAll():
            if not isinstance(region, Selection) or not isinstance(values, Selection):
                return Being(region)
            added, taken = region.certain - values.certain, values.possible - region.possible
            return Holding(added) if want is Truth.TRUE else Without(taken)
        case _:
            assert_never(test)


def kept_ways() -> KeptWays:
    """Return an empty keeper of the ways through formulas, for one set of definitions and any number of cases."""
    return Memo(lambda asked: tuple(_ways_through_formula(*asked)))


def _ways_through_formula(leaf: Leaf, want: Truth, at: Situation) -> Iterator[WayToMeet]:
    """Yield the smallest sets of open base facts that can settle a computed fact's test as wanted."""
    open_ = at.open_facts(leaf.fact)
    found: list[frozenset[str]] = []
    for size in range(1, min(len(open_), MOST_TOGETHER) + 1):
        for chosen in combinations(open_, size):
            if any(smaller <= set(chosen) for smaller in found):
                continue
            corner = _settling_corner(leaf, want, chosen, at)
            if corner is not None:
                found.append(frozenset(chosen))
                yield _way_to(leaf, want, corner, at)


def _settling_corner(leaf: Leaf, want: Truth, chosen: tuple[str, ...], at: Situation) -> dict[str, Values] | None:
    """Return extreme values of the chosen facts that settle the test as wanted, or None."""
    for values in product(*(_extremes(at.facts[name], at.known[name].values) for name in chosen)):
        settled = dict(zip(chosen, values, strict=True))
        if _settles(leaf, want, settled, at):
            return settled
    return None


def _settles(leaf: Leaf, want: Truth, settled: Mapping[str, Values], at: Situation) -> bool:
    values = at.derive(leaf.fact, settled)
    return truth_of_test(leaf.test, Known(values, Because.STATED, is_narrowed=True), VALUES) is want


def _extremes(fact: Fact, values: Values) -> list[Values]:
    match values:
        case Choice(possible):
            return [Choice(frozenset({member})) for member in sorted(possible, key=str)]
        case Selection(certain, possible_members):
            return [Selection(certain | {m}, certain | {m}) for m in sorted(possible_members)]
        case Stretch(_, days):
            return [Stretch(Span(0, None), point_span(end)) for end in _ends(fact, days)]
        case Span():
            return [point_span(end) for end in _ends(fact, values)]
        case _:
            assert_never(values)


def _ends(fact: Fact, span: Span) -> tuple[int, int]:
    """Return the ends of a span; an open one lies farther out than any figure of a guideline."""
    from_date = fact.kind is Kind.DATE
    low = span.low if span.low is not None else 1 if from_date else -1_000_000
    high = span.high if span.high is not None else 3_652_059 if from_date else max(low, 0) + 1_000_000
    return low, high


def _way_to(leaf: Leaf, want: Truth, corner: Mapping[str, Values], at: Situation) -> WayToMeet:
    if len(corner) == 1:
        (name,) = corner
        region = _widest_region(leaf, want, name, corner, at)
        return {name: Settling(name, region, (_ask_of_bound(at.known[name].values, region),))}
    found = dict(corner)
    for name in corner:
        found[name] = _nearest(leaf, want, name, found, at)
    return {name: Settling(name, values, (SuchAs(values),)) for name, values in found.items()}


def _nearest(leaf: Leaf, want: Truth, name: str, settled: Mapping[str, Values], at: Situation) -> Values:
    """Return, instead of a value farther out than any figure, the one nearest to what is known that still settles."""
    whole, extreme = _measure(at.known[name].values), _measure(settled[name])
    if whole is None or extreme is None or (whole.low is not None and whole.high is not None):
        return settled[name]
    region = _measure(_widest_region(leaf, want, name, settled, at))
    if region is None or region.point is not None:
        return settled[name]
    near = region.high if extreme.point == _ends(at.facts[name], whole)[0] else region.low
    return settled[name] if near is None else _span_as_values(settled[name], point_span(near))


def _widest_region(leaf: Leaf, want: Truth, name: str, settled: Mapping[str, Values], at: Situation) -> Values:
    """Return all values from the given extreme inwards that settle the test with the others: formulas are monotone.

    The last of them is guessed from how far the other end is from settling it, as in sums; else found by bisection.
    """
    values = settled[name]
    whole, extreme = _measure(at.known[name].values), _measure(values)
    if whole is None or extreme is None or extreme.point is None:
        return values
    good = extreme.point
    low, high = _ends(at.facts[name], whole)
    bad = high if good == low else low

    def settles(number: int) -> bool:
        return _settles(leaf, want, {**settled, name: _span_as_values(values, point_span(number))}, at)

    inwards = 1 if bad < good else -1
    gap = _gap(leaf, want, at.derive(leaf.fact, {**settled, name: _span_as_values(values, point_span(bad))}))
    if gap is not None and 0 < gap < abs(good - bad):
        guess = bad + inwards * gap
        good, bad = (guess, bad) if settles(guess) else (good, guess)
        if good == guess and not settles(guess - inwards):
            bad = guess - inwards
    while abs(good - bad) > 1:
        middle = (good + bad) // 2
        if settles(middle):
            good = middle
        else:
            bad = middle
    return _span_as_values(values, Span(whole.low, good) if extreme.point == low else Span(good, whole.high))


def _gap(leaf: Leaf, want: Truth, values: Values) -> int | None:
    """Return how far a computed number is from one that settles the test as wanted; None where that cannot be told."""
    if not isinstance(leaf.test, Within) or not isinstance(values, Span | Stretch):
        return None
    found, region = measured_span(values, leaf.test.measure), leaf.test.span
    if want is Truth.TRUE:
        below = None if region.low is None or found.low is None else region.low - found.low
        above = None if region.high is None or found.high is None else found.high - region.high
    else:
        # Outside: wholly above the region or wholly below it.
        below = None if region.high is None or found.low is None else region.high + 1 - found.low
        above = None if region.low is None or found.high is None else found.high + 1 - region.low
    gaps = [gap for gap in (below, above) if gap is not None and gap > 0]
    return min(gaps, default=None)


def _measure(values: Values) -> Span | None:
    """Return the span of a number, a date, or a period's days; None for what has no order."""
    if isinstance(values, Stretch):
        return values.days
    return values if isinstance(values, Span) else None


def _span_as_values(like: Values, span: Span) -> Values:
    """Return a span as values of the same type as others."""
    return Stretch(Span(0, None), span) if isinstance(like, Stretch) else span


def _ask_of_bound(whole: Values, region: Values) -> Ask:
    """Return what asks for a region that reaches to one end of the whole."""
    inner, outer = _measure(region), _measure(whole)
    if inner is not None and outer is not None and inner.point is None:
        if inner.low == outer.low and inner.high is not None:
            return NoMore(_span_as_values(region, point_span(inner.high)))
        if inner.low is not None:
            return NoLess(_span_as_values(region, point_span(inner.low)))
    return Being(region)
