"""Small mistakes an editor could make, one at a time, in a compiled edition: examples that hold should notice each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from mtus_engine.compiler.literals import stretch_of
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
)
from mtus_engine.model.periods import DAYS_PER_MONTH_SLOT, Period, period_of_slot
from mtus_engine.model.ruleset import (
    ByCondition,
    CriterionRule,
    Derived,
    Edition,
    ExceptionRule,
    Figure,
    Left,
    LimitRule,
    Looked,
    Margin,
    RowRule,
    TableRule,
    unless_lifted,
)
from mtus_engine.model.values import Span, Stretch


class Mutant(NamedTuple):
    """An edition with one mistake in it: the rule it is in, and how it read before and after (none: it is gone)."""

    edition: Edition
    rule: str
    before: str
    after: str

    @property
    def diff(self) -> str:
        """The mistake as the lines of a diff."""
        gone = f"- {self.before}" if self.before else ""
        come = f"+ {self.after}" if self.after else ""
        return "\n".join(line for line in (f"{self.edition.file}: {self.rule}", gone, come) if line)


NO_LABELS: Mapping[str, str] = MappingProxyType({})

Changed = Iterator[tuple[Condition | None, str, str]]


def mutants(edition: Edition) -> Iterator[Mutant]:
    """Yield an edition's mutants, in the order of its parts."""
    for n, criterion in enumerate(edition.criteria):
        others = (*edition.criteria[:n], *edition.criteria[n + 1 :])
        yield Mutant(edition._replace(criteria=others), criterion.id, f"{criterion.id}: {criterion.requires}", "")
        for one, before, after in _criterion(criterion):
            changed = (*edition.criteria[:n], one, *edition.criteria[n + 1 :])
            yield Mutant(edition._replace(criteria=changed), criterion.id, before, after)
    for n, limit in enumerate(edition.limits):
        for other, before, after in _limit(edition, limit, n):
            yield Mutant(other, limit.id, before, after)
    for n, entry in enumerate(edition.derived):
        for derived, before, after in _derived(entry):
            changed_derived = (*edition.derived[:n], derived, *edition.derived[n + 1 :])
            yield Mutant(edition._replace(derived=changed_derived), entry.fact.name, before, after)
    if edition.governs is not None:
        for condition, before, after in _condition(edition.governs):
            if condition is not None:
                yield Mutant(edition._replace(governs=condition), "governs_when", before, after)
    yield from _in_force(edition)


def _in_force(edition: Edition) -> Iterator[Mutant]:
    low, high = edition.in_force
    for name, spans in (("from", _steps(Span(low, None))), ("until", _steps(Span(None, high)))):
        for span, step in spans:
            changed = Span(span.low, high) if name == "from" else Span(low, span.high)
            day = "a day later" if step > 0 else "a day earlier"
            yield Mutant(edition._replace(in_force=changed), "in_force", f"in force {name} its day", f"{day}")


def _criterion(rule: CriterionRule) -> Iterator[tuple[CriterionRule, str, str]]:
    for met, before, after in _condition(rule.met_when):
        if met is not None:
            yield rule._replace(met_when=met), f"met_when {before}", f"met_when {after}".strip()
    if rule.base is not None:
        for base, before, after in [*_condition(rule.base), (None, words(rule.base), "")]:
            applies = unless_lifted(base, rule.exceptions)
            yield (
                rule._replace(base=base, applies_when=applies),
                f"applies_when {before}",
                f"applies_when {after}".strip(),
            )
    for exceptions, before, after in _exceptions(rule.exceptions):
        applies = unless_lifted(rule.base, exceptions)
        yield rule._replace(exceptions=exceptions, applies_when=applies), before, after
    if not rule.advisory:
        yield rule._replace(advisory=True), "required", "advisory: true"


def _exceptions(rules: tuple[ExceptionRule, ...]) -> Iterator[tuple[tuple[ExceptionRule, ...], str, str]]:
    for n, rule in enumerate(rules):
        yield (*rules[:n], *rules[n + 1 :]), f"exception {words(rule.when)}", ""
        for when, before, after in _condition(rule.when):
            if when is not None:
                changed = rule._replace(when=when)
                yield (*rules[:n], changed, *rules[n + 1 :]), f"exception {before}", f"exception {after}".strip()


def _limit(edition: Edition, limit: LimitRule, n: int) -> Iterator[tuple[Edition, str, str]]:
    def with_rule(changed: LimitRule) -> Edition:
        return edition._replace(limits=(*edition.limits[:n], changed, *edition.limits[n + 1 :]))

    yield edition._replace(limits=(*edition.limits[:n], *edition.limits[n + 1 :])), f"{limit.id}: {limit.allows}", ""
    if isinstance(limit.cap, int):
        for step in (-1, 1):
            yield _with_cap(edition, limit, n, limit.cap + step), f"at_most {limit.cap}", f"at_most {limit.cap + step}"
    if limit.base is not None:
        for base, before, after in _condition(limit.base):
            active = unless_lifted(base, limit.exceptions)
            yield with_rule(limit._replace(base=base, active=active)), f"applies_when {before}", f"applies_when {after}"
    for exceptions, before, after in _exceptions(limit.exceptions):
        active = unless_lifted(limit.base, exceptions)
        yield with_rule(limit._replace(exceptions=exceptions, active=active)), before, after


def _with_cap(edition: Edition, limit: LimitRule, n: int, cap: int) -> Edition:
    """Return the edition with another cap: what it leaves and by how much it is passed are computed from it."""
    derived = tuple(_recapped(entry, limit, cap) for entry in edition.derived)
    changed = limit._replace(cap=cap)
    return edition._replace(limits=(*edition.limits[:n], changed, *edition.limits[n + 1 :]), derived=derived)


