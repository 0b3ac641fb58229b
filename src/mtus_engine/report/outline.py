"""The JSON form of a determination, as types: the published schema is made from them."""

from typing import Literal, NotRequired

# pydantic makes the schema; before Python 3.12 it accepts only the TypedDict of typing_extensions.
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
    """The range in which a number lies: both ends are included, null means that the side is open."""

    at_least: int | None
    at_most: int | None


class UnitsOutline(TypedDict):
    """The units requested, how many of them are in dispute, and how many the criteria support."""

    requested: RangeOutline
    disputed: RangeOutline
    supported: RangeOutline


class PredictionOutline(TypedDict):
    """What the finding predicts in a setting; outcome is null where nothing is predicted.

    firmness is "firm" where the criteria settle it, "leaning" where it rests on what the record does not say or on a
    part that meets, null where no forecast is made in the setting.
    """

    setting: Literal["ur", "imr"]
    outcome: str | None
    in_part: bool
    says: str
    firmness: Literal["firm", "leaning"] | None


class ComparableOutline(TypedDict):
    """Comparable decisions: how many, how many of them overturned, and the 95 % Wilson interval of that share."""

    decisions: int
    overturned: int
    low: float
    high: float
    pooled_over: list[str]
    says: str


class NodeOutline(TypedDict):
    """A part of a condition: one of the kind test has a fact, those of the other kinds have parts.

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

    lifted is true where it would apply but an exception lifts it; marks are its own and those of the
    exceptions, definitions and table rows that it rests on.
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
    """One limit with its status, what is requested and what it supports."""

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
    surgery: str | None
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
    """A notice that applies, or may apply; pack is empty for one that the program itself writes."""

    id: str
    pack: str
    status: Literal["applies", "may_apply"]
    says: str
    cite: str
    verified: bool
    reading: Literal["text", "interpretation"]


class SettlingOutline(TypedDict):
    """A fact and, in words, the value that it would need to have."""

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
    """A rule that fails whatever else is documented; cure is the changed request that would pass, if there is one."""

    id: str
    kind: Literal["criterion", "limit"]
    cure: list[SettlingOutline]


class PassedOutline(TypedDict):
    """An edition that covers the treatment but does not govern, and why; in_force is as of the edition date."""

    guideline: str
    edition: str
    title: str
    in_force: bool
    why: str
    marks: list[str]
    conditions: NodeOutline | None


class CandidateOutline(TypedDict):
    """An edition that may govern, where it is not settled which does, with the finding and statuses under it."""

    guideline: str
    title: str
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
    """One step of the trace: the rule, the facts that it read, and what it concludes."""

    rule: str
    facts: list[str]
    concludes: str


# A key that is removed or changes its meaning raises the first number; a key that is added raises the second.
SCHEMA_VERSION = "1.0"


class ItemOutline(TypedDict):
    """One item determined: the element of the list that mtus check --format json prints.

    schema_version is the version of this form, engine_version that of the program: docs/compatibility.md says what may
    change in which version.
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
