"""The rule documents: a guideline's edition, shared definitions, notices and the table of outcomes."""

from typing import Annotated, Literal

from pydantic import Field

from mtus_engine.model.authored import (
    Authored,
    ConditionSource,
    DateSource,
    FactName,
    FigureSource,
    FullText,
    Id,
    Identifier,
    LineText,
    Marked,
)
from mtus_engine.model.prediction import Firmness

OutputKind = Literal["integer", "period"]
HitPolicyName = Literal["unique", "max", "first"]
Operands = Annotated[tuple[FactName | int, ...], Field(min_length=2)]


class Source(Authored):
    """Where the guideline is published."""

    instrument: str
    regulation: str
    pages: Id | None = None


class InForce(Authored):
    """The days an edition is in force, both included; without until it still is."""

    from_: DateSource = Field(alias="from")
    until: DateSource = None


class Exemption(Marked):
    """An exception: what lifts a criterion or limit. Verified text alone leaves it out where its own marks say so."""

    when: ConditionSource
    says: str
    cite: FullText


class Criterion(Marked):
    """One requirement, which holds where it is met or does not apply; an advisory one is shown and never decides."""

    id: Identifier
    cite: FullText
    requires: str
    met_when: ConditionSource
    applies_when: ConditionSource = None
    exceptions: tuple[Exemption, ...] = ()
    advisory: bool = False


class CountedUnits(Marked):
    """Units that a limit counts by marks of their own: verified text alone leaves them out where those say so."""

    fact: FactName


class Limit(Marked):
    """A cap on what may be asked for: at_most, less what counting says was had before, unless lifted.

    counting holds facts by their names, or with marks of their own. counted_together names treatments that reviewers
    count as one course: items of one case that ask for several of them share what the limit leaves.
    """

    id: Identifier
    cite: FullText
    allows: str
    of: FactName
    at_most: FigureSource
    counting: tuple[FactName | CountedUnits, ...] | FactName = ()
    applies_when: ConditionSource = None
    unless: ConditionSource = None
    exceptions: tuple[Exemption, ...] = ()
    counted_together: tuple[str, ...] = ()

    @property
    def counted(self) -> tuple[CountedUnits, ...]:
        """What it counts, each with its marks: those of text where it is named alone."""
        listed = (self.counting,) if isinstance(self.counting, str) else self.counting
        return tuple(CountedUnits(fact=one) if isinstance(one, str) else one for one in listed)


class Lookup(Authored):
    """A figure read from a decision table."""

    table: Identifier
    output: str


class Elapsed(Authored):
    """The time from one date to another."""

    from_: FactName = Field(alias="from")
    to: FactName


class Definition(Marked):
    """A derived fact: true if and only if met_when holds, or computed by one of five functions."""

    fact: FactName
    label: str
    cite: FullText
    question: str | None = None
    unit: str | None = None
    met_when: ConditionSource = None
    sum: Operands | None = None
    difference: Annotated[tuple[FactName | int, FactName | int], Field()] | None = None
    product: Operands | None = None
    elapsed: Elapsed | None = None
    lookup: Lookup | None = None


class Row(Marked):
    """One row of a decision table: its figures where its tests hold; otherwise takes all that no other row takes."""

    when: ConditionSource = None
    otherwise: Literal[True] | None = None
    then: dict[str, FigureSource] = Field(default_factory=dict)
    cite: FullText | None = None


class Table(Authored):
    """A decision table.

    hit_policy says what counts where several rows hold: unique allows one at most, max takes the largest figure, first
    takes the row that stands first. without_row says which cases have no row on purpose, and why; without_figure, of an
    output, why some rows have none.
    """

    id: Identifier
    cite: FullText
    without_row: LineText | None = None
    without_figure: dict[str, LineText] = Field(default_factory=dict)
    hit_policy: HitPolicyName = "unique"
    inputs: tuple[FactName, ...]
    outputs: dict[str, OutputKind]
    rows: Annotated[tuple[Row, ...], Field(min_length=1)]


class TierStep(Marked):
    """One step of a tier: the route of authorization up to the count up_to; the last step is for every count beyond."""

    id: Identifier
    up_to: Annotated[int, Field(ge=0, le=1_000_000_000)] | None = None
    says: str
    cite: FullText | None = None


