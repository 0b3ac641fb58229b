"""The documents of cases: each content is kept once, and each version of a case has its own list of documents."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, insert, select

from mtus_engine.store.canonical import sha256
from mtus_engine.store.cases import NoCase, case_row, next_version, note_version
from mtus_engine.store.identity import new_id
from mtus_engine.store.log import Stamp
from mtus_engine.store.standing import end_row, stands_at
from mtus_engine.store.tables import case_documents, cases, documents


class KeptDocument(NamedTuple):
    """A document of a case: its file name as it came, and the SHA-256 of its content.

    letter is the id of its template where it is a letter of ours, None for what came from others.
    """

    id: str
    file: str
    digest: str
    media_type: str
    by: str
    at: str
    letter: str | None


def keep_content(connection: Connection, media_type: str, content: bytes) -> str:
    """Keep the bytes of a document where they are not there yet, and return their SHA-256."""
    digest = sha256(content)
    if connection.execute(select(documents.c.digest).where(documents.c.digest == digest)).first() is None:
        connection.execute(insert(documents).values(digest=digest, media_type=media_type, content=content))
    return digest


def attach_content(
    connection: Connection,
    stamp: Stamp,
    case: str,
    version: int,
    file: str,
    media_type: str,
    content: bytes,
    *,
    letter: str | None = None,
) -> tuple[str, int]:
    """Keep the bytes of a document and put it with a case; return its id there and the version that this makes."""
    digest = keep_content(connection, media_type, content)
    return attach_document(connection, stamp, case, version, file, digest, letter=letter)


def attach_document(
    connection: Connection,
    stamp: Stamp,
    case: str,
    version: int,
    file: str,
    digest: str,
    *,
    letter: str | None = None,
) -> tuple[str, int]:
    """Put a document that is kept with a case; return its id there and the version that this makes.

    letter is the id of its template where it is a letter of ours: such a one is kept with a signed review, too.
    """
    after = next_version(connection, stamp, case, version, is_step=letter is not None)
    id_ = new_id()
    values = {
        "id": id_,
        "case": case,
        "digest": digest,
        "file": file,
        "since": after,
        "until": None,
        "letter": letter,
        "by": stamp.by,
        "at": stamp.at,
    }
    connection.execute(insert(case_documents).values(values))
    note_version(connection, stamp, case, after, f"document added: {file}")
    return id_, after


def remove_document(connection: Connection, stamp: Stamp, case: str, version: int, id_: str) -> int:
    """Take a document away from a case; earlier versions keep it. Return the new version; raises NoCase."""
    after = next_version(connection, stamp, case, version)
    if not end_row(connection, case_documents, case, id_, after):
        raise NoCase("there is no such document with this case")
    note_version(connection, stamp, case, after, "document removed")
    return after


def documents_of(connection: Connection, case: str, version: int | None = None) -> list[KeptDocument]:
    """Return the documents of a case as it stands, or as it stood in a version; raises NoCase."""
    at = case_row(connection, case).version if version is None else version
    stands = (
        select(case_documents, documents.c.media_type)
        .join(documents)
        .where(stands_at(case_documents, case, at))
        .order_by(case_documents.c.since, case_documents.c.file, case_documents.c.id)
    )
    return [_document_of_row(one) for one in connection.execute(stands)]


def files_ever(connection: Connection, case: str) -> set[str]:
    """Return the file names of all documents that a case ever had."""
    return set(connection.execute(select(case_documents.c.file).where(case_documents.c.case == case)).scalars())


def cases_with(connection: Connection, digests: Collection[str]) -> list[tuple[str, str]]:
    """Return the cases, by id and name, with which one of the contents stands, in the order of their names."""
    wanted = (
        select(cases.c.id, cases.c.name)
        .join(case_documents, case_documents.c.case == cases.c.id)
        .where(case_documents.c.digest.in_(digests), case_documents.c.until.is_(None))
        .distinct()
        .order_by(cases.c.name)
    )
    return [(row.id, row.name) for row in connection.execute(wanted)]


def content_of(connection: Connection, case: str, id_: str) -> tuple[KeptDocument, bytes]:
    """Return a document of a case with its bytes; raises NoCase."""
    wanted = (
        select(case_documents, documents.c.media_type, documents.c.content)
        .join(documents)
        .where(case_documents.c.case == case, case_documents.c.id == id_)
    )
    one = connection.execute(wanted).first()
    if one is None:
        raise NoCase("there is no such document with this case")
    return _document_of_row(one), one.content


def _document_of_row(row: Row[Any]) -> KeptDocument:
    return KeptDocument(row.id, row.file, row.digest, row.media_type, row.by, row.at, row.letter)
