"""Mistakes that only the cases show: criteria that cannot fail or be met, tables with gaps and overlaps; needs Z3."""

from collections.abc import Callable, Iterator, Mapping

import z3

from mtus_engine.api import Checker
from mtus_engine.compiler.problems import Place
from mtus_engine.compiler.targets.logic import Logic
from mtus_engine.compiler.targets.logic_facts import Symbols, Unsupported
from mtus_engine.loader.folder import RuleFiles
from mtus_engine.model.condition import truth_of
from mtus_engine.model.determination import Finding
from mtus_engine.model.fact import Known
from mtus_engine.model.ruleset import CriterionRule, Edition, RowRule, Ruleset, TableRule
from mtus_engine.model.truth import Truth
from mtus_engine.policy.coverage import MET, NOT_MET, Goal, encoded, tables_of
from mtus_engine.policy.lint import Noted, guideline_places, note, overlapping
from mtus_engine.policy.proof import Answer, Answered, answered, case_of, determination_of
from mtus_engine.policy.suggest import reached
from mtus_engine.policy.unknowns import Stated, unknowns

Shown = Callable[[Mapping[str, Known]], bool]


def noted_of_cases(files: RuleFiles, ruleset: Ruleset, seconds: int) -> Iterator[Noted]:
    """Yield the findings of each encoded edition, with a case that shows each."""
    checker = Checker(ruleset)
    places = guideline_places(files)
    for edition in encoded(ruleset):
        place = places[edition.key]
        for n, criterion in enumerate(edition.criteria):
            yield from _criterion(ruleset, edition, criterion, place / "criteria" / n / "met_when", checker, seconds)
        rows = _Rows(ruleset, edition, checker, seconds)
        for table in tables_of(edition):
            yield from _table(table, rows, place)


def _criterion(
    ruleset: Ruleset, edition: Edition, criterion: CriterionRule, where: Place, checker: Checker, seconds: int
) -> Iterator[Noted]:
    met = reached(ruleset, edition, Goal(edition.key, criterion.id, "", MET), checker, seconds)
    not_met = reached(ruleset, edition, Goal(edition.key, criterion.id, "", NOT_MET), checker, seconds)
    if met.answer is Answer.NEVER:
        case = case_of(f"{criterion.id} not met", not_met.facts) if not_met.facts is not None else ""
        yield Noted(
            note(where, "MT606", f"{criterion.id} can never be met", "see which of its parts exclude each other"), case
        )
    elif not_met.answer is Answer.NEVER:
        case = case_of(f"{criterion.id} met", met.facts) if met.facts is not None else ""
        yield Noted(note(where, "MT607", f"{criterion.id} can never fail", "see which part always holds"), case)


class _Rows:
    """Questions about the rows of an edition's tables."""

    def __init__(self, ruleset: Ruleset, edition: Edition, checker: Checker, seconds: int) -> None:
        self._ruleset = ruleset
        self._edition = edition
        self._checker = checker
        self._seconds = seconds

    def asked(self, question: str, term: Callable[[Logic, Symbols], list[z3.BoolRef]], shown: Shown) -> Answered:
        """Return whether a case that the edition governs can be so."""
        unknown = unknowns(self._ruleset.facts)
        logic = Logic(self._ruleset, unknown.facts)
        try:
            known = logic.known_in(self._edition)
            sought = [*term(logic, known), logic.governs_for_certain(self._edition), z3.Not(logic.impossible())]
        except Unsupported as part:
            return Answered(question, Answer.OPEN, why=str(part))

        def shows(stated: Stated) -> tuple[Finding, ...] | None:
            determination = determination_of(stated, self._checker)
            candidates = determination.evaluation.candidates if determination is not None else ()
            if determination is None or len(candidates) != 1 or not shown(candidates[0].known):
                return None
            return (determination.evaluation.finding,)

        return answered(question, sought, unknown, self._ruleset.facts, shows, self._seconds)


def _table(table: TableRule, rows: _Rows, place: Place) -> Iterator[Noted]:
    where = place / "tables" / _number(place, table.id)
    plain = [row for row in table.rows if not row.is_otherwise]
    if not table.has_otherwise and table.without_row is None:
        gap = rows.asked(f"gap in {table.id}", lambda logic, known: _all_false(logic, known, plain), _none_of(plain))
        if gap.answer is Answer.SHOWN:
            message = f"no row of {table.id} holds for some case"
            yield Noted(
                note(where, "MT608", message, "add the row, or otherwise: true, or without_row: why"),
                gap.case,
            )
    for one, other in overlapping(table):
        both = rows.asked(f"rows of {table.id}", _both_true(one, other), _both_hold(one, other))
        if both.answer is Answer.SHOWN:
            message = f"two rows of {table.id} hold for one case, with different figures: {one.id} and {other.id}"
            yield Noted(note(where, "MT609", message, "let them exclude each other, or say hit_policy: max"), both.case)
    for row in plain:
        only = rows.asked(f"row {row.id}", _row_true(row), _row_holds(row))
        if only.answer is Answer.NEVER:
            yield Noted(
                note(where, "MT610", f"row {row.id} of {table.id} never holds", "correct its condition, or take it out")
            )


def _number(place: Place, table: str) -> int:
    tables = place.document.root.children.get("tables")
    children = tables.children if tables is not None else {}
    return next((int(n) for n, node in children.items() if node.children["id"].plain == table), 0)


def _all_false(logic: Logic, known: Symbols, rows: list[RowRule]) -> list[z3.BoolRef]:
    return [logic.truth(row.when, known).false for row in rows if row.when is not None]


def _none_of(rows: list[RowRule]) -> Shown:
    return lambda known: all(truth_of(row.when, known) is Truth.FALSE for row in rows if row.when is not None)


def _both_true(one: RowRule, other: RowRule) -> Callable[[Logic, Symbols], list[z3.BoolRef]]:
    return lambda logic, known: [logic.truth(row.when, known).true for row in (one, other) if row.when is not None]


def _both_hold(one: RowRule, other: RowRule) -> Shown:
    return lambda known: all(truth_of(r.when, known) is Truth.TRUE for r in (one, other) if r.when is not None)


def _row_true(row: RowRule) -> Callable[[Logic, Symbols], list[z3.BoolRef]]:
    return lambda logic, known: [logic.truth(row.when, known).true] if row.when is not None else []


def _row_holds(row: RowRule) -> Shown:
    return lambda known: row.when is None or truth_of(row.when, known) is Truth.TRUE
