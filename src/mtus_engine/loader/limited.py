"""Files read up to a limit and no further, whatever they are: devices without an end, pipes that nobody writes to."""

import os
import stat
import sys
import time
from pathlib import Path

# How long a pipe may stay silent before its reader gives up, and how long it is read altogether, in seconds.
LONGEST_SILENCE = 10.0
LONGEST_READING = 120.0


def limited_bytes(path: Path, most: int) -> bytes:
    """Return the content of a file, but no more than one byte beyond most.

    Raises OSError where it cannot be read, and TimeoutError for a pipe on which nothing comes, or too slowly.
    """
    if stat.S_ISFIFO(path.stat().st_mode):
        return _pipe_bytes(path, most)
    with path.open("rb") as file:
        return file.read(most + 1)


def limited_input(most: int) -> bytes:
    """Return standard input, but no more than one byte beyond most; raises OSError where it is closed."""
    if sys.stdin is None:
        raise OSError(0, "it is closed")
    return sys.stdin.buffer.read(most + 1)


def _pipe_bytes(path: Path, most: int) -> bytes:
    """Return what is written to a pipe. Before anything came, an empty read means no writer yet; later, the end."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        received = bytearray()
        until = time.monotonic() + LONGEST_SILENCE
        end = time.monotonic() + LONGEST_READING
        while len(received) <= most:
            try:
                part = os.read(descriptor, min(65_536, most + 1 - len(received)))
            except BlockingIOError:
                part = None
            if part:
                received += part
                until = min(end, time.monotonic() + LONGEST_SILENCE)
            elif part == b"" and received:
                break
            elif time.monotonic() > until:
                waited = "was not written to its end in" if until == end else "nothing was written to this pipe for"
                seconds = LONGEST_READING if until == end else LONGEST_SILENCE
                raise TimeoutError(0, f"{waited} {seconds:.0f} seconds", str(path))
            else:
                time.sleep(0.02)
        return bytes(received)
    finally:
        os.close(descriptor)
