"""A program run over what is known of the facts: strata in the rules engine, derived facts between them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple, assert_never

from mtus_engine.compiler.definitions import inputs_of
from mtus_engine.compiler.targets.horn.formula import Aspect, Count, Signal
from mtus_engine.compiler.targets.horn.program import Group, Program, Rule, Stratum
from mtus_engine.engine.annotate import prepared_condition
from mtus_engine.engine.closing import Closing, Heads, TruthReader, fact_settler
from mtus_engine.engine.durable import Rulebase
from mtus_engine.engine.failure import disagreement
from mtus_engine.engine.shared import Shared
from mtus_engine.engine.standing import FactReader, Parts, Progress, Recalled
from mtus_engine.meaning.values import VALUES, measured_span
from mtus_engine.model.condition import fact_names
from mtus_engine.model.fact import Known
from mtus_engine.model.formula import Derived
from mtus_engine.model.memo import Memo
from mtus_engine.model.trace import Firing
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import Choice, Selection

SignalReader = Callable[[Known], int | None]


class Run(NamedTuple):
    """What a program concluded: facts with the derived ones and how each stands, truths by subject, the steps."""

    known: Mapping[str, Known]
    numbers: Mapping[str, int]
    truths: Mapping[str, Truth]
    firings: tuple[Firing, ...]


class Runner:
    """A program ready to run: its groups loaded into the rules engine."""

    def __init__(self, program: Program, label: str, shared: Shared | None = None) -> None:
        """Load the program; raise EngineFailure where it lies outside what the engine takes.

        shared is what the programs of a ruleset share.
        """
        heads = Heads(label, Shared() if shared is None else shared)
        groups = [(n, group) for n, stratum in enumerate(program.strata, 1) for group in stratum.groups]
        self._groups = tuple(
            _Group(group, f"{label}, stratum {n}, group {number}", heads) for number, (n, group) in enumerate(groups, 1)
        )
        tests = program.tests()
        read = [p.fact for group in self._groups for p in group.properties if isinstance(p, Signal)]
        places = _places_of(self._groups)
        readers = {
            name: FactReader(name, tests.get(name, ()), _parts_at(places.get(name, [])))
            for name in dict.fromkeys([*tests, *read])
        }
        derived = {entry.fact.name for stratum in program.strata for entry in stratum.computed}
        self._base = tuple(reader for name, reader in readers.items() if name not in derived)
        first = accumulate((len(stratum.groups) for stratum in program.strata), initial=0)
        self._strata = tuple(
            (_steps(stratum, heads, readers), tuple(range(begin, begin + len(stratum.groups))))
            for stratum, begin in zip(program.strata, first, strict=False)
        )
        self._label = label
        self._truths = tuple(
            (subject, heads.truth_reader(subject), Recalled(fact_names(one), prepared_condition(one).truth))
            for subject, one in program.conditions.items()
        )

    def run(self, facts: Mapping[str, Known]) -> Run:
        """Return what the program concludes from the facts; they are left as they are."""
        progress = Progress(facts, len(self._groups))
        firings: list[Firing] = []
        progress.read(self._base)
        for steps, groups in self._strata:
            for name, close, firing, read in steps:
                of_fact = progress.known[name] = close(progress)
                progress.read(read)
                if of_fact.is_narrowed:
                    firings.append(firing)
            for number in groups:
                self._groups[number].fire(progress.wide[number], progress.fired, firings)
        truths = {subject: self._truth(subject, rules, fold, progress) for subject, rules, fold in self._truths}
        return Run(progress.known, progress.numbers, truths, tuple(firings))

    def _truth(self, subject: str, rules: TruthReader, fold: Recalled[Truth], progress: Progress) -> Truth:
        """Return the truth that the rules concluded; raises EngineFailure where the fold comes to another."""
        truth, folded = rules(progress.fired), fold.of(progress.known, progress.numbers)
        if truth is not folded:
            raise disagreement(subject, truth, folded, f"fold in {self._label}")
        return truth


def _steps(
    stratum: Stratum, heads: Heads, readers: Mapping[str, FactReader]
) -> tuple[tuple[str, Closing, Firing, tuple[FactReader, ...]], ...]:
    entries = [(entry, entry.fact.name) for entry in stratum.computed]
    return tuple(
        (name, fact_settler(entry, heads), _step(entry), (readers[name],) if name in readers else ())
        for entry, name in entries
    )


class _Group:
    """One group of rules and how its wide fact is put together."""

    def __init__(self, group: Group, label: str, heads: Heads) -> None:
        self.properties = group.properties
        numbers = {prop: n for n, prop in enumerate(group.properties)}
        rules = [[(numbers[c.subject], c.operator, c.literal) for c in rule.comparisons] for rule in group.rules]
        self._rules = heads.shared.loaded(rules, len(group.properties), label)
        self.rulebase = self._rules.rulebase
        self._counts = tuple(
            (n, frozenset(heads.number(head) for head in prop.heads))
            for n, prop in enumerate(group.properties)
            if isinstance(prop, Count)
        )
        self._heads = tuple(heads.number(rule.head) for rule in group.rules)
        self._firings = tuple(_firing(rule) for rule in group.rules)
        self._fired = Memo(self._fired_by)

    def fire(self, parts: list[str], fired: set[int], firings: list[Firing]) -> None:
        if self._counts:
            parts = [*parts, *(self.rulebase.part(n, len(counted & fired)) for n, counted in self._counts)]
        fact = "".join(parts)
        heads, steps = self._fired.of(fact, fact)
        fired.update(heads)
        firings.extend(steps)

    def _fired_by(self, fact: str) -> tuple[tuple[int, ...], tuple[Firing, ...]]:
        numbers = self._rules.fired_by(fact)
        return tuple([self._heads[number] for number in numbers]), tuple([self._firings[number] for number in numbers])


class _Place(NamedTuple):
    """A group whose wide fact a fact is part of: the group's number, its rules, and its properties of that fact."""

    number: int
    rulebase: Rulebase
    readers: Sequence[tuple[int, SignalReader]]


