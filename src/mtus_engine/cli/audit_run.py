"""Runs an audit: reads cases, compares them with decisions, shows a summary, writes files whole or not at all."""

import json
import shutil
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from mtus_engine.api import CheckOptions
from mtus_engine.audit.agreement import Audit, audit, decided_items
from mtus_engine.audit.auditor import AuditedItem, Auditor
from mtus_engine.audit.experience import experience_text
from mtus_engine.audit.outline import audit_outline
from mtus_engine.audit.page import audit_page, page_item
from mtus_engine.audit.rows import COLUMNS, csv_lines, row_of
from mtus_engine.audit.sample import Drawn, sample
from mtus_engine.audit.terminal import show_audit
from mtus_engine.cli.audit_coders import show_coders
from mtus_engine.cli.audit_records import Records
from mtus_engine.cli.case_run import CaseRun
from mtus_engine.cli.loaded import rules_for
from mtus_engine.cli.options import result_console
from mtus_engine.loader.folder import case_files
from mtus_engine.loader.whole_file import whole_file
from mtus_engine.model.audited import Audited, ReadingKind
from mtus_engine.model.case import Case, CaseItem
from mtus_engine.model.diagnostic import Diagnostic
from mtus_engine.report.view import item_view

# Rows written to the table at once.
BATCH = 2000
# An audit writes this file into its folder, which tells that folder from any other.
MARK = "audit.json"
FILES = ("items.csv", "items.parquet", "report.html")


def run(options: Namespace) -> int:
    """Audit the cases; return the exit code."""
    out = None if options.out is None else options.out.absolute()
    if out is not None and out.exists() and not _is_replaceable(out):
        sys.stderr.write(f"{out} holds something else than an audit and is left as it is: name another folder\n")
        return 2
    auditor = Auditor(
        rules_for(options),
        CheckOptions(presume=not options.no_presumptions, only_sure=options.only == "sure"),
        ReadingKind(options.reading),
    )
    found_files, problems = case_files(options.cases)
    files = tuple(file for file in found_files if out is None or out.resolve() not in file.resolve().parents)
    cases = _Run(auditor, CaseRun(files, problems))
    written = _Written(cases, options)
    if out is None:
        written.rows = [one.row for one in cases.items()]
        found = written.numbers()
    else:
        found = _write_whole(out, written)
    show_audit(found.audit, found.drawn, result_console())
    if options.save_experience is not None:
        items = decided_items(written.rows)
        text = experience_text(items, auditor.ruleset.digest, with_names=options.with_names)
        with whole_file(options.save_experience) as beside:
            beside.write_text(text, encoding="utf-8")
        sys.stderr.write(f"{options.save_experience}: {len(items)} outcomes by class, without facts of cases\n")
    if options.second is not None:
        show_coders(cases.cases, options.second, auditor.ruleset, result_console())
    return cases.cases.tell()


def _is_replaceable(out: Path) -> bool:
    """Return whether the folder is empty, or holds an audit and nothing else."""
    if not out.is_dir() or out.is_symlink():
        return False
    names = {path.name for path in out.iterdir()}
    if not names:
        return True
    if MARK not in names or not names <= {MARK, *FILES}:
        return False
    try:
        return "ruleset_digest" in json.loads((out / MARK).read_text(encoding="utf-8"))
    except (ValueError, TypeError):
        return False


class _Run:
    """The audited items of many case files; an item that is there a second time is reported and left out.

    One decision may be spread over several files: all its items get the same fold, so that statistics that leave a
    decision out leave out all of it.
    """

    def __init__(self, auditor: Auditor, cases: CaseRun) -> None:
        self.auditor = auditor
        self.cases = cases
        self._seen: dict[tuple[str, str], str] = {}
        self._folds: dict[str, str] = {}

    def items(self) -> Iterator[AuditedItem]:
        return self.cases.each("Auditing", self._of_file)

    def _of_file(self, file: Path) -> Iterator[AuditedItem]:
        case = self.cases.read(file, self.auditor.ruleset)
        new = tuple(item for item in case.items if self._is_new(case, item))
        for one in self.auditor.audited_items(case._replace(items=new)):
            fold = self._folds.setdefault(case.case, one.row.fold)
            yield one._replace(row=one.row._replace(fold=fold))

    def _is_new(self, case: Case, item: CaseItem) -> bool:
        first = self._seen.setdefault((case.case, item.item), case.file)
        if first == case.file:
            return True
        message = f"item {item.item} of the case {case.case} is also in {first}, and is counted once"
        cure = "leave the item in one file, or give the other case a name of its own"
        self.cases.problems.append(Diagnostic("MT406", case.file, item.line, item.column, message, cure))
        return False


class _Found(NamedTuple):
    audit: Audit
    drawn: tuple[Drawn, ...]


class _Written:
    """Writes the files of an audit: items one by one, the numbers when all items are known."""

    def __init__(self, run: _Run, options: Namespace) -> None:
        self._run = run
        self._options = options
        self.rows: list[Audited] = []
        self._records = Records(options.records)

    def numbers(self) -> _Found:
        size = self._options.sample
        drawn = () if size is None else sample(self.rows, size, self._options.seed)
        refused = self._run.cases.refused
        return _Found(audit(self.rows, self._run.auditor.reading, refused=refused), drawn)

    def write(self, folder: Path) -> _Found:
        """Write all files into the folder and return what was found."""
        digest = self._run.auditor.ruleset.digest
        articles = folder / "items.part"
        with articles.open("w", encoding="utf-8") as pages:
            for number, one in enumerate(self._run.items(), 1):
                self.rows.append(one.row)
                words = self._records.words_of(one.checked)
                pages.write(page_item(number, one.row, item_view(one.checked), words))
        found = self.numbers()
        with (folder / "items.csv").open("w", encoding="utf-8", newline="") as out:
            out.writelines(csv_lines(self.rows))
        _write_table(folder / "items.parquet", self.rows)
        seed = None if self._options.sample is None else self._options.seed
        outline = audit_outline(found.audit, digest, found.drawn, seed)
        (folder / MARK).write_text(json.dumps(outline, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        with articles.open(encoding="utf-8") as pages, (folder / "report.html").open("w", encoding="utf-8") as out:
            out.writelines(audit_page(found.audit, found.drawn, digest, self.rows, pages))
        articles.unlink()
        return found


def _write_table(path: Path, rows: list[Audited]) -> None:
    kinds = {"year": pa.int32(), "draft": pa.bool_(), "shares_limit": pa.bool_()}
    lists = {name for name in COLUMNS if name.endswith("_grounds")}
    schema = pa.schema(
        [(name, pa.list_(pa.string()) if name in lists else kinds.get(name, pa.string())) for name in COLUMNS]
    )
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, len(rows), BATCH):
            listed = [dict(row_of(row)) for row in rows[start : start + BATCH]]
            writer.write_table(pa.Table.from_pylist(listed, schema=schema))


def _write_whole(out: Path, written: _Written) -> _Found:
    """Write beside the folder, then move the whole into its place: a run that fails leaves the old folder."""
    out.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    new, old = beside / "new", beside / "old"
    try:
        new.mkdir()
        found = written.write(new)
        if out.exists():
            out.rename(old)
        new.rename(out)
    finally:
        if old.exists() and not out.exists():
            old.rename(out)
        shutil.rmtree(beside, ignore_errors=True)
    sys.stderr.write(f"{out / 'report.html'} written, with items.csv, items.parquet and {MARK}\n")
    return found
