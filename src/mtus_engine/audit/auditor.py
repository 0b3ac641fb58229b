"""Cases compared with their reviewers' decisions, item by item, for the command line and other programs."""

from collections.abc import Iterator
from typing import NamedTuple, assert_never

from mtus_engine.audit.independence import without_rationale
from mtus_engine.audit.items import Readings, audited_item, year_of
from mtus_engine.checker import Checker, CheckOptions
from mtus_engine.compiler.text_only import text_only
from mtus_engine.engine.confirmation import verified_item
from mtus_engine.engine.together import items_exceeding_together
from mtus_engine.explain.impossible import impossible_facts
from mtus_engine.model.audited import Audited, Reading, ReadingKind
from mtus_engine.model.case import Case, CaseItem
from mtus_engine.model.checked import Checked
from mtus_engine.model.determination import Determination, Finding
from mtus_engine.model.diagnostic import Diagnostic, Rejected
from mtus_engine.model.explanation import UNEXPLAINED
from mtus_engine.model.ruleset import Ruleset


class AuditedItem(NamedTuple):
    """A row of the audit and the determination behind it."""

    row: Audited
    checked: Checked


class _Judged(NamedTuple):
    """An item with the facts of the reading that is shown, its determination, and what each reading comes to."""

    item: CaseItem
    shown: Determination
    readings: Readings


class Auditor:
    """A ruleset ready to audit any number of cases, one after another."""

    def __init__(self, ruleset: Ruleset, options: CheckOptions, reading: ReadingKind = ReadingKind.BEFORE) -> None:
        """Prepare the checkers; reading is the one by which items, grounds and kinds of difference are shown."""
        self.ruleset = ruleset
        self.reading = reading
        self._checker = Checker(ruleset, options)
        # By verified text alone a whole determination is made only where that reading is shown.
        self._of_text = Checker(text_only(ruleset), options) if reading is ReadingKind.TEXT else self._checker

    def audited_items(self, case: Case) -> Iterator[AuditedItem]:
        """Yield the items of a case; after all others, raises Rejected for the items with impossible facts."""
        problems: list[Diagnostic] = []
        judged: list[_Judged] = []
        for item in case.items:
            whole = self._checker.determination(case, item)
            if whole.evaluation.impossible:
                ruleset = self._checker.of(case).ruleset
                problems += [impossible_facts(case, item, rule, ruleset) for rule in whole.evaluation.impossible]
                continue
            before = without_rationale(item)
            told = before.statements == item.statements
            independent = whole if told else self._checker.determination(case, before)
            judged.append(self._item_in_reading(case, item, before, whole, independent))
        together = items_exceeding_together((one.shown for one in judged), self.ruleset.roles, self.ruleset.facts)
        sharing = {item for one in together for item in one.items}
        for item, shown, readings in judged:
            row = audited_item(
                case,
                item,
                shown,
                readings,
                self.ruleset,
                year_of(shown.evaluation.edition_date),
                shares_limit=item.item in sharing,
            )
            yield AuditedItem(row, self._checked_item(case, item, shown))
        if problems:
            raise Rejected(tuple(problems))

    def _item_in_reading(
        self, case: Case, item: CaseItem, before: CaseItem, whole: Determination, independent: Determination
    ) -> "_Judged":
        """Return the item as the chosen reading has it, with all three readings."""
        read, own = self._reading(whole), self._reading(independent)
        text = self._of_finding(independent.setting, independent.text_only)
        match self.reading:
            case ReadingKind.BEFORE:
                return _Judged(before, independent, Readings(read, own, text, own))
            case ReadingKind.ALL:
                return _Judged(item, whole, Readings(read, own, text, read))
            case ReadingKind.TEXT:
                of_text = verified_item(before)
                shown = self._with_finding(self._of_text.determination(case, of_text), independent.text_only)
                return _Judged(of_text, shown, Readings(read, own, text, text))
            case _:
                assert_never(self.reading)

    def _with_finding(self, determination: Determination, finding: Finding) -> Determination:
        """Return a determination by verified text with that reading's finding: which covers less."""
        evaluation = determination.evaluation._replace(finding=finding)
        prediction = self.ruleset.outcomes.get((determination.setting, finding.value))
        return determination._replace(evaluation=evaluation, prediction=prediction)

    def _reading(self, determination: Determination) -> Reading:
        return self._of_finding(determination.setting, determination.evaluation.finding)

    def _of_finding(self, setting: str, finding: Finding) -> Reading:
        prediction = self.ruleset.outcomes.get((setting, finding.value))
        return Reading(finding.value, *((prediction.outcome, prediction.firmness) if prediction else (None, None)))

    def _checked_item(self, case: Case, item: CaseItem, determination: Determination) -> Checked:
        ruleset = self.ruleset
        return Checked(case, item, determination, UNEXPLAINED, (), ruleset.beside_facts, ruleset.roles)
