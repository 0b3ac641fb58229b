"""mtus ingest: read published decisions, or the papers of a utilization review, into draft cases."""

import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import track

from mtus_engine.cli.ingest_review import Review
from mtus_engine.cli.loaded import rule_sources, rules_for
from mtus_engine.cli.options import count
from mtus_engine.ingest.confirming import PlainDocument
from mtus_engine.ingest.drafter import Drafted
from mtus_engine.ingest.journal import Journal, Noting
from mtus_engine.ingest.pdf import Unreadable
from mtus_engine.ingest.pool import NotDrafted, drafts_of, reason_of
from mtus_engine.ingest.typed import document_of, text_of_document
from mtus_engine.loader.beside_rules import extraction_digest
from mtus_engine.loader.packs import Sources
from mtus_engine.loader.whole_file import whole_file, write_new
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.report.diagnostics import diagnostics_text, printable_text
from mtus_engine.report.template import base_facts_for

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from mtus_engine.cli.ingest_table import TableWriter

MANY = 20
# At most this many of the files that are not read are named.
MOST_NAMED = 10
_READ = {".pdf", ".txt"}
_SCHEMA = "schema/case.json"


def add(commands: "_SubParsersAction[ArgumentParser]", rules: ArgumentParser) -> None:
    """Add the ingest command."""
    command = commands.add_parser("ingest", parents=[rules])
    command.add_argument(
        "decisions", nargs="*", type=Path, metavar="FILE", help="decisions or papers as PDF or text, or folders of them"
    )
    command.add_argument(
        "--case",
        action="append",
        type=Path,
        default=[],
        metavar="FOLDER",
        help="the papers of one worker: request, reports, notes, letters; read together into one draft",
    )
    command.add_argument(
        "--out", type=Path, metavar="FOLDER", help="write one draft a decision there; never over a file that is there"
    )
    command.add_argument(
        "--review", action="store_true", help="go through each draft: accept, change or drop what was read; needs --out"
    )
    command.add_argument(
        "--workers", type=count, metavar="N", help="read N decisions at a time (default: one for each core)"
    )
    command.add_argument(
        "--only", choices=["sure"], help="with a table: leave open what is not sure, as mtus check --only sure does"
    )
    command.add_argument(
        "--map", type=Path, metavar="FILE", help="which columns of a CSV of requests are which of ours"
    )
    command.add_argument(
        "--engine", choices=["spark"], help="read with Spark, on one machine or a cluster; needs --out TABLE.parquet"
    )
    command.set_defaults(run=_ingest)


def _ingest(options: Namespace) -> int:
    named, others = _files_to_read(options.decisions)
    tables = [file for file in named if file.suffix.lower() == ".csv"]
    files = [*(file for file in named if file.suffix.lower() != ".csv"), *options.case]
    is_table = options.out is not None and options.out.suffix.lower() == ".parquet"
    if no_folder := [str(folder) for folder in options.case if not folder.is_dir()]:
        sys.stderr.write(f"no folder: {', '.join(no_folder)}. --case takes the folder with the papers of one worker\n")
        return 2
    if not options.decisions and not options.case:
        sys.stderr.write("name decisions or papers to read, or after --case the folder with the papers of one worker\n")
        return 2
    if (problem := _conflict_of_options(options, tables, is_table=is_table)) is not None:
        sys.stderr.write(f"{problem}\n")
        return 2
    if options.out is not None and not is_table and (options.out.is_file() or str(options.out) == "."):
        sys.stderr.write(f"{options.out} is no folder for drafts: name another after --out\n")
        return 2
    if not files and not tables:
        sys.stderr.write(f"no PDF or text here: {', '.join(map(str, options.decisions))}\n")
        sys.stderr.write(_unread_files_line(others))
        return 1
    if options.out is None and (len(files) > 1 or options.review):
        why = "a review needs a folder to keep" if options.review else "several decisions need a folder for"
        sys.stderr.write(f"{why} their drafts: --out FOLDER\n")
        return 2
    rules = rule_sources(options)
    ruleset = rules_for(options)
    if options.engine == "spark":
        from mtus_engine.bulk.spark_ingest import ingest_by_spark  # noqa: PLC0415 - it starts Java

        return ingest_by_spark(files, rules, ruleset.jurisdiction.id, options.out, only_sure=options.only == "sure")
    if options.out is not None and not is_table:
        options.out.mkdir(parents=True, exist_ok=True)
    code = 0
    if tables:
        from mtus_engine.cli.ingest_requests import ingest_requests  # noqa: PLC0415 - another extra reads tables

        code = ingest_requests(tables, options, ruleset, _SCHEMA)
    if files:
        code = max(code, _read_all(files, rules, ruleset, options, is_table=is_table))
    sys.stderr.write(_unread_files_line(others))
    return code


