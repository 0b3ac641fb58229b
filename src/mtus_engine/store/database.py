"""A database by its address: SQLite in a folder that one person may read, or PostgreSQL; and its transactions."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

FILE = "record.sqlite"
# Seconds that a change waits for another to end.
PATIENCE = 30
# The advisory lock of PostgreSQL that all who append to the chain take; the number is arbitrary.
_CHAIN_LOCK = 7_204_604
_CHANGING = "changing"


class NoDatabase(Exception):
    """An address that names no database that can be used; says why, and what to write instead."""


def private_folder(folder: Path) -> Path:
    """Return a folder that nobody else may look into, made where it is missing; raises NoDatabase if others may."""
    if folder.exists() and not folder.is_dir():
        raise NoDatabase(f"{folder} is no folder: name one for the record")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = folder.stat().st_mode & 0o777
    if mode & 0o077:
        raise NoDatabase(f"{folder} may be read by others (mode {mode:o}): chmod 700 {folder}")
    return folder


def address_of(data: Path, named: str | None) -> URL:
    """Return the address of a database: the one that is named, else the file in the data folder."""
    if named is None:
        return URL.create("sqlite", database=str(private_folder(data) / FILE))
    try:
        url = make_url(named)
    except ArgumentError:
        raise NoDatabase("no address of a database: write postgresql+psycopg://user@host/database") from None
    if url.drivername not in {"postgresql+psycopg", "sqlite"}:
        raise NoDatabase(f"{url.drivername} is not known here: write postgresql+psycopg://user@host/database")
    return url


def engine_of(url: URL) -> Engine:
    """Return the engine of a database, not connected yet; a missing file of SQLite is made, for its owner alone."""
    if url.drivername != "sqlite":
        return create_engine(url, pool_size=20, max_overflow=20, pool_pre_ping=True, hide_parameters=True)
    arguments = {"check_same_thread": False, "timeout": PATIENCE}
    # Error messages leave out the parameters of a statement: they may hold what cases say.
    engine = create_engine(url, poolclass=QueuePool, pool_size=20, connect_args=arguments, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _connected(connection: DBAPIConnection, _record: object) -> None:
        # The driver begins no transaction of its own: SQLAlchemy says when.
        connection.isolation_level = None
        # Bytes that are no text, as after tampering, stay bytes, so that verifying can name their entry.
        connection.text_factory = _text_or_bytes
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        is_changing = connection.get_execution_options().get(_CHANGING, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_changing else "BEGIN")

    if url.database and url.database != ":memory:":
        _keep_private(Path(url.database))
    return engine


def _text_or_bytes(content: bytes) -> str | bytes:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content


def _keep_private(file: Path) -> None:
    """Make the file of a database where it is missing, for its owner alone."""
    if not file.exists():
        os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """Yield a connection whose changes are all kept when the block ends, and none where it fails."""
    with engine.connect().execution_options(**{_CHANGING: True}) as connection, connection.begin():
        yield connection


@contextmanager
def read_transaction(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that sees the database as it is at one moment."""
    options = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def lock_chain(connection: Connection) -> None:
    """Let nobody else append to the chain until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _CHAIN_LOCK})
