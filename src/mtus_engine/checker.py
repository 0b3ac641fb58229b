"""Cases determined by the rules of a ruleset, each with its trace and the answers that ask what if."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from mtus_engine.compiler.definitions import in_order
from mtus_engine.compiler.text_only import text_only
from mtus_engine.engine.confirmation import verified_item, with_open_statements
from mtus_engine.engine.derive import Definitions, Deriver, SettledFacts, stand_ins
from mtus_engine.engine.evaluate import Engine
from mtus_engine.engine.failure import EngineFailure
from mtus_engine.engine.inferred import inferred_facts
from mtus_engine.engine.routes_together import routes_together
from mtus_engine.engine.shared import Shared
from mtus_engine.engine.statements import known_from_statements, without_searches
from mtus_engine.engine.surgeries import with_surgery_meant
from mtus_engine.engine.together import items_exceeding_together
from mtus_engine.engine.what_if import WhatIf
from mtus_engine.explain.answers import explanation
from mtus_engine.explain.impossible import impossible_facts
from mtus_engine.explain.interview import interview
from mtus_engine.explain.rests_on import resting_facts
from mtus_engine.explain.situation import KeptWays, Situation
from mtus_engine.explain.ways import kept_ways
from mtus_engine.model.case import Case, CaseItem
from mtus_engine.model.checked import Checked
from mtus_engine.model.determination import Candidate, Determination, Evaluation, Finding, Law, Units
from mtus_engine.model.diagnostic import Diagnostic, Rejected
from mtus_engine.model.explanation import UNEXPLAINED, Explanation
from mtus_engine.model.fact import Because, Fact, Known
from mtus_engine.model.interview import Interview
from mtus_engine.model.ruleset import Edition, Ruleset
from mtus_engine.model.values import Span, Values


class CheckOptions(NamedTuple):
    """How a case is determined: edition by another day, another setting than the case's, presumptions or not.

    as_of is the day, or the span of days, of the editions asked; setting is one that the rules name. only_sure leaves
    open what a program read and is not sure of, until a person confirms it.
    """

    as_of: Span | None = None
    setting: str | None = None
    presume: bool = True
    only_sure: bool = False


AS_THE_CASE_SAYS = CheckOptions()
# Of how many groups of editions the joined definitions are kept: cases come under few, made-up ones under thousands.
MOST_JOINT = 64


class _Joint(NamedTuple):
    """What several editions have together: facts, definitions in order, and the ways kept of their computed facts."""

    facts: Mapping[str, Fact]
    definitions: Definitions
    ways: KeptWays


class _ItemRead(NamedTuple):
    """An item with its doubtful statements left open, what they make of each fact, and what is known of every one."""

    item: CaseItem
    stated: Mapping[str, Known]
    base: Mapping[str, Known]


class Checker:
    """A ruleset ready to determine cases, one after another, in one process."""

    def __init__(self, ruleset: Ruleset, options: CheckOptions = AS_THE_CASE_SAYS) -> None:
        """Prepare both readings of the ruleset: whole, and verified text alone."""
        self.ruleset = ruleset
        self.options = options
        shared = Shared()
        self._engine = Engine(ruleset, presume=options.presume, shared=shared)
        self._what_if = WhatIf(ruleset)
        text = text_only(ruleset)
        self._text_engine = Engine(text, presume=options.presume, is_text=True, shared=shared)
        self._of_others: dict[str, Checker] = {}
        self._joint: dict[tuple[str, ...], _Joint] = {}

    def check(
        self, case: Case, *, explain: bool = True, only: str | None = None, rests_on: bool = True
    ) -> Iterator[Checked]:
        """Yield the items of a case, determined and explained; explain=False leaves out the answers that ask what if.

        rests_on=False leaves out of them which facts already force the finding. only names the one item that is wanted;
        the others are determined as far as it depends on them. Raises Rejected, when all others are done, for items
        with impossible facts, and EngineFailure, naming case and item, where the rules engine fails.
        """
        checker = self.of(case)
        if checker is not self:
            yield from checker.check(case, explain=explain, only=only, rests_on=rests_on)
            return
        problems: list[Diagnostic] = []
        read = [self._item_read(item) for item in case.items]
        determined = [self._determination(case, one) for one in read]
        together = items_exceeding_together(determined, self.ruleset.roles, self.ruleset.facts)
        routes = routes_together(determined, self.ruleset.roles)
        for item, one_read, determination in zip(case.items, read, determined, strict=True):
            if only not in {None, item.item}:
                continue
            impossible = determination.evaluation.impossible
            problems.extend(impossible_facts(case, item, rule, self.ruleset) for rule in impossible)
            if impossible:
                continue
            explained = self._explanation(one_read, determination, rests_on=rests_on) if explain else UNEXPLAINED
            beside = tuple(one for one in together if item.item in one.items)
            checked = Checked(
                case, item, determination, explained, beside, self.ruleset.beside_facts, self.ruleset.roles
            )
            yield checked._replace(routes_together=tuple(one for one in routes if item.item in one.items))
        if problems:
            raise Rejected(tuple(problems))

    def of(self, case: Case) -> "Checker":
        """Return the checker of the jurisdiction that a case names: this one where it names none."""
        return self.of_jurisdiction(case.jurisdiction)

    def of_jurisdiction(self, named: str | None) -> "Checker":
        """Return the checker of a jurisdiction by its name: this one for None."""
        ruleset = self.ruleset.of(named)
        if ruleset is self.ruleset:
            return self
        law = ruleset.jurisdiction.id
        if law not in self._of_others:
            self._of_others[law] = Checker(ruleset, self.options)
        return self._of_others[law]

    def determination(self, case: Case, item: CaseItem) -> Determination:
        """Return the determination of one item, without the answers that ask what if; raises EngineFailure."""
        checker = self.of(case)
        if checker is not self:
            return checker.determination(case, item)
        return self._determination(case, self._item_read(item))

    def _determination(self, case: Case, read: _ItemRead) -> Determination:
        setting = self.options.setting or case.setting
        item = read.item
        try:
            evaluation = self._engine.evaluate(read.base, self.options.as_of)
            text = self._text_engine.finding(self._facts_of_text(read), self.options.as_of)
        except EngineFailure as failure:
            raise EngineFailure(f"case {case.case}, item {item.item}: {failure}") from failure
        notices = tuple(n for n in evaluation.notices if not n.rule.settings or setting in n.rule.settings)
        evaluation = evaluation._replace(notices=notices)
        prediction = self.ruleset.outcomes.get((setting, evaluation.finding.value))
        ruleset = self.ruleset
        law = Law(ruleset.jurisdiction, case.jurisdiction is not None, ruleset.packs)
        aside = item.surgeries_aside
        return Determination(case.case, item.item, setting, ruleset.digest, evaluation, text, prediction, law, aside)

    def explanation(self, item: CaseItem, determination: Determination, *, rests_on: bool = True) -> Explanation:
        """Return what is missing, what stands against the item and, where asked, what the finding rests on.

        Raises EngineFailure where the rules engine fails.
        """
        return self._explanation(self._item_read(item), determination, rests_on=rests_on)

    def _explanation(self, read: _ItemRead, determination: Determination, *, rests_on: bool) -> Explanation:
        evaluation, roles = determination.evaluation, self.ruleset.roles
        stated, base = read.stated, read.base
        situations = self._situations(stated, evaluation, base)
        resting = resting_facts(evaluation, roles, situations[0]) if rests_on else ()
        if unfound := without_searches(base, self.ruleset.facts):
            # A document that was looked for and not found may still be sent: what it would change is asked.
            base = {**base, **unfound}
            evaluation = self._engine.evaluate(base, self.options.as_of)
            situations = self._situations(stated, evaluation, base)
        return explanation(evaluation, roles, situations, resting)

    def interview(
        self,
        case: Case,
        item: CaseItem,
        passed_over: AbstractSet[str] = frozenset(),
        determined: Determination | None = None,
    ) -> Interview:
        """Return what is to be confirmed and asked next about an item.

        passed_over are facts of which it was answered that the record says nothing; determined is what determination
        gave of this item, where that is known already. Raises EngineFailure where the rules engine fails.
        """
        checker = self.of(case)
        if checker is not self:
            return checker.interview(case, item, passed_over, determined)
        _, stated, base = self._item_read(item)
        evaluation = self._engine.evaluate(base, self.options.as_of) if determined is None else determined.evaluation
        situations = self._situations(stated, evaluation, base)
        facts = self.ruleset.facts

        def if_opened(names: AbstractSet[str]) -> Finding:
            opened = {name: Known(facts[name].domain, Because.NOT_DOCUMENTED) for name in names}
            return self._what_if.outcome_of(
                inferred_facts({**base, **opened}, self.ruleset), self.options.as_of
            ).finding

        return interview(evaluation, situations[0], self.ruleset.roles, if_opened, passed_over)

    def _situations(
        self, stated: Mapping[str, Known], evaluation: Evaluation, base: Mapping[str, Known]
    ) -> tuple[Situation, ...]:
        candidates: tuple[Candidate | None, ...] = evaluation.candidates or (None,)
        return tuple(self._situation(stated, candidate, evaluation, base) for candidate in candidates)

    def _item_read(self, item: CaseItem) -> _ItemRead:
        opened = with_open_statements(item, self.ruleset.facts, only_sure=self.options.only_sure)
        opened = with_surgery_meant(opened, self.ruleset, presume=self.options.presume)
        stated = known_from_statements(opened.statements, self.ruleset.facts)
        return _ItemRead(opened, stated, self._engine.facts_known_from(stated))

    def _facts_of_text(self, read: _ItemRead) -> Mapping[str, Known]:
        """Return what is known of the facts to verified text alone: no code whose reading was not seen in a source."""
        verified = verified_item(read.item)
        if verified is read.item:
            return self._text_engine.facts_known_with(read.base)
        return self._text_engine.facts_known_from(known_from_statements(verified.statements, self.ruleset.facts))

    def _situation(
        self,
        stated: Mapping[str, Known],
        candidate: Candidate | None,
        evaluation: Evaluation,
        base: Mapping[str, Known],
    ) -> Situation:
        """Return what the answers are read from: the facts of one candidate and of the editions beside it.

        stated is what the statements of the item make of each fact that they are about.
        """
        engine, options = self._engine, self.options
        editions = (
            *(p.edition for p in evaluation.passed),
            *(c.edition for c in evaluation.candidates),
            *((candidate.edition,) if candidate is not None else ()),
        )
        facts, definitions, ways = self._joint_editions(editions)
        known = {**base, **evaluation.known}
        beside = [passed.known for passed in evaluation.passed] + [other.known for other in evaluation.candidates]
        for of_other in (*beside, *((candidate.known,) if candidate is not None else ())):
            known.update(of_other)

        settling = SettledFacts(stand_ins(base))

        def with_settled(settled: Mapping[str, Values]) -> Mapping[str, Known]:
            facts = {**base, **settling.of(settled)}
            return inferred_facts(facts, self.ruleset, frozenset(settled))

        def with_only(names: frozenset[str]) -> Mapping[str, Known]:
            return engine.facts_known_from({name: known for name, known in stated.items() if name in names})

        def if_settled(settled: Mapping[str, Values]) -> Finding:
            return self._what_if.outcome_of(with_settled(settled), options.as_of).finding

        def if_only(names: frozenset[str]) -> tuple[Finding, Units | None]:
            return self._what_if.outcome_of(with_only(names), options.as_of)

        def confirm_settled(settled: Mapping[str, Values]) -> None:
            _confirm(engine.finding(with_settled(settled), options.as_of), Finding.MEETS, settled)

        def confirm_only(names: frozenset[str], finding: Finding) -> None:
            _confirm(engine.finding(with_only(names), options.as_of), finding, names)

        # Of an edition that was changed on purpose some definitions are read by no rule, and so are not worked out.
        formulas = definitions.known_in(known)
        deriver = Deriver(known, definitions)
        answers = (deriver.values, if_settled, if_only, confirm_settled, confirm_only, deriver.read_for, ways)
        # What is stated of a fact that none of these editions has makes nothing of the finding.
        return Situation(facts, known, formulas, frozenset(stated) & facts.keys(), *answers)

    def _joint_editions(self, editions: tuple[Edition, ...]) -> _Joint:
        """Return the facts and ordered definitions of several editions; of two of one name the later counts."""
        keys = tuple(edition.key for edition in editions)
        joint = self._joint.get(keys)
        if joint is None:
            facts: dict[str, Fact] = dict(self.ruleset.beside_facts)
            derived = {entry.fact.name: entry for entry in self.ruleset.beside}
            for edition in editions:
                facts.update(edition.facts)
                derived.update({entry.fact.name: entry for entry in edition.derived})
            joint = _Joint(facts, Definitions(in_order(derived.values())), kept_ways())
            if len(self._joint) >= MOST_JOINT:
                self._joint = {}
            self._joint[keys] = joint
        return joint


def _confirm(by_rules: Finding, finding: Finding, names: Iterable[str]) -> None:
    """Raise EngineFailure where the rules engine comes to another finding than the answer to what if."""
    if by_rules is not finding:
        given = ", ".join(sorted(names))
        said = f"{finding.value} to the fold, {by_rules.value} to the rules"
        raise EngineFailure(f"what {given} come to is {said}")
