"""The process that reads files, as those see it who ask it: files may come from anywhere, and it has limits."""

import atexit
import json
import os
import select
import subprocess
import sys
import threading
from typing import NamedTuple

from mtus_engine.model.told import Told

LONGEST_SECONDS = 50


class Unreadable(Told):
    """A file that gives no decision's text; the message says why and what to do."""


class NoReader(Unreadable):
    """What the process needs is not installed; the message says what that is."""


class PageWord(NamedTuple):
    """A word of a page and the box around it, in points from the upper left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


class ReadingProcess:
    """One process that reads many files; where it hangs or dies over one, the next file has a new process.

    It starts with the first file, and ends with its owner.
    """

    def __init__(self, *modes: str) -> None:
        """Start nothing yet; modes are what else the process is to be able to do."""
        self._modes = modes
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        atexit.register(self.end)

    def text(self, asked: bytes, content: bytes, number: int = 0) -> str:
        """Return the answer that is text, as answer does."""
        return self.answer(asked, content, number).decode("utf-8")

    def told(self, asked: bytes, content: bytes, number: int = 0) -> dict[str, object]:
        """Return the answer that is JSON, as answer does."""
        return dict(json.loads(self.text(asked, content, number)))

    def answer(self, asked: bytes, content: bytes, number: int = 0) -> bytes:
        """Return what the process answers about a file: asked is a letter, as the process lists them.

        number is that of the page, where a page is asked for. Raises Unreadable.
        """
        with self._lock:
            process = self._running()
            try:
                return self._answer(process, asked + number.to_bytes(4, "big"), content)
            except (BrokenPipeError, EOFError):
                if reason := self._why_ended(process):
                    raise NoReader(reason) from None
                raise Unreadable("the PDF is damaged, or asks for too much memory") from None

    def end(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
                if stream is not None:
                    stream.close()
            self._process = None

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self.end()
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module, and no shell
                [sys.executable, "-m", "mtus_engine.ingest.reader.main", *self._modes],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        return self._process

    def _answer(self, process: "subprocess.Popen[bytes]", asked: bytes, content: bytes) -> bytes:
        assert process.stdin is not None
        process.stdin.write(asked + len(content).to_bytes(8, "big") + content)
        process.stdin.flush()
        letter, length = self._read(process, 1), int.from_bytes(self._read(process, 8), "big")
        answer = self._read(process, length)
        if letter == b"r":
            raise Unreadable(answer.decode("utf-8"))
        return answer

    def _read(self, process: "subprocess.Popen[bytes]", length: int) -> bytes:
        assert process.stdout is not None
        found = b""
        while len(found) < length:
            ready, _, _ = select.select([process.stdout], [], [], LONGEST_SECONDS)
            if not ready:
                self.end()
                raise Unreadable("reading the PDF took longer than {n} seconds", n=str(LONGEST_SECONDS))
            part = os.read(process.stdout.fileno(), length - len(found))
            if not part:
                raise EOFError
            found += part
        return found

    def _why_ended(self, process: "subprocess.Popen[bytes]") -> str:
        """Return the last line that a process wrote which could not start; empty for one that ended over a file."""
        process.kill()
        said = b"" if process.stderr is None else process.stderr.read()
        code = process.wait()
        self.end()
        lines = said.decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if code == 2 and lines else ""
