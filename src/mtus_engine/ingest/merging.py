"""Statements of a draft: what several sentences say of one fact, without repeats and without vaguer values."""

from collections.abc import Iterator, Mapping, Sequence

from mtus_engine.compiler.literals import values_of
from mtus_engine.compiler.problems import Misfit
from mtus_engine.ingest.found import Found
from mtus_engine.loader import source
from mtus_engine.model.values import Values, is_within

Plain = str | int | bool | list["Plain"] | dict[str, "Plain"]


def written_statement(
    value: Plain, at: str, *, by: str | None = None, inferred: bool = False, note: str | None = None
) -> Plain:
    """Return one statement as a case file writes it; at is its place, by who makes it."""
    written: dict[str, Plain] = {"value": value, "at": at}
    written |= {"by": by} if by else {}
    written["origin"] = "inferred" if inferred else "extracted"
    return written | ({"note": note} if note else {})


def single_or_list(listed: Sequence[Plain]) -> Plain:
    """Return the statements about one fact as a case file writes them: one by itself, several as a list."""
    return listed[0] if len(listed) == 1 else list(listed)


def statements_by_fact(found: Sequence[Found]) -> Iterator[tuple[str, list[Plain]]]:
    """Yield each fact's name with its statements: those that disagree are all kept, those that repeat one are not."""
    by_fact: dict[str, list[Found]] = {}
    for one in found:
        by_fact.setdefault(one.fact.name, []).append(one)
    for name, several in by_fact.items():
        kept = list(_kept_mentions(several))
        if kept:
            yield name, [_statement(one) for one in kept]


def _kept_mentions(several: Sequence[Found]) -> Iterator[Found]:
    """Yield the mentions that add something: not those equal to an earlier one or vaguer than another.

    Of several surgeries each is told by itself.
    """
    valued = [(one, values) for one in several if (values := _values(one)) is not None or one.value is None]
    seen: set[tuple[object, ...]] = set()
    for one, values in valued:
        key = (values, one.item, one.dated, one.surgery)
        alike = (other for beside, other in valued if other is not None and beside.surgery == one.surgery)
        vaguer = values is not None and any(_is_sharper(other, values) for other in alike)
        if key not in seen and not vaguer:
            seen.add(key)
            yield one


def _values(one: Found) -> Values | None:
    """Return the values that a mention gives; None where it gives none, or none that fit the fact."""
    try:
        return None if one.value is None else values_of(one.fact, one.value)
    except Misfit:
        return None


def _is_sharper(other: Values, values: Values) -> bool:
    return other != values and is_within(other, values)


def _statement(one: Found) -> Plain:
    written: dict[str, Plain] = {"not_documented": True} if one.value is None else {"value": writable_value(one.value)}
    written["at"] = one.at
    if one.by:
        written["by"] = one.by
    if one.dated:
        written["dated"] = one.dated
    written["origin"] = "inferred" if one.inferred else "extracted"
    if one.surgery is not None:
        written["surgery"] = one.surgery
    if one.hedged:
        written["hedged"] = True
    written["confidence"] = one.confidence
    written["words"] = one.words
    return written | ({"note": one.note} if one.note else {})


def writable_value(value: source.Plain) -> Plain:
    """Return a value that was read as one that can be changed and written: tuples as lists, dates as text."""
    match value:
        case bool() | int() | str():
            return value
        case Mapping():
            return {key: writable_value(inner) for key, inner in value.items()}
        case tuple() | list():
            return [writable_value(inner) for inner in value]
        case _:
            return str(value)
