"""Who may sign in, signing out, and taking old cases away, for the role of retention."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import Connection
from starlette.responses import Response

from mtus_engine.serve.door import GuardedRoute, Served, Visitor, cookie_name, csrf_of, guard_for
from mtus_engine.serve.office import Office
from mtus_engine.serve.problems import Refused
from mtus_engine.serve.sent import Id, PersonChanged, PersonSent, PurgeSent
from mtus_engine.serve.shapes import PersonShown, Purge, ReviewerShown, SelfShown
from mtus_engine.serve.writing import MadeOnce, Once, write_once
from mtus_engine.store.chain import LogHead
from mtus_engine.store.identity import instant
from mtus_engine.store.log import RecordKind, Stamp, append_record
from mtus_engine.store.passwords import is_password, password_hash
from mtus_engine.store.people import (
    Person,
    add_person,
    all_people,
    end_session,
    person,
    person_content,
    set_active,
    set_password,
    set_roles,
)
from mtus_engine.store.purge import erase_traces, old_cases, purge
from mtus_engine.store.roles import Action, Role, may

router = APIRouter(prefix="/v1", route_class=GuardedRoute, tags=["people"])
MaySeeSelf = Annotated[Visitor, Depends(guard_for(Action.SEE_SELF))]
MayReview = Annotated[Visitor, Depends(guard_for(Action.REVIEW))]
MayManage = Annotated[Visitor, Depends(guard_for(Action.MANAGE_PEOPLE))]
MayPurge = Annotated[Visitor, Depends(guard_for(Action.PURGE))]


def person_shown(one: Person) -> PersonShown:
    """Return a person as an answer shows them."""
    held = sorted((Role(role) for role in one.roles), key=lambda role: role.value)
    return PersonShown(id=one.id, login=one.login, name=one.name, roles=held, active=one.is_active)


@router.get("/me")
def me(visitor: MaySeeSelf) -> SelfShown:
    """Return who is asking, and what a page sends with every change."""
    return SelfShown(person=person_shown(visitor.person), signed_in=visitor.is_signed_in, csrf=csrf_of(visitor.token))


@router.post("/sign-out", status_code=204)
def sign_out(office: Served, visitor: MaySeeSelf) -> Response:
    """End the session."""
    with office.record.changing() as connection:
        end_session(connection, visitor.token)
    response = Response(status_code=204)
    response.delete_cookie(cookie_name(office), path="/", secure=office.settings.is_secure, httponly=True)
    return response


@router.get("/reviewers")
def list_reviewers(office: Served, visitor: MayReview) -> list[ReviewerShown]:
    """List to whom a case may be handed over."""
    with office.reading() as connection:
        found = [one for one in all_people(connection) if one.is_active and may(one.roles, Action.REVIEW)]
    return [ReviewerShown(login=one.login, name=one.name) for one in found]


@router.get("/people")
def list_people(office: Served, visitor: MayManage) -> list[PersonShown]:
    """List who may sign in."""
    with office.reading() as connection:
        return [person_shown(one) for one in all_people(connection)]


@router.post("/people", status_code=201, response_model=PersonShown)
def let_in(office: Served, visitor: MayManage, once: Once, sent: PersonSent) -> Response:
    """Let somebody sign in: with a password, or vouched for by a provider of identities."""
    if (sent.password is None) == (sent.issuer is None or sent.subject is None):
        raise Refused(422, "How to sign in", "give a password, or issuer and subject of who vouches for them")
    password = None if sent.password is None else password_hash(sent.password)
    held = frozenset(role.value for role in sent.roles)

    def add(connection: Connection, stamp: Stamp) -> MadeOnce:
        added = add_person(
            connection,
            sent.login,
            sent.name,
            held,
            stamp.at,
            password=password,
            issuer=sent.issuer,
            subject=sent.subject,
        )
        found = person(connection, added)
        assert found is not None, "it was added in this transaction"
        head = _record_person(office, connection, visitor, found)
        return MadeOnce(201, person_shown(found), {"Location": f"/v1/people/{added}"}, head=head)

    return write_once(office, visitor, once, add)


@router.patch("/people/{id}")
def change_person(office: Served, visitor: MayManage, id: Id, sent: PersonChanged) -> PersonShown:
    """Change what somebody is, their password, or whether they may sign in."""
    password = None if sent.password is None else password_hash(sent.password)
    with office.record.changing() as connection:
        if person(connection, id) is None:
            raise Refused(404, "Not there", "there is no such person")
        if sent.roles is not None:
            set_roles(connection, id, frozenset(role.value for role in sent.roles))
        if password is not None:
            set_password(connection, id, password)
        if sent.active is not None:
            set_active(connection, id, is_active=sent.active)
        found = person(connection, id)
        assert found is not None, "it was there in this transaction"
        head = _record_person(office, connection, visitor, found)
    office.keep_head(head)
    return person_shown(found)


def _record_person(office: Office, connection: Connection, visitor: Visitor, found: Person) -> LogHead:
    """Record a change of who may sign in, and return the head of the log, for keep_head once the change is kept."""
    content = person_content(found)
    return append_record(connection, office.record.key, office.stamp(visitor.person), RecordKind.PEOPLE, None, content)


@router.post("/purge")
def take_away(office: Served, visitor: MayPurge, sent: PurgeSent) -> Purge:
    """Take cases away for good that nobody changed for so many days, with their records; the log says so."""
    if not visitor.is_signed_in or (
        visitor.person.password is not None and not is_password(sent.password, visitor.person.password)
    ):
        raise Refused(403, "Not your password", "give your own password once more")
    with office.record.changing() as connection:
        before = instant(office.record.now() - timedelta(days=sent.days))
        gone = purge(connection, office.record.key, office.stamp(visitor.person), old_cases(connection, before))
    office.keep_head(gone.head)
    whole = not gone.cases or erase_traces(office.record.engine)
    return Purge(cases=len(gone.cases), records=len(gone.records), whole=whole)
