"""A condition as written in YAML, read as a tree of typed tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from mtus_engine.compiler.dates import written_date_span
from mtus_engine.compiler.literals import member_of, number_of, period_of
from mtus_engine.compiler.problems import Misfit, Place, Problems
from mtus_engine.loader.source import Plain
from mtus_engine.model.condition import (
    AllOf,
    AnyOf,
    AtLeastOf,
    Bound,
    Condition,
    Documented,
    HasAll,
    Leaf,
    Limb,
    Measure,
    Not,
    OneOf,
    Test,
    Within,
)
from mtus_engine.model.diagnostic import did_you_mean, quoted_value
from mtus_engine.model.fact import ORDERED, Fact, Kind
from mtus_engine.model.values import Span

OPERATORS = ("all", "any", "not", "at_least_of")
BOUNDS = ("at_least", "more_than", "at_most", "less_than")
TESTS = (*BOUNDS, "between", "in", "has_all", "documented")


@dataclass(frozen=True, slots=True)
class ConditionReader:
    """Reads conditions on the facts of one scope, noting every mistake at its place."""

    facts: Mapping[str, Fact]
    problems: Problems

    def condition(self, plain: Plain, place: Place) -> Condition | None:
        """Return the condition, or None where some part of it is wrong (every such part is noted)."""
        if not isinstance(plain, Mapping) or not plain:
            found = "an empty one" if isinstance(plain, Mapping) else quoted_value(plain)
            self.problems.add(
                place,
                "MT303",
                f"a condition is expected, not {found}",
                "write fact.name: test, or all, any, not, at_least_of",
            )
            return None
        parts = [self._entry(key, value, place / key) for key, value in plain.items()]
        whole = [part for part in parts if part is not None]
        if len(whole) < len(parts):
            return None
        return whole[0] if len(whole) == 1 else AllOf(tuple(whole))

    def known_fact(self, name: str, place: Place, *, at_key: bool = False) -> Fact | None:
        """Return the fact of that name, or None (noted) where the vocabulary has none."""
        fact = self.facts.get(name)
        if fact is None:
            near = did_you_mean(name, tuple(self.facts))
            self.problems.add(place, "MT301", f"unknown fact {name}{near}", "mtus facts lists them all", at_key=at_key)
        return fact

    def _entry(self, key: str, value: Plain, place: Place) -> Condition | None:
        match key:
            case "all" | "any":
                parts = self._parts(value, place)
                return None if parts is None else AllOf(parts) if key == "all" else AnyOf(parts)
            case "not":
                part = self.condition(value, place)
                return None if part is None else Not(part)
            case "at_least_of":
                return self._at_least_of(value, place)
            case _:
                return self._leaf(key, value, place)

    def _parts(self, value: Plain, place: Place) -> tuple[Condition, ...] | None:
        if not isinstance(value, tuple) or not value:
            self.problems.add(
                place,
                "MT303",
                f"a list of conditions is expected, not {quoted_value(value)}",
                "begin each with a hyphen",
            )
            return None
        parts = [self.condition(part, place / n) for n, part in enumerate(value)]
        return None if None in parts else tuple(part for part in parts if part is not None)

    def _at_least_of(self, value: Plain, place: Place) -> Condition | None:
        if not isinstance(value, Mapping) or set(value) != {"n", "parts"}:
            self.problems.add(place, "MT303", "at_least_of takes n and parts", "at_least_of: {n: 2, parts: […]}")
            return None
        parts = self._parts(value["parts"], place / "parts")
        n = value["n"]
        if parts is None:
            return None
        if not isinstance(n, int) or isinstance(n, bool) or not 1 <= n <= len(parts):
            self.problems.add(place / "n", "MT303", f"n is a number from 1 to {len(parts)}, not {quoted_value(n)}")
            return None
        return AtLeastOf(n, parts)

    def _leaf(self, name: str, value: Plain, place: Place) -> Condition | None:
        fact = self.known_fact(name, place, at_key=True)
        if fact is None:
            return None
        try:
            test = _test(fact, value)
        except Misfit as misfit:
            self.problems.add(place, "MT302", str(misfit), misfit.cure)
            return None
        return test if isinstance(test, AnyOf) else Leaf(name, test)


def _test(fact: Fact, plain: Plain) -> Test | AnyOf:
    if not isinstance(plain, Mapping):
        return _members_test(fact, (plain,))
    if set(plain) == {"in"} and isinstance(plain["in"], tuple) and plain["in"]:
        return _members_test(fact, plain["in"])
    if set(plain) == {"has_all"}:
        return _has_all_test(fact, plain["has_all"])
    if plain == {"documented": True}:
        return Documented()
    if "in" in plain:
        raise Misfit("in takes a list of at least one value and stands alone", "in: [a, b]")
    if "has_all" in plain:
        raise Misfit("has_all takes a list of at least one member and stands alone", "has_all: [a, b]")
    if "documented" in plain:
        raise Misfit("documented is true or unknown, never false", "write documented: true")
    if not plain:
        raise Misfit("a test is expected, not an empty one", "tests: a value, " + ", ".join(TESTS))
    unknown = [key for key in plain if key not in TESTS]
    if unknown:
        near = did_you_mean(unknown[0], TESTS)
        raise Misfit(f"unknown test {unknown[0]}{near}", "tests: a value, " + ", ".join(TESTS))
    return _bounds_test(fact, plain)


def _has_all_test(fact: Fact, plain: Plain) -> Test:
    if fact.kind is not Kind.SET_OF:
        raise Misfit(f"{fact.name} is no set: it has one value", "write in: […] for one of several")
    if not isinstance(plain, tuple) or not plain:
        raise Misfit("has_all takes a list of at least one member and stands alone", "has_all: [a, b]")
    listed = tuple(member_of(fact, one) for one in plain)
    return HasAll(frozenset(listed), listed)


def _members_test(fact: Fact, plain: tuple[Plain, ...]) -> Test | AnyOf:
    if fact.kind in {Kind.BOOLEAN, Kind.ONE_OF, Kind.SET_OF}:
        listed = tuple(member_of(fact, one) for one in plain)
        return OneOf(frozenset(listed), listed)
    equal = [_bounds_test(fact, {"at_least": one, "at_most": one}, (Bound(Limb.EXACTLY, str(one)),)) for one in plain]
    return equal[0] if len(equal) == 1 else AnyOf(tuple(Leaf(fact.name, test) for test in equal))


def _bounds_test(fact: Fact, plain: Mapping[str, Plain], bounds: tuple[Bound, ...] = ()) -> Within:
    if fact.kind not in ORDERED and fact.kind is not Kind.PERIOD:
        raise Misfit(
            f"{fact.name} has no order: {', '.join(plain)} cannot be asked of it", "write its value, or in: […]"
        )
    limits = dict(plain)
    if "between" in limits:
        pair = limits.pop("between")
        if not isinstance(pair, tuple) or len(pair) != 2 or limits:
            raise Misfit("between takes two values and stands alone", "between: [3, 5]")
        limits = {"at_least": pair[0], "at_most": pair[1]}
        bounds = (Bound(Limb.BETWEEN, f"{_literal(fact, pair[0])} to {_literal(fact, pair[1])}"),)
    spans = {key: _literal_span(fact, value) for key, value in limits.items()}
    measures = {measure for _, measure in spans.values()}
    if len(measures) > 1:
        raise Misfit(
            "months and days are not compared in one test",
            "write both bounds in weeks and days, or both in months and years",
        )
    region = _region({key: span for key, (span, _) in spans.items()})
    written = tuple(Bound(Limb(key), _literal(fact, value)) for key, value in limits.items())
    return Within(region, measures.pop(), bounds or written)


def _region(spans: Mapping[str, Span]) -> Span:
    low = [span.low for key, span in spans.items() if key == "at_least" and span.low is not None]
    low += [span.high + 1 for key, span in spans.items() if key == "more_than" and span.high is not None]
    high = [span.high for key, span in spans.items() if key == "at_most" and span.high is not None]
    high += [span.low - 1 for key, span in spans.items() if key == "less_than" and span.low is not None]
    region = Span(max(low, default=None), min(high, default=None))
    if region.low is not None and region.high is not None and region.low > region.high:
        raise Misfit("no value lies between these bounds", "exchange the two")
    return region


def _literal_span(fact: Fact, plain: Plain) -> tuple[Span, Measure]:
    match fact.kind:
        case Kind.PERIOD:
            period = period_of(plain)
            number, measure = (period.slot, Measure.CALENDAR) if period.months else (period.days, Measure.DAYS)
            return Span(number, number), measure
        case Kind.DATE:
            return written_date_span(plain), Measure.VALUE
        case Kind.INTEGER | Kind.DECIMAL:
            number = number_of(fact, plain)
            return Span(number, number), Measure.VALUE
        case Kind.BOOLEAN | Kind.ONE_OF | Kind.SET_OF:
            raise Misfit(f"{fact.name} has no order")
        case _:
            assert_never(fact.kind)


def _literal(fact: Fact, plain: Plain) -> str:
    return str(period_of(plain)) if fact.kind is Kind.PERIOD else str(plain)
