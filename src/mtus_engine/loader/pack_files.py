"""The files of a pack in a folder, or in an installed Python package: what leads outside of it is refused."""

from collections.abc import Callable, Iterator
from pathlib import Path, PurePath, PurePosixPath

from mtus_engine.loader.folder import is_yaml
from mtus_engine.loader.limited import limited_bytes
from mtus_engine.loader.yaml_tree import LARGEST_FILE
from mtus_engine.model.diagnostic import Diagnostic, Rejected
from mtus_engine.model.pack import MANIFEST

# What a pack may be at the most: the shipped one is a hundred files and one megabyte.
MOST_FILES = 20_000
LARGEST_PACK = 200 * 1024 * 1024
OF_PACKAGE = "package:"

Contents = tuple[tuple[str, bytes], ...]
# Which files of a pack are read, by their names.
FileWanted = Callable[[str], bool]


def is_hidden(path: PurePath) -> bool:
    """Return whether a file, or a folder on the way to it, is hidden by a dot."""
    return any(part.startswith(".") for part in path.parts)


def is_of_pack(name: str) -> bool:
    """Return whether a file of a pack is read: YAML or JSON, and not hidden."""
    path = PurePosixPath(name)
    return is_yaml(path) and not is_hidden(path)


def files_below(folder: Path, name: str, wanted: FileWanted) -> Iterator[tuple[str, bytes]]:
    """Yield the wanted files below a folder with content, in order; raises Rejected for a link that leads outside."""
    inside = folder.resolve()
    for path in sorted(folder.rglob("*")):
        below = path.relative_to(folder).as_posix()
        if not is_of_pack(below) or not wanted(below) or not path.is_file():
            continue
        if path.is_symlink() and not path.resolve().is_relative_to(inside):
            message = f"the file {below!r} is a link that leads outside the folder"
            raise Rejected((Diagnostic("MT322", name, 1, 1, message, "put the file itself there"),))
        yield below, bytes_of(path, f"{name}/{below}")


def bytes_of(path: Path, name: str) -> bytes:
    """Return a file's content, at most one byte more than is allowed; raises Rejected where it cannot be read."""
    try:
        return limited_bytes(path, LARGEST_PACK if path.suffix == ".zip" else LARGEST_FILE)
    except OSError as error:
        raise Rejected((Diagnostic("MT113", name, 1, 1, f"cannot be read: {error.strerror}", None),)) from error


def folder_of_package(source: str) -> Path:
    """Return the folder of the pack in an installed package, as its metadata lists it; raises Rejected for none."""
    from importlib.metadata import PackageNotFoundError, distribution  # noqa: PLC0415 - slow to load, seldom needed

    name = source.removeprefix(OF_PACKAGE)
    try:
        installed = distribution(name)
    except (PackageNotFoundError, ValueError):
        cure = f"pip install {name}, or name a folder or zip"
        raise Rejected((Diagnostic("MT111", source, 1, 1, f"no package {name} is installed", cure),)) from None
    manifests = [path for path in installed.files or () if path.name == MANIFEST]
    if not manifests:
        message = f"the package {name} holds no {MANIFEST}"
        raise Rejected((Diagnostic("MT110", source, 1, 1, message, "ask its publisher for the pack"),))
    nearest = min(manifests, key=lambda path: (len(path.parts), str(path)))
    return Path(str(installed.locate_file(nearest))).parent
