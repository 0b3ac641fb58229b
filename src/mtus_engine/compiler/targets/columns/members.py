"""Whether members that columns hold are among those a test names."""

from mtus_engine.compiler.targets.columns.terms import (
    Column,
    Flag,
    any_holds,
    comparison,
    either,
    first_case,
    is_true,
    kleene,
)
from mtus_engine.compiler.targets.columns.values import MemberColumns, SetColumns
from mtus_engine.model.values import Member


def is_among(members: frozenset[Member], values: MemberColumns) -> Flag:
    """Return whether the one member that columns hold is among some."""
    unsaid = True if values.all <= members else None if values.all & members else False
    if not isinstance(values.value, Column) and values.value is not None:
        return values.value in members
    names = sorted(str(member) for member in members)
    if values.value is None and values.among is None:
        return unsaid
    found: list[Column] = [] if values.value is None else [values.value.is_one_of(names)]
    if values.among is not None:
        inside = values.among.length(names)
        all_, none = comparison(inside, "==", values.among.length()), comparison(inside, "==", 0)
        listed = kleene(is_true(all_), is_true(none))
        # A list with some, but not all, of its members among those asked for is undetermined; unsaid is for no list.
        return first_case([(values.among.is_there(), listed)], _else_unsaid(found[0], unsaid) if found else unsaid)
    return _else_unsaid(found[0], unsaid)


def _else_unsaid(flag: Column, unsaid: bool | None) -> Column:
    return flag if unsaid is None else flag.or_else(unsaid)


def holds_one(members: frozenset[Member], values: SetColumns) -> Flag:
    """Return whether the set that columns hold has at least one of some members."""
    wanted = sorted(str(member) for member in members & values.all)
    if not wanted:
        return False
    if values.certain is None:
        return None
    hit = any_holds([values.certain.holds(member) for member in wanted])
    if values.perhaps is None and values.is_open is False:
        return hit
    maybe = [] if values.perhaps is None else [is_true(values.perhaps.holds(member)) for member in wanted]
    return first_case(
        [(is_true(hit), True), (values.certain.is_null(), None), (either(values.is_open, *maybe), None)], False
    )
