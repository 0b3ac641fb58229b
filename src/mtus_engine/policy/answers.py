"""Answers to questions about all cases: proved, shown by a case, or not decided."""

from enum import Enum
from typing import NamedTuple

from mtus_engine.model.determination import Finding
from mtus_engine.policy.impact import Moved
from mtus_engine.policy.witness import WitnessFacts, case_of


class Answer(Enum):
    """What a question comes to."""

    NEVER = "never"
    SHOWN = "shown by a case"
    OPEN = "not decided"


class Answered(NamedTuple):
    """A question's answer: where a case shows it, its facts and the findings; where it is open, why.

    place is the file and line of the rule that moved in the case that shows it; law is the jurisdiction that the case
    has to name. is_unusual tells that no plausible case was found: one with a single plain value for each fact, as in
    the cases at hand.
    """

    question: str
    answer: Answer
    facts: WitnessFacts | None = None
    findings: tuple[Finding, ...] = ()
    why: str = ""
    moved: tuple[Moved, ...] = ()
    place: tuple[str, int] | None = None
    law: str | None = None
    is_unusual: bool = False

    @property
    def case(self) -> str:
        """The case file that shows it, empty where none does."""
        return "" if self.facts is None else case_of(self.question, self.facts, self.law)
