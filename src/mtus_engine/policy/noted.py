"""A finding of lint, at its place in the rule files."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mtus_engine.compiler.problems import Place
from mtus_engine.loader.folder import RuleFiles
from mtus_engine.loader.source import Node
from mtus_engine.model.diagnostic import Diagnostic
from mtus_engine.model.ruleset import Edition, Ruleset

WARNING, NOTE = "warning", "note"


class Noted(NamedTuple):
    """A finding, and the text of a case that shows it: empty where there is none to show."""

    diagnostic: Diagnostic
    case: str = ""


class RulePlaces(NamedTuple):
    """Where rules are written: the file of each edition by its key, and the tables of all files by file and id."""

    editions: Mapping[str, Place]
    tables: Mapping[tuple[str, str], Place]

    def of_table(self, edition: Edition, table: str) -> Place:
        """Return the place of a table that an edition uses: in its own file, else in one of definitions.

        Where none has it, the file of the edition.
        """
        own = self.tables.get((edition.file, table))
        shared = (place for (_, id_), place in self.tables.items() if id_ == table)
        return own or next(shared, self.editions[edition.key])


def rule_places(packs: Sequence[RuleFiles], ruleset: Ruleset) -> RulePlaces:
    """Return where the editions of the packs and the tables in their files are written."""
    files = {loaded.source.file: Place(loaded.source) for pack in packs for loaded in pack.loaded}
    editions = {edition.key: files[edition.file] for edition in ruleset.editions if edition.file in files}
    tables = {(file, id_): place / "tables" / n for file, place in files.items() for n, id_ in _table_ids(place)}
    return RulePlaces(editions, tables)


def _table_ids(place: Place) -> Iterator[tuple[int, str]]:
    listed = place.document.root.children.get("tables")
    children: Mapping[str | int, Node] = {} if listed is None else listed.children
    for n, table in children.items():
        if "id" in table.children:
            yield int(n), str(table.children["id"].plain)


def texts_in(place: Place, node: Node) -> Iterator[tuple[Place, Node]]:
    """Yield the texts of a document from a place downwards, each with its place."""
    if isinstance(node.plain, str):
        yield place, node
    for step, child in node.children.items():
        yield from texts_in(place / step, child)


def note_at(
    place: Place, code: str, message: str, cure: str, severity: str = WARNING, *, at_key: bool = False
) -> Diagnostic:
    """Return a finding at a place."""
    found = place.document.diagnostic(code, place.path, message, cure=cure, at_key=at_key)
    return Diagnostic(
        found.code, found.file, found.line, found.column, found.message, found.help, found.source, severity
    )
