"""Takes changes of statements back, and makes them again; each of these is a change of its own."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select, update

from mtus_engine.model.review import Event
from mtus_engine.model.told import Told
from mtus_engine.store.canonical import plain_of
from mtus_engine.store.cases import StoredCase, change_case, stored_case
from mtus_engine.store.log import Stamp
from mtus_engine.store.parts import PlainDocument, Said
from mtus_engine.store.tables import case_documents, case_events, case_versions, statements


class NotUndone(Told):
    """A change that cannot be taken back: there is none, or others have built on it."""


class Undoable(NamedTuple):
    """The versions that somebody may take back (undo), and do again (redo); None where there is none."""

    undo: int | None
    redo: int | None


def undoable_versions(connection: Connection, case: str, by: str) -> Undoable:
    """Return what a person may take back and do again: the last of their own changes of statements or items."""
    touched = set(connection.execute(select(statements.c.since).where(statements.c.case == case)).scalars())
    touched |= set(
        connection.execute(
            select(statements.c.until).where(statements.c.case == case, statements.c.until.is_not(None))
        ).scalars()
    )
    with_header = (case_versions.c.case == case) & case_versions.c.header.is_not(None)
    touched |= set(connection.execute(select(case_versions.c.version).where(with_header)).scalars())
    of_amendments = (case_events.c.case == case) & (case_events.c.event == Event.AMENDED.value)
    wanted = select(case_versions).where(case_versions.c.case == case).order_by(case_versions.c.version)
    versions = connection.execute(wanted).all()
    moments = {one.version: one.at for one in versions}
    amended = connection.execute(select(case_events.c.since).where(of_amendments)).scalars()
    fixed = {since - 1 for since in amended if _are_of_one_moment(moments, since - 1)}
    # What was read of a paper goes with it, in the version after the one that took the paper off: that is not undone.
    ended = select(case_documents.c.until).where(case_documents.c.case == case, case_documents.c.until.is_not(None))
    ends = connection.execute(ended).scalars()
    fixed |= {until + 1 for until in ends if _are_of_one_moment(moments, until)}
    undo: list[int] = []
    redo: list[int] = []
    for one in versions:
        # Version 1 made the case and is no change of it; an amendment is the requesting physician's, not theirs.
        if one.version == 1 or one.by != by or one.version not in touched or one.version in fixed:
            continue
        if one.undoes is None:
            undo.append(one.version)
            redo.clear()
        elif undo and undo[-1] == one.undoes:
            undo.pop()
            redo.append(one.version)
        elif redo and redo[-1] == one.undoes:
            redo.pop()
            undo.append(one.version)
    return Undoable(undo[-1] if undo else None, redo[-1] if redo else None)


def change_of_amendment(connection: Connection, case: str, since: int) -> int | None:
    """Return the version that changed what is asked for, by the version that noted the amendment right after it.

    Both are of one moment; None is returned for an amendment that was noted alone, and changed nothing.
    """
    wanted = select(case_versions.c.version, case_versions.c.at).where(
        case_versions.c.case == case, case_versions.c.version.in_([since - 1, since])
    )
    moments = {one.version: one.at for one in connection.execute(wanted)}
    return since - 1 if _are_of_one_moment(moments, since - 1) else None


def _are_of_one_moment(moments: Mapping[int, str], first: int) -> bool:
    """Return whether a version and the next were made together."""
    return first in moments and moments[first] == moments.get(first + 1)


class TakingBack(NamedTuple):
    """What taking a change back comes to: statements that stand again, and the ids of those that stand no longer.

    header is the case without facts as it is again, None where the change did not touch it.
    """

    taken: int
    said: tuple[Said, ...]
    withdrawn: tuple[str, ...]
    header: PlainDocument | None


def reversal_of(connection: Connection, standing: StoredCase, taken: int) -> TakingBack:
    """Return the changes that take back what one version (taken) did to the statements and items.

    Raises NotUndone where another person has changed the same since.
    """
    of_case = select(statements).where(statements.c.case == standing.row.id)
    added = [_said_of_row(row) for row in connection.execute(of_case.where(statements.c.since == taken))]
    gone = [_said_of_row(row) for row in connection.execute(of_case.where(statements.c.until == taken))]
    _refuse_said_since(connection, standing.row.id, taken, {(one.item, one.fact) for one in [*added, *gone]})
    return TakingBack(
        taken, tuple(gone), tuple(_standing_ids(standing, added)), _header_before(connection, standing, taken, added)
    )


def _header_before(
    connection: Connection, standing: StoredCase, taken: int, added: Sequence[Said]
) -> PlainDocument | None:
    """Return the header that a version replaced, None where it replaced none.

    added are the statements that the version made. Raises NotUndone where the header is no longer what that version
    made it, and where something was said since of an item that would go.
    """
    of_version = (case_versions.c.case == standing.row.id) & (case_versions.c.version == taken)
    if connection.execute(select(case_versions.c.header).where(of_version)).scalar_one() is None:
        return None
    before = stored_case(connection, standing.row.id, taken - 1)
    gone = set(standing.items) - set(before.items)
    said = [(one.item, one.fact, one.body) for one in added]
    if any(
        one.said.item in gone and (one.said.item, one.said.fact, one.said.body) not in said
        for one in standing.statements
    ):
        raise NotUndone(
            "something was said since of the item that was added: take that back first, or take the item out"
        )
    if stored_case(connection, standing.row.id, taken).header != standing.header:
        raise NotUndone("what is asked for was changed again since: look at what stands now")
    return before.header


def _refuse_said_since(connection: Connection, case: str, taken: int, touched: set[tuple[str | None, str]]) -> None:
    """Raise NotUndone where another person has since made a statement about the facts that a change touched."""
    of_version = (case_versions.c.case == case) & (case_versions.c.version == taken)
    by = connection.execute(select(case_versions.c.by).where(of_version)).scalar_one()
    since = select(statements).where(statements.c.case == case, statements.c.since > taken, statements.c.by != by)
    if any((row.item, row.fact) in touched for row in connection.execute(since)):
        raise NotUndone("another has said something of this since: look at what stands now")


def take_back(connection: Connection, stamp: Stamp, case: str, version: int, back: TakingBack, what: str) -> int:
    """Take a change back, and return the version that this makes; raises what change_case raises."""
    after = change_case(
        connection, stamp, case, version, said=back.said, withdrawn=back.withdrawn, header=back.header, what=what
    )
    stands = (case_versions.c.case == case) & (case_versions.c.version == after)
    connection.execute(update(case_versions).where(stands).values(undoes=back.taken))
    return after


def _said_of_row(row: Row[Any]) -> Said:
    return Said(row.item, row.fact, plain_of(row.body))


def _standing_ids(standing: StoredCase, added: list[Said]) -> Iterator[str]:
    """Yield the ids of the statements that say what was added: one put back has a new id. Raises NotUndone."""
    left = list(standing.statements)
    for said in added:
        found = next((one for one in reversed(left) if one.said == said), None)
        if found is None:
            raise NotUndone("what this change said was changed again since: look at what stands now")
        left.remove(found)
        yield found.id
