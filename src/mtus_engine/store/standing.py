"""Rows that stand with a case from one of its versions until another: statements, documents, notes and events."""

from sqlalchemy import ColumnElement, Connection, Table, or_, update


def stands_at(table: Table, case: str, version: int) -> ColumnElement[bool]:
    """Return the condition of the rows that stand with a case in a version."""
    until = or_(table.c.until.is_(None), table.c.until > version)
    return (table.c.case == case) & (table.c.since <= version) & until


def end_row(connection: Connection, table: Table, case: str, id_: str, version: int) -> bool:
    """End a row that stands, as of a version; return whether it stood. Earlier versions still have it."""
    stands = (table.c.id == id_) & (table.c.case == case) & table.c.until.is_(None)
    return connection.execute(update(table).where(stands).values(until=version)).rowcount == 1
