"""A program run over what is known of the facts: strata in the rules engine, derived facts between them."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from mtus_engine.compiler.definitions import inputs_of
from mtus_engine.compiler.targets.formula import Aspect, Count, Signal
from mtus_engine.compiler.targets.forward import Group, Program, Rule, Stratum
from mtus_engine.engine.closing import Heads, closing
from mtus_engine.engine.durable import Rulebase
from mtus_engine.model.condition import Measure, is_documented
from mtus_engine.model.fact import Known
from mtus_engine.model.ruleset import Derived
from mtus_engine.model.trace import Firing
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import Choice, Selection, Span, Stretch, Values

Reader = Callable[[Mapping[str, Known], set[int]], int | None]


class Run(NamedTuple):
    """What a program concluded: facts with the derived ones, the truth of each subject, the steps in order."""

    known: Mapping[str, Known]
    truths: Mapping[str, Truth]
    firings: tuple[Firing, ...]


class Runner:
    """A program ready to run: its groups loaded into the rules engine."""

    def __init__(self, program: Program, label: str) -> None:
        """Load the program; raise EngineFailure where it lies outside what the engine takes."""
        heads = Heads(label)
        strata = [_Strata(stratum, f"{label}, stratum {n}", heads) for n, stratum in enumerate(program.strata, 1)]
        self._strata = tuple(strata)
        self._truths = tuple((subject, heads.truth_reader(subject)) for subject in program.subjects)

    def run(self, facts: Mapping[str, Known]) -> Run:
        """Return what the program concludes from the facts; they are left as they are."""
        known = dict(facts)
        fired: set[int] = set()
        firings: list[Firing] = []
        for stratum in self._strata:
            for name, close, step in stratum.computed:
                of_fact = known[name] = close(known, fired)
                if of_fact.is_narrowed:
                    firings.append(step)
            for group in stratum.groups:
                group.fire(known, fired, firings)
        return Run(known, {subject: truth(fired) for subject, truth in self._truths}, tuple(firings))


class _Strata:
    def __init__(self, stratum: Stratum, label: str, heads: Heads) -> None:
        self.computed = tuple((entry.fact.name, closing(entry, heads), _step(entry)) for entry in stratum.computed)
        self.groups = tuple(_Group(group, f"{label}, group {n}", heads) for n, group in enumerate(stratum.groups, 1))


class _Group:
    """One group of rules and how its wide fact is read from what is known."""

    def __init__(self, group: Group, label: str, heads: Heads) -> None:
        numbers = {prop: n for n, prop in enumerate(group.properties)}
        rules = [[(numbers[c.subject], c.operator, c.literal) for c in rule.comparisons] for rule in group.rules]
        self._rulebase = Rulebase(rules, len(group.properties), label)
        self._readers = tuple(_reader(prop, heads) for prop in group.properties)
        self._heads = tuple(heads.number(rule.head) for rule in group.rules)
        self._firings = tuple(_firing(rule) for rule in group.rules)

    def fire(self, known: Mapping[str, Known], fired: set[int], firings: list[Firing]) -> None:
        for number in self._rulebase.fired([read(known, fired) for read in self._readers]):
            fired.add(self._heads[number])
            firings.append(self._firings[number])


def _firing(rule: Rule) -> Firing:
    subject = rule.head.subject.replace("\n", ": ")
    return Firing(rule.name, rule.facts, f"{subject} is {rule.head.truth.value}")


def _step(entry: Derived) -> Firing:
    name = entry.fact.name
    return Firing(f"{name} ({entry.cite})", inputs_of(entry.formula), name)


def _reader(prop: Signal | Count, heads: Heads) -> Reader:
    """Return the function that reads a property's value, None where nothing is ruled out."""
    if isinstance(prop, Count):
        counted = [heads.number(head) for head in prop.heads]
        return lambda _, fired: sum(number in fired for number in counted)
    name, members = prop.fact, prop.members
    match prop.aspect:
        case Aspect.LOW:
            low = _ends(prop.measure)
            return lambda known, _: low(known[name].values).low
        case Aspect.HIGH:
            high = _ends(prop.measure)
            return lambda known, _: high(known[name].values).high
        case Aspect.DOCUMENTED:
            return lambda known, _: 1 if is_documented(known[name]) else None
        case Aspect.WITHIN:
            return _inside(name, members)
        case Aspect.OUTSIDE:
            return _outside(name, members)


def _ends(measure: Measure) -> Callable[[Values], Span]:
    """Return the function that takes the span a measure compares from a fact's values."""
    match measure:
        case Measure.CALENDAR:
            return _calendar
        case Measure.DAYS:
            return _days
        case Measure.VALUE:
            return _value


def _calendar(values: Values) -> Span:
    assert isinstance(values, Stretch)
    return values.calendar


def _days(values: Values) -> Span:
    assert isinstance(values, Stretch)
    return values.days


def _value(values: Values) -> Span:
    assert isinstance(values, Span)
    return values


def _inside(name: str, members: frozenset[str | bool]) -> Reader:
    def read(known: Mapping[str, Known], _: set[int]) -> int | None:
        values = known[name].values
        if isinstance(values, Choice):
            return 1 if values.possible <= members else None
        return 1 if isinstance(values, Selection) and not values.certain.isdisjoint(members) else None

    return read


def _outside(name: str, members: frozenset[str | bool]) -> Reader:
    def read(known: Mapping[str, Known], _: set[int]) -> int | None:
        values = known[name].values
        return 1 if isinstance(values, Choice | Selection) and values.possible.isdisjoint(members) else None

    return read
