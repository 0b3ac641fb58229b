"""Conditions with their exceptions: what lifts a criterion or limit, what makes an edition govern all the same."""

from mtus_engine.model.condition import AllOf, AnyOf, Condition, Not
from mtus_engine.model.ruleset import ExceptionRule


def condition_unless_lifted(base: Condition | None, exceptions: tuple[ExceptionRule, ...]) -> Condition | None:
    """Return the condition that the base holds and no exception does; None where there is neither."""
    parts = [*([] if base is None else [base]), *(Not(exception.when) for exception in exceptions)]
    return None if not parts else parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def condition_with_exceptions(base: Condition | None, exceptions: tuple[ExceptionRule, ...]) -> Condition | None:
    """Return the condition by which an edition governs: its own or an exception's; None without one of its own."""
    return base if base is None or not exceptions else AnyOf((base, *(one.when for one in exceptions)))
