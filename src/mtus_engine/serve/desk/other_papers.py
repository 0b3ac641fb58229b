"""What other papers say of what a request asks for: an earlier decision on it, a plan with another number of visits."""

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from mtus_engine.ingest.quantities import course_of
from mtus_engine.model.case import CaseItem
from mtus_engine.model.periods import day_in_words
from mtus_engine.model.review import Provenance
from mtus_engine.model.values import Choice, Span
from mtus_engine.review.remarks import is_of_the_request, still_counts
from mtus_engine.serve.desk.state import DeskState
from mtus_engine.serve.desk.unlooked import listed_papers
from mtus_engine.serve.office import Office
from mtus_engine.store.cases import StoredCase

_IS_A_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


# What is known here by no name is the same where so many words longer than this are.
_FEWEST_WORDS, _SHORT = 2, 4


class _Asked(NamedTuple):
    """What an item asks for: the treatments that it may mean, its visits, the day of the request, None if not known."""

    number: str
    words: frozenset[str]
    treatments: frozenset[object]
    visits: Span | None
    day: date | None


class _Paper(NamedTuple):
    """A paper of a known day, with what it decided, as treatment and outcome, and what its plan asks for."""

    file: str
    day: date
    decided: tuple[tuple[str, str], ...]
    planned: tuple[str, ...]


def told_by_other_papers(
    desk: DeskState, office: Office, stored: StoredCase, received: date | None
) -> Iterator[tuple[str, Provenance]]:
    """Yield what other papers of a request say of what it asks for, each sentence with its source.

    received is the day on which the request came: it counts where the request itself bears none.
    """
    papers = sorted(_papers(stored), key=lambda one: (one.day, one.file))
    if not any(one.decided or one.planned for one in papers):
        return
    case = office.case_of_version(stored)
    roles = office.checker.of(case).ruleset.roles
    items = [
        _Asked(
            item.item,
            _telling_words(item.asked or ""),
            _treatments(item, roles.treatment),
            _span(item, roles.units_requested),
            _day(item, roles.request_date),
        )
        for item in case.items
    ]
    items = [one._replace(day=one.day or received) for one in items]
    yield from _earlier_decisions(desk, papers, items)
    yield from _other_plans(desk, papers, items)


def _papers(stored: StoredCase) -> Iterator[_Paper]:
    for one in listed_papers(stored):
        if _IS_A_DAY.fullmatch(str(one.get("dated"))):
            decided = tuple((str(each["asked"]), str(each["outcome"])) for each in one.get("decided") or ())
            planned = tuple(map(str, one.get("planned") or ()))
            yield _Paper(str(one.get("file")), date.fromisoformat(str(one["dated"])), decided, planned)


def _earlier_decisions(desk: DeskState, papers: list[_Paper], items: list[_Asked]) -> Iterator[tuple[str, Provenance]]:
    """Yield what letters decided of the treatments that are asked for, where that may still be in effect."""
    rule, words = desk.review.earlier_decision, desk.pages.words
    if rule is None:
        return
    for paper in papers:
        for asked, outcome in paper.decided:
            if any(still_counts(rule, outcome, paper.day, one.day) for one in _about(desk, asked, items)):
                decided = words(f"decided.{outcome}").lower()
                told = words(
                    "remarks.decided", day=day_in_words(paper.day), asked=asked, outcome=decided, file=paper.file
                )
                yield f"{told} {rule.says}", rule.source


def _other_plans(desk: DeskState, papers: list[_Paper], items: list[_Asked]) -> Iterator[tuple[str, Provenance]]:
    """Yield where the last plan of a report near the day of the request asks for another number of visits."""
    rule, words = desk.review.other_plan, desk.pages.words
    if rule is None:
        return
    for one in items:
        near = [each for each in papers if is_of_the_request(rule, each.day, one.day)]
        plans = [(each, plan) for each in near for plan in each.planned if one in _about(desk, plan, items)]
        if one.visits is None or not plans:
            continue
        paper, plan = plans[-1]
        planned = course_of(plan).in_all
        if planned is not None and not _meet(one.visits, planned.least, planned.most):
            told = words("remarks.planned", day=day_in_words(paper.day), planned=plan, file=paper.file, item=one.number)
            yield f"{told} {rule.says}", rule.source


def _about(desk: DeskState, asked: str, items: list[_Asked]) -> list[_Asked]:
    """Return the items that ask for the treatment that words name, or where none is known in the same words."""
    if named := desk.drafter().treatments_named(asked):
        return [one for one in items if named & one.treatments]
    words = _telling_words(asked)
    return [one for one in items if len(words & one.words) >= _FEWEST_WORDS]


def _telling_words(text: str) -> frozenset[str]:
    """Return the words that tell treatments apart: those with a number, and long ones."""
    return frozenset(one for one in re.findall(r"[a-z0-9/-]+", text.lower()) if len(one) > _SHORT)


def _meet(asked: Span, least: int, most: int) -> bool:
    """Return whether two numbers, or ranges of them, may be the same."""
    return (asked.low is None or asked.low <= most) and (asked.high is None or least <= asked.high)


def _treatments(item: CaseItem, name: str) -> frozenset[object]:
    said = (one.values for one in item.statements.get(name, ()))
    return frozenset(member for values in said if isinstance(values, Choice) for member in values.possible)


def _span(item: CaseItem, name: str) -> Span | None:
    """Return the one number or day that is stated of an item, or range; None where none is, or several."""
    said = {one.values for one in item.statements.get(name, ()) if isinstance(one.values, Span)}
    return said.pop() if len(said) == 1 else None


def _day(item: CaseItem, name: str) -> date | None:
    span = _span(item, name)
    return None if span is None or span.point is None else date.fromordinal(span.point)
