"""Files in which the ends of a log are kept, away from it."""

import os
from pathlib import Path

from mtus_engine.store.chain import LogHead, head_text


def add_head(file: Path, head: LogHead) -> None:
    """Add a head as a line of its own; one that was cut off before it, as on a full disk, stays by itself."""
    with file.open("a+b") as kept:
        is_cut = bool(kept.tell()) and not _ends_a_line(kept.tell(), file)
        kept.write((b"\n" if is_cut else b"") + head_text(head).encode())
        kept.flush()
        os.fsync(kept.fileno())


def _ends_a_line(size: int, file: Path) -> bool:
    with file.open("rb") as kept:
        kept.seek(size - 1)
        return kept.read(1) == b"\n"
