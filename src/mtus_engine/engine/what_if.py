"""Answers to what-if questions: the finding for one set of facts after another, without a trace.

Only what a changed fact reaches is worked out anew. The functions are those of meaning/, which the rules are checked
against as well; each answer that is shown is confirmed once by the rules engine.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mtus_engine.compiler.definitions import closure, inputs_of
from mtus_engine.engine.annotate import prepared_condition
from mtus_engine.engine.candidate import LIMIT_STATUSES, Inputs, criterion_status
from mtus_engine.engine.closing import known_by_condition, known_by_figures, with_statements
from mtus_engine.engine.derive import DefinitionStep, truths_of_rows
from mtus_engine.engine.evaluate import joint_finding
from mtus_engine.engine.finding import EditionStandings, outcome_of
from mtus_engine.engine.governing import Governed, GoverningEditions, date_of_edition
from mtus_engine.engine.programs import edition_conditions
from mtus_engine.engine.standing import READ
from mtus_engine.meaning.finding import EditionOutcome, asked_units
from mtus_engine.meaning.standings import what_is_left
from mtus_engine.meaning.values import VALUES
from mtus_engine.model.condition import Condition, fact_names
from mtus_engine.model.determination import Finding, LimitStatus, Status, Units
from mtus_engine.model.fact import Known
from mtus_engine.model.formula import ByCondition, Derived
from mtus_engine.model.memo import Memo
from mtus_engine.model.ruleset import Edition, Ruleset
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import Span

_NONE: frozenset[str] = frozenset()
FoldOutcome = EditionOutcome[bool, Span, Finding]


class WhatIfOutcome(NamedTuple):
    """What a set of facts comes to; units is None where none are counted."""

    finding: Finding
    units: Units | None


class Fold:
    """The truths of conditions over facts and definitions; what a change of facts does not reach is kept."""

    def __init__(
        self, conditions: Mapping[str, Condition], derived: Sequence[Derived], also: Sequence[str] = ()
    ) -> None:
        """Keep the conditions; also names facts that are wanted beside those that they test."""
        wanted = [*also, *(name for condition in conditions.values() for name in fact_names(condition))]
        self._steps = tuple(DefinitionStep(entry, _known_by_definition) for entry in closure(wanted, derived))
        self._conditions = tuple(
            (subject, prepared_condition(one).truth, frozenset(fact_names(one))) for subject, one in conditions.items()
        )
        defined = {step.entry.fact.name for step in self._steps}
        read = [*wanted, *(name for step in self._steps for name in step.inputs)]
        self._base = tuple(name for name in dict.fromkeys(read) if name not in defined)
        self._stated = tuple(defined)
        self._readers: dict[str, list[int]] = {}
        for number, (_, _, names) in enumerate(self._conditions):
            for name in names:
                self._readers.setdefault(name, []).append(number)
        self._given: dict[str, Known | None] = {}
        self.known: dict[str, Known] = {}
        self.truths: dict[str, Truth] = {}
        self._is_begun = False

    def follow(self, facts: Mapping[str, Known]) -> frozenset[str]:
        """Take other facts; return the subjects of the conditions whose truth was worked out anew."""
        changed, stated = self._changed_facts(self._base, facts), self._changed_facts(self._stated, facts)
        is_first = not self._is_begun
        if not changed and not stated and not is_first:
            return _NONE
        self._is_begun = True
        self.known.update([(name, facts[name]) for name in changed])
        for step in self._steps:
            name = step.entry.fact.name
            if name in stated or not changed.isdisjoint(step.inputs) or name not in self.known:
                found, said = step.of(self.known), facts.get(name)
                found = found if said is None else with_statements(found, said, step.entry.fact)
                if _differ(found, self.known.get(name)):
                    changed.add(name)
                self.known[name] = found
        numbers = (
            range(len(self._conditions)) if is_first else {n for one in changed for n in self._readers.get(one, ())}
        )
        for number in numbers:
            subject, truth, _ = self._conditions[number]
            self.truths[subject] = truth(self.known)
        return frozenset(self._conditions[number][0] for number in numbers)

    def _changed_facts(self, names: Sequence[str], facts: Mapping[str, Known]) -> set[str]:
        """Return the facts that are known otherwise than before, and keep how they are known now."""
        given = self._given
        before, now = map(given.get, names), map(facts.get, names)
        others = [pair for pair in zip(names, before, now, strict=True) if pair[1] is not pair[2]]
        given.update([(name, one) for name, _, one in others])
        return {name for name, one, other in others if _differ(one, other)}


def _known_by_definition(entry: Derived, known: Mapping[str, Known]) -> Known:
    """Return what is known of a fact by its definition."""
    fact, formula = entry.fact, entry.formula
    if isinstance(formula, ByCondition):
        return known_by_condition(formula.condition, fact.domain, known)[1]
    inputs = inputs_of(formula)
    return known_by_figures(fact, formula, inputs, [known[name] for name in inputs], truths_of_rows(formula, known))


def _differ(one: Known | None, other: Known | None) -> bool:
    """Return whether two ways in which a fact is known differ in what a rule reads."""
    if one is other:
        return False
    if one is None or other is None:
        return True
    return one[:READ] != other[:READ] or bool(one.statements) != bool(other.statements)


class _EditionFold:
    """How an edition's criteria and limits stand."""

    def __init__(self, edition: Edition) -> None:
        limits = [name for limit in edition.limits for name in (limit.left, limit.margin, limit.of)]
        self._fold = Fold(edition_conditions(edition), edition.derived, limits)
        required = [rule.id for rule in edition.criteria if not rule.advisory]
        self._required = tuple((id_, f"{id_} met", f"{id_} applies") for id_ in required)
        self._limits = tuple(
            (rule.left, f"{rule.id} applies", f"{rule.id} enough left", f"{rule.id} nothing left")
            for rule in edition.limits
        )
        self._is_encoded = edition.not_encoded is None
        self._criteria: dict[str, Status] = {}

    def outcome(self, inputs: Inputs, outcomes: "Memo[EditionStandings, FoldOutcome]") -> FoldOutcome:
        """Return what the edition gives."""
        anew = self._fold.follow(inputs.facts)
        truths = self._fold.truths
        for id_, met, applies in self._required:
            if id_ not in self._criteria or met in anew or applies in anew:
                self._criteria[id_] = criterion_status(truths[met], truths.get(applies, Truth.TRUE))
        limits = tuple([self._limit(*limit) for limit in self._limits])
        standings = EditionStandings(tuple(self._criteria.values()), limits, inputs.asked, self._is_encoded, False)
        return outcomes.of(standings, standings)

    def _limit(self, left: str, active: str, enough: str, nothing: str) -> tuple[LimitStatus, Span]:
        truths = self._fold.truths
        applies = truths.get(active, Truth.TRUE)
        status = LIMIT_STATUSES[applies, truths[enough], truths[nothing]]
        return status, what_is_left(applies, VALUES.number(self._fold.known[left]), VALUES)


