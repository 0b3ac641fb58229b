"""What mtus log does, with the serve extra installed: verify, write heads, determine records again, export."""

import sys
import tempfile
from argparse import Namespace
from pathlib import Path

from mtus_engine.api import CheckOptions
from mtus_engine.cli.options import GATE
from mtus_engine.cli.record_run import count_words, record_of
from mtus_engine.report.diagnostics import printable_text
from mtus_engine.store.cases import id_of_name
from mtus_engine.store.chain import LogHead, fault_lines, head_of_text, head_text, purged_lines
from mtus_engine.store.export import export_ndjson, export_parquet
from mtus_engine.store.heads import add_head
from mtus_engine.store.log import current_head, records, verification_of_log
from mtus_engine.store.people import logins
from mtus_engine.store.replay import Replayer


def run_verify(options: Namespace) -> int:
    """Tell whether anything in the log was changed."""
    heads: list[LogHead] = []
    unread: list[str] = []
    for file in options.head:
        before = len(heads)
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            try:
                heads += [head_of_text(line)] if line.strip() else []
            except (ValueError, TypeError) as problem:
                unread.append(f"{file}:{number}: {problem}\n")
        if len(heads) == before:
            sys.stderr.write(f"{file}: no head is in it: mtus log head --out FILE writes one\n")
            return 1
    record = record_of(options, must_match=False)
    with record.reading() as connection:
        found = verification_of_log(connection, record.key.public, tuple(heads))
        who = logins(connection)
    sys.stdout.writelines(f"{printable_text(line)}\n" for line in purged_lines(found, who))
    sys.stdout.writelines(f"{line}\n" for line in fault_lines(found))
    sys.stdout.writelines(printable_text(line.rstrip()) + "\n" for line in unread)
    if found.faults or unread:
        sys.stdout.write(
            f"{count_words(len(found.faults) + len(unread), 'fault')} in {count_words(found.entries, 'entry')}\n"
        )
        return GATE
    counts = (
        f"{count_words(found.entries, 'entry')}, {count_words(found.payloads, 'record')}, {len(found.purged)} purged"
    )
    sys.stdout.write(f"whole: {counts}\n")
    if not heads:
        sys.stdout.write("without a head that was kept elsewhere, an end that was cut off is not seen: --head FILE\n")
    return 0


def run_head(options: Namespace) -> int:
    """Write the signed end of the log."""
    record = record_of(options)
    with record.reading() as connection:
        head = current_head(connection, record.key)
    if head is None:
        sys.stderr.write("the log is empty: there is no head yet\n")
        return 1
    if options.out is None:
        sys.stdout.write(head_text(head))
    else:
        add_head(options.out, head)
        sys.stderr.write(f"{options.out}: head of {head.seq} entries\n")
    return 0


def run_replay(options: Namespace) -> int:
    """Determine every record again under its own rules."""
    record = record_of(options)
    made, moved = 0, 0
    with record.reading() as connection, tempfile.TemporaryDirectory() as folder:
        subject = None if options.case is None else id_of_name(connection, options.case)
        for one in Replayer(connection, Path(folder), CheckOptions()).replay(subject):
            made += 1
            moved += not one.same
            if one.problem is not None:
                sys.stdout.write(f"entry {one.seq}: cannot be determined again: {printable_text(one.problem)}\n")
            sys.stdout.writelines(f"entry {one.seq}: {printable_text(line)}\n" for line in one.moved)
    sys.stdout.write(f"{made - moved} of {made} records came out as they were logged, to the byte\n")
    return GATE if moved else 0


def run_export(options: Namespace) -> int:
    """Write the records for the audit."""
    writers = {".ndjson": export_ndjson, ".jsonl": export_ndjson, ".parquet": export_parquet}
    writer = writers.get(options.out.suffix)
    if writer is None:
        sys.stderr.write(f"{options.out}: name a file in .ndjson or .parquet\n")
        return 2
    if options.out.exists():
        sys.stderr.write(f"{options.out} is there already and is left as it is: name another\n")
        return 1
    record = record_of(options)
    with record.reading() as connection:
        count = writer(records(connection), options.out)
    sys.stderr.write(f"{options.out}: {count} rows\n")
    return 0
