"""Who may sign in: people, their roles, and their sessions."""

import secrets
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from mtus_engine.model.told import Told
from mtus_engine.store.canonical import sha256
from mtus_engine.store.identity import new_id
from mtus_engine.store.tables import people, roles, sessions


class LoginTaken(Told):
    """Somebody has this login already."""


class Person(NamedTuple):
    """A person as the store knows them; password is the Argon2 hash, None for one who signs in elsewhere."""

    id: str
    login: str
    name: str
    roles: frozenset[str]
    password: str | None
    is_active: bool
    failures: int
    locked_until: str | None


def person(connection: Connection, id_: str) -> Person | None:
    """Return a person by id, None where there is none."""
    return _one(connection, people.c.id == id_)


def person_of_login(connection: Connection, login: str) -> Person | None:
    """Return a person by the name they sign in with, None where there is none."""
    return _one(connection, people.c.login == login)


def person_of_subject(connection: Connection, issuer: str, subject: str) -> Person | None:
    """Return the person whom a provider of identities (issuer) knows as subject, None where there is none."""
    return _one(connection, (people.c.issuer == issuer) & (people.c.subject == subject))


def logins(connection: Connection) -> dict[str, str]:
    """Return the login of everybody, by id."""
    return {row.id: row.login for row in connection.execute(select(people.c.id, people.c.login))}


def names(connection: Connection) -> dict[str, str]:
    """Return the name of everybody, by id."""
    return {row.id: row.name for row in connection.execute(select(people.c.id, people.c.name))}


def person_content(found: Person) -> dict[str, Any]:
    """Return what the log keeps of a change of who may sign in."""
    return {"login": found.login, "name": found.name, "roles": sorted(found.roles), "active": found.is_active}


def all_people(connection: Connection) -> list[Person]:
    """Return all people, by login."""
    rows = connection.execute(select(people).order_by(people.c.login)).all()
    return [_person(connection, row) for row in rows]


def _one(connection: Connection, where: ColumnElement[bool]) -> Person | None:
    row = connection.execute(select(people).where(where)).first()
    return None if row is None else _person(connection, row)


def _person(connection: Connection, row: Row[Any]) -> Person:
    held = connection.execute(select(roles.c.role).where(roles.c.person == row.id)).scalars()
    return Person(
        row.id, row.login, row.name, frozenset(held), row.password, row.is_active, row.failures, row.locked_until
    )


def add_person(
    connection: Connection,
    login: str,
    name: str,
    held: frozenset[str],
    at: str,
    *,
    password: str | None = None,
    issuer: str | None = None,
    subject: str | None = None,
    id_: str | None = None,
) -> str:
    """Add a person and return the id; raises LoginTaken where somebody has the login already."""
    added = id_ or new_id()
    values = {
        "id": added,
        "login": login,
        "name": name,
        "issuer": issuer,
        "subject": subject,
        "password": password,
        "is_active": True,
        "failures": 0,
        "locked_until": None,
        "made_at": at,
    }
    try:
        with connection.begin_nested():
            connection.execute(insert(people).values(values))
    except IntegrityError:
        raise LoginTaken("somebody signs in as {login} already", login=login) from None
    set_roles(connection, added, held)
    return added


def set_roles(connection: Connection, id_: str, held: frozenset[str]) -> None:
    """Let a person have these roles and no others."""
    connection.execute(delete(roles).where(roles.c.person == id_))
    for role in sorted(held):
        connection.execute(insert(roles).values(person=id_, role=role))


def set_password(connection: Connection, id_: str, password: str) -> None:
    """Keep another password, as its hash, and end every session of the person."""
    connection.execute(
        update(people).where(people.c.id == id_).values(password=password, failures=0, locked_until=None)
    )
    connection.execute(delete(sessions).where(sessions.c.person == id_))


def set_active(connection: Connection, id_: str, *, is_active: bool) -> None:
    """Let a person in again, or no longer: then every session of theirs ends."""
    connection.execute(update(people).where(people.c.id == id_).values(is_active=is_active))
    if not is_active:
        connection.execute(delete(sessions).where(sessions.c.person == id_))


def note_attempt(connection: Connection, id_: str, at: str, until: str, *, is_right: bool, most: int) -> bool:
    """Count a wrong password, or set the count to 0 for a right one; return whether the person may enter.

    After as many wrong ones in a row as most says, the person is locked out until the time until. Attempts at the same
    time are all counted.
    """
    mine = people.c.id == id_
    if is_right:
        begun = (
            update(people)
            .where(mine, or_(people.c.locked_until.is_(None), people.c.locked_until <= at))
            .values(failures=0, locked_until=None)
        )
        return connection.execute(begun).rowcount == 1
    connection.execute(update(people).where(mine).values(failures=people.c.failures + 1))
    reached = update(people).where(mine, people.c.failures >= most)
    connection.execute(reached.values(failures=0, locked_until=until))
    return False


def begin_session(connection: Connection, id_: str, at: str, ends_at: str) -> str:
    """Begin a session and return its token; only the digest of the token is kept."""
    token = secrets.token_urlsafe(32)
    connection.execute(insert(sessions).values(digest=sha256(token), person=id_, made_at=at, ends_at=ends_at))
    return token


def person_of_session(connection: Connection, token: str, at: str) -> Person | None:
    """Return the person whose session has this token, None where it has ended or they may no longer sign in."""
    row = connection.execute(select(sessions).where(sessions.c.digest == sha256(token))).first()
    if row is None or row.ends_at <= at:
        return None
    found = person(connection, row.person)
    return found if found is not None and found.is_active else None


def end_session(connection: Connection, token: str) -> None:
    """End a session."""
    connection.execute(delete(sessions).where(sessions.c.digest == sha256(token)))


def end_old_sessions(connection: Connection, at: str) -> None:
    """Take away the sessions that have ended."""
    connection.execute(delete(sessions).where(sessions.c.ends_at <= at))
