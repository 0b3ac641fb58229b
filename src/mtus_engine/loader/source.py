"""A source file as a tree of values that remember where they stand, and diagnostics made from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum

from mtus_engine.model.diagnostic import Diagnostic

Scalar = None | bool | int | Decimal | date | str
Plain = Scalar | Sequence["Plain"] | Mapping[str, "Plain"]
Path = tuple[str | int, ...]


class Tree(Enum):
    """What a node of a document is."""

    SCALAR = "scalar"
    SEQUENCE = "sequence"
    MAPPING = "mapping"


@dataclass(slots=True)
class Node:
    """One value of a document with its place: line and column count from 0."""

    tree: Tree
    line: int
    column: int
    plain: Plain = None
    children: dict[str | int, "Node"] = field(default_factory=dict)
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was read: its name as the person gave it, its lines, its tree, and what of its YAML was refused.

    assumed are the places of placeholders, which stand for what is missing or wrong and was told already.
    """

    file: str
    lines: tuple[str, ...]
    root: Node
    problems: tuple[Diagnostic, ...] = ()
    assumed: frozenset[Path] = frozenset()

    @property
    def plain(self) -> Plain:
        """The document's value without positions."""
        return self.root.plain

    def is_assumed(self, path: Path) -> bool:
        """Return whether a placeholder stands at this place or above it."""
        return any(path[:length] in self.assumed for length in range(1, len(path) + 1)) if self.assumed else False

    def diagnostic(
        self, code: str, path: Path, message: str, *, cure: str | None = None, at_key: bool = False
    ) -> Diagnostic:
        """Return a mistake at the deepest part of path that the file has; at_key points at the last key itself."""
        line, column = self._place(path, at_key=at_key)
        return diagnostic_at(code, self.file, self.lines, line, column, message, cure)

    def _place(self, path: Path, *, at_key: bool) -> tuple[int, int]:
        node, place = self.root, (self.root.line, self.root.column)
        for n, step in enumerate(path):
            child = node.children.get(step)
            if child is None:
                # pydantic's path also has branches of unions and absent keys, which the file does not have: skip them.
                continue
            is_last = n == len(path) - 1
            place = node.keys[step] if at_key and is_last and isinstance(step, str) else (child.line, child.column)
            node = child
        return place


def diagnostic_at(
    code: str, file: str, lines: Sequence[str], line: int, column: int, message: str, cure: str | None = None
) -> Diagnostic:
    """Return a diagnostic at a place that counts from 0, with the line it stands on."""
    source = lines[line] if line < len(lines) else ""
    return Diagnostic(code, file, line + 1, column + 1, message, cure, source)
