"""Copies the whole store from one database to another; a backup is a file of SQLite, whatever the database is.

A backup can be read, verified, replayed and purged like the store itself. A backup of SQLite can be restored into
PostgreSQL, which is how an office moves to it.
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, func, insert, inspect, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from mtus_engine.store.database import NoDatabase, engine_of, read_transaction, write_transaction
from mtus_engine.store.migrate import is_older, migrate, refuse_other_revision
from mtus_engine.store.tables import documents, metadata, release_packs, sessions

# Rows that are copied at a time.
_BATCH = 500
# Tables whose rows may be large: of these one row at a time.
_LARGE = frozenset({documents.name, release_packs.name})
# Sessions are not copied: restoring a backup signs nobody in.
_LEFT_OUT = frozenset({sessions.name})


def file_address(file: Path) -> URL:
    """Return the address of a backup."""
    return URL.create("sqlite", database=str(file))


def back_up(engine: Engine, file: Path) -> dict[str, int]:
    """Copy the store, as it is at one moment, into a new file; return how many rows of each table it holds.

    Raises NoDatabase where the file is there already.
    """
    if file.exists():
        raise NoDatabase(f"{file} is there already and is left as it is: name another")
    beside = file.with_name(f".{file.name}.part")
    beside.unlink(missing_ok=True)
    try:
        copy = engine_of(file_address(beside))
        migrate(copy)
        with read_transaction(engine) as of, write_transaction(copy) as to:
            counts = _copy_tables(of, to)
        _close_as_one_file(copy)
        beside.replace(file)
    finally:
        for left in (beside, *(beside.with_name(f"{beside.name}{end}") for end in ("-wal", "-shm"))):
            left.unlink(missing_ok=True)
    return counts


def _close_as_one_file(copy: Engine) -> None:
    """Close a copy so that it is one file, without a journal of SQLite beside it."""
    with copy.connect() as connection:
        raw = connection.connection.cursor()
        raw.execute("PRAGMA journal_mode=DELETE")
        raw.close()
    copy.dispose()


def refuse_no_backup(file: Path, *, is_older_taken: bool = False) -> None:
    """Raise NoDatabase where a file is no backup of this version; with is_older_taken, an earlier version will do."""
    if not file.is_file():
        raise NoDatabase(f"there is no file {file}")
    source = engine_of(file_address(file))
    try:
        if is_older(source):
            if is_older_taken:
                return
            raise NoDatabase("it is a backup of an earlier version: restore it, and back that up")
        refuse_other_revision(source)
    except DBAPIError:
        raise NoDatabase(f"{file} is no backup: mtus store backup makes one") from None
    except NoDatabase as refused:
        raise NoDatabase(f"{file}: {refused}") from None
    finally:
        source.dispose()


def restore(file: Path, engine: Engine) -> dict[str, int]:
    """Copy a backup, of this version or an earlier one, into an empty database of this version.

    Raises NoDatabase where that is not empty, or the file is no backup.
    """
    refuse_no_backup(file, is_older_taken=True)
    source = engine_of(file_address(file))
    migrate(engine)
    with read_transaction(source) as of, write_transaction(engine) as to:
        if any(_length(to, name) for name in metadata.tables):
            raise NoDatabase("the database holds something already: restore into an empty one")
        counts = _copy_tables(of, to)
    source.dispose()
    return counts


def _length(connection: Connection, name: str) -> int:
    return int(connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one())


def _copy_tables(of: Connection, to: Connection) -> dict[str, int]:
    """Copy every table, those that others refer to first; return the rows of each. Missing columns take defaults."""
    counts = {}
    there = inspect(of)
    for table in metadata.sorted_tables:
        if table.name in _LEFT_OUT or not there.has_table(table.name):
            continue
        batch = 1 if table.name in _LARGE else _BATCH
        names = {column["name"] for column in there.get_columns(table.name)}
        wanted = select(*(column for column in table.columns if column.name in names))
        found = of.execution_options(yield_per=batch).execute(wanted.order_by(*table.primary_key.columns))
        counts[table.name] = 0
        for rows in found.mappings().partitions(batch):
            to.execute(insert(table), [dict(row) for row in rows])
            counts[table.name] += len(rows)
    return counts
