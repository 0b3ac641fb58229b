"""Where a part of a document stands, and the mistakes collected while it is compiled."""

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from mtus_engine.loader.source import Document, Path
from mtus_engine.model.diagnostic import Diagnostic


class Place(NamedTuple):
    """A part of a document: place / "criteria" / 3 is a part of that part."""

    document: Document
    path: Path = ()

    def __truediv__(self, step: str | int) -> "Place":
        """Return the place one step further down."""
        return Place(self.document, (*self.path, step))

    def place(self) -> tuple[int, int, str]:
        """Return the line and column, counted from 1, and the line itself."""
        here = self.document.diagnostic("", self.path, "")
        return here.line, here.column, here.source or ""


@dataclass(slots=True)
class Problems:
    """The mistakes found so far, in all files; the parts beside a mistake are still compiled, so that all are found."""

    found: list[Diagnostic] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)

    def add(self, place: Place, code: str, message: str, cure: str | None = None, *, at_key: bool = False) -> None:
        """Note one mistake at a place; at_key points at the key of the place, not its value.

        Of what a placeholder stands for nothing is noted: that it is missing or wrong was told already.
        """
        if place.document.is_assumed(place.path):
            return
        self.found.append(place.document.diagnostic(code, place.path, message, cure=cure, at_key=at_key))

    def warn(self, place: Place, code: str, message: str, cure: str | None = None) -> None:
        """Note a warning: a part is read, though with a doubt, and compiling does not fail because of it."""
        found = place.document.diagnostic(code, place.path, message, cure=cure)
        self.warnings.append(replace(found, severity="warning"))


class Misfit(ValueError):
    """A value that does not fit its fact's type.

    cure says what would fit; key names the part of an entry that is wrong, None for the whole.
    """

    def __init__(self, message: str, cure: str | None = None, key: str | None = None) -> None:
        """Keep the message for the diagnostic and its cure beside it."""
        super().__init__(message)
        self.cure = cure
        self.key = key
