"""Notes of reviewers beside a criterion or an item: kept, and taken away."""

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from mtus_engine.serve.desk.changes import MayChange, panel_after
from mtus_engine.serve.desk.pages import PageRoute, Posted, pages_of
from mtus_engine.serve.door import Served
from mtus_engine.serve.problems import Refused
from mtus_engine.serve.routes.cases import CaseId
from mtus_engine.serve.sent import Id
from mtus_engine.serve.writing import Once, keep_change
from mtus_engine.store.cases import case_row
from mtus_engine.store.log import Stamp
from mtus_engine.store.notes import add_note, take_note_away

router = APIRouter(prefix="/desk/cases/{id}", route_class=PageRoute, include_in_schema=False)


@router.post("/notes")
def note(request: Request, office: Served, visitor: MayChange, once: Once, id: CaseId, form: Posted) -> Response:
    """Keep a note beside a criterion, or beside the item."""
    item, about, text = form.line("item"), form.line("about") or None, form.text("text")
    words = pages_of(request).words
    if not text:
        raise Refused(422, words("note.empty"), "")

    def change(connection: Connection, stamp: Stamp) -> int:
        return add_note(connection, stamp, id, case_row(connection, id).version, item, about, text)

    keep_change(office, visitor, once, id, change)
    return panel_after(request, office, visitor, id, form, words("note.kept"))


@router.post("/notes/{note_id}/away")
def note_away(
    request: Request, office: Served, visitor: MayChange, once: Once, id: CaseId, note_id: Id, form: Posted
) -> Response:
    """Take a note away."""

    def change(connection: Connection, stamp: Stamp) -> int:
        return take_note_away(connection, stamp, id, case_row(connection, id).version, note_id)

    keep_change(office, visitor, once, id, change)
    return panel_after(request, office, visitor, id, form, pages_of(request).words("note.away"))
