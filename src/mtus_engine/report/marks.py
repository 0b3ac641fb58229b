"""The marks of criteria and limits: unverified, an interpretation, of another pack; their own and those behind them."""

from collections.abc import Iterable, Mapping

from mtus_engine.engine.annotate import prepared_condition
from mtus_engine.meaning.formulas import rows_that_may_count
from mtus_engine.model.condition import leaves
from mtus_engine.model.fact import Fact, Kind
from mtus_engine.model.formula import TEXT, Looked, Mark, RowRule
from mtus_engine.model.ruleset import CriterionRule, Edition, LimitRule
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import Span
from mtus_engine.report.lexicon import Lexicon
from mtus_engine.report.open_tables import truth_of_row
from mtus_engine.wording.tests import test_words


def inherited_marks(names: Iterable[str], words: Lexicon) -> list[str]:
    """Return the marks of the definitions, codes and table rows that facts come from, with what each is about."""
    found = []
    for name in words.with_inputs(names):
        label = words.facts[name].label
        found += [f"{word}: {label}" for word in mark_words(words.marks.get(name, TEXT))]
        # Codes of enumerations, such as the treatment, are left out: they would be repeated at every criterion.
        coded = words.facts[name].kind is not Kind.ONE_OF
        codes = [code for said in words.known[name].statements for code in said.unverified if coded]
        found += [f"unverified: {label}, code {code}" for code in codes]
        for row in _possible_rows(name, words):
            found += [f"{word}: {label}, {_row_words(row, words.facts)}" for word in mark_words(row.mark)]
    return list(dict.fromkeys(found))


def _row_words(row: RowRule, facts: Mapping[str, Fact]) -> str:
    """Return what a row of a table is for: its tests in words, such as "crps", or "row 2" where those are too long."""
    if row.is_otherwise:
        return "every other"
    tests = [test_words(facts[leaf.fact], leaf.test) for leaf in leaves(row.written)] if row.written is not None else []
    words = " and ".join(tests)
    return words if words and len(words) <= 90 else row.id.partition(" ")[2]


def mark_words(mark: Mark) -> list[str]:
    """Return the words for a mark: none for verified text, except who set the mark where a pack set it anew."""
    said = ([] if mark.verified else ["unverified"]) + (["interpretation"] if mark.reading == "interpretation" else [])
    return said + ([] if mark.marked_by is None else [f"marks set by {mark.marked_by}"])


def own_marks(rule: CriterionRule | LimitRule, edition: Edition) -> list[str]:
    """Return the words for a rule's own mark and, where another pack adds the rule to the edition, for its pack."""
    added = [] if rule.pack == edition.pack else [f"not of the guideline: rule of {rule.pack}"]
    return added + mark_words(rule.mark)


def lifting_marks(rule: CriterionRule | LimitRule, words: Lexicon) -> list[str]:
    """Return the marks of the exceptions that lift a criterion or limit, or may, with what each is about."""
    own = [one for one in rule.exceptions if one.mark != rule.mark]
    found = [one for one in own if prepared_condition(one.when).truth(words.known) is not Truth.FALSE]
    return [f"{word}: lifted where {one.says}" for one in found for word in mark_words(one.mark)]


def counting_marks(rule: LimitRule, words: Lexicon) -> list[str]:
    """Return the marks of what a limit counts by marks of its own, where the record may have any of it."""
    none = Span(0, 0)
    return [
        f"{word}: counts {words.facts[name].label[:1].lower()}{words.facts[name].label[1:]}"
        for name, mark in rule.marked_counting
        if words.known[name].values != none
        for word in mark_words(mark)
    ]


def is_lifted(rule: CriterionRule | LimitRule, words: Lexicon) -> bool:
    """Return whether a criterion or limit would apply, and one of its exceptions lifts it."""
    if rule.base is not None and prepared_condition(rule.base).truth(words.known) is Truth.FALSE:
        return False
    return any(prepared_condition(one.when).truth(words.known) is Truth.TRUE for one in rule.exceptions)


def _possible_rows(name: str, words: Lexicon) -> list[RowRule]:
    """Return the rows of a table from which a looked-up fact takes, or may take, its figure."""
    formula = words.formulas.get(name)
    if not isinstance(formula, Looked):
        return []
    truths = {row.id: truth_of_row(row, words) for row in formula.table.rows}
    return [row for row in rows_that_may_count(formula.table, truths) if formula.output in dict(row.figures)]


def printed_figures(name: str, words: Lexicon) -> list[str]:
    """Return the ranges that are printed where a looked-up fact has the upper end of one as its figure."""
    formula = words.formulas.get(name)
    if not isinstance(formula, Looked):
        return []
    figures = [dict(row.figures)[formula.output] for row in _possible_rows(name, words)]
    own = [figure.words for figure in figures if figure.values == words.known[name].values]
    return [figure for figure in dict.fromkeys(own) if " to " in figure]