def _recapped(entry: Derived, limit: LimitRule, cap: int) -> Derived:
    match entry.formula:
        case Left() | Margin() as formula if entry.fact.name in {limit.left, limit.margin}:
            return entry._replace(formula=formula._replace(cap=cap))
        case _:
            return entry


def _derived(entry: Derived) -> Iterator[tuple[Derived, str, str]]:
    match entry.formula:
        case ByCondition(condition):
            for changed, before, after in _condition(condition):
                if changed is not None:
                    yield entry._replace(formula=ByCondition(changed)), before, after
        case Looked(table, output):
            for other, before, after in _table(table, output):
                yield entry._replace(formula=Looked(other, output)), before, after
        case _:
            return


def _table(table: TableRule, output: str) -> Iterator[tuple[TableRule, str, str]]:
    for n, row in enumerate(table.rows):
        name = words(row.when) if row.when is not None else "otherwise"
        others = (*table.rows[:n], *table.rows[n + 1 :])
        if output in dict(row.figures):
            yield table._replace(rows=others), f"row {name}", ""
        for changed, before, after in _row(row, output):
            rows = (*table.rows[:n], changed, *table.rows[n + 1 :])
            yield table._replace(rows=rows), f"row {name}: {before}", f"row {name}: {after}"


def _row(row: RowRule, output: str) -> Iterator[tuple[RowRule, str, str]]:
    for name, figure in row.figures:
        if name != output:
            continue
        for step in (-1, 1):
            other = Figure(_shifted(figure.values, step), f"{figure.words} {step:+}")
            figures = tuple((o, other if o == name else f) for o, f in row.figures)
            yield row._replace(figures=figures), f"{name} {figure.words}", f"{name} {other.words}"


def _shifted(values: Span | Stretch, step: int) -> Span | Stretch:
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


def _condition(condition: Condition) -> Changed:
    """Yield a condition with one mistake in it, None where nothing is left of it; with the words of both."""
    match condition:
        case Leaf():
            yield from _leaf(condition)
        case Not(part):
            yield part, words(condition), words(part)
            for inner, before, after in _condition(part):
                if inner is not None:
                    yield Not(inner), f"not {before}", f"not {after}"
        case AllOf(parts) | AnyOf(parts):
            other = AnyOf(parts) if isinstance(condition, AllOf) else AllOf(parts)
            yield other, words(condition), words(other)
            remade: Callable[[tuple[Condition, ...]], Condition] = type(condition)
            yield from _parts(parts, remade)
        case AtLeastOf(n, parts):
            for step in (-1, 1):
                if 1 <= n + step <= len(parts):
                    yield AtLeastOf(n + step, parts), f"at least {n} of", f"at least {n + step} of"
            yield from _parts(parts, lambda left: AtLeastOf(min(n, len(left)), left))


def _parts(parts: Sequence[Condition], remade: Callable[[tuple[Condition, ...]], Condition]) -> Changed:
    for n, part in enumerate(parts):
        others = (*parts[:n], *parts[n + 1 :])
        if others:
            yield (others[0] if len(others) == 1 else remade(others)), words(part), ""
        for inner, before, after in _condition(part):
            if inner is not None:
                yield remade((*parts[:n], inner, *parts[n + 1 :])), before, after


def _leaf(leaf: Leaf) -> Changed:
    match leaf.test:
        case OneOf(members) if members <= {True, False}:
            flipped = frozenset({True, False}) - members
            if flipped:
                other = Leaf(leaf.fact, OneOf(flipped, "no" if True not in flipped else "yes"))
                yield other, words(leaf), words(other)
        case OneOf(members) if len(members) > 1:
            for member in sorted(map(str, members)):
                left = members - {member}
                other = Leaf(leaf.fact, OneOf(left, "one of " + ", ".join(sorted(map(str, left)))))
                yield other, words(leaf), words(other)
        case Within(span, measure):
            for changed, step in _steps(span, DAYS_PER_MONTH_SLOT if measure is Measure.CALENDAR else 1):
                other = Leaf(leaf.fact, Within(changed, measure, f"{leaf.test.words} {step:+}"))
                yield other, words(leaf), words(other)
        case OneOf() | Documented():
            return


def _steps(span: Span, most: int = 1) -> Iterator[tuple[Span, int]]:
    """Yield a region with each of its ends one step to either side; of a length in months also a whole month."""
    for step in dict.fromkeys((-most, -1, 1, most)):
        if span.low is not None and (span.high is None or span.low + step <= span.high):
            yield Span(span.low + step, span.high), step
        if span.high is not None and (span.low is None or span.low <= span.high + step):
            yield Span(span.low, span.high + step), step


def words(condition: Condition, labels: Mapping[str, str] = NO_LABELS) -> str:
    """Return a condition in words, on one line; facts by their labels where they are given."""
    match condition:
        case Leaf(fact, test):
            return f"{labels[fact]}: {test.words}" if fact in labels else f"{fact} {test.words}"
        case Not(part):
            return f"not ({words(part, labels)})"
        case AllOf(parts):
            return " and ".join(_grouped(part, AnyOf, labels) for part in parts)
        case AnyOf(parts):
            return " or ".join(_grouped(part, AllOf, labels) for part in parts)
        case AtLeastOf(n, parts):
            return f"at least {n} of " + ", ".join(words(part, labels) for part in parts)


def _grouped(part: Condition, kind: type[Condition], labels: Mapping[str, str]) -> str:
    return f"({words(part, labels)})" if isinstance(part, kind) else words(part, labels)
