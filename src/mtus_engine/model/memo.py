"""Results that are kept to be used again, up to a bound, so that memory does not grow with the number of cases."""

from collections.abc import Callable, Hashable
from typing import Generic, ParamSpec, TypeVar

MemoKey = TypeVar("MemoKey")
MemoValue = TypeVar("MemoValue")
Objects = ParamSpec("Objects")

MOST_KEPT = 1024
MOST_OBJECTS = 4096


class Memo(Generic[MemoKey, MemoValue]):
    """Results by their keys; once MOST_KEPT are kept, any other is worked out anew each time."""

    __slots__ = ("_kept", "_make")

    def __init__(self, make: Callable[[MemoKey], MemoValue]) -> None:
        """Begin empty; make works out a result that is not kept."""
        self._make = make
        self._kept: dict[Hashable, MemoValue] = {}

    def of(self, key: Hashable, given: MemoKey) -> MemoValue:
        """Return what make gives for given; the key must hold all of given that make reads."""
        made = self._kept.get(key)
        if made is None:
            made = self._make(given)
            if len(self._kept) < MOST_KEPT:
                self._kept[key] = made
        return made


class ByIdentity(Generic[Objects, MemoValue]):
    """What was made of objects that come again and are slow to compare; all is forgotten once MOST_OBJECTS are kept."""

    __slots__ = ("_kept", "_make")

    def __init__(self, make: Callable[Objects, MemoValue]) -> None:
        """Begin empty; make works out what is not kept."""
        self._make = make
        self._kept: dict[tuple[int, ...], tuple[tuple[object, ...], MemoValue]] = {}

    def of(self, *given: Objects.args, **named: Objects.kwargs) -> MemoValue:
        """Return what make gives for these objects, which are the key by themselves, and for what is named."""
        key = tuple(map(id, given))
        kept = self._kept.get(key)
        if kept is None:
            if len(self._kept) >= MOST_OBJECTS:
                self._kept = {}
            # The objects are kept with what was made of them: their numbers are theirs as long as they live.
            kept = self._kept[key] = (given, self._make(*given, **named))
        return kept[1]