class Tier(Authored):
    """The routes of authorization, by how far counts have come; a route is no reason for or against a request.

    counts are facts such as the visits on the claim with those requested; of several, the one that has come furthest
    decides.
    """

    id: Identifier
    title: str
    cite: FullText
    counts: Annotated[tuple[FactName, ...], Field(min_length=1)]
    steps: Annotated[tuple[TierStep, ...], Field(min_length=2)]


FindingName = Literal[
    "meets", "meets_in_part", "does_not_meet", "part_can_meet", "whole_can_meet", "not_covered", "nothing_in_dispute"
]
SettingName = Literal["ur", "imr"]


class Notice(Marked):
    """What stands beside a finding and never changes it; says may quote facts as {fact.name}.

    It is shown beside the findings and in the settings that it names, or in all; only where applies_when holds for
    certain, and where when holds or may hold.
    """

    id: Identifier
    cite: FullText
    says: str
    applies_when: ConditionSource = None
    when: ConditionSource = None
    findings: tuple[FindingName, ...] = ()
    settings: tuple[SettingName, ...] = ()


class GuidelineDocument(Authored):
    """One guideline in one edition.

    not_encoded says why the edition is known but has no criteria here, licensed_by whose licence its text needs. note
    is shown with every determination under it. governs_exceptions say when it governs though governs_when does not
    hold, each with marks of its own. tiers are routes of authorization, shown beside the finding.
    """

    guideline: Identifier
    title: str
    source: Source
    in_force: InForce
    covers: tuple[str, ...]
    governs_when: ConditionSource = None
    governs_exceptions: tuple[Exemption, ...] = ()
    takes_precedence_over: tuple[Identifier, ...] = ()
    not_encoded: str | None = None
    licensed_by: LineText | None = None
    note: str | None = None
    criteria: tuple[Criterion, ...] = ()
    limits: tuple[Limit, ...] = ()
    tiers: tuple[Tier, ...] = ()
    definitions: tuple[Definition, ...] = ()
    tables: tuple[Table, ...] = ()


class DefinitionsDocument(Authored):
    """Definitions and tables that many guidelines use."""

    definitions: tuple[Definition, ...]
    tables: tuple[Table, ...] = ()


class NoticesDocument(Authored):
    """Notices, with the definitions only they use."""

    notices: tuple[Notice, ...]
    definitions: tuple[Definition, ...] = ()
    tables: tuple[Table, ...] = ()


class OutcomeRow(Authored):
    """What a finding predicts in a setting; outcome is absent where nothing is predicted.

    firmness tells whether the criteria settle the prediction (firm), or whether it rests on what the record does not
    say or on a part that meets (leaning).
    """

    outcome: str | None = None
    says: str
    in_part: bool = False
    firmness: Firmness | None = None


class OutcomesDocument(Authored):
    """The file rules/outcomes.yaml: what each finding predicts before utilization review and in IMR."""

    settings: dict[SettingName, dict[FindingName, OutcomeRow]]


class Expectation(Authored):
    """What an example must give; what is not named is not checked. An unfilled one fails until a person fills it in."""

    unfilled: bool = False

    finding: FindingName | None = None
    text_only: FindingName | None = None
    guideline: str | None = None
    criteria: dict[str, Literal["met", "not_met", "undetermined", "not_applicable"]] = Field(default_factory=dict)
    limits: dict[str, Literal["within", "exceeded", "none_left", "undetermined", "not_applicable"]] = Field(
        default_factory=dict
    )
    missing: tuple[tuple[FactName, ...], ...] | None = None
    notices: tuple[str, ...] | None = None
    routes: tuple[str, ...] | None = None
    units: FigureSource = None


class Example(Authored):
    """Facts and what they must give; like takes another example's facts, without drops some of them."""

    name: str
    setting: SettingName = "imr"
    like: str | None = None
    without: tuple[FactName, ...] = ()
    given: dict[FactName, FigureSource] = Field(default_factory=dict)
    expect: Expectation


class ExamplesDocument(Authored):
    """A file of examples beside a rule file."""

    examples: Annotated[tuple[Example, ...], Field(min_length=1)]
