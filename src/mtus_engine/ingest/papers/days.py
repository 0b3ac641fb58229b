"""The day of a paper that no label names: alone in a line, in a title, the head of a letter, or behind who signed."""

import re
from collections.abc import Iterable

from mtus_engine.compiler.phrases import DATE
from mtus_engine.ingest.dates import whole_day_text
from mtus_engine.ingest.papers.passages import Passage
from mtus_engine.ingest.papers.signed import SIGNED

DAY = re.compile(rf"(?<![\d/-]){DATE}(?![\d/-])", re.IGNORECASE)
_SENT_BY = r"(?:(?:sent\s+)?(?:via|by)\s+(?:fax|facsimile|e-?mail|mail|portal))?"
_DAY_ALONE = re.compile(rf"\s*(?:dated?:?\s*)?{DATE}\s*{_SENT_BY}\s*", re.IGNORECASE)
# A day that stands alone in the first lines of a paper is its day.
_FIRST_LINES = 20
# The title of a paper stands in its very first lines, and begins them.
_TITLE_LINES = 4
_TITLE = re.compile(
    r"\s*(?:[\w/'()-]+\s+){0,5}(?:note|report|visit|summary|evaluation|eval|re-?eval|re-?evaluation|follow-?up)\b",
    re.IGNORECASE,
)
_OF_ANOTHER = re.compile(
    r"\b(?:birth|dob|d\.o\.b|injury|doi|d\.o\.i|surgery|request|from|through|thru)\b", re.IGNORECASE
)
# Beside the name of who sends a letter its day may stand behind a wide space.
_WIDE = re.compile(r"\s{2,}")


def day_alone(found: Iterable[Passage]) -> tuple[str, str] | None:
    """Return the first day that stands alone in one of the first lines, as YYYY-MM-DD, with its place."""
    first = [sentence for one in found for sentence in one.sentences][:_FIRST_LINES]
    for sentence in first:
        match = DAY.search(sentence.text) if _DAY_ALONE.fullmatch(sentence.text) is not None else None
        if match is not None and (day := whole_day_text(match[0])) is not None:
            return day, sentence.place
    return None


def day_in_title(found: Iterable[Passage]) -> tuple[str, str] | None:
    """Return the one day that a title in the first lines names, as "Daily note 10/26/2016" does, with its place."""
    for sentence in [sentence for one in found for sentence in one.sentences][:_TITLE_LINES]:
        days = list(DAY.finditer(sentence.text))
        if len(days) == 1 and _TITLE.match(sentence.text) is not None and _OF_ANOTHER.search(sentence.text) is None:
            day = whole_day_text(days[0][0])
            if day is not None:
                return day, sentence.place
    return None


def day_of_letter(found: Iterable[Passage]) -> tuple[str, str] | None:
    """Return the day in a line of its own in the head of a letter, between the sender and whom it is to."""
    lines = [(line.strip(), one) for one in found if one.use is None for line in one.value.split("\n")]
    above = ["", *(line for line, _ in lines)]
    for before, (line, one) in zip(above, lines[:_FIRST_LINES], strict=False):
        match = DAY.fullmatch(_WIDE.split(line)[-1])
        if match is not None and not before.endswith(":") and (day := whole_day_text(match[0])) is not None:
            return day, next((each.place for each in one.sentences if match[0] in each.text), one.place)
    return None


def day_signed(found: Iterable[Passage]) -> tuple[str, str] | None:
    """Return the day behind the name and degree of who signed, in the last line that ends so, with its place."""
    for sentence in reversed([sentence for one in found for sentence in one.sentences]):
        match = SIGNED.search(sentence.text)
        if match is not None and (day := whole_day_text(match["day"])) is not None:
            return day, sentence.place
    return None
