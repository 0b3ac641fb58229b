"""Documents with a case: kept by their content, given out as what they are and never run."""

from collections.abc import Callable, Iterable
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Header, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from mtus_engine.serve.door import GuardedRoute, Served, Visitor, guard_for
from mtus_engine.serve.problems import Refused
from mtus_engine.serve.routes.cases import CaseId, VersionWanted
from mtus_engine.serve.sent import Id
from mtus_engine.serve.shapes import DocumentShown, Kept
from mtus_engine.serve.writing import MadeOnce, Once, VersionSeen, version_headers, write_once
from mtus_engine.store.documents import attach_content, content_of, documents_of, remove_document
from mtus_engine.store.log import Stamp
from mtus_engine.store.people import logins
from mtus_engine.store.roles import Action

router = APIRouter(prefix="/v1/cases/{id}/documents", route_class=GuardedRoute, tags=["documents"])
MayRead = Annotated[Visitor, Depends(guard_for(Action.READ_CASES))]
MayChange = Annotated[Visitor, Depends(guard_for(Action.CHANGE_CASES))]
FileName = Annotated[str, Query(min_length=1, max_length=200, description="the name of the file, as it came")]

PDF, TEXT = "application/pdf", "text/plain"
_BYTES = {"schema": {"type": "string", "format": "binary"}}
_TAKEN = {"requestBody": {"required": True, "content": {PDF: _BYTES, TEXT: _BYTES}}}


async def content(request: Request) -> bytes:
    """Return the bytes that were sent."""
    return await request.body()


@router.post("", status_code=201, response_model=Kept, openapi_extra=_TAKEN)
def add_document(
    office: Served,
    visitor: MayChange,
    once: Once,
    seen: VersionSeen,
    id: CaseId,
    file: FileName,
    sent: Annotated[bytes, Depends(content)],
    content_type: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    """Put a document with a case: PDF or text, as its bytes."""
    media_type = media_type_of(sent, content_type)

    def add(connection: Connection, stamp: Stamp) -> MadeOnce:
        kept, version = attach_content(connection, stamp, id, seen, file, media_type, sent)
        return MadeOnce(
            201, Kept(id=kept, version=version), version_headers(version, f"/v1/cases/{id}/documents/{kept}"), id
        )

    return write_once(office, visitor, once, add)


def media_type_of(sent: bytes, said: str) -> str:
    """Return what bytes are, whatever is said of them; raises Refused for what is neither PDF nor text."""
    if sent.lstrip()[:5] == b"%PDF-":
        return PDF
    if said.partition(";")[0].strip().lower() in {TEXT, ""} and sent and b"\0" not in sent[:4096]:
        return TEXT
    raise Refused(415, "Neither PDF nor text", "send the bytes of a PDF, or of text with Content-Type: text/plain")


def sorted_by_readable(
    documents: Iterable[tuple[str, bytes]], refusal: Callable[[bytes], str]
) -> tuple[list[tuple[str, bytes]], list[str]]:
    """Return the documents that are PDF or text, and what to say of each of the others: its file and the refusal."""
    readable, refused = [], []
    for file, content in documents:
        try:
            media_type_of(content, TEXT)
        except Refused:
            refused.append(f"{file}: {refusal(content)}")
        else:
            readable.append((file, content))
    return readable, refused


@router.get("")
def list_documents(office: Served, visitor: MayRead, id: CaseId, version: VersionWanted = None) -> list[DocumentShown]:
    """List the documents of a case, as it stands or as it stood."""
    with office.reading() as connection:
        who = logins(connection)
        return [
            DocumentShown(**{**one._asdict(), "by": who.get(one.by, one.by)})
            for one in documents_of(connection, id, version)
        ]


@router.get("/{document}", response_class=Response, responses={200: {"content": {PDF: _BYTES, TEXT: _BYTES}}})
def read_document(office: Served, visitor: MayRead, id: CaseId, document: Id) -> Response:
    """Return the bytes of a document, to be saved: a browser opens it in no page of ours."""
    with office.reading() as connection:
        found, sent = content_of(connection, id, document)
    return file_response(sent, found.media_type, found.file)


def file_response(content: bytes, media_type: str, name: str) -> Response:
    """Return the response by which a browser saves a file under a name, and does not open it in a page of ours."""
    shown = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    charset = "; charset=utf-8" if media_type == TEXT else ""
    headers = {"Content-Disposition": shown, "Content-Security-Policy": "sandbox; default-src 'none'"}
    return Response(content, 200, {**headers, "Content-Type": media_type + charset})


@router.delete("/{document}", response_model=Kept)
def take_document_away(
    office: Served, visitor: MayChange, once: Once, seen: VersionSeen, id: CaseId, document: Id
) -> Response:
    """Take a document away from a case; it stays in earlier versions."""

    def remove(connection: Connection, stamp: Stamp) -> MadeOnce:
        version = remove_document(connection, stamp, id, seen, document)
        return MadeOnce(200, Kept(id=id, version=version), version_headers(version), id)

    return write_once(office, visitor, once, remove)
