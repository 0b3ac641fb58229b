"""Old cases taken away for good: what they say, their documents, and the records of the log with their salts.

The chain stays whole, and says what was purged, by whom and when. Only who has the role of retention does this.
"""

import json
import sqlite3
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine, delete, select

from mtus_engine.store.chain import LogHead
from mtus_engine.store.export import private_file
from mtus_engine.store.jobs import end_open_jobs
from mtus_engine.store.keys import LogKey
from mtus_engine.store.log import RecordKind, Stamp, append_record
from mtus_engine.store.tables import (
    answers,
    case_documents,
    case_events,
    case_notes,
    case_versions,
    cases,
    documents,
    jobs,
    log_entries,
    log_payloads,
    outcomes,
    statements,
)


class Purged(NamedTuple):
    """What was taken away: the ids of cases and the numbers of records; head is that of the log, which says so."""

    cases: tuple[str, ...]
    records: tuple[int, ...]
    head: LogHead | None


def old_cases(connection: Connection, before: str) -> tuple[str, ...]:
    """Return the ids of the cases that nobody has changed since a time (as instant writes it), the oldest first."""
    wanted = select(cases.c.id).where(cases.c.changed_at < before).order_by(cases.c.changed_at, cases.c.id)
    return tuple(connection.execute(wanted).scalars())


def delete_case(connection: Connection, case: str) -> None:
    """Delete a case with all that stands with it; what the log says of it, and documents as such, are left."""
    for table in (statements, outcomes, case_documents, case_events, case_notes, case_versions):
        connection.execute(delete(table).where(table.c.case == case))
    connection.execute(delete(answers).where(answers.c.subject == case))
    connection.execute(delete(cases).where(cases.c.id == case))


def purge(connection: Connection, key: LogKey, stamp: Stamp, ids: tuple[str, ...]) -> Purged:
    """Take cases away with all that is kept of them, and say so in the log; nothing is done where there are none."""
    gone: list[int] = []
    head: LogHead | None = None
    for id_ in ids:
        wanted = select(log_payloads.c.seq).join(log_entries).where(log_entries.c.subject == id_)
        seqs = tuple(connection.execute(wanted.order_by(log_payloads.c.seq)).scalars())
        if seqs:
            connection.execute(delete(log_payloads).where(log_payloads.c.seq.in_(seqs)))
        gone += seqs
        delete_case(connection, id_)
        # One entry for each case, so that the log can be searched for each of them.
        head = append_record(connection, key, stamp, RecordKind.PURGED, id_, None, purged=seqs)
    if ids:
        # Results of long work may hold what any case says: they are deleted, and must be asked for again.
        end_open_jobs(connection, stamp.at, "old cases were taken away meanwhile: ask for it again")
        connection.execute(delete(jobs).where(jobs.c.result.is_not(None)))
        held = select(case_documents.c.digest)
        connection.execute(delete(documents).where(documents.c.digest.not_in(held)))
    return Purged(ids, tuple(gone), head)


def purged_subjects(connection: Connection) -> frozenset[str]:
    """Return the cases that the log says were purged."""
    wanted = select(log_entries.c.subject, log_entries.c.body).where(log_entries.c.subject.is_not(None))
    found = connection.execute(wanted)
    return frozenset(row.subject for row in found if json.loads(row.body)["kind"] == RecordKind.PURGED.value)


def erase_traces(engine: Engine) -> bool:
    """Erase what was taken away from the file of SQLite and the journal beside it; return whether that was done.

    It waits for others who read, and gives up where one of them reads for long. PostgreSQL needs none of this.
    """
    if engine.dialect.name != "sqlite":
        return True
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("VACUUM")
        busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        cursor.close()
    except sqlite3.Error:
        # The rows are deleted in any case: only traces of them are still in the file.
        return False
    finally:
        raw.close()
    return not busy


def held_subjects(connection: Connection, subjects: frozenset[str]) -> tuple[str, ...]:
    """Return those of the cases of which something is still kept, as in a backup older than their purge."""
    kept = set(connection.execute(select(cases.c.id)).scalars())
    kept |= set(connection.execute(select(log_entries.c.subject).join(log_payloads)).scalars())
    return tuple(sorted(subjects & kept))


def purge_export(file: Path, subjects: frozenset[str]) -> int:
    """Take the records of cases out of an export of the log (NDJSON or Parquet); return how many there were."""
    if file.suffix == ".parquet":
        return _purge_parquet(file, subjects)
    taken = 0
    with file.open(encoding="utf-8") as lines, private_file(file) as beside, beside.open("w", encoding="utf-8") as kept:
        for line in filter(str.strip, lines):
            if json.loads(line).get("subject") in subjects:
                taken += 1
            else:
                kept.write(line)
    return taken


def _purge_parquet(file: Path, subjects: frozenset[str]) -> int:
    import pyarrow as pa  # noqa: PLC0415 - slow to load, and seldom needed
    import pyarrow.compute as pc  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    table = pq.read_table(file)
    is_kept = pc.fill_null(pc.invert(pc.is_in(table["subject"], pa.array(sorted(subjects), pa.string()))), True)
    kept = table.filter(is_kept)
    with private_file(file) as beside:
        pq.write_table(kept, beside)
    return int(table.num_rows - kept.num_rows)
