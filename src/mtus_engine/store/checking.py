"""Checks that all that is kept is whole: the database, documents, versions and reviews of cases, releases, the log."""

from collections.abc import Iterator

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import NoResultFound

from mtus_engine.loader.packs import layer_of
from mtus_engine.loader.zipped import files_of_zip
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.store.canonical import canonical_json, sha256
from mtus_engine.store.cases import NoCase, stored_case
from mtus_engine.store.chain import fault_lines
from mtus_engine.store.decided import outcomes_of
from mtus_engine.store.log import Recorded, entries, record_at, record_of_entry, verification_of_log
from mtus_engine.store.releases import listed_releases, packs_of, release_digest
from mtus_engine.store.reviews import State, Step
from mtus_engine.store.tables import case_versions, cases, documents, statements


def faults(connection: Connection, public: str) -> Iterator[str]:
    """Yield what is wrong with a store, a line each; public is the key of its log."""
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql("PRAGMA integrity_check").scalars()
        yield from (f"database: {line}" for line in found if line != "ok")
        for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            yield f"database: a row of {row[0]} refers to {row[2]} that is not there"
    for digest in connection.execute(select(documents.c.digest).order_by(documents.c.digest)).scalars().all():
        content = connection.execute(select(documents.c.content).where(documents.c.digest == digest)).scalar_one()
        if sha256(content) != digest:
            yield f"document {digest[:12]}: its content is not the one that was kept"
    yield from _version_faults(connection)
    yield from _review_faults(connection)
    for one in listed_releases(connection):
        try:
            layers = [
                layer_of(pack.source, files_of_zip("a pack", pack.content)) for pack in packs_of(connection, one.digest)
            ]
            if release_digest(layers) != one.digest:
                yield f"release {one.name}: its packs are not those that were kept"
        except Rejected as rejected:
            yield f"release {one.name}: {rejected}"
    yield from fault_lines(verification_of_log(connection, public))


def _review_faults(connection: Connection) -> Iterator[str]:
    """Yield the cases whose state, decision or facts are not those that were recorded last."""
    latest = {str(one.subject): one.seq for one in _steps_recorded(connection)}
    for row in connection.execute(select(cases.c.id, cases.c.name, cases.c.state).order_by(cases.c.name)).all():
        try:
            found = list(_differences_from_log(connection, row.id, row.state, latest.get(row.id)))
        except (ValueError, TypeError, KeyError, AttributeError, NoCase, NoResultFound):
            found = ["it cannot be read: it was changed"]
        yield from (f"case {row.name}: {says}" for says in found)


def _steps_recorded(connection: Connection) -> Iterator[Recorded]:
    """Yield the records of steps that set the state of a review."""
    for entry, payload in entries(connection):
        try:
            one = record_of_entry(entry, payload)
            if one.subject is not None and one.content is not None and one.content.get("step") in _STATES:
                yield one
        except (ValueError, KeyError, TypeError, AttributeError):
            # An entry that cannot be read is reported where the log is verified.
            continue


def _differences_from_log(connection: Connection, id_: str, state: str, seq: int | None) -> Iterator[str]:
    stored_case(connection, id_)
    State(state)
    content = None if seq is None else record_at(connection, seq).content
    if content is None:
        if state == State.SIGNED.value:
            yield "it is signed, and no record says so"
        return
    if state not in _STATES[content["step"]]:
        yield f"it is {state.replace('_', ' ')}, and entry {seq} says otherwise"
    decided = sorted(canonical_json(one) for one in content["decided"])
    if sorted(canonical_json(one.in_log) for one in outcomes_of(connection, id_)) != decided:
        yield f"what was decided is not what entry {seq} says"
    then = stored_case(connection, id_, content["case_version"])
    if canonical_json(then.document) != canonical_json(content["case"]):
        yield f"version {then.version} is not as it stood when entry {seq} was made"


# The states in which a case may be after a step was recorded; a review that was returned may be in work again, or with
# the physician to whom it was referred before.
_STATES = {
    Step.RETURN.value: {State.RETURNED.value, State.IN_REVIEW.value, State.REFERRED.value},
    Step.REFER.value: {State.REFERRED.value},
    Step.SIGN.value: {State.SIGNED.value},
    Step.REOPEN.value: {State.IN_REVIEW.value},
}


def _version_faults(connection: Connection) -> Iterator[str]:
    counted = (
        select(
            cases.c.name,
            cases.c.version,
            func.count(case_versions.c.version).label("count"),
            func.max(case_versions.c.version).label("last"),
        )
        .select_from(cases.outerjoin(case_versions))
        .group_by(cases.c.id, cases.c.name, cases.c.version)
        .order_by(cases.c.name)
    )
    for row in connection.execute(counted):
        if row.count != row.version or row.last != row.version:
            yield f"case {row.name}: it is in version {row.version}, and {row.count} versions are kept"
    late = select(statements.c.id).join(cases).where(statements.c.since > cases.c.version)
    for id_ in connection.execute(late).scalars():
        yield f"statement {id_}: of a version that its case does not have"
