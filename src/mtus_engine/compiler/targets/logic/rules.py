"""A ruleset as Z3 terms over symbols of facts: the status of each criterion and limit, and the finding."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

import z3

from mtus_engine.compiler.definitions import closure
from mtus_engine.compiler.targets.logic.algebra import FactTerm, LogicAlgebra
from mtus_engine.compiler.targets.logic.inferred import inferred_terms
from mtus_engine.compiler.targets.logic.terms import Calendar, Ends, Kleene, MemberTerms, Symbol, are_same_terms
from mtus_engine.meaning.algebra import ExpressedFacts, Inexpressible
from mtus_engine.meaning.conditions import truth_of, truth_of_test, truth_or_true
from mtus_engine.meaning.finding import (
    Asked,
    Candidacy,
    EditionOutcome,
    FindingTerms,
    asked_units,
    edition_finding,
    joint_outcome,
    with_units,
)
from mtus_engine.meaning.formulas import row_truths, values_of
from mtus_engine.meaning.governing import edition_day, governs, governs_alone, is_always_covered
from mtus_engine.meaning.standings import (
    CriterionStanding,
    LimitStanding,
    criterion_standing,
    limit_conditions,
    limit_standing,
)
from mtus_engine.model.condition import Condition, OneOf, fact_names
from mtus_engine.model.determination import FAVOR, Finding
from mtus_engine.model.formula import Derived, Given, Looked
from mtus_engine.model.ruleset import CriterionRule, Edition, LimitRule, Ruleset
from mtus_engine.model.vocabulary import Roles

# Findings as numbers: those in FAVOR come first, from the least to the most in favor of the request.
NUMBERS = {finding: n for n, finding in enumerate((*FAVOR, *(one for one in Finding if one not in FAVOR)))}
# More units than any request asks for: the number supported where nothing bounds them.
NO_BOUND = 2**31

Terms = Mapping[str, FactTerm]
LogicRule = TypeVar("LogicRule", CriterionRule, LimitRule)
X = TypeVar("X")
LogicOutcome = EditionOutcome[z3.BoolRef, Ends, z3.ArithRef]


class LogicFacts(NamedTuple):
    """Symbols of base facts, whether the record says something of each, and the calendar that their days share."""

    symbols: Mapping[str, Symbol]
    documented: Mapping[str, z3.BoolRef]
    calendar: Calendar


def finding_term(finding: Finding) -> z3.ArithRef:
    """Return the number of a finding."""
    return z3.IntVal(NUMBERS[finding])


FINDINGS: FindingTerms[z3.BoolRef, z3.ArithRef] = FindingTerms(
    finding_term, lambda term, finding: term == NUMBERS[finding], are_same_terms
)


def units_term(supported: Ends) -> z3.ArithRef:
    """Return the most units that are supported."""
    return z3.If(supported.no_high, z3.IntVal(NO_BOUND), supported.high)


class Logic:
    """Builds the terms of one ruleset over the symbols of base facts."""

    def __init__(self, ruleset: Ruleset, facts: LogicFacts) -> None:
        """Compute inferred and derived facts; the same symbols of facts may serve several rulesets."""
        self.ruleset = ruleset
        self.algebra = LogicAlgebra(facts.calendar)
        base = {name: FactTerm(symbol, facts.documented.get(name)) for name, symbol in facts.symbols.items()}
        self._base = inferred_terms(base, ruleset, self.algebra)
        self._beside = self._with_derived(ruleset.beside)
        self._known: dict[str, Terms] = {}
        self._asked = self._request()

    def finding(self, judged: Mapping[str, LogicOutcome] | None = None) -> LogicOutcome:
        """Return the finding on the item; judged has, by key, outcomes of editions that are computed already."""
        known = dict(judged or {})
        a, editions = self.algebra, self.ruleset.editions
        own = {e.key: self._governs_on_its_own(e) for e in editions}
        alone = {e.key: self._governs_alone(e, own[e.key]) for e in editions}
        given = [
            Candidacy(
                z3.Not(governs(edition, editions, alone, a).false), known.get(edition.key) or self.edition(edition)
            )
            for edition in editions
        ]
        perhaps_none = z3.Not(self._is_covered(own))
        return joint_outcome(given, perhaps_none, self._asked, FINDINGS, a)

    def impossible(self) -> z3.BoolRef:
        """Return whether the facts form a combination that the ruleset says is impossible."""
        rules = [rule.when for rule in self.ruleset.impossible if rule.when is not None]
        return z3.Or([self.truth(condition, self._beside).true for condition in rules])

    def holds(self, condition: Condition, definitions: Sequence[Derived]) -> z3.BoolRef:
        """Return whether a condition on base facts and these definitions holds for certain."""
        return self.truth(condition, self._with_derived(closure(fact_names(condition), definitions))).true

    def edition(self, edition: Edition) -> LogicOutcome:
        """Return the outcome of one edition, whether it governs or not; raises Inexpressible, naming the rules."""
        known = self.known_in(edition)
        lacking: list[str] = []
        required_rules = [rule for rule in edition.criteria if not rule.advisory]
        required = list(self._terms_of(edition, required_rules, lambda one: self.criterion_terms(one, known), lacking))
        limits = list(self._terms_of(edition, edition.limits, lambda one: self.limit_terms(one, known), lacking))
        if lacking:
            raise Inexpressible("; ".join(lacking))
        found = edition_finding(edition.not_encoded is None, required, limits, self._asked, FINDINGS, self.algebra)
        return with_units(found, limits, self._asked.disputed, self.algebra)

    def _terms_of(
        self, edition: Edition, rules: Sequence[LogicRule], terms: Callable[[LogicRule], X], lacking: list[str]
    ) -> Iterator[X]:
        """Yield the terms of rules; those that cannot be expressed are added to lacking, each with its name."""
        for rule in rules:
            try:
                yield terms(rule)
            except Inexpressible as part:
                lacking.append(f"{part} in {edition.name}, {rule.id}")

    def any_outcome(self, edition: Edition) -> LogicOutcome:
        """Return an outcome that may be any: it takes the place of that of an edition that cannot be expressed.

        What is proved for every outcome also holds for the one that the edition really has.
        """
        numbers = [z3.Int(f"{edition.key}, {part}") for part in ("finding", "least", "most")]
        flags = [z3.Bool(f"{edition.key}, {part}") for part in ("no least", "no most", "units")]
        return EditionOutcome(numbers[0] % len(NUMBERS), Ends(*numbers[1:], *flags[:2]), flags[2])

    def known_in(self, edition: Edition) -> Terms:
        """Return the facts with those that an edition computes; they are computed once and kept."""
        if edition.key not in self._known:
            self._known[edition.key] = self._with_derived(edition.derived)
        return self._known[edition.key]

    def governs_for_certain(self, edition: Edition) -> z3.BoolRef:
        """Return whether the edition covers the request, is in force and governs, and no other takes precedence."""
        alone = {e.key: self._governs_alone(e, self._governs_on_its_own(e)) for e in self.ruleset.editions}
        return governs(edition, self.ruleset.editions, alone, self.algebra).true

    def criterion_terms(self, rule: CriterionRule, known: Terms) -> CriterionStanding[z3.BoolRef]:
        """Return the standing of a criterion: a term for each status, of which exactly one holds."""
        applies = truth_or_true(rule.applies_when, known, self.algebra)
        return criterion_standing(self.truth(rule.met_when, known), applies, self.algebra)

    def limit_terms(self, rule: LimitRule, known: Terms) -> LimitStanding[z3.BoolRef, Ends]:
        """Return the standing of a limit: a term for each status, of which exactly one holds, and what is left."""
        applies = truth_or_true(rule.active, known, self.algebra)
        enough, nothing = (self.truth(condition, known) for condition in limit_conditions(rule))
        return limit_standing(applies, enough, nothing, self.algebra.number(known[rule.left]), self.algebra)

    def truth(self, condition: Condition, known: Terms) -> Kleene:
        """Return the truth of a condition."""
        return truth_of(condition, known, self.algebra)

    def _with_derived(self, derived: Sequence[Derived]) -> Terms:
        """Return the base facts with those that definitions, in order, compute from them."""
        known = ExpressedFacts(self._base)
        for entry in derived:
            formula = entry.formula
            try:
                rows = row_truths(formula.table, known, self.algebra) if isinstance(formula, Looked | Given) else {}
                known[entry.fact.name] = FactTerm(values_of(entry.fact, formula, known, rows, self.algebra))
            except Inexpressible as part:
                known.lacking.setdefault(entry.fact.name, str(part))
        return known

    def _request(self) -> Asked[z3.BoolRef, Ends]:
        roles = self.ruleset.roles
        requested, disputed = (
            self.algebra.number(self._beside[name]) for name in (roles.units_requested, roles.units_disputed)
        )
        return asked_units(requested, disputed, self.algebra)

    # ---- which edition governs

    def _day(self, roles: Roles) -> Ends:
        requested, served = (self.algebra.number(self._base[one]) for one in (roles.request_date, roles.service_date))
        retrospective = self.algebra.among(frozenset({True}), self._base[roles.retrospective])
        injured = None if roles.injury_date is None else self.algebra.number(self._base[roles.injury_date])
        return edition_day(requested, served, injured, retrospective, self.algebra)

    def _governs_alone(self, edition: Edition, own: Kleene) -> Kleene:
        roles = self.ruleset.roles
        covers = truth_of_test(OneOf(edition.covers), self._base[roles.treatment], self.algebra)
        return governs_alone(covers, self.algebra.within(edition.in_force, self._day(roles)), own, self.algebra)

    def _governs_on_its_own(self, edition: Edition) -> Kleene:
        known = {} if edition.governs is None else self.known_in(edition)
        return truth_or_true(edition.governs, known, self.algebra)

    def _is_covered(self, own: Mapping[str, Kleene]) -> z3.BoolRef:
        """Return whether every possible treatment and day has an edition in force that governs for certain."""
        roles = self.ruleset.roles
        treatment = self._base[roles.treatment].values
        assert isinstance(treatment, MemberTerms)
        covering = [
            (possible, [(e.in_force, own[e.key].true) for e in self.ruleset.editions if member in e.covers])
            for member, possible in treatment.possible.items()
        ]
        return is_always_covered(covering, self._day(roles), self.algebra)
