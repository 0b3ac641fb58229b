"""Editions side by side: what changed from one to the next, and whether the choice of edition changes a finding."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mtus_engine.api import Checker, Options
from mtus_engine.model.case import Case, CaseItem
from mtus_engine.model.determination import Determination
from mtus_engine.model.ruleset import CriterionRule, Edition, LimitRule, Mark, Ruleset
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
    }
    if edition.governs is not None:
        parts["governs when"] = words(edition.governs, labels)
    for criterion in edition.criteria:
        parts[f"criterion {criterion.id}"] = _criterion(criterion, labels)
    for limit in edition.limits:
        parts[f"limit {limit.id}"] = _limit(limit, labels)
    for table in tables_of(edition):
        for row in table.rows:
            when = words(row.when, labels) if row.when is not None and not row.is_otherwise else "otherwise"
            figures = ", ".join(f"{output} {figure.words}" for output, figure in row.figures)
            parts[f"table {table.id}, {when}"] = figures + _marks(row.mark)
    return parts


def _criterion(criterion: CriterionRule, labels: Mapping[str, str]) -> str:
    applies = f"; applies when {words(criterion.base, labels)}" if criterion.base is not None else ""
    lifted = "".join(f"; unless {words(one.when, labels)}" for one in criterion.exceptions)
    advisory = "; advisory" if criterion.advisory else ""
    return (
        f"{criterion.requires} ({words(criterion.met_when, labels)}{applies}{lifted}){advisory}{_marks(criterion.mark)}"
    )


def _limit(limit: LimitRule, labels: Mapping[str, str]) -> str:
    applies = f"; applies when {words(limit.base, labels)}" if limit.base is not None else ""
    lifted = "".join(f"; unless {words(one.when, labels)}" for one in limit.exceptions)
    return f"{limit.allows} (at most {labels.get(str(limit.cap), limit.cap)}{applies}{lifted}){_marks(limit.mark)}"


def _marks(mark: Mark) -> str:
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
