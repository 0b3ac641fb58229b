"""The mistake of an item whose facts cannot be together."""

from mtus_engine.explain.alternatives import base_facts_behind
from mtus_engine.model.case import Case, CaseItem
from mtus_engine.model.diagnostic import Diagnostic
from mtus_engine.model.ruleset import NoticeRule, Ruleset


def impossible_facts(case: Case, item: CaseItem, rule: NoticeRule, ruleset: Ruleset) -> Diagnostic:
    """Return the diagnostic for an item whose facts cannot be together: what is stated of those is to be checked."""
    formulas = {entry.fact.name: entry.formula for entry in ruleset.beside}
    behind = () if rule.when is None else base_facts_behind(rule.when, formulas)
    labels = [ruleset.facts[name].label for name in dict.fromkeys(behind) if name in item.statements]
    cure = f"check these against the record: {', '.join(labels) or 'the dates and numbers'}"
    message = f"item {item.item}: {rule.says}"
    return Diagnostic("MT405", case.file, item.line, item.column, message, cure, item.source)
