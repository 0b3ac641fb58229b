"""Which patterns a text may hold: found by its words before any pattern is tried."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, TypeVar

One = TypeVar("One")

_RUN = re.compile(r"\w+")


class Index(Generic[One]):
    """Things by the words one of which must stand in a text that holds them."""

    def __init__(self, entries: Iterable[tuple[frozenset[str], One]]) -> None:
        """Keep the entries: words (a star at the end: a beginning) and the thing; without words it is always tried."""
        self._entries: list[One] = []
        self._always: list[int] = []
        self._by_word: dict[str, list[int]] = {}
        self._by_stem: dict[str, list[int]] = {}
        for number, (words, one) in enumerate(entries):
            self._entries.append(one)
            if not words:
                self._always.append(number)
            for word in words:
                kept = self._by_stem if word.endswith("*") else self._by_word
                kept.setdefault(word.removesuffix("*"), []).append(number)
        self._lengths: Sequence[int] = sorted({len(stem) for stem in self._by_stem})

    def candidates(self, text: str) -> Iterator[One]:
        """Yield what the text may hold, in the order in which it was given."""
        found = set(self._always)
        for word in set(_RUN.findall(text.lower())):
            found.update(self._by_word.get(word, ()))
            for length in self._lengths:
                if length > len(word):
                    break
                found.update(self._by_stem.get(word[:length], ()))
        return (self._entries[number] for number in sorted(found))
