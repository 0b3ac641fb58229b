"""Which patterns a text may hold: found by its words before any pattern is tried."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from mtus_engine.compiler.phrases import word_runs

One = TypeVar("One")
Words = Sequence[frozenset[str]]


class Index(Generic[One]):
    """Finds the things that a text may hold by the words that such a text must contain."""

    def __init__(self, entries: Iterable[tuple[Words, One]]) -> None:
        """Keep the entries, each a thing after its sets of words.

        A text that holds the thing contains a word of each set; a word that ends in a star stands for all that begin
        so. A thing without sets is a candidate for every text.
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
        """Yield the things that the text may hold, in the order in which they were given."""
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
