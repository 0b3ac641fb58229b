"""What the desk shows of an item: the checklist, each fact with its control and statements, and what is asked next."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mtus_engine.explain.alternatives import base_facts_behind
from mtus_engine.model.checked import Checked
from mtus_engine.model.determination import Evaluation, Finding
from mtus_engine.model.fact import Because, Fact, Known
from mtus_engine.model.interview import Interview
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.report.interview import presumed_words
from mtus_engine.report.phrases import (
    governing_lines,
    ledger_rows,
    missing_lines,
    notice_lines,
    prediction_line,
    route_lines,
    text_only_line,
    units_line,
)
from mtus_engine.report.view import EditionView, ItemView, RuleView, decides, item_view, shown_status
from mtus_engine.serve.desk.catalogue import Catalogue
from mtus_engine.serve.desk.controls import control, sure_statements, waiting_statements
from mtus_engine.serve.desk.shown import (
    BlockView,
    Computed,
    FactView,
    ImpossibleShown,
    ItemShown,
    NextView,
    OpenQuestion,
    Presumed,
    RowView,
)
from mtus_engine.store.cases import StoredCase
from mtus_engine.store.notes import Note
from mtus_engine.store.scope import StatementScope, scope_of, surgeries_named
from mtus_engine.wording.reasons import reason_lines, without_places
from mtus_engine.wording.statuses import shade_of_finding, shade_of_status


class Desk(NamedTuple):
    """What an item is shown from; asked says what it asks for now."""

    case: StoredCase
    checked: Checked
    interview: Interview
    facts: Mapping[str, Fact]
    notes: Sequence[Note]
    asked: str
    words: Catalogue


def item_shown(at: Desk) -> ItemShown:
    """Return what the desk shows of an item."""
    view = item_view(at.checked, chain=False)
    return _Shown(at, view).item()


def impossible_shown(
    case: StoredCase, number: str, evaluation: Evaluation, ruleset: Ruleset, facts: Mapping[str, Fact], words: Catalogue
) -> ImpossibleShown:
    """Return what the desk shows of an item whose facts cannot be together: what is to be mended comes first."""
    formulas = {entry.fact.name: entry.formula for entry in ruleset.beside}
    conditions = [rule.when for rule in evaluation.impossible if rule.when is not None]
    behind = dict.fromkeys(name for one in conditions for name in base_facts_behind(one, formulas))
    stated = dict.fromkeys(one.said.fact for one in case.statements if one.said.item in {None, number})

    surgeries = surgeries_named(case.statements, number)

    def shown(name: str) -> FactView:
        scope = scope_of(case.statements, number, name)
        return control(facts[name], evaluation.known[name], scope, words, is_next=False, surgeries=surgeries)

    def controls(names: Iterable[str]) -> tuple[FactView, ...]:
        return tuple(shown(name) for name in names if name in facts and name in evaluation.known)

    of_both = [name for name in behind if name in stated]
    others = [name for name in stated if name not in behind]
    return ImpossibleShown(tuple(one.says for one in evaluation.impossible), controls(of_both), controls(others))


class _Shown:
    """One item being shown: each fact has its control once, where it is read first."""

    def __init__(self, at: Desk, view: ItemView) -> None:
        self._at, self._view, self._item = at, view, view.item
        self._number = view.item["item"]
        self._placed: dict[str, FactView] = {}
        self._names = {rule.part["id"]: rule.name for edition in view.editions for rule in edition.rules}
        questions = at.interview.questions
        aside = {one.name for one in at.checked.determination.surgeries_aside}
        surgeries = surgeries_named(at.case.statements, self._number)
        self._surgeries = tuple(sorted(surgeries, key=lambda name: name.casefold() in aside))
        self._next = questions[0].fact if questions and not at.interview.to_confirm else None

    def item(self) -> ItemShown:
        item, at = self._item, self._at
        blocks = tuple(self._block(edition) for edition in self._view.editions)
        roles = at.checked.roles
        request = self._controls([roles.treatment, *self._facts_of_request(), roles.request_date])
        unsettled = self._controls(item["unsettled"])
        stated = [one.said.fact for one in at.case.statements if one.said.item in {None, self._number}]
        others = self._controls(stated)
        following = self._next_view()
        return ItemShown(
            self._number,
            at.asked,
            item["finding_words"],
            shade_of_finding(Finding(item["finding"])),
            prediction_line(item) if item["prediction"] and item["prediction"]["setting"] == "imr" else None,
            units_line(item),
            tuple(governing_lines(self._view, with_ids_of_packs=False)),
            text_only_line(item),
            blocks,
            request,
            unsettled,
            others,
            following,
            tuple(self._against()),
            tuple(missing_lines(item)),
            tuple(ledger_rows(item)),
            tuple(notice_lines(item)),
            tuple(route_lines(item)),
            tuple(item["open_by_rules"]),
            tuple(
                OpenQuestion(
                    one["question"],
                    self._placed[one["fact"]].anchor if one["fact"] in self._placed else "",
                    one["optional"],
                )
                for one in item["questions"]
            ),
            len(waiting_statements(at.case, self._number)),
            len(sure_statements(at.case, self._number)),
            tuple(note for note in at.notes if note.item == self._number and note.about is None),
        )

    def _facts_of_request(self) -> Iterator[str]:
        """Yield what may be said of the request: of visits only where visits are counted, or something is said."""
        roles = self._at.checked.roles
        of_any = {roles.body_parts, roles.left_side, roles.right_side, roles.retrospective}
        is_counted = self._item["units"] is not None or not self._view.editions
        for name, fact in self._at.facts.items():
            if fact.part_of_request and (is_counted or name in of_any or self._scope(name).standing):
                yield name

    def _block(self, edition: EditionView) -> BlockView:
        rows = [(rule, self._row(rule)) for rule in edition.shown]
        first = tuple(row for _, row in rows if row.state in {"not_met", "open"})
        return BlockView(
            edition.title,
            edition.counts,
            first,
            tuple(row for _, row in rows if row.state not in {"not_met", "open"}),
        )

    def _row(self, rule: RuleView) -> RowView:
        part = rule.part
        icon, word = shown_status(rule)
        facts, elsewhere, computed = [], [], []
        for name in part["facts"]:
            if name in self._placed:
                elsewhere.append(self._placed[name])
            elif self._is_asked(name):
                self._placed[name] = self._fact(name)
                facts.append(self._placed[name])
            elif name in self._item["facts"]:
                found = self._item["facts"][name]
                computed.append(Computed(found["label"], found["value"]))
        return RowView(
            part["id"],
            shade_of_status(part["status"]),
            icon,
            word,
            rule.name,
            tuple(reason_lines(without_places(rule.reasons))),
            part["cite"],
            tuple(part["marks"]),
            part["presumed"] and "requires" in part,
            not decides(rule),
            tuple(facts),
            tuple(elsewhere),
            tuple(computed),
            tuple(note for note in self._at.notes if note.item == self._number and note.about == part["id"]),
        )

    def _controls(self, names: Sequence[str]) -> tuple[FactView, ...]:
        """Return the controls of facts that no row before shows."""
        found = []
        for name in dict.fromkeys(names):
            if name not in self._placed and self._is_asked(name):
                self._placed[name] = self._fact(name)
                found.append(self._placed[name])
        return tuple(found)

    def _is_asked(self, name: str) -> bool:
        """Return whether a person may state a fact; a derived one only where it was stated before or is asked next."""
        fact = self._at.facts.get(name)
        if fact is None or (fact.question is None and not fact.part_of_request):
            return False
        return not fact.is_defined or bool(self._scope(name).standing) or name == self._next

    def _scope(self, name: str) -> StatementScope:
        return scope_of(self._at.case.statements, self._number, name)

    def _fact(self, name: str) -> FactView:
        fact, scope = self._at.facts[name], self._scope(name)
        words, is_next = self._at.words, name == self._next
        return control(fact, self._known(name), scope, words, is_next=is_next, surgeries=self._surgeries)

    def _known(self, name: str) -> Known:
        evaluation = self._at.checked.determination.evaluation
        for known in (evaluation.known, *(candidate.known for candidate in evaluation.candidates)):
            if name in known:
                return known[name]
        return Known(self._at.facts[name].domain, Because.NOT_DOCUMENTED)

    def _next_view(self) -> NextView:
        found = self._at.interview
        asked = [one.fact for one in found.to_confirm] or [one.fact for one in found.questions[:1]]
        here = []
        for name in asked:
            if name not in self._placed:
                self._placed[name] = self._fact(name)
                here.append(self._placed[name])
        confirm = tuple(
            Presumed(self._placed[one.fact], presumed_words(self._at.facts[one.fact], one.known))
            for one in found.to_confirm
        )
        if confirm or not found.questions:
            return NextView(confirm, None, (), tuple(here), found.is_over)
        first = found.questions[0]
        settles = tuple(self._names[id_] for id_ in first.settles if id_ in self._names)
        return NextView((), self._placed[first.fact], settles, tuple(here), found.is_over)

    def _against(self) -> Iterator[str]:
        """Yield what fails whatever else is documented, with the changed request that would pass."""
        item, words = self._item, self._at.words
        for one in item["against"]:
            cure = "; ".join(
                f"{item['facts'][s['fact']]['label'] if s['fact'] in item['facts'] else ''}: {s['words']}"
                for s in one["cure"]
            )
            name = self._names.get(one["id"], "")
            yield words("panel.against_cure", name=name, cure=cure) if cure else words("panel.against", name=name)
