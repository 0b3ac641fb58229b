"""A ruleset as columns: for a table of facts each criterion's status, the finding, its units and the prediction.

SQL's NULL stands for undetermined. Everything is an Ibis expression: no Python function is called for each row.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from mtus_engine.compiler.targets.columns.algebra import ColumnAlgebra
from mtus_engine.compiler.targets.columns.definitions import ColumnDefinitions
from mtus_engine.compiler.targets.columns.determined import ColumnOptions, DeterminedColumns
from mtus_engine.compiler.targets.columns.editions import FINDINGS, NUMBERS, edition_columns
from mtus_engine.compiler.targets.columns.ranges import ColumnRange
from mtus_engine.compiler.targets.columns.rows import Rows
from mtus_engine.compiler.targets.columns.stages import Stages
from mtus_engine.compiler.targets.columns.terms import (
    Column,
    End,
    Flag,
    Sure,
    all_hold,
    at_least_of,
    both,
    column,
    either,
    first_case,
    is_false,
    is_true,
    no,
    surely,
)
from mtus_engine.compiler.targets.columns.values import MemberColumns, SeenFacts, day
from mtus_engine.compiler.text_only import text_only
from mtus_engine.meaning.algebra import Inexpressible
from mtus_engine.meaning.conditions import truth_of
from mtus_engine.meaning.finding import Candidacy, EditionOutcome, asked_units, joint_outcome
from mtus_engine.meaning.governing import edition_day, governs, governs_alone, is_always_covered
from mtus_engine.model.fact import Fact
from mtus_engine.model.prediction import Prediction
from mtus_engine.model.ruleset import Edition, NoticeRule, Ruleset
from mtus_engine.model.values import Stretch

Lengths = Mapping[str, Mapping[str, Stretch]]

SETTING = "setting"


def determination_columns(
    ruleset: Ruleset,
    present: frozenset[str],
    lengths: Lengths,
    options: ColumnOptions,
    verified: Mapping[str, str] = MappingProxyType({}),
) -> DeterminedColumns:
    """Return the columns that determine a table; present are the names of the columns that the table has.

    verified names the columns that verified text alone reads in place of others: without what was not seen in a source.
    """
    stages = Stages()
    whole = _Evaluation(ruleset, present, lengths, options, stages)
    found: dict[str, object] = dict(whole.columns())
    if options.verified:
        read = present | verified.keys()
        alone = _Evaluation(text_only(ruleset), read, lengths, options, stages, is_text=True, instead=verified)
        words = stages.named(finding_words(alone.joint.finding))
        found["finding_text_only"] = words
        found["prediction_text_only"] = alone.prediction(words)
    found["ruleset"] = ruleset.digest
    impossible = whole.impossible()
    return DeterminedColumns(stages, found, impossible, tuple(dict.fromkeys(whole.lacking)))


class _Evaluation:
    """Evaluates one ruleset over one table."""

    def __init__(
        self,
        ruleset: Ruleset,
        present: frozenset[str],
        lengths: Lengths,
        options: ColumnOptions,
        stages: Stages,
        *,
        is_text: bool = False,
        instead: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._ruleset = ruleset
        self._options = options
        self._stages = stages
        self._algebra = ColumnAlgebra(stages)
        self.lacking: list[str] = []
        rows = Rows(present, lengths, presume=options.presume, instead=instead)
        facts = all_facts(ruleset)
        self._base = rows.facts_in_rows(facts, ruleset.roles, stages)
        self._definitions = ColumnDefinitions(stages, rows.stated_in_rows(facts, stages))
        self._beside = self._definitions.with_derived(ruleset.beside, self._base)
        self._setting: Column | None = column(SETTING) if SETTING in present else None
        roles = ruleset.roles
        requested, disputed = (
            self._algebra.number(self._beside[name]) for name in (roles.units_requested, roles.units_disputed)
        )
        request = asked_units(requested, disputed, self._algebra)
        self._day = self._edition_day()
        own = {edition.key: self._governs_on_its_own(edition) for edition in ruleset.editions}
        self._may = dict(self._may_govern(own))
        self._given = {
            edition.key: edition_columns(
                edition, self._facts_of_edition(edition), request, self._algebra, is_text=is_text
            )
            for edition in ruleset.editions
        }
        for edition in ruleset.editions:
            self.lacking += (f"{edition.name}, {one}" for one in self._given[edition.key].lacking)
        self._perhaps_none = stages.named(no(self._is_covered(own)))
        self.joint: EditionOutcome[Sure, ColumnRange, End] = joint_outcome(
            [Candidacy(self._may[key], one.outcome) for key, one in self._given.items()],
            self._perhaps_none,
            request,
            FINDINGS,
            self._algebra,
        )

    def _facts_of_edition(self, edition: Edition) -> SeenFacts:
        return self._definitions.with_derived(edition.derived, self._base)

    # ---- which edition governs

    def _edition_day(self) -> ColumnRange:
        if self._options.as_of is not None:
            low, high = self._options.as_of
            return ColumnRange(day(low), day(high), of_days=True)
        roles, a = self._ruleset.roles, self._algebra
        requested, served = (a.number(self._base[name]) for name in (roles.request_date, roles.service_date))
        retrospective = a.among(frozenset({True}), self._base[roles.retrospective])
        injured = None if roles.injury_date is None else a.number(self._base[roles.injury_date])
        return a.once(edition_day(requested, served, injured, retrospective, a))

    def _covers(self, members: frozenset[str]) -> Flag:
        return self._algebra.among(members, self._base[self._ruleset.roles.treatment])

    def _governs_on_its_own(self, edition: Edition) -> Flag:
        if edition.governs is None:
            return True
        try:
            return self._stages.named(truth_of(edition.governs, self._facts_of_edition(edition), self._algebra))
        except Inexpressible as part:
            self.lacking.append(f"{edition.name}, whether it governs: {part}")
            return None

    def _may_govern(self, own: Mapping[str, Flag]) -> Iterator[tuple[str, Sure]]:
        editions, a = self._ruleset.editions, self._algebra
        alone = {
            e.key: a.once(governs_alone(self._covers(e.covers), a.within(e.in_force, self._day), own[e.key], a))
            for e in editions
        }
        for edition in editions:
            yield edition.key, a.once(no(is_false(governs(edition, editions, alone, a))))

    def _is_covered(self, own: Mapping[str, Flag]) -> Sure:
        """Return whether every possible treatment and day has an edition in force that governs for certain."""
        treatment = self._base[self._ruleset.roles.treatment]
        assert isinstance(treatment.values, MemberColumns)
        alike: dict[tuple[str, ...], list[str]] = {}
        for member in sorted(treatment.values.all):
            alike.setdefault(tuple(e.key for e in self._ruleset.editions if member in e.covers), []).append(member)
        covering = [
            (
                no(is_false(self._covers(frozenset(members)))),
                [(e.in_force, is_true(own[e.key])) for e in self._ruleset.editions if e.key in keys],
            )
            for keys, members in alike.items()
        ]
        return is_always_covered(covering, self._day, self._algebra)

    # ---- what is told

    def columns(self) -> Iterator[tuple[str, object]]:
        """Yield the columns of the answer by name."""
        finding = self._stages.named(finding_words(self.joint.finding))
        yield "finding", finding
        has_units, supported = self.joint.has_units, self.joint.supported
        yield "units_least", first_case([(has_units, supported.low)], None)
        yield "units_most", first_case([(has_units, supported.high)], None)
        yield "prediction", self.prediction(finding)
        yield "firmness", self._by_outcome(finding, lambda prediction: prediction.firmness)
        yield "edition", self._edition()
        for edition in self._ruleset.editions:
            if not self._options.only or edition.guideline in self._options.only:
                yield from self._standings(edition)
        for rule in self._ruleset.notices:
            yield f"notice.{rule.id}", self._notice(rule, finding)

    def _standings(self, edition: Edition) -> Iterator[tuple[str, object]]:
        may = self._may[edition.key]
        for one in self._given[edition.key].statuses:
            name = standing_column(edition, one.name)
            yield name, first_case([(may, one.status)], None)
            if self._options.reasons:
                yield f"{name}.because", first_case([(may, one.because)], None)
        for tier, step in self._given[edition.key].routes:
            yield f"route.{standing_column(edition, tier)}", first_case([(may, step)], None)

    def _edition(self) -> End:
        """Return the key of the edition that governs; null where several may govern, or perhaps none does."""
        several = is_true(at_least_of(2, list(self._may.values())))
        cases: list[tuple[Sure, End]] = [(either(several, self._perhaps_none), None)]
        return first_case([*cases, *((may, key) for key, may in self._may.items())], None)

    def prediction(self, finding: End) -> End:
        """Return what the finding predicts in the row's setting."""
        return self._by_outcome(finding, lambda prediction: prediction.outcome)

    def _by_outcome(self, finding: End, of: Callable[[Prediction], str | None]) -> End:
        listed = self._ruleset.outcomes.items()
        cases = [(both(self._is_setting(one), surely(finding, "==", name)), of(told)) for (one, name), told in listed]
        return first_case(cases, None)

    def _is_setting(self, setting: str) -> Sure:
        if self._setting is None:
            return setting == self._options.setting
        return surely(self._setting.or_else(self._options.setting), "==", setting)

    def _notice(self, rule: NoticeRule, finding: End) -> Flag:
        """Return whether a notice stands beside the finding; null where that is undetermined."""
        try:
            return self._expressed_notice(rule, finding)
        except Inexpressible as part:
            self.lacking.append(f"notice {rule.id}: {part}")
            return None

    def _expressed_notice(self, rule: NoticeRule, finding: End) -> Flag:
        applies = True if rule.applies is None else is_true(truth_of(rule.applies, self._beside, self._algebra))
        when = True if rule.when is None else truth_of(rule.when, self._beside, self._algebra)
        settings = either(*(self._is_setting(one) for one in sorted(rule.settings))) if rule.settings else True
        findings = either(*(surely(finding, "==", one) for one in sorted(rule.findings))) if rule.findings else True
        return all_hold([both(applies, settings, findings), when])

    def impossible(self) -> dict[str, Sure]:
        """Return, for each impossible combination of facts, whether a row has it for certain."""
        found = {}
        for rule in self._ruleset.impossible:
            if rule.when is None:
                continue
            try:
                found[rule.says] = self._stages.named(is_true(truth_of(rule.when, self._beside, self._algebra)))
            except Inexpressible as part:
                self.lacking.append(f"the combination {rule.id}, which cannot be: {part}")
        return found


def standing_column(edition: Edition, rule: str) -> str:
    """Return the name of the column that holds the status of a criterion or limit."""
    rules = {one.id: one.pack for one in edition.criteria} | {one.id: one.pack for one in edition.limits}
    pack = rules.get(rule, edition.pack)
    whose = f"{pack}:" if edition.is_further or pack != edition.pack else ""
    return f"{whose}{edition.guideline}.{edition.edition}.{rule}"


def finding_words(number: End) -> End:
    """Return the name of the finding with this number; null where the number is."""
    if not isinstance(number, Column):
        return next((finding.value for finding, n in NUMBERS.items() if n == number), None)
    return first_case([(surely(number, "==", n), finding.value) for finding, n in NUMBERS.items()], None)


def all_facts(ruleset: Ruleset) -> dict[str, Fact]:
    """Return every fact that some rule reads or defines, by name."""
    found = {**ruleset.facts}
    for facts in (ruleset.beside_facts, *(edition.facts for edition in ruleset.editions)):
        for name, fact in facts.items():
            found.setdefault(name, fact)
    return found
