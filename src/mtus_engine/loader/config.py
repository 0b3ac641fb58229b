"""mtus.toml: the packs of rules that a project or a person works with, and the jurisdiction that cases are under."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from mtus_engine.loader.pack_files import OF_PACKAGE
from mtus_engine.loader.packs import PackSource, Pinned, near, shipped_packs, shipped_rules
from mtus_engine.model.authored import Authored, Identifier, LineText
from mtus_engine.model.diagnostic import Diagnostic, Rejected

FILE = "mtus.toml"
# Packs to use, as --rules names them, joined as the paths of a search path are.
VARIABLE = "MTUS_RULES"


class PinnedPack(Authored):
    """A pack that was added with mtus packs add: where it lies, and the digest that its files had then."""

    name: Identifier
    file: LineText
    digest: LineText


class ConfigDocument(Authored):
    """The file mtus.toml: rules are folders, zip files or package:NAME, instead of the shipped ones.

    Paths are relative to the folder of the file. jurisdiction is that of cases that name none.
    """

    rules: tuple[LineText, ...] = ()
    jurisdiction: LineText | None = None
    pack: tuple[PinnedPack, ...] = ()


class Config(NamedTuple):
    """What is configured: the sources of the rules, and the jurisdiction of cases that name none.

    said_by is the file or environment variable that names the sources, or "shipped".
    """

    sources: tuple[PackSource, ...]
    jurisdiction: str | None
    said_by: str


def configuration(start: Path, environment: Mapping[str, str]) -> Config:
    """Return what is configured for a folder: by its mtus.toml or the nearest above it, else by the person's own.

    Rules that the variable MTUS_RULES of environment names go before both. Raises Rejected with every mistake.
    """
    files = [project_file(start), user_file(environment)]
    documents = [(file, read_config(file)) for file in files if file is not None and file.is_file()]
    laws = [document.jurisdiction for _, document in documents if document.jurisdiction is not None]
    law = laws[0] if laws else None
    if named := tuple(one for one in _search_path_parts(environment.get(VARIABLE, "")) if one):
        return Config(named, law, VARIABLE)
    for file, document in documents:
        if document.rules or document.pack:
            return Config(_sources(file, document), law, near(file).as_posix())
    return Config((shipped_rules(),), law, "shipped")


def _search_path_parts(named: str) -> list[str]:
    """Return the parts of a search path; the colon in package:NAME separates nothing."""
    shielded = named.replace(OF_PACKAGE, f"{OF_PACKAGE[:-1]}\0")
    return [one.replace("\0", ":") for one in shielded.split(os.pathsep)]


def project_file(start: Path) -> Path | None:
    """Return the mtus.toml of a folder, or of the nearest above that has one."""
    folders = (start, *start.parents)
    return next((folder / FILE for folder in folders if (folder / FILE).is_file()), None)


def user_file(environment: Mapping[str, str]) -> Path:
    """Return where a person's own mtus.toml is looked for."""
    base = environment.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "mtus" / FILE


def read_config(file: Path) -> ConfigDocument:
    """Return the configuration in a file; raises Rejected with every mistake in it."""
    import tomllib  # noqa: PLC0415 - most have no such file

    name = near(file).as_posix()
    try:
        text = file.read_text(encoding="utf-8")
        plain = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Rejected((Diagnostic("MT326", name, 1, 1, f"no TOML that can be read: {error}", None),)) from None
    except OSError as error:
        raise Rejected((Diagnostic("MT113", name, 1, 1, f"cannot be read: {error.strerror}", None),)) from error
    try:
        return ConfigDocument.model_validate(plain)
    except ValidationError as error:
        cure = "known here: rules, jurisdiction, and [[pack]] with name, file and digest"
        raise Rejected(
            tuple(
                Diagnostic(
                    "MT326", name, _line_of(text, one["loc"]), 1, f"{_dotted_key(one['loc'])}: {one['msg']}", cure
                )
                for one in error.errors()
            )
        ) from None


def _dotted_key(path: tuple[int | str, ...]) -> str:
    return ".".join(str(step) for step in path)


def _line_of(text: str, path: tuple[int | str, ...]) -> int:
    """Return the line, from 1, on which the key begins that a path leads to; 1 where it is not there."""
    keys = [str(step) for step in path if isinstance(step, str)]
    begins = [n for n, line in enumerate(text.splitlines(), 1) if keys and line.strip().startswith(keys[-1])]
    number = next((step for step in path if isinstance(step, int)), 0)
    return begins[min(number, len(begins) - 1)] if begins else 1


def _sources(file: Path, document: ConfigDocument) -> tuple[PackSource, ...]:
    """Return what a file names, the shipped rules where it only adds packs to them."""
    folder = near(file.parent)
    shipped = shipped_packs()
    is_name = {one for one in document.rules if one in shipped and not (folder / one).exists()}
    named: list[PackSource] = [
        one if one.startswith(OF_PACKAGE) or one in is_name else folder / one for one in document.rules
    ]
    pinned = [Pinned(str(folder / one.file), one.digest, one.name, near(file).as_posix()) for one in document.pack]
    return (*(named or [shipped_rules()]), *pinned)
