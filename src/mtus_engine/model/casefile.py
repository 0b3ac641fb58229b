"""The case document: what the record states, item by item, and what the human reviewer decided."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool

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

Speaker = Literal["provider", "claims_administrator", "reviewer", "employer", "worker", "other"]
Confidence = Literal["sure", "likely", "doubtful"]
StatementOrigin = Literal["stated", "extracted", "confirmed", "overridden", "inferred"]


class StatementDocument(Authored):
    """What one source says of one fact: a value, or not_documented for "looked for and not found".

    words quotes the record. confidence is how sure the program was that read it: a doubtful statement leaves its fact
    open until a person confirms it. surgery is a name, the same for all that is said of one of several surgeries.
    """

    value: ValueSource = None
    not_documented: StrictBool | None = None
    open: StrictBool = False
    at: LineText | None = None
    by: Speaker | None = None
    origin: StatementOrigin = "stated"
    hedged: StrictBool = False
    confidence: Confidence | None = None
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
    finding: Literal["not_met", "not_documented", "met"] | None = None
    other: LineText | None = None
    at: LineText | None = None


class Reviewer(Authored):
    """The human decision on one item, and what the claims administrator had cited and reasoned before."""

    outcome: Literal["upheld", "overturned", "approved", "modified", "denied"]
    guidelines: tuple[GuidelineCited, ...] = ()
    claims_administrator_guidelines: tuple[GuidelineCited, ...] = ()
    grounds: tuple[Ground, ...] = ()
    claims_administrator_grounds: tuple[Ground, ...] = ()


class Item(Authored):
    """One disputed item: its own facts are added to those of the case."""

    item: ItemId
    asked: LineText | None = None
    facts: dict[FactName, StatementsSource] = Field(default_factory=dict)
    reviewer: Reviewer | None = None


class RecordDocument(Authored):
    """One of several documents of a record, to which the places of statements refer: its file, its kind and its day."""

    file: LineText
    kind: LineText
    dated: DateSource = None


class RecordSource(Authored):
    """The record that the places of statements refer to: its file and kind; several files are listed in documents."""

    file: LineText | None = None
    documents: tuple[RecordDocument, ...] = ()
    kind: LineText
    specialty: LineText | None = None
    decided_on: DateSource = None


class CaseDocument(Authored):
    """One case file; jurisdiction is whose law governs, by the id, the name or a short name that a pack has for it."""

    case: Id
    jurisdiction: Annotated[LineText, Field(min_length=1, max_length=80)] | None = None
    setting: Literal["ur", "imr"] = "ur"
    record: RecordSource | None = None
    facts: dict[FactName, StatementsSource] = Field(default_factory=dict)
    items: tuple[Item, ...]
