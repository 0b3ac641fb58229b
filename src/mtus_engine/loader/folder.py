"""The files of a rule folder, and case files, folders and standard input."""

import hashlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mtus_engine.loader.documents import validated
from mtus_engine.loader.source import Document
from mtus_engine.loader.yaml_tree import parse
from mtus_engine.model.authored import Authored
from mtus_engine.model.casefile import CaseDocument
from mtus_engine.model.diagnostic import Diagnostic, Rejected
from mtus_engine.model.guideline import (
    DefinitionsDocument,
    ExamplesDocument,
    GuidelineDocument,
    NoticesDocument,
    OutcomesDocument,
)
from mtus_engine.model.vocabulary import CodesDocument, VocabularyDocument

# The key that tells what a rule file is; the first that a file has decides.
KINDS: dict[str, type[Authored]] = {
    "guideline": GuidelineDocument,
    "facts": VocabularyDocument,
    "codes_for": CodesDocument,
    "notices": NoticesDocument,
    "settings": OutcomesDocument,
    "definitions": DefinitionsDocument,
    "examples": ExamplesDocument,
}

_YAML = {".yaml", ".yml", ".json"}
_EXAMPLES = ".test.yaml"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A document as authored, with the source it came from."""

    source: Document
    authored: Authored


@dataclass(frozen=True, slots=True)
class RuleFiles:
    """The rule files of one folder, examples left out, the digest of their content, and what could not be read."""

    folder: str
    loaded: tuple[Loaded, ...]
    digest: str
    problems: tuple[Diagnostic, ...] = ()


def read_rules(folder: Path) -> RuleFiles:
    """Return the rule files below folder, in the order of their paths, with the mistakes of those not readable.

    Raises Rejected where there are none.
    """
    files = [(name, content) for name, content in _contents(folder) if not name.endswith(_EXAMPLES)]
    if not files:
        problem = Diagnostic(
            "MT110", str(folder), 1, 1, "no rule files here", "name a folder that holds vocabulary.yaml"
        )
        raise Rejected((problem,))
    return rule_files(folder.as_posix(), files)


def rule_files(folder: str, files: Sequence[tuple[str, bytes]]) -> RuleFiles:
    """Return rule files given by their names below folder and their content."""
    loaded: list[Loaded] = []
    problems: list[Diagnostic] = []
    for name, content in files:
        try:
            loaded.append(rule_document(f"{folder}/{name}", content))
        except Rejected as rejected:
            problems.extend(rejected.diagnostics)
    return RuleFiles(folder, tuple(loaded), digest(files), tuple(problems))


def read_examples(folder: Path) -> tuple[Loaded, ...]:
    """Return the example files below folder; raises Rejected with every mistake of every file."""
    files = [(name, content) for name, content in _contents(folder) if name.endswith(_EXAMPLES)]
    read = rule_files(folder.as_posix(), files)
    if read.problems:
        raise Rejected(read.problems)
    return read.loaded


def case_files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return the case files that the paths name: files as they are, folders with all files below, in order.

    Raises Rejected for paths that do not exist and folders without case files.
    """
    found: list[Path] = []
    problems: list[Diagnostic] = []
    for path in paths:
        below = sorted(p for p in path.rglob("*") if p.suffix in _YAML) if path.is_dir() else [path]
        if str(path) != "-" and not path.exists():
            problems.append(Diagnostic("MT111", str(path), 1, 1, "no such file or folder", "check the path"))
        elif not below:
            problems.append(
                Diagnostic("MT112", str(path), 1, 1, "no case files in this folder", "mtus new TREATMENT writes one")
            )
        else:
            found.extend(below)
    if problems:
        raise Rejected(tuple(problems))
    return tuple(dict.fromkeys(found))


def read_case(path: Path) -> tuple[Document, CaseDocument]:
    """Return the case file at path, or of standard input where path is -; raises Rejected with its mistakes."""
    name = "standard input" if str(path) == "-" else path.as_posix()
    try:
        content = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise Rejected((Diagnostic("MT113", name, 1, 1, f"cannot be read: {error.strerror}", None),)) from error
    return case_of(name, content)


def case_of(name: str, content: bytes) -> tuple[Document, CaseDocument]:
    """Return the case that the content of a file holds; raises Rejected with its mistakes."""
    document = parse(name, content)
    return document, validated(document, CaseDocument)


def digest(files: Iterable[tuple[str, bytes]]) -> str:
    """Return the SHA-256 of the files' names and content, line ends made alike, as hexadecimal text."""
    digested = hashlib.sha256()
    for name, content in sorted(files):
        digested.update(name.encode())
        digested.update(b"\0")
        digested.update(content.replace(b"\r\n", b"\n"))
        digested.update(b"\0")
    return digested.hexdigest()


def _contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in _YAML and path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def rule_document(name: str, content: bytes) -> Loaded:
    """Return one rule file by its content; raises Rejected with its mistakes."""
    document = parse(name, content)
    keys = document.plain if isinstance(document.plain, dict) else {}
    model = next((model for key, model in KINDS.items() if key in keys), None)
    if model is None:
        known = ", ".join(KINDS)
        raise Rejected(
            (
                document.diagnostic(
                    "MT204",
                    (),
                    "what kind of rule file this is cannot be told",
                    cure=f"one of these keys tells: {known}",
                ),
            )
        )
    return Loaded(document, validated(document, model))
