"""Writing files so that they are there whole or not at all."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class LinkRefused(Exception):
    """A file to be written is a link to another, and nobody said that the other may be replaced."""


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a path beside the file to write to; put what was written in the file's place when the block ends.

    A block that fails leaves the old file as it was, and nothing beside it; an error of the system that names no file,
    such as that of a full disk, is given this one's name. Of a link it is asked whether the file that it leads to may
    be replaced; raises LinkRefused where it may not, or nobody is there to ask.
    """
    if path.is_symlink():
        path = _link_target(path)
    beside = path.with_name(f".{path.name}.part")
    try:
        yield beside
        beside.replace(path)
    except OSError as error:
        if error.filename is None:
            error.filename = str(path)
        raise
    finally:
        beside.unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """Write a file in the place of an old one; where that fails, the old one stays as it was."""
    with whole_file(path) as beside:
        beside.write_text(text, encoding="utf-8")


def write_new(path: Path, text: str) -> None:
    """Write a file that must not be there yet; raises FileExistsError where it is. A failure leaves nothing behind."""
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_text(text, encoding="utf-8")
        try:
            path.hardlink_to(beside)
        except FileExistsError:
            raise
        except OSError:
            # On a file system without links another program may still write the file just after this look.
            if path.exists():
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
            beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _link_target(link: Path) -> Path:
    """Return the file that a link leads to, if a person at the terminal says that it may be replaced."""
    target = link.resolve()
    asked = f"{link} is a link to {target}. Replace that file? [y/N] "
    if sys.stdin is None or sys.stderr is None or not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise LinkRefused(f"{link} is a link to {target}: name the file itself")
    sys.stderr.write(asked)
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise LinkRefused(f"{target} was left as it is")
    return target
