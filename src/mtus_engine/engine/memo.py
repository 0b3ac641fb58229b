"""What was worked out and may be asked for again, up to a bound: memory stays flat over any number of cases."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Made = TypeVar("Made")

MOST_KEPT = 1024


class Memo(Generic[Key, Made]):
    """Results by their keys; once it is full, what is new is worked out anew each time."""

    __slots__ = ("_kept", "_make")

    def __init__(self, make: Callable[[Key], Made]) -> None:
        """Begin empty; make works out the result of a key that is not kept."""
        self._make = make
        self._kept: dict[Key, Made] = {}

    def of(self, key: Key) -> Made:
        """Return the result of a key."""
        made = self._kept.get(key)
        if made is None:
            made = self._make(key)
            if len(self._kept) < MOST_KEPT:
                self._kept[key] = made
        return made
