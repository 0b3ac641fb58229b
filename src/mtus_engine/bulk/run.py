"""A bulk run: files in parts, each written whole or not at all; a run that was stopped goes on where it was."""

import csv
import fcntl
import json
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import ibis

from mtus_engine.bulk.csv_dialect import uneven_rows
from mtus_engine.bulk.engine import Database, Outputs, PartFiles, TablePart, Written
from mtus_engine.bulk.failure import Failed
from mtus_engine.bulk.meant_texts import texts_of
from mtus_engine.bulk.plan import NOTHING_KEPT, Queries, queries
from mtus_engine.bulk.readings import TextCounts, counted_readings
from mtus_engine.bulk.sources import TableFile
from mtus_engine.bulk.tables import Texts, WrongTypes, facts_without_column, ignored_columns, known_columns
from mtus_engine.compiler.targets.columns.determined import ColumnOptions
from mtus_engine.loader.kept_texts import KeptTexts
from mtus_engine.loader.whole_file import whole_file
from mtus_engine.model.diagnostic import Diagnostic, Rejected
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.model.values import Stretch

MANIFEST, READINGS, SUMMARY, SPILL = "run.json", "readings.json", "summary.json", ".spill"
REFUSED, BLANK_ROWS = "refused", "blank"
VERSION = 1
_UNEVEN_TOLD = 20


class Unusable(Exception):
    """The output folder cannot be used: why, and what to do."""


class Planned(NamedTuple):
    """What is about to be done: the parts, the indexes of those that are done already, and what to warn of.

    missing are facts without a column, ignored columns that are not read, lacking the rules that tables cannot express,
    doubts the codes that are read with a doubt, readings how the texts of each column are written.
    """

    parts: tuple[TablePart, ...]
    done: frozenset[int]
    missing: tuple[str, ...]
    ignored: tuple[str, ...]
    lacking: tuple[str, ...]
    doubts: tuple[str, ...] = ()
    readings: TextCounts = MappingProxyType({})


