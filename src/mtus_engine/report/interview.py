"""The state of an interview, with what to ask next, in its JSON form."""

from collections.abc import Mapping
from typing import assert_never

# Before Python 3.12 pydantic accepts only the TypedDict of typing_extensions.
from typing_extensions import TypedDict

from mtus_engine.model.fact import Fact, Kind, Known
from mtus_engine.model.interview import Interview
from mtus_engine.model.values import Choice, Selection, Span, Stretch, Values, is_settled
from mtus_engine.report.outline import FindingName
from mtus_engine.wording.values import known_words, values_words


class PresumptionOutline(TypedDict):
    """A fact that the record does not mention, its question, and the value presumed for it."""

    fact: str
    label: str
    question: str | None
    presumed: str


class NextQuestionOutline(TypedDict):
    """An open fact and its question; settles are the rules that wait for it, share that of settling answers."""

    fact: str
    label: str
    question: str
    kind: str
    settles: list[str]
    share: float


class InterviewOutline(TypedDict):
    """The state of an interview about an item: presumptions to confirm together, then the questions in their order."""

    case: str
    item: str
    finding: FindingName
    over: bool
    to_confirm: list[PresumptionOutline]
    questions: list[NextQuestionOutline]


def interview_outline(case: str, item: str, found: Interview, facts: Mapping[str, Fact]) -> InterviewOutline:
    """Return the state of an interview in its JSON form."""
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


def plain_value(fact: Fact, values: Values) -> str | int | bool | list[str] | dict[str, int | None] | None:
    """Return one value, or a range of whole numbers, as a case file writes it; None for any other values."""
    if isinstance(values, Span) and fact.kind is Kind.INTEGER and not is_settled(values):
        ends = {"at_least": values.low, "at_most": values.high}
        return {side: end for side, end in ends.items() if end is not None} or None
    if not is_settled(values):
        return None
    match values:
        case Choice(possible):
            return next(iter(possible))
        case Selection(certain):
            return sorted(certain)
        case Span(low) if fact.kind is Kind.INTEGER:
            return low
        case Span() | Stretch():
            return values_words(fact, values).removesuffix(f" {fact.unit}" if fact.unit else "")
        case _:
            assert_never(values)


def presumed_words(fact: Fact, known: Known) -> str:
    """Return what is presumed of a fact, in words."""
    return fact.presume_says or known_words(fact, known).removesuffix(", presumed")
