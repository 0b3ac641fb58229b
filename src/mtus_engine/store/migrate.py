"""Brings the tables of a database to what this version needs, and grants roles of PostgreSQL access to them."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from mtus_engine.store.database import NoDatabase, read_transaction, write_transaction
from mtus_engine.store.tables import CHAIN, metadata


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["quiet"] = True
    return config


@cache
def newest_revision() -> str:
    """Return the revision that this version of the program needs."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    assert newest is not None, "there is at least one migration"
    return newest


def revision_of(engine: Engine) -> str | None:
    """Return the revision of a database, None for one without tables of ours."""
    with read_transaction(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def migrate(engine: Engine) -> None:
    """Bring a database to the newest revision; nothing is changed where a step fails."""
    with write_transaction(engine) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def refuse_other_revision(engine: Engine) -> None:
    """Raise NoDatabase where a database is not of this version, saying what to do."""
    found, newest = revision_of(engine), newest_revision()
    if found == newest:
        return
    if found is None:
        raise NoDatabase("the database has no tables yet: run mtus store migrate")
    if found not in _revisions():
        raise NoDatabase("the database is of a newer version of mtus-engine: install that version")
    raise NoDatabase("the database is of an older version: run mtus store backup, then mtus store migrate")


def is_older(engine: Engine) -> bool:
    """Return whether a database is of an earlier revision than this version needs."""
    found = revision_of(engine)
    return found != newest_revision() and found in _revisions()


def _revisions() -> set[str]:
    return {one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions()}


def grant(engine: Engine, application: str, retention: str | None) -> None:
    """Let the role of the application read and write all but the chain, to which it may only add.

    The role of retention may read all, and delete payloads and cases. To be run by the owner of the tables; raises
    NoDatabase for any database but PostgreSQL.
    """
    if engine.dialect.name != "postgresql":
        raise NoDatabase("roles are a matter of PostgreSQL: SQLite has none")
    with write_transaction(engine) as connection:
        quote = connection.dialect.identifier_preparer.quote_identifier
        others = ", ".join(name for name in metadata.tables if name not in CHAIN)
        chain = ", ".join(CHAIN)
        _run(connection, f"GRANT SELECT ON alembic_version TO {quote(application)}")
        _run(connection, f"GRANT SELECT, INSERT, UPDATE, DELETE ON {others} TO {quote(application)}")
        _run(connection, f"REVOKE ALL ON {chain} FROM {quote(application)}")
        _run(connection, f"GRANT SELECT, INSERT ON {chain} TO {quote(application)}")
        if retention is not None:
            _run(connection, f"GRANT SELECT ON alembic_version TO {quote(retention)}")
            _run(connection, f"GRANT SELECT, INSERT, UPDATE, DELETE ON {others} TO {quote(retention)}")
            _run(connection, f"GRANT SELECT, INSERT ON {chain} TO {quote(retention)}")
            _run(connection, f"GRANT DELETE ON log_payloads TO {quote(retention)}")


def _run(connection: Connection, statement: str) -> None:
    connection.execute(text(statement))


def may_change_chain(connection: Connection) -> bool:
    """Return whether this role of PostgreSQL may change or delete what is in the chain; SQLite has no roles."""
    if connection.dialect.name != "postgresql":
        return False
    asked = (
        "SELECT has_table_privilege(current_user, 'log_entries', 'UPDATE')"
        " OR has_table_privilege(current_user, 'log_entries', 'DELETE')"
    )
    return bool(connection.execute(text(asked)).scalar_one())
