"""The files of a rule folder, and case files, folders and standard input."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import NamedTuple

from mtus_engine.loader.documents import document_with_placeholders, validated_document
from mtus_engine.loader.limited import limited_bytes, limited_input
from mtus_engine.loader.source import Document
from mtus_engine.loader.yaml_tree import LARGEST_FILE, parse_leniently
from mtus_engine.model.authored import Authored
from mtus_engine.model.diagnostic import Diagnostic, Rejected
from mtus_engine.model.guideline import (
    DefinitionsDocument,
    ExamplesDocument,
    GuidelineDocument,
    NoticesDocument,
    OutcomesDocument,
)
from mtus_engine.model.pack import MarksDocument, OverlaysDocument, PackDocument
from mtus_engine.model.vocabulary import CodesDocument, VocabularyDocument

# The kinds of rule files by the key that marks each; a file is of the kind that knows most of its keys.
KINDS: dict[str, type[Authored]] = {
    "guideline": GuidelineDocument,
    "facts": VocabularyDocument,
    "codes_for": CodesDocument,
    "notices": NoticesDocument,
    "settings": OutcomesDocument,
    "definitions": DefinitionsDocument,
    "examples": ExamplesDocument,
    "overlays": OverlaysDocument,
    "marks": MarksDocument,
    "pack": PackDocument,
}

# The folders below a rule folder on which no determination depends: how papers are read, how a review runs.
EXTRACTION = "extraction"
REVIEW = "review"

_YAML_SUFFIXES = {".yaml", ".yml", ".json"}
_EXAMPLES = ".test.yaml"
_VOCABULARY = "vocabulary"


class Loaded(NamedTuple):
    """A document as authored, with the source it came from."""

    source: Document
    authored: Authored


class RuleFiles(NamedTuple):
    """The rule files of one pack, examples left out, the digest of their content, and what is wrong with them.

    are_all_read tells whether every name that the files give is known: whether each is among those loaded, and lacks
    nothing that gives a name. manifest is None for a folder without pack.yaml.
    """

    folder: str
    loaded: tuple[Loaded, ...]
    digest: str
    problems: tuple[Diagnostic, ...] = ()
    are_all_read: bool = True
    manifest: PackDocument | None = None


def is_yaml(path: PurePath) -> bool:
    """Return whether a file is YAML by its name, in small letters or capitals."""
    return path.suffix.lower() in _YAML_SUFFIXES


def is_of_rules(name: str) -> bool:
    """Return whether a determination may depend on a file of a pack: not on examples, extraction or review rules."""
    is_beside = name.lower().endswith(_EXAMPLES) or name.startswith((f"{EXTRACTION}/", f"{REVIEW}/"))
    return is_yaml(Path(name)) and not is_beside


def rules_among(folder: str, contents: Sequence[tuple[str, bytes]]) -> RuleFiles:
    """Return the rule files among the files of a folder; raises Rejected where there are none."""
    files = [(name, content) for name, content in contents if is_of_rules(name)]
    if not files:
        problem = Diagnostic("MT110", folder, 1, 1, "no rule files here", "name a folder that holds vocabulary.yaml")
        raise Rejected((problem,))
    read = rule_files(folder, sorted(files))
    if not read.loaded and not any(Path(name).stem == _VOCABULARY for name, _ in files):
        message = f"none of the {len(files)} files here is a rule file" if len(files) > 1 else "no rule file here"
        raise Rejected((Diagnostic("MT110", folder, 1, 1, message, "name a folder that holds vocabulary.yaml"),))
    return read


def examples_among(folder: str, contents: Sequence[tuple[str, bytes]]) -> RuleFiles:
    """Return the example files among the files of a folder."""
    return rule_files(folder, [(name, content) for name, content in contents if name.lower().endswith(_EXAMPLES)])


def rule_files(
    folder: str, files: Sequence[tuple[str, bytes]], kinds: Mapping[str, type[Authored]] = KINDS
) -> RuleFiles:
    """Return the rule files among files (names below folder, with content); kinds are those that may be there."""
    loaded: list[Loaded] = []
    problems: list[Diagnostic] = []
    for name, content in files:
        file, mistakes = _rule_file(f"{folder}/{name}", content, kinds)
        loaded += [] if file is None else [file]
        problems += mistakes
    are_all_read = len(loaded) == len(files) and not any(_lacks_names(file.source) for file in loaded)
    return RuleFiles(folder, tuple(loaded), digest(files), tuple(problems), are_all_read)


# The keys below which there are names that other files may use.
_GIVE_NAMES = {"facts", "members", "definitions", "tables", "groups"}


def _lacks_names(source: Document) -> bool:
    """Return whether a whole part is missing or wrong whose names others may use."""
    return any(path[-1] in _GIVE_NAMES for path in source.assumed)


def case_files(paths: Iterable[Path]) -> tuple[tuple[Path, ...], tuple[Diagnostic, ...]]:
    """Return the case files that the paths name, files as they are and folders with all files below, in order.

    What is wrong with a path is returned beside them: it does not stop the others.
    """
    found: list[Path] = []
    problems: list[Diagnostic] = []
    for path in paths:
        name = path.as_posix()
        if name != "-" and not path.exists():
            problems.append(Diagnostic("MT111", name, 1, 1, "no such file or folder", "check the path"))
            continue
        below = [path]
        if path.is_dir():
            below = sorted(p for p in path.rglob("*") if is_yaml(p) and not p.is_dir())
        if not below:
            cure = "mtus new TREATMENT writes one"
            problems.append(Diagnostic("MT112", name, 1, 1, "no case files in this folder", cure))
        found.extend(below)
    # A file to which two paths lead is read once.
    return tuple({path.resolve() if str(path) != "-" else path: path for path in found}.values()), tuple(problems)


def read_case(path: Path) -> tuple[str, bytes]:
    """Return the name of a case file, or of standard input where path is -, and its content.

    Raises Rejected where it cannot be read.
    """
    name = "standard input" if str(path) == "-" else path.as_posix()
    try:
        return name, limited_input(LARGEST_FILE) if str(path) == "-" else limited_bytes(path, LARGEST_FILE)
    except (OSError, AttributeError) as error:
        # Standard input that was closed before we began is None.
        reason = getattr(error, "strerror", None) or "it is closed"
        raise Rejected((Diagnostic("MT113", name, 1, 1, f"cannot be read: {reason}", None),)) from error


def digest(files: Iterable[tuple[str, bytes]]) -> str:
    """Return the SHA-256 of the files' names and content, line ends made alike, as hexadecimal text."""
    digested = hashlib.sha256()
    for name, content in sorted(files):
        digested.update(name.encode(errors="surrogateescape"))
        digested.update(b"\0")
        digested.update(content.replace(b"\r\n", b"\n"))
        digested.update(b"\0")
    return digested.hexdigest()


