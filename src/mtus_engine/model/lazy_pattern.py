"""What is looked for in texts, by a regular expression that is compiled when a text is first searched for it.

The rules hold thousands of phrases, and a paper comes near few of them: to compile them all takes seconds.
"""

import re
import sys
from collections.abc import Iterator
from functools import cached_property


class LazyPattern:
    """A regular expression, with the ways of looking for it that re.Pattern has."""

    def __init__(self, pattern: str, flags: re.RegexFlag = re.NOFLAG) -> None:
        """Keep the text of an expression that is known to be valid."""
        self.pattern, self.flags = pattern, flags

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern, self.flags)

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """Return the first place in a text, between start and end, where the expression matches; None for nowhere."""
        return self._compiled.search(text, start, end)

    def match(self, text: str, start: int = 0) -> re.Match[str] | None:
        """Return the match that begins at start, None for none."""
        return self._compiled.match(text, start)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """Return the match with the whole of a text, None for none."""
        return self._compiled.fullmatch(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Return all places in a text where the expression matches, from left to right."""
        return self._compiled.finditer(text)

    def subn(self, put: str, text: str) -> tuple[str, int]:
        """Return a text with something else put where the expression matches, and in how many places."""
        return self._compiled.subn(put, text)
