"""Long work that goes on beside the answers: each piece in a process of its own, and cancelled at will."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pickle import UnpicklingError

from sqlalchemy import Connection as Database
from sqlalchemy.exc import SQLAlchemyError

from mtus_engine.serve.metrics import Metrics
from mtus_engine.serve.tasks import Ended, Task, work
from mtus_engine.store.answers import forget_answers
from mtus_engine.store.canonical import NotCanonical, canonical_json
from mtus_engine.store.identity import instant
from mtus_engine.store.jobs import Job, JobState, add_job, end_job, end_open_jobs, forget_old_work, job, note_progress
from mtus_engine.store.log import Stamp
from mtus_engine.store.record import Record

# Progress is kept at most once in this time, in seconds.
_KEPT_EVERY = 0.2
# Seconds to wait before each new attempt to keep the end of work, where the database did not answer.
_TRIED_AFTER = (1.0, 5.0, 30.0)
# How long results are kept, and answers by which a repeated post is known.
KEPT = timedelta(days=1)
# Work that takes longer than this, in seconds, is ended.
LONGEST = 3600.0


class Workers:
    """Does the long work of one server."""

    def __init__(self, record: Record, metrics: Metrics, number: int) -> None:
        """Begin; what an earlier server left undone is noted as failed."""
        self._record = record
        self._metrics = metrics
        self._pool = ThreadPoolExecutor(number, thread_name_prefix="work")
        self._running: dict[str, BaseProcess] = {}
        self._waiting: dict[str, Future[None]] = {}
        self._lock = threading.Lock()
        self._is_closed = False
        with record.changing() as connection:
            said = "the server was stopped while this was going on: ask for it again"
            end_open_jobs(connection, instant(record.now()), said)
            self._forget(connection)

    def _forget(self, connection: Database) -> None:
        """Take away what nobody comes back for: results, documents of no case, answers to posts."""
        before = instant(self._record.now() - KEPT)
        forget_old_work(connection, before)
        forget_answers(connection, before)

    def begin(self, stamp: Stamp, task: Task, keep: Callable[[Database, str], object]) -> str:
        """Ask for work and return its id; it begins when a worker is free. keep is called in the same transaction."""
        with self._record.changing() as connection:
            self._forget(connection)
            id_ = add_job(connection, stamp, task.kind)
            keep(connection, id_)
        with self._lock:
            self._waiting[id_] = self._pool.submit(self._run, id_, task)
        return id_

    def job(self, id_: str) -> Job:
        """Return how far work is; raises NoCase where there is none."""
        with self._record.reading() as connection:
            return job(connection, id_)

    def cancel(self, id_: str) -> bool:
        """End work, whether it has begun or waits; return whether it was still to be done."""
        with self._record.changing() as connection:
            was_open = end_job(connection, id_, instant(self._record.now()), JobState.CANCELLED)
        with self._lock:
            waiting, running = self._waiting.pop(id_, None), self._running.get(id_)
        if waiting is not None:
            waiting.cancel()
        if running is not None:
            running.terminate()
        return was_open

    def close(self) -> None:
        """End all work."""
        self._is_closed = True
        with self._lock:
            running = list(self._running.values())
        for one in running:
            one.terminate()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(self, id_: str, task: Task) -> None:
        ours, theirs = get_context("spawn").Pipe(duplex=False)
        process = get_context("spawn").Process(target=work, args=(task, theirs), daemon=True)
        with self._lock:
            if self._is_closed or self._waiting.pop(id_, None) is None:
                return
            refused = _start(process)
            if refused is None:
                self._running[id_] = process
        theirs.close()
        if refused is not None:
            ours.close()
            self._keep(id_, refused)
            return
        self._metrics.jobs.inc()
        ended = Ended(problem="what it told could not be read: ask for it again")
        try:
            ended = self._end_of_work(id_, ours)
        finally:
            self._metrics.jobs.dec()
            with self._lock:
                self._running.pop(id_, None)
            process.terminate()
            process.join()
            process.close()
            ours.close()
        self._keep(id_, ended)

    def _end_of_work(self, id_: str, pipe: Connection) -> Ended:
        """Keep how far work is until it ends, at the latest after LONGEST seconds, and return how it ended."""
        until = time.monotonic() + LONGEST
        latest: tuple[int, int] | None = None
        while time.monotonic() < until:
            try:
                said = pipe.recv() if pipe.poll(_KEPT_EVERY) else None
            except (EOFError, OSError, UnpicklingError):
                return Ended(problem="its process ended before it was done: ask for it again")
            if isinstance(said, Ended):
                self._note(id_, latest)
                return said
            if said is not None:
                latest = said
                if pipe.poll():
                    # More has come meanwhile: only the last is worth keeping.
                    continue
            self._note(id_, latest)
            latest = None
        return Ended(problem=f"it was not done after {LONGEST / 60:.0f} minutes")

    def _note(self, id_: str, progress: tuple[int, int] | None) -> None:
        """Keep how far work is, where it told so."""
        if progress is None:
            return
        # Progress may be lost where the database does not answer; the end of work may not (see _keep).
        with suppress(SQLAlchemyError), self._record.changing() as connection:
            note_progress(connection, id_, instant(self._record.now()), *progress)

    def _keep(self, id_: str, ended: Ended) -> None:
        state, result, problem = JobState.DONE, None, ended.problem
        if problem is None:
            try:
                result = canonical_json(ended.result)
            except NotCanonical as reason:
                problem = f"what came of it cannot be kept: {reason}"
        if problem is not None:
            state = JobState.FAILED
        for seconds in (*_TRIED_AFTER, None):
            try:
                with self._record.changing() as connection:
                    end_job(connection, id_, instant(self._record.now()), state, result=result, problem=problem)
            except SQLAlchemyError:
                if seconds is None:
                    raise
                time.sleep(seconds)
            else:
                return


def _start(process: BaseProcess) -> Ended | None:
    """Start a process; return the failure of its work where it cannot be started, else None."""
    try:
        process.start()
    except OSError as error:
        return Ended(problem=f"no process could be begun for it: {error.strerror}")
    return None
