"""Opens the record: its database, the key of its log, and the clock that stamps what is done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from mtus_engine.store.database import (
    FILE,
    NoDatabase,
    address_of,
    engine_of,
    private_folder,
    read_transaction,
    write_transaction,
)
from mtus_engine.store.identity import instant
from mtus_engine.store.keys import FILE as KEY_FILE
from mtus_engine.store.keys import KeyRefused, LogKey, log_key
from mtus_engine.store.log import Stamp, signer_of_log
from mtus_engine.store.migrate import migrate, refuse_other_revision, revision_of

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the time now, in UTC; no determination depends on it."""
    return datetime.now(UTC)


class Record:
    """A store that is ready: transactions on its database, and stamps for what is done in them."""

    def __init__(self, engine: Engine, key: LogKey, clock: Clock = system_clock) -> None:
        """Keep what is given; open_record makes a record from a folder or an address."""
        self.engine = engine
        self.key = key
        self._clock = clock

    def now(self) -> datetime:
        """Return the time by the clock of the record."""
        return self._clock()

    def stamp(self, by: str) -> Stamp:
        """Return the stamp of what a person, by id, does now."""
        return Stamp(by, instant(self._clock()))

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """Yield a connection whose changes are all kept when the block ends, and none where it fails."""
        with write_transaction(self.engine) as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that sees the database as it is at one moment."""
        with read_transaction(self.engine) as connection:
            yield connection

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def open_record(
    data: Path,
    database: str | None = None,
    clock: Clock = system_clock,
    *,
    may_begin: bool = True,
    must_match: bool = True,
) -> Record:
    """Return the record in a data folder, or in a database whose log key lies in that folder.

    Where it may_begin, a new folder gets its file of SQLite and its key; every other record must be there. Raises
    NoDatabase, and KeyRefused where the key of the log is not the one that its entries are signed with: for verifying,
    must_match is false, and each entry is reported instead.
    """
    if not may_begin and not (data / FILE if database is None else data).exists():
        raise NoDatabase(f"there is no record in {data}: name its folder after --data")
    private_folder(data)
    engine = engine_of(address_of(data, database))
    if database is None and revision_of(engine) is None:
        migrate(engine)
    refuse_other_revision(engine)
    with read_transaction(engine) as connection:
        is_new, signer = signer_of_log(connection)
    key = log_key(data / KEY_FILE, is_new=is_new)
    if must_match and signer is not None and signer != key.public:
        raise KeyRefused(f"{data / KEY_FILE} is not the key that the log was signed with: put the right one there")
    return Record(engine, key, clock)
