"""Editions side by side: what changed from one to the next, and whether the choice of edition changes a finding."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mtus_engine.api import Checker, CheckOptions
from mtus_engine.model.case import Case, CaseItem
from mtus_engine.model.determination import Determination
from mtus_engine.model.ruleset import Edition, Ruleset
from mtus_engine.model.values import Choice, Span, point_span
from mtus_engine.policy.coverage import tables_of
from mtus_engine.wording.conditions import bracketed_marks, condition_words, criterion_words, formula_words, limit_words


class ChangedPart(NamedTuple):
    """One part of a guideline in two editions, "not there" where an edition lacks it."""

    part: str
    before: str
    after: str


def changes_between(old: Edition, new: Edition) -> Iterator[ChangedPart]:
    """Yield what differs between two editions of a guideline, in the order of the text."""
    before, after = _parts(old), _parts(new)
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            yield ChangedPart(name, before.get(name, "not there"), after.get(name, "not there"))


def _parts(edition: Edition) -> Mapping[str, str]:
    facts = edition.facts
    parts = {
        "source": f"{edition.instrument}, {edition.regulation}" + (f", p. {edition.pages}" if edition.pages else ""),
        "covers": ", ".join(sorted(edition.covers)),
        "encoded": edition.not_encoded or "yes",
        "takes precedence over": ", ".join(edition.takes_precedence_over) or "no other",
    }
    if edition.governs is not None:
        parts["governs when"] = condition_words(edition.governs, facts)
    for criterion in edition.criteria:
        parts[f"criterion {criterion.id}"] = (
            f"{criterion.requires} ({criterion_words(criterion, facts)}; {criterion.cite})"
        )
        parts[f"criterion {criterion.id}"] += bracketed_marks(criterion.mark)
    for limit in edition.limits:
        parts[f"limit {limit.id}"] = (
            f"{limit.allows} ({limit_words(limit, facts)}; {limit.cite}){bracketed_marks(limit.mark)}"
        )
    for table in tables_of(edition):
        for row in table.rows:
            when = "every other case" if row.written is None else condition_words(row.written, facts)
            figures = ", ".join(f"{output} {figure.words}" for output, figure in row.figures)
            parts[f"table {table.id}, {when}"] = figures + bracketed_marks(row.mark)
    for entry in edition.derived:
        if said := formula_words(entry, facts):
            parts[f"computed: {entry.fact.label}"] = said + bracketed_marks(entry.mark)
    return parts


class UnderEdition(NamedTuple):
    """An item as it comes out on a day of an edition; is_own marks the day that the case itself gives."""

    day: Span
    determination: Determination
    is_own: bool


def under_each_edition(case: Case, item: CaseItem, ruleset: Ruleset, options: CheckOptions) -> Iterator[UnderEdition]:
    """Yield the item as the case gives it, then under each edition that covers its treatment, by its first day."""
    own = Checker(ruleset, options).determination(case, item)
    yield UnderEdition(own.evaluation.edition_date, own, is_own=True)
    said = [one.values for one in item.statements.get(ruleset.roles.treatment, ())]
    treatments = {str(member) for one in said if isinstance(one, Choice) for member in one.possible}
    days = {e.in_force.low for e in ruleset.editions if treatments & e.covers and e.in_force.low is not None}
    for day in sorted(days):
        checker = Checker(ruleset, options._replace(as_of=point_span(day)))
        yield UnderEdition(point_span(day), checker.determination(case, item), is_own=False)
