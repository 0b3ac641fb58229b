"""A program run over what is known of the facts: strata in the rules engine, derived facts between them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from mtus_engine.compiler.definitions import inputs_of
from mtus_engine.compiler.targets.formula import Aspect, Count, Head, Signal
from mtus_engine.compiler.targets.forward import Group, Program, Rule, Stratum
from mtus_engine.engine.annotate import annotated, reason, reason_of, undetermined_facts
from mtus_engine.engine.arithmetic import computed
from mtus_engine.engine.durable import Rulebase
from mtus_engine.engine.failure import EngineFailure
from mtus_engine.engine.statements import is_narrower
from mtus_engine.model.condition import is_documented, measured
from mtus_engine.model.fact import Because, Known
from mtus_engine.model.ruleset import ByCondition, Derived
from mtus_engine.model.trace import Firing
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import Choice, Selection, Values, hull, is_settled, is_within

Reader = Callable[[Mapping[str, Known], set[Head]], int | None]


@dataclass(frozen=True, slots=True)
class Run:
    """What a program concluded: facts with the derived ones, the truth of each subject, the steps in order."""

    known: Mapping[str, Known]
    truths: Mapping[str, Truth]
    firings: tuple[Firing, ...]


class Runner:
    """A program ready to run: its groups loaded into the rules engine."""

    def __init__(self, program: Program, label: str) -> None:
        """Load the program; raise EngineFailure where it lies outside what the engine takes."""
        self._label = label
        self._subjects = program.subjects
        self._strata = tuple(_Strata(stratum, f"{label}, stratum {n}") for n, stratum in enumerate(program.strata, 1))

    def run(self, facts: Mapping[str, Known]) -> Run:
        """Return what the program concludes from the facts; they are left as they are."""
        known = dict(facts)
        fired: set[Head] = set()
        firings: list[Firing] = []
        for stratum in self._strata:
            for entry in stratum.computed:
                of_fact = known[entry.fact.name] = _derived(entry, known, fired)
                if of_fact.is_narrowed:
                    firings.append(stratum.steps[entry.fact.name])
            for group in stratum.groups:
                group.fire(known, fired, firings)
        return Run(known, {subject: self._truth(subject, fired) for subject in self._subjects}, tuple(firings))

    def _truth(self, subject: str, fired: set[Head]) -> Truth:
        truth = truth_of(subject, fired)
        if truth is None:
            raise EngineFailure(f"{subject} is both true and false in {self._label}")
        return truth


def truth_of(subject: str, fired: set[Head]) -> Truth | None:
    """Return the truth concluded of a subject, undetermined where none was; None where both were."""
    is_true, is_false = Head(subject, Truth.TRUE) in fired, Head(subject, Truth.FALSE) in fired
    if is_true:
        return None if is_false else Truth.TRUE
    return Truth.FALSE if is_false else Truth.UNDETERMINED


class _Strata:
    def __init__(self, stratum: Stratum, label: str) -> None:
        self.computed = stratum.computed
        self.steps = {entry.fact.name: _step(entry) for entry in stratum.computed}
        self.groups = tuple(_Group(group, f"{label}, group {n}") for n, group in enumerate(stratum.groups, 1))


class _Group:
    """One group of rules and how its wide fact is read from what is known."""

    def __init__(self, group: Group, label: str) -> None:
        numbers = {prop: n for n, prop in enumerate(group.properties)}
        rules = [[(numbers[c.subject], c.operator, c.literal) for c in rule.comparisons] for rule in group.rules]
        self._rulebase = Rulebase(rules, len(group.properties), label)
        self._readers = tuple(_reader(prop) for prop in group.properties)
        self._heads = tuple(rule.head for rule in group.rules)
        self._firings = tuple(_firing(rule) for rule in group.rules)

    def fire(self, known: Mapping[str, Known], fired: set[Head], firings: list[Firing]) -> None:
        for number in self._rulebase.fired([read(known, fired) for read in self._readers]):
            fired.add(self._heads[number])
            firings.append(self._firings[number])


def _firing(rule: Rule) -> Firing:
    subject = rule.head.subject.replace("\n", ": ")
    return Firing(rule.name, rule.facts, f"{subject} is {rule.head.truth.value}")


def _step(entry: Derived) -> Firing:
    name = entry.fact.name
    return Firing(f"{name} ({entry.cite})", inputs_of(entry.formula), name)


def _reader(prop: Signal | Count) -> Reader:
    """Return the function that reads a property's value, None where nothing is ruled out."""
    if isinstance(prop, Count):
        heads = prop.heads
        return lambda _, fired: sum(head in fired for head in heads)
    name, members, measure = prop.fact, prop.members, prop.measure
    match prop.aspect:
        case Aspect.LOW:
            return lambda known, _: measured(known[name].values, measure).low
        case Aspect.HIGH:
            return lambda known, _: measured(known[name].values, measure).high
        case Aspect.DOCUMENTED:
            return lambda known, _: 1 if is_documented(known[name]) else None
        case Aspect.WITHIN:
            return lambda known, _: 1 if _is_inside(known[name].values, members) else None
        case Aspect.OUTSIDE:
            return lambda known, _: 1 if _is_outside(known[name].values, members) else None


