"""What mtus people does, with the serve extra installed; each change is recorded in the log."""

import sys
from argparse import Namespace

from sqlalchemy import Connection

from mtus_engine.cli.people import ROLES
from mtus_engine.cli.record_run import record_of
from mtus_engine.cli.store_run import new_password
from mtus_engine.report.diagnostics import printable_text
from mtus_engine.store.log import RecordKind, append_record
from mtus_engine.store.passwords import password_hash
from mtus_engine.store.people import (
    add_person,
    all_people,
    person,
    person_content,
    person_of_login,
    set_active,
    set_password,
    set_roles,
)
from mtus_engine.store.record import Record


def run_list(options: Namespace) -> int:
    """Show who may sign in."""
    record = record_of(options)
    with record.reading() as connection:
        found = all_people(connection)
    for one in found:
        said = ", ".join(sorted(one.roles)) or "no role"
        state = "" if one.is_active else " (locked out)"
        sys.stdout.write(printable_text(f"{one.login}: {one.name}, {said}{state}") + "\n")
    if not found:
        sys.stderr.write("nobody yet: mtus people add LOGIN --role administrator\n")
    return 0


def run_add(options: Namespace) -> int:
    """Let somebody sign in."""
    if not options.role:
        sys.stderr.write(f"say what they are: --role, one of {', '.join(ROLES)}\n")
        return 2
    if (options.issuer is None) != (options.subject is None):
        sys.stderr.write("--issuer and --subject go together: who vouches, and who they are there\n")
        return 2
    record = record_of(options, may_begin=True)
    password = None
    if options.issuer is None:
        password = password_hash(new_password(f"Password for {options.login}: "))
    with record.changing() as connection:
        added = add_person(
            connection,
            options.login,
            options.name or options.login,
            frozenset(options.role),
            record.stamp("").at,
            password=password,
            issuer=options.issuer,
            subject=options.subject,
        )
        _keep(record, connection, added)
    sys.stderr.write(f"{options.login} may sign in: {', '.join(sorted(set(options.role)))}\n")
    return 0


def run_change(options: Namespace) -> int:
    """Change what somebody is, their password, or whether they may sign in."""
    record = record_of(options)
    password = password_hash(new_password(f"New password for {options.login}: ")) if options.password else None
    with record.changing() as connection:
        found = person_of_login(connection, options.login)
        if found is None:
            sys.stderr.write(f"nobody signs in as {printable_text(options.login)}\n")
            return 1
        if options.role:
            set_roles(connection, found.id, frozenset(options.role))
        if password is not None:
            set_password(connection, found.id, password)
        if options.lock_out or options.let_in:
            set_active(connection, found.id, is_active=options.let_in)
        _keep(record, connection, found.id)
    sys.stderr.write(f"{printable_text(options.login)} changed\n")
    return 0


def _keep(record: Record, connection: Connection, id_: str) -> None:
    """Record in the log that a person was added or changed from the command line."""
    found = person(connection, id_)
    assert found is not None, "it was there in this transaction"
    append_record(connection, record.key, record.stamp("command line"), RecordKind.PEOPLE, None, person_content(found))
