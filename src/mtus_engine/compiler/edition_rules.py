"""The criteria, limits and exceptions of an edition as rules."""

from collections.abc import Sequence

from mtus_engine.compiler.definitions import given_name
from mtus_engine.compiler.problems import Place, Problems
from mtus_engine.compiler.scope import Scope
from mtus_engine.loader.source import Plain
from mtus_engine.model.condition import AllOf, Condition, Leaf, OneOf
from mtus_engine.model.diagnostic import quoted_value
from mtus_engine.model.fact import Fact, Kind, domain_of
from mtus_engine.model.formula import Derived, Difference, Left, Looked, Margin, Operand
from mtus_engine.model.guideline import Criterion, Exemption, Limit
from mtus_engine.model.lifting import condition_unless_lifted
from mtus_engine.model.periods import parse_period
from mtus_engine.model.ruleset import CriterionRule, ExceptionRule, LimitRule
from mtus_engine.model.values import Span
from mtus_engine.model.vocabulary import Roles


def optional_condition(plain: Plain, scope: Scope, place: Place, problems: Problems) -> Condition | None:
    """Return the condition; None where none is written, or where it is wrong (each mistake noted)."""
    return None if plain is None else scope.reader(problems).condition(plain, place)


def criterion_rule(criterion: Criterion, scope: Scope, place: Place, problems: Problems) -> CriterionRule | None:
    """Return the criterion as a rule, or None (each mistake noted) where it is wrong."""
    met = scope.reader(problems).condition(criterion.met_when, place / "met_when")
    applies = optional_condition(criterion.applies_when, scope, place / "applies_when", problems)
    if met is None:
        return None
    exceptions = exception_rules(criterion.exceptions, scope, place / "exceptions", problems)
    return CriterionRule(
        id=criterion.id,
        cite=criterion.cite,
        requires=criterion.requires,
        met_when=met,
        applies_when=condition_unless_lifted(applies, exceptions),
        advisory=criterion.advisory,
        mark=criterion.mark,
        base=applies,
        exceptions=exceptions,
    )


def exception_rules(
    authored: Sequence[Exemption], scope: Scope, place: Place, problems: Problems
) -> tuple[ExceptionRule, ...]:
    """Return the exceptions whose conditions are right; each mistake in the others is noted."""
    read = [(one, scope.reader(problems).condition(one.when, place / n / "when")) for n, one in enumerate(authored)]
    return tuple(ExceptionRule(when, one.says, one.cite, one.mark) for one, when in read if when is not None)


def limit_rule(
    limit: Limit, scope: Scope, roles: Roles, place: Place, problems: Problems
) -> tuple[LimitRule, tuple[Derived, Derived]] | None:
    """Return the limit as a rule, with two hidden facts computed for it: what is left of it, and its margin.

    Returns None (each mistake noted) where the limit is wrong.
    """
    reader = scope.reader(problems)
    counting = tuple(one.fact for one in limit.counted)
    of = reader.known_fact(limit.of, place / "of")
    counted = [reader.known_fact(name, place / "counting") for name in counting]
    applies = optional_condition(limit.applies_when, scope, place / "applies_when", problems)
    unless = optional_condition(limit.unless, scope, place / "unless", problems)
    mark = limit.mark
    exceptions = exception_rules(limit.exceptions, scope, place / "exceptions", problems)
    if unless is not None:
        exceptions = (ExceptionRule(unless, "what the limit itself names", limit.cite, mark), *exceptions)
    if of is None or None in counted:
        return None
    cap = _cap(limit, of, scope, place / "at_most", problems)
    if cap is None:
        return None
    parts = [part for part in (applies, _cap_given_test(cap, scope)) if part is not None]
    left, margin = f"limit {limit.id}: left", f"limit {limit.id}: margin"
    of_left = Left(cap, counting, frozenset(one.name for one in counted if one is not None and _may_be_below_none(one)))
    unit = of.unit if of.kind is Kind.INTEGER else "days"
    base = None if not parts else parts[0] if len(parts) == 1 else AllOf(tuple(parts))
    rule = LimitRule(
        id=limit.id,
        cite=limit.cite,
        allows=limit.allows,
        of=limit.of,
        cap=cap,
        counting=counting,
        active=condition_unless_lifted(base, exceptions),
        left=left,
        margin=margin,
        unit=unit,
        mark=mark,
        base=base,
        exceptions=exceptions,
        counted_together=frozenset(limit.counted_together),
        marked_counting=tuple((one.fact, one.mark) for one in limit.counted if not one.is_text),
    )
    return rule, (
        Derived(_hidden_fact(left, f"left of the limit {limit.id}", of, unit), of_left, limit.cite, mark),
        Derived(
            _hidden_fact(margin, f"margin to the limit {limit.id}", of, unit),
            _margin(limit, of_left, left, roles, scope),
            limit.cite,
            mark,
        ),
    )