def _conflict_of_options(options: Namespace, tables: list[Path], *, is_table: bool) -> str | None:
    """Return why the options do not go together, and what to do; None where they do."""
    if is_table and options.out.exists():
        return f"{options.out} is there already and is left as it is: name another"
    if is_table and (options.review or tables):
        return "a review, and a CSV of requests, give draft cases: name a folder after --out"
    if options.engine == "spark" and not is_table:
        return "Spark writes a table: --out TABLE.parquet"
    if tables and options.out is None:
        return "draft cases of requests need a folder: --out FOLDER"
    if options.map is not None and not tables:
        return "--map tells the columns of a CSV of requests, and none is named"
    return None


def _read_all(files: list[Path], rules: Sources, ruleset: Ruleset, options: Namespace, *, is_table: bool) -> int:
    """Read decisions and papers into drafts or a table, from where an earlier run stopped; return the exit code."""
    run = _Run(ruleset, options)
    hidden = options.review or len(files) < MANY or not run.console.is_terminal
    with ExitStack() as stack:
        left = files
        if options.out is not None and not options.review:
            left = run.go_on(files, rules, stack, is_table=is_table)
        workers = 1 if options.review else options.workers
        drafts = stack.enter_context(drafts_of(left, rules, ruleset, _SCHEMA, workers=workers)) if left else iter(())
        for file, draft in track(drafts, "Reading", total=len(left), console=run.console, disable=hidden):
            run.take(file, draft)
    run.tell(len(left))
    return 1 if run.failed else 0


