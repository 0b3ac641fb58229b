"""Undo and redo: one's last change at the desk taken back, and made again."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi import Path as InPath
from sqlalchemy import Connection
from starlette.responses import Response

from mtus_engine.model.diagnostic import Rejected
from mtus_engine.serve.desk.changes import panel_after
from mtus_engine.serve.desk.pages import PageRoute, Posted, pages_of, redirect_to
from mtus_engine.serve.door import Served, Visitor, guard_for
from mtus_engine.serve.routes.cases import CaseId, refuse_unfit
from mtus_engine.serve.writing import Once, keep_change
from mtus_engine.store.cases import stored_case, versions
from mtus_engine.store.log import Stamp
from mtus_engine.store.roles import Action
from mtus_engine.store.undo import NotUndone, reversal_of, take_back, undoable_versions

router = APIRouter(prefix="/desk/cases/{id}", route_class=PageRoute, include_in_schema=False)
MayChange = Annotated[Visitor, Depends(guard_for(Action.CHANGE_CASES))]


@router.post("/back/{way}")
def back(
    request: Request,
    office: Served,
    visitor: MayChange,
    once: Once,
    id: CaseId,
    way: Annotated[str, InPath(pattern="^(undo|redo)$")],
    form: Posted,
) -> Response:
    """Take back one's last change, or make again what was taken back."""
    words = pages_of(request).words
    done: list[str] = []

    def change(connection: Connection, stamp: Stamp) -> int:
        found = undoable_versions(connection, id, visitor.person.id)
        taken = found.undo if way == "undo" else found.redo
        if taken is None:
            raise NotUndone(words(f"back.nothing_to_{way}"))
        now = stored_case(connection, id)
        undoing = reversal_of(connection, now, taken)
        try:
            refuse_unfit(office, now, undoing.said, frozenset(undoing.withdrawn), undoing.header)
        except Rejected:
            # Statements made since then need what this would take away.
            raise NotUndone(words("back.builds_on")) from None
        told = {one.version: one.what for one in versions(connection, id)}
        # Without the words that an earlier undo or redo put before it, the change has its own name.
        what = told[taken].removeprefix(words("back.undo", what="")).removeprefix(words("back.redo", what=""))
        done.append(what)
        return take_back(connection, stamp, id, now.version, undoing, words(f"back.{way}", what=what))

    keep_change(office, visitor, once, id, change)
    with office.reading() as connection:
        if form.line("item") not in stored_case(connection, id).items:
            # The item was added by what is taken back.
            return redirect_to(request, f"/desk/cases/{id}")
    return panel_after(request, office, visitor, id, form, words(f"back.{way}", what=done[0] if done else ""))
