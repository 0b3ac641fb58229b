"""Answers about all cases as a report and as plain values."""

from collections.abc import Sequence
from typing import NamedTuple

from mtus_engine.model.determination import Finding
from mtus_engine.policy.impact_report import MovedWords, moved_words
from mtus_engine.report.naming import FINDINGS
from mtus_engine.report.sheet import Part, Sheet

NEVER, SHOWN, OPEN = "never", "shown by a case", "not decided"

SCOPE = (
    "Asked of all cases that state facts of the vocabulary, with days from 1980 to 2040 and numbers up to 10,000; "
    "statements about computed facts are left out."
)


class AnsweredWords(NamedTuple):
    """A question about all cases and its answer."""

    question: str
    answer: str
    case: str
    findings: Sequence[Finding]
    why: str
    moved: Sequence[MovedWords] = ()


def conclusion(answers: Sequence[AnsweredWords]) -> str:
    """Return what the answers about stricter, looser and reclassified come to."""
    by_question = {one.question: one.answer for one in answers}
    shown = [question for question, answer in by_question.items() if answer == SHOWN]
    if any(answer == OPEN for answer in by_question.values()):
        return "Not decided." + (f" Some cases become {' or '.join(shown)}." if shown else "")
    if not shown:
        return "Equivalent: no case changes its finding."
    if shown == ["stricter"]:
        return "Only stricter: no case is supported that was not before."
    if shown == ["looser"]:
        return "Only looser: whatever was supported before still is."
    return f"Some cases become {' or '.join(shown)}."


def proof_sheet(title: str, summary: str, answers: Sequence[AnsweredWords]) -> Sheet:
    """Return the report of the answers."""
    parts = [Part(f"{one.question.capitalize()}: {one.answer}", tuple(_lines(one)), code=one.case) for one in answers]
    return Sheet(title, (summary, SCOPE), tuple(parts))


def _lines(one: AnsweredWords) -> list[str]:
    if one.answer == SHOWN:
        return [" → ".join(FINDINGS[finding] for finding in one.findings), *map(moved_words, one.moved)]
    return [one.why] if one.why else []


def proof_outline(summary: str, answers: Sequence[AnsweredWords]) -> dict[str, object]:
    """Return the answers in their JSON form."""
    listed = [
        {
            **one._asdict(),
            "findings": [finding.value for finding in one.findings],
            "moved": [moved._asdict() for moved in one.moved],
        }
        for one in answers
    ]
    return {"summary": summary, "answers": listed}
