"""Texts that took long to make, kept in the user's own cache folder: plain text, verified, and never needed."""

import hashlib
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from mtus_engine.loader.whole_file import whole_file

# So many texts are kept at most; the oldest go first.
MOST_KEPT = 60


def cache_folder() -> Path | None:
    """Return the folder of this program in the user's cache; None where the user has none."""
    named = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(named) if named else Path.home() / ".cache") / "mtus-engine"
    except RuntimeError:
        return None


def digest_of_files(files: Iterable[Path]) -> str:
    """Return the SHA-256 of files, names and content, as hexadecimal text."""
    digested = hashlib.sha256()
    for file in sorted(files):
        digested.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digested.hexdigest()


class KeptTexts:
    """Texts by key, each in a file of its own with its digest in the first line; without a folder nothing is kept.

    A file that is damaged, or cannot be read or written, is as if it were not there.
    """

    def __init__(self, folder: Path | None) -> None:
        """Keep the folder; it is made with the first text."""
        self._folder = folder

    def text(self, key: str, make: Callable[[], str]) -> str:
        """Return the text of a key, made where it is not kept."""
        found = self._read(key)
        if found is not None:
            return found
        made = make()
        with suppress(OSError):
            self._keep(key, made)
        return made

    def _file(self, key: str) -> Path | None:
        return None if self._folder is None else self._folder / f"{hashlib.sha256(key.encode()).hexdigest()}.txt"

    def _read(self, key: str) -> str | None:
        file = self._file(key)
        if file is None:
            return None
        try:
            digest, _, content = file.read_bytes().partition(b"\n")
            is_whole = digest.decode() == hashlib.sha256(content).hexdigest()
            return content.decode() if is_whole else None
        except (OSError, UnicodeDecodeError):
            return None

    def _keep(self, key: str, text: str) -> None:
        file = self._file(key)
        if file is None or self._folder is None:
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        content = text.encode()
        with whole_file(file) as beside:
            beside.touch(mode=0o600)
            beside.write_bytes(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
        kept = sorted(self._folder.glob("*.txt"), key=lambda one: one.stat().st_mtime, reverse=True)
        for old in kept[MOST_KEPT:]:
            old.unlink(missing_ok=True)
