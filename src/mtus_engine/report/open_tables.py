"""Finds tables that leave a figure open whatever is answered: no row holds, or several with different figures do."""

from mtus_engine.engine.annotate import prepared_condition
from mtus_engine.model.formula import Given, HitPolicy, Looked, RowRule
from mtus_engine.model.reasons import OpenTable
from mtus_engine.model.truth import Truth
from mtus_engine.report.lexicon import Lexicon


def open_table(name: str, words: Lexicon) -> OpenTable | None:
    """Return why the table of a looked-up fact leaves its figure open whatever is answered; None where it does not."""
    formula = words.formulas.get(name)
    if not isinstance(formula, Looked | Given):
        return None
    table = formula.table
    truths = [truth_of_row(row, words) for row in table.rows]
    looked = Looked(table, formula.output)
    fact = next((words.facts[one] for one, other in words.formulas.items() if other == looked), words.facts[name])
    if all(truth is Truth.FALSE for truth in truths):
        return None if table.without_row is not None else OpenTable(fact, table.id, table.cite)
    holding = [row for row, truth in zip(table.rows, truths, strict=True) if truth is Truth.TRUE]
    figures = {dict(row.figures)[formula.output] for row in holding if formula.output in dict(row.figures)}
    differ = len({figure.values for figure in figures}) > 1 and table.hit_policy is HitPolicy.UNIQUE
    return OpenTable(fact, table.id, table.cite, tuple(sorted(one.words for one in figures))) if differ else None


def truth_of_row(row: RowRule, words: Lexicon) -> Truth:
    """Return the truth of a row of a table."""
    return Truth.TRUE if row.when is None else prepared_condition(row.when).truth(words.known)
