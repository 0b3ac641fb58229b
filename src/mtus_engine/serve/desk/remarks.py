"""What is worth a look before anything comes of a request: marks of its form, and what was decided before."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from fastapi import Request
from sqlalchemy import Connection

from mtus_engine.ingest.papers.boxes import ticked_words
from mtus_engine.model.review import Provenance
from mtus_engine.review.clock import Happened
from mtus_engine.review.remarks import PaperMarks, remarks_of
from mtus_engine.serve.desk.clock import day_received, way_of
from mtus_engine.serve.desk.free_names import without_number
from mtus_engine.serve.desk.lacks import papers_of_request
from mtus_engine.serve.desk.other_papers import told_by_other_papers
from mtus_engine.serve.desk.pages import pages_of
from mtus_engine.serve.desk.paper import contents_of
from mtus_engine.serve.desk.shelf import kinds_within
from mtus_engine.serve.desk.state import desk_of
from mtus_engine.serve.desk.unlooked import kinds_by_hand, listed_papers
from mtus_engine.serve.office import Office
from mtus_engine.store.cases import StoredCase, id_of_name
from mtus_engine.store.documents import KeptDocument
from mtus_engine.store.listing import names_like
from mtus_engine.store.parts import PlainDocument


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
    found += [RemarkShown(*one) for one in told_by_other_papers(desk, office, stored, day_received(events))]
    if recognized := _recognized(request, stored):
        found.append(RemarkShown(recognized))
    with office.reading() as connection:
        others = _of_the_same_claim(connection, stored)
    if others:
        found.append(RemarkShown(pages_of(request).words("remarks.same_claim"), further=others))
    return found


def _recognized(request: Request, stored: StoredCase) -> str:
    """Return that words of papers were recognized in pictures, and on which pages; empty where none were."""
    words = pages_of(request).words
    pages = {str(one.get("file")): one["recognized"] for one in listed_papers(stored) if one.get("recognized")}
    listed = [
        words("remarks.recognized_on", file=file, pages=", ".join(map(str, numbers))) for file, numbers in pages.items()
    ]
    return words("remarks.recognized", papers="; ".join(listed)) if listed else ""


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
        for kind in dict.fromkeys(kinds_within(read, kinds.get(by_hand.get(paper.file, "")))):
            yield PaperMarks(kind, ticked, (paper.file, kind) not in undated)


def _undated(listed: PlainDocument) -> bool:
    return not listed.get("dated") and not listed.get("unread") and not listed.get("by_hand")


def _of_the_same_claim(connection: Connection, stored: StoredCase) -> list[tuple[str, str]]:
    """Return the other requests with the same number of a claim, by id and name; what has no digit is no number."""
    claim = without_number(stored.row.name)
    if not any(sign.isdigit() for sign in claim):
        return []
    named = sorted(one for one in names_like(connection, claim) if without_number(one) == claim)
    return [(id_of_name(connection, one), one) for one in named if one != stored.row.name]