class Bulk:
    """A run over files, with one ruleset, into one folder."""

    def __init__(
        self,
        found: Sequence[TableFile],
        ruleset: Ruleset,
        options: ColumnOptions,
        engine: Database,
        out: Path,
        kept: KeptTexts = NOTHING_KEPT,
    ) -> None:
        """Prepare; nothing is read or written yet. kept holds the texts of queries from one run to the next."""
        self._kept = kept
        self._sources = tuple(found)
        self._ruleset = ruleset
        self._options = options
        self._engine = engine
        self.out = out
        self._queries: dict[tuple[str, ...], Queries] = {}
        self._schemas: dict[TableFile, ibis.Schema] = {}
        self._asked: dict[TableFile, Queries] = {}

    def plan(self) -> Planned:
        """Return what is to be done, after a look at every file and at the output folder.

        Raises Rejected for files that cannot be read, Unusable for a folder that holds something else.
        """
        problems: list[Diagnostic] = []
        parts: list[TablePart] = []
        for source in self._sources:
            try:
                self._schemas[source] = self._engine.schema(source)
                if not known_columns(self._ruleset, frozenset(self._schemas[source].names)):
                    raise Failed("none of its columns is known: mtus bulk schema lists them")
                parts += self._engine.parts(source)
            except Failed as failed:
                problems += _reading_problems(source, str(failed))
        texts = Texts({}, {}) if problems else self._texts(problems)
        for source, schema in self._schemas.items():
            try:
                self._asked[source] = self._queries_of(schema, texts)
            except WrongTypes as wrong:
                problems += [_problem(source, words) for words in wrong.found]
        if problems:
            raise Rejected(tuple(problems))
        self._check(parts)
        done = frozenset(n for n in range(len(parts)) if self.output(n).exists())
        names = [frozenset(schema.names) for schema in self._schemas.values()]
        absent = [set(facts_without_column(self._ruleset, present)) for present in names]
        extra = {name for present in names for name in ignored_columns(self._ruleset, present)}
        listed = [name for name in self._ruleset.facts if any(name in one for one in absent)]
        lacking = tuple(dict.fromkeys(one for asked in self._asked.values() for one in asked.lacking))
        readings = {} if (self.out / READINGS).exists() else self._readings()
        return Planned(tuple(parts), done, tuple(listed), tuple(sorted(extra)), lacking, texts.doubts, readings)

    def write_parts(self, planned: Planned) -> Iterator[Written]:
        """Write the parts that are not done, one after another; raises Failed where the database fails."""
        for number, part in enumerate(planned.parts):
            if number not in planned.done:
                asked = self._asked[part.source]
                left_out = (self.out / folder / f"part-{number:05}.csv" for folder in (REFUSED, BLANK_ROWS))
                try:
                    yield self._engine.write(part, asked, PartFiles(self.output(number), *left_out))
                except Failed as failed:
                    raise Failed(f"{part.source.path}: {failed}") from failed

    def summary(self, planned: Planned, outputs: Outputs) -> dict[str, object]:
        """Return how many rows there are of each finding, the most frequent first, how many were refused and blank."""
        refused, blank = (sorted((self.out / folder).glob("*.csv")) for folder in (REFUSED, BLANK_ROWS))
        counted = outputs.counts_by(self.out, ("finding",)) if planned.parts else []
        findings = {str(one["finding"]): rows for one, rows in sorted(counted, key=lambda one: -one[1])}
        return {
            "rows": sum(findings.values()),
            "refused": outputs.rows_left_out(refused) if planned.parts else 0,
            "blank": outputs.rows_left_out(blank) if planned.parts else 0,
            "findings": findings,
            "ruleset": self._ruleset.digest,
        }

    def finish(self, summary: Mapping[str, object]) -> None:
        """Write the summary, which marks the run as complete."""
        _write(self.out / SUMMARY, summary)

    def output(self, number: int) -> Path:
        """Return the file of a part."""
        return self.out / f"part-{number:05}.parquet"

    # ---- before anything is written

    def _queries_of(self, schema: ibis.Schema, texts: Texts) -> Queries:
        """Return the queries for files of one shape, made once."""
        key = tuple(f"{name} {kind}" for name, kind in schema.items())
        if key not in self._queries:
            self._queries[key] = queries(schema, self._ruleset, texts, self._options, self._engine.dialect, self._kept)
        return self._queries[key]

    def _texts(self, problems: list[Diagnostic]) -> Texts:
        """Return what the texts of all files mean."""
        lengths: dict[str, dict[str, Stretch]] = {}
        members: dict[str, dict[str, tuple[str, ...]]] = {}
        unverified: dict[str, frozenset[str]] = {}
        divided: dict[str, frozenset[str]] = {}
        doubts: list[str] = []
        has_schedules = False
        for source in self._sources:
            try:
                of_file = texts_of(self._engine, source, self._schemas[source], self._ruleset)
            except Failed as failed:
                problems += _reading_problems(source, str(failed))
                continue
            for name, read in of_file.lengths.items():
                lengths.setdefault(name, {}).update(read)
            for name, meant in of_file.members.items():
                members.setdefault(name, {}).update(meant)
            for name, written in of_file.unverified.items():
                unverified[name] = unverified.get(name, frozenset()) | written
            for name, texts in of_file.divided.items():
                divided[name] = divided.get(name, frozenset()) | texts
            doubts += of_file.doubts
            has_schedules |= of_file.has_schedules
        return Texts(lengths, members, tuple(dict.fromkeys(doubts)), unverified, divided, has_schedules)

    def _readings(self) -> TextCounts:
        """Return how the texts of all files are written, by column."""
        found: dict[str, Counter[str]] = {}
        for source, asked in self._asked.items():
            query = asked.readings
            if not query.text:
                continue
            for name, counts in counted_readings(query, self._engine.counts(source, query.text)).items():
                found.setdefault(name, Counter()).update(counts)
        return {name: dict(counts) for name, counts in found.items()}

    def _check(self, parts: Sequence[TablePart]) -> None:
        """Raise Unusable unless the output folder is new or empty, or holds the same run."""
        path = self.out / MANIFEST
        if self.out.exists() and not self.out.is_dir():
            raise Unusable(f"{self.out} is a file: name a folder")
        if path.exists():
            before, now = read_manifest(self.out), self._manifest(parts)
            if differing := [key for key in now if before.get(key) != now[key]]:
                raise Unusable(f"{self.out} holds a run with other {', '.join(differing)}: name another folder")
        elif self.out.exists() and any(one.name != SPILL for one in self.out.iterdir()):
            raise Unusable(f"{self.out} is not empty and holds no bulk run: name another folder")

    @contextmanager
    def begin(self, planned: Planned) -> Iterator[None]:
        """Take the output folder for this run alone; raises Unusable while another run writes there."""
        self.out.mkdir(parents=True, exist_ok=True)
        path = self.out / MANIFEST
        if not path.exists():
            _write(path, self._manifest(planned.parts))
        if not (self.out / READINGS).exists():
            told = {"texts": planned.readings, "no_column": planned.missing, "not_read": planned.ignored}
            _write(self.out / READINGS, told)
        with path.open("rb") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Unusable(f"another run is writing to {self.out}") from None
            try:
                yield
            finally:
                shutil.rmtree(self.out / SPILL, ignore_errors=True)

    def _manifest(self, parts: Sequence[TablePart]) -> dict[str, object]:
        options = self._options
        return {
            "version": VERSION,
            "ruleset": self._ruleset.digest,
            "engine": self._engine.name,
            "options": {
                "presumptions": options.presume,
                "as_of": None if options.as_of is None else list(options.as_of),
                "setting": options.setting,
                "guidelines": sorted(options.only),
                "reasons": options.reasons,
                "verified": options.verified,
            },
            "inputs": [
                {"file": one.path.as_posix(), "size": one.size, "written": one.written, "format": one.format}
                | ({"columns": dict(one.columns)} if one.columns else {})
                | ({"units": dict(one.units)} if one.units else {})
                for one in self._sources
            ],
            "parts": [{"file": one.source.path.as_posix(), "first": one.first, "rows": one.rows} for one in parts],
        }


def read_manifest(out: Path) -> dict[str, object]:
    """Return the manifest of the run in a folder; raises Unusable where it cannot be read."""
    try:
        manifest: dict[str, object] = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise Unusable(f"{out / MANIFEST} cannot be read: is this the folder that mtus bulk wrote?") from None
    return manifest


def _reading_problems(source: TableFile, words: str) -> list[Diagnostic]:
    """Return what is wrong with a file that the database cannot read: its rows of another length, else words."""
    if source.format != "csv":
        return [_problem(source, words)]
    try:
        uneven = list(islice(uneven_rows(source.path), _UNEVEN_TOLD))
    except (Failed, ValueError, csv.Error):
        uneven = []
    cure = "where a value is missing keep its separator; put a value with a separator in it in quotation marks"
    return [
        Diagnostic(
            "MT113",
            source.path.as_posix(),
            row.line,
            1,
            f"not a value for each column: {row.values} here, {row.columns} in the first line",
            cure,
        )
        for row in uneven
    ] or [_problem(source, words)]


def _problem(source: TableFile, words: str) -> Diagnostic:
    return Diagnostic("MT113", source.path.as_posix(), 1, 1, f"cannot be read: {words}", None)


def _write(path: Path, content: Mapping[str, object]) -> None:
    with whole_file(path) as beside:
        beside.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
