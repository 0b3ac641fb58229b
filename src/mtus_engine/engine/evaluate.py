"""One set of facts under a ruleset: which edition governs, how its criteria and limits stand, the finding."""

from collections.abc import Mapping, Sequence

from mtus_engine.compiler.definitions import inputs_of
from mtus_engine.engine.annotate import annotated_condition
from mtus_engine.engine.candidate import EditionRunner, Inputs
from mtus_engine.engine.finding import FINDINGS, Conclusion
from mtus_engine.engine.governing import Governed, Governing, GoverningEditions, date_of_edition
from mtus_engine.engine.inferred import inferred_facts
from mtus_engine.engine.programs import governing_program, governing_subject, notices_program, units_program
from mtus_engine.engine.run import Run, Runner
from mtus_engine.engine.shared import Shared
from mtus_engine.engine.statements import Statements, defaults, known_facts, known_from_statements, linked_facts
from mtus_engine.meaning.finding import Candidacy, EditionOutcome, asked_units, joint_outcome
from mtus_engine.meaning.values import VALUES
from mtus_engine.model.condition import fact_names
from mtus_engine.model.determination import Candidate, Evaluation, Finding, NoticeResult, Units
from mtus_engine.model.fact import Known
from mtus_engine.model.ruleset import Edition, Ruleset
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import ANYTHING, Span, is_settled

GOVERNS = "governs"


class Engine:
    """A ruleset ready to evaluate any number of cases; editions are loaded when first needed."""

    def __init__(
        self, ruleset: Ruleset, *, presume: bool = True, is_text: bool = False, shared: Shared | None = None
    ) -> None:
        """Load what every case needs.

        presume tells whether presumptions of the vocabulary are made, is_text whether the ruleset is what verified
        text alone leaves: there an edition of which no part applies does not cover a request. shared is what programs
        share, with those of another reading of the same rules.
        """
        self.ruleset = ruleset
        self._shared = Shared() if shared is None else shared
        self._is_text = is_text
        self._unmentioned = defaults(ruleset.facts, presume=presume)
        self._linked = linked_facts(ruleset.facts)
        self._conclusion = Conclusion()
        roles = ruleset.roles
        self._units = (roles.units_requested, roles.units_disputed)
        self._asked = Runner(units_program(ruleset), "units of the request", self._shared)
        self._beside: Runner | None = None
        self._editions_governing = GoverningEditions(ruleset.editions)
        self._governing: dict[str, Runner] = {}
        self._editions: dict[str, EditionRunner] = {}

    def known_facts(self, statements: Statements) -> dict[str, Known]:
        """Return what is known of every base fact from the statements, and from what follows from other facts."""
        return self.facts_known_from(known_from_statements(statements, self.ruleset.facts))

    def facts_known_from(self, statements: Mapping[str, Known]) -> dict[str, Known]:
        """Return the same as known_facts, from what the statements make of each fact that they are about."""
        return inferred_facts(known_facts(statements, self._unmentioned, self._linked), self.ruleset)

    def facts_known_with(self, known: Mapping[str, Known]) -> Mapping[str, Known]:
        """Return the same as known_facts, from what another reading of the same rules knows of an item."""
        return {**self._unmentioned, **known}

    def evaluate(self, facts: Mapping[str, Known], as_of: Span | None = None) -> Evaluation:
        """Return the evaluation of the facts; as_of chooses the edition by another day than the facts give."""
        day = as_of if as_of is not None else date_of_edition(facts, self.ruleset.roles)
        return self._evaluation(facts, day, self._governing_editions(facts, day))

    def finding(self, facts: Mapping[str, Known], as_of: Span | None = None) -> Finding:
        """Return the finding of an evaluation of the facts alone: notices and what stands beside it are not asked."""
        day = as_of if as_of is not None else date_of_edition(facts, self.ruleset.roles)
        governed = self._governing_editions(facts, day)
        inputs = self._inputs(facts, self._asked.run(facts))
        return self._joint_finding(self._candidates(governed, inputs), governed, inputs)[0]

    def _governing_editions(self, facts: Mapping[str, Known], day: Span) -> Governing:
        treatment = facts[self.ruleset.roles.treatment]
        return self._editions_governing.of(treatment, day, lambda edition: self._own_condition(edition, facts))

    def _evaluation(self, facts: Mapping[str, Known], day: Span, governed: Governing) -> Evaluation:
        if self._beside is None:
            self._beside = Runner(notices_program(self.ruleset), "notices", self._shared)
        beside = self._beside.run(facts)
        inputs = self._inputs(facts, beside)
        candidates = self._candidates(governed, inputs)
        finding, units = self._joint_finding(candidates, governed, inputs)
        return Evaluation(
            finding=finding,
            units=units,
            candidates=candidates,
            passed=governed.passed,
            unsettled=self._unsettled_facts(governed, facts, day),
            edition_date=day,
            known=beside.known,
            notices=self._notices(beside, finding),
            impossible=tuple(r for r in self.ruleset.impossible if beside.truths[f"impossible {r.id}"] is Truth.TRUE),
            firings=(*beside.firings, *governed.firings),
        )

    def _inputs(self, facts: Mapping[str, Known], beside: Run) -> Inputs:
        requested, disputed = (VALUES.number(beside.known[name]) for name in self._units)
        return Inputs(facts, requested, asked_units(requested, disputed, VALUES))

    def _candidates(self, governed: Governing, inputs: Inputs) -> tuple[Candidate, ...]:
        return tuple(
            [self._edition(edition).candidate(truth, own, inputs) for edition, truth, own in governed.candidates]
        )

    def _joint_finding(
        self, candidates: Sequence[Candidate], governed: Governing, inputs: Inputs
    ) -> tuple[Finding, Units | None]:
        return joint_finding([_outcome(one) for one in candidates], governed.perhaps_none, inputs)

    def _own_condition(self, edition: Edition, facts: Mapping[str, Known]) -> Governed:
        """Return what the edition's own condition for governing says."""
        if edition.governs is None:
            return Governed(Truth.TRUE, None, facts, ())
        runner = self._governing.get(edition.key)
        if runner is None:
            label = f"{edition.key}: whether it governs"
            runner = self._governing[edition.key] = Runner(governing_program(edition), label, self._shared)
        run = runner.run(facts)
        truth = run.truths[governing_subject(edition)]
        return Governed(truth, annotated_condition(edition.governs, run.known), run.known, run.firings)

    def _edition(self, edition: Edition) -> EditionRunner:
        runner = self._editions.get(edition.key)
        if runner is None:
            runner = EditionRunner(edition, self._conclusion, is_text=self._is_text, shared=self._shared)
            self._editions[edition.key] = runner
        return runner

    def _notices(self, beside: Run, finding: Finding) -> tuple[NoticeResult, ...]:
        standing = [rule for rule in self.ruleset.notices if not rule.findings or finding.value in rule.findings]
        truths = [
            (rule, beside.truths.get(f"notice {rule.id}", Truth.TRUE))
            for rule in standing
            if beside.truths.get(f"notice {rule.id} applies", Truth.TRUE) is Truth.TRUE
        ]
        return tuple(
            NoticeResult(rule, truth, self.ruleset.beside_facts, beside.known)
            for rule, truth in truths
            if truth is not Truth.FALSE
        )

    def _unsettled_facts(self, governed: Governing, facts: Mapping[str, Known], day: Span) -> tuple[str, ...]:
        """Return the facts that would settle which edition governs; none where that is settled."""
        if len(governed.candidates) < 2 and not (governed.candidates and governed.perhaps_none):
            return ()
        roles = self.ruleset.roles
        names = [] if is_settled(facts[roles.treatment].values) else [roles.treatment]
        if day.point is None:
            dated = (roles.request_date, roles.retrospective, roles.service_date)
            names.extend(name for name in dated if not is_settled(facts[name].values))
        for edition, _, own in governed.candidates:
            names.extend(_open_facts(edition, own))
        return tuple(dict.fromkeys(names))


