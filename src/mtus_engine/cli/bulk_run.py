"""What mtus bulk does as a person sees it: warnings, progress and results; and the commands beside it."""

import json
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pyarrow.parquet as pq
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from mtus_engine.api import Checker, CheckOptions
from mtus_engine.bulk.audited import bulk_audit
from mtus_engine.bulk.duck import Duck
from mtus_engine.bulk.duck_outputs import DuckOutputs
from mtus_engine.bulk.engine import Database
from mtus_engine.bulk.explained import traced_row
from mtus_engine.bulk.failure import Failed
from mtus_engine.bulk.mapping import header_of, mapping_text, proposed_mapping, read_mapping
from mtus_engine.bulk.report import bulk_audit_sheet
from mtus_engine.bulk.run import BLANK_ROWS, READINGS, REFUSED, SPILL, SUMMARY, Bulk, Planned, Unusable
from mtus_engine.bulk.sources import sources
from mtus_engine.bulk.synthetic import batches
from mtus_engine.bulk.synthetic import schema as synthetic_schema
from mtus_engine.bulk.tables import WrongTypes, input_columns
from mtus_engine.cli.loaded import rules_for
from mtus_engine.cli.options import result_console
from mtus_engine.compiler.targets.columns.determined import ColumnOptions
from mtus_engine.loader.kept_texts import KeptTexts, cache_folder
from mtus_engine.loader.whole_file import whole_file
from mtus_engine.meaning.algebra import Inexpressible
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.report.json_text import json_item, json_stream
from mtus_engine.report.sheet import Sheet, SheetPart, show_sheet
from mtus_engine.report.terminal import show
from mtus_engine.report.view import item_view

# Seconds between two moves of the progress bar while a part is worked out.
BEAT = 0.5
# At most so many facts without a column are named one by one.
MOST_NAMED = 6


def run(options: Namespace) -> int:
    """Determine tables; return the exit code."""
    ruleset = rules_for(options)
    unknown = set(options.guideline) - {edition.guideline for edition in ruleset.editions}
    if unknown:
        sys.stderr.write(f"no guideline {', '.join(sorted(unknown))}: mtus rules book lists them all\n")
        return 2
    try:
        found = sources(options.tables, options.out)
        if options.map is not None:
            mapping = read_mapping(options.map, ruleset)
            found = tuple(one._replace(columns=mapping.columns, units=mapping.units) for one in found)
        with _engine(options, options.out / SPILL) as engine:
            kept = KeptTexts(None if options.no_cache else cache_folder())
            bulk = Bulk(found, ruleset, _options(options), engine, options.out, kept)
            planned = bulk.plan()
            _warn(planned)
            with bulk.begin(planned):
                return _determine(bulk, planned, engine)
    except (Failed, Unusable, Inexpressible) as failed:
        sys.stderr.write(f"{failed}\n")
        return 1


@contextmanager
def _engine(options: Namespace, spill: Path) -> Iterator[Database]:
    engine: Database
    if options.engine == "spark":
        from mtus_engine.bulk.spark import Spark  # noqa: PLC0415 - only where it is asked for: it starts Java

        engine = Spark(spill, memory=options.memory, threads=options.threads)
    else:
        engine = Duck(spill, memory=options.memory or "2GB", threads=options.threads, part_rows=options.part_rows)
    try:
        yield engine
    finally:
        engine.close()


def _options(options: Namespace) -> ColumnOptions:
    return ColumnOptions(
        presume=not options.no_presumptions,
        as_of=options.as_of,
        setting=options.setting,
        only=frozenset(options.guideline),
        reasons=not options.no_reasons,
        verified=not options.no_verified,
    )


