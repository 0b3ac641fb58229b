"""What mtus store does, with the serve extra installed: backups, checks, migrations, purges."""

import getpass
import sys
from argparse import Namespace
from pathlib import Path

from sqlalchemy import Connection

from mtus_engine.cli.options import GATE
from mtus_engine.cli.record import data_folder, database_named
from mtus_engine.cli.record_run import count_words, record_of
from mtus_engine.store.checking import faults
from mtus_engine.store.copying import back_up, file_address, refuse_no_backup, restore
from mtus_engine.store.database import address_of, engine_of, private_folder
from mtus_engine.store.identity import instant
from mtus_engine.store.keys import FILE as KEY_FILE
from mtus_engine.store.log import length
from mtus_engine.store.migrate import grant, migrate, newest_revision, revision_of
from mtus_engine.store.passwords import PasswordRefused, is_password
from mtus_engine.store.people import Person, person_of_login
from mtus_engine.store.purge import erase_traces, held_subjects, old_cases, purge, purge_export, purged_subjects
from mtus_engine.store.record import Record
from mtus_engine.store.roles import Action, may

_EXPORTS = frozenset({".ndjson", ".jsonl", ".parquet"})


def run_backup(options: Namespace) -> int:
    """Copy the whole record into a new file."""
    record = record_of(options)
    counts = back_up(record.engine, options.file)
    entries = count_words(counts["log_entries"], "entry")
    sys.stderr.write(f"{options.file}: {count_words(counts['cases'], 'case')}, {entries} of the log\n")
    sys.stderr.write("the key of the log is not in it: keep log-key.pem of the data folder, and the heads, elsewhere\n")
    return 0


def run_restore(options: Namespace) -> int:
    """Copy a backup into an empty record."""
    refuse_no_backup(options.file, is_older_taken=True)
    data = private_folder(data_folder(options))
    counts = restore(options.file, engine_of(address_of(data, database_named(options))))
    sys.stderr.write(
        f"restored: {count_words(counts['cases'], 'case')}, {count_words(counts['log_entries'], 'entry')} of the log\n"
    )
    if counts["log_entries"] and not (data / KEY_FILE).exists():
        sys.stderr.write(f"the key of the log is not in a backup: copy {KEY_FILE} of the other folder to {data}\n")
    return 0


def run_check(options: Namespace) -> int:
    """Tell whether all that is kept is whole."""
    record = record_of(options, must_match=False)
    with record.reading() as connection:
        found = list(faults(connection, record.key.public))
        entries = length(connection)
    sys.stdout.writelines(f"{line}\n" for line in found)
    whole = f"whole: {count_words(entries, 'entry')} of the log verified\n"
    sys.stdout.write(f"{count_words(len(found), 'fault')}\n" if found else whole)
    return GATE if found else 0


def run_migrate(options: Namespace) -> int:
    """Bring the tables to what this version needs."""
    engine = engine_of(address_of(private_folder(data_folder(options)), database_named(options)))
    before = revision_of(engine)
    migrate(engine)
    sys.stderr.write(f"tables: {before or 'none'} → {newest_revision()}\n")
    if options.application is not None:
        grant(engine, options.application, options.retention)
        sys.stderr.write(f"{options.application} may add to the log, and change nothing in it\n")
    return 0


def run_purge(options: Namespace) -> int:
    """Take old cases away for good, here, in backups and in exports."""
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
        before = None if options.older_than is None else instant(record.now() - options.older_than)
        shown = () if before is None else old_cases(connection, before)
    if person is None:
        return 1
    if shown and not options.yes and not _is_sure(len(shown)):
        sys.stderr.write("nothing was taken away\n")
        return 1
    with record.changing() as connection:
        # Of the cases that the person was asked about, only those that nobody has changed meanwhile.
        still = frozenset() if before is None else frozenset(old_cases(connection, before))
        ids = tuple(id_ for id_ in shown if id_ in still)
        gone = purge(connection, record.key, record.stamp(person.id), ids)
        subjects = purged_subjects(connection)
    is_forgotten = erase_traces(record.engine)
    records = count_words(len(gone.records), "record")
    sys.stderr.write(f"{count_words(len(gone.cases), 'case')} and {records} of the log taken away\n")
    for file in options.copies:
        if file.suffix in _EXPORTS:
            taken = purge_export(file, subjects)
        else:
            taken = _purge_backup(file, record, person, subjects)
        sys.stderr.write(f"{file}: {count_words(taken, 'record')} taken away\n")
    if not is_forgotten:
        sys.stderr.write("others use the database: what was taken away is still in its file. Run this again later\n")
        return 1
    return 0


def _of_retention(connection: Connection, login: str) -> Person | None:
    """Return the person, if they may purge and give the right password; otherwise say why and return None."""
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


def _purge_backup(file: Path, record: Record, person: Person, subjects: frozenset[str]) -> int:
    copy = Record(engine_of(file_address(file)), record.key)
    with copy.changing() as connection:
        gone = purge(connection, record.key, record.stamp(person.id), held_subjects(connection, subjects))
    erase_traces(copy.engine)
    copy.close()
    return len(gone.records)
