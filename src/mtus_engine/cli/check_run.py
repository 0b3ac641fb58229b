"""Checks many case files, in one process or several, and gives each item in the shape in which it is shown."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, assert_never

from mtus_engine.api import Checker, CheckOptions, load_rules, read_case_file
from mtus_engine.cli.case_run import files_tracked, tell_problems
from mtus_engine.engine.failure import EngineFailure
from mtus_engine.loader.in_order import files_with_futures
from mtus_engine.loader.long_lived import keep_long
from mtus_engine.loader.packs import Sources
from mtus_engine.loader.with_parent import end_with_parent
from mtus_engine.model.checked import Checked
from mtus_engine.model.determination import Finding
from mtus_engine.model.diagnostic import Diagnostic, Rejected
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.report.json_text import json_item
from mtus_engine.report.ndjson import NdjsonForm
from mtus_engine.report.outlines import item_outline
from mtus_engine.report.view import ItemView, item_view

if TYPE_CHECKING:
    from mtus_engine.audit.experience import Experience

# With fewer files than this, starting further processes takes longer than they save.
FEW = 24

Shape = Literal["json", "ndjson", "view"]
ShownItem = str | ItemView


class CheckPlan(NamedTuple):
    """How cases are checked: the rules, the options, the shape of what is shown.

    explain tells whether what-if questions are answered; jurisdiction is that of cases that name none; experience
    names the file of comparable decisions.
    """

    rules: Sources
    jurisdiction: str | None
    options: CheckOptions
    shape: Shape
    explain: bool
    experience: Path | None


class OfFile(NamedTuple):
    """What one file gave: its items as they are shown, their findings, and what was wrong."""

    shown: tuple[ShownItem, ...]
    findings: tuple[Finding, ...]
    problems: tuple[Diagnostic, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    failure: str | None = None


class FileChecker:
    """Checks case files one by one, with rules that are loaded once."""

    def __init__(self, plan: CheckPlan, checker: Checker | None = None) -> None:
        """Load the rules where no checker is given; raises Rejected with every mistake in them."""
        self._plan = plan
        self._checker = checker or Checker(load_rules(plan.rules, plan.jurisdiction), plan.options)
        keep_long()
        self._shaped = _writer(plan.shape, self._checker.ruleset)
        self._experience = None if plan.experience is None else _experience(plan.experience)

    @property
    def counted_under_other_rules(self) -> bool:
        """Whether the experience was counted under other rules than those of the checker."""
        return self._experience is not None and self._experience.ruleset_digest != self._checker.ruleset.digest

    def of(self, file: Path) -> OfFile:
        """Return what a file gives; a mistake in it, or a failure of the engine, is returned and not raised."""
        shown: list[ShownItem] = []
        findings: list[Finding] = []
        warnings: tuple[Diagnostic, ...] = ()
        problems: tuple[Diagnostic, ...] = ()
        failed: str | None = None
        try:
            case = read_case_file(file, self._checker.ruleset)
            warnings = case.warnings
            for checked in self._checker.check(case, explain=self._plan.explain):
                findings.append(checked.determination.evaluation.finding)
                comparable = None if self._experience is None else self._experience.of_item(checked)
                shown.append(self._shaped(checked._replace(comparable=comparable)))
        except Rejected as rejected:
            problems = rejected.diagnostics
        except EngineFailure as failure:
            failed = str(failure)
        return OfFile(tuple(shown), tuple(findings), problems, warnings, failed)


def _writer(shape: Shape, ruleset: Ruleset) -> Callable[[Checked], ShownItem]:
    """Return the function that turns a checked item into the shape in which it is shown."""
    match shape:
        case "json":
            return lambda checked: json_item(item_outline(checked))
        case "ndjson":
            form = NdjsonForm(ruleset)
            return lambda checked: form.item(item_outline(checked))
        case "view":
            return item_view
        case _:
            assert_never(shape)


def _experience(file: Path) -> "Experience":
    from mtus_engine.audit.experience import read_experience  # noqa: PLC0415 - statistics are slow to load

    return read_experience(file)


class CheckRun:
    """One check of many files: their items in order, and the problems, warnings and failures met."""

    def __init__(
        self, plan: CheckPlan, checker: Checker, problems: tuple[Diagnostic, ...], workers: int | None
    ) -> None:
        """Begin with the problems met in finding the files; for workers None, many files get one process a core."""
        self._plan = plan
        # Loaded here even where other processes check, so that a mistake in the files it loads is reported once.
        self._checker = FileChecker(plan, checker)
        self._workers = workers
        self.problems = list(problems)
        self.warnings: dict[Diagnostic, None] = {}
        self.failures: list[str] = []
        self.findings: set[Finding] = set()

    @property
    def counted_under_other_rules(self) -> bool:
        """Whether the experience that is shown was counted under other rules than these."""
        return self._checker.counted_under_other_rules

    def items(self, files: Sequence[Path], *, quiet: bool) -> Iterator[ShownItem]:
        """Yield each file's items as they are shown; has a progress bar where there are many and a person looks on."""
        with self._results(files) as results:
            for found in files_tracked(results, "Checking", files=len(files), quiet=quiet):
                self.problems += found.problems
                self.warnings |= dict.fromkeys(found.warnings)
                self.failures += [] if found.failure is None else [found.failure]
                self.findings.update(found.findings)
                yield from found.shown

    def tell(self) -> int:
        """Write problems, warnings and failures to standard error; return 1 for a problem or failure, else 0."""
        return tell_problems(self.problems, self.warnings, self.failures)

    @contextmanager
    def _results(self, files: Sequence[Path]) -> Iterator[Iterator[OfFile]]:
        number = min(self._workers or os.cpu_count() or 1, len(files))
        if number <= 1 or (self._workers is None and len(files) < FEW) or Path("-") in files:
            yield map(self._checker.of, files)
            return
        # A copy of this process has the rules already; where threads run or systems cannot copy, each loads them anew.
        is_copied = threading.active_count() == 1 and "fork" in get_all_start_methods()
        _LOADED[:] = [self._checker] if is_copied else []
        context = get_context("fork" if is_copied else "spawn")
        with ProcessPoolExecutor(number, context, _begin, (self._plan,)) as pool:
            # All processes begin here, before a thread draws a progress bar.
            pool.submit(int).result()
            yield (
                _result_or_failure(file, future.result)
                for file, future in files_with_futures(files, pool, _check_here, number)
            )
            pool.shutdown(cancel_futures=True)


def _result_or_failure(file: Path, result: Callable[[], OfFile]) -> OfFile:
    try:
        return result()
    except BrokenProcessPool:
        return OfFile((), (), failure=f"{file}: the process that checked it ended: run again with --workers 1")


_LOADED: list[FileChecker] = []


def _begin(plan: CheckPlan) -> None:
    """Load the rules once in a process that has none; the first process has already reported mistakes in them."""
    end_with_parent()
    if not _LOADED:
        _LOADED.append(FileChecker(plan))


def _check_here(file: Path) -> OfFile:
    return _LOADED[0].of(file)
