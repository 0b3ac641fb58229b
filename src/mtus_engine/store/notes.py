"""What people note beside the criteria of a case."""

from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from mtus_engine.store.cases import NoCase, case_row, next_version, note_version
from mtus_engine.store.identity import new_id
from mtus_engine.store.log import Stamp
from mtus_engine.store.standing import end_row, stands_at
from mtus_engine.store.tables import case_notes


class Note(NamedTuple):
    """A note beside a criterion or limit of an item, or beside the item itself where about is None."""

    id: str
    item: str
    about: str | None
    text: str
    by: str
    at: str


def notes_of(connection: Connection, case: str, version: int | None = None) -> list[Note]:
    """Return the notes of a case as it stands, or as it stood in a version, in their order; raises NoCase."""
    at = case_row(connection, case).version if version is None else version
    stands = select(case_notes).where(stands_at(case_notes, case, at)).order_by(case_notes.c.since, case_notes.c.id)
    return [Note(row.id, row.item, row.about, row.text, row.by, row.at) for row in connection.execute(stands)]


def add_note(
    connection: Connection, stamp: Stamp, case: str, version: int, item: str, about: str | None, text: str
) -> int:
    """Keep a note, and return the version that this makes."""
    after = next_version(connection, stamp, case, version)
    values = {"id": new_id(), "case": case, "item": item, "about": about, "text": text, "since": after, "until": None}
    connection.execute(insert(case_notes).values(**values, by=stamp.by, at=stamp.at))
    note_version(connection, stamp, case, after, "note added")
    return after


def take_note_away(connection: Connection, stamp: Stamp, case: str, version: int, id_: str) -> int:
    """Take a note away, and return the version that this makes; raises NoCase where it does not stand."""
    after = next_version(connection, stamp, case, version)
    if not end_row(connection, case_notes, case, id_, after):
        raise NoCase("there is no such note, or it was taken away before")
    note_version(connection, stamp, case, after, "note taken away")
    return after
