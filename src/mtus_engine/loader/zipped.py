"""The files of a pack that is a zip: what leads outside of it, or is too much, is refused before it is unpacked."""

import lzma
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import PurePosixPath

from mtus_engine.loader.pack_files import LARGEST_PACK, MOST_FILES, Contents
from mtus_engine.loader.yaml_tree import LARGEST_FILE
from mtus_engine.model.diagnostic import Diagnostic, Rejected
from mtus_engine.model.pack import MANIFEST

# What the standard library raises of a damaged archive: RuntimeError of an encrypted one, NotImplementedError of a
# compression that it does not know.
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, NotImplementedError, EOFError, OSError)


def files_of_zip(name: str, content: bytes) -> Contents:
    """Return the files of a zip by their names; one folder above all of them is left out.

    Raises Rejected, before anything is unpacked, for names that lead outside, links, and more than a pack may hold.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            problems = list(_refusals(name, entries))
            if problems:
                raise Rejected(tuple(problems))
            files = tuple((entry.filename, _unpacked_content(archive, entry, name)) for entry in entries)
    except _BROKEN as error:
        cure = "a pack is a folder, or a zip as mtus packs build makes it"
        raise Rejected((Diagnostic("MT322", name, 1, 1, f"no zip file that can be read: {error}", cure),)) from None
    return _files_without_top(files)


def _refusals(name: str, entries: Sequence[zipfile.ZipInfo]) -> Iterator[Diagnostic]:
    cure = "do not use this file; ask its publisher for one made with mtus packs build"
    if len(entries) > MOST_FILES:
        yield Diagnostic("MT322", name, 1, 1, f"{len(entries):,} files; a pack has {MOST_FILES:,} at most", cure)
    if (size := sum(entry.file_size for entry in entries)) > LARGEST_PACK:
        most = f"{LARGEST_PACK:,}"
        yield Diagnostic("MT322", name, 1, 1, f"{size:,} bytes when unpacked; a pack has {most} at most", cure)
    seen: set[str] = set()
    for entry in entries:
        path = PurePosixPath(entry.filename)
        # A drive or a folder above, as any operating system writes it.
        if path.is_absolute() or ".." in path.parts or "\\" in entry.filename or ":" in entry.filename:
            yield Diagnostic("MT322", name, 1, 1, f"the file {entry.filename!r} would lie outside the pack", cure)
        if stat.S_ISLNK(entry.external_attr >> 16):
            yield Diagnostic("MT322", name, 1, 1, f"the file {entry.filename!r} is a link", cure)
        if entry.filename in seen:
            yield Diagnostic("MT322", name, 1, 1, f"the file {entry.filename!r} is there twice", cure)
        seen.add(entry.filename)


def _unpacked_content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> bytes:
    """Return a file of a zip: no more of it than its entry says, whatever its bytes unpack to."""
    with archive.open(entry) as file:
        content = file.read(min(entry.file_size, LARGEST_FILE) + 1)
    if len(content) > LARGEST_FILE:
        message = f"the file {entry.filename!r} is larger than {LARGEST_FILE:,} bytes"
        raise Rejected((Diagnostic("MT322", name, 1, 1, message, None),))
    return content


def _files_without_top(files: Contents) -> Contents:
    tops = {PurePosixPath(name).parts[0] for name, _ in files}
    names = {name for name, _ in files}
    if MANIFEST in names or len(tops) != 1 or f"{(top := next(iter(tops)))}/{MANIFEST}" not in names:
        return files
    return tuple((name.removeprefix(f"{top}/"), content) for name, content in files)
