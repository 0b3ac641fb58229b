"""The documents of a request beside its checklist: pictures of pages, sentences, and places marked in them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as InPath
from starlette.responses import Response

from mtus_engine.ingest.pdf import Unreadable
from mtus_engine.serve.desk.pages import PageRoute, page, pages_of
from mtus_engine.serve.desk.shelf import TextRead, found_places
from mtus_engine.serve.desk.state import desk_of
from mtus_engine.serve.desk.unlooked import kinds_of_papers, reasons_unread, unread_papers
from mtus_engine.serve.door import Served, Visitor, guard_for
from mtus_engine.serve.office import Office
from mtus_engine.serve.problems import Refused
from mtus_engine.serve.routes.cases import CaseId
from mtus_engine.serve.routes.documents import PDF
from mtus_engine.serve.sent import Id
from mtus_engine.store.cases import StoredCase, stored_case
from mtus_engine.store.documents import KeptDocument, content_of, documents_of
from mtus_engine.store.notes import Note, notes_of
from mtus_engine.store.roles import Action

router = APIRouter(prefix="/desk/cases/{id}", route_class=PageRoute, include_in_schema=False)
MayRead = Annotated[Visitor, Depends(guard_for(Action.READ_CASES))]


@router.get("/paper")
def paper(
    request: Request,
    office: Served,
    visitor: MayRead,
    id: CaseId,
    document: Annotated[str, Query(max_length=64)] = "",
    number: Annotated[int, Query(ge=1, le=9999)] = 1,
    at: Annotated[str, Query(max_length=2000)] = "",
) -> Response:
    """Show a document, or the place of a statement in it, marked."""
    with office.reading() as connection:
        stored, documents, notes = stored_case(connection, id), documents_of(connection, id), notes_of(connection, id)
    values = paper_values(request, office, stored, documents, notes, document=document, number=number, at=at)
    return page(request, visitor, "paper.html", **values)


def paper_values(
    request: Request,
    office: Office,
    stored: StoredCase,
    documents: Sequence[KeptDocument],
    notes: Sequence[Note],
    *,
    document: str,
    number: int = 1,
    at: str = "",
) -> dict[str, Any]:
    """Return what the pane of documents shows: a page of a document, the first where none is named, or a place."""
    shelf, kinds = desk_of(request).shelf, kinds_of_papers(stored)
    unread = unread_papers(stored, documents, notes)
    documents = sorted(documents, key=order_of_papers(kinds))
    contents = contents_of(office, stored.row.id)

    def read(one: KeptDocument) -> TextRead:
        return shelf.text(one, contents(one))

    places = found_places(at, documents, read) if at else []
    first = places[0] if places else None
    chosen = first.document if first else next((one for one in documents if one.id == document), None)
    chosen = chosen or next(iter(documents), None)
    values: dict[str, Any] = {
        "id": stored.row.id,
        "documents": documents,
        "unread": frozenset(one.id for one in unread),
        "kinds": kinds,
        "why_unread": reasons_unread(stored),
        "paper_kinds": list(desk_of(request).drafter().paper_kinds()) if unread else [],
        "chosen": chosen,
        "shown_page": None,
        "text": None,
        "marked": frozenset(),
        "paper_problem": "",
        "not_found": bool(at) and not places,
        "number": number,
    }
    if chosen is None:
        return values
    marked = [sentence for one in places if one.document.id == chosen.id for sentence in one.sentences]
    values["marked"] = frozenset(sentence.place for sentence in marked)
    if chosen.media_type != PDF:
        values["text"] = read(chosen)
        return values
    # The text of a long document takes a while: its first page does not wait for it.
    values["text"] = read(chosen) if at else shelf.text_read(chosen)
    texts = [sentence.text for sentence in marked]
    try:
        if first is not None:
            number = first.place.page or shelf.page_with(chosen, texts, contents(chosen))
        values["shown_page"] = shelf.page(chosen, number, texts, contents(chosen))
        values["number"] = number
    except Unreadable as reason:
        values["paper_problem"] = pages_of(request).words.told(reason)
    return values


def order_of_papers(kinds: Mapping[str, str]) -> Callable[[KeptDocument], tuple[int, str]]:
    """Return the key by which papers are listed: the request first, other papers, those that are unknown, letters."""

    def key(one: KeptDocument) -> tuple[int, str]:
        if one.letter is not None:
            return 3, one.at
        kind = kinds.get(one.file, "")
        return (0 if kind.startswith("request") else 1 if kind else 2), ""

    return key


def contents_of(office: Office, id_: str) -> Callable[[KeptDocument], Callable[[], bytes]]:
    """Return a function that gives, for a document of a case, the function that fetches its bytes."""

    def of(one: KeptDocument) -> Callable[[], bytes]:
        def content() -> bytes:
            with office.reading() as connection:
                return content_of(connection, id_, one.id)[1]

        return content

    return of


@router.get("/words")
def words(request: Request, office: Served, visitor: MayRead, id: CaseId, document: Id) -> Response:
    """Return the text of a document, sentence by sentence."""
    found = _standing_document(office, id, document)
    text = desk_of(request).shelf.text(found, contents_of(office, id)(found))
    return page(request, visitor, "words.html", text=text, marked=frozenset())


@router.get("/documents/{document}/{number}.png")
def picture(
    request: Request,
    office: Served,
    visitor: MayRead,
    id: CaseId,
    document: Id,
    number: Annotated[int, InPath(ge=1, le=9999)],
) -> Response:
    """Return the picture of a page of a PDF."""
    found = _standing_document(office, id, document)
    try:
        image = desk_of(request).shelf.image(found, number, contents_of(office, id)(found))
    except Unreadable as reason:
        raise Refused(422, "Not shown", pages_of(request).words.told(reason)) from None
    return Response(image.png, 200, media_type="image/png")


def _standing_document(office: Office, id_: str, document: str) -> KeptDocument:
    """Return a document that stands with a case; raises Refused."""
    with office.reading() as connection:
        found = next((one for one in documents_of(connection, id_) if one.id == document), None)
    if found is None:
        raise Refused(404, "Not there", "there is no such document with this case")
    return found
