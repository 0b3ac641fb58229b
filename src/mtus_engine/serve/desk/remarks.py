"""What is worth a look before anything comes of a request: marks of its form, and what was decided before."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from fastapi import Request
from sqlalchemy import Connection

from mtus_engine.ingest.papers.boxes import ticked_words
from mtus_engine.model.case import CaseItem
from mtus_engine.model.periods import day_in_words
from mtus_engine.model.review import Provenance
from mtus_engine.model.values import Choice, Span
from mtus_engine.review.clock import Happened
from mtus_engine.review.remarks import PaperMarks, remarks_of, still_counts
from mtus_engine.serve.desk.clock import day_received, way_of
from mtus_engine.serve.desk.free_names import without_number
from mtus_engine.serve.desk.lacks import papers_of_request
from mtus_engine.serve.desk.pages import pages_of
from mtus_engine.serve.desk.paper import contents_of
from mtus_engine.serve.desk.state import desk_of
from mtus_engine.serve.desk.unlooked import kinds_by_hand, listed_papers
from mtus_engine.serve.office import Office
from mtus_engine.store.cases import StoredCase, id_of_name
from mtus_engine.store.documents import KeptDocument
from mtus_engine.store.listing import names_like
from mtus_engine.store.parts import PlainDocument

_IS_A_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class RemarkShown(NamedTuple):
    """One sentence about a request, with its source where it has one; further are requests, by id and name."""

    says: str
    source: Provenance | None = None
    further: Sequence[tuple[str, str]] = ()


def remarks_shown(
    request: Request,
    office: Office,
    stored: StoredCase,
    documents: Sequence[KeptDocument],
    events: Sequence[Happened],
) -> list[RemarkShown]:
    """Return what is worth a look in a request; nothing of an independent review, which was decided."""
    if stored.header.get("setting") == "imr":
        return []
    desk = desk_of(request)
    marks = list(_marks(request, office, stored, documents))
    found = [RemarkShown(one.says, one.source) for one in remarks_of(desk.review, marks, way_of(stored.row))]
    found += _earlier_decisions(request, office, stored, day_received(events))
    with office.reading() as connection:
        others = _of_the_same_claim(connection, stored)
    if others:
        found.append(RemarkShown(pages_of(request).words("remarks.same_claim"), further=others))
    return found


def _marks(
    request: Request, office: Office, stored: StoredCase, documents: Sequence[KeptDocument]
) -> Iterator[PaperMarks]:
    """Yield what the papers of a request mark, each by the kinds of papers in it."""
    desk = desk_of(request)
    papers = papers_of_request(stored, documents)
    if not papers:
        return
    contents = contents_of(office, stored.row.id)
    kinds, by_hand = desk.drafter().paper_kinds(), kinds_by_hand(stored)
    # A file may hold several papers: one without a day, among them, is enough to look at it.
    undated = {
        (str(one.get("file")), kinds.get(str(one.get("kind")))) for one in listed_papers(stored) if _undated(one)
    }
    for paper in papers:
        read = desk.shelf.text(paper, contents(paper)).read
        ticked = ticked_words("".join(one.text for one in read.parts))
        named = kinds.get(by_hand.get(paper.file, ""))
        for kind in dict.fromkeys([named] if named is not None else [one.kind for one in read.papers]):
            yield PaperMarks(kind, ticked, (paper.file, kind) not in undated)


def _undated(listed: PlainDocument) -> bool:
    return not listed.get("dated") and not listed.get("unread") and not listed.get("by_hand")


def _earlier_decisions(
    request: Request, office: Office, stored: StoredCase, received: date | None
) -> Iterator[RemarkShown]:
    """Yield what letters among the papers decided of the treatments that are asked for, before they were."""
    desk, words = desk_of(request), pages_of(request).words
    rule = desk.review.earlier_decision
    decided = [
        (date.fromisoformat(str(one["dated"])), str(one.get("file")), each)
        for one in listed_papers(stored)
        if _IS_A_DAY.fullmatch(str(one.get("dated")))
        for each in one.get("decided") or ()
    ]
    if rule is None or not decided:
        return
    case = office.case_of_version(stored)
    ruleset = office.checker.of(case).ruleset
    roles, drafter = ruleset.roles, desk.drafter()
    for day, file, each in sorted(decided, key=lambda one: one[:2]):
        treatments = drafter.treatments_named(str(each["asked"]))
        of_items = {
            _day_asked(item, roles.request_date) or received
            for item in case.items
            if treatments & _named(item, roles.treatment)
        }
        if any(still_counts(rule, str(each["outcome"]), day, asked_on) for asked_on in of_items):
            told = words(
                "remarks.decided",
                day=day_in_words(day),
                asked=each["asked"],
                outcome=words(f"decided.{each['outcome']}").lower(),
                file=file,
            )
            yield RemarkShown(f"{told} {rule.says}", rule.source)


def _named(item: CaseItem, treatment: str) -> frozenset[object]:
    """Return the treatments that an item may ask for."""
    said = (one.values for one in item.statements.get(treatment, ()))
    return frozenset(member for values in said if isinstance(values, Choice) for member in values.possible)


def _day_asked(item: CaseItem, request_date: str) -> date | None:
    """Return the day of the request for an item, None where no single day is known."""
    said = [one.values for one in item.statements.get(request_date, ())]
    days = {values.low for values in said if isinstance(values, Span) and values.low == values.high}
    return date.fromordinal(day) if len(days) == 1 and (day := days.pop()) is not None else None


def _of_the_same_claim(connection: Connection, stored: StoredCase) -> list[tuple[str, str]]:
    """Return the other requests with the same number of a claim, by id and name; what has no digit is no number."""
    claim = without_number(stored.row.name)
    if not any(sign.isdigit() for sign in claim):
        return []
    named = sorted(one for one in names_like(connection, claim) if without_number(one) == claim)
    return [(id_of_name(connection, one), one) for one in named if one != stored.row.name]
