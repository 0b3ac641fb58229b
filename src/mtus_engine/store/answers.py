"""Answers to posts that named a key: a post that is sent twice, as after a lost connection, is done once."""

from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, text

from mtus_engine.model.told import Told
from mtus_engine.store.canonical import canonical_json, plain_of, sha256
from mtus_engine.store.log import Stamp
from mtus_engine.store.tables import answers


class KeyUsed(Told):
    """The key was used for another request."""


class KeptAnswer(NamedTuple):
    """What was answered: status, headers and body as text; subject is the case that it is about."""

    status: int
    headers: dict[str, str]
    body: str
    subject: str | None = None


def claim_key(connection: Connection, person: str, key: str) -> None:
    """Make a repeated post wait until the first has ended; with SQLite, every change waits for the one before."""
    if connection.dialect.name == "postgresql":
        claim = int(sha256(f"{person} {key}")[:15], 16)
        connection.execute(text("SELECT pg_advisory_xact_lock(:claim)"), {"claim": claim})


def answer_before(connection: Connection, person: str, key: str, request: str) -> KeptAnswer | None:
    """Return what was answered to this key before; raises KeyUsed where that was another request."""
    row = connection.execute(select(answers).where(answers.c.person == person, answers.c.key == key)).first()
    if row is None:
        return None
    if row.request != request:
        raise KeyUsed("this Idempotency-Key was sent with another request: use a new one for each")
    return KeptAnswer(row.status, plain_of(row.headers), row.body, row.subject)


def keep_answer(connection: Connection, stamp: Stamp, key: str, request: str, answer: KeptAnswer) -> None:
    """Keep an answer with the change that it tells of."""
    values = {
        "person": stamp.by,
        "key": key,
        "request": request,
        "status": answer.status,
        "headers": canonical_json(answer.headers),
        "body": answer.body,
        "subject": answer.subject,
        "at": stamp.at,
    }
    connection.execute(insert(answers).values(values))


def forget_answers(connection: Connection, before: str) -> None:
    """Take away the answers that were given before a time."""
    connection.execute(delete(answers).where(answers.c.at < before))
