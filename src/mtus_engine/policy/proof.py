"""Whether two rulesets can ever differ: proved, or shown by a case that both are asked about, or not decided."""

import time
from collections.abc import Iterator, Mapping

import z3

from mtus_engine.api import Checker, case_of_plain
from mtus_engine.compiler.definitions import in_order
from mtus_engine.compiler.targets.logic.rules import NUMBERS, Logic, LogicOutcome, units_term
from mtus_engine.meaning.algebra import Inexpressible
from mtus_engine.meaning.conditions import truth_of
from mtus_engine.meaning.values import VALUES
from mtus_engine.model.condition import Condition, fact_names
from mtus_engine.model.determination import FAVOR, OPEN, Determination, Finding
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.model.fact import Fact
from mtus_engine.model.formula import Derived
from mtus_engine.model.ruleset import Edition, Ruleset
from mtus_engine.model.truth import Truth
from mtus_engine.policy.answers import Answer, Answered
from mtus_engine.policy.at_hand import NOTHING_AT_HAND, Ranges
from mtus_engine.policy.impact import Change, Moved, bare_edition, impact, place_of_moved
from mtus_engine.policy.small_case import Shows, small_case
from mtus_engine.policy.unknowns import Unknowns, stated_facts, unknowns_of
from mtus_engine.policy.witness import WitnessFacts, case_document


def differences(old: Ruleset, new: Ruleset, seconds: int, at_hand: Ranges = NOTHING_AT_HAND) -> Iterator[Answered]:
    """Yield, for stricter, looser and reclassified, whether any case at all can change so.

    Each question may take so many seconds. A case that shows a change keeps to the ranges at hand where it can.
    """
    questions = (Change.STRICTER, Change.LOOSER, Change.RECLASSIFIED)
    if why := _why_incomparable(old, new):
        yield from (Answered(question.value, Answer.OPEN, why=why) for question in questions)
        return
    facts = {**old.facts, **new.facts}
    unknown = unknowns_of(facts, old.roles, at_hand)
    try:
        before, after, possible = _both(old, new, unknown)
    except Inexpressible as part:
        yield from (Answered(one.value, Answer.OPEN, why=f"logic does not express {part}") for one in questions)
        return
    asked = _questions(before, after)
    checkers = Checker(old), Checker(new)
    for question in questions:
        sought = [*possible, asked[question]]
        found = answer_to(question.value, sought, unknown, facts, _shows(question, *checkers), seconds)
        moved = () if found.facts is None else _moved_in_case(found.facts, *checkers)
        yield found._replace(moved=moved, place=place_of_moved(moved, new, old), law=new.named_in_cases)


def never_differ(old: Ruleset, new: Ruleset, seconds: int) -> bool:
    """Return whether it is proved that two rulesets give the same finding on every case."""
    return all(one.answer is Answer.NEVER for one in differences(old, new, seconds))


def never_comes_to(
    ruleset: Ruleset, finding: Finding, condition: Condition, seconds: int, at_hand: Ranges = NOTHING_AT_HAND
) -> Answered:
    """Return whether any case for which the condition holds for certain can come to the finding."""
    unknown = unknowns_of(ruleset.facts, ruleset.roles, at_hand)
    question = f"comes to {finding.value}"
    try:
        logic = Logic(ruleset, unknown.facts)
        comes_to = logic.finding().finding == NUMBERS[finding]
        sought = [comes_to, logic.holds(condition, definitions_of(ruleset)), z3.Not(logic.impossible())]
    except Inexpressible as part:
        return Answered(question, Answer.OPEN, why=f"logic does not express {part}")
    checker = Checker(ruleset)

    def shows(stated: WitnessFacts) -> tuple[Finding, ...] | None:
        determination = determination_of(stated, checker)
        if determination is None or determination.evaluation.finding is not finding:
            return None
        evaluation = determination.evaluation
        known = dict(evaluation.known)
        for candidate in evaluation.candidates:
            known.update(candidate.known)
        is_known = all(name in known for name in fact_names(condition))
        return (finding,) if is_known and truth_of(condition, known, VALUES) is Truth.TRUE else None

    found = answer_to(question, sought, unknown, ruleset.facts, shows, seconds)
    return found._replace(law=ruleset.named_in_cases)


def definitions_of(ruleset: Ruleset) -> tuple[Derived, ...]:
    """Return all definitions of a ruleset, in the order of their inputs; of two of one name the first counts."""
    found: dict[str, Derived] = {}
    for entry in (*ruleset.beside, *(entry for edition in ruleset.editions for entry in edition.derived)):
        found.setdefault(entry.fact.name, entry)
    return in_order(found.values())


