"""The text of a PDF, read in a process of its own within limits of time and memory: files come from anywhere."""

import subprocess
import sys

LARGEST_FILE = 20 * 1024 * 1024
LONGEST_SECONDS = 60
# The longest of the published decisions has under 20,000 letters.
LONGEST_TEXT = 100_000


class Unreadable(Exception):
    """A file that gives no decision's text; the message says why and what to do."""


def text_of(content: bytes) -> str:
    """Return the text of a PDF, or of plain text; raises Unreadable."""
    if len(content) > LARGEST_FILE:
        raise Unreadable(f"the file has more than {LARGEST_FILE:,} bytes, the most that are read")
    if content.lstrip()[:5] != b"%PDF-":
        return _short_enough(_plain(content))
    command = [sys.executable, "-m", "mtus_engine.ingest.pdf_reader"]
    try:
        # Our own interpreter and module, and no shell.
        done = subprocess.run(command, input=content, capture_output=True, timeout=LONGEST_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise Unreadable(f"reading the PDF took longer than {LONGEST_SECONDS} seconds") from None
    if done.returncode == 0:
        return _short_enough(done.stdout.decode("utf-8"))
    reason = done.stderr.decode("utf-8", "replace").strip().splitlines()
    raise Unreadable(
        reason[-1] if done.returncode == 2 and reason else "the PDF is damaged, or asks for too much memory"
    )


def _plain(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("neither a PDF nor UTF-8 text") from None
    if "\0" in text:
        raise Unreadable("neither a PDF nor text: it holds zero bytes")
    return text


def _short_enough(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise Unreadable(f"the text has {len(text):,} letters; a decision has at most {LONGEST_TEXT:,}")
    return text
