"""mtus log: the log of decisions verified, determined again, and written out for the audit."""

import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from mtus_engine.cli.options import GATE
from mtus_engine.cli.record import add_record, counted, record_of, with_store
from mtus_engine.report.diagnostics import printable_text

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from mtus_engine.store.chain import Head


def add(commands: "_SubParsersAction[ArgumentParser]", _: ArgumentParser) -> None:
    """Add the log command with its own commands."""
    group = commands.add_parser("log")
    group.set_defaults(run=lambda _: _usage(group))
    verbs = group.add_subparsers(title="commands", metavar="COMMAND")
    verify = verbs.add_parser("verify", help="see whether anything in the log was changed; exits with 5 if so")
    verify.add_argument(
        "--head", action="append", type=Path, default=[], metavar="FILE", help="a head that was kept elsewhere"
    )
    verify.set_defaults(run=with_store(_verify))
    head = verbs.add_parser("head", help="print the signed end of the log, to be kept elsewhere")
    head.add_argument("--out", type=Path, metavar="FILE", help="add it as a line to this file")
    head.set_defaults(run=with_store(_head))
    replay = verbs.add_parser("replay", help="determine every record again under its own rules; exits with 5 if moved")
    replay.add_argument("--case", metavar="CASE", help="the records of one case, by its id in the case file")
    replay.set_defaults(run=with_store(_replay))
    export = verbs.add_parser("export", help="write the records for the audit: they hold what cases say")
    export.add_argument("--out", type=Path, required=True, metavar="FILE", help="a name in .ndjson or .parquet")
    export.set_defaults(run=with_store(_export))
    for verb in (verify, head, replay, export):
        add_record(verb)


def _usage(parser: ArgumentParser) -> int:
    parser.print_help(sys.stderr)
    return 2


def _verify(options: Namespace) -> int:
    from mtus_engine.store.chain import fault_lines, head_of_text  # noqa: PLC0415 - behind the door of the extra
    from mtus_engine.store.log import verified  # noqa: PLC0415
    from mtus_engine.store.people import listed  # noqa: PLC0415

    heads: list[Head] = []
    unread: list[str] = []
    for file in options.head:
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            try:
                heads += [head_of_text(line)] if line.strip() else []
            except (ValueError, TypeError) as problem:
                unread.append(f"{file}:{number}: {problem}\n")
        if not heads:
            sys.stderr.write(f"{file}: no head is in it: mtus log head --out FILE writes one\n")
            return 1
    record = record_of(options, must_match=False)
    with record.reading() as connection:
        found = verified(connection, record.key.public, tuple(heads))
        logins = {one.id: one.login for one in listed(connection)}
    sys.stdout.writelines(f"{_with_login(line, logins)}\n" for line in found.purged)
    sys.stdout.writelines(f"{line}\n" for line in fault_lines(found))
    sys.stdout.writelines(printable_text(line.rstrip()) + "\n" for line in unread)
    if found.faults or unread:
        sys.stdout.write(f"{counted(len(found.faults) + len(unread), 'fault')} in {counted(found.entries, 'entry')}\n")
        return GATE
    counts = f"{counted(found.entries, 'entry')}, {counted(found.payloads, 'record')}, {len(found.purged)} purged"
    sys.stdout.write(f"whole: {counts}\n")
    if not heads:
        sys.stdout.write("without a head that was kept elsewhere, an end that was cut off is not seen: --head FILE\n")
    return 0


def _with_login(line: str, logins: Mapping[str, str]) -> str:
    """Return a line that ends with who did something, by the login where there is one."""
    said, _, id_ = line.rpartition(" ")
    return printable_text(f"{said} {logins.get(id_, id_)}")


def _head(options: Namespace) -> int:
    from mtus_engine.store.chain import head_text  # noqa: PLC0415 - behind the door of the extra
    from mtus_engine.store.log import current_head  # noqa: PLC0415

    record = record_of(options)
    with record.reading() as connection:
        head = current_head(connection, record.key)
    if head is None:
        sys.stderr.write("the log is empty: there is no head yet\n")
        return 1
    if options.out is None:
        sys.stdout.write(head_text(head))
    else:
        with options.out.open("a", encoding="utf-8") as kept:
            kept.write(head_text(head))
        sys.stderr.write(f"{options.out}: head of {head.seq} entries\n")
    return 0


def _replay(options: Namespace) -> int:
    from mtus_engine.api import CheckOptions  # noqa: PLC0415 - rules are slow to load
    from mtus_engine.store.cases import id_of_name  # noqa: PLC0415 - behind the door of the extra
    from mtus_engine.store.replay import Replayer  # noqa: PLC0415

    record = record_of(options)
    made, moved = 0, 0
    with record.reading() as connection, tempfile.TemporaryDirectory() as folder:
        subject = None if options.case is None else id_of_name(connection, options.case)
        for one in Replayer(connection, Path(folder), CheckOptions()).replayed(subject):
            made += 1
            moved += not one.same
            if one.problem is not None:
                sys.stdout.write(f"entry {one.seq}: cannot be determined again: {printable_text(one.problem)}\n")
            sys.stdout.writelines(f"entry {one.seq}: {printable_text(line)}\n" for line in one.moved)
    sys.stdout.write(f"{made - moved} of {made} records came out as they were logged, to the byte\n")
    return GATE if moved else 0


def _export(options: Namespace) -> int:
    from mtus_engine.store.export import export_ndjson, export_parquet  # noqa: PLC0415 - behind the door of the extra
    from mtus_engine.store.log import records  # noqa: PLC0415

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
