"""What the engine says of one disputed item: the finding, and everything that led to it."""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from mtus_engine.model.case import SurgeryAside
from mtus_engine.model.fact import Because, Fact, Known
from mtus_engine.model.pack import Jurisdiction, Pack
from mtus_engine.model.prediction import Prediction
from mtus_engine.model.ruleset import CriterionRule, Edition, LimitRule, NoticeRule, StepRule, TierRule
from mtus_engine.model.trace import Branch, Firing
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import Span


class Finding(Enum):
    """The conclusion on one item.

    PART_CAN_MEET and WHOLE_CAN_MEET say that information is needed. Under the first, a limit leaves less than is asked
    for, whatever is answered; under the second, the whole request can still meet.
    """

    MEETS = "meets"
    MEETS_IN_PART = "meets_in_part"
    DOES_NOT_MEET = "does_not_meet"
    PART_CAN_MEET = "part_can_meet"
    WHOLE_CAN_MEET = "whole_can_meet"
    NOT_COVERED = "not_covered"
    NOTHING_IN_DISPUTE = "nothing_in_dispute"


# Findings from the least to the most in favor of the request; the others are no judgement on it.
FAVOR = (
    Finding.DOES_NOT_MEET,
    Finding.PART_CAN_MEET,
    Finding.WHOLE_CAN_MEET,
    Finding.MEETS_IN_PART,
    Finding.MEETS,
)

# Findings that say that information is needed.
OPEN = frozenset({Finding.PART_CAN_MEET, Finding.WHOLE_CAN_MEET})

# Findings under which no more than a part of what is asked for meets, whatever is answered.
AT_MOST_PART = (Finding.DOES_NOT_MEET, Finding.PART_CAN_MEET, Finding.MEETS_IN_PART)


class Status(Enum):
    """How a criterion stands."""

    MET = "met"
    NOT_MET = "not_met"
    UNDETERMINED = "undetermined"
    NOT_APPLICABLE = "not_applicable"

    # Members are compared by identity; hashing them by identity, too, is several times faster than by name.
    __hash__ = object.__hash__


class LimitStatus(Enum):
    """How a limit stands: exceeded leaves some, none_left leaves nothing."""

    WITHIN = "within"
    EXCEEDED = "exceeded"
    NONE_LEFT = "none_left"
    UNDETERMINED = "undetermined"
    NOT_APPLICABLE = "not_applicable"

    __hash__ = object.__hash__


class CriterionResult(NamedTuple):
    """A criterion with its status, why, and the truth of every part of its conditions.

    looked_for tells whether an open fact was looked for and not found, is_presumed whether the status rests on a
    presumption. applies is None where the criterion always applies.
    """

    rule: CriterionRule
    status: Status
    because: Because
    looked_for: bool
    is_presumed: bool
    met: Branch
    applies: Branch | None


class LimitResult(NamedTuple):
    """A limit with its status and why; looked_for and is_presumed are as for a criterion.

    left is what it leaves, without an upper end where the limit may not apply; requested is what is asked for. active
    is the condition that it applies and is not lifted, with the truth of every part, None where it always applies.
    """

    rule: LimitRule
    status: LimitStatus
    because: Because
    looked_for: bool
    is_presumed: bool
    left: Span
    requested: Span
    active: Branch | None

    @property
    def is_failed(self) -> bool:
        """Whether the request exceeds the limit for certain."""
        return self.status in {LimitStatus.EXCEEDED, LimitStatus.NONE_LEFT}


class Units(NamedTuple):
    """Visits requested, those of them in dispute, and those that the criteria support, each a span."""

    requested: Span
    disputed: Span
    supported: Span


class TierResult(NamedTuple):
    """A tier with the step that a request is at, or with all that it may be at where that is open, and their truths."""

    rule: TierRule
    steps: tuple[tuple[StepRule, Truth], ...]


class Candidate(NamedTuple):
    """One edition that governs, or may govern, and what it gives.

    governs_because is its own condition for governing with the truth of every part, None where it has none. units is
    None where none are counted. known holds all facts, the derived ones too; firings are the steps of the rules.
    """

    edition: Edition
    governs: Truth
    governs_because: Branch | None
    finding: Finding
    criteria: tuple[CriterionResult, ...]
    limits: tuple[LimitResult, ...]
    units: Units | None
    known: Mapping[str, Known]
    firings: tuple[Firing, ...]
    tiers: tuple[TierResult, ...] = ()


class NoticeResult(NamedTuple):
    """A notice that applies, or may apply, with the facts that it quotes."""

    rule: NoticeRule
    truth: Truth
    facts: Mapping[str, Fact]
    known: Mapping[str, Known]


class NotYetInForce(NamedTuple):
    """Why an edition does not govern: its first day, an ordinal, is later."""

    first_day: int


class NoLongerInForce(NamedTuple):
    """Why an edition does not govern: its last day, an ordinal, is earlier."""

    last_day: int


class OwnConditionFails(NamedTuple):
    """Why an edition does not govern: the condition under which it would is not so."""


class PrecededBy(NamedTuple):
    """Why an edition does not govern: others take precedence, by their titles."""

    titles: tuple[str, ...]


WhyPassed = NotYetInForce | NoLongerInForce | OwnConditionFails | PrecededBy


class Passed(NamedTuple):
    """An edition that covers the treatment and does not govern, and why not."""

    edition: Edition
    why: WhyPassed
    governs_because: Branch | None
    known: Mapping[str, Known]
    is_in_force: bool = True


class Evaluation(NamedTuple):
    """The finding on one set of facts, with the editions that govern or may govern and those passed over.

    unsettled names the facts that would settle which edition governs. edition_date holds the days, as ordinals, by
    which the edition is chosen. impossible are the combinations that these facts show, and no record can truly have.
    """

    finding: Finding
    units: Units | None
    candidates: tuple[Candidate, ...]
    passed: tuple[Passed, ...]
    unsettled: tuple[str, ...]
    edition_date: Span
    known: Mapping[str, Known]
    notices: tuple[NoticeResult, ...]
    impossible: tuple[NoticeRule, ...]
    firings: tuple[Firing, ...]

    @property
    def governing(self) -> Candidate | None:
        """The one edition that governs or may govern, None where there is none or there are several."""
        return self.candidates[0] if len(self.candidates) == 1 else None


class Law(NamedTuple):
    """Whose law a request was judged by, whether its case names it, and the packs of rules that this comes from.

    packs is empty for a jurisdiction of which there are no rules.
    """

    jurisdiction: Jurisdiction
    is_named: bool
    packs: tuple[Pack, ...]


class Determination(NamedTuple):
    """One item determined: evaluation, finding from verified text alone, prediction, and whose law it is under.

    surgeries_aside are those of several surgeries in the record that it does not rest on.
    """

    case: str
    item: str
    setting: str
    ruleset_digest: str
    evaluation: Evaluation
    text_only: Finding
    prediction: Prediction | None
    law: Law
    surgeries_aside: tuple[SurgeryAside, ...] = ()
