"""A finding of lint, at its place in the rule files."""

from collections.abc import Sequence
from typing import NamedTuple

from mtus_engine.compiler.problems import Place
from mtus_engine.loader.folder import RuleFiles
from mtus_engine.model.diagnostic import Diagnostic
from mtus_engine.model.ruleset import Ruleset

WARNING, NOTE = "warning", "note"


class Noted(NamedTuple):
    """A finding, and the text of a case that shows it: empty where there is none to show."""

    diagnostic: Diagnostic
    case: str = ""


def guideline_places(packs: Sequence[RuleFiles], ruleset: Ruleset) -> dict[str, Place]:
    """Return the place of the file of each edition of the packs, by the edition's key."""
    places = {loaded.source.file: Place(loaded.source) for files in packs for loaded in files.loaded}
    return {edition.key: places[edition.file] for edition in ruleset.editions if edition.file in places}


def note_at(
    place: Place, code: str, message: str, cure: str, severity: str = WARNING, *, at_key: bool = False
) -> Diagnostic:
    """Return a finding at a place."""
    found = place.document.diagnostic(code, place.path, message, cure=cure, at_key=at_key)
    return Diagnostic(
        found.code, found.file, found.line, found.column, found.message, found.help, found.source, severity
    )
