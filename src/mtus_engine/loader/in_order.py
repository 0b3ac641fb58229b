"""Work on many files by several processes, given back in the order of the files."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TypeVar

Made = TypeVar("Made")

# So many files are under way for each process: the others are not read yet.
AHEAD = 4


def in_order(
    files: Sequence[Path], pool: ProcessPoolExecutor, work: Callable[[Path], Made], processes: int
) -> Iterator[tuple[Path, "Future[Made]"]]:
    """Yield each file with what is to come of it; work is a function that the processes know by its name.

    Of a pool whose processes ended the future says so (BrokenProcessPool).
    """
    pending: list[tuple[Path, Future[Made]]] = []
    for file in files:
        pending.append((file, _submitted(pool, work, file)))
        if len(pending) >= processes * AHEAD:
            yield pending.pop(0)
    yield from pending


def _submitted(pool: ProcessPoolExecutor, work: Callable[[Path], Made], file: Path) -> "Future[Made]":
    try:
        return pool.submit(work, file)
    except BrokenProcessPool as ended:
        future: Future[Made] = Future()
        future.set_exception(ended)
        return future
