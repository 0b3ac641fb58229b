"""What the fields and the stamp of a paper tell: the claim's number, days and facts."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

from mtus_engine.compiler.phrases import DATE
from mtus_engine.ingest.dates import whole_day_text
from mtus_engine.ingest.papers.days import DAY, day_alone, day_in_title, day_of_letter, day_signed
from mtus_engine.ingest.papers.passages import Passage
from mtus_engine.model.fact import Fact
from mtus_engine.model.papers import FieldUse, PaperKind

# A claim's number ends where a word without a figure, or a day, stands behind it.
_CLAIM = re.compile(r"\W*((?:[A-Za-z]{1,8}[ #-]*)?\S*\d\S*(?: (?!\d{1,2}/)(?=\S*\d)[\w-]+(?=\s|$))*)")
# What an office stamps on a paper that came, alone in its line: "RECEIVED Nov 14 2016", "Rec'd by fax 11/14/16".
_STAMP = re.compile(
    rf"\W*(?:received|rcvd|rec'd|recd)\b\W*(?:by|via)?\s*(?:fax|mail|e-?mail)?\W*(?:on\s+)?(?P<day>{DATE})\W*"
    r"(?:(?:at\s+)?\d{1,2}:\d\d\s*(?:[ap]m)?)?\W*",
    re.IGNORECASE,
)
# What an operative report heads its procedures with, and how the next heading begins.
_PROCEDURES = re.compile(
    r"\W*(?:(?:surgical|operative)\s+)?(?:procedures?|operations?)(?:\s+performed)?\s*:", re.IGNORECASE
)
_HEADING = re.compile(r"[A-Z][A-Za-z/ ()-]{3,40}:")
_OF_REQUEST = re.compile(r"[^:]*\b(?:rfa|requests?)\b", re.IGNORECASE)


def claim_number(found: Iterable[Passage]) -> tuple[str, str] | None:
    """Return the number of the claim, without what stands behind it in its line, and its place."""
    numbers = ((_CLAIM.match(one.value), one.place) for one in found if one.use is FieldUse.CLAIM)
    return next(((match[1].rstrip(".,;:"), place) for match, place in numbers if match is not None), None)


def first_day(found: Iterable[Passage], use: FieldUse) -> tuple[str, str] | None:
    """Return the first whole day that such a field holds, as YYYY-MM-DD, with its place."""
    for one in found:
        match = DAY.search(one.value) if one.use is use else None
        if match is not None and (day := whole_day_text(match[0])) is not None:
            return day, one.place
    return None


def day_of_paper(found: Sequence[Passage], kind: PaperKind) -> tuple[str, str] | None:
    """Return the day of a paper with its place: of its label, else where papers of its kind have it without one."""
    uses = [FieldUse.DATED]
    match kind:
        case PaperKind.REVIEW_LETTER:
            uses = [FieldUse.DECIDED, FieldUse.DATED]
        case PaperKind.PROGRESS_REPORT | PaperKind.OPERATIVE_REPORT:
            uses = [FieldUse.DATED, FieldUse.VISITS]
        case PaperKind.REQUEST | PaperKind.THERAPY_NOTES:
            pass
        case _:
            assert_never(kind)
    is_letter = kind is PaperKind.REVIEW_LETTER
    # In a letter "date of request" is the day of what it answers.
    own = [one for one in found if not is_letter or not _OF_REQUEST.match(one.first)]
    labelled = next((day for use in uses if (day := first_day(own, use)) is not None), None)
    if (plain := labelled or day_alone(found)) is not None:
        return plain
    return day_of_letter(found) if is_letter else day_in_title(found) or day_signed(found)


def day_stamped(
    pages: Sequence[str], found: Sequence[Passage], dated: tuple[str, str] | None
) -> tuple[str, str] | None:
    """Return the whole day on which a paper came, by the stamp on it, with its place; none before its own day."""
    sentences = [sentence for one in found for sentence in one.sentences]
    for line in (" ".join(line.split()) for page in pages for line in page.split("\n")):
        match = _STAMP.fullmatch(line) if line else None
        day = None if match is None else whole_day_text(match["day"])
        place = None if day is None else next((one.place for one in sentences if line in one.text), None)
        if day is not None and place is not None and (dated is None or day >= dated[0]):
            return day, place
    return None


def facts_told(found: Sequence[Passage], kind: PaperKind, procedure: Fact | None) -> list[tuple[Fact, str, str]]:
    """Return the fields that tell a fact: the fact, the words behind the label, and the place.

    procedure is the fact of what was operated: an operative report may head it without saying so.
    """
    told = [
        (one.use, " ".join(one.value.split()), one.place) for one in found if isinstance(one.use, Fact) and one.value
    ]
    if kind is PaperKind.OPERATIVE_REPORT and procedure is not None and all(fact != procedure for fact, _, _ in told):
        told += _procedures_told(found, procedure)
    return told


def _procedures_told(found: Iterable[Passage], procedure: Fact) -> Iterator[tuple[Fact, str, str]]:
    """Yield what stands behind or below "Procedure:" in an operative report, line by line, as facts_told does."""
    is_below = False
    for sentence in (sentence for one in found for sentence in one.sentences):
        head = _PROCEDURES.match(sentence.text)
        is_below = head is not None or (is_below and _HEADING.match(sentence.text) is None)
        words = sentence.text[head.end() :] if head is not None else sentence.text
        if is_below and words.strip():
            yield procedure, words.strip(), sentence.place
