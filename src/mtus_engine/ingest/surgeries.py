"""What a record says of surgeries: those that may be for another injury, and several of them told apart."""

from collections.abc import Mapping, Sequence

from mtus_engine.ingest.found import Found
from mtus_engine.model.vocabulary import Roles


def with_surgeries_told(found: Sequence[Found], injured_on: str | None, roles: Roles) -> tuple[Found, ...]:
    """Return the facts, with doubt where a surgery is dated before the injury, and several surgeries kept apart."""
    return _with_surgeries_apart(_with_doubted_surgeries(found, injured_on, roles), roles)


def _with_doubted_surgeries(found: Sequence[Found], injured_on: str | None, roles: Roles) -> tuple[Found, ...]:
    """Return the facts; those of a surgery become doubtful where its sentence dates it before the injury.

    injured_on is a day such as 2016-02-29. The surgery may have been for another injury, or one of the two dates may be
    wrong: a person has to look.
    """
    if injured_on is None:
        return tuple(found)
    of_surgery = {roles.surgery_performed, roles.surgery_date, roles.procedure}
    before = {
        one.at
        for one in found
        if one.fact.name == roles.surgery_date
        and isinstance(one.value, str)
        and one.value < injured_on[: len(one.value)]
    }
    return tuple(
        one._replace(confidence="doubtful") if one.at in before and one.fact.name in of_surgery else one
        for one in found
    )


def _with_surgeries_apart(found: Sequence[Found], roles: Roles) -> tuple[Found, ...]:
    """Return the facts; where the record names several procedures, what is said of each bears its name.

    A sentence that names one procedure speaks of it; one that names none, of the surgery whose day it gives. What names
    no surgery so is left as said of any: then the facts conflict, and a person tells them apart.
    """
    names = _names_of_procedures(found, roles)
    if len(names) < 2:
        return tuple(found)
    procedures: dict[str, set[str]] = {}
    for one in found:
        if one.fact.name == roles.procedure and isinstance(one.value, str):
            procedures.setdefault(one.at, set()).add(one.value)
    by_sentence = {at: names.get(next(iter(of))) for at, of in procedures.items() if len(of) == 1}
    by_day = _surgeries_by_day(found, by_sentence, roles)

    def surgery_of(one: Found) -> str | None:
        if not one.fact.of_each_surgery:
            return None
        if one.fact.name == roles.procedure and isinstance(one.value, str):
            return names.get(one.value)
        if one.at in procedures:
            return by_sentence.get(one.at)
        days = by_day.get(str(one.value), set()) if one.fact.name == roles.surgery_date else set()
        return next(iter(days)) if len(days) == 1 else None

    return tuple(one._replace(surgery=surgery_of(one)) for one in found)


def _names_of_procedures(found: Sequence[Found], roles: Roles) -> Mapping[str, str]:
    """Return the procedures that the record names, each with its label; one that no list holds names no surgery."""
    said = [one for one in found if one.fact.name == roles.procedure and isinstance(one.value, str)]
    labels = {member: label for one in said for member, label in one.fact.members}
    named = dict.fromkeys(str(one.value) for one in said if one.value != roles.other_procedure)
    return {member: labels[member] for member in named if member in labels}


def _surgeries_by_day(
    found: Sequence[Found], by_sentence: Mapping[str, str | None], roles: Roles
) -> Mapping[str, set[str]]:
    by_day: dict[str, set[str]] = {}
    for one in found:
        name = by_sentence.get(one.at)
        if one.fact.name == roles.surgery_date and one.value is not None and name is not None:
            by_day.setdefault(str(one.value), set()).add(name)
    return by_day
