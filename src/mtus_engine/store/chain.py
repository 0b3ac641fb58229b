"""The chain of the log: each entry names the hash of the one before, and a head that is kept elsewhere names the last.

The chain holds nothing of a case, only the salted digest of the payload: payload and salt can be deleted, and the chain
can still be verified.
"""

import hmac
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from mtus_engine.store.canonical import canonical_json, plain_of, sha256
from mtus_engine.store.keys import LogKey, hex_bytes, is_signed

GENESIS = "0" * 64
PURGED = "purged"
_BODY_KEYS = {
    "seq",
    "previous",
    "at",
    "by",
    "kind",
    "subject",
    "payload",
    "release",
    "engine_version",
    "purged",
    "signer",
}


class Entry(NamedTuple):
    """One link: body is the canonical JSON whose hash the next one names, signed with the key of the log."""

    seq: int
    subject: str | None
    body: str
    hash: str
    signature: str


class Payload(NamedTuple):
    """What an entry records, with the salt of its digest."""

    salt: str
    content: str


class LogHead(NamedTuple):
    """The end of a chain at one time, signed: kept elsewhere, it shows a tail that was cut and a chain written anew."""

    seq: int
    hash: str
    public: str
    signature: str


class Fault(NamedTuple):
    """What is wrong with a log, and at which entry."""

    seq: int
    says: str


class Gone(NamedTuple):
    """An entry whose record was purged, when and by whom: the id of a person."""

    seq: int
    at: str
    by: str


class Verified(NamedTuple):
    """What verifying found: how many entries and payloads there are, what was purged, and every fault."""

    entries: int
    payloads: int
    purged: tuple[Gone, ...]
    faults: tuple[Fault, ...]


def salted_digest(salt: str, content: str) -> str:
    """Return the digest of a payload (HMAC-SHA-256, in hexadecimal), which only somebody with the salt can check."""
    return hmac.new(hex_bytes(salt), content.encode(), "sha256").hexdigest()


def signed_entry(body: Mapping[str, Any], key: LogKey) -> Entry:
    """Return the entry of a body: its canonical JSON, hashed and signed."""
    text = canonical_json(body)
    hashed = sha256(text)
    return Entry(body["seq"], body["subject"], text, hashed, key.signature(hashed))


def head_of(entry: Entry, key: LogKey) -> LogHead:
    """Return the head of a chain that ends with an entry."""
    return LogHead(entry.seq, entry.hash, key.public, key.signature(_head_text(entry.seq, entry.hash)))


def head_text(head: LogHead) -> str:
    """Return a head as the line of JSON that is kept elsewhere."""
    return canonical_json(head._asdict()) + "\n"


def head_of_text(text: str) -> LogHead:
    """Return the head that a line of JSON holds; raises ValueError for text that is no head, or wrongly signed."""
    plain = plain_of(text)
    if not isinstance(plain, dict) or set(plain) != set(LogHead._fields):
        raise ValueError("no head of a log: it has seq, hash, public and signature")
    head = LogHead(**plain)
    if not is_signed(_head_text(head.seq, head.hash), head.signature, head.public):
        raise ValueError("the head was not signed with the key that it names")
    return head


def _head_text(seq: int, hashed: str) -> str:
    return f"head {seq} {hashed}"


