"""The case document: what the record states, item by item, and what the human reviewer decided."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StrictBool, StrictInt, WithJsonSchema

from mtus_engine.model.authored import (
    Authored,
    DateSource,
    FactName,
    Id,
    ItemId,
    LineText,
    StatementsSource,
    ValueSource,
)


def _in_small_letters(value: object) -> object:
    return "_".join(value.lower().split()) if isinstance(value, str) else value


# What people call those who state something.
_CALLED = {
    "ptp": "provider",
    "physician": "provider",
    "doctor": "provider",
    "treating_physician": "provider",
    "therapist": "provider",
    "adjuster": "claims_administrator",
    "claims_adjuster": "claims_administrator",
    "insurer": "claims_administrator",
    "carrier": "claims_administrator",
    "patient": "worker",
    "injured_worker": "worker",
    "applicant": "worker",
}


def _speaker(value: object) -> object:
    written = _in_small_letters(value)
    return _CALLED.get(written, written) if isinstance(written, str) else written


def _yes_or_no(value: object) -> object:
    return {"yes": True, "no": False}.get(value.lower(), value) if isinstance(value, str) else value


def _text(value: object) -> object:
    """Return a number or a day as text: a place may be the number of a page alone."""
    return str(value) if isinstance(value, int | date) and not isinstance(value, bool) else value


def _none_as_empty(value: object) -> Mapping[str, object] | object:
    return {} if value is None else value


_SmallLetters = BeforeValidator(_in_small_letters)
Speaker = Annotated[
    Literal["provider", "claims_administrator", "reviewer", "employer", "worker", "other"], BeforeValidator(_speaker)
]
Confidence = Literal["sure", "likely", "doubtful"]
StatementOrigin = Literal["stated", "extracted", "confirmed", "overridden", "inferred"]
_YesOrNo = Annotated[
    StrictBool, BeforeValidator(_yes_or_no), WithJsonSchema({"enum": [True, False, "yes", "no", "Yes", "No"]})
]
_Place = Annotated[LineText, BeforeValidator(_text), WithJsonSchema({"type": ["string", "integer"]})]
_Facts = Annotated[
    dict[FactName, StatementsSource],
    BeforeValidator(_none_as_empty),
    Field(json_schema_extra={"type": ["object", "null"]}),
]


class StatementDocument(Authored):
    """What one source says of one fact: a value, or not_documented for "looked for and not found".

    words quotes the record. confidence is how sure the program was that read it: a doubtful statement leaves its fact
    open until a person confirms it. surgery is a name, the same for all that is said of one of several surgeries.
    """

    value: ValueSource = None
    not_documented: _YesOrNo | None = None
    open: _YesOrNo = False
    at: _Place | None = None
    by: Speaker | None = None
    origin: Annotated[StatementOrigin, _SmallLetters] = "stated"
    hedged: _YesOrNo = False
    confidence: Annotated[Confidence, _SmallLetters] | None = None
    dated: DateSource = None
    id: LineText | None = None
    replaces: LineText | None = None
    surgery: Annotated[LineText, Field(min_length=1, max_length=120)] | None = None
    words: LineText | None = None
    note: LineText | None = None


class GuidelineCited(Authored):
    """A guideline that the claims administrator or the reviewer names."""

    instrument: LineText
    pages: LineText | None = None
    sections: tuple[LineText, ...] = ()


class Ground(Authored):
    """A reason given for a decision: one of our criteria or limits and how it was found, or another in a few words."""

    criterion: str | None = None
    finding: Annotated[Literal["not_met", "not_documented", "met"], _SmallLetters] | None = None
    other: LineText | None = None
    at: _Place | None = None


class Reviewer(Authored):
    """The human decision on one item, and what the claims administrator had cited and reasoned before."""

    outcome: Annotated[Literal["upheld", "overturned", "approved", "modified", "denied"], _SmallLetters]
    guidelines: tuple[GuidelineCited, ...] = ()
    claims_administrator_guidelines: tuple[GuidelineCited, ...] = ()
    grounds: tuple[Ground, ...] = ()
    claims_administrator_grounds: tuple[Ground, ...] = ()


class Item(Authored):
    """One disputed item: its own facts are added to those of the case."""

    item: ItemId
    asked: LineText | None = None
    facts: _Facts = Field(default_factory=dict)
    reviewer: Reviewer | None = None


class DecidedInLetter(Authored):
    """What a letter on a utilization review decided of one treatment, in the words of the letter."""

    asked: Annotated[LineText, Field(max_length=500)]
    outcome: Annotated[Literal["approved", "modified", "denied"], _SmallLetters]


class RecordDocument(Authored):
    """One of several documents of a record, to which the places of statements refer: its file, its kind and its day.

    decided is what it decided where it is a letter of a review, planned what the plan of a report asks for. unread says
    why nothing was read from it; by_hand tells that a person says what it is. recognized are its pages, by their
    numbers from 1, that are pictures whose words were recognized.
    """

    file: LineText
    kind: LineText | None = None
    dated: DateSource = None
    decided: tuple[DecidedInLetter, ...] = ()
    planned: tuple[Annotated[LineText, Field(max_length=500)], ...] = ()
    unread: Annotated[LineText, Field(max_length=1000)] | None = None
    by_hand: StrictBool = False
    recognized: tuple[Annotated[StrictInt, Field(ge=1)], ...] = ()


class RecordSource(Authored):
    """The record that the places of statements refer to: its file and kind; several files are listed in documents.

    recognized are the pages of the one file that are pictures whose words were recognized.
    """

    file: LineText | None = None
    documents: tuple[RecordDocument, ...] = ()
    kind: LineText
    specialty: LineText | None = None
    decided_on: DateSource = None
    recognized: tuple[Annotated[StrictInt, Field(ge=1)], ...] = ()


class CaseDocument(Authored):
    """One case file; jurisdiction is whose law governs, by the id, the name or a short name that a pack has for it."""

    case: Id
    jurisdiction: Annotated[LineText, Field(min_length=1, max_length=80)] | None = None
    setting: Annotated[Literal["ur", "imr"], _SmallLetters] = "ur"
    record: RecordSource | None = None
    facts: _Facts = Field(default_factory=dict)
    items: tuple[Item, ...]