class _Run:
    """Decisions drafted one after another; one that cannot be read stops no other."""

    def __init__(self, ruleset: Ruleset, options: Namespace) -> None:
        self._ruleset = ruleset
        self._options = options
        self.console = Console(stderr=True, highlight=False)
        self.failed: list[str] = []
        self.done: list[Drafted] = []
        self.drafted: dict[Path, str] = {}
        self._noting: Noting | None = None
        self._table: TableWriter | None = None

    def go_on(self, files: list[Path], rules: Sources, stack: ExitStack, *, is_table: bool) -> list[Path]:
        """Take up the journal of the output; return the files that no earlier run has read."""
        out: Path = self._options.out
        only_sure = self._options.only == "sure"
        digest = f"{self._ruleset.digest} {extraction_digest(rules)}{' only sure' if only_sure else ''}"
        if is_table:
            from mtus_engine.cli.ingest_table import parts_folder, table_of  # noqa: PLC0415 - another extra writes it

            parts_folder(out).mkdir(parents=True, exist_ok=True)
            journal = Journal(parts_folder(out), digest)
            self._table = stack.enter_context(table_of(out, self._ruleset, journal, only_sure=only_sure))
        else:
            journal = Journal(out, digest)
            self._noting = stack.enter_context(journal.noting())
        left = journal.files_left(files)
        if len(left) < len(files):
            sys.stderr.write(f"going on: {len(files) - len(left)} of {len(files)} were read before\n")
        return left

    def take(self, file: Path, draft: Drafted | NotDrafted) -> None:
        """Keep the draft of a decision, or why there is none; with --review, lead a person through it."""
        if isinstance(draft, NotDrafted):
            self.failed.append(f"{file}: {draft.reason}")
            return
        try:
            if self._options.review:
                self._review(draft)
            elif self._table is not None:
                self._table.take(file, draft)
            else:
                earlier = next((other for other, one in self.drafted.items() if one == draft.case), None)
                if earlier is not None:
                    says = "its case {case} was drafted from {earlier} in this run"
                    raise Unreadable(says, case=draft.case, earlier=str(earlier))
                _write(draft, self._options.out)
                if self._noting is not None:
                    self._noting.note([(file, f"{draft.case}.yaml")])
            self.drafted[file] = draft.case
            self.failed += [f"{file}/{one}" if file.is_dir() else one for one in draft.unread]
            # The draft is written by now: of many decisions, only the counts stay in memory.
            self.done.append(draft._replace(sentences=(), text="", parsed=None))
        except Unreadable as reason:
            self.failed.append(f"{file}: {reason}")
        except Rejected as rejected:
            self.failed.append(f"{file}: {diagnostics_text(rejected.diagnostics)}")
        except OSError as error:
            self.failed.append(f"{file}: {reason_of(error, file)}")

    def _review(self, draft: Drafted) -> None:
        """Lead a person through the draft; where that was begun before, through the statements that still wait."""
        target = self._options.out / f"{draft.case}.yaml"
        if not target.exists():
            _write(draft, self._options.out)
        document = document_of(target.as_posix(), target.read_bytes(), self._ruleset)
        review = Review(document, draft.sentences, self._ruleset, self.console)
        reviewed = review.run(lambda after: _replace(target, after, self._ruleset), self.console.input)
        left = f"{reviewed.left} still to confirm" if reviewed.left else "all confirmed"
        sys.stderr.write(f"{target}: {reviewed.answered} answered, {left}\n")

    def tell(self, files: int) -> None:
        """Write what was found, what was not, and what could not be read."""
        items, named = sum(draft.items for draft in self.done), sum(draft.named for draft in self.done)
        grounds = sum(draft.grounds for draft in self.done)
        papers = sum(bool(draft.kinds) for draft in self.done)
        what = "decisions" if not papers else "requests" if papers == len(self.done) else "decisions and requests"
        drafted = f"{len(self.done)} of {files} {what} drafted: {items} items"
        sys.stderr.write(f"{drafted}, {named} with a treatment that is known here; {grounds} grounds of reviewers\n")
        for draft in self.done:
            if draft.kinds:
                listed = ", ".join(f"{file} ({kind})" for file, kind in draft.kinds.items())
                sys.stderr.write(f"{draft.case} from {listed}\n")
        if files > 1 and named:
            self._tell_facts(named)
        sys.stderr.writelines(f"{printable_text(line)}\n" for line in self.failed)

    def _tell_facts(self, named: int) -> None:
        told: Counter[str] = Counter()
        for draft in self.done:
            told.update(draft.told)
        asked = sorted(self._facts_asked_for() | set(told), key=lambda fact: (self._ruleset.facts[fact].order, fact))
        found = [fact for fact in asked if told[fact]]
        sys.stderr.write(f"Found, of {named} items with a known treatment:\n")
        sys.stderr.writelines(f"  {told[fact]:6}  {self._ruleset.facts[fact].label}\n" for fact in found)
        none = [self._ruleset.facts[fact].label for fact in asked if not told[fact]]
        sys.stderr.write("Asked for by a guideline and found in no decision: " + ("; ".join(none) or "nothing") + "\n")

    def _facts_asked_for(self) -> set[str]:
        """Return the names of the facts that guidelines ask for about the treatments that were found."""
        treatments = {name for draft in self.done for name in draft.treatments}
        return {fact for name in treatments for fact in base_facts_for(name, self._ruleset)}


def _replace(target: Path, document: PlainDocument, ruleset: Ruleset) -> None:
    """Replace the file by the document, whole or not at all: an interrupted review loses no answer."""
    with whole_file(target) as beside:
        beside.write_text(text_of_document(document, _SCHEMA, ruleset), encoding="utf-8")


def _unread_files_line(others: list[Path]) -> str:
    """Return the line that names the files in folders that are neither PDF nor text; empty where there are none."""
    if not others:
        return ""
    more = f" and {len(others) - MOST_NAMED} more" if len(others) > MOST_NAMED else ""
    return f"Not read, neither PDF nor text: {', '.join(map(str, others[:MOST_NAMED]))}{more}\n"


def _files_to_read(paths: list[Path]) -> tuple[list[Path], list[Path]]:
    """Return the files to read, those in folders by name, and the files in folders that are not read."""
    found = [(one, path.is_dir()) for path in paths for one in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    inside = [one for one, is_inside in found if is_inside and one.suffix.lower() not in _READ and one.is_file()]
    read = [one for one, is_inside in found if not is_inside or (one.suffix.lower() in _READ and one.is_file())]
    return read, [one for one in inside if not one.name.startswith(".")]


def _write(draft: Drafted, out: Path | None) -> None:
    if out is None:
        sys.stdout.write(draft.text)
        return
    target = out / f"{draft.case}.yaml"
    try:
        write_new(target, draft.text)
    except FileExistsError:
        raise Unreadable("{target} is there already and is left as it is", target=str(target)) from None
