"""Cases and their statements: every change is a version, and what stood in each can be read again."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from mtus_engine.model.told import Told
from mtus_engine.store.canonical import canonical_json, plain_of
from mtus_engine.store.identity import new_id
from mtus_engine.store.log import Stamp
from mtus_engine.store.parts import PlainDocument, Said, document_of, header_of, statements_of, words_of
from mtus_engine.store.reviews import State
from mtus_engine.store.standing import end_row, stands_at
from mtus_engine.store.tables import case_versions, cases, statements


class NoCase(Told):
    """There is no such case, or no such part of it."""


class NameTaken(Told):
    """Another case has this id already."""


class Changed(Told):
    """The case was changed by another since it was read: version is the one that stands."""

    def __init__(self, version: int) -> None:
        """Keep the version."""
        self.version = version
        super().__init__("the case was changed since it was read: version {version} stands", version=str(version))


class Locked(Told):
    """The review is signed: it is opened again, with a reason, before anything is changed."""


class CaseRow(NamedTuple):
    """A case as a list shows it; is_physicians tells that only a physician decides it."""

    id: str
    name: str
    version: int
    state: State
    held_by: str | None
    is_physicians: bool
    made_at: str
    changed_at: str
    way: str | None
    due_at: str | None
    is_sample: bool


class Stated(NamedTuple):
    """A statement as it stands: which one, what it says, and who made it when."""

    id: str
    said: Said
    by: str
    at: str


class StoredCase(NamedTuple):
    """A case in one of its versions."""

    row: CaseRow
    version: int
    header: PlainDocument
    statements: tuple[Stated, ...]

    @property
    def items(self) -> list[str]:
        """The numbers of the items, in their order."""
        return [str(item["item"]) for item in self.header["items"]]

    @property
    def document(self) -> PlainDocument:
        """The case as its file would be."""
        return document_of(self.header, (one.said for one in self.statements))


class Version(NamedTuple):
    """What one change did, who made it and when."""

    version: int
    what: str
    by: str
    at: str


def create_case(
    connection: Connection, stamp: Stamp, document: Mapping[str, Any], what: str = "created", *, is_sample: bool = False
) -> str:
    """Keep a new case and return its id; raises NameTaken where another has its name."""
    id_ = new_id()
    values = {
        "id": id_,
        "name": str(document["case"]),
        "version": 1,
        "state": State.DRAFT.value,
        "held_by": None,
        "is_physicians": False,
        "words": words_of(document),
        "is_sample": is_sample,
        "made_at": stamp.at,
        "changed_at": stamp.at,
    }
    try:
        with connection.begin_nested():
            connection.execute(insert(cases).values(values))
    except IntegrityError:
        raise NameTaken("there is a case {name} already", name=str(document["case"])[:100]) from None
    _note(connection, stamp, id_, 1, what, header_of(document))
    _add(connection, stamp, id_, 1, statements_of(document))
    return id_


def case_row(connection: Connection, id_: str) -> CaseRow:
    """Return a case by id, as a list shows it and without its facts; raises NoCase."""
    row = connection.execute(select(cases).where(cases.c.id == id_)).first()
    if row is None:
        raise NoCase("there is no such case")
    return row_of(row)


def id_of_name(connection: Connection, name: str) -> str:
    """Return the id of the case that has a name; raises NoCase."""
    found = connection.execute(select(cases.c.id).where(cases.c.name == name)).scalar_one_or_none()
    if found is None:
        raise NoCase("there is no case {name}", name=name)
    return str(found)


def stored_case(connection: Connection, id_: str, version: int | None = None) -> StoredCase:
    """Return a case as it stands, or as it stood in an earlier version; raises NoCase."""
    row = case_row(connection, id_)
    at = row.version if version is None else version
    if not 1 <= at <= row.version:
        raise NoCase("the case has no version {at}: it has 1 to {last}", at=str(at), last=str(row.version))
    of_case = case_versions.c.case == id_
    headers = (
        select(case_versions.c.header)
        .where(of_case, case_versions.c.version <= at, case_versions.c.header.is_not(None))
        .order_by(case_versions.c.version.desc())
    )
    header = connection.execute(headers.limit(1)).scalar_one()
    stands = (
        select(statements).where(stands_at(statements, id_, at)).order_by(statements.c.since, statements.c.position)
    )
    found = tuple(_stated_of_row(one) for one in connection.execute(stands))
    return StoredCase(row, at, plain_of(header), found)


def items_ever(connection: Connection, id_: str) -> dict[str, Mapping[str, Any]]:
    """Return the items that a case ever had, by number, each as its last version had it."""
    of_case = (case_versions.c.case == id_) & case_versions.c.header.is_not(None)
    headers = connection.execute(select(case_versions.c.header).where(of_case).order_by(case_versions.c.version))
    return {str(item["item"]): item for header in headers.scalars() for item in plain_of(header)["items"]}


def statements_ever(connection: Connection, id_: str, facts: Iterable[str]) -> list[Stated]:
    """Return the statements of some facts that stood in any version of a case, the first made first."""
    wanted = (
        select(statements)
        .where(statements.c.case == id_, statements.c.fact.in_(list(facts)))
        .order_by(statements.c.since, statements.c.position)
    )
    return [_stated_of_row(one) for one in connection.execute(wanted)]


def change_case(
    connection: Connection,
    stamp: Stamp,
    id_: str,
    version: int,
    *,
    said: Sequence[Said] = (),
    withdrawn: Iterable[str] = (),
    header: Mapping[str, Any] | None = None,
    what: str,
) -> int:
    """Add statements, take others back, or replace the header (the case without facts); return the new version.

    Raises Changed where the case is no longer in the version that was read, Locked where its review is signed, NoCase
    for a statement that does not stand.
    """
    after = next_version(connection, stamp, id_, version)
    for one in dict.fromkeys(withdrawn):
        if not end_row(connection, statements, id_, one, after):
            raise NoCase("there is no such statement, or it was taken back before")
    _add(connection, stamp, id_, after, said)
    if header is not None:
        connection.execute(update(cases).where(cases.c.id == id_).values(words=words_of(header)))
    _note(connection, stamp, id_, after, what, header)
    return after


def refuse_signed(row: CaseRow) -> None:
    """Raise Locked where the review of a case is signed."""
    if row.state is State.SIGNED:
        raise Locked("the review is signed: open it again, with a reason, to change the case")


def next_version(connection: Connection, stamp: Stamp, id_: str, version: int, *, is_step: bool = False) -> int:
    """Raise the version of a case by one and return it; raises Changed where version is not the one that stands.

    A signed case is changed only by a step of its review (is_step); anything else raises Locked.
    """
    if not is_step:
        refuse_signed(case_row(connection, id_))
    stands = (cases.c.id == id_) & (cases.c.version == version)
    changed = update(cases).where(stands).values(version=version + 1, changed_at=stamp.at)
    if connection.execute(changed).rowcount != 1:
        raise Changed(case_row(connection, id_).version)
    return version + 1


def note_version(connection: Connection, stamp: Stamp, id_: str, version: int, what: str) -> None:
    """Record what a change that made this version did, where it changed no statements."""
    _note(connection, stamp, id_, version, what, None)


def versions(connection: Connection, id_: str) -> list[Version]:
    """Return what was done with a case, the first change first; raises NoCase."""
    case_row(connection, id_)
    wanted = select(case_versions).where(case_versions.c.case == id_).order_by(case_versions.c.version)
    return [Version(one.version, one.what, one.by, one.at) for one in connection.execute(wanted)]


def row_of(row: Row[Any]) -> CaseRow:
    """Return a row of the table of cases as a list shows it."""
    return CaseRow(
        row.id,
        row.name,
        row.version,
        State(row.state),
        row.held_by,
        row.is_physicians,
        row.made_at,
        row.changed_at,
        row.way,
        row.due_at,
        row.is_sample,
    )


def _stated_of_row(row: Row[Any]) -> Stated:
    return Stated(row.id, Said(row.item, row.fact, plain_of(row.body)), row.by, row.at)


def _note(
    connection: Connection, stamp: Stamp, id_: str, version: int, what: str, header: Mapping[str, Any] | None
) -> None:
    written = None if header is None else canonical_json(header)
    values = {"case": id_, "version": version, "header": written, "what": what, "by": stamp.by, "at": stamp.at}
    connection.execute(insert(case_versions).values(values))


def _add(connection: Connection, stamp: Stamp, id_: str, version: int, said: Sequence[Said]) -> None:
    rows = [
        {
            "id": new_id(),
            "case": id_,
            "item": one.item,
            "fact": one.fact,
            "body": canonical_json(one.body),
            "since": version,
            "until": None,
            "position": position,
            "by": stamp.by,
            "at": stamp.at,
        }
        for position, one in enumerate(said)
    ]
    if rows:
        connection.execute(insert(statements), rows)
