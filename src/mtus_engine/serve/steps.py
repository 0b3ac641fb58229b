"""Steps of a review, taken for a program or a page alike."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection
from starlette.responses import Response

from mtus_engine.serve.door import Visitor
from mtus_engine.serve.office import Office
from mtus_engine.serve.problems import Refused
from mtus_engine.serve.shapes import HeadShown, StepTaken
from mtus_engine.serve.whole import refuse_lowered
from mtus_engine.serve.writing import MadeOnce, Repeatable, answer_to_repetition, version_headers, write_once
from mtus_engine.store.cases import Changed, stored_case
from mtus_engine.store.decided import Decided
from mtus_engine.store.decisions import Determined, take_step
from mtus_engine.store.documents import documents_of
from mtus_engine.store.log import Stamp
from mtus_engine.store.people import Person, person_of_login
from mtus_engine.store.reviews import Step
from mtus_engine.store.roles import Action, may


def take_step_once(
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
    first: Callable[[Connection, Stamp], object] | None = None,
) -> Response:
    """Take a step of a case in the version that was seen, and answer what came of it; raises what take_step raises.

    With as_physician, somebody who may sign as a physician does so; others take the step in their own role. first is
    called before the step in the same transaction, such as to keep a letter: both are done, or neither.
    """
    if (again := answer_to_repetition(office, visitor, once)) is not None:
        return again
    # Determined before anything is locked: others can go on meanwhile, and their changes show by the version.
    try:
        determined = _determination_as_seen(office, id_, seen, step)
    except Changed:
        # The first of two equal requests may have been done meanwhile.
        if (again := answer_to_repetition(office, visitor, once)) is not None:
            return again
        raise
    is_physicians = as_physician and visitor.may_sign_as_physician

    def change(connection: Connection, stamp: Stamp) -> MadeOnce:
        at = determined
        if first is not None:
            first(connection, stamp)
            now = stored_case(connection, id_)
            at = at._replace(case=now, documents=documents_of(connection, id_, now.version))
        if step is Step.SIGN and not is_physicians:
            refuse_lowered(office, connection, at.case)
        taken = take_step(
            connection,
            office.record.key,
            stamp,
            visitor.person,
            step,
            at,
            why=why,
            to=None if to is None else _receiver(connection, to, step).id,
            decided=decided,
            as_physician=is_physicians,
        )
        head = None if taken.head is None else HeadShown(**taken.head._asdict())
        shown = StepTaken(id=id_, version=taken.version, step=step, head=head)
        return MadeOnce(200, shown, version_headers(taken.version), id_, taken.head)

    return write_once(office, visitor, once, change)


# What can be done with a request before its facts can be together: others look at them.
_BEFORE_IT_FITS = frozenset({Step.START, Step.REFER, Step.HAND_OVER})


def _determination_as_seen(office: Office, id_: str, seen: int, step: Step) -> Determined:
    """Return a case in the version that was seen, with what it comes to; raises Changed where another stands."""
    with office.reading() as connection:
        found = stored_case(connection, id_)
        kept = documents_of(connection, id_, found.version)
    if found.version != seen:
        raise Changed(found.version)
    return office.determinations_of(found, kept, is_decided=step not in _BEFORE_IT_FITS)


def _receiver(connection: Connection, login: str, step: Step) -> Person:
    """Return who is to have a case; raises Refused for one who may not review it, or not decide what is referred."""
    found = person_of_login(connection, login)
    if found is None or not found.is_active or not may(found.roles, Action.REVIEW):
        raise Refused(422, "To whom", "name the login of a nurse or a physician who may sign in")
    if step is Step.REFER and not may(found.roles, Action.SIGN_AS_PHYSICIAN):
        raise Refused(422, "To whom", "a request is referred to a physician: name the login of one")
    return found
