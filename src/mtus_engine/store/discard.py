"""Samples thrown away: cases that were opened to look at, of which the log says nothing."""

from sqlalchemy import Connection, delete, select

from mtus_engine.store.cases import case_row
from mtus_engine.store.decisions import StepRefused
from mtus_engine.store.tables import (
    answers,
    case_documents,
    case_events,
    case_notes,
    case_versions,
    cases,
    log_entries,
    outcomes,
    statements,
)


def discard_sample(connection: Connection, case: str) -> None:
    """Throw a sample away; raises StepRefused for any other case, and for one that the log has a record of."""
    if not case_row(connection, case).is_sample:
        raise StepRefused("only samples are thrown away: cases are kept until they are purged")
    if connection.execute(select(log_entries.c.seq).where(log_entries.c.subject == case).limit(1)).first() is not None:
        raise StepRefused("the log has a record of this sample: it stays until it is purged")
    for table in (statements, outcomes, case_documents, case_events, case_notes, case_versions):
        connection.execute(delete(table).where(table.c.case == case))
    connection.execute(delete(answers).where(answers.c.subject == case))
    connection.execute(delete(cases).where(cases.c.id == case))
