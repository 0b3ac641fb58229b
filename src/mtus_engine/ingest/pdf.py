"""Reads PDFs in a process of its own, within limits of time and memory: files may come from anywhere."""

import atexit
import json
import os
import re
import select
import subprocess
import sys
import threading
from typing import NamedTuple

from mtus_engine.model.told import Told

LARGEST_FILE = 20 * 1024 * 1024
LONGEST_SECONDS = 50
# The longest of the published decisions has under 20,000 letters.
LONGEST_TEXT = 100_000


class Unreadable(Told):
    """A file that gives no decision's text; the message says why and what to do."""


def text_of(content: bytes) -> str:
    """Return the text of a PDF, with form feeds between its pages, or of plain UTF-8 text; raises Unreadable."""
    return short_enough(whole_text_of(content))


def whole_text_of(content: bytes) -> str:
    """Return the text as text_of does, however long it is; raises Unreadable."""
    if len(content) > LARGEST_FILE:
        raise Unreadable("the file has more than {n} bytes, the most that are read", n=f"{LARGEST_FILE:,}")
    if content.lstrip()[:5] != b"%PDF-":
        return _plain(content)
    return _READER.text(content)


def columns_of(content: bytes) -> str | None:
    """Return the text of a PDF as it is laid out, columns parted by wide spaces; None where that cannot be told."""
    if len(content) > LARGEST_FILE or content.lstrip()[:5] != b"%PDF-":
        return None
    try:
        text = _READER.text(content, laid_out=True)
    except Unreadable:
        return None
    return text if len(text) <= LONGEST_TEXT else None


class PageWord(NamedTuple):
    """A word of a page and the box around it, in points from the upper left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


class PageImage(NamedTuple):
    """A page of a PDF: its number counted from 1, of how many, its size in points, its words and a picture (PNG)."""

    number: int
    pages: int
    width: float
    height: float
    words: tuple[PageWord, ...]
    png: bytes


class Renderer:
    """A process that shows pages of PDFs; it ends with its owner."""

    def __init__(self) -> None:
        """Start nothing yet: the process begins with the first page that is asked for."""
        self._reader = _Reader()

    def page(self, content: bytes, number: int) -> PageImage:
        """Return a page, counted from 1; raises Unreadable."""
        answer = self._reader.answer(b"p", number, content)
        length = int.from_bytes(answer[:8], "big")
        head = json.loads(answer[8 : 8 + length])
        words = tuple(PageWord(*one) for one in head["words"])
        return PageImage(number, head["pages"], head["width"], head["height"], words, answer[8 + length :])

    def close(self) -> None:
        """End the process."""
        self._reader.end()


class _Reader:
    """One process that reads many PDFs; where it hangs or dies over a file, the next file has a new one."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def text(self, content: bytes, *, laid_out: bool = False) -> str:
        """Return the text of a PDF, laid_out with wide spaces between its columns; raises Unreadable."""
        return self.answer(b"l" if laid_out else b"t", 0, content).decode("utf-8")

    def answer(self, asked: bytes, number: int, content: bytes) -> bytes:
        """Return what the process answers about a PDF: asked is t (its text), l (its text as it is laid out)
        or p (the page of that number).

        Raises Unreadable.
        """
        with self._lock:
            process = self._reader_process()
            try:
                return self._answer(process, asked + number.to_bytes(4, "big"), content)
            except (BrokenPipeError, EOFError):
                reason = self._why_ended(process)
                raise Unreadable(reason or "the PDF is damaged, or asks for too much memory") from None

    def end(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
                if stream is not None:
                    stream.close()
            self._process = None

    def _reader_process(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self.end()
            # Our own interpreter and module, and no shell.
            self._process = subprocess.Popen(
                [sys.executable, "-m", "mtus_engine.ingest.pdf_reader"],
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


# Control characters that no text has.
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
# Documents of office programs begin with one of these.
_OFFICE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf")
_READER = _Reader()
atexit.register(_READER.end)


def is_office_file(content: bytes) -> bool:
    """Return whether bytes begin as a document of an office program, such as Word, does."""
    return content.startswith(_OFFICE)


def _plain(content: bytes) -> str:
    if is_office_file(content):
        raise Unreadable("a Word or other office file, which is not read: save it as PDF")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _of_windows(content)
    if "\0" in text:
        raise Unreadable("neither a PDF nor text: it holds zero bytes")
    return text


def _of_windows(content: bytes) -> str:
    """Return text as Windows writes it; raises Unreadable for bytes that no text has."""
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        text = "\0"
    if _NO_TEXT.search(text):
        raise Unreadable("neither a PDF nor UTF-8 text")
    return text


def short_enough(text: str) -> str:
    """Return a text that is not too long to be read; raises Unreadable for another."""
    if len(text) > LONGEST_TEXT:
        says = "the text has {n} letters, and at most {most} are read: give it in parts"
        raise Unreadable(says, n=f"{len(text):,}", most=f"{LONGEST_TEXT:,}")
    return text
