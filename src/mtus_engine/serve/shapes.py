"""The forms of what the server answers."""

from typing import Any, Literal

from pydantic import BaseModel

from mtus_engine.model.review import Way
from mtus_engine.serve.sent import CaseBody, DecidedSent
from mtus_engine.store.reviews import State, Step
from mtus_engine.store.roles import Role


class PersonShown(BaseModel):
    """A person."""

    id: str
    login: str
    name: str
    roles: list[Role]
    active: bool


class ReviewerShown(BaseModel):
    """Somebody to whom a case may be handed over."""

    login: str
    name: str


class SelfShown(BaseModel):
    """Who is asking: csrf is what a page sends with every change."""

    person: PersonShown
    signed_in: bool
    csrf: str


class SignedIn(SelfShown):
    """Somebody signed in: token is for programs, which send it as a bearer; browsers have it as a cookie."""

    token: str


class StatementShown(BaseModel):
    """A statement as it stands, who made it and when."""

    id: str
    item: str | None
    fact: str
    statement: Any
    by: str
    at: str


class DocumentShown(BaseModel):
    """A document with a case."""

    id: str
    file: str
    digest: str
    media_type: str
    by: str
    at: str


class CaseListed(BaseModel):
    """A case as a list shows it."""

    id: str
    name: str
    version: int
    state: State
    held_by: str | None
    is_physicians: bool
    made_at: str
    changed_at: str
    way: Way | None
    due_at: str | None
    is_sample: bool


class CaseShown(CaseListed):
    """A case with all that is kept of it; shown_version is the one that was asked for."""

    shown_version: int
    case: CaseBody
    statements: list[StatementShown]
    documents: list[DocumentShown]
    decided: list[DecidedSent]


class CasePage(BaseModel):
    """Cases, those changed last first; next is where the list goes on, if it does."""

    cases: list[CaseListed]
    next: str | None


class VersionShown(BaseModel):
    """What one change of a case did."""

    version: int
    what: str
    by: str
    at: str


class Kept(BaseModel):
    """What was made or changed, and the version of its case."""

    id: str
    version: int


class HeadShown(BaseModel):
    """The signed end of the log, to be kept elsewhere."""

    seq: int
    hash: str
    public: str
    signature: str


class StepTaken(Kept):
    """A step that was taken; head is that of the log where it was recorded."""

    step: Step
    head: HeadShown | None


class RecordShown(BaseModel):
    """A record of the log; content is nothing where it was purged."""

    seq: int
    kind: str
    subject: str | None
    by: str
    at: str
    release: str | None
    engine_version: str
    content: dict[str, Any] | None


class RecordPage(BaseModel):
    """Records of the log in their order; next is the number that the list goes on after, if it does."""

    records: list[RecordShown]
    next: int | None


class ReleaseShown(BaseModel):
    """A release of rules."""

    digest: str
    name: str
    note: str
    by: str
    at: str
    in_use: bool


class JobShown(BaseModel):
    """Long work: done of total steps, and what came of it."""

    id: str
    kind: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    done: int
    total: int
    problem: str | None
    result: Any
    made_at: str
    changed_at: str


class FactShown(BaseModel):
    """A fact that a case may state."""

    name: str
    label: str
    kind: str
    question: str | None
    unit: str | None
    members: dict[str, str]


class TreatmentShown(BaseModel):
    """A treatment, and the guidelines that cover it with their editions."""

    treatment: str
    label: str
    editions: list[str]


class Purge(BaseModel):
    """What was taken away; where it is not whole, some of it is still in the file until others let go of it."""

    cases: int
    records: int
    whole: bool


class Healthy(BaseModel):
    """That the server answers, and which it is."""

    status: Literal["ok"]
    engine_version: str
