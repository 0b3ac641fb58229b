"""What packs hold, which gaps of other packs they fill, and where two packs claim the same request."""

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from io import BytesIO
from pathlib import Path, PurePath, PurePosixPath
from typing import NamedTuple

from mtus_engine.loader.pack_files import is_hidden, is_of_pack
from mtus_engine.loader.packs import Layer, rules_of
from mtus_engine.model.pack import MarksDocument, Overlay, OverlaysDocument
from mtus_engine.model.ruleset import Edition, Ruleset
from mtus_engine.model.vocabulary import VocabularyDocument
from mtus_engine.policy.lint import rivals

# Files beside the rules that a built pack carries.
_BESIDE = ("README.md", "LICENSE", "LICENSE.txt", "LICENSE.md")


class Conflict(NamedTuple):
    """Editions of two packs that claim the same requests, where nothing says which of them goes before."""

    jurisdiction: str
    one: str
    other: str
    treatments: tuple[str, ...]
    first_day: str


def conflicts(ruleset: Ruleset) -> Iterator[Conflict]:
    """Yield where two packs claim one request, in the jurisdiction of the ruleset and in those beside it."""
    for of_law in (ruleset, *ruleset.others):
        labels = dict(of_law.facts[of_law.roles.treatment].members)
        for later, before, shared, days in rivals(of_law):
            if later.pack != before.pack:
                treatments = tuple(labels[one] for one in shared)
                day = date.fromordinal(days.low or 1).isoformat()
                yield Conflict(of_law.jurisdiction.name, _named(before), _named(later), treatments, day)


def _named(edition: Edition) -> str:
    return f"{edition.name} of {edition.pack}"


def filled_gaps(ruleset: Ruleset) -> Iterator[tuple[Edition, Edition, tuple[str, ...]]]:
    """Yield the editions that take the place of a gap of another pack, the gap, and the treatments it is about."""
    labels = dict(ruleset.facts[ruleset.roles.treatment].members)
    for edition in ruleset.editions:
        for gap in ruleset.editions:
            shared = tuple(labels[one] for one in sorted(edition.covers & gap.covers))
            if edition.fills(gap) and shared and edition.in_force.overlap(gap.in_force) is not None:
                yield edition, gap, shared


class PackContent(NamedTuple):
    """What a pack adds: editions, facts, members of facts of others, overlays, marks set anew, gaps that it fills."""

    editions: Sequence[tuple[str, ...]]
    facts: Sequence[tuple[str, ...]]
    members: Sequence[tuple[str, ...]]
    overlays: Sequence[tuple[str, ...]]
    marks: Sequence[tuple[str, ...]]
    fills: Sequence[tuple[str, ...]]


def content_of(layer: Layer, ruleset: Ruleset) -> PackContent:
    """Return what one pack holds; the ruleset is that of its jurisdiction."""
    documents = [loaded.authored for loaded in rules_of(layer).loaded]
    chapters = [one for one in documents if isinstance(one, VocabularyDocument)]
    overlays = [one for document in documents if isinstance(document, OverlaysDocument) for one in document.overlays]
    marks = [one for document in documents if isinstance(document, MarksDocument) for one in document.marks]
    return PackContent(
        [_edition_row(one) for one in ruleset.editions if one.pack == layer.name],
        [(name, entry.label) for chapter in chapters for name, entry in chapter.facts.items()],
        [(name, ", ".join(added)) for chapter in chapters for name, added in chapter.members.items()],
        [row for one in overlays for row in _overlay_rows(one)],
        [
            (f"{one.guideline} {one.edition}", one.rule, "seen" if one.verified else "not seen", one.by, str(one.dated))
            for one in marks
        ],
        [
            (edition.name, f"{gap.name} of {gap.pack}", ", ".join(shared))
            for edition, gap, shared in filled_gaps(ruleset)
            if edition.pack == layer.name
        ],
    )


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _overlay_rows(overlay: Overlay) -> Iterator[tuple[str, ...]]:
    editions = ", ".join(map(str, overlay.editions)) or "all"
    yield from ((overlay.guideline, editions, one.id, one.cite) for one in overlay.criteria)
    yield from ((overlay.guideline, editions, one.id, one.cite) for one in overlay.limits)


def _edition_row(edition: Edition) -> tuple[str, ...]:
    high = edition.in_force.high
    until = "" if high is None else date.fromordinal(high).isoformat()
    criteria = _counted(len(edition.criteria), "criterion", "criteria")
    parts = f"{criteria}, {_counted(len(edition.limits), 'limit', 'limits')}"
    return edition.title, edition.edition, until, "not encoded" if edition.not_encoded else parts


def strange_files(folder: Path) -> list[str]:
    """Return the files of a pack's folder that are no part of a pack: they are not built into it."""
    below = sorted(folder.rglob("*"))
    names = [(path.relative_to(folder), path.is_symlink(), path.is_file()) for path in below]
    links = [f"{name.as_posix()} (a link)" for name, is_link, _ in names if is_link and not is_hidden(name)]
    return links + _foreign_files([name for name, is_link, is_file in names if is_file and not is_link])


def strange_files_of_zip(file: Path) -> list[str]:
    """Return the files of a zip that are no part of a pack."""
    with zipfile.ZipFile(file) as archive:
        return _foreign_files([PurePosixPath(entry.filename) for entry in archive.infolist() if not entry.is_dir()])


def _foreign_files(names: Sequence[PurePath]) -> list[str]:
    visible = [name for name in names if not is_hidden(name) and name.name not in _BESIDE]
    return [name.as_posix() for name in visible if not is_of_pack(name.as_posix())]


def built_pack(folder: Path, layer: Layer) -> bytes:
    """Return a pack as a zip: its rule files, its readme and licence; the same bytes for the same files."""
    beside = [(name, (folder / name).read_bytes()) for name in _BESIDE if (folder / name).is_file()]
    return zipped_files([*layer.contents, *beside])


def zipped_files(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return files, given by their names, as a zip: the same bytes for the same files."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return packed.getvalue()
