"""What a line of a paper is: a whole sentence, a row of a list of days, a plan that states nothing, a salutation."""

import re

from mtus_engine.ingest.papers.day_rows import row_from_its_day
from mtus_engine.ingest.papers.days import DAY
from mtus_engine.ingest.papers.passages import Passage
from mtus_engine.ingest.papers.rows import BULLET
from mtus_engine.ingest.sentences import Sentence
from mtus_engine.model.fact import Fact
from mtus_engine.model.papers import FieldUse

# "PT 2x6, continue HEP" is a plan; "she has not had any pool therapy yet" states something within one.
_ASSERTS = re.compile(
    r"\b(?:has|have|had|hasn't|haven't|is|isn't|are|aren't|was|were|did|didn't|does|doesn't|cannot|can't|remains|needs)\b",
    re.IGNORECASE,
)
# A number within a clause parts it from none: "x 1,5".
_CLAUSE = re.compile(r"[,;](?=\s)|\.\s")
_SALUTATION = re.compile(r"\s*(?:dear\b|to whom it may concern)", re.IGNORECASE)
# What ends with a full stop and has at least so many words is a sentence.
_FEWEST_WORDS = 4
# A row of a list of days has at most so many words.
_FEW_CELLS = 10


def is_letter(one: Passage) -> bool:
    """Return whether a passage holds the salutation of a letter."""
    return any(_SALUTATION.match(sentence.text) for sentence in one.sentences)


def intended_until(sentence: Sentence, use: FieldUse | Fact | None) -> int:
    """Return how many letters of a sentence of a plan tell only what is intended: all, or none where it states more.

    Of an entry of a list it is the first clause: "3. PT for the back, 9 visits, he needs instruction" gives a reason.
    """
    if use is not FieldUse.PLAN:
        return 0
    text = sentence.text
    asserts, entry = _ASSERTS.search(text), BULLET.match(text)
    if asserts is None:
        return len(text)
    if entry is None:
        return 0
    ends = (match.start() for match in _CLAUSE.finditer(text, entry.end()))
    return max((end for end in ends if end <= asserts.start()), default=0)


def is_row_of_a_day(text: str) -> bool:
    """Return whether a line is a row of a list of days: few words behind its day, and no sentence."""
    return (
        DAY.match(row_from_its_day(BULLET.sub("", text))) is not None
        and len(text.split()) <= _FEW_CELLS
        and not is_a_sentence(text)
    )


def is_a_sentence(text: str) -> bool:
    """Return whether a text is a whole sentence; dots that lead to what was decided of it end none."""
    ends = text.rstrip().endswith((".", "!", "?")) and not text.rstrip().endswith("..")
    return ends and len(text.split()) >= _FEWEST_WORDS
