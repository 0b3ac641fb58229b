"""Cases set beside their reviewers' decisions: the audit composed, for the command line and other programs."""

from collections.abc import Iterator
from typing import NamedTuple

from mtus_engine.api import Checker, CheckOptions, impossible_facts
from mtus_engine.audit.independence import without_rationale
from mtus_engine.audit.items import Readings, audited_item, year_of
from mtus_engine.model.audited import Audited, Reading
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


class Auditor:
    """A ruleset ready to audit any number of cases, one after another."""

    def __init__(self, ruleset: Ruleset, options: CheckOptions, *, leave_out_rationale: bool = False) -> None:
        """Prepare; leave_out_rationale sets grounds and kinds, too, by what is said before the decision."""
        self.ruleset = ruleset
        self._checker = Checker(ruleset, options)
        self._leave_out = leave_out_rationale

    def audited(self, case: Case) -> Iterator[AuditedItem]:
        """Yield the items of a case; raises Rejected, when the others are done, for items with impossible facts."""
        problems: list[Diagnostic] = []
        for item in case.items:
            whole = self._checker.determination(case, item)
            if whole.evaluation.impossible:
                problems += [impossible_facts(case, item, rule.says) for rule in whole.evaluation.impossible]
                continue
            before = without_rationale(item)
            told = before.statements == item.statements
            independent = whole if told else self._checker.determination(case, before)
            shown, of = (independent, before) if self._leave_out else (whole, item)
            readings = Readings(self._reading(whole), self._reading(independent), self._from_text(whole))
            year = year_of(whole.evaluation.edition_date)
            row = audited_item(case, of, shown, readings, self.ruleset, year)
            yield AuditedItem(row, self._checked(case, of, shown))
        if problems:
            raise Rejected(tuple(problems))

    def _reading(self, determination: Determination) -> Reading:
        return Reading(determination.evaluation.finding.value, _outcome(determination))

    def _from_text(self, determination: Determination) -> Reading:
        finding: Finding = determination.text_only
        prediction = self.ruleset.outcomes.get((determination.setting, finding.value))
        return Reading(finding.value, prediction.outcome if prediction else None)

    def _checked(self, case: Case, item: CaseItem, determination: Determination) -> Checked:
        ruleset = self.ruleset
        return Checked(case, item, determination, UNEXPLAINED, (), ruleset.beside_facts, ruleset.roles)


def _outcome(determination: Determination) -> str | None:
    return determination.prediction.outcome if determination.prediction else None
