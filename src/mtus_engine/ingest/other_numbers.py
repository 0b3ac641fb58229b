"""Numbers in a sentence that count no visits of a therapy that were had: what is asked for, and other things."""

import re
from collections.abc import Iterable
from itertools import pairwise

from mtus_engine.compiler.number_words import NUMBER, whole_number
from mtus_engine.compiler.phrases import pattern_of_names

# A number that a request asks for, or that was authorized, was not attended.
_ASKED_FOR = re.compile(
    rf"\b(?:seek|seeks|seeking|request|requests|requesting|ask|asks|asking)\b(?:\s+[a-z]+){{0,3}}?\s+({NUMBER})\b"
    rf"|\b({NUMBER})(?:\s+[a-z]+){{1,4}}?\s+(?:(?:was|were)\s+)?(?:authorized|approved|certified|requested)\b",
    re.IGNORECASE,
)
# In "injections x 2, PT" the number counts what stands before it.
_LISTED = re.compile(rf"\bx\s?({NUMBER})\s{{0,3}},", re.IGNORECASE)
# "2. Walk a mile - met 3. Lift 50 lb": numbers that follow one another count entries.
_ENTRY_NUMBER = re.compile(r"(?<![\w.,/-])(\d{1,2})[.)]\s+(?=[A-Z])")
_ANY = re.compile(rf"\b{NUMBER}\b", re.IGNORECASE)
_MOST_BEFORE = 80
_ENDS = re.compile(r"[,;:.]")
_VISITS = re.compile(r"\b(?:visit|session|treatment)s?\b", re.IGNORECASE)


class OtherNumbers:
    """Finds the numbers in sentences that count no visits that were had."""

    def __init__(self, kinds: Iterable[str]) -> None:
        """Keep the phrases that name a kind of therapy."""
        self._kinds = pattern_of_names(kinds)

    def found_in(self, text: str, intended_until: int = 0) -> frozenset[int]:
        """Return the numbers of what is asked for or was authorized, of other things, and of entries of a list.

        So many first letters tell what is intended: no number in them counts what was had.
        """
        asked_for = {whole_number(match[1] or match[2]) for match in _ASKED_FOR.finditer(text)}
        others = {whole_number(one[1]) for one in _LISTED.finditer(text) if self._is_other(text, one)}
        entries = [int(one[1]) for one in _ENTRY_NUMBER.finditer(text)]
        others |= {after for before, after in pairwise(entries) if after == before + 1}
        intended = {whole_number(one[0]) for one in _ANY.finditer(text[:intended_until])}
        return frozenset(asked_for | others | intended)

    def _is_other(self, text: str, match: re.Match[str]) -> bool:
        before = _ENDS.split(text[max(0, match.start() - _MOST_BEFORE) : match.start()])[-1]
        return _VISITS.search(before) is None and self._kinds.search(before) is None