def steps_of(program: Program) -> Iterator[Firing]:
    """Yield every step that a program may give to a trace."""
    for stratum in program.strata:
        yield from (_step(entry) for entry in stratum.computed)
        yield from (_firing(rule) for group in stratum.groups for rule in group.rules)


def _firing(rule: Rule) -> Firing:
    subject = rule.head.subject.replace("\n", ": ")
    return Firing(rule.name, rule.facts, f"{subject} is {rule.head.truth.value}")


def _step(entry: Derived) -> Firing:
    name = entry.fact.name
    return Firing(f"{name} ({entry.cite})", inputs_of(entry.formula), name)


def _places_of(groups: tuple[_Group, ...]) -> dict[str, list[_Place]]:
    """Return for each fact the groups whose wide fact it is part of, with its properties there."""
    found: dict[str, list[_Place]] = {}
    for number, group in enumerate(groups):
        here: dict[str, list[tuple[int, SignalReader]]] = {}
        for n, prop in enumerate(group.properties):
            if isinstance(prop, Signal):
                here.setdefault(prop.fact, []).append((n, signal_reader(prop)))
        for name, readers in here.items():
            found.setdefault(name, []).append(_Place(number, group.rulebase, readers))
    return found


def _parts_at(places: Sequence[_Place]) -> Parts:
    """Return the function that gives what a fact adds to the wide fact of each group."""

    def parts(known: Known) -> tuple[tuple[int, str], ...]:
        found = []
        for number, rulebase, readers in places:
            values = [(n, read(known)) for n, read in readers]
            texts = [rulebase.part(n, value) for n, value in values if value is not None]
            found += [(number, "".join(texts))] if texts else []
        return tuple(found)

    return parts


def signal_reader(prop: Signal) -> SignalReader:
    """Return the function that reads a property's value from its fact, None where nothing is ruled out."""
    measure, members = prop.measure, prop.members
    match prop.aspect:
        case Aspect.LOW:
            return lambda known: measured_span(known.values, measure).low
        case Aspect.HIGH:
            return lambda known: measured_span(known.values, measure).high
        case Aspect.DOCUMENTED:
            return lambda known: 1 if VALUES.is_documented(known) else None
        case Aspect.WITHIN:
            return lambda known: _is_inside(known, members)
        case Aspect.OUTSIDE:
            return lambda known: _is_outside(known, members)
        case _:
            assert_never(prop.aspect)


def _is_inside(known: Known, members: frozenset[str | bool]) -> int | None:
    values = known.values
    if isinstance(values, Choice):
        return 1 if values.possible <= members else None
    return 1 if isinstance(values, Selection) and not values.certain.isdisjoint(members) else None


def _is_outside(known: Known, members: frozenset[str | bool]) -> int | None:
    values = known.values
    return 1 if isinstance(values, Choice | Selection) and values.possible.isdisjoint(members) else None