def _determine(bulk: Bulk, planned: Planned, engine: Database) -> int:
    if not planned.parts:
        sys.stderr.write("the tables have no rows\n")
    elif len(planned.done) == len(planned.parts):
        sys.stderr.write("all parts are there already: nothing to do\n")
    elif planned.done:
        sys.stderr.write(f"going on: {len(planned.done)} of {len(planned.parts)} parts are there already\n")
    console = Console(stderr=True)
    columns = (TextColumn("Determining"), BarColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        total = sum(part.size for part in planned.parts)
        done = sum(planned.parts[n].size for n in planned.done)
        task = progress.add_task("", total=total, completed=done, rate="")
        _write(bulk, planned, engine, progress, task)
    summary = bulk.summary(planned, DuckOutputs())
    bulk.finish(summary)
    _tell(summary, bulk.out)
    return 0


def _write(bulk: Bulk, planned: Planned, engine: Database, progress: Progress, task: TaskID) -> None:
    """Write the parts that are not there yet; the progress bar moves also while one is worked out."""
    stop = threading.Event()
    sizes = [part.size for n, part in enumerate(planned.parts) if n not in planned.done]
    begun, written, rows = progress.tasks[task].completed, 0, 0

    def beat() -> None:
        while not stop.wait(BEAT):
            size = sizes[written] if written < len(sizes) else 0
            progress.update(task, completed=begun + sum(sizes[:written]) + engine.progress() * size)

    beats = threading.Thread(target=beat, daemon=True)
    beats.start()
    try:
        for part in bulk.write_parts(planned):
            written, rows = written + 1, rows + part.rows + part.refused + part.blank
            elapsed = progress.tasks[task].elapsed
            rate = f"{rows / elapsed:,.0f} rows a second" if elapsed else ""
            progress.update(task, completed=begun + sum(sizes[:written]), rate=rate)
    finally:
        stop.set()
        beats.join()


def _warn(planned: Planned) -> None:
    if planned.missing:
        listed, more = ", ".join(planned.missing[:MOST_NAMED]), len(planned.missing) - MOST_NAMED
        listed += f" and {more} more facts ({READINGS} names them)" if more > 0 else ""
        sys.stderr.write(f"no column for {listed}: not documented in every row, or presumed\n")
    if planned.ignored:
        sys.stderr.write(f"columns that are not read: {', '.join(planned.ignored)}\n")
    if planned.readings:
        sys.stderr.write(f"how the texts are written ({READINGS} keeps it):\n")
    for name, counts in planned.readings.items():
        written = "; ".join(f"{form} {count:,}" for form, count in counts.items())
        sys.stderr.write(f"  {name}: {written}\n")
    for one in planned.doubts:
        sys.stderr.write(f"{one}; left open in its rows\n")
    for one in planned.lacking:
        sys.stderr.write(f"{one} cannot be asked of tables: undetermined in every row; mtus check reads it\n")


def _rows(count: object) -> str:
    """Return a number of rows in words."""
    return "1 row" if count == 1 else f"{count:,} rows"


def _tell(summary: dict[str, object], out: Path) -> None:
    findings = summary["findings"]
    assert isinstance(findings, dict)
    words = ", ".join(f"{count:,} {finding.replace('_', ' ')}" for finding, count in findings.items())
    told = f"{_rows(summary['rows'])} determined: {words}\n" if findings else "no row was determined\n"
    sys.stdout.write(told)
    if summary["refused"]:
        sys.stdout.write(f"{_rows(summary['refused'])} refused: see {out / REFUSED}\n")
    if summary["blank"]:
        sys.stdout.write(f"{summary['blank']:,} blank rows left out: {out / BLANK_ROWS} has their numbers\n")
    sys.stderr.write(f"{out} written, with {SUMMARY}\n")


def schema(options: Namespace) -> int:
    """Print the columns that a table may have."""
    ruleset = rules_for(options)
    columns = input_columns(ruleset).values()
    if options.format == "json":
        listed = [
            {"column": one.name, "type": one.kind, "says": one.says, "members": _members(one.fact)} for one in columns
        ]
        sys.stdout.write(json.dumps(listed, ensure_ascii=False, indent=2) + "\n")
        return 0
    rows = [
        (one.name, one.kind, one.says, ", ".join(_members(one.fact)) if _is_named(one.kind) else "") for one in columns
    ]
    part = SheetPart("Columns", (), ("Column", "Type", "Says", "Members"), rows)
    note = "All may be missing. Lists in CSV are one text, with ; between the members."
    show_sheet(Sheet("What a table of cases may hold", (note,), (part,)), Console(highlight=False))
    return 0


def _is_named(kind: str) -> bool:
    return kind in {"string", "array<string>"}


def _members(fact: "object") -> list[str]:
    return [name for name, _ in getattr(fact, "members", ())]


def propose_mapping(options: Namespace) -> int:
    """Propose how the columns of an export are read."""
    ruleset = rules_for(options)
    mapping = proposed_mapping(header_of(options.table), ruleset)
    text = mapping_text(options.table.name, mapping, ruleset)
    if options.out is None:
        sys.stdout.write(text)
    else:
        with whole_file(options.out) as beside:
            beside.write_text(text, encoding="utf-8")
    unread = [given for given, name in mapping.items() if name is None]
    if unread:
        sys.stderr.write(f"nothing near to {', '.join(unread)}: fill in what they are, or leave them unread\n")
    return 0


def write_synthetic(options: Namespace) -> int:
    """Write a synthetic table, whole or not at all."""
    ruleset: Ruleset = rules_for(options)
    out: Path = options.out
    if out.suffix != ".parquet":
        sys.stderr.write(f"{out} does not end in .parquet\n")
        return 2
    console = Console(stderr=True)
    with (
        whole_file(out) as beside,
        pq.ParquetWriter(beside, synthetic_schema(ruleset), compression="zstd") as writer,
        Progress(console=console, disable=not console.is_terminal) as progress,
    ):
        task = progress.add_task("Making", total=options.rows)
        for batch in batches(ruleset, options.rows, options.seed):
            writer.write_batch(batch)
            progress.advance(task, batch.num_rows)
    sys.stderr.write(f"{out} written: {options.rows:,} rows\n")
    return 0


def explain(options: Namespace) -> int:
    """Show the trace of one row."""
    ruleset = rules_for(options)
    try:
        with closing(Duck(None)) as engine:
            found = traced_row(options.output, options.case, options.item, ruleset, DuckOutputs(), engine)
    except (Failed, Unusable, WrongTypes) as failed:
        sys.stderr.write(f"{failed}\n")
        return 1
    checker = Checker(ruleset, CheckOptions(found.as_of, None, found.presume))
    views = [item_view(checked) for checked in checker.check(found.case)]
    if options.format == "json":
        sys.stdout.writelines(json_stream(json_item(view.item) for view in views))
    else:
        show(views, result_console(), only_failed=False)
    differing = [view for view in views if view.item["finding"] != found.told["finding"]]
    if differing:
        sys.stderr.write(f"the output says {found.told['finding']}: please report this\n")
    return 1 if differing else 0


def audit(output: Path, ruleset: Ruleset) -> int:
    """Show how far engine and reviewers agree over an output."""
    try:
        found = bulk_audit(output, DuckOutputs(), ruleset.roles.treatment)
    except (Failed, Unusable) as failed:
        sys.stderr.write(f"{failed}\n")
        return 1
    show_sheet(bulk_audit_sheet(found), result_console())
    return 0
