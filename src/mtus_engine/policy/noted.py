"""A finding of lint, at its place in the rule files."""

from datetime import date
from typing import NamedTuple

from mtus_engine.compiler.problems import Place
from mtus_engine.loader.folder import RuleFiles
from mtus_engine.model.diagnostic import Diagnostic
from mtus_engine.model.guideline import GuidelineDocument

WARNING, NOTE = "warning", "note"


class Noted(NamedTuple):
    """A finding, and the text of a case that shows it: empty where there is none to show."""

    diagnostic: Diagnostic
    case: str = ""


def guideline_places(files: RuleFiles) -> dict[str, Place]:
    """Return the place of each edition's file, by the edition's key."""
    return {
        f"{loaded.authored.guideline} {_day(loaded.authored)}": Place(loaded.source)
        for loaded in files.loaded
        if isinstance(loaded.authored, GuidelineDocument)
    }


def _day(document: GuidelineDocument) -> str:
    given = document.in_force.from_
    return given.isoformat() if isinstance(given, date) else str(given)


def note_at(
    place: Place, code: str, message: str, cure: str, severity: str = WARNING, *, at_key: bool = False
) -> Diagnostic:
    """Return a finding at a place."""
    found = place.document.diagnostic(code, place.path, message, cure=cure, at_key=at_key)
    return Diagnostic(
        found.code, found.file, found.line, found.column, found.message, found.help, found.source, severity
    )
