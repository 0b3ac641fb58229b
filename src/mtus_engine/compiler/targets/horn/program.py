"""The forward target: named conditions as Horn rules in strata, and each stratum in groups that fit the engine."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar, assert_never

from mtus_engine.compiler.definitions import closure, inputs_of
from mtus_engine.compiler.targets.horn.formula import (
    Comparison,
    Count,
    Head,
    HornFormula,
    Signal,
    Threshold,
    alternatives,
    formula,
)
from mtus_engine.model.condition import Condition, Test, leaves
from mtus_engine.model.formula import (
    ByCondition,
    Derived,
    Difference,
    ElapsedTime,
    Given,
    Left,
    Looked,
    Margin,
    Product,
    Sum,
)
from mtus_engine.model.truth import Truth

# The engine matches one wide fact with at most 64 rules at once and at most 252 properties: stay below both.
MOST_RULES = 48
MOST_PROPERTIES = 200

Property = Signal | Count
HornEntry = TypeVar("HornEntry")


class Rule(NamedTuple):
    """A conjunction of comparisons and the head it concludes."""

    name: str
    head: Head
    comparisons: tuple[Comparison, ...]
    facts: tuple[str, ...]


class Group(NamedTuple):
    """The rules that are matched with one wide fact together, and the properties that this fact carries."""

    rules: tuple[Rule, ...]
    properties: tuple[Property, ...]


class Stratum(NamedTuple):
    """The facts to compute from the conclusions of earlier strata, then the groups of rules to run."""

    computed: tuple[Derived, ...]
    groups: tuple[Group, ...]


class Program(NamedTuple):
    """The strata, in order, that conclude the truth of every named condition."""

    strata: tuple[Stratum, ...]
    conditions: Mapping[str, Condition]

    def tests(self) -> dict[str, tuple[Test, ...]]:
        """Return for each fact the tests of it in the named conditions and in the definitions they need."""
        defined = [e.formula.condition for s in self.strata for e in s.computed if isinstance(e.formula, ByCondition)]
        found: dict[str, dict[Test, None]] = {}
        for condition in (*self.conditions.values(), *defined):
            for leaf in leaves(condition):
                found.setdefault(leaf.fact, {})[leaf.test] = None
        return {fact: tuple(tests) for fact, tests in found.items()}


def program(conditions: Mapping[str, Condition], derived: Sequence[Derived], also: Iterable[str] = ()) -> Program:
    """Return the program that concludes each condition, with the definitions that the conditions and `also` need."""
    from_conditions = [name for condition in conditions.values() for name in _facts_of(condition)]
    emitter = _Emitter()
    for entry in closure([*from_conditions, *also], derived):
        emitter.define(entry)
    for name, condition in conditions.items():
        emitter.conclude(name, condition)
    return Program(emitter.strata(), conditions)


def _facts_of(condition: Condition) -> tuple[str, ...]:
    return inputs_of(ByCondition(condition))


class _Emitter:
    """Assigns every rule and every computed fact the first stratum in which its inputs are settled."""

    def __init__(self) -> None:
        self.settled: dict[str, int] = {}
        self.rules: list[list[Rule]] = []
        self.computed: list[list[Derived]] = []
        self.head_strata: dict[Head, int] = {}

    def define(self, entry: Derived) -> None:
        match entry.formula:
            case ByCondition(condition):
                stratum = self.conclude(entry.fact.name, condition) + 1
            case Looked(table) | Given(table):
                stratum = max((self._row(row.id, row.when) + 1 for row in table.rows), default=0)
            case Sum() | Difference() | Product() | ElapsedTime() | Left() | Margin():
                stratum = max((self.settled.get(name, 0) for name in inputs_of(entry.formula)), default=0)
            case _:
                assert_never(entry.formula)
        self.settled[entry.fact.name] = stratum
        _stratum_at(self.computed, stratum).append(entry)

    def _row(self, name: str, when: Condition | None) -> int:
        # Rows are concluded once, even where two figures are looked up in a table; a row without tests always holds.
        if when is None:
            return -1
        heads = [Head(name, truth) for truth in (Truth.TRUE, Truth.FALSE)]
        if heads[0] in self.head_strata:
            return max(self.head_strata[head] for head in heads)
        return self.conclude(name, when)

    def conclude(self, subject: str, condition: Condition) -> int:
        """Emit the rules for both truths of a subject; return the stratum in which both are concluded."""
        heads = [(Head(subject, truth), formula(condition, truth)) for truth in (Truth.TRUE, Truth.FALSE)]
        return max(self._emit(head, whole, subject) for head, whole in heads)

    def _emit(self, head: Head, whole: HornFormula, label: str) -> int:
        options = alternatives(whole)
        if options is None:
            assert isinstance(whole, Threshold)
            options = (frozenset({self._count_comparison(head, whole, label)}),)
        stratum = max((self._stratum_of(c) for option in options for c in option), default=0)
        word = "true" if head.truth is Truth.TRUE else "false"
        for n, option in enumerate(options, 1):
            number = f" ({n})" if len(options) > 1 else ""
            _stratum_at(self.rules, stratum).append(_rule(f"{label} {word}{number}", head, option))
        self.head_strata[head] = stratum
        return stratum

    def _count_comparison(self, head: Head, whole: Threshold, label: str) -> Comparison:
        """Conclude each part by itself, one stratum earlier, and compare how many were concluded."""
        heads = []
        for n, part in enumerate(whole.parts, 1):
            of_part = Head(f"{head.subject}\n{head.truth.value} {n}", Truth.TRUE)
            self._emit(of_part, part, f"{label}, part {n}")
            heads.append(of_part)
        return Comparison(Count(tuple(heads)), ">=", whole.n)

    def _stratum_of(self, comparison: Comparison) -> int:
        match comparison.subject:
            case Signal(fact):
                return self.settled.get(fact, 0)
            case Count(heads):
                return 1 + max(self.head_strata[head] for head in heads)
            case _:
                assert_never(comparison.subject)

    def strata(self) -> tuple[Stratum, ...]:
        length = max(len(self.rules), len(self.computed))
        return tuple(
            Stratum(tuple(_stratum_at(self.computed, n)), tuple(_groups(_stratum_at(self.rules, n))))
            for n in range(length)
        )


def _stratum_at(strata: list[list[HornEntry]], n: int) -> list[HornEntry]:
    while len(strata) <= n:
        strata.append([])
    return strata[n]


def _rule(name: str, head: Head, option: frozenset[Comparison]) -> Rule:
    ordered = tuple(sorted(option, key=_order))
    facts = dict.fromkeys(name for c in ordered for name in _facts_behind(c.subject))
    return Rule(name, head, ordered, tuple(facts))


def _order(comparison: Comparison) -> tuple[str, str, str, int]:
    subject = comparison.subject
    if isinstance(subject, Signal):
        return subject.fact, subject.aspect.value + subject.measure.value, comparison.operator, comparison.literal
    return subject.heads[0].subject, "count", comparison.operator, comparison.literal


def _facts_behind(subject: Property) -> tuple[str, ...]:
    return (
        (subject.fact,)
        if isinstance(subject, Signal)
        else tuple(head.subject.replace("\n", ": ") for head in subject.heads)
    )


def _groups(rules: Sequence[Rule]) -> Iterable[Group]:
    held: list[Rule] = []
    properties: dict[Property, None] = {}
    for rule in rules:
        further = {c.subject: None for c in rule.comparisons}
        if held and (len(held) >= MOST_RULES or len(properties | further) > MOST_PROPERTIES):
            yield Group(tuple(held), tuple(properties))
            held, properties = [], {}
        held.append(rule)
        properties |= further
    if held:
        yield Group(tuple(held), tuple(properties))
