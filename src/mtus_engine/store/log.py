"""The log of decisions: one record for each determination that is signed, sent, referred, handed over or opened again.

Entries are only ever added. What is recorded lies beside the chain, with the salt of its digest.
"""

import secrets
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, insert, select

from mtus_engine import __version__
from mtus_engine.store.canonical import canonical_json, plain_of
from mtus_engine.store.chain import (
    GENESIS,
    Entry,
    LogHead,
    Payload,
    Verified,
    Verifier,
    head_of,
    salted_digest,
    signed_entry,
)
from mtus_engine.store.database import lock_chain
from mtus_engine.store.keys import LogKey
from mtus_engine.store.tables import log_entries, log_payloads

# Entries that are read at a time: a log may be longer than memory.
_BATCH = 1000


class RecordKind(Enum):
    """Why a record was made."""

    SIGNED = "signed"
    SENT = "sent"
    REFERRED = "referred"
    HANDED_OVER = "handed_over"
    REOPENED = "reopened"
    # Signed by a physician against the criteria.
    OVERRIDDEN = "overridden"
    # A person was added, changed, locked out or let in again.
    PEOPLE = "people"
    PURGED = "purged"


class Stamp(NamedTuple):
    """Who does something, and when, as text in UTC."""

    by: str
    at: str


class Recorded(NamedTuple):
    """One record as it is read: its place in the chain, what kind, of which case, by whom and when, and what it holds.

    content is None where the record was purged.
    """

    seq: int
    kind: str
    subject: str | None
    by: str
    at: str
    release: str | None
    engine_version: str
    content: Mapping[str, Any] | None


def append_record(
    connection: Connection,
    key: LogKey,
    stamp: Stamp,
    kind: RecordKind,
    subject: str | None,
    content: Mapping[str, Any] | None,
    *,
    release: str | None = None,
    purged: tuple[int, ...] = (),
) -> LogHead:
    """Add a record to the log and return the head of the chain that ends with it; the transaction keeps both or none.

    Raises NotCanonical for content that canonical JSON cannot hold.
    """
    lock_chain(connection)
    last = last_entry(connection)
    payload = None if content is None else Payload(secrets.token_hex(32), canonical_json(content))
    body = {
        "seq": 1 if last is None else last.seq + 1,
        "previous": GENESIS if last is None else last.hash,
        "at": stamp.at,
        "by": stamp.by,
        "kind": kind.value,
        "subject": subject,
        "payload": None if payload is None else salted_digest(*payload),
        "release": release,
        "engine_version": __version__,
        **({"signer": key.public} if last is None else {}),
        **({"purged": list(purged)} if purged else {}),
    }
    entry = signed_entry(body, key)
    connection.execute(insert(log_entries).values(entry._asdict()))
    if payload is not None:
        connection.execute(insert(log_payloads).values(seq=entry.seq, salt=payload.salt, content=payload.content))
    return head_of(entry, key)


def last_entry(connection: Connection) -> Entry | None:
    """Return the entry that the log ends with, None for an empty one."""
    last = connection.execute(select(log_entries).order_by(log_entries.c.seq.desc()).limit(1)).first()
    return None if last is None else Entry(**last._mapping)


def signer_of_log(connection: Connection) -> tuple[bool, str | None]:
    """Return whether the log is empty, and the key that its first entry names: None where that cannot be read."""
    first = connection.execute(select(log_entries.c.body).order_by(log_entries.c.seq).limit(1)).scalar_one_or_none()
    if first is None:
        return True, None
    try:
        signer = plain_of(first)["signer"]
    except (ValueError, TypeError, KeyError):
        return False, None
    return False, signer if isinstance(signer, str) else None


def current_head(connection: Connection, key: LogKey) -> LogHead | None:
    """Return the signed head of the log as it stands, None for an empty one."""
    last = last_entry(connection)
    return None if last is None else head_of(last, key)


def entries(connection: Connection, subject: str | None = None) -> Iterator[tuple[Entry, Payload | None]]:
    """Yield the entries in their order, with their payloads where they are there; subject keeps those of one case."""
    after = None
    while True:
        # Pages go by the numbers of entries, not by counting them: entries missing in the middle shift nothing.
        page = _page(connection, subject, after, _BATCH)
        yield from page
        if len(page) < _BATCH:
            return
        after = page[-1][0].seq


def _page(
    connection: Connection, subject: str | None, after: int | None, limit: int
) -> list[tuple[Entry, Payload | None]]:
    joined = log_entries.outerjoin(log_payloads)
    wanted = select(log_entries, log_payloads.c.salt, log_payloads.c.content).select_from(joined)
    if subject is not None:
        wanted = wanted.where(log_entries.c.subject == subject)
    if after is not None:
        wanted = wanted.where(log_entries.c.seq > after)
    return [
        (
            Entry(row.seq, row.subject, row.body, row.hash, row.signature),
            None if row.salt is None else Payload(row.salt, row.content),
        )
        for row in connection.execute(wanted.order_by(log_entries.c.seq).limit(limit))
    ]


def records(connection: Connection, subject: str | None = None) -> Iterator[Recorded]:
    """Yield the records of the log in their order; subject keeps those of one case."""
    for entry, payload in entries(connection, subject):
        yield record_of_entry(entry, payload)


def page_of_records(connection: Connection, subject: str | None, after: int, limit: int) -> list[Recorded]:
    """Return up to limit records that follow the entry numbered after; subject keeps those of one case."""
    rows = _page(connection, subject, after, limit)
    return [record_of_entry(*one) for one in rows]


def record_at(connection: Connection, seq: int) -> Recorded:
    """Return the record of the entry numbered seq, which must be there."""
    [found] = page_of_records(connection, None, seq - 1, 1)
    assert found.seq == seq
    return found


def last_record(connection: Connection, subject: str) -> Recorded | None:
    """Return the last record of a case, None where it has none."""
    seq = connection.execute(select(func.max(log_entries.c.seq)).where(log_entries.c.subject == subject)).scalar()
    return None if seq is None else record_at(connection, seq)


def record_of_entry(entry: Entry, payload: Payload | None) -> Recorded:
    """Return the record that an entry and its payload make; its content is None without a payload."""
    body = plain_of(entry.body)
    content = None if payload is None else plain_of(payload.content)
    said = (body["kind"], body["subject"], body["by"], body["at"], body["release"], body["engine_version"])
    return Recorded(entry.seq, *said, content)


def verification_of_log(connection: Connection, public: str, heads: tuple[LogHead, ...] = ()) -> Verified:
    """Return what verifying the log found; public is its key, heads are those that were kept elsewhere."""
    verifier = Verifier(public, heads)
    for entry, payload in entries(connection):
        verifier.take(entry, payload)
    orphans = select(log_payloads.c.seq).where(log_payloads.c.seq.not_in(select(log_entries.c.seq)))
    for seq in connection.execute(orphans).scalars():
        verifier.unlinked(seq)
    return verifier.verify()


def length(connection: Connection) -> int:
    """Return how many entries the log has."""
    return int(connection.execute(select(func.count()).select_from(log_entries)).scalar_one())
