"""Editions side by side: what changed from one to the next, and whether the choice of edition changes a finding."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mtus_engine.api import Checker, Options
from mtus_engine.model.case import Case, CaseItem
from mtus_engine.model.condition import AllOf, Condition, Leaf
from mtus_engine.model.determination import Determination
from mtus_engine.model.ruleset import (
    ByCondition,
    CriterionRule,
    Derived,
    Difference,
    Edition,
    ElapsedTime,
    ExceptionRule,
    LimitRule,
    Looked,
    Mark,
    Product,
    Ruleset,
    Sum,
)
from mtus_engine.model.values import Choice, Span, exactly
from mtus_engine.policy.coverage import tables_of
from mtus_engine.policy.mutants import words


class Changed(NamedTuple):
    """One part of a guideline in two editions: none where it is not there."""

    part: str
    before: str
    after: str


def changes(old: Edition, new: Edition) -> Iterator[Changed]:
    """Yield what differs between two editions of a guideline, in the order of the text."""
    before, after = _parts(old), _parts(new)
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            yield Changed(name, before.get(name, "not there"), after.get(name, "not there"))


def _parts(edition: Edition) -> Mapping[str, str]:
    labels = {name: fact.label for name, fact in edition.facts.items()}
    parts = {
        "source": f"{edition.instrument}, {edition.regulation}" + (f", p. {edition.pages}" if edition.pages else ""),
        "covers": ", ".join(sorted(edition.covers)),
        "encoded": edition.not_encoded or "yes",
        "takes precedence over": ", ".join(edition.takes_precedence_over) or "no other",
    }
    if edition.governs is not None:
        parts["governs when"] = words(edition.governs, labels)
    for criterion in edition.criteria:
        parts[f"criterion {criterion.id}"] = (
            f"{criterion.requires} ({criterion_words(criterion, labels)}; {criterion.cite})"
        )
        parts[f"criterion {criterion.id}"] += bracketed(criterion.mark)
    for limit in edition.limits:
        parts[f"limit {limit.id}"] = (
            f"{limit.allows} ({limit_words(limit, labels)}; {limit.cite}){bracketed(limit.mark)}"
        )
    for table in tables_of(edition):
        for row in table.rows:
            when = words(row.when, labels) if row.when is not None and not row.is_otherwise else "every other case"
            figures = ", ".join(f"{output} {figure.words}" for output, figure in row.figures)
            parts[f"table {table.id}, {when}"] = figures + bracketed(row.mark)
    for entry in edition.derived:
        if said := formula_words(entry, labels):
            parts[f"computed: {entry.fact.label}"] = said + bracketed(entry.mark)
    return parts


def criterion_words(criterion: CriterionRule, labels: Mapping[str, str]) -> str:
    """Return what a criterion asks, where it applies, and what lifts it with its source and marks."""
    advisory = "; advisory" if criterion.advisory else ""
    return (
        words(criterion.met_when, labels)
        + _applies(criterion.base, labels)
        + _lifted(criterion.exceptions, labels)
        + advisory
    )


def limit_words(limit: LimitRule, labels: Mapping[str, str]) -> str:
    """Return a limit's cap, what counts towards it, where it applies, and what lifts it with its source and marks."""
    counted = ", ".join(labels.get(name, name) for name in (limit.of, *limit.counting))
    cap = f"at most {labels.get(str(limit.cap), limit.cap)}; counted: {counted}"
    return cap + _applies(limit.base, labels) + _lifted(limit.exceptions, labels)


def _applies(condition: Condition | None, labels: Mapping[str, str]) -> str:
    authored = None if condition is None else as_authored(condition)
    return f"; applies where {words(authored, labels)}" if authored is not None else ""


def as_authored(condition: Condition) -> Condition | None:
    """Return a condition without what the compiler adds: whether a table gives a figure at all."""
    match condition:
        case Leaf(fact) if " " in fact:
            return None
        case AllOf(parts):
            kept = tuple(part for one in parts if (part := as_authored(one)) is not None)
            return None if not kept else kept[0] if len(kept) == 1 else AllOf(kept)
        case _:
            return condition


def _lifted(exceptions: tuple[ExceptionRule, ...], labels: Mapping[str, str]) -> str:
    return "".join(f"; lifted where {words(one.when, labels)} ({one.cite}){bracketed(one.mark)}" for one in exceptions)


def formula_words(entry: Derived, labels: Mapping[str, str]) -> str:
    """Return how a fact is computed, in words; nothing of those that the compiler adds."""
    if " " in entry.fact.name:
        return ""

    def named(operand: str | int) -> str:
        return labels.get(str(operand), str(operand))

    match entry.formula:
        case ByCondition(condition):
            return words(condition, labels)
        case Sum(operands):
            return " plus ".join(map(named, operands))
        case Product(operands):
            return " times ".join(map(named, operands))
        case Difference(minuend, subtrahend):
            return f"{named(minuend)} less {named(subtrahend)}"
        case ElapsedTime(start, end):
            return f"time from {named(start)} to {named(end)}"
        case Looked(table, output):
            largest = ", the largest where several rows hold" if table.takes_largest else ""
            return f"{output} of table {table.id}{largest}; of a range the upper end decides"
        case _:
            return ""


def bracketed(mark: Mark) -> str:
    """Return the marks that a reader must see, in brackets."""
    unverified = "" if mark.verified else " [unverified]"
    return unverified + (" [interpretation]" if mark.reading == "interpretation" else "")


class UnderEdition(NamedTuple):
    """An item as it comes out on a day of an edition; is_own marks the day that the case itself gives."""

    day: Span
    determination: Determination
    is_own: bool


def under_each_edition(case: Case, item: CaseItem, ruleset: Ruleset, options: Options) -> Iterator[UnderEdition]:
    """Yield the item as the case gives it, then under each edition that covers its treatment, by its first day."""
    own = Checker(ruleset, options).determination(case, item)
    yield UnderEdition(own.evaluation.edition_date, own, is_own=True)
    said = [one.values for one in item.statements.get(ruleset.roles.treatment, ())]
    treatments = {str(member) for one in said if isinstance(one, Choice) for member in one.possible}
    days = {e.in_force.low for e in ruleset.editions if treatments & e.covers and e.in_force.low is not None}
    for day in sorted(days):
        checker = Checker(ruleset, options._replace(as_of=exactly(day)))
        yield UnderEdition(exactly(day), checker.determination(case, item), is_own=False)
