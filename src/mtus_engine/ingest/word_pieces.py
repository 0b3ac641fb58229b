"""Text as the numbers of word pieces: what the sentence model reads.

A word that the list of pieces does not hold is cut into the longest pieces that it holds: "flexion" may be "flex" and
"##ion". The cutting is that of BERT's uncased models (Wu and others, 2016; Devlin and others, 2019).
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

_FIRST, _LAST, _UNKNOWN = "[CLS]", "[SEP]", "[UNK]"
_GOES_ON = "##"
# A run of letters and figures longer than this is no word.
_LONGEST_WORD = 100
# What ASCII has of signs beside letters, figures and blanks counts as punctuation, "$" and "+" among it.
_SIGNS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


class Pieces(NamedTuple):
    """A text in pieces: their numbers, and the place of each word's first piece by the place of its first letter."""

    numbers: list[int]
    starts: Mapping[int, int]


class WordPieces:
    """A list of word pieces, ready to cut any number of texts."""

    def __init__(self, pieces: Sequence[str]) -> None:
        """Keep the pieces; the number of each is its place in the list, from 0."""
        self._numbers: Mapping[str, int] = {piece: number for number, piece in enumerate(pieces)}

    def cut(self, text: str, most: int) -> "Pieces":
        """Return the pieces of a text, between those of a beginning and an end; most are so many."""
        found, starts = [self._numbers[_FIRST]], {}
        for start, word in _words(text):
            if len(found) >= most - 1:
                break
            starts[start] = len(found)
            found += self._pieces(word)
        return Pieces([*found[: most - 1], self._numbers[_LAST]], starts)

    def _pieces(self, word: str) -> list[int]:
        """Return the numbers of the longest pieces that a word is made of, or of the piece for an unknown word."""
        found: list[int] = []
        start = 0
        while start < len(word) <= _LONGEST_WORD:
            before = _GOES_ON if start else ""
            ends = (end for end in range(len(word), start, -1) if before + word[start:end] in self._numbers)
            end = next(ends, None)
            if end is None:
                return [self._numbers[_UNKNOWN]]
            found.append(self._numbers[before + word[start:end]])
            start = end
        return found or [self._numbers[_UNKNOWN]]


def _words(text: str) -> Iterator[tuple[int, str]]:
    """Yield the words and signs of a text with their places, in small letters without accents; each sign by itself."""
    word, start = "", 0
    for place, letter in _letters(text):
        kind = unicodedata.category(letter)
        if kind == "Mn" or letter in {"\0", "\ufffd"} or (kind.startswith("C") and not letter.isspace()):
            continue
        is_sign = letter in _SIGNS or kind.startswith("P") or _is_ideograph(letter)
        if word and (is_sign or letter.isspace()):
            yield start, word
            word = ""
        if is_sign:
            yield place, letter
        elif not letter.isspace():
            word, start = word + letter, start if word else place
    if word:
        yield start, word


def _letters(text: str) -> Iterator[tuple[int, str]]:
    """Yield the small letters of a text, their accents apart, each with its place in the text."""
    for place, letter in enumerate(text):
        yield from ((place, one) for one in unicodedata.normalize("NFD", letter.lower()))


def _is_ideograph(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(("CJK UNIFIED", "CJK COMPATIBILITY"))
