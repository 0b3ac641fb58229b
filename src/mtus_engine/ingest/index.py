"""Which patterns a text may hold: found by its words before any pattern is tried."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from mtus_engine.compiler.phrases import word_runs

One = TypeVar("One")
Words = Sequence[frozenset[str]]


class Index(Generic[One]):
    """Things by the words that must stand in a text that holds them."""

    def __init__(self, entries: Iterable[tuple[Words, One]]) -> None:
        """Keep the entries: sets of words and a thing; of each set one word (a star: one that begins so) must stand in
        the text, and without sets it is always tried.
        """
        self._entries: list[tuple[Words, One]] = []
        self._always: list[int] = []
        self._by_word: dict[str, list[int]] = {}
        for number, (sets, one) in enumerate(entries):
            self._entries.append((sets[1:], one))
            if not sets:
                self._always.append(number)
            for word in sets[0] if sets else ():
                self._by_word.setdefault(word, []).append(number)
        further = (word for sets, _ in self._entries for words in sets for word in words)
        stems = {word[:-1] for word in (*self._by_word, *further) if word.endswith("*")}
        self._stems = frozenset(stems)
        self._lengths: Sequence[int] = sorted({len(stem) for stem in stems})

    def candidates(self, text: str) -> Iterator[One]:
        """Yield what the text may hold, in the order in which it was given."""
        words = set(word_runs(text))
        present = words | {
            f"{word[:length]}*" for word in words for length in self._lengths if word[:length] in self._stems
        }
        found = set(self._always)
        for word in present:
            found.update(self._by_word.get(word, ()))
        for number in sorted(found):
            others, one = self._entries[number]
            if not any(present.isdisjoint(words) for words in others):
                yield one
