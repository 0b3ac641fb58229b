"""The list that a letter gives behind "please authorize the following:", entry by entry."""

import re

from mtus_engine.ingest.papers.rows import BULLET, Requested, next_mark
from mtus_engine.ingest.sentences import Sentence

# Of so few words behind an entry is what is said further of it: "Total six (6)."
_FEW_WORDS = 6


class RequestList:
    """The entries read so far of one list; is_over tells that it has ended.

    Entries that are numbered, or lettered, follow one another whatever stands between two of them; others end with the
    first line of running text. Where no entry has a mark, each line that names a treatment is one.
    """

    def __init__(self) -> None:
        """Begin before the first entry."""
        self.entries: list[Requested] = []
        self.is_over = False
        self._mark: str | None = None

    def goes_on_with(self, sentence: Sentence, *, is_known: bool) -> bool:
        """Return whether a sentence belongs to the list, and keep it; is_known tells that it names a treatment."""
        match = BULLET.match(sentence.text)
        mark = None if match is None else match[0].strip().strip("().")
        text = BULLET.sub("", sentence.text)
        if self.is_over:
            return False
        if not self.entries:
            self._mark = mark
            self.is_over = mark is None and not is_known
            return self._kept(text, sentence) if not self.is_over else False
        if mark is not None and self._mark is not None:
            follows = mark == next_mark(self._mark)
            self._mark = mark
            return self._kept(text, sentence) if follows else self._ended()
        if mark is None and self._mark is None:
            return self._kept(text, sentence) if is_known else self._ended()
        is_further = len(text.split()) <= _FEW_WORDS and re.search(r"\d", text) is not None
        if is_further:
            last = self.entries[-1]
            at = f"{last.at}, {sentence.place}"
            self.entries[-1] = last._replace(asked=f"{last.asked.rstrip('. ')}, {text}", at=at)
            return True
        # What stands between two numbered entries is said of the case; after others nothing follows.
        return False if self._mark is not None and self._mark.isalnum() else self._ended()

    def _kept(self, text: str, sentence: Sentence) -> bool:
        self.entries.append(Requested(text, sentence.place, is_listed=True))
        return True

    def _ended(self) -> bool:
        self.is_over = True
        return False
