"""mtus people: who may sign in to the server, and what they may do there."""

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from mtus_engine.cli.record import add_record, record_of, with_store
from mtus_engine.cli.store import new_password
from mtus_engine.report.diagnostics import printable_text

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from sqlalchemy import Connection

    from mtus_engine.store.people import Person
    from mtus_engine.store.record import Record

_ROLES = ("nurse", "physician", "auditor", "policy", "administrator", "retention")


def add(commands: "_SubParsersAction[ArgumentParser]", _: ArgumentParser) -> None:
    """Add the people command with its own commands."""
    group = commands.add_parser("people")
    group.set_defaults(run=lambda _: _usage(group))
    verbs = group.add_subparsers(title="commands", metavar="COMMAND")
    listed = verbs.add_parser("list", help="who may sign in, and what they are")
    listed.set_defaults(run=with_store(_list))
    added = verbs.add_parser("add", help="let somebody sign in; the password is asked, or read from standard input")
    added.add_argument("login", metavar="LOGIN")
    added.add_argument("--name", metavar="NAME", help="as it stands under a signature; default: LOGIN")
    added.add_argument("--issuer", metavar="URL", help="who vouches for them, instead of a password")
    added.add_argument("--subject", metavar="ID", help="who they are there")
    added.set_defaults(run=with_store(_add))
    changed = verbs.add_parser("change", help="change what somebody is, or their password, or whether they may sign in")
    changed.add_argument("login", metavar="LOGIN")
    changed.add_argument("--password", action="store_true", help="ask for a new password, and end their sessions")
    door = changed.add_mutually_exclusive_group()
    door.add_argument("--lock-out", action="store_true", help="let them in no longer, and end their sessions")
    door.add_argument("--let-in", action="store_true", help="let them in again")
    changed.set_defaults(run=with_store(_change))
    for verb in (added, changed):
        verb.add_argument("--role", action="append", default=[], choices=_ROLES, help="what they are; several, each so")
    for verb in (listed, added, changed):
        add_record(verb)


def _usage(parser: ArgumentParser) -> int:
    parser.print_help(sys.stderr)
    return 2


def _list(options: Namespace) -> int:
    from mtus_engine.store.people import listed  # noqa: PLC0415 - behind the door of the extra

    record = record_of(options)
    with record.reading() as connection:
        found = listed(connection)
    for one in found:
        said = ", ".join(sorted(one.roles)) or "no role"
        state = "" if one.is_active else " (locked out)"
        sys.stdout.write(printable_text(f"{one.login}: {one.name}, {said}{state}") + "\n")
    if not found:
        sys.stderr.write("nobody yet: mtus people add LOGIN --role administrator\n")
    return 0


def _add(options: Namespace) -> int:
    from mtus_engine.store.passwords import hashed  # noqa: PLC0415 - behind the door of the extra
    from mtus_engine.store.people import add_person  # noqa: PLC0415

    if not options.role:
        sys.stderr.write(f"say what they are: --role, one of {', '.join(_ROLES)}\n")
        return 2
    if (options.issuer is None) != (options.subject is None):
        sys.stderr.write("--issuer and --subject go together: who vouches, and who they are there\n")
        return 2
    record = record_of(options, may_begin=True)
    password = None
    if options.issuer is None:
        password = hashed(new_password(f"Password for {options.login}: "))
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


def _change(options: Namespace) -> int:
    from mtus_engine.store.passwords import hashed  # noqa: PLC0415 - behind the door of the extra
    from mtus_engine.store.people import set_active, set_password, set_roles  # noqa: PLC0415

    record = record_of(options)
    password = hashed(new_password(f"New password for {options.login}: ")) if options.password else None
    with record.changing() as connection:
        person = _person(connection, options.login)
        if person is None:
            sys.stderr.write(f"nobody signs in as {printable_text(options.login)}\n")
            return 1
        if options.role:
            set_roles(connection, person.id, frozenset(options.role))
        if password is not None:
            set_password(connection, person.id, password)
        if options.lock_out or options.let_in:
            set_active(connection, person.id, is_active=options.let_in)
        _keep(record, connection, person.id)
    sys.stderr.write(f"{printable_text(options.login)} changed\n")
    return 0


def _keep(record: "Record", connection: "Connection", id_: str) -> None:
    """Keep in the log that somebody with the data folder at hand let whom do what."""
    from mtus_engine.store.log import Kind, appended  # noqa: PLC0415 - behind the door of the extra
    from mtus_engine.store.people import person, person_content  # noqa: PLC0415

    found = person(connection, id_)
    assert found is not None, "it was there in this transaction"
    appended(connection, record.key, record.stamp("command line"), Kind.PEOPLE, None, person_content(found))


def _person(connection: "Connection", login: str) -> "Person | None":
    from mtus_engine.store.people import person_of_login  # noqa: PLC0415 - behind the door of the extra

    return person_of_login(connection, login)