class Verifier:
    """Goes through a log from its first entry and keeps what is wrong with it."""

    def __init__(self, public: str, heads: Iterable[LogHead] = ()) -> None:
        """Begin; public is the key the entries are signed with, heads are those kept elsewhere."""
        self._heads: dict[int, list[LogHead]] = {}
        self._faults: list[Fault] = []
        self._public = public
        for one in heads:
            self._heads.setdefault(one.seq, []).append(one)
            if one.public != public:
                self._fault(0, "the log has another key than a head that was kept: it was written anew")
        self._previous = GENESIS
        self._seq = 0
        self._without: dict[int, bool] = {}
        self._with: set[int] = set()
        self._purges: dict[int, Gone] = {}

    def take(self, entry: Entry, payload: Payload | None) -> None:
        """Look at the next entry, with its payload where it is there."""
        self._seq += 1
        if entry.seq != self._seq:
            self._fault(entry.seq, f"entry {self._seq} is missing" if entry.seq > self._seq else "out of its order")
            self._seq = entry.seq
        if not _is_text(entry, payload):
            self._fault(entry.seq, "it holds what is no text: it was changed")
            self._previous = str(entry.hash)
            return
        if sha256(entry.body) != entry.hash:
            self._fault(entry.seq, "what it says is not what was hashed: it was changed")
        if not is_signed(entry.hash, entry.signature, self._public):
            self._fault(entry.seq, "its signature is not that of the log's key")
        body = self._body(entry)
        if body.get("previous") != self._previous:
            self._fault(entry.seq, "it does not follow the entry before it")
        if body.get("seq") != entry.seq or body.get("subject") != entry.subject:
            self._fault(entry.seq, "its number or case is not the one that was hashed")
        self._payload(entry, body, payload)
        if any(kept.hash != entry.hash for kept in self._heads.get(entry.seq, ())):
            self._fault(
                entry.seq,
                "it is not the entry that a kept head names: the log was written anew, or purged as a copy",
            )
        self._previous = entry.hash

    def _body(self, entry: Entry) -> dict[str, Any]:
        try:
            body = plain_of(entry.body)
        except ValueError:
            body = None
        if not isinstance(body, dict) or not set(body) <= _BODY_KEYS:
            self._fault(entry.seq, "it cannot be read")
            return {}
        return body

    def _payload(self, entry: Entry, body: Mapping[str, Any], payload: Payload | None) -> None:
        purged = body.get("purged")
        for seq in (one for one in purged if isinstance(one, int)) if isinstance(purged, list) else ():
            self._purges[seq] = Gone(seq, str(body.get("at")), str(body.get("by")))
        if payload is None:
            self._without[entry.seq] = body.get("payload") is not None
            return
        self._with.add(entry.seq)
        try:
            digest = salted_digest(payload.salt, payload.content)
        except ValueError:
            digest = ""
        if digest != body.get("payload"):
            self._fault(entry.seq, "its record is not the one that was logged: it was changed")

    def unlinked(self, seq: int) -> None:
        """Note a payload whose entry is missing."""
        self._fault(seq, "a record without its entry")

    def verify(self) -> Verified:
        """Return what was found, when all entries were looked at."""
        for seq in sorted(self._heads):
            if seq > self._seq:
                self._fault(seq, f"the kept head names entry {seq}, and the log ends with {self._seq}: its end was cut")
        gone = [seq for seq, has_payload in self._without.items() if has_payload]
        for seq in gone:
            if seq not in self._purges:
                self._fault(seq, "its record is missing, and no purge says so")
        for seq in sorted(set(self._purges) & self._with):
            self._fault(seq, "its record was purged and is here again, as from a backup: purge it once more")
        purged = tuple(self._purges[seq] for seq in gone if seq in self._purges)
        return Verified(self._seq, len(self._with), purged, tuple(self._faults))

    def _fault(self, seq: int, says: str) -> None:
        self._faults.append(Fault(seq, says))


def _is_text(entry: Entry, payload: Payload | None) -> bool:
    kept = (entry.body, entry.hash, entry.signature, *(payload or ()))
    return all(isinstance(one, str) for one in kept) and isinstance(entry.subject, str | None)


def purged_lines(found: Verified, who: Mapping[str, str]) -> Iterator[str]:
    """Yield what was purged, a line each; who has the logins of people by their ids."""
    yield from (f"entry {one.seq}: purged {one.at} by {who.get(one.by, one.by)}" for one in found.purged)


def fault_lines(verified: Verified) -> Iterator[str]:
    """Yield what is wrong, a line each."""
    yield from (f"entry {one.seq}: {one.says}" for one in verified.faults)
