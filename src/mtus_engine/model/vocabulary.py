"""The vocabulary document: every fact a rule may test, with the question that asks for it."""

from typing import Literal

from pydantic import Field

from mtus_engine.model.authored import (
    Authored,
    ConditionSource,
    FactName,
    FigureSource,
    Identifier,
    LineText,
    ValueSource,
)


class NarrowingEntry(Authored):
    """What another fact rules out of this one: members gives for each member of that fact those of this it goes with.

    A member of either that is not named here goes with all of the other.
    """

    fact: FactName
    members: dict[str, tuple[str, ...]]


class FactEntry(Authored):
    """One base fact; members maps ids to labels, contains a member to those that it may mean more closely.

    presume is the value taken while nothing is documented, presume_says what that is in words where the value itself
    says little to a person. It is barred where anything is stated of a fact in
    presume_barred_by, or where a fact in presume_barred_if is stated to be true, or perhaps true. falls_back_to names
    the fact that stands in for one without a value. Where nothing is said of a fact of one member, that in narrowed_by
    may leave only some of its members. Of a cumulative fact the statement of the latest date counts.
    called are names that exports give its column. to_provider is the question as letters ask it, where the question
    itself names a threshold. documentation marks a fact whose very content is that the record shows something: for it
    "looked for and not found" is the answer no. each_surgery marks what may be stated of each of several surgeries.
    """

    type: Literal["boolean", "integer", "decimal", "date", "period", "one_of", "set_of"]
    label: str
    question: str | None = None
    to_provider: LineText | None = None
    unit: str | None = None
    members: dict[str, str] = Field(default_factory=dict)
    contains: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    decimals: int = Field(default=0, ge=0, le=6)
    at_least: FigureSource = None
    at_most: FigureSource = None
    presume: ValueSource = None
    presume_says: LineText | None = None
    presume_barred_by: tuple[FactName, ...] = ()
    presume_barred_if: tuple[FactName, ...] = ()
    falls_back_to: FactName | None = None
    narrowed_by: NarrowingEntry | None = None
    cumulative: bool = False
    documentation: bool = False
    part_of_request: bool = False
    each_surgery: bool = False
    called: tuple[str, ...] = ()


class Roles(Authored):
    """The facts that the program itself reads.

    It needs them to choose the edition, to see whether anything is in dispute, and to tell what a decision that it
    reads is about. other_treatment and other_procedure are the members for what no other member names. Where a case
    tells of several surgeries, surgery_on_treated_part says of each whether it is the one that matters, and
    surgery_aftercare whether the record says that the treatment is its aftercare; surgery_visits are those of its
    aftercare had so far. before_surgery says whether a therapy is asked for in advance, for after a surgery to come.
    last_visit is the day of the last of the visits so far.
    """

    treatment: FactName
    request_date: FactName
    service_date: FactName
    retrospective: FactName
    units_requested: FactName
    units_disputed: FactName
    units_authorized: FactName
    units_prior: tuple[FactName, ...] = ()
    last_visit: FactName | None = None
    concurrent: FactName | None = None
    units_per_week: FactName | None = None
    course_length: FactName | None = None
    units_scheduled: FactName | None = None
    schedule_agrees: FactName | None = None
    body_parts: FactName | None = None
    left_side: FactName | None = None
    right_side: FactName | None = None
    injury_date: FactName | None = None
    surgery_performed: FactName | None = None
    surgery_date: FactName | None = None
    surgery_found_necessary: FactName | None = None
    procedure: FactName | None = None
    before_surgery: FactName | None = None
    surgery_on_treated_part: FactName | None = None
    surgery_aftercare: FactName | None = None
    surgery_visits: FactName | None = None
    other_treatment: str | None = None
    other_procedure: str | None = None


class Publisher(Authored):
    """Who publishes guidelines: the words by which decisions name it, and those by which they name each part.

    otherwise marks the one that is meant where a citation names none.
    """

    named: tuple[str, ...]
    parts: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    otherwise: bool = False


class Impossible(Authored):
    """A combination of facts that no record can truly have; says names the mistake."""

    id: Identifier
    says: str
    when: ConditionSource


class VocabularyDocument(Authored):
    """The file vocabulary.yaml of a pack.

    A pack that needs others has no roles, its facts begin with its namespace, and members are what it adds to those
    of the others' facts.
    """

    roles: Roles | None = None
    facts: dict[FactName, FactEntry] = Field(default_factory=dict)
    members: dict[FactName, dict[str, str]] = Field(default_factory=dict)
    publishers: dict[str, Publisher] = Field(default_factory=dict)
    impossible: tuple[Impossible, ...] = ()


class CodeGroup(Authored):
    """The code prefixes that stand for one member; unverified lists those not seen in a source.

    A short text in a case file means this member if it holds one of words, and none of another member's.
    """

    icd9: tuple[str, ...] = ()
    icd10: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


class CodesDocument(Authored):
    """A code list: for a set of members, the code prefixes that stand for each; the longest prefix counts.

    words_beside may stand beside the words of a group without changing which is meant; beside others nothing is read.
    """

    codes_for: FactName
    cite: str
    groups: dict[str, CodeGroup]
    otherwise: str | None = None
    words_beside: tuple[str, ...] = ()
