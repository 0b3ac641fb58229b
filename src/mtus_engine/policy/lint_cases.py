"""Mistakes that only the cases show: what cannot fail or be met, limits that never decide, gaps in tables; needs Z3."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import combinations
from typing import NamedTuple

import z3

from mtus_engine.api import Checker
from mtus_engine.compiler.problems import Place
from mtus_engine.compiler.targets.logic.rules import NUMBERS, Logic, Terms
from mtus_engine.loader.folder import RuleFiles
from mtus_engine.meaning.conditions import truth_of
from mtus_engine.meaning.values import VALUES
from mtus_engine.model.condition import Condition
from mtus_engine.model.determination import Candidate, Finding, LimitStatus, Status
from mtus_engine.model.formula import RowRule, TableRule
from mtus_engine.model.ruleset import CriterionRule, Edition, LimitRule, Ruleset
from mtus_engine.model.truth import Truth
from mtus_engine.policy.answers import Answer
from mtus_engine.policy.coverage import Goal, RuleState, encoded_editions, tables_of
from mtus_engine.policy.inquiry import Inquiry, ShownInquiry, Sought
from mtus_engine.policy.lint_tables import gap_note, overlap_note, overlapping, untried_tables
from mtus_engine.policy.noted import Noted, RulePlaces, note_at, rule_places
from mtus_engine.policy.suggest import goal_answer, goal_question

LintQuestion = Callable[[], Noted | None]


class Questions(NamedTuple):
    """What is asked of one edition, one by one: each may find a mistake."""

    edition: str
    asked: tuple[LintQuestion, ...]


def deep_questions(packs: Sequence[RuleFiles], ruleset: Ruleset, seconds: int) -> Iterator[Questions]:
    """Yield the questions about each encoded edition; each is answered within so many seconds, or left open."""
    checker = Checker(ruleset)
    places = rule_places(packs, ruleset)
    for edition in (one for one in encoded_editions(ruleset) if one.covers and one.key in places.editions):
        inquiry = Inquiry(ruleset, edition, checker, seconds)
        yield Questions(edition.key, tuple(_questions(inquiry, places)))


def table_questions(packs: Sequence[RuleFiles], ruleset: Ruleset, seconds: int) -> Iterator[Questions]:
    """Yield, of each encoded edition that has tables whose cases cannot all be tried, the questions about these."""
    checker = Checker(ruleset)
    places = rule_places(packs, ruleset)
    for edition in (one for one in encoded_editions(ruleset) if one.covers and one.key in places.editions):
        if untried_tables(edition):
            inquiry = Inquiry(ruleset, edition, checker, seconds)
            yield Questions(edition.key, tuple(_of_tables(inquiry, places)))


def _questions(inquiry: Inquiry, places: RulePlaces) -> Iterator[LintQuestion]:
    edition = inquiry.edition
    place = places.editions[edition.key]
    for n, criterion in enumerate(edition.criteria):
        yield partial(_criterion, inquiry, criterion, place / "criteria" / n / "met_when")
    for n, limit in enumerate(edition.limits):
        yield partial(_limit, inquiry, limit, place / "limits" / n)
    yield partial(_edition_note, inquiry, place)
    yield from _of_tables(inquiry, places)
    for table in tables_of(edition):
        where = places.of_table(edition, table.id)
        yield from (partial(_row_note, inquiry, table, row, where) for row in table.rows if not row.is_otherwise)


def _of_tables(inquiry: Inquiry, places: RulePlaces) -> Iterator[LintQuestion]:
    """Yield what is asked of gaps and overlaps of the tables whose cases cannot all be tried."""
    edition = inquiry.edition
    for table in untried_tables(edition):
        where = places.of_table(edition, table.id)
        if not table.has_otherwise and table.without_row is None:
            yield partial(_gap, inquiry, table, where)
        yield from (partial(_overlap, inquiry, table, pair, where) for pair in overlapping(table))


def _criterion(inquiry: Inquiry, criterion: CriterionRule, where: Place) -> Noted | None:
    met, not_met = (
        Goal(inquiry.edition.key, criterion.id, None, state) for state in (RuleState.MET, RuleState.NOT_MET)
    )
    if _can(inquiry, met) is Answer.NEVER:
        cure = "see which of its parts exclude each other"
        return Noted(
            note_at(where, "MT606", f"{criterion.id} can never be met", cure), goal_answer(not_met, inquiry).case
        )
    if _can(inquiry, not_met) is Answer.NEVER:
        cure = "see which part always holds"
        return Noted(note_at(where, "MT607", f"{criterion.id} can never fail", cure), goal_answer(met, inquiry).case)
    return None


def _can(inquiry: Inquiry, goal: Goal) -> Answer:
    return inquiry.can(*goal_question(goal, inquiry.edition))


def _limit(inquiry: Inquiry, limit: LimitRule, where: Place) -> Noted | None:
    """Return a note if a limit never decides: nothing exceeds it, or whatever does exceeds another limit, too."""
    others = [other for other in inquiry.edition.limits if other is not limit and other.of == limit.of]
    over = _exceeds_limit(limit), _is_limit_exceeded(limit)
    if inquiry.can(*over) is Answer.NEVER:
        message = f"no request can exceed {limit.id}"
        return Noted(note_at(where, "MT614", message, "see whether it ever applies, and what it counts"))
    if not others or inquiry.can(_exceeds_limit(limit, others), _is_limit_exceeded(limit, others)) is not Answer.NEVER:
        return None
    message = f"{limit.id} never decides: what exceeds it exceeds {' or '.join(other.id for other in others)}, too"
    cure = "correct a figure, say when the other is lifted, or drop one"
    return Noted(note_at(where, "MT613", message, cure), inquiry.ask(f"{limit.id} exceeded", *over).case)


def _exceeds_limit(limit: LimitRule, kept: Sequence[LimitRule] = ()) -> Sought:
    """Return the question of logic whether a limit is exceeded for certain while others are kept or do not apply."""

    def term(logic: Logic, known: Terms) -> z3.BoolRef:
        stand = [logic.limit_terms(other, known) for other in kept]
        keep = [z3.Or(other.within, other.not_applicable) for other in stand]
        return z3.And(logic.limit_terms(limit, known).is_failed(logic.algebra), *keep)

    return term


def _is_limit_exceeded(limit: LimitRule, kept: Sequence[LimitRule] = ()) -> ShownInquiry:
    names = {other.id for other in kept}

    def is_so(candidate: Candidate) -> bool:
        failed = {one.rule.id for one in candidate.limits if one.is_failed}
        open_ = {one.rule.id for one in candidate.limits if one.status is LimitStatus.UNDETERMINED}
        return limit.id in failed and not names & (failed | open_)

    return is_so


def _edition_note(inquiry: Inquiry, place: Place) -> Noted | None:
    """Return a note if no case can meet an edition, with two criteria that exclude each other where there are such."""
    edition = inquiry.edition
    meets = inquiry.can(
        lambda logic, _: logic.edition(edition).finding == NUMBERS[Finding.MEETS],
        lambda candidate: candidate.finding is Finding.MEETS,
    )
    # A criterion that can never be met already has MT606.
    if meets is not Answer.NEVER or any(
        _both_met(inquiry, one, one) is Answer.NEVER for one in _required_criteria(edition)
    ):
        return None
    pairs = combinations(_required_criteria(edition), 2)
    pair = next((pair for pair in pairs if _both_met(inquiry, *pair) is Answer.NEVER), None)
    words = "" if pair is None else f": {pair[0].id} and {pair[1].id} exclude each other"
    cure = "let one apply where the other does not, or correct a figure"
    where = place / "criteria" if pair is None else place / "criteria" / edition.criteria.index(pair[1]) / "met_when"
    return Noted(note_at(where, "MT615", f"no case can meet the criteria of {edition.key}{words}", cure))


def _required_criteria(edition: Edition) -> list[CriterionRule]:
    return [criterion for criterion in edition.criteria if not criterion.advisory]


def _both_met(inquiry: Inquiry, one: CriterionRule, other: CriterionRule) -> Answer:
    def stands(candidate: Candidate) -> bool:
        named = [c for c in candidate.criteria if c.rule.id in {one.id, other.id}]
        return all(criterion.status in {Status.MET, Status.NOT_APPLICABLE} for criterion in named)

    def term(logic: Logic, known: Terms) -> z3.BoolRef:
        standings = [logic.criterion_terms(criterion, known) for criterion in (one, other)]
        return z3.And([z3.Or(one.met, one.not_applicable) for one in standings])

    return inquiry.can(term, stands)


def _gap(inquiry: Inquiry, table: TableRule, where: Place) -> Noted | None:
    gap = _rows(table.rows, Truth.FALSE)
    if inquiry.can(*gap) is not Answer.SHOWN:
        return None
    return gap_note(table, where, inquiry.ask(f"gap in {table.id}", *gap).case)


def _overlap(inquiry: Inquiry, table: TableRule, pair: tuple[RowRule, RowRule], where: Place) -> Noted | None:
    both = _rows(pair, Truth.TRUE)
    if inquiry.can(*both) is not Answer.SHOWN:
        return None
    return overlap_note(table, pair, where, inquiry.ask(f"rows of {table.id}", *both).case)


def _row_note(inquiry: Inquiry, table: TableRule, row: RowRule, where: Place) -> Noted | None:
    if inquiry.can(*_rows((row,), Truth.TRUE, table.before(row))) is not Answer.NEVER:
        return None
    message = f"row {row.id} of {table.id} never {'counts: a row before it does' if table.before(row) else 'holds'}"
    return Noted(note_at(where, "MT610", message, "correct its condition, or take it out"))


def _rows(rows: Sequence[RowRule], truth: Truth, false: Sequence[RowRule] = ()) -> tuple[Sought, ShownInquiry]:
    """Return the question whether the conditions of all rows can have a truth while those of further rows are false."""
    wanted: list[tuple[Condition, Truth]] = [(row.when, truth) for row in rows if row.when is not None]
    wanted += [(row.when, Truth.FALSE) for row in false if row.when is not None]

    def term(logic: Logic, known: Terms) -> z3.BoolRef:
        truths = [(logic.truth(condition, known), want) for condition, want in wanted]
        return z3.And([one.true if want is Truth.TRUE else one.false for one, want in truths])

    return term, lambda candidate: all(truth_of(one, candidate.known, VALUES) is want for one, want in wanted)
