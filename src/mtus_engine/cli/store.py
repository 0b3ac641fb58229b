"""mtus store: the record backed up, restored, checked, brought to a new version, and old cases taken away."""

import getpass
import re
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from mtus_engine.cli.options import GATE
from mtus_engine.cli.record import add_record, counted, data_folder, database_named, record_of, with_store

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from sqlalchemy import Connection

    from mtus_engine.store.people import Person
    from mtus_engine.store.record import Record

_EXPORTS = frozenset({".ndjson", ".jsonl", ".parquet"})
# The longest that retention may be given in.
_MOST_YEARS = 100


def add(commands: "_SubParsersAction[ArgumentParser]", _: ArgumentParser) -> None:
    """Add the store command with its own commands."""
    group = commands.add_parser("store")
    group.set_defaults(run=lambda _: _usage(group))
    verbs = group.add_subparsers(title="commands", metavar="COMMAND")
    backup = verbs.add_parser("backup", help="copy the whole record, as it is at one moment, into a new file")
    backup.add_argument("file", type=Path, metavar="FILE")
    backup.set_defaults(run=with_store(_backup))
    restore = verbs.add_parser("restore", help="copy a backup into an empty record: another folder, or PostgreSQL")
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.set_defaults(run=with_store(_restore))
    check = verbs.add_parser("check", help="see whether all that is kept is whole; exits with 5 if not")
    check.set_defaults(run=with_store(_check))
    moved = verbs.add_parser("migrate", help="bring the tables to what this version needs")
    moved.add_argument("--application", metavar="ROLE", help="PostgreSQL: let this role add to the log, and no more")
    moved.add_argument("--retention", metavar="ROLE", help="PostgreSQL: let this role take old cases away")
    moved.set_defaults(run=with_store(_migrate))
    purge = verbs.add_parser("purge", help="take old cases away for good, here, in backups and in exports")
    purge.add_argument("--older-than", type=_age, metavar="AGE", help="cases that nobody changed for so long: 7y, 90d")
    purge.add_argument("--by", required=True, metavar="LOGIN", help="who does it: has the role retention")
    purge.add_argument(
        "--in", dest="copies", action="append", type=Path, default=[], metavar="FILE", help="a backup, or an export"
    )
    purge.add_argument("--yes", action="store_true", help="do not ask")
    purge.set_defaults(run=with_store(_purge))
    for verb in (backup, restore, check, moved, purge):
        add_record(verb)


def _usage(parser: ArgumentParser) -> int:
    parser.print_help(sys.stderr)
    return 2


def _age(text: str) -> timedelta:
    match = re.fullmatch(r"(\d{1,5})([yd])", text)
    days = int(match[1]) * (365 if match[2] == "y" else 1) if match else 0
    if match is None or days > 365 * _MOST_YEARS:
        raise ArgumentTypeError(f"{text} is no age: write 7y for seven years of 365 days, or 90d for ninety days")
    return timedelta(days=days)


def _backup(options: Namespace) -> int:
    from mtus_engine.store.copying import back_up  # noqa: PLC0415 - behind the door of the extra

    record = record_of(options)
    counts = back_up(record.engine, options.file)
    entries = counted(counts["log_entries"], "entry")
    sys.stderr.write(f"{options.file}: {counted(counts['cases'], 'case')}, {entries} of the log\n")
    sys.stderr.write("the key of the log is not in it: keep log-key.pem of the data folder, and the heads, elsewhere\n")
    return 0


def _restore(options: Namespace) -> int:
    from mtus_engine.store.copying import refuse_no_backup, restore  # noqa: PLC0415 - behind the door of the extra
    from mtus_engine.store.database import address_of, engine_of, private_folder  # noqa: PLC0415
    from mtus_engine.store.keys import FILE as KEY_FILE  # noqa: PLC0415

    refuse_no_backup(options.file)
    data = private_folder(data_folder(options))
    counts = restore(options.file, engine_of(address_of(data, database_named(options))))
    sys.stderr.write(
        f"restored: {counted(counts['cases'], 'case')}, {counted(counts['log_entries'], 'entry')} of the log\n"
    )
    if counts["log_entries"] and not (data / KEY_FILE).exists():
        sys.stderr.write(f"the key of the log is not in a backup: copy {KEY_FILE} of the other folder to {data}\n")
    return 0


def _check(options: Namespace) -> int:
    from mtus_engine.store.checking import faults  # noqa: PLC0415 - behind the door of the extra
    from mtus_engine.store.log import length  # noqa: PLC0415

    record = record_of(options, must_match=False)
    with record.reading() as connection:
        found = list(faults(connection, record.key.public))
        entries = length(connection)
    sys.stdout.writelines(f"{line}\n" for line in found)
    whole = f"whole: {counted(entries, 'entry')} of the log verified\n"
    sys.stdout.write(f"{counted(len(found), 'fault')}\n" if found else whole)
    return GATE if found else 0


