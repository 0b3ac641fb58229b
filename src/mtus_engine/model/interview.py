"""What is asked next about an item: presumptions to confirm, and open facts by how much their answers settle."""

from typing import NamedTuple

from mtus_engine.model.determination import Finding
from mtus_engine.model.fact import Known


class Presumption(NamedTuple):
    """A fact of which nothing is said, and what is presumed of it: to be confirmed or corrected."""

    fact: str
    known: Known


class NextQuestion(NamedTuple):
    """An open fact with its question.

    share, from 0 to 1, is the part of the answers tried, each counted alike, after which no open fact can change the
    finding any more; settles are the ids of the criteria and limits that wait for it. Which answer would help the
    request is not told, for that would steer the person who answers.
    """

    fact: str
    question: str
    share: float
    settles: tuple[str, ...]


class Interview(NamedTuple):
    """Where an interview stands: it is over where nothing is left to confirm or to ask.

    to_confirm comes first, in one block; questions follow, the one that settles most first.
    """

    finding: Finding
    to_confirm: tuple[Presumption, ...]
    questions: tuple[NextQuestion, ...]

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to confirm or to ask."""
        return not self.to_confirm and not self.questions
