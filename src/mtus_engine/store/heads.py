"""Files in which the heads of a log are kept, apart from the log."""

import os
from pathlib import Path

from mtus_engine.store.chain import LogHead, head_text


def add_head(file: Path, head: LogHead) -> None:
    """Add a head as a line of its own, also after a line that was cut off, as on a full disk."""
    with file.open("a+b") as kept:
        is_cut = bool(kept.tell()) and not _ends_a_line(kept.tell(), file)
        kept.write((b"\n" if is_cut else b"") + head_text(head).encode())
        kept.flush()
        os.fsync(kept.fileno())


def _ends_a_line(size: int, file: Path) -> bool:
    with file.open("rb") as kept:
        kept.seek(size - 1)
        return kept.read(1) == b"\n"
