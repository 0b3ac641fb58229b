"""The reasons behind a status as lines: what the record says of a fact, and what is required of it."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from mtus_engine.model.fact import Because, Origin
from mtus_engine.model.reasons import (
    Alternatives,
    Counted,
    Distance,
    OpenTable,
    Reason,
    Reasoning,
    ReasonRole,
    SeenAt,
    Together,
)
from mtus_engine.model.truth import Truth
from mtus_engine.wording.tests import asked_words, required_words
from mtus_engine.wording.values import counted_units, known_words


def reason_lines(reasonings: Iterable[Reasoning]) -> list[str]:
    """Return the reasons, one line each; reasons that decide together, and alternatives, follow a heading line."""
    return [line for one in reasonings for line in _lines(one)]


def reason_sentence(reasonings: Iterable[Reasoning]) -> str:
    """Return the reasons in one line."""
    return "; ".join(_inline(one) for one in reasonings)


def without_places(reasonings: Iterable[Reasoning]) -> tuple[Reasoning, ...]:
    """Return the reasons without their places: for a view that shows the place beside each statement."""
    return tuple(_without_places(one) for one in reasonings)


def _without_places(one: Reasoning) -> Reasoning:
    match one:
        case Reason() | Counted():
            return one._replace(places=())
        case OpenTable():
            return one
        case Alternatives(options=options):
            return one._replace(options=tuple(without_places(option) for option in options))
        case Together(reasons=reasons):
            return one._replace(reasons=without_places(reasons))
        case _:
            assert_never(one)


def _lines(one: Reasoning) -> Iterator[str]:
    match one:
        case Reason() | Counted() | OpenTable():
            yield _inline(one)
        case Alternatives(needed, options):
            yield f"{_enough_words(needed)}:"
            yield from (f"– {'; and '.join(map(_inline, option))}" for option in options)
        case Together(role, reasons, is_so):
            yield f"{_role_words(role, 'all of these are so', is_so=is_so)}:"
            yield from (f"– {_inline(reason)}" for reason in reasons)
        case _:
            assert_never(one)


def _inline(one: Reasoning) -> str:
    match one:
        case Reason():
            return reason_line(one)
        case Counted(fact, known, places):
            return f"{fact.label}: {known_words(fact, known)}{places_words(places)}"
        case OpenTable():
            return open_table_words(one)
        case Alternatives(needed, options):
            return f"{_enough_words(needed)}: " + " — or: ".join("; and ".join(map(_inline, o)) for o in options)
        case Together(role, reasons, is_so):
            return f"{_role_words(role, 'all of these are so', is_so=is_so)}: " + "; and ".join(map(_inline, reasons))
        case _:
            assert_never(one)


def open_table_words(one: OpenTable) -> str:
    """Return the words for a table that gives no single figure for a case: only a change of the rules settles it."""
    name = f"the table {one.table} ({one.cite})"
    if one.figures:
        return f"{one.fact.label}: {name} gives different figures for this case, {' and '.join(one.figures)}"
    return f"{one.fact.label}: {name} has no row for this case"


def _enough_words(needed: int) -> str:
    return "one of these is enough" if needed == 1 else f"{needed} of these are needed"


def reason_line(reason: Reason) -> str:
    """Return a reason in words, with whether it is presumed, its places, and the undocumented facts it waits for."""
    is_said = reason.known.because is Because.PRESUMED and not reason.fact.is_defined
    presumed = " (presumed)" if reason.is_presumed and not is_said else ""
    waits = ", ".join(fact.label for fact in reason.waits_for)
    line = f"{reason_words(reason)}{presumed}{places_words(reason.places)}"
    return f"{line}; open for want of: {waits}" if waits else line


def reason_words(reason: Reason) -> str:
    """Return a test with its numbers: "2 years 6 months 28 days; at most 2 years: 211 days over"."""
    record = f"{reason.fact.label}: {known_words(reason.fact, reason.known)}"
    past = "" if reason.distance is None else f": {distance_words(reason.distance)}"
    if reason.role is ReasonRole.MET:
        return f"{record}; {required_words(reason.fact, reason.test, is_wanted=reason.is_wanted)}{past}"
    asked = asked_words(reason.fact, reason.test, is_wanted=reason.is_wanted)
    is_so = reason.truth is (Truth.TRUE if reason.is_wanted else Truth.FALSE)
    return f"{record}; {_role_words(reason.role, asked, is_so=is_so)}{past}"


def _role_words(role: ReasonRole, asked: str, *, is_so: bool) -> str:
    """Return words for what a test decides: that something is required, or that a rule applies or is lifted by it."""
    match role:
        case ReasonRole.MET:
            return f"required: {asked}"
        case ReasonRole.CRITERION_APPLIES:
            return f"the criterion applies only if {asked}"
        case ReasonRole.LIMIT_APPLIES:
            return f"the limit applies only if {asked}"
        case ReasonRole.CRITERION_LIFTED:
            return f"the criterion is lifted {'because' if is_so else 'if'} {asked}"
        case ReasonRole.LIMIT_LIFTED:
            return f"the limit is lifted {'because' if is_so else 'if'} {asked}"
        case _:
            assert_never(role)


def distance_words(distance: Distance) -> str:
    """Return how far a value lies past a bound."""
    counted = counted_units(distance.number, distance.unit, distance.decimals)
    return f"{counted} {'over' if distance.is_over else 'short'}"


def places_words(places: Iterable[SeenAt]) -> str:
    """Return places in brackets; nothing where there are none."""
    seen = [place_words(place) for place in places]
    return f" [{'; '.join(dict.fromkeys(seen))}]" if seen else ""


def place_words(place: SeenAt) -> str:
    """Return where a statement was seen, who said it and how it came about."""
    by = f", {place.by.replace('_', ' ')}" if place.by else ""
    how = f", {place.origin.value}" if place.origin is not Origin.STATED else ""
    return f"{place.at}{by}{how}{', hedged' if place.hedged else ''}"
