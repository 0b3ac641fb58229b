"""The forms of what is sent to the server; a case has that of its file (schema/case.json)."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, WithJsonSchema

from mtus_engine.store.reviews import Outcome, State
from mtus_engine.store.roles import Role

# Their schemas are those of the case file: openapi.py puts them in.
CaseBody = Annotated[Any, WithJsonSchema({"x-defined": "case"})]
StatementBody = Annotated[Any, WithJsonSchema({"x-defined": "statements"})]

Text = Annotated[str, Field(max_length=10_000)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
# A number is taken, too, as a case file may write its items as numbers.
ItemName = Annotated[
    str, BeforeValidator(lambda given: str(given) if type(given) is int else given), Field(min_length=1, max_length=200)
]
Id = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Sent(BaseModel):
    """A body that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid")


class StatementAdded(Sent):
    """A statement as a case file writes it: of an item, or of the whole case where item is left out."""

    item: Name | None = None
    fact: Annotated[str, Field(max_length=120)]
    statement: StatementBody


class ChangesSent(Sent):
    """Statements to add and to take back, together or not at all."""

    add: Annotated[list[StatementAdded], Field(max_length=500)] = Field(default_factory=list)
    withdraw: Annotated[list[Id], Field(max_length=500)] = Field(default_factory=list)


class DecidedSent(Sent):
    """What is decided of one item, with reasons in the person's own words.

    granted says what of it is approved where that is a part, such as "6 visits". guideline names the guideline, with
    edition and section, by which it was judged where none here covers it.
    """

    item: ItemName
    outcome: Outcome
    reasons: Text = ""
    granted: Text = ""
    guideline: Text = ""


class StepSent(Sent):
    """A step of a review: why, to whom it is handed over, and what a signature decides of each item."""

    why: Text = ""
    to: Name | None = None
    decided: Annotated[list[DecidedSent], Field(max_length=500)] = Field(default_factory=list)


class QuestionAsked(Sent):
    """A case, the item of which the next question is wanted, and facts of which nothing is said in the record."""

    case: CaseBody
    item: Name | None = None
    passed_over: Annotated[list[str], Field(max_length=500)] = Field(default_factory=list)


class CaseChecked(Sent):
    """A case to determine; without explanations, what ifs are not asked."""

    case: CaseBody
    explain: StrictBool = True


class PaperSent(Sent):
    """A document to read: its file name and its bytes in base64."""

    file: Name
    content: Annotated[str, Field(max_length=140_000_000, json_schema_extra={"contentEncoding": "base64"})]


class PapersSent(Sent):
    """Documents of one worker, to be read into one draft; a decision is read by itself."""

    name: Name = "papers"
    documents: Annotated[list[PaperSent], Field(min_length=1, max_length=100)]


class RulesNamed(Sent):
    """Rules to work on: a release by its digest, or packs as zips in base64, which go before it."""

    release: Digest | None = None
    packs: Annotated[list[Annotated[str, Field(max_length=140_000_000)]], Field(max_length=20)] = Field(
        default_factory=list
    )


class CaseSelection(Sent):
    """Which stored cases: by state, and by words in their id or in what was asked."""

    state: State | None = None
    words: Annotated[str, Field(max_length=200)] | None = None


class LintAsked(Sent):
    """Rules to check."""

    rules: RulesNamed


class ImpactAsked(Sent):
    """Rules before and after an edit, and the stored cases on which they are compared."""

    before: RulesNamed
    after: RulesNamed
    cases: CaseSelection = Field(default_factory=CaseSelection)


class ProofAsked(Sent):
    """Rules before and after an edit, compared on all cases there could be; seconds for each question."""

    before: RulesNamed
    after: RulesNamed
    seconds: Annotated[int, Field(ge=1, le=600)] = 30


class AuditAsked(Sent):
    """Which stored cases are audited, and by which reading of them."""

    cases: CaseSelection = Field(default_factory=CaseSelection)
    reading: Literal["before", "all", "text"] = "before"


class ReleaseSent(Sent):
    """Packs as zips in base64 to keep as a release, by a name."""

    name: Name
    note: Text = ""
    packs: Annotated[list[Annotated[str, Field(max_length=140_000_000)]], Field(min_length=1, max_length=20)]


class SignInSent(Sent):
    """A login and its password."""

    login: Name
    password: Annotated[str, Field(max_length=1000)]


class PersonSent(Sent):
    """Somebody to let in: with a password, or with who vouches for them."""

    login: Name
    name: Name
    roles: Annotated[list[Role], Field(min_length=1, max_length=6)]
    password: Annotated[str, Field(max_length=1000)] | None = None
    issuer: Annotated[str, Field(max_length=500)] | None = None
    subject: Annotated[str, Field(max_length=500)] | None = None


class PersonChanged(Sent):
    """What changes of a person: what is left out stays."""

    roles: Annotated[list[Role], Field(max_length=6)] | None = None
    password: Annotated[str, Field(max_length=1000)] | None = None
    active: StrictBool | None = None


class PurgeSent(Sent):
    """Cases that nobody changed for so many days are taken away for good; the password is asked once more."""

    days: Annotated[int, Field(ge=1, le=36_500)]
    password: Annotated[str, Field(max_length=1000)]
