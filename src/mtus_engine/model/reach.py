"""What can be reached from names that lead to names: packs that need packs, facts defined from facts."""

from collections.abc import Callable, Iterable


def reachable_names(names: Iterable[str], leads_to: Callable[[str], Iterable[str]]) -> tuple[str, ...]:
    """Return the names and all that they lead to, each once, the nearest first; names may lead in a circle."""
    found = dict.fromkeys(names)
    pending = list(found)
    while pending:
        ahead = [one for name in pending for one in leads_to(name)]
        pending = [one for one in dict.fromkeys(ahead) if one not in found]
        found |= dict.fromkeys(pending)
    return tuple(found)