def with_limit_recomputed(derived: Sequence[Derived], limit: LimitRule) -> tuple[Derived, ...]:
    """Return definitions with what a limit leaves, and by how much it is passed, computed from its cap and counts."""
    return tuple(_of_limit(entry, limit) for entry in derived)


def _of_limit(entry: Derived, limit: LimitRule) -> Derived:
    if entry.fact.name == limit.left and isinstance(entry.formula, Left):
        return entry._replace(formula=entry.formula._replace(cap=limit.cap, counting=limit.counting))
    if entry.fact.name == limit.margin and isinstance(entry.formula, Margin):
        counting = tuple(name for name in entry.formula.counting if name in limit.counting)
        return entry._replace(formula=entry.formula._replace(cap=limit.cap, counting=counting))
    return entry


def _may_be_below_none(fact: Fact) -> bool:
    return isinstance(fact.domain, Span) and (fact.domain.low is None or fact.domain.low < 0)


def _margin(limit: Limit, of_left: Left, left: str, roles: Roles, scope: Scope) -> Margin:
    authorized = roles.units_authorized
    is_shared = limit.of == roles.units_disputed and authorized in of_left.counting
    others = tuple(name for name in of_left.counting if name != authorized)
    requested = _units_asked(scope, roles) if is_shared else None
    return Margin(left, limit.of, of_left.cap, others, requested, of_left.signed)


def _units_asked(scope: Scope, roles: Roles) -> str:
    """Return the fact that the definition of the units in dispute subtracts from; without one, the units requested."""
    of_dispute = [one.formula for one in scope.derived if one.fact.name == roles.units_disputed]
    formula = of_dispute[0] if of_dispute else None
    minuend = formula.minuend if isinstance(formula, Difference) else None
    return minuend if isinstance(minuend, str) else roles.units_requested


def _cap(limit: Limit, of: Fact, scope: Scope, place: Place, problems: Problems) -> Operand | None:
    plain = limit.at_most
    if isinstance(plain, int) and not isinstance(plain, bool) and of.kind is Kind.INTEGER and 0 <= plain < 2**31:
        return plain
    if isinstance(plain, str):
        period = parse_period(plain)
        if period is not None and of.kind is Kind.PERIOD and not period.months:
            return period.days
        fact = scope.reader(problems).known_fact(plain, place)
        if fact is None:
            return None
        if fact.kind is of.kind:
            return plain
    cure = "a whole number, or a fact of the same type as of:; a period in weeks or days"
    problems.add(place, "MT302", f"{quoted_value(plain)} does not limit {of.name}", cure)
    return None


def _cap_given_test(cap: Operand, scope: Scope) -> Condition | None:
    """Return the test that the table has a figure for the cap; None where the cap is not looked up in a table."""
    looked = any(entry.fact.name == cap and isinstance(entry.formula, Looked) for entry in scope.derived)
    return Leaf(given_name(str(cap)), OneOf(frozenset({True}), (True,))) if looked else None


def _hidden_fact(name: str, label: str, of: Fact, unit: str | None) -> Fact:
    return Fact(
        name, Kind.INTEGER, domain_of(Kind.INTEGER, (), None, None), of.order, label, unit=unit, is_defined=True
    )
