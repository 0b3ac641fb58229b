"""Visits that are written 3x4: three a week for four weeks, from which their number follows."""

from collections.abc import Mapping
from typing import NamedTuple, TypeGuard

from mtus_engine.compiler.spelled_numbers import visits_a_week_and_weeks
from mtus_engine.loader.source import Plain
from mtus_engine.model.vocabulary import Roles

_BOUNDS = {"at_least", "at_most"}


class _Said(NamedTuple):
    """What a product among the units says of the weekly rate and of the length, with where the statement is from."""

    source: Mapping[str, Plain]
    rate: Plain
    length: Plain


def are_statements(plain: Plain) -> TypeGuard[tuple[Mapping[str, Plain], ...]]:
    """Return whether what a file says of a fact is a list of statements, and no single one or its value."""
    return isinstance(plain, tuple) and bool(plain) and all(isinstance(one, Mapping) for one in plain)


def with_schedules(facts: Mapping[str, Plain], roles: Roles) -> Mapping[str, Plain]:
    """Return the facts with the weekly rate and the length of the course of each product among the units requested.

    The product itself stays as their number. Of a statement that names or replaces another nothing else is taken.
    """
    units, weekly, length = roles.units_requested, roles.units_per_week, roles.course_length
    if weekly is None or length is None or units not in facts:
        return facts
    said = [one for statement in _as_list(facts[units]) if (one := _said(statement)) is not None]
    if not said:
        return facts
    found = dict(facts)
    rates = [{**one.source, "value": one.rate} for one in said]
    lengths = [{**one.source, "value": one.length} for one in said]
    for name, added in ((weekly, rates), (length, lengths)):
        beside = _as_list(facts[name]) if name in facts else ()
        found[name] = (*(one if isinstance(one, Mapping) else {"value": one} for one in beside), *added)
    return found


def _said(statement: Plain) -> _Said | None:
    """Return what a statement says by a product, or by a range between two; None where it says none."""
    value, source = statement, dict[str, Plain]()
    if isinstance(statement, Mapping) and not set(statement) <= _BOUNDS:
        if "id" in statement or "replaces" in statement:
            return None
        value = statement.get("value")
        source = {key: said for key, said in statement.items() if key != "value"}
    if isinstance(value, Mapping):
        bounds = {bound: product for bound, one in value.items() if (product := _product(one)) is not None}
        rate: Plain = {bound: visits for bound, (visits, _) in bounds.items()}
        return _Said(source, rate, {bound: _weeks(weeks) for bound, (_, weeks) in bounds.items()}) if bounds else None
    product = _product(value)
    return None if product is None else _Said(source, product[0], _weeks(product[1]))


def _product(plain: Plain) -> tuple[int, int] | None:
    return visits_a_week_and_weeks(plain) if isinstance(plain, str) else None


def _weeks(number: int) -> str:
    return f"{number} week{'' if number == 1 else 's'}"


def _as_list(plain: Plain) -> tuple[Plain, ...]:
    return plain if are_statements(plain) else (plain,)
