"""A compiled ruleset: editions of guidelines, their criteria and limits, definitions, notices and outcomes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from mtus_engine.model.condition import Condition
from mtus_engine.model.fact import Fact
from mtus_engine.model.formula import Derived, Mark, Operand
from mtus_engine.model.pack import Jurisdiction, Pack
from mtus_engine.model.prediction import Prediction
from mtus_engine.model.values import Span
from mtus_engine.model.vocabulary import Publisher, Roles


class ExceptionRule(NamedTuple):
    """An exception: what lifts a criterion or limit, or makes an edition govern all the same."""

    when: Condition
    says: str
    cite: str
    mark: Mark


class CriterionRule(NamedTuple):
    """One requirement of an edition; applies_when is base unless an exception lifts it; pack names where it is from."""

    id: str
    cite: str
    requires: str
    met_when: Condition
    applies_when: Condition | None
    advisory: bool
    mark: Mark
    base: Condition | None = None
    exceptions: tuple[ExceptionRule, ...] = ()
    pack: str = ""


class LimitRule(NamedTuple):
    """One cap of an edition; left and margin name the derived facts of what it leaves, and of that minus what is asked.

    active is the condition that it applies and is not lifted: base, unless one of the exceptions holds.
    counted_together are treatments that share what it leaves. marked_counting are those of counting that do not stand
    on verified text alone, with their marks. pack names the pack it is from.
    """

    id: str
    cite: str
    allows: str
    of: str
    cap: Operand
    counting: tuple[str, ...]
    active: Condition | None
    left: str
    margin: str
    unit: str | None
    mark: Mark
    base: Condition | None = None
    exceptions: tuple[ExceptionRule, ...] = ()
    counted_together: frozenset[str] = frozenset()
    pack: str = ""
    marked_counting: tuple[tuple[str, Mark], ...] = ()

    @property
    def figures(self) -> tuple[str, ...]:
        """The facts that it is worked out from: what is asked, what counts, the cap where that is looked up."""
        return (self.of, *self.counting, *((self.cap,) if isinstance(self.cap, str) else ()))


class StepRule(NamedTuple):
    """One step of a tier: the route of authorization that it names, and when a request comes to it."""

    id: str
    says: str
    when: Condition
    cite: str
    mark: Mark


class TierRule(NamedTuple):
    """Routes of authorization by how far counts have come; counts are the facts it goes by. It never decides."""

    id: str
    title: str
    cite: str
    counts: tuple[str, ...]
    steps: tuple[StepRule, ...]
    pack: str = ""


class Edition(NamedTuple):
    """One guideline in one edition; in_force is in ordinal days; derived is ordered so that inputs come first.

    lines gives, by the id of a rule, the line of the file on which it begins. governs is the condition that
    governs_base or one of governs_exceptions holds. is_further tells whether the guideline is another pack's, to which
    this pack adds the edition. licensed_by names whose licence its text needs, where it is not encoded for that reason.
    """

    guideline: str
    edition: str
    title: str
    instrument: str
    regulation: str
    pages: str | None
    in_force: Span
    covers: frozenset[str]
    governs: Condition | None
    takes_precedence_over: tuple[str, ...]
    not_encoded: str | None
    note: str | None
    criteria: tuple[CriterionRule, ...]
    limits: tuple[LimitRule, ...]
    derived: tuple[Derived, ...]
    facts: Mapping[str, Fact]
    file: str
    lines: Mapping[str, int] = MappingProxyType({})
    governs_base: Condition | None = None
    governs_exceptions: tuple[ExceptionRule, ...] = ()
    tiers: tuple[TierRule, ...] = ()
    pack: str = ""
    is_further: bool = False
    licensed_by: str | None = None

    @property
    def key(self) -> str:
        """The edition's name in messages: work-hardening 2009-07-18."""
        return f"{self.guideline} {self.edition}" + (f" ({self.pack})" if self.is_further else "")

    def goes_before(self, other: "Edition") -> bool:
        """Return whether it takes precedence: over the guideline, over the pack, or over the gap that it fills."""
        over = self.takes_precedence_over
        is_over_pack = other.pack in over and self.pack != other.pack
        return other.guideline in over or is_over_pack or self.fills(other)

    def fills(self, other: "Edition") -> bool:
        """Return whether it takes the place of an edition of its guideline that another pack knows without its text."""
        is_text = self.not_encoded is None and other.not_encoded is not None
        return is_text and self.guideline == other.guideline and self.pack != other.pack

    @property
    def name(self) -> str:
        """The edition as people are told of it: its title and the first day in force."""
        return f"{self.title} {self.edition}"

    def line_of(self, rule: str) -> int:
        """Return the line of the file, from 1, on which a criterion, limit, table or definition begins; else 1."""
        return self.lines.get(rule, 1)


class NoticeRule(NamedTuple):
    """What is shown beside a finding; findings and settings name those that it is for, all where they are empty.

    It is left out unless applies holds for certain; where when is open, it is one that may apply.
    """

    id: str
    cite: str
    says: str
    when: Condition | None
    mark: Mark
    applies: Condition | None = None
    findings: frozenset[str] = frozenset()
    settings: frozenset[str] = frozenset()
    pack: str = ""


UNNAMED = Jurisdiction("unnamed", "the rules' own")


class Ruleset(NamedTuple):
    """Everything that the packs of one jurisdiction say, ready to be evaluated.

    beside holds the definitions that notices and impossible combinations use. narrowed are the facts whose members
    another fact may rule out. packs are those it is made of, the digest is theirs; others are the rulesets of the other
    jurisdictions that were loaded with it.
    """

    facts: Mapping[str, Fact]
    roles: Roles
    editions: tuple[Edition, ...]
    notices: tuple[NoticeRule, ...]
    impossible: tuple[NoticeRule, ...]
    beside: tuple[Derived, ...]
    beside_facts: Mapping[str, Fact]
    outcomes: Mapping[tuple[str, str], Prediction]
    publishers: Mapping[str, Publisher]
    digest: str
    jurisdiction: Jurisdiction = UNNAMED
    packs: tuple[Pack, ...] = ()
    others: tuple["Ruleset", ...] = ()
    narrowed: tuple[Fact, ...] = ()

    @property
    def own_packs(self) -> frozenset[str]:
        """The names of the packs of its jurisdiction: of the others only facts and definitions are used."""
        return frozenset(pack.name for pack in self.packs if pack.jurisdiction.id == self.jurisdiction.id)

    @property
    def named_in_cases(self) -> str | None:
        """The id by which a case has to name the jurisdiction; None where only that of the first pack is loaded."""
        is_home = not self.packs or self.packs[0].jurisdiction.id == self.jurisdiction.id
        return None if is_home and not self.others else self.jurisdiction.id

    def of(self, jurisdiction: str | None) -> "Ruleset":
        """Return the ruleset of the jurisdiction that a case names, this one where it names none.

        For a jurisdiction that no pack is for, the ruleset knows the facts and has no editions.
        """
        if jurisdiction is None or self.jurisdiction.is_named_by(jurisdiction):
            return self
        for other in self.others:
            if other.jurisdiction.is_named_by(jurisdiction):
                return other
        named = Jurisdiction(jurisdiction.lower(), jurisdiction)
        return self._replace(jurisdiction=named, editions=(), notices=(), digest="", packs=(), others=())
