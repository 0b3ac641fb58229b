"""The tables of the store; what migrations make of an empty database is compared with them by a test.

Days and times are text in UTC that sorts as they do; what is nested is canonical JSON.
"""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s"}
)

people = Table(
    "people",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("login", String(200), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    # For a person who signs in elsewhere: the provider of identities, and as whom it knows them.
    Column("issuer", String(500)),
    Column("subject", String(500)),
    # Argon2id, never the password itself.
    Column("password", Text),
    Column("is_active", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", String(32)),
    Column("made_at", String(32), nullable=False),
    UniqueConstraint("issuer", "subject", name="uq_people_subject"),
)

roles = Table(
    "roles",
    metadata,
    Column("person", ForeignKey("people.id"), primary_key=True),
    Column("role", String(20), primary_key=True),
)

sessions = Table(
    "sessions",
    metadata,
    # The SHA-256 of the cookie: who reads the table cannot sign in with it.
    Column("digest", String(64), primary_key=True),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("made_at", String(32), nullable=False),
    Column("ends_at", String(32), nullable=False),
)

releases = Table(
    "releases",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("note", Text, nullable=False),
    Column("by", String(32), nullable=False),
    Column("at", String(32), nullable=False),
)

release_packs = Table(
    "release_packs",
    metadata,
    Column("release", ForeignKey("releases.digest"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    # The whole pack as a zip.
    Column("content", LargeBinary, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("id", String(32), primary_key=True),
    # The id that the case file gives; two cases may not share one.
    Column("name", Text, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("held_by", ForeignKey("people.id"), index=True),
    # Whether it was referred, or a physician has signed: from then on only a physician decides.
    Column("is_physicians", Boolean, nullable=False),
    # What is searched: the id of the case and what was asked.
    Column("words", Text, nullable=False),
    # One that was opened to look at, and may be thrown away.
    Column("is_sample", Boolean, nullable=False, server_default=false()),
    # The way of review, and by when the request must be decided; null where that is not known.
    Column("way", String(20)),
    Column("due_at", String(32), index=True),
    Column("made_at", String(32), nullable=False, index=True),
    Column("changed_at", String(32), nullable=False, index=True),
)

case_versions = Table(
    "case_versions",
    metadata,
    Column("case", ForeignKey("cases.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    # The case without its facts; null where it is that of the version before.
    Column("header", Text),
    Column("what", Text, nullable=False),
    # The version whose statements this one takes back.
    Column("undoes", Integer),
    Column("by", String(32), nullable=False),
    Column("at", String(32), nullable=False),
)

statements = Table(
    "statements",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case", ForeignKey("cases.id"), nullable=False, index=True),
    # Null for a fact of the whole case.
    Column("item", Text),
    Column("fact", String(120), nullable=False),
    Column("body", Text, nullable=False),
    # The versions of the case in which it stands: from since on, before until.
    Column("since", Integer, nullable=False),
    Column("until", Integer),
    Column("position", Integer, nullable=False),
    Column("by", String(32), nullable=False),
    Column("at", String(32), nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("media_type", String(100), nullable=False),
    Column("content", LargeBinary, nullable=False),
)

case_documents = Table(
    "case_documents",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case", ForeignKey("cases.id"), nullable=False, index=True),
    Column("digest", ForeignKey("documents.digest"), nullable=False, index=True),
    Column("file", Text, nullable=False),
    Column("since", Integer, nullable=False),
    Column("until", Integer),
    # The id of the template where it is a letter of ours, null for what came from others.
    Column("letter", String(120)),
    Column("by", String(32), nullable=False),
    Column("at", String(32), nullable=False),
)

# What happened to a request and moves its deadline: received, information asked for, and so on.
case_events = Table(
    "case_events",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case", ForeignKey("cases.id"), nullable=False, index=True),
    Column("event", String(30), nullable=False),
    # The day, and where it is known the hour, as the office counts them.
    Column("day", String(10), nullable=False),
    Column("hour", String(5)),
    Column("note", Text, nullable=False),
    Column("since", Integer, nullable=False),
    Column("until", Integer),
    Column("by", String(32), nullable=False),
    Column("at", String(32), nullable=False),
)

# What somebody notes beside a criterion, or beside an item where about is null.
case_notes = Table(
    "case_notes",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case", ForeignKey("cases.id"), nullable=False, index=True),
    Column("item", Text, nullable=False),
    Column("about", String(200)),
    Column("text", Text, nullable=False),
    Column("since", Integer, nullable=False),
    Column("until", Integer),
    Column("by", String(32), nullable=False),
    Column("at", String(32), nullable=False),
)

# What was decided of each item, by whom, in the review that stands.
outcomes = Table(
    "outcomes",
    metadata,
    Column("case", ForeignKey("cases.id"), primary_key=True),
    Column("item", Text, primary_key=True),
    Column("outcome", String(30), nullable=False),
    Column("reasons", Text, nullable=False),
    # What of the item is approved, where that is a part of it; null where nobody said.
    Column("granted", Text),
    # The guideline that is not here by which the item was judged; null where none was.
    Column("guideline", Text),
    Column("by", String(32), nullable=False),
    Column("at", String(32), nullable=False),
)

log_entries = Table(
    "log_entries",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    # The case that it is about, to find its entries by; the body says it too, and verifying compares them.
    Column("subject", String(32), index=True),
    Column("body", Text, nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("signature", Text, nullable=False),
)

log_payloads = Table(
    "log_payloads",
    metadata,
    Column("seq", ForeignKey("log_entries.seq"), primary_key=True, autoincrement=False),
    Column("salt", String(64), nullable=False),
    Column("content", Text, nullable=False),
)

# Answers to posts that named a key, so that a post sent twice is done once.
answers = Table(
    "answers",
    metadata,
    Column("person", String(32), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("request", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("subject", String(32), index=True),
    Column("at", String(32), nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(30), nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("by", String(32), nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("result", Text),
    Column("problem", Text),
    Column("made_at", String(32), nullable=False),
    Column("changed_at", String(32), nullable=False),
)

# The tables of the chain: entries are never changed or deleted, and only a purge deletes payloads.
CHAIN = ("log_entries", "log_payloads")
