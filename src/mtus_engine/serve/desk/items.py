"""The items of a request: one that the program did not read is added, one that is none is taken out, and reworded."""

from collections.abc import Callable
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import Response

from mtus_engine.model.diagnostic import Rejected
from mtus_engine.serve.desk.added import begin_reading_again
from mtus_engine.serve.desk.pages import PageRoute, Posted, item_address, pages_of, redirect_to
from mtus_engine.serve.door import Served, Visitor, guard_for
from mtus_engine.serve.office import Office
from mtus_engine.serve.problems import Refused
from mtus_engine.serve.routes.cases import CaseId, refuse_unfit
from mtus_engine.serve.routes.jobs import Working
from mtus_engine.serve.writing import Once, Repeatable, keep_change
from mtus_engine.store.cases import Changed, StoredCase, change_case, items_ever, stored_case
from mtus_engine.store.log import Stamp
from mtus_engine.store.parts import PlainDocument, Said
from mtus_engine.store.roles import Action, may
from mtus_engine.store.scope import scope_of

router = APIRouter(prefix="/desk/cases/{id}/items", route_class=PageRoute, include_in_schema=False)
MayChange = Annotated[Visitor, Depends(guard_for(Action.CHANGE_CASES))]


class _ItemsChange(NamedTuple):
    """What is asked for as it is to be: the case without facts, statements to add, ids to take back, and the words."""

    header: PlainDocument
    what: str
    said: tuple[Said, ...] = ()
    withdrawn: tuple[str, ...] = ()


@router.post("")
def add_item(
    request: Request, office: Served, workers: Working, visitor: MayChange, once: Once, id: CaseId, form: Posted
) -> Response:
    """Add an item that the papers ask for and the program did not read: its treatment, and what is asked in words.

    It is asked for on the same day as the first item, as far as that is known. The papers are read again for it.
    """
    words, roles = pages_of(request).words, office.checker.ruleset.roles
    treatment = roles.treatment
    members = dict(office.checker.ruleset.facts[treatment].members)
    chosen = form.line("treatment")
    if chosen not in members:
        raise Refused(422, words("new.no_treatment"), "")
    asked = form.line("asked") or members[chosen]

    with office.reading() as connection:
        ever = items_ever(connection, id)

    def work(now: StoredCase) -> _ItemsChange:
        # A number that was taken out comes again for no other item: statements and notes name items by it.
        number = str(1 + max((int(one) for one in (*ever, *now.items) if one.isdecimal()), default=0))
        header = {**now.header, "items": [*now.header["items"], {"item": number, "asked": asked}]}
        asked_on = [one.said for one in scope_of(now.statements, now.items[0], roles.request_date).shown]
        dates = tuple(Said(number, one.fact, one.body) for one in asked_on if one.item is not None)
        said = (Said(number, treatment, {"value": chosen}), *dates)
        return _ItemsChange(header, words("items.added", item=number, asked=asked), said)

    _change_items(request, office, visitor, once, id, form.whole("version"), work)
    with office.reading() as connection:
        added = stored_case(connection, id).items[-1]
    may_read = may(visitor.person.roles, Action.READ_PAPERS)
    job = begin_reading_again(office, workers, visitor.person, id) if may_read else None
    return redirect_to(request, item_address(id, added) + ("" if job is None else f"&reading={job.id}"))


@router.post("/away")
def take_item_out(
    request: Request, office: Served, visitor: MayChange, once: Once, id: CaseId, form: Posted
) -> Response:
    """Take out an item that is no request, with what was said of it; the history keeps why, and undo brings it back."""
    words, item, why = pages_of(request).words, form.line("item"), form.line("why")
    if not why:
        raise Refused(422, words("items.no_reason"), "")

    def work(now: StoredCase) -> _ItemsChange:
        _refuse_unknown(now, item)
        if len(now.items) == 1:
            raise Refused(422, words("items.last"), "")
        left = [one for one in now.header["items"] if str(one["item"]) != item]
        withdrawn = tuple(one.id for one in now.statements if one.said.item == item)
        return _ItemsChange({**now.header, "items": left}, words("items.taken", item=item, why=why), (), withdrawn)

    _change_items(request, office, visitor, once, id, form.whole("version"), work)
    return redirect_to(request, f"/desk/cases/{id}")


@router.post("/asked")
def reword_item(request: Request, office: Served, visitor: MayChange, once: Once, id: CaseId, form: Posted) -> Response:
    """Keep other words for what an item asks for, as letters and lists show it."""
    words, item, asked = pages_of(request).words, form.line("item"), form.line("asked")
    if not asked:
        raise Refused(422, words("items.no_words"), "")

    def work(now: StoredCase) -> _ItemsChange:
        _refuse_unknown(now, item)
        items = [{**one, "asked": asked} if str(one["item"]) == item else one for one in now.header["items"]]
        return _ItemsChange({**now.header, "items": items}, words("items.reworded", item=item, asked=asked))

    _change_items(request, office, visitor, once, id, form.whole("version"), work)
    return redirect_to(request, item_address(id, item))


def _refuse_unknown(now: StoredCase, item: str) -> None:
    if item not in now.items:
        raise Refused(404, "Not there", "the case has no item {item}", item=item)


def _change_items(
    request: Request,
    office: Office,
    visitor: Visitor,
    once: Repeatable,
    id_: str,
    seen: int,
    work: Callable[[StoredCase], _ItemsChange],
) -> None:
    """Change the items of a case in the version that was seen; raises Changed where another stands."""
    words = pages_of(request).words

    def change(connection: Connection, stamp: Stamp) -> int:
        now = stored_case(connection, id_)
        if now.version != seen:
            raise Changed(now.version)
        changed = work(now)
        try:
            refuse_unfit(office, now, changed.said, frozenset(changed.withdrawn), changed.header)
        except Rejected as rejected:
            raise Refused(422, words("items.change"), "; ".join(map(str, rejected.diagnostics))) from None
        return change_case(
            connection,
            stamp,
            id_,
            now.version,
            said=changed.said,
            withdrawn=changed.withdrawn,
            header=changed.header,
            what=changed.what,
        )

    keep_change(office, visitor, once, id_, change)
