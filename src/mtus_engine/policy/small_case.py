"""A case that shows something, made as small as it can be: fewer facts, and values that are easy to read."""

from collections.abc import Callable, Iterator

from mtus_engine.loader.source import Plain
from mtus_engine.model.determination import Finding
from mtus_engine.policy.witness import WitnessFacts

# Numbers below this are tried, the smallest first, to bring a case to its boundary.
SMALL = 40

Shows = Callable[[WitnessFacts], tuple[Finding, ...] | None]


def small_case(stated: WitnessFacts, shows: Shows) -> WitnessFacts:
    """Return the case without the facts that it does not need, and with narrow values, as long as shows confirms it.

    Facts are left out many at once, then fewer, until none of those left can be left out alone.
    """
    at_once = max(1, len(stated) // 2)
    while True:
        before = stated
        names = list(reversed(stated))
        for left_out in (set(names[n : n + at_once]) for n in range(0, len(names), at_once)):
            fewer = {kept: value for kept, value in stated.items() if kept not in left_out}
            if shows(fewer) is not None:
                stated = fewer
        if at_once == 1 and stated == before:
            return _smallest_case(stated, shows)
        at_once = max(1, at_once // 2)


def _smallest_case(stated: WitnessFacts, shows: Shows) -> WitnessFacts:
    """Return the case with each of its values as narrow and small as the others allow, until none gives way."""
    while True:
        before = stated
        for name in before:
            narrower = ({**stated, name: value} for value in _narrower_values(stated[name]))
            stated = next((one for one in narrower if shows(one) is not None), stated)
        if stated == before:
            return stated


def _narrower_values(value: Plain) -> Iterator[Plain]:
    """Yield the single values of a range or choice, and smaller numbers: such a case is easier to read."""
    match value:
        case int() if not isinstance(value, bool):
            yield from range(min(value, SMALL))
        case {"one_of": tuple(members)}:
            yield from members
        case {"at_least": low, "at_most": high}:
            yield from (low, high)
        case {"at_least": one} | {"at_most": one}:
            yield one
        case (_, {"value": members}):
            yield {"value": members}
