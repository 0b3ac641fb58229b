"""Notes, in the output folder of mtus ingest, which files were read, so that a run that was killed can go on."""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

# Hidden, so that no other command takes it for a draft.
NAME = ".ingested.ndjson"


class Journal:
    """The files that were read with the same rules, by name, size and time of writing, and the file each gave."""

    def __init__(self, folder: Path, digest: str) -> None:
        """Read the journal of a folder; what was read with rules of another digest counts as not read."""
        self._folder = folder
        self._path = folder / NAME
        self._digest = digest
        self.done: dict[str, str] = {}
        before = self._path.read_text(encoding="utf-8") if self._path.is_file() else ""
        # The last line was cut when a run was killed.
        self._is_cut = bool(before) and not before.endswith("\n")
        for line in before.splitlines():
            entry = _entry(line)
            if entry is not None and entry.get("rules") == digest:
                self.done[_key(entry["file"], entry["size"], entry["written"])] = str(entry["gave"])

    def files_left(self, files: Iterable[Path]) -> list[Path]:
        """Return the files that are not done: new ones, those that have changed, those whose draft is gone."""
        return [file for file in files if not self._is_done(file)]

    def _is_done(self, file: Path) -> bool:
        gave = self.done.get(_key(*_as_it_is(file)))
        return gave is not None and (self._folder / gave).exists()

    @contextmanager
    def noting(self) -> "Iterator[Noting]":
        """Open the journal for further entries."""
        with self._path.open("a", encoding="utf-8") as file:
            if self._is_cut:
                file.write("\n")
                file.flush()
            yield Noting(file.fileno(), self._digest)


class Noting:
    """Writes entries to the journal, each at once: a run that is killed leaves no more than the last line cut."""

    def __init__(self, descriptor: int, digest: str) -> None:
        """Write to an open file by its descriptor; digest is that of the rules."""
        self._descriptor = descriptor
        self._digest = digest

    def note(self, done: Iterable[tuple[Path, str]]) -> None:
        """Note files as read, each with the name of the file in the folder that it went into."""
        lines = []
        for file, gave in done:
            name, size, written = _as_it_is(file)
            entry = {"file": name, "size": size, "written": written, "gave": gave, "rules": self._digest}
            lines.append(json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n")
        os.write(self._descriptor, "".join(lines).encode("utf-8", "surrogatepass"))


def _entry(line: str) -> dict[str, object] | None:
    """Return an entry, None for a line that a killed run left half-written."""
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and {"file", "size", "written", "gave"} <= entry.keys() else None


def _as_it_is(file: Path) -> tuple[str, int, int]:
    """Return the whole name of a file or folder, its size, and when it was last written.

    Of a folder they are the size of its papers together and when the last of them was written: a paper that is changed
    in its place changes nothing of the folder itself.
    """
    kept = [file, *(one for one in file.iterdir() if one.is_file())] if file.is_dir() else [file]
    found = [one.stat() for one in kept if one.exists()]
    size = sum(one.st_size for one in (found[1:] if file.is_dir() else found))
    return str(file.resolve()), size, max((one.st_mtime_ns for one in found), default=0)


def _key(name: object, size: object, written: object) -> str:
    return f"{name}\n{size}\n{written}"
