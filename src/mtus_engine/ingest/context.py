"""What stands around a cue in its sentence: the ConText algorithm.

A phrase of context reaches the cues before or behind it, up to a word that ends its reach; the longer of two that
overlap counts, and one that only looks like context takes its words away from the others.

Source: H. Harkema, J. N. Dowling, T. Thornblade, W. W. Chapman, ConText: an algorithm for determining negation,
experiencer, and temporal status from clinical reports, Journal of Biomedical Informatics 42 (2009).
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mtus_engine.ingest.index import Index
from mtus_engine.model.extraction import Modifier

# A clause that opens the sentence: its context phrases reach no further than its comma.
_OPENING = re.compile(
    r"\W*(?:after|although|as|because|despite|due to|following|since|though|unlike|when|whereas|while)\s[^,;]{3,200},",
    re.IGNORECASE,
)


# "…, and the report states", "… and is to return": another clause.
_CLAUSE = re.compile(
    r",\s(?:and|but|or)\s(?:he|she|it|the|his|her|there|this|no)\b"
    r"|\s(?:and|but)\s(?:is|are|was|were|will|would|has|have|had|needs|requires)\b",
    re.IGNORECASE,
)


class _At(NamedTuple):
    """A phrase of context and where it stands; goes_on tells that it begins with "and" and so joins two clauses."""

    start: int
    end: int
    modifier: Modifier
    goes_on: bool = False

    def is_taken_by(self, other: "_At") -> bool:
        """Return whether the other holds these words and more, and reaches the same way or only looks like context."""
        is_within = other.start <= self.start and self.end <= other.end and self[:2] != other[:2]
        return is_within and other.modifier.direction in {self.modifier.direction, "PSEUDO", "BIDIRECTIONAL"}


class Surroundings:
    """The phrases of context of one sentence."""

    def __init__(self, found: Iterable[_At], stops: Iterable[int] = (), clauses: Iterable[int] = ()) -> None:
        """Keep the longest of those that overlap; one that only looks like context has no other use.

        stops are further places where a reach ends. clauses are where a new clause begins: its phrases do not reach
        back into the clause before.
        """
        listed = list(dict.fromkeys(found))
        whole = [one for one in listed if not any(one.is_taken_by(other) for other in listed)]
        self._clauses = [(clause, clause) for clause in clauses]
        ending = [one for one in whole if one.modifier.direction == "TERMINATE"]
        stopped = [(stop, stop + 1) for stop in stops]
        self._ends = [*((one.start, one.end) for one in ending), *stopped]
        self._ends_of_arguments = [*((one.start, one.end) for one in ending if not one.goes_on), *stopped]
        self._reaching = [one for one in whole if one.modifier.direction not in {"TERMINATE", "PSEUDO"}]

    def roles(self, start: int, end: int) -> frozenset[str]:
        """Return the roles of the phrases that reach the words from start to end, those within them left out."""
        return frozenset(one.modifier.role for one in self._reaching if self._reaches(one, start, end))

    def _reaches(self, one: _At, start: int, end: int) -> bool:
        # In "He argued that … and had …" what is argued goes on after "and".
        listed = self._ends_of_arguments if one.modifier.role == "argued" else self._ends
        if one.end <= start and one.modifier.direction in {"FORWARD", "BIDIRECTIONAL"}:
            return not any(one.end <= begins and ends <= start for begins, ends in listed)
        if one.start >= end and one.modifier.direction in {"BACKWARD", "BIDIRECTIONAL"}:
            listed = [*listed, *self._clauses]
            return not any(end <= begins and ends <= one.start for begins, ends in listed)
        return False


class Context:
    """The phrases of context of a rule folder."""

    def __init__(self, modifiers: Sequence[Modifier]) -> None:
        """Keep the phrases, ready to be looked for."""
        self._index = Index((one.anchors, one) for one in modifiers)

    def around(self, sentence: str) -> Surroundings:
        """Return the phrases of context that the sentence holds."""
        found = [
            _At(match.start(), match.end(), one, match[0].lower().startswith("and "))
            for one in self._index.candidates(sentence)
            for match in one.pattern.finditer(sentence)
        ]
        stops = [n for n, letter in enumerate(sentence) if letter == ";"]
        opening = _OPENING.match(sentence)
        clauses = [match.start() for match in _CLAUSE.finditer(sentence)]
        return Surroundings(found, stops if opening is None else [opening.end() - 1, *stops], clauses)

    def roles(self, sentence: str) -> frozenset[str]:
        """Return the roles of all phrases in the sentence, wherever they reach."""
        return frozenset(one.role for one in self._index.candidates(sentence) if one.pattern.search(sentence))
