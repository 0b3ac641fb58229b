"""Questions about all cases that one edition governs for certain, each answered by a case that shows it or a proof."""

from collections.abc import Callable, Mapping

import z3

from mtus_engine.api import Checker
from mtus_engine.compiler.targets.logic.rules import Logic, Terms
from mtus_engine.meaning.algebra import Inexpressible
from mtus_engine.model.determination import Candidate, Finding
from mtus_engine.model.fact import Fact
from mtus_engine.model.ruleset import Edition, Ruleset
from mtus_engine.policy.answers import Answer, Answered
from mtus_engine.policy.proof import answer_to, confirmed_answer, determination_of
from mtus_engine.policy.small_case import Shows
from mtus_engine.policy.unknowns import Unknowns, unknowns_of
from mtus_engine.policy.witness import WitnessFacts

Sought = Callable[[Logic, Terms], z3.BoolRef]
ShownInquiry = Callable[[Candidate], bool]
InquiryAsk = Callable[[str, list[z3.BoolRef], Unknowns, Mapping[str, Fact], Shows, int], Answered]


class Inquiry:
    """Answers questions about all cases of one edition; its facts are made into unknowns once for all of them."""

    def __init__(self, ruleset: Ruleset, edition: Edition, checker: Checker, seconds: int) -> None:
        """Prepare; seconds bounds each question."""
        self.edition = edition
        self._facts = ruleset.facts
        self._checker = checker
        self._seconds = seconds
        self._unknown = unknowns_of(ruleset.facts, ruleset.roles)
        self._logic = Logic(ruleset, self._unknown.facts)
        self._unsupported = ""
        try:
            self._known = self._logic.known_in(edition)
            self._governs = [self._logic.governs_for_certain(edition), z3.Not(self._logic.impossible())]
        except Inexpressible as part:
            self._unsupported = str(part)

    def can(self, sought: Sought, shown: ShownInquiry) -> Answer:
        """Return only whether some case that the edition governs is as sought; shown confirms it by the engine."""
        return self._answer("", sought, shown, confirmed_answer).answer

    def ask(self, question: str, sought: Sought, shown: ShownInquiry) -> Answered:
        """Return whether some case that the edition governs is as sought, with a small one; shown confirms it."""
        return self._answer(question, sought, shown, answer_to)

    def _answer(self, question: str, sought: Sought, shown: ShownInquiry, ask: InquiryAsk) -> Answered:
        if self._unsupported:
            return Answered(question, Answer.OPEN, why=self._unsupported)
        try:
            terms = [sought(self._logic, self._known), *self._governs]
        except Inexpressible as part:
            return Answered(question, Answer.OPEN, why=str(part))

        def shows(stated: WitnessFacts) -> tuple[Finding, ...] | None:
            determination = determination_of(stated, self._checker)
            candidates = determination.evaluation.candidates if determination is not None else ()
            if determination is None or len(candidates) != 1 or not shown(candidates[0]):
                return None
            return (determination.evaluation.finding,)

        return ask(question, terms, self._unknown, self._facts, shows, self._seconds)