def _why_incomparable(old: Ruleset, new: Ruleset) -> str:
    """Return why two rulesets cannot be compared, such as a fact that they read differently; empty where they can."""
    for name in sorted({*old.facts} & {*new.facts}):
        one, other = old.facts[name], new.facts[name]
        if _type(one) != _type(other):
            return f"the type or members of {name} differ"
        if _presumption_of(one) != _presumption_of(other):
            return f"what is presumed of {name} differs"
    return "" if old.roles == new.roles else "the roles of the vocabulary differ"


def _type(fact: Fact) -> tuple[object, ...]:
    return fact.kind, fact.domain, fact.decimals, fact.is_defined


def _presumption_of(fact: Fact) -> tuple[object, ...]:
    barred = fact.presume_barred_by, fact.presume_barred_if
    return fact.presume, barred, fact.falls_back_to, fact.narrowed_by, fact.cumulative


def _both(old: Ruleset, new: Ruleset, unknown: Unknowns) -> tuple[LogicOutcome, LogicOutcome, list[z3.BoolRef]]:
    """Return both outcomes as terms of logic, and the terms that every possible case satisfies.

    An edition that is the same in both is worked out once. If logic cannot express it, it may come to anything, but to
    the same in both.
    """
    before, after = Logic(old, unknown.facts), Logic(new, unknown.facts)
    same = {e.key: e for e in old.editions}
    shared = {
        e.key: _shared_outcome(before, e)
        for e in new.editions
        if e.key in same and bare_edition(e) == bare_edition(same[e.key])
    }
    possible = [z3.Not(before.impossible()), z3.Not(after.impossible())]
    return before.finding(shared), after.finding(shared), possible


def _shared_outcome(logic: Logic, edition: Edition) -> LogicOutcome:
    try:
        return logic.edition(edition)
    except Inexpressible:
        return logic.any_outcome(edition)


def _questions(before: LogicOutcome, after: LogicOutcome) -> dict[Change, z3.BoolRef]:
    judged = z3.And(before.finding < len(FAVOR), after.finding < len(FAVOR))
    in_part = z3.And(*(one.finding == NUMBERS[Finding.MEETS_IN_PART] for one in (before, after)))
    units, new_units = units_term(before.supported), units_term(after.supported)
    # A part meets in one, and as many units or more can meet in the other, if what is open comes out so: an edit from
    # the first to the second takes nothing away, and one from the second to the first gives nothing more.
    was_part, is_part = (one.finding == NUMBERS[Finding.MEETS_IN_PART] for one in (before, after))
    was_open, is_open = (_is_open(one) for one in (before, after))
    less = z3.And(judged, after.finding < before.finding, z3.Not(z3.And(was_part, is_open, new_units >= units)))
    more = z3.And(judged, after.finding > before.finding, z3.Not(z3.And(was_open, is_part, new_units <= units)))
    return {
        Change.STRICTER: z3.Or(less, z3.And(in_part, new_units < units)),
        Change.LOOSER: z3.Or(more, z3.And(in_part, new_units > units)),
        Change.RECLASSIFIED: z3.And(z3.Not(judged), before.finding != after.finding),
    }


def _is_open(outcome: LogicOutcome) -> z3.BoolRef:
    return z3.Or(*(outcome.finding == NUMBERS[finding] for finding in sorted(OPEN, key=FAVOR.index)))


def answer_to(
    question: str,
    sought: list[z3.BoolRef],
    unknown: Unknowns,
    facts: Mapping[str, Fact],
    shows: Shows,
    seconds: int,
) -> Answered:
    """Return the answer to a question; a case that shows it is as small as it can be, and plausible if one is."""
    search = _Search(unknown, sought, seconds)
    found = _confirmed_answer(question, search, unknown, facts, shows)
    if found.facts is None:
        return found
    plausible = _case_shown(search, [*unknown.writable, *unknown.plausible], unknown, facts, shows)[1]
    stated = small_case(found.facts if plausible is None else plausible, shows)
    return found._replace(facts=stated, findings=shows(stated) or (), is_unusual=plausible is None)


def confirmed_answer(
    question: str,
    sought: list[z3.BoolRef],
    unknown: Unknowns,
    facts: Mapping[str, Fact],
    shows: Shows,
    seconds: int,
) -> Answered:
    """Return the answer to a question, with the first case that shows it, whatever it looks like."""
    return _confirmed_answer(question, _Search(unknown, sought, seconds), unknown, facts, shows)


