"""Visits that are written 3x4: three a week for four weeks, from which their number follows."""

from collections.abc import Mapping
from typing import NamedTuple, TypeGuard

from mtus_engine.compiler.halfway import visits_a_week_and_weeks
from mtus_engine.loader.source import Plain
from mtus_engine.model.vocabulary import Roles


class _Said(NamedTuple):
    """A statement as it stands in a file, and what its product means; None where it is none, or cannot be moved."""

    statement: Plain
    schedule: tuple[int, int] | None


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
    said = [_Said(one, _schedule(one)) for one in _as_list(facts[units])]
    schedules = [(one.statement, one.schedule) for one in said if one.schedule is not None]
    if not schedules:
        return facts
    found = dict(facts)
    rates = [_with_value(statement, visits) for statement, (visits, _) in schedules]
    lengths = [
        _with_value(statement, f"{weeks} week{'' if weeks == 1 else 's'}") for statement, (_, weeks) in schedules
    ]
    for name, added in ((weekly, rates), (length, lengths)):
        beside = _as_list(facts[name]) if name in facts else ()
        found[name] = (*(one if isinstance(one, Mapping) else {"value": one} for one in beside), *added)
    return found


def _schedule(statement: Plain) -> tuple[int, int] | None:
    if not isinstance(statement, Mapping):
        return visits_a_week_and_weeks(statement)
    refers = any(key in statement for key in ("id", "replaces"))
    return None if refers else visits_a_week_and_weeks(statement.get("value"))


def _with_value(statement: Plain, value: Plain) -> Plain:
    return {**(statement if isinstance(statement, Mapping) else {}), "value": value}


def _as_list(plain: Plain) -> tuple[Plain, ...]:
    return plain if are_statements(plain) else (plain,)
