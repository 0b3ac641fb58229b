"""What compiling reads from packs: their jurisdiction, their documents, and what they add to the editions of others."""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from mtus_engine.compiler.dates import written_date_span
from mtus_engine.compiler.editions import OfPack
from mtus_engine.compiler.problems import Misfit, Place, Problems
from mtus_engine.loader.folder import Loaded, RuleFiles
from mtus_engine.model.authored import Authored
from mtus_engine.model.diagnostic import did_you_mean
from mtus_engine.model.formula import Mark
from mtus_engine.model.guideline import GuidelineDocument
from mtus_engine.model.pack import Jurisdiction, MarkEntry, MarksDocument, Overlay, OverlaysDocument, Pack
from mtus_engine.model.ruleset import UNNAMED

Doc = TypeVar("Doc", bound=Authored)


def jurisdiction_of(files: RuleFiles) -> Jurisdiction:
    """Return the jurisdiction that a pack is for; UNNAMED where it has no manifest."""
    if files.manifest is None:
        return UNNAMED
    named = files.manifest.jurisdiction
    return Jurisdiction(named.id, named.name, named.called)


def pack_of(files: RuleFiles) -> Pack:
    """Return the description of a pack, from its manifest or, without one, from its folder."""
    law = jurisdiction_of(files)
    if files.manifest is None:
        return Pack(files.folder, "", files.folder, "", "", law, files.folder, files.digest)
    said = files.manifest
    return Pack(said.pack, said.version, said.title, said.publisher, said.licence, law, files.folder, files.digest)


def namespace_among(files: RuleFiles, parts: Sequence[RuleFiles]) -> str | None:
    """Return the first word of the names of a pack's own facts; None (any) for the first pack, or without manifest."""
    said = files.manifest
    return None if files is parts[0] or said is None else said.namespace or said.pack.replace("-", "_")


def documents_of(files: RuleFiles, model: type[Doc]) -> list[tuple[Loaded, Doc]]:
    """Return the documents of a kind in a pack, each with its file."""
    return [(loaded, loaded.authored) for loaded in files.loaded if isinstance(loaded.authored, model)]


def only_document(files: RuleFiles, model: type[Doc], name: str, problems: Problems) -> tuple[Loaded, Doc] | None:
    """Return the one document of a kind in a pack, None where it has none; a second one is a mistake."""
    found = documents_of(files, model)
    for loaded, _ in found[1:]:
        problems.add(
            Place(loaded.source), "MT307", f"there is another {name}: {found[0][0].source.file}", "keep one of the two"
        )
    return found[0] if found else None


class Overlays(NamedTuple):
    """What packs add to the editions of others: overlays with place and pack, and new marks with their places."""

    overlays: Sequence[tuple[Overlay, Place, str]]
    marks: Sequence[tuple[MarkEntry, Place]]

    def of(self, document: GuidelineDocument, pack: str, *, is_further: bool) -> OfPack:
        """Return the pack of an edition, with the overlays and marks that other packs add to it."""
        overlays = [(one, place, of) for one, place, of in self.overlays if of != pack and _is_meant(one, document)]
        marks = {
            one.rule: Mark(one.verified, one.reading or "", one.seen_in, f"{one.by}, {one.dated}")
            for one, _ in self.marks
            if one.guideline == document.guideline and _same_day(one.edition, document.in_force.from_)
        }
        return OfPack(pack, is_further, overlays, marks)


def _is_meant(overlay: Overlay, document: GuidelineDocument) -> bool:
    if overlay.guideline != document.guideline or document.not_encoded is not None:
        return False
    return not overlay.editions or any(_same_day(day, document.in_force.from_) for day in overlay.editions)


def _same_day(one: object, other: object) -> bool:
    return str(one) == str(other)


def overlays_among(parts: Sequence[RuleFiles], problems: Problems) -> Overlays:
    """Return what packs add to editions; an overlay or mark for an edition or rule that does not exist is noted."""
    documents = [document for files in parts for _, document in documents_of(files, GuidelineDocument)]
    overlays: list[tuple[Overlay, Place, str]] = []
    marks: list[tuple[MarkEntry, Place]] = []
    for files in parts:
        pack = pack_of(files).name
        for loaded, document in documents_of(files, OverlaysDocument):
            for n, one in enumerate(document.overlays):
                place = Place(loaded.source) / "overlays" / n
                overlays.append((one, place, pack))
                if not any(_is_meant(one, other) for other in documents):
                    names = tuple(dict.fromkeys(other.guideline for other in documents))
                    message = f"no encoded edition of {one.guideline} for it{did_you_mean(one.guideline, names)}"
                    problems.add(place / "guideline", "MT309", message, "guidelines here: " + ", ".join(names))
        for loaded, marked in documents_of(files, MarksDocument):
            for n, entry in enumerate(marked.marks):
                place = Place(loaded.source) / "marks" / n
                marks.append((entry, place))
                _check_mark(entry, [one for one, _ in marks[:-1]], place, problems)
                if not any(_has_rule(other, entry) for other in documents):
                    message = f"{entry.guideline} {entry.edition} has no criterion or limit {entry.rule}"
                    problems.add(place / "rule", "MT309", message, "mtus rules book lists them all")
    return Overlays(overlays, marks)


def _check_mark(entry: MarkEntry, before: Sequence[MarkEntry], place: Place, problems: Problems) -> None:
    """Note a date that is not valid, and a second mark for the same rule."""
    try:
        written_date_span(entry.dated)
    except Misfit as misfit:
        problems.add(place / "dated", "MT302", str(misfit), misfit.cure)
    for other in before:
        if (other.guideline, str(other.edition), other.rule) == (entry.guideline, str(entry.edition), entry.rule):
            message = f"the marks of {entry.guideline} {entry.edition} {entry.rule} are set by {other.by} already"
            problems.add(place / "rule", "MT307", message, "keep one of the two")


def _has_rule(document: GuidelineDocument, entry: MarkEntry) -> bool:
    if document.guideline != entry.guideline or not _same_day(entry.edition, document.in_force.from_):
        return False
    return entry.rule in {*(one.id for one in document.criteria), *(one.id for one in document.limits)}
