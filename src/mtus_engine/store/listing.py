"""Lists of cases: which are wanted, in which order, and how many there are."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, or_, select

from mtus_engine.store.cases import CaseRow, StoredCase, row_of, stored_case
from mtus_engine.store.reviews import State
from mtus_engine.store.tables import cases


class Wanted(NamedTuple):
    """Which cases are listed: by state, by who has them, by words in their id or in what was asked.

    nobodys keeps those that nobody has, open_ those that are not signed.
    """

    state: State | None = None
    held_by: str | None = None
    words: str | None = None
    nobodys: bool = False
    open_: bool = False


# Later than any deadline.
_NEVER = "9999"


def listed_cases(connection: Connection, wanted: Wanted, after: str | None, limit: int) -> list[CaseRow]:
    """Return cases, those changed last first; after is where an earlier list ended, as position_of gives it."""
    found = select(cases).where(*_conditions(wanted))
    if after is not None:
        at, _, id_ = after.partition(" ")
        found = found.where(
            or_(cases.c.changed_at < at, (cases.c.changed_at == at) & (cases.c.id < id_))  # the order below
        )
    ordered = found.order_by(cases.c.changed_at.desc(), cases.c.id.desc()).limit(limit)
    return [row_of(row) for row in connection.execute(ordered)]


def due_cases(connection: Connection, wanted: Wanted, skipped: int, limit: int) -> list[CaseRow]:
    """Return cases by deadline, the earliest first and those without one last; the first skipped are left out."""
    due = func.coalesce(cases.c.due_at, _NEVER)
    found = select(cases).where(*_conditions(wanted)).order_by(due, cases.c.made_at, cases.c.id)
    return [row_of(row) for row in connection.execute(found.offset(skipped).limit(limit))]


def number_of_cases(connection: Connection, wanted: Wanted) -> int:
    """Return the number of cases that are wanted."""
    return int(connection.execute(select(func.count()).select_from(cases).where(*_conditions(wanted))).scalar_one())


def names_like(connection: Connection, name: str) -> frozenset[str]:
    """Return the names of cases that begin with a name."""
    found = connection.execute(select(cases.c.name).where(cases.c.name.startswith(name, autoescape=True)))
    return frozenset(found.scalars())


def position_of(row: CaseRow) -> str:
    """Return the position after a case, from which listed_cases goes on."""
    return f"{row.changed_at} {row.id}"


def all_cases(connection: Connection, wanted: Wanted) -> Iterator[StoredCase]:
    """Yield the cases that are wanted, by their names."""
    ids = connection.execute(select(cases.c.id).where(*_conditions(wanted)).order_by(cases.c.name)).scalars().all()
    yield from (stored_case(connection, id_) for id_ in ids)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.state is not None:
        found.append(cases.c.state == wanted.state.value)
    if wanted.held_by is not None:
        found.append(cases.c.held_by == wanted.held_by)
    if wanted.nobodys:
        found.append(cases.c.held_by.is_(None))
    if wanted.open_:
        found.append(cases.c.state != State.SIGNED.value)
    found += [cases.c.words.contains(word, autoescape=True) for word in (wanted.words or "").casefold().split()]
    return found