def _open_facts(edition: Edition, own: Governed) -> list[str]:
    """Return the base facts, still open, that an edition's own condition comes down to."""
    formulas = {entry.fact.name: entry.formula for entry in edition.derived}
    pending = [] if edition.governs is None else list(fact_names(edition.governs))
    found: dict[str, None] = {}
    while pending:
        name = pending.pop(0)
        if is_settled(own.known[name].values):
            continue
        if name in formulas:
            pending.extend(inputs_of(formulas[name]))
        else:
            found[own.known[name].stands_in or name] = None
    return list(found)


def joint_finding(
    outcomes: Sequence[EditionOutcome[bool, Span, Finding]], perhaps_none: bool, inputs: Inputs
) -> tuple[Finding, Units | None]:
    """Return the finding on which all editions that may govern agree, and the units, None where none are counted.

    Where they do not agree, the finding is that information is needed.
    """
    if len(outcomes) == 1 and not perhaps_none and inputs.asked.is_disputed:
        joint = outcomes[0]
    else:
        given = [Candidacy(True, outcome) for outcome in outcomes]
        joint = joint_outcome(given, perhaps_none, inputs.asked, FINDINGS, VALUES)
    units = Units(inputs.requested, inputs.asked.disputed, joint.supported) if joint.has_units else None
    return joint.finding, units


def _outcome(candidate: Candidate) -> EditionOutcome[bool, Span, Finding]:
    units = candidate.units
    return EditionOutcome(candidate.finding, ANYTHING if units is None else units.supported, units is not None)