class WhatIf:
    """A ruleset ready to tell the finding for one set of facts after another; the fewer facts change, the faster.

    Any number of threads may ask at once: folds remember the facts before, and so each serves one thread at a time.
    """

    def __init__(self, ruleset: Ruleset) -> None:
        """Keep the ruleset; folds are made when a question comes and all others are in use."""
        self._ruleset = ruleset
        self._idle: list[_Folds] = []

    def outcome_of(self, facts: Mapping[str, Known], as_of: Span | None = None) -> WhatIfOutcome:
        """Return what the facts come to; as_of chooses the edition by another day than the facts give."""
        try:
            folds = self._idle.pop()
        except IndexError:
            folds = _Folds(self._ruleset)
        found = folds.outcome_of(facts, as_of)
        # Folds that failed half way may remember what is wrong: they are not used again.
        self._idle.append(folds)
        return found


class _Folds:
    """The folds of a ruleset, for one caller at a time."""

    def __init__(self, ruleset: Ruleset) -> None:
        self._ruleset = ruleset
        roles = ruleset.roles
        self._units = (roles.units_requested, roles.units_disputed)
        self._beside = Fold({}, ruleset.beside, self._units)
        self._editions_governing = GoverningEditions(ruleset.editions)
        self._governing: dict[str, Fold] = {}
        self._editions: dict[str, _EditionFold] = {}
        self._outcomes: Memo[EditionStandings, FoldOutcome] = Memo(outcome_of)

    def outcome_of(self, facts: Mapping[str, Known], as_of: Span | None) -> WhatIfOutcome:
        roles = self._ruleset.roles
        day = as_of if as_of is not None else date_of_edition(facts, roles)
        governed = self._editions_governing.of(
            facts[roles.treatment], day, lambda edition: self._governs(edition, facts)
        )
        self._beside.follow(facts)
        requested, disputed = (VALUES.number(self._beside.known[name]) for name in self._units)
        inputs = Inputs(facts, requested, asked_units(requested, disputed, VALUES))
        outcomes = [self._edition(edition).outcome(inputs, self._outcomes) for edition, _, _ in governed.candidates]
        return WhatIfOutcome(*joint_finding(outcomes, governed.perhaps_none, inputs))

    def _governs(self, edition: Edition, facts: Mapping[str, Known]) -> Governed:
        if edition.governs is None:
            return Governed(Truth.TRUE, None, facts, ())
        fold = self._governing.get(edition.key)
        if fold is None:
            fold = self._governing[edition.key] = Fold({"governs": edition.governs}, edition.derived)
        fold.follow(facts)
        return Governed(fold.truths["governs"], None, facts, ())

    def _edition(self, edition: Edition) -> _EditionFold:
        if edition.key not in self._editions:
            self._editions[edition.key] = _EditionFold(edition)
        return self._editions[edition.key]
