"""Misspelled words, read as the words that are meant, and "9visits" as "9 visits".

Places and quotations stay those of the original text.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping
from typing import NamedTuple

# What is counted, where it stands at the end of its number.
_GLUED = r"(?<=\d)(?=(?:visits?|sessions?|treatments?|weeks?|wks?|months?)(?!\w))"


class Mended(NamedTuple):
    """A text with its misspelled words mended; places in it can be found again in the original text.

    at and was are of equal length: they hold where each stretch, mended or unchanged, begins in the mended text and in
    the original.
    """

    text: str
    at: tuple[int, ...]
    was: tuple[int, ...]

    def before(self, place: int) -> int:
        """Return where a place of the mended text stood; in a mended word it is at most the end of the word."""
        n = bisect_right(self.at, place) - 1
        end = self.was[n + 1] if n + 1 < len(self.was) else None
        found = self.was[n] + place - self.at[n]
        return found if end is None else min(found, end)


class Spelling:
    """The misspelled words of a rule folder, with what each means."""

    def __init__(self, spelled: Mapping[str, tuple[str, ...]]) -> None:
        """Keep the misspellings; spelled lists them by the right word."""
        right = {wrong.lower(): right for right, listed in spelled.items() for wrong in listed}
        longest_first = sorted(right, key=lambda word: (-len(word), word))
        alike = "|".join(map(re.escape, longest_first))
        misspelled = rf"(?<!\w)(?:{alike})(?!\w)|" if alike else ""
        self._right = {**right, "": " "}
        self._pattern = re.compile(misspelled + _GLUED, re.IGNORECASE)

    def mended_text(self, text: str) -> Mended:
        """Return the text with its misspelled words, and what is glued to its number, mended."""
        parts: list[str] = []
        at, was, end, length = [0], [0], 0, 0
        for match in self._pattern.finditer(text):
            right = self._right[match[0].lower()]
            parts += [text[end : match.start()], right]
            length += match.start() - end
            at += [length, length + len(right)]
            was += [match.start(), match.end()]
            length, end = length + len(right), match.end()
        parts.append(text[end:])
        return Mended("".join(parts), tuple(at), tuple(was))
