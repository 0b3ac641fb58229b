"""What a request lacks to be complete, judged by its papers."""

from collections.abc import Sequence

from fastapi import Request

from mtus_engine.model.review import Need
from mtus_engine.review.clock import Happened
from mtus_engine.review.complete import unmet_needs
from mtus_engine.serve.desk.clock import day_received
from mtus_engine.serve.desk.paper import contents_of
from mtus_engine.serve.desk.shelf import papers_seen
from mtus_engine.serve.desk.state import desk_of
from mtus_engine.serve.desk.unlooked import kinds_by_hand
from mtus_engine.serve.office import Office
from mtus_engine.serve.routes.documents import PDF
from mtus_engine.store.cases import StoredCase
from mtus_engine.store.documents import KeptDocument


def papers_of_request(stored: StoredCase, documents: Sequence[KeptDocument]) -> list[KeptDocument]:
    """Return the papers that a request is judged complete by.

    Letters of our own are none of them, and a decision of an independent review is no request.
    """
    return [] if stored.header.get("setting") == "imr" else [one for one in documents if one.letter is None]


def are_papers_read(request: Request, stored: StoredCase, documents: Sequence[KeptDocument]) -> bool:
    """Return whether what a request lacks can be told at once: the text of a long PDF takes seconds to read."""
    shelf = desk_of(request).shelf
    papers = [one for one in papers_of_request(stored, documents) if one.media_type == PDF]
    return all(shelf.text_read(one) is not None for one in papers)


def lacks_of(
    request: Request,
    office: Office,
    stored: StoredCase,
    documents: Sequence[KeptDocument],
    events: Sequence[Happened],
) -> list[Need]:
    """Return what a request lacks to be complete; nothing for a case that came without papers."""
    desk = desk_of(request)
    papers = papers_of_request(stored, documents)
    if not papers:
        return []
    contents = contents_of(office, stored.row.id)
    read = {one.id: desk.shelf.text(one, contents(one)) for one in papers}
    treatment = office.checker.ruleset.roles.treatment
    named = any(one.said.fact == treatment for one in stored.statements)
    named_by_hand = kinds_by_hand(stored)
    kinds = desk.drafter().paper_kinds() if named_by_hand else {}
    said = {one.id: kinds.get(named_by_hand.get(one.file, "")) for one in papers}
    return unmet_needs(desk.review, papers_seen(read, said), day_received(events), has_treatment=named)


def unreadable_papers(request: Request, stored: StoredCase, documents: Sequence[KeptDocument]) -> int:
    """Return how many papers of a request the program could not read: what it misses may stand in them.

    Those that were not read yet are not counted: lacks_of reads them.
    """
    shelf = desk_of(request).shelf
    read = [shelf.text_read(one) for one in papers_of_request(stored, documents)]
    return sum(one is not None and one.problem is not None for one in read)
