"""Small mistakes that an editor could make in a compiled edition, one at a time: good examples notice each of them."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, assert_never

from mtus_engine.compiler.edition_rules import with_limit_recomputed
from mtus_engine.model.condition import AllOf, AnyOf, AtLeastOf, Condition, Leaf, Not
from mtus_engine.model.formula import (
    ByCondition,
    Difference,
    ElapsedTime,
    Formula,
    Given,
    Left,
    Looked,
    Margin,
    Product,
    Sum,
    TableRule,
)
from mtus_engine.model.lifting import condition_unless_lifted, condition_with_exceptions
from mtus_engine.model.ruleset import CriterionRule, Edition, ExceptionRule, LimitRule
from mtus_engine.model.values import Span
from mtus_engine.policy.slips import changed_operands, changed_rows, changed_tests, shifted_regions
from mtus_engine.wording.conditions import condition_words


class Mutant(NamedTuple):
    """An edition with one mistake in it: the rule it is in, and how it read before and after (empty: it is gone)."""

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


MutatedPart = Iterator[tuple[Condition | None, str, str]]


def mutants(edition: Edition) -> Iterator[Mutant]:
    """Yield an edition's mutants, in the order of its parts."""
    return _Mistakes(edition).all()


class _Mistakes:
    """Makes the mistakes in one edition, and the words for them."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition

    def all(self) -> Iterator[Mutant]:
        edition = self._edition
        for n, criterion in enumerate(edition.criteria):
            others = (*edition.criteria[:n], *edition.criteria[n + 1 :])
            yield Mutant(edition._replace(criteria=others), criterion.id, f"{criterion.id}: {criterion.requires}", "")
            for one, before, after in self._criterion(criterion):
                changed = (*edition.criteria[:n], one, *edition.criteria[n + 1 :])
                yield Mutant(edition._replace(criteria=changed), criterion.id, before, after)
        for n, limit in enumerate(edition.limits):
            for other, before, after in self._limit(limit, n):
                yield Mutant(other, limit.id, before, after)
        for n, entry in enumerate(edition.derived):
            for formula, before, after in self._formula(entry.formula):
                derived = (*edition.derived[:n], entry._replace(formula=formula), *edition.derived[n + 1 :])
                yield Mutant(edition._replace(derived=derived), entry.fact.name, before, after)
        yield from self._governing_mutants()
        yield from _in_force(edition)

    def _governing_mutants(self) -> Iterator[Mutant]:
        """Yield mistakes in what makes the edition govern, its exceptions included."""
        edition = self._edition
        base, exceptions = edition.governs_base, edition.governs_exceptions
        if base is None:
            return
        changed = [(condition, exceptions, before, after) for condition, before, after in self._condition(base)]
        changed += [(base, others, before, after) for others, before, after in self._exceptions(exceptions)]
        for own, others, before, after in changed:
            if own is not None:
                governs = condition_with_exceptions(own, others)
                other = edition._replace(governs=governs, governs_base=own, governs_exceptions=others)
                yield Mutant(other, "governs_when", before, after)

    def _words(self, condition: Condition) -> str:
        return condition_words(condition, self._edition.facts, by_name=True)

    # ---- criteria and limits

    def _criterion(self, rule: CriterionRule) -> Iterator[tuple[CriterionRule, str, str]]:
        for met, before, after in self._condition(rule.met_when):
            if met is not None:
                yield rule._replace(met_when=met), f"met_when {before}", f"met_when {after}".strip()
        if rule.base is not None:
            for base, before, after in [*self._condition(rule.base), (None, self._words(rule.base), "")]:
                applies = condition_unless_lifted(base, rule.exceptions)
                changed = rule._replace(base=base, applies_when=applies)
                yield changed, f"applies_when {before}", f"applies_when {after}".strip()
        for exceptions, before, after in self._exceptions(rule.exceptions):
            applies = condition_unless_lifted(rule.base, exceptions)
            yield rule._replace(exceptions=exceptions, applies_when=applies), before, after
        if not rule.advisory:
            yield rule._replace(advisory=True), "required", "advisory: true"

    def _exceptions(self, rules: tuple[ExceptionRule, ...]) -> Iterator[tuple[tuple[ExceptionRule, ...], str, str]]:
        for n, rule in enumerate(rules):
            yield (*rules[:n], *rules[n + 1 :]), f"exception {self._words(rule.when)}", ""
            for when, before, after in self._condition(rule.when):
                if when is not None:
                    changed = rule._replace(when=when)
                    yield (*rules[:n], changed, *rules[n + 1 :]), f"exception {before}", f"exception {after}".strip()

    def _limit(self, limit: LimitRule, n: int) -> Iterator[tuple[Edition, str, str]]:
        edition = self._edition

        def with_rule(changed: LimitRule) -> Edition:
            return edition._replace(limits=(*edition.limits[:n], changed, *edition.limits[n + 1 :]))

        without = (*edition.limits[:n], *edition.limits[n + 1 :])
        yield edition._replace(limits=without), f"{limit.id}: {limit.allows}", ""
        if isinstance(limit.cap, int):
            for step in (-1, 1):
                changed = limit._replace(cap=limit.cap + step)
                yield (
                    _with_limit_recomputed(with_rule(changed), changed),
                    f"at_most {limit.cap}",
                    f"at_most {changed.cap}",
                )
        for name in limit.counting:
            changed = limit._replace(counting=tuple(one for one in limit.counting if one != name))
            yield _with_limit_recomputed(with_rule(changed), changed), f"counting {name}", ""
        if limit.base is not None:
            for base, before, after in self._condition(limit.base):
                active = condition_unless_lifted(base, limit.exceptions)
                changed = limit._replace(base=base, active=active)
                yield with_rule(changed), f"applies_when {before}", f"applies_when {after}"
        for exceptions, before, after in self._exceptions(limit.exceptions):
            active = condition_unless_lifted(limit.base, exceptions)
            yield with_rule(limit._replace(exceptions=exceptions, active=active)), before, after

    # ---- definitions and tables

    def _formula(self, formula: Formula) -> Iterator[tuple[Formula, str, str]]:
        match formula:
            case ByCondition(condition):
                for changed, before, after in self._condition(condition):
                    if changed is not None:
                        yield ByCondition(changed), before, after
            case Looked(table, output):
                for other, before, after in self._table(table, output):
                    yield Looked(other, output), before, after
            case Sum(operands):
                yield from ((Sum(left), before, after) for left, before, after in changed_operands(operands, "sum"))
            case Product(operands):
                yield from (
                    (Product(left), before, after) for left, before, after in changed_operands(operands, "product")
                )
            case Difference(minuend, subtrahend):
                yield Difference(subtrahend, minuend), f"{minuend} less {subtrahend}", f"{subtrahend} less {minuend}"
                yield Sum((minuend,)), f"{minuend} less {subtrahend}", str(minuend)
            case ElapsedTime(start, end):
                yield ElapsedTime(end, start), f"from {start} to {end}", f"from {end} to {start}"
            case Given() | Left() | Margin():
                # They follow from a table and a limit, which are changed themselves.
                return
            case _:
                assert_never(formula)

    def _table(self, table: TableRule, output: str) -> Iterator[tuple[TableRule, str, str]]:
        for n, row in enumerate(table.rows):
            name = self._words(row.written) if row.written is not None else "otherwise"
            others = (*table.rows[:n], *table.rows[n + 1 :])
            if output in dict(row.figures):
                yield table._replace(rows=others), f"row {name}", ""
            for changed, before, after in changed_rows(row, output):
                rows = (*table.rows[:n], changed, *table.rows[n + 1 :])
                yield table._replace(rows=rows), f"row {name}: {before}", f"row {name}: {after}"

    # ---- conditions

    def _condition(self, condition: Condition) -> MutatedPart:
        """Yield a condition with one mistake in it, None where nothing is left of it; with the words of both."""
        match condition:
            case Leaf():
                for other in changed_tests(condition):
                    yield other, self._words(condition), self._words(other)
            case Not(part):
                yield part, self._words(condition), self._words(part)
                for inner, before, after in self._condition(part):
                    if inner is not None:
                        yield Not(inner), f"not {before}", f"not {after}"
            case AllOf(parts):
                yield AnyOf(parts), self._words(condition), self._words(AnyOf(parts))
                yield from self._parts(parts, AllOf)
            case AnyOf(parts):
                yield AllOf(parts), self._words(condition), self._words(AllOf(parts))
                yield from self._parts(parts, AnyOf)
            case AtLeastOf(n, parts):
                for step in (-1, 1):
                    if 1 <= n + step <= len(parts):
                        yield AtLeastOf(n + step, parts), f"at least {n} of", f"at least {n + step} of"
                yield from self._parts(parts, lambda left: AtLeastOf(min(n, len(left)), left))
            case _:
                assert_never(condition)

    def _parts(self, parts: Sequence[Condition], remade: Callable[[tuple[Condition, ...]], Condition]) -> MutatedPart:
        for n, part in enumerate(parts):
            others = (*parts[:n], *parts[n + 1 :])
            if others:
                yield (others[0] if len(others) == 1 else remade(others)), self._words(part), ""
            for inner, before, after in self._condition(part):
                if inner is not None:
                    yield remade((*parts[:n], inner, *parts[n + 1 :])), before, after


def _in_force(edition: Edition) -> Iterator[Mutant]:
    low, high = edition.in_force
    for name, spans in (("from", shifted_regions(Span(low, None))), ("until", shifted_regions(Span(None, high)))):
        for span, step in spans:
            changed = Span(span.low, high) if name == "from" else Span(low, span.high)
            day = "a day later" if step > 0 else "a day earlier"
            yield Mutant(edition._replace(in_force=changed), "in_force", f"in force {name} its day", f"{day}")


def _with_limit_recomputed(edition: Edition, limit: LimitRule) -> Edition:
    """Return the edition with what the limit leaves, and by how much it is passed, computed from its cap and counts."""
    return edition._replace(derived=with_limit_recomputed(edition.derived, limit))
