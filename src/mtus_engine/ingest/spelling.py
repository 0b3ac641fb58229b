"""Words that are often misspelled, read as what they mean; places and quotations stay those of the text as it is."""

import re
from bisect import bisect_right
from collections.abc import Mapping
from typing import NamedTuple


class Mended(NamedTuple):
    """A text with its words mended; a run of it can be found again in the text as it was.

    at and was are places of equal length: where each stretch between mended words begins, mended and before.
    """

    text: str
    at: tuple[int, ...]
    was: tuple[int, ...]

    def before(self, place: int) -> int:
        """Return where a place of the mended text stood; one within a mended word stood where that word began."""
        n = bisect_right(self.at, place) - 1
        end = self.was[n + 1] if n + 1 < len(self.was) else None
        found = self.was[n] + place - self.at[n]
        return found if end is None else min(found, end)


class Spelling:
    """The misspelled words of a rule folder, with what each means."""

    def __init__(self, spelled: Mapping[str, tuple[str, ...]]) -> None:
        """Keep the words: by the right one all wrong ones."""
        self._right = {wrong.lower(): right for right, listed in spelled.items() for wrong in listed}
        longest_first = sorted(self._right, key=lambda word: (-len(word), word))
        alike = "|".join(map(re.escape, longest_first))
        self._pattern = re.compile(rf"(?<!\w)(?:{alike})(?!\w)" if alike else r"(?!)", re.IGNORECASE)

    def mended(self, text: str) -> Mended:
        """Return the text with its misspelled words mended."""
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
