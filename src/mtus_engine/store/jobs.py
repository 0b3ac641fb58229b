"""Long work that somebody asked for: how far it is, and what came of it."""

from enum import Enum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from mtus_engine.store.canonical import plain_of
from mtus_engine.store.cases import NoCase
from mtus_engine.store.identity import new_id
from mtus_engine.store.log import Stamp
from mtus_engine.store.parts import PlainDocument
from mtus_engine.store.tables import case_documents, documents, jobs


class JobState(Enum):
    """Where long work stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OVER = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})


class Job(NamedTuple):
    """One piece of long work; result is JSON text, problem tells why there is none."""

    id: str
    kind: str
    state: JobState
    by: str
    done: int
    total: int
    result: str | None
    problem: str | None
    made_at: str
    changed_at: str

    @property
    def came_of_it(self) -> PlainDocument:
        """What came of it as plain values; nothing while it goes on, and where it failed."""
        return {} if self.result is None else plain_of(self.result)


def add_job(connection: Connection, stamp: Stamp, kind: str) -> str:
    """Keep that work was asked for, and return its id."""
    id_ = new_id()
    values = {"id": id_, "kind": kind, "state": JobState.WAITING.value, "by": stamp.by}
    times = {"made_at": stamp.at, "changed_at": stamp.at}
    connection.execute(insert(jobs).values(**values, **times, done=0, total=0, result=None, problem=None))
    return id_


def job(connection: Connection, id_: str) -> Job:
    """Return a piece of work; raises NoCase where there is none."""
    row = connection.execute(select(jobs).where(jobs.c.id == id_)).first()
    if row is None:
        raise NoCase("there is no such job")
    return _job(row)


def listed_jobs(connection: Connection, by: str, limit: int) -> list[Job]:
    """Return the pieces of work of one person, the newest first."""
    wanted = select(jobs).where(jobs.c.by == by)
    return [_job(row) for row in connection.execute(wanted.order_by(jobs.c.made_at.desc(), jobs.c.id).limit(limit))]


def note_progress(connection: Connection, id_: str, at: str, done: int, total: int) -> None:
    """Keep how far work is."""
    values = {"state": JobState.RUNNING.value, "done": done, "total": total, "changed_at": at}
    connection.execute(update(jobs).where(jobs.c.id == id_, _is_open()).values(values))


def end_job(
    connection: Connection, id_: str, at: str, state: JobState, *, result: str | None = None, problem: str | None = None
) -> bool:
    """Keep how work ended; return whether it was still going on."""
    values = {"state": state.value, "result": result, "problem": problem, "changed_at": at}
    return bool(connection.execute(update(jobs).where(jobs.c.id == id_, _is_open()).values(values)).rowcount)


def forget_old_work(connection: Connection, before: str) -> None:
    """Take away work that was over before a time, with its results, and documents that belong to no case or work."""
    is_over = jobs.c.state.in_([state.value for state in OVER])
    connection.execute(delete(jobs).where(is_over, jobs.c.changed_at < before))
    if connection.execute(select(jobs.c.id).where(_is_open()).limit(1)).first() is not None:
        # Documents of open work are named by no result yet: none is deleted now.
        return
    held = select(case_documents.c.digest)
    for digest in connection.execute(select(documents.c.digest).where(documents.c.digest.not_in(held))).scalars().all():
        named = select(jobs.c.id).where(jobs.c.result.contains(digest)).limit(1)
        if connection.execute(named).first() is None:
            connection.execute(delete(documents).where(documents.c.digest == digest))


def end_open_jobs(connection: Connection, at: str, why: str) -> None:
    """Mark all work that waits or goes on as failed; why is shown to those who asked for it."""
    values = {"state": JobState.FAILED.value, "problem": why, "changed_at": at}
    connection.execute(update(jobs).where(_is_open()).values(values))


def _is_open() -> ColumnElement[bool]:
    return jobs.c.state.in_([JobState.WAITING.value, JobState.RUNNING.value])


def _job(row: Row[Any]) -> Job:
    return Job(**{**row._mapping, "state": JobState(row.state)})
