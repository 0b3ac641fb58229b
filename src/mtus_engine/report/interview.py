"""What is asked next, in its JSON form."""

from collections.abc import Mapping

# pydantic reads these types from here before Python 3.12.
from typing_extensions import TypedDict

from mtus_engine.model.fact import Fact, Known
from mtus_engine.model.interview import Interview
from mtus_engine.report.outline import FindingName
from mtus_engine.wording.values import known_words


class PresumptionOutline(TypedDict):
    """A fact of which nothing is said, what it asks, and what is presumed of it."""

    fact: str
    label: str
    question: str | None
    presumed: str


class NextQuestionOutline(TypedDict):
    """An open fact, its question, what waits for it, and the share of its answers that settle the finding."""

    fact: str
    label: str
    question: str
    kind: str
    settles: list[str]
    share: float


class InterviewOutline(TypedDict):
    """Where an interview about an item stands: what to confirm in one block, then what to ask, the first one first."""

    case: str
    item: str
    finding: FindingName
    over: bool
    to_confirm: list[PresumptionOutline]
    questions: list[NextQuestionOutline]


def interview_outline(case: str, item: str, found: Interview, facts: Mapping[str, Fact]) -> InterviewOutline:
    """Return where an interview stands in its JSON form."""
    return {
        "case": case,
        "item": item,
        "finding": found.finding.value,
        "over": found.is_over,
        "to_confirm": [
            {
                "fact": one.fact,
                "label": facts[one.fact].label,
                "question": facts[one.fact].question,
                "presumed": presumed_words(facts[one.fact], one.known),
            }
            for one in found.to_confirm
        ],
        "questions": [
            {
                "fact": one.fact,
                "label": facts[one.fact].label,
                "question": one.question,
                "kind": facts[one.fact].kind.value,
                "settles": list(one.settles),
                "share": round(one.share, 4),
            }
            for one in found.questions
        ],
    }


def presumed_words(fact: Fact, known: Known) -> str:
    """Return what is presumed of a fact, in words."""
    return known_words(fact, known).removesuffix(", presumed")