def _confirmed_answer(
    question: str, search: "_Search", unknown: Unknowns, facts: Mapping[str, Fact], shows: Shows
) -> Answered:
    """Return the answer: logic looks for a case that a file can state and, where there is none, for any case at all.

    A case that logic finds is an answer only where the engine confirms it.
    """
    found, stated = _case_shown(search, unknown.writable, unknown, facts, shows)
    if found == z3.sat:
        if stated is None:
            return Answered(question, Answer.OPEN, why="a case was found that checking does not confirm")
        return Answered(question, Answer.SHOWN, stated, shows(stated) or ())
    if found == z3.unsat and search.answer([])[0] == z3.unsat:
        return Answered(question, Answer.NEVER)
    late = f"no answer within {search.seconds} seconds"
    return Answered(question, Answer.OPEN, why=late if found == z3.unknown else "only for facts that no file can state")


def _case_shown(
    search: "_Search", further: list[z3.BoolRef], unknown: Unknowns, facts: Mapping[str, Fact], shows: Shows
) -> tuple[z3.CheckSatResult, WitnessFacts | None]:
    """Return whether logic finds a case of which the further terms hold, too, and its facts where checking agrees."""
    found, model = search.answer(further)
    if found != z3.sat:
        return found, None
    ways = (stated_facts(model, facts, unknown, presume=presume) for presume in (False, True))
    return found, next((way for way in ways if shows(way) is not None), None)


class _Search:
    """A solver that is taught the anniversaries of dates that its answer has wrong, and asked until all are right."""

    def __init__(self, unknown: Unknowns, sought: list[z3.BoolRef], seconds: int) -> None:
        self.seconds = seconds
        self._calendar = unknown.facts.calendar
        self._until = time.monotonic() + seconds
        self._solver = z3.Solver()
        self._solver.set("random_seed", 0)
        self._solver.add(*unknown.always, *self._calendar.facts, *sought)
        self._learned: list[z3.BoolRef] = []

    def answer(self, further: list[z3.BoolRef]) -> tuple[z3.CheckSatResult, z3.ModelRef]:
        """Return whether all can hold together, and a model where they can; unknown when time is up."""
        self._solver.push()
        self._solver.add(*further, *self._learned)
        try:
            return self._solver_answer()
        finally:
            self._solver.pop()

    def _solver_answer(self) -> tuple[z3.CheckSatResult, z3.ModelRef]:
        while (left := self._until - time.monotonic()) > 0:
            self._solver.set("timeout", max(1, int(left * 1000)))
            found = self._solver.check()
            if found != z3.sat:
                return found, None
            model = self._solver.model()
            lessons = self._calendar.lessons(model)
            if not lessons:
                return found, model
            self._learned += lessons
            self._solver.add(*lessons)
        return z3.unknown, None


def _shows(question: Change, old: Checker, new: Checker) -> Shows:
    def shows(stated: WitnessFacts) -> tuple[Finding, ...] | None:
        determined = [determination_of(stated, checker) for checker in (old, new)]
        before, after = determined
        if before is None or after is None or _change(before, after) is not question:
            return None
        return before.evaluation.finding, after.evaluation.finding

    return shows


def _moved_in_case(stated: WitnessFacts, old: Checker, new: Checker) -> tuple[Moved, ...]:
    """Return the criteria and limits that stand otherwise on the case that shows a difference."""
    before, after = (determination_of(stated, checker) for checker in (old, new))
    assert before is not None
    assert after is not None
    return impact(before, after).moved


def _change(before: Determination, after: Determination) -> Change:
    """Return how a finding changes; units that may be supported do not count while information is still needed."""
    found = impact(before, after).change
    if before.evaluation.finding is after.evaluation.finding and after.evaluation.finding in OPEN:
        return Change.EVIDENCE
    judged = before.evaluation.finding in FAVOR and after.evaluation.finding in FAVOR
    return Change.EVIDENCE if found is Change.RECLASSIFIED and judged else found


def determination_of(stated: WitnessFacts, checker: Checker) -> Determination | None:
    """Return what checking makes of the facts, None where they are no case or cannot be together."""
    try:
        case = case_of_plain(case_document("a case", stated), checker.ruleset)
    except Rejected:
        return None
    determination = checker.determination(case, case.items[0])
    return None if determination.evaluation.impossible else determination
