"""Many decisions drafted by several processes, in the order of the files; what goes wrong with one stops no other."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from mtus_engine.api import load_rules
from mtus_engine.ingest.drafter import Drafted, Drafter
from mtus_engine.ingest.pdf import LARGEST_FILE, Unreadable
from mtus_engine.loader.in_order import files_with_futures
from mtus_engine.loader.limited import limited_bytes
from mtus_engine.loader.packs import Sources
from mtus_engine.loader.with_parent import end_with_parent
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.report.diagnostics import diagnostics_text

# With fewer decisions than this, starting further processes takes longer than they save.
FEW = 20


class NotDrafted(NamedTuple):
    """Why a file gave no draft."""

    reason: str


PoolResult = Drafted | NotDrafted


@contextmanager
def drafts_of(
    files: Sequence[Path], rules: Sources, ruleset: Ruleset, schema: str, *, workers: int | None = None
) -> Iterator[Iterator[tuple[Path, PoolResult]]]:
    """Give an iterator over the files with their drafts, in order; raises Rejected with every mistake in the rules.

    workers is how many processes draft; where it is None, one a core, and a single one for few files.
    """
    number = min(workers or os.cpu_count() or 1, len(files))
    if number == 1 or (workers is None and len(files) < FEW):
        drafter = Drafter(rules, ruleset, schema)
        yield ((file, drafted(drafter, file)) for file in files)
        return
    # A spawned process gets the arguments below and nothing else of this process.
    law = ruleset.jurisdiction.id
    with ProcessPoolExecutor(number, get_context("spawn"), _begin, (rules, law, schema)) as pool:
        yield (
            _result_of_future(file, future) for file, future in files_with_futures(files, pool, _drafted_here, number)
        )
        pool.shutdown(cancel_futures=True)


def _result_of_future(file: Path, future: "Future[PoolResult]") -> tuple[Path, PoolResult]:
    try:
        return file, future.result()
    except BrokenProcessPool:
        return file, NotDrafted("the process that read it ended: run again with --workers 1")


_LOADED: list[Drafter | Rejected] = []


def _begin(rules: Sources, law: str, schema: str) -> None:
    """Load the rules once in a further process; mistakes in them are kept, and raised when a draft is asked for."""
    end_with_parent()
    try:
        _LOADED.append(Drafter(rules, load_rules(rules, law), schema))
    except Rejected as rejected:
        _LOADED.append(rejected)


def _drafted_here(file: Path) -> PoolResult:
    loaded = _LOADED[0]
    if isinstance(loaded, Rejected):
        raise loaded
    result = drafted(loaded, file)
    # Only a review by a person needs the sentences of the record, and that drafts in one process.
    return result._replace(sentences=()) if isinstance(result, Drafted) else result


def drafted(drafter: Drafter, file: Path) -> PoolResult:
    """Return the draft of a file, or of the papers in a folder, or why there is none."""
    try:
        if file.is_dir():
            return drafter.draft_papers(_named(file), _papers_in(file))
        if not file.is_file():
            raise Unreadable("no file that can be read" if file.exists() else "no such file")
        return drafter.draft(_named(file), limited_bytes(file, LARGEST_FILE))
    except Unreadable as reason:
        return NotDrafted(str(reason))
    except Rejected as rejected:
        return NotDrafted(diagnostics_text(rejected.diagnostics))
    except OSError as error:
        return NotDrafted(reason_of(error, file))


def _papers_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a folder, hidden ones left out, in the order of their names."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield path.relative_to(folder).as_posix(), limited_bytes(path, LARGEST_FILE)


def _named(path: Path) -> str:
    return path.name.encode("utf-8", "replace").decode("utf-8")


def reason_of(error: OSError, file: Path) -> str:
    """Return what went wrong, in words; the file concerned is named where it is not the one being read."""
    where = f" ({error.filename})" if error.filename and error.filename != str(file) else ""
    return f"{error.strerror}{where}"
