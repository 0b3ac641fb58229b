"""A ruleset as verified text alone gives it: without interpretations and without figures not seen in a source."""

from typing import assert_never

from mtus_engine.compiler.edition_rules import with_limit_recomputed
from mtus_engine.model.formula import (
    ByCondition,
    Derived,
    Difference,
    ElapsedTime,
    Figure,
    Given,
    Left,
    Looked,
    Margin,
    Product,
    RowRule,
    Sum,
    TableRule,
)
from mtus_engine.model.lifting import condition_unless_lifted, condition_with_exceptions
from mtus_engine.model.ruleset import CriterionRule, Edition, ExceptionRule, LimitRule, Ruleset
from mtus_engine.model.values import ANYTHING, Span, Stretch


def text_only(ruleset: Ruleset) -> Ruleset:
    """Return the ruleset without criteria, limits, rows and definitions that are marked unverified or interpretation.

    A fact whose definition is dropped stays a fact: only what the record says of it counts.
    The same ruleset is returned where nothing in it is marked.
    """
    editions = tuple(_edition_of_text(edition) for edition in ruleset.editions)
    beside = _definitions_of_text(ruleset.beside)
    if editions == ruleset.editions and beside == ruleset.beside:
        return ruleset
    marked = {e.fact.name for edition in ruleset.editions for e in edition.derived if not e.mark.is_text}
    marked |= {entry.fact.name for entry in ruleset.beside if not entry.mark.is_text}
    facts = {name: f._replace(is_defined=f.is_defined and name not in marked) for name, f in ruleset.facts.items()}
    return ruleset._replace(facts=facts, editions=editions, beside=beside)


def _edition_of_text(edition: Edition) -> Edition:
    governing = _text_exceptions(edition.governs_exceptions)
    limits = [_limit_of_text(limit) for limit in edition.limits if limit.mark.is_text]
    derived = edition.derived
    for limit in limits:
        derived = with_limit_recomputed(derived, limit)
    return edition._replace(
        governs=condition_with_exceptions(edition.governs_base, governing),
        governs_exceptions=governing,
        criteria=tuple(_criterion_of_text(criterion) for criterion in edition.criteria if criterion.mark.is_text),
        limits=tuple(limits),
        derived=_definitions_of_text(derived),
    )


def _criterion_of_text(rule: CriterionRule) -> CriterionRule:
    kept = _text_exceptions(rule.exceptions)
    return rule._replace(exceptions=kept, applies_when=condition_unless_lifted(rule.base, kept))


def _limit_of_text(rule: LimitRule) -> LimitRule:
    kept = _text_exceptions(rule.exceptions)
    marked = dict(rule.marked_counting)
    counting = tuple(name for name in rule.counting if name not in marked)
    active = condition_unless_lifted(rule.base, kept)
    return rule._replace(exceptions=kept, active=active, counting=counting, marked_counting=())


def _text_exceptions(exceptions: tuple[ExceptionRule, ...]) -> tuple[ExceptionRule, ...]:
    return tuple(exception for exception in exceptions if exception.mark.is_text)


def _definitions_of_text(entries: tuple[Derived, ...]) -> tuple[Derived, ...]:
    return tuple(_verified_definition(entry) for entry in entries if entry.mark.is_text)


def _verified_definition(entry: Derived) -> Derived:
    match entry.formula:
        case Looked(table, output):
            return entry._replace(formula=Looked(_table_of_text(table), output))
        case Given(table, output):
            return entry._replace(formula=Given(_table_of_text(table), output))
        case ByCondition() | Sum() | Difference() | Product() | ElapsedTime() | Left() | Margin():
            return entry
        case _:
            assert_never(entry.formula)


def _table_of_text(table: TableRule) -> TableRule:
    """Return the table without interpretations, and with the unverified figures unknown.

    The otherwise row still holds only where none of the rows does, those left out included. In the cases of a row that
    is left out the text gives no figure, and so no limit.
    """
    kept = tuple(
        row if row.mark.verified else _row_with_unknown_figures(row) for row in table.rows if row.mark.reading == "text"
    )
    if len(kept) == len(table.rows):
        return table._replace(rows=kept)
    left_out = table.without_row or "the text alone gives no figure"
    return table._replace(rows=tuple(row._replace(is_otherwise=False) for row in kept), without_row=left_out)


def _row_with_unknown_figures(row: RowRule) -> RowRule:
    return row._replace(figures=tuple((output, _any_figure(figure)) for output, figure in row.figures))


def _any_figure(figure: Figure) -> Figure:
    anything = ANYTHING if isinstance(figure.values, Span) else Stretch(Span(0, None), Span(0, None))
    return Figure(anything, figure.words)
