"""Work on many files by several processes, given back in the order of the files."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TypeVar

Made = TypeVar("Made")

# At most so many files for each process are handed out at a time; the others wait.
AHEAD = 4


def files_with_futures(
    files: Sequence[Path], pool: ProcessPoolExecutor, work: Callable[[Path], Made], processes: int
) -> Iterator[tuple[Path, "Future[Made]"]]:
    """Yield each file with the future of work on it; work is a function that other processes can import by name.

    Where the processes of the pool have ended, the future raises BrokenProcessPool.
    """
    pending: list[tuple[Path, Future[Made]]] = []
    for file in files:
        pending.append((file, _future_of(pool, work, file)))
        if len(pending) >= processes * AHEAD:
            yield pending.pop(0)
    yield from pending


def _future_of(pool: ProcessPoolExecutor, work: Callable[[Path], Made], file: Path) -> "Future[Made]":
    try:
        return pool.submit(work, file)
    except BrokenProcessPool as ended:
        future: Future[Made] = Future()
        future.set_exception(ended)
        return future
