"""The rules of a review other than criteria: deadlines, what a request holds, what is worth a look, and letters."""

from collections.abc import Mapping
from datetime import date, time
from enum import Enum
from typing import Literal, NamedTuple

from mtus_engine.model.lazy_pattern import LazyPattern
from mtus_engine.model.papers import PaperKind


class Way(Enum):
    """When a request is reviewed: before the service, during it, after it, or at once because of a threat to health."""

    PROSPECTIVE = "prospective"
    CONCURRENT = "concurrent"
    RETROSPECTIVE = "retrospective"
    EXPEDITED = "expedited"


class Event(Enum):
    """What happens to a request and moves its deadline."""

    RECEIVED = "received"
    COMPLETED = "completed"
    RETURNED_INCOMPLETE = "returned_incomplete"
    INFORMATION_ASKED = "information_asked"
    INFORMATION_RECEIVED = "information_received"
    AMENDED = "amended"


LetterOutcome = Literal["approved", "modified", "denied"]


LetterKind = Literal["information", "certification", "decision", "referral", "incomplete"]


class DeadlinePeriod(NamedTuple):
    """The days from since to until, both included; None leaves that side open."""

    since: date | None = None
    until: date | None = None

    def includes(self, day: date) -> bool:
        """Return whether a day lies within."""
        return (self.since is None or day >= self.since) and (self.until is None or day <= self.until)


class Provenance(NamedTuple):
    """Where a rule is written, and whether it was seen there."""

    cite: str
    verified: bool
    reading: str

    @property
    def marks(self) -> tuple[str, ...]:
        """The marks that a reader is shown."""
        unseen = () if self.verified else ("unverified",)
        return (*unseen, "interpretation") if self.reading == "interpretation" else unseen


class Deadline(NamedTuple):
    """One deadline; business_days, days or hours is given, or none of them where no time runs while it stands."""

    id: str
    says: str
    ways: frozenset[Way]
    counts_from: tuple[Event, ...]
    after: Event | None
    unless: Event | None
    in_time: bool
    business_days: int | None
    days: int | None
    hours: int | None
    in_force: DeadlinePeriod
    source: Provenance

    @property
    def is_stopped(self) -> bool:
        """Whether no time runs while it stands."""
        return self.business_days is self.days is self.hours is None


class BusinessDays(NamedTuple):
    """Which days are business days, and in which time zone days are counted."""

    country: str
    state: str | None
    holidays: frozenset[str]
    zone: str
    source: Provenance


class Late(NamedTuple):
    """The time of the day after which a request counts as received on the next business day."""

    time: time
    ways: frozenset[Way]
    says: str
    source: Provenance


class Need(NamedTuple):
    """One thing that a complete request holds; lacks is what is said where it does not."""

    id: str
    says: str
    lacks: str
    papers: frozenset[PaperKind]
    labels: tuple[LazyPattern, ...]
    below: tuple[LazyPattern, ...]
    phrases: tuple[LazyPattern, ...]
    treatment: bool
    in_force: DeadlinePeriod
    source: Provenance


class Remark(NamedTuple):
    """What is worth a look: said where a paper of these kinds is ticked at one of the phrases, or bears no day."""

    id: str
    says: str
    papers: frozenset[PaperKind]
    ticked: tuple[LazyPattern, ...]
    undated: bool
    unless_way: frozenset[Way]
    source: Provenance


class EarlierDecision(NamedTuple):
    """What a decision with one of these outcomes means for a request for the same treatment within so many months."""

    says: str
    outcomes: frozenset[LetterOutcome]
    months: int
    source: Provenance


class OtherPlan(NamedTuple):
    """What is said where a plan of at most so many days before asks for another number of visits than a request."""

    says: str
    days: int
    source: Provenance


class Letter(NamedTuple):
    """One letter as a template."""

    id: str
    kind: LetterKind
    title: str
    text: str


class ReviewRules(NamedTuple):
    """The rules of a review beside its criteria; business_days is None where no file gives deadlines."""

    deadlines: tuple[Deadline, ...] = ()
    business_days: BusinessDays | None = None
    late: Late | None = None
    needs: tuple[Need, ...] = ()
    remarks: tuple[Remark, ...] = ()
    earlier_decision: EarlierDecision | None = None
    other_plan: OtherPlan | None = None
    letters: Mapping[str, Letter] = {}
