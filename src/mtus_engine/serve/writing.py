"""Makes each change once: checks the version that was seen, and the key by which a repetition is known."""

import hashlib
from collections.abc import Callable
from typing import Annotated, NamedTuple

import orjson
from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy import Connection

from mtus_engine.serve.door import Visitor
from mtus_engine.serve.office import Office
from mtus_engine.serve.problems import Refused, etag
from mtus_engine.serve.shapes import Kept
from mtus_engine.store.answers import KeptAnswer, answer_before, claim_key, keep_answer
from mtus_engine.store.chain import LogHead
from mtus_engine.store.log import Stamp


class MadeOnce(NamedTuple):
    """What a change made: the answer, the case that it is about, and the end of the log where it was recorded."""

    status: int
    body: BaseModel
    headers: dict[str, str]
    subject: str | None = None
    head: LogHead | None = None


ChangeToKeep = Callable[[Connection, Stamp], MadeOnce]


class Repeatable(NamedTuple):
    """The key that a request names, None for none, and the digest of what it asks for."""

    key: str | None
    digest: str


async def repeatable_of(
    request: Request,
    idempotency_key: Annotated[
        str | None, Header(min_length=1, max_length=200, description="the same for each repetition of one request")
    ] = None,
) -> Repeatable:
    """Return the key of a request, with the SHA-256 of its method, address and body."""
    digest = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    digest.update(await request.body())
    return Repeatable(idempotency_key, digest.hexdigest())


Once = Annotated[Repeatable, Depends(repeatable_of)]


def seen_version(
    if_match: Annotated[str | None, Header(description="the ETag of the case as it was seen", max_length=100)] = None,
) -> int:
    """Return the version of a case that the sender saw; raises Refused where none is named."""
    if if_match is None:
        detail = "send If-Match with the ETag of the case as you saw it, so that nobody's change is lost"
        raise Refused(428, "Which version", detail)
    digits = if_match.strip().removeprefix("W/").removeprefix('"').removesuffix('"')
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 9:
        raise Refused(400, "No version", 'If-Match is the ETag of a case, such as "3"')
    return int(digits)


VersionSeen = Annotated[int, Depends(seen_version)]


def answer_to_repetition(office: Office, visitor: Visitor, once: Repeatable) -> Response | None:
    """Return the answer that a repeated request had before, None for one that is new; raises KeyUsed."""
    if once.key is None:
        return None
    with office.reading() as connection:
        before = answer_before(connection, visitor.person.id, once.key, once.digest)
    return None if before is None else _answer_again(before)


def _answer_again(before: KeptAnswer) -> Response:
    return Response(before.body, before.status, {**before.headers, "Idempotent-Replayed": "true"}, JSON)


def write_once(office: Office, visitor: Visitor, once: Repeatable, change: ChangeToKeep) -> Response:
    """Return the answer to a change, made now or, where the request is a repetition, before."""
    with office.record.changing() as connection:
        stamp = office.stamp(visitor.person)
        if once.key is not None:
            claim_key(connection, visitor.person.id, once.key)
            before = answer_before(connection, visitor.person.id, once.key, once.digest)
            if before is not None:
                return _answer_again(before)
        made = change(connection, stamp)
        answer = KeptAnswer(made.status, made.headers, made.body.model_dump_json(), made.subject)
        if once.key is not None:
            keep_answer(connection, stamp, once.key, once.digest, answer)
    # Only now is the change committed.
    office.keep_head(made.head)
    return Response(answer.body, answer.status, answer.headers, JSON)


def keep_change(
    office: Office, visitor: Visitor, once: Repeatable, id_: str, change: Callable[[Connection, Stamp], int]
) -> None:
    """Make a change of a case, once; change returns the version that it makes."""

    def made(connection: Connection, stamp: Stamp) -> MadeOnce:
        return MadeOnce(200, Kept(id=id_, version=change(connection, stamp)), {}, id_)

    write_once(office, visitor, once, made)


JSON = "application/json"


def json_response(value: object, headers: dict[str, str] | None = None, status: int = 200) -> Response:
    """Return plain values as a response of JSON."""
    return Response(orjson.dumps(value), status, headers, JSON)


def version_headers(version: int, place: str | None = None) -> dict[str, str]:
    """Return the headers of an answer: the ETag of a version and, for what was made, its Location."""
    return {"ETag": etag(version)} | ({} if place is None else {"Location": place})