def _migrate(options: Namespace) -> int:
    from mtus_engine.store.database import address_of, engine_of, private_folder  # noqa: PLC0415 - behind the door
    from mtus_engine.store.migrate import grant, migrate, newest_revision, revision_of  # noqa: PLC0415

    engine = engine_of(address_of(private_folder(data_folder(options)), database_named(options)))
    before = revision_of(engine)
    migrate(engine)
    sys.stderr.write(f"tables: {before or 'none'} → {newest_revision()}\n")
    if options.application is not None:
        grant(engine, options.application, options.retention)
        sys.stderr.write(f"{options.application} may add to the log, and change nothing in it\n")
    return 0


def _purge(options: Namespace) -> int:
    from mtus_engine.store.copying import refuse_no_backup  # noqa: PLC0415 - behind the door of the extra
    from mtus_engine.store.purge import forgotten, old_cases, purge, purge_export, purged_subjects  # noqa: PLC0415

    if options.older_than is None and not options.copies:
        sys.stderr.write("say how old cases are to be: --older-than 7y; or a backup or export after --in\n")
        return 2
    for file in options.copies:
        if not file.is_file():
            sys.stderr.write(f"there is no file {file}: nothing was taken away\n")
            return 2
        if file.suffix not in _EXPORTS:
            refuse_no_backup(file)
    record = record_of(options)
    with record.reading() as connection:
        person = _of_retention(connection, options.by)
        before = None if options.older_than is None else _before(record, options.older_than)
        shown = () if before is None else old_cases(connection, before)
    if person is None:
        return 1
    if shown and not options.yes and not _is_sure(len(shown)):
        sys.stderr.write("nothing was taken away\n")
        return 1
    with record.changing() as connection:
        # Of those that were asked about, only what nobody has changed meanwhile.
        still = frozenset() if before is None else frozenset(old_cases(connection, before))
        ids = tuple(id_ for id_ in shown if id_ in still)
        gone = purge(connection, record.key, record.stamp(person.id), ids)
        subjects = purged_subjects(connection)
    is_forgotten = forgotten(record.engine)
    records = counted(len(gone.records), "record")
    sys.stderr.write(f"{counted(len(gone.cases), 'case')} and {records} of the log taken away\n")
    for file in options.copies:
        if file.suffix in _EXPORTS:
            taken = purge_export(file, subjects)
        else:
            taken = _purge_backup(file, record, person, subjects)
        sys.stderr.write(f"{file}: {counted(taken, 'record')} taken away\n")
    if not is_forgotten:
        sys.stderr.write("others use the database: what was taken away is still in its file. Run this again later\n")
        return 1
    return 0


def _before(record: "Record", age: timedelta) -> str:
    from mtus_engine.store.identity import instant  # noqa: PLC0415 - behind the door of the extra

    return instant(record.now() - age)


def _of_retention(connection: "Connection", login: str) -> "Person | None":
    """Return who has the role of retention and gives the right password; tells why not and returns None."""
    from mtus_engine.store.passwords import is_password  # noqa: PLC0415 - behind the door of the extra
    from mtus_engine.store.people import person_of_login  # noqa: PLC0415
    from mtus_engine.store.roles import Action, may  # noqa: PLC0415

    person = person_of_login(connection, login)
    if person is None or not person.is_active or not may(person.roles, Action.PURGE):
        sys.stderr.write(f"{login} may not take cases away: mtus people add LOGIN --role retention\n")
        return None
    if not is_password(asked_password(f"Password of {login}: "), person.password):
        sys.stderr.write("that is not the password\n")
        return None
    return person


def asked_password(prompt: str) -> str:
    """Return a password typed at the terminal, unseen, or the first line of standard input."""
    if sys.stdin is not None and sys.stdin.isatty():
        return getpass.getpass(prompt)
    return "" if sys.stdin is None else sys.stdin.readline().rstrip("\n")


def new_password(prompt: str) -> str:
    """Return a new password, asked twice at a terminal; raises PasswordRefused where the two differ."""
    from mtus_engine.store.passwords import PasswordRefused  # noqa: PLC0415 - behind the door of the extra

    first = asked_password(prompt)
    if sys.stdin is not None and sys.stdin.isatty() and asked_password("Once more: ") != first:
        raise PasswordRefused("the two are not the same: nothing was kept")
    return first


def _is_sure(number: int) -> bool:
    if sys.stdin is None or not sys.stdin.isatty():
        return False
    sys.stderr.write(f"Take {number} cases away for good, with their documents and records? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _purge_backup(file: Path, record: "Record", person: "Person", subjects: frozenset[str]) -> int:
    from mtus_engine.store.copying import file_address  # noqa: PLC0415 - behind the door of the extra
    from mtus_engine.store.database import engine_of  # noqa: PLC0415
    from mtus_engine.store.purge import forgotten, held_subjects, purge  # noqa: PLC0415
    from mtus_engine.store.record import Record  # noqa: PLC0415

    copy = Record(engine_of(file_address(file)), record.key)
    with copy.changing() as connection:
        gone = purge(connection, record.key, record.stamp(person.id), held_subjects(connection, subjects))
    forgotten(copy.engine)
    copy.close()
    return len(gone.records)
