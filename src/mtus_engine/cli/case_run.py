"""Reads case files one after another; what is wrong with one is kept and does not stop the others."""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import track

from mtus_engine.api import read_case_file
from mtus_engine.engine.failure import EngineFailure
from mtus_engine.model.case import Case
from mtus_engine.model.diagnostic import Diagnostic, Rejected
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.report.diagnostics import diagnostics_text

Made = TypeVar("Made")

# With fewer files than this, no progress bar is shown: it would only flicker.
MANY = 20


class CaseRun:
    """One run over many case files, with the problems, warnings and failures that it met."""

    def __init__(self, files: tuple[Path, ...], problems: tuple[Diagnostic, ...]) -> None:
        """Begin with the problems met in finding the files; refused counts files that could not be read or judged."""
        self.files = files
        self.problems = list(problems)
        self.warnings: list[Diagnostic] = []
        self.failures: list[str] = []
        self.refused = 0

    def each(self, verb: str, of_file: Callable[[Path], Iterator[Made]], *, quiet: bool = False) -> Iterator[Made]:
        """Yield what of_file yields for each file; shows a progress bar where there are many and a person looks on."""
        for file in files_tracked(self.files, verb, files=len(self.files), quiet=quiet):
            try:
                yield from of_file(file)
            except Rejected as rejected:
                self.problems.extend(rejected.diagnostics)
                self.refused += 1
            except EngineFailure as failure:
                self.failures.append(str(failure))
                self.refused += 1

    def read(self, file: Path, ruleset: Ruleset) -> Case:
        """Return a case, its warnings kept; raises Rejected with every mistake in it."""
        case = read_case_file(file, ruleset)
        self.warnings.extend(one for one in case.warnings if one not in self.warnings)
        return case

    def tell(self) -> int:
        """Write problems, warnings and failures to standard error; return 1 for a problem or failure, else 0."""
        return tell_problems(self.problems, self.warnings, self.failures)


def tell_problems(problems: Iterable[Diagnostic], warnings: Iterable[Diagnostic], failures: Iterable[str]) -> int:
    """Write problems, warnings and failures to standard error; return 1 for a problem or failure, else 0."""
    wrong, doubts, failed = list(problems), list(warnings), list(failures)
    if wrong or doubts:
        sys.stderr.write(diagnostics_text([*wrong, *doubts]))
    sys.stderr.writelines(f"{failure}\n" for failure in failed)
    return 1 if wrong or failed else 0


def files_tracked(steps: Iterable[Made], verb: str, *, files: int, quiet: bool) -> Iterable[Made]:
    """Return the steps of a run over files, with a progress bar where there are many and a person looks on."""
    console = Console(stderr=True)
    shown = files >= MANY and console.is_terminal and not quiet
    return track(steps, verb, total=files, console=console, disable=not shown)
