"""Ways joined: what satisfies every part at once, and which of several ways are worth telling."""

from collections.abc import Iterator, Mapping, Sequence

from mtus_engine.model.explanation import Settling
from mtus_engine.model.values import common_values, is_within

# A way names base facts, and what each would have to be.
WayToMeet = Mapping[str, Settling]

# More alternatives than a person would read; what lies beyond is reported as "more".
MOST_WAYS = 40


def joined_ways(parts: Sequence[Sequence[WayToMeet]]) -> list[WayToMeet]:
    """Return the ways to satisfy every part at once; a fact's values are narrowed to suit all."""
    found: list[WayToMeet] = [{}]
    named: set[str] = set()
    for options in parts:
        facts = {name for option in options for name in option}
        if named.isdisjoint(facts) and _are_apart(options):
            # No part before names these facts: no joined way holds all the facts of another, and none need be dropped.
            joined: list[WayToMeet] = [{**one, **option} for one in found for option in options]
            found = sorted(joined, key=len)[:MOST_WAYS]
        else:
            found = shortest_ways(
                both for one in found for option in options if (both := _merged_way(one, option)) is not None
            )
        named |= facts
    return found


def _are_apart(options: Sequence[WayToMeet]) -> bool:
    """Return whether no way names all the facts of another."""
    return not any(one is not other and one.keys() <= other.keys() for one in options for other in options)


def shortest_ways(found: Iterator[WayToMeet] | Sequence[WayToMeet]) -> list[WayToMeet]:
    """Return the ways that ask for more than no shorter one does, at most MOST_WAYS, the shortest first.

    Two ways may name the same facts and want other values of them: what else is wanted may leave but one of the two.
    """
    kept: list[WayToMeet] = []
    for way in sorted(found, key=len):
        if len(kept) == MOST_WAYS:
            break
        if not any(_is_enough(other, way) for other in kept):
            kept.append(way)
    return kept


def _is_enough(one: WayToMeet, way: WayToMeet) -> bool:
    """Return whether whatever suits a way suits this one, too: it names none but its facts, and no narrower values."""
    for name, settling in one.items():
        other = way.get(name)
        if other is None:
            return False
        wanted = other.values
        # Most ways share their parts, and what is the same need not be compared.
        if wanted is not settling.values and not is_within(wanted, settling.values):
            return False
    return True


def _merged_way(one: WayToMeet, other: WayToMeet) -> WayToMeet | None:
    merged = dict(one)
    for name, settling in other.items():
        if name not in merged:
            merged[name] = settling
            continue
        values = common_values(merged[name].values, settling.values)
        if values is None:
            return None
        asks = (*merged[name].asks, *settling.asks)
        if values == settling.values:
            asks = settling.asks
        elif values == merged[name].values:
            asks = merged[name].asks
        merged[name] = Settling(name, values, asks)
    return merged
