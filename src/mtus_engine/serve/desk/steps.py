"""Steps of a review taken at the desk: as the interface takes them, with what a page needs around them."""

from collections.abc import Sequence

from sqlalchemy import Connection

from mtus_engine.serve.door import Visitor
from mtus_engine.serve.office import Office
from mtus_engine.serve.routes.reviews import receiver
from mtus_engine.serve.shapes import Kept
from mtus_engine.serve.writing import Made, Repeatable, repeated, written
from mtus_engine.store.cases import Changed, stored_case
from mtus_engine.store.decisions import Decided, take_step
from mtus_engine.store.documents import documents_of
from mtus_engine.store.log import Stamp
from mtus_engine.store.reviews import Step
from mtus_engine.store.roles import Action, may


def step_taken(
    office: Office,
    visitor: Visitor,
    once: Repeatable,
    id_: str,
    seen: int,
    step: Step,
    *,
    why: str = "",
    to: str | None = None,
    decided: Sequence[Decided] = (),
    as_physician: bool = False,
) -> None:
    """Take a step of the review of a case in the version that was seen; raises what take_step raises."""
    if repeated(office, visitor, once) is not None:
        return
    with office.reading() as connection:
        found = stored_case(connection, id_)
        kept = documents_of(connection, id_, found.version)
    if found.version != seen:
        raise Changed(found.version)
    determined = office.determined(found, kept)

    def change(connection: Connection, stamp: Stamp) -> Made:
        taken = take_step(
            connection,
            office.record.key,
            stamp,
            visitor.person,
            step,
            determined,
            why=why,
            to=None if to is None else receiver(connection, to).id,
            decided=decided,
            as_physician=as_physician and visitor.is_signed_in and may(visitor.person.roles, Action.SIGN_AS_PHYSICIAN),
        )
        return Made(200, Kept(id=id_, version=taken.version), {}, id_, taken.head)

    written(office, visitor, once, change)
