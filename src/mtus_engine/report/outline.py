"""The JSON form of a determination, as types: the published schema is made from them."""

from typing import Literal, NotRequired

# pydantic makes the schema and reads these types from here before Python 3.12.
from typing_extensions import TypedDict

from mtus_engine.report.outline_of_law import LawOutline, RouteOutline
from mtus_engine.report.outline_of_reviewer import ReviewerOutline

FindingName = Literal[
    "meets", "meets_in_part", "does_not_meet", "part_can_meet", "whole_can_meet", "not_covered", "nothing_in_dispute"
]
StatusName = Literal["met", "not_met", "undetermined", "not_applicable"]
LimitStatusName = Literal["within", "exceeded", "none_left", "undetermined", "not_applicable"]
BecauseName = Literal["stated", "presumed", "not_documented", "conflicting", "imprecise", "not_applicable"]
TruthName = Literal["true", "false", "undetermined"]


NodeKind = Literal["test", "all", "any", "at_least_of", "not"]


class RangeOutline(TypedDict):
    """A number or what it may be: both ends included, null where that side is open."""

    at_least: int | None
    at_most: int | None


class UnitsOutline(TypedDict):
    """Units requested, those of them in dispute, and those that the criteria support."""

    requested: RangeOutline
    disputed: RangeOutline
    supported: RangeOutline


class PredictionOutline(TypedDict):
    """What the finding predicts in a setting; outcome is null where nothing is predicted.

    firmness is "firm" where the criteria settle it, "leaning" where it rests on what the record does not say or on a
    part that meets, null where the setting knows no forecast.
    """

    setting: Literal["ur", "imr"]
    outcome: str | None
    in_part: bool
    says: str
    firmness: Literal["firm", "leaning"] | None


class ComparableOutline(TypedDict):
    """What became of comparable decisions: how many, how many were overturned, Wilson's interval of 95 %."""

    items: int
    overturned: int
    low: float
    high: float
    pooled_over: list[str]
    says: str


class NodeOutline(TypedDict):
    """A part of a condition: kind test has a fact and words, the others have parts.

    A test of a fact that is defined by a condition has that condition as its definition.
    """

    kind: NodeKind
    truth: TruthName
    presumed: bool
    words: str
    fact: NotRequired[str]
    n: NotRequired[int]
    parts: NotRequired[list["NodeOutline"]]
    definition: NotRequired["NodeOutline"]


class CriterionOutline(TypedDict):
    """One criterion with its status, the truth of every part, and the facts used.

    lifted tells that it would apply and an exception lifts it; marks are its own and those of the
    exceptions, definitions and table rows behind it.
    """

    id: str
    pack: str
    requires: str
    status: StatusName
    because: BecauseName
    looked_for: bool
    presumed: bool
    lifted: bool
    advisory: bool
    cite: str
    verified: bool
    reading: Literal["text", "interpretation"]
    seen_in: list[str]
    marks: list[str]
    conditions: NodeOutline
    applies: NodeOutline | None
    facts: list[str]


class LimitOutline(TypedDict):
    """One limit with its status and what it supports."""

    id: str
    pack: str
    allows: str
    status: LimitStatusName
    because: BecauseName
    looked_for: bool
    presumed: bool
    lifted: bool
    cite: str
    verified: bool
    reading: Literal["text", "interpretation"]
    seen_in: list[str]
    marks: list[str]
    cap: str
    unit: str | None
    requested: RangeOutline
    supported: RangeOutline
    applies: NodeOutline | None
    counted: list[str]
    facts: list[str]


class StatementOutline(TypedDict):
    """What one source says of a fact, and where."""

    value: str
    at: str | None
    by: str | None
    origin: str
    hedged: bool
    confidence: str | None
    to_confirm: str | None
    dated: str | None
    id: str | None
    replaces: str | None
    note: str | None


class FactOutline(TypedDict):
    """What is known of a fact, in words, with the statements behind it."""

    label: str
    value: str
    because: BecauseName
    looked_for: bool
    origin: Literal["stated", "presumed", "derived", "not_documented"]
    stands_in: str | None
    from_facts: list[str]
    question: str | None
    statements: list[StatementOutline]


class NoticeOutline(TypedDict):
    """A notice that applies, or may; pack is empty for one that no pack writes."""

    id: str
    pack: str
    status: Literal["applies", "may_apply"]
    says: str
    cite: str
    verified: bool
    reading: Literal["text", "interpretation"]


class SettlingOutline(TypedDict):
    """A fact and what it would have to be."""

    fact: str
    words: str


class QuestionOutline(TypedDict):
    """A question to the provider and the criteria that wait for it."""

    fact: str
    question: str
    waits: list[str]
    looked_for: bool
    optional: bool


class ObjectionOutline(TypedDict):
    """What fails whatever else is documented; cure is the changed request that would pass."""

    id: str
    kind: Literal["criterion", "limit"]
    cure: list[SettlingOutline]


class PassedOutline(TypedDict):
    """An edition that covers the treatment and does not govern, and why; in_force tells of the day that counts."""

    guideline: str
    edition: str
    title: str
    in_force: bool
    why: str
    marks: list[str]
    conditions: NodeOutline | None


class CandidateOutline(TypedDict):
    """An edition that may govern where that is not settled, with what it gives."""

    guideline: str
    edition: str
    pack: str
    governs: TruthName
    finding: FindingName
    criteria: list[CriterionOutline]
    limits: list[LimitOutline]


class TextOnlyOutline(TypedDict):
    """The finding from verified text alone."""

    finding: FindingName
    differs: bool


class FiringOutline(TypedDict):
    """One step of the chain."""

    rule: str
    facts: list[str]
    concludes: str


# A key that is taken away or means something else raises the first number; a key that is added raises the second.
SCHEMA_VERSION = "1.0"


class ItemOutline(TypedDict):
    """One item determined: the element of the list that mtus check --format json prints.

    schema_version is that of this form, engine_version that of the program: docs/compatibility.md says what may change
    in which.
    """

    schema_version: str
    engine_version: str
    case: str
    item: str
    asked: str | None
    treatment: str | None
    treatment_fact: str
    jurisdiction: LawOutline
    guideline: str | None
    edition: str | None
    pack: str | None
    title: str | None
    regulation: str | None
    note: str | None
    edition_date: str
    ruleset_digest: str
    finding: FindingName
    finding_words: str
    why_not_covered: str | None
    units: UnitsOutline | None
    ledger: list[str]
    prediction: PredictionOutline | None
    comparable: ComparableOutline | None
    criteria: list[CriterionOutline]
    limits: list[LimitOutline]
    routes: list[RouteOutline]
    notices: list[NoticeOutline]
    missing: list[list[SettlingOutline]]
    more_missing: bool
    questions: list[QuestionOutline]
    against: list[ObjectionOutline]
    rests_on: list[str]
    text_only: TextOnlyOutline
    passed: list[PassedOutline]
    candidates: list[CandidateOutline]
    unsettled: list[str]
    open_by_rules: list[str]
    facts: dict[str, FactOutline]
    firings: list[FiringOutline]
    reviewer: ReviewerOutline | None
