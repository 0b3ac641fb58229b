"""Numbers of visits that a table writes as 3x4: 3 a week for 4 weeks, from which the number follows."""

from collections.abc import Iterable

import ibis
from ibis import _

from mtus_engine.bulk.tables import TEXT
from mtus_engine.bulk.text_columns import either_group
from mtus_engine.compiler.spelled_numbers import SCHEDULE, SCHEDULE_GROUPS, visits_a_week_and_weeks
from mtus_engine.model.ruleset import Ruleset


def lengths_of_schedules(texts: Iterable[str]) -> frozenset[str]:
    """Return the lengths of time that such texts name."""
    read = (visits_a_week_and_weeks(text) for text in texts)
    return frozenset(f"{one[1]} weeks" for one in read if one is not None)


def with_schedules(table: ibis.Table, ruleset: Ruleset) -> ibis.Table:
    """Return a table with such texts told in the columns of visits a week and of the length of the course, too.

    A row that names either in its own column keeps that.
    """
    roles, schema = ruleset.roles, table.schema()
    units, weekly, length = roles.units_requested, roles.units_per_week, roles.course_length
    if weekly is None or length is None or units not in schema or not schema[units].is_string():
        return table
    words = _[units].strip()
    is_told = words.re_search(SCHEDULE)
    rate, weeks = (either_group(words, SCHEDULE, groups) for groups in SCHEDULE_GROUPS)
    told = {weekly: rate, length: weeks.try_cast("int64").cast(TEXT).concat(" weeks")}
    own = {name: _said(name).nullif("") if name in schema else ibis.null(TEXT) for name in told}
    return table.mutate(**{name: ibis.coalesce(own[name], is_told.ifelse(value, None)) for name, value in told.items()})


def _said(name: str) -> ibis.Deferred:
    """Return what a column says as text, empty where it says nothing."""
    return _[name].cast(TEXT).fill_null("").strip()
