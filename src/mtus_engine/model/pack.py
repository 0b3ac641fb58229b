"""A pack of rules: who publishes it, for which jurisdiction, and what it needs beside itself."""

from typing import Annotated, NamedTuple

from pydantic import Field, StringConstraints

from mtus_engine.model.authored import Authored, DateSource, Identifier, LineText, ReadingMark
from mtus_engine.model.guideline import Criterion, InForce, Limit

Namespace = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]

MANIFEST = "pack.yaml"


class JurisdictionEntry(Authored):
    """Whose law a pack is for; called are the words by which cases may name it beside its id and name."""

    id: Identifier
    name: LineText
    called: tuple[LineText, ...] = ()


class PackDocument(Authored):
    """The file pack.yaml of a pack.

    needs names the packs whose facts and definitions it uses. namespace is the first word of the names of its own
    facts. in_force are the days for which it has rules, as its publisher says.
    """

    pack: Identifier
    version: Annotated[str, StringConstraints(pattern=r"^[0-9]+(\.[0-9]+)*$", max_length=40)]
    title: LineText
    jurisdiction: JurisdictionEntry
    publisher: LineText
    licence: LineText
    needs: tuple[Identifier, ...] = ()
    namespace: Namespace | None = None
    in_force: InForce | None = None
    contact: LineText | None = None


class Overlay(Authored):
    """What an office asks for beyond the text of an edition of another pack: shown beside it as the office's own.

    editions names editions by their first day in force; where it is left out, all of the guideline are meant.
    """

    guideline: Identifier
    editions: tuple[DateSource, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    limits: tuple[Limit, ...] = ()


class OverlaysDocument(Authored):
    """Overlays on editions of other packs."""

    overlays: Annotated[tuple[Overlay, ...], Field(min_length=1)]


class MarkEntry(Authored):
    """New marks for a criterion or limit of another pack: who looked for its figure in a source, when, and the outcome.

    Where reading is left out, it stays as it was.
    """

    verified: bool
    reading: ReadingMark | None = None
    seen_in: tuple[str, ...] = ()
    guideline: Identifier
    edition: DateSource
    rule: Identifier
    by: LineText
    dated: DateSource
    note: LineText | None = None


class MarksDocument(Authored):
    """New marks for criteria and limits of other packs."""

    marks: Annotated[tuple[MarkEntry, ...], Field(min_length=1)]


class Jurisdiction(NamedTuple):
    """Whose law governs: its id, its name, and the words that cases may use for it."""

    id: str
    name: str
    called: tuple[str, ...] = ()

    def is_named_by(self, words: str) -> bool:
        """Return whether words of a case name it, small letters and capitals alike."""
        return words.lower() in {self.id, self.name.lower(), *(one.lower() for one in self.called)}


class Pack(NamedTuple):
    """One pack as loaded: what its manifest says, where it was read from, and the digest of its rules."""

    name: str
    version: str
    title: str
    publisher: str
    licence: str
    jurisdiction: Jurisdiction
    source: str
    digest: str
