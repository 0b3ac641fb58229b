"""What is kept in memory for a while, and nowhere else."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Memory(Generic[Value]):
    """Values kept up to a total weight, each counting 1 unless weight says otherwise; least recently used go first."""

    def __init__(self, most: int, weight: Callable[[Value], int] = lambda _: 1) -> None:
        """Begin with nothing."""
        self._most, self._weight = most, weight
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._held = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Value | None:
        """Return what is kept under a key, None where nothing is."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Hashable, value: Value) -> Value:
        """Keep a value under a key and return it; callers always give the same value for one key."""
        with self._lock:
            if key not in self._values:
                self._values[key] = value
                self._held += self._weight(value)
            while self._held > self._most and len(self._values) > 1:
                _, gone = self._values.popitem(last=False)
                self._held -= self._weight(gone)
        return value
