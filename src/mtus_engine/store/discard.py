"""Throws samples away: cases that were opened to look at, and of which the log has no record."""

from sqlalchemy import Connection, select

from mtus_engine.store.cases import case_row
from mtus_engine.store.decisions import StepRefused
from mtus_engine.store.purge import delete_case
from mtus_engine.store.tables import log_entries


def discard_sample(connection: Connection, case: str) -> None:
    """Throw a sample away; raises StepRefused for any other case, and for one that the log has a record of."""
    if not case_row(connection, case).is_sample:
        raise StepRefused("only samples are thrown away: cases are kept until they are purged")
    if connection.execute(select(log_entries.c.seq).where(log_entries.c.subject == case).limit(1)).first() is not None:
        raise StepRefused("the log has a record of this sample: it stays until it is purged")
    delete_case(connection, case)