def _is_inside(values: Values, members: frozenset[str | bool]) -> bool:
    if isinstance(values, Choice):
        return values.possible <= members
    return isinstance(values, Selection) and not values.certain.isdisjoint(members)


def _is_outside(values: Values, members: frozenset[str | bool]) -> bool:
    if isinstance(values, Choice):
        return values.possible.isdisjoint(members)
    return isinstance(values, Selection) and values.possible.isdisjoint(members)


def _derived(entry: Derived, known: Mapping[str, Known], fired: set[Head]) -> Known:
    """Return what is known of a derived fact: by its definition, and by what sources say of it."""
    by_definition = _by_definition(entry, known, fired)
    stated = known.get(entry.fact.name)
    if stated is None or not stated.is_narrowed:
        return by_definition if stated is None else _with_statements(by_definition, stated)
    if not by_definition.is_narrowed or is_within(stated.values, by_definition.values):
        return stated
    both = hull(stated.values, by_definition.values)
    return Known(both, Because.CONFLICTING, stated.statements, is_narrowed=is_narrower(both, entry.fact.domain))


def _with_statements(known: Known, stated: Known) -> Known:
    return replace(known, statements=stated.statements, looked_for=known.looked_for or stated.looked_for)


def _by_definition(entry: Derived, known: Mapping[str, Known], fired: set[Head]) -> Known:
    match entry.formula:
        case ByCondition(condition):
            truth = truth_of(entry.fact.name, fired)
            if truth is None:
                raise EngineFailure(f"{entry.fact.name} is both true and false")
            branch = annotated(condition, known)
            if branch.truth is not truth:
                raise EngineFailure(
                    f"{entry.fact.name} is {truth.value} to the rules and {branch.truth.value} to the trace"
                )
            if truth is Truth.UNDETERMINED:
                because, looked_for = reason(undetermined_facts(branch), known)
                return Known(entry.fact.domain, because, looked_for=looked_for)
            because = Because.PRESUMED if branch.is_presumed else Because.STATED
            holds = Choice(frozenset({truth is Truth.TRUE}))
            return Known(holds, because, is_narrowed=True, is_presumed=branch.is_presumed)
        case formula:
            rows = _Rows(fired)
            values = computed(entry.fact, formula, known, rows)
            return _known_of(entry, values, [known[name] for name in inputs_of(formula)])


class _Rows(dict[str, Truth]):
    """The truth of decision table rows, read from the heads concluded."""

    def __init__(self, fired: set[Head]) -> None:
        super().__init__()
        self._fired = fired

    def __missing__(self, row: str) -> Truth:
        truth = truth_of(row, self._fired)
        if truth is None:
            raise EngineFailure(f"{row} both holds and does not")
        return truth


def _known_of(entry: Derived, values: Values, inputs: list[Known]) -> Known:
    narrowed = is_narrower(values, entry.fact.domain)
    presumed = narrowed and any(known.is_presumed for known in inputs)
    if is_settled(values):
        because, looked_for = Because.PRESUMED if presumed else Because.STATED, False
    else:
        because, looked_for = reason_of(known for known in inputs if not is_settled(known.values))
    return Known(values, because, looked_for=looked_for, is_narrowed=narrowed, is_presumed=presumed)
