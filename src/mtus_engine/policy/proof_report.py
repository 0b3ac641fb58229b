"""Answers about all cases as a report and as plain values."""

from collections.abc import Sequence

from mtus_engine.policy.answers import Answer, Answered
from mtus_engine.policy.impact_report import moved_outline, moved_words
from mtus_engine.report.sheet import Sheet, SheetPart
from mtus_engine.wording.statuses import finding_words

SCOPE = (
    "Asked of all cases that state facts of the vocabulary, with days from 1980 to 2040 and numbers up to 10,000; "
    "statements about computed facts are left out."
)
UNUSUAL = (
    "No case with one plain value for each fact, and numbers and days as in the examples, was found that shows this: "
    "the case below is out of the ordinary."
)


def conclusion(answers: Sequence[Answered]) -> str:
    """Return what the answers about stricter, looser and reclassified come to."""
    by_question = {one.question: one.answer for one in answers}
    shown = [question for question, answer in by_question.items() if answer is Answer.SHOWN]
    if any(answer is Answer.OPEN for answer in by_question.values()):
        return "Not decided." + (f" Some cases become {' or '.join(shown)}." if shown else "")
    if not shown:
        return "Equivalent: no case changes its finding."
    if shown == ["stricter"]:
        return "Only stricter: no case is supported that was not before."
    if shown == ["looser"]:
        return "Only looser: whatever was supported before still is."
    return f"Some cases become {' or '.join(shown)}."


def proof_sheet(title: str, summary: str, answers: Sequence[Answered]) -> Sheet:
    """Return the report of the answers."""
    parts = [
        SheetPart(f"{one.question.capitalize()}: {one.answer.value}", tuple(_lines(one)), code=one.case)
        for one in answers
    ]
    return Sheet(title, (summary, SCOPE), tuple(parts))


def _lines(one: Answered) -> list[str]:
    if one.answer is Answer.SHOWN:
        unusual = [UNUSUAL] if one.is_unusual else []
        return [" → ".join(map(finding_words, one.findings)), *map(moved_words, one.moved), *unusual]
    return [one.why] if one.why else []


def proof_outline(summary: str, answers: Sequence[Answered]) -> dict[str, object]:
    """Return the answers in their JSON form."""
    listed = [
        {
            "question": one.question,
            "answer": one.answer.value,
            "case": one.case,
            "findings": [finding.value for finding in one.findings],
            "why": one.why,
            "is_unusual": one.is_unusual,
            "moved": [moved_outline(moved) for moved in one.moved],
        }
        for one in answers
    ]
    return {"summary": summary, "answers": listed}