def _kind_of_keys(keys: Mapping[str, object], kinds: Mapping[str, type[Authored]]) -> type[Authored] | None:
    """Return the kind that knows most keys, of equals the one whose own key is there; None if no key is known."""

    def known(kind: tuple[str, type[Authored]]) -> tuple[int, bool]:
        own_key, model = kind
        named = {field.alias or name for name, field in model.model_fields.items()}
        return sum(key in named for key in keys), own_key in keys

    best = max(kinds.items(), key=known)
    return best[1] if any(known(best)) else None


def _rule_file(
    name: str, content: bytes, kinds: Mapping[str, type[Authored]]
) -> tuple[Loaded | None, tuple[Diagnostic, ...]]:
    """Return one rule file as far as it can be read, and its mistakes."""
    try:
        document = parse_leniently(name, content)
    except Rejected as rejected:
        return None, rejected.diagnostics
    keys = document.plain if isinstance(document.plain, dict) else {}
    model = _kind_of_keys(keys, kinds)
    if model is None:
        cure = f"one of these keys tells: {', '.join(kinds)}"
        return None, (document.diagnostic("MT204", (), "what kind of rule file this is cannot be told", cure=cure),)
    try:
        return Loaded(document, validated_document(document, model)), ()
    except Rejected as rejected:
        assumed = document_with_placeholders(document, model)
        return None if assumed is None else Loaded(*assumed), rejected.diagnostics
