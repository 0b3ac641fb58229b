"""Releases of rules: the packs that determinations were made by, kept whole, so that any of them can be made again."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from mtus_engine.api import load_rules
from mtus_engine.compiler.rulesets import compiled_ruleset
from mtus_engine.loader.folder import digest as digest_of
from mtus_engine.loader.packs import Layer, Sources, layer_of, layers_with_needs, read_layers, rules_of
from mtus_engine.loader.zipped import files_of_zip
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.model.told import Told
from mtus_engine.policy.packs import zipped_files
from mtus_engine.store.log import Stamp
from mtus_engine.store.tables import release_packs, releases


class NoRelease(Told):
    """There is no such release."""


class ReleaseTaken(Told):
    """Another release has this name already."""


class Release(NamedTuple):
    """A release: its digest is that of all files of its packs, by which a record names it."""

    digest: str
    name: str
    note: str
    by: str
    at: str


class ReleasedPack(NamedTuple):
    """One pack of a release, as a zip; source is where it was read from."""

    source: str
    content: bytes


def release_digest(layers: Sequence[Layer]) -> str:
    """Return the digest of packs: the same wherever they lie."""
    return digest_of((layer.name if layer.manifest else "rules", layer.digest.encode()) for layer in layers)


def keep_release(
    connection: Connection, stamp: Stamp, sources: Sources, name: str | None = None, note: str = ""
) -> Release:
    """Keep the packs that sources name, where they are not kept yet; without a name it has that of the packs.

    Raises ReleaseTaken for a name that is taken, and Rejected with what is wrong with any of the packs.
    """
    return _keep_layers(connection, stamp, read_layers(sources), name, note)


def keep_packs(connection: Connection, stamp: Stamp, contents: Sequence[bytes], name: str, note: str) -> Release:
    """Keep packs that were sent as zips, once they load; raises Rejected, and ReleaseTaken."""
    layers = layers_with_needs(
        [layer_of(f"pack {n}", files_of_zip(f"pack {n}", one)) for n, one in enumerate(contents)]
    )
    compiled_ruleset(*map(rules_of, layers))
    return _keep_layers(connection, stamp, layers, name, note)


def _keep_layers(connection: Connection, stamp: Stamp, layers: Sequence[Layer], name: str | None, note: str) -> Release:
    digest = release_digest(layers)
    if (kept := _release(connection, digest)) is not None:
        return kept
    made = Release(digest, name or _name(layers, digest), note, stamp.by, stamp.at)
    try:
        with connection.begin_nested():
            connection.execute(insert(releases).values(made._asdict()))
    except IntegrityError:
        raise ReleaseTaken("there is a release {name} already, of other rules", name=made.name) from None
    for position, layer in enumerate(layers):
        content = zipped_files(layer.contents)
        values = {"release": digest, "position": position, "source": layer.source, "content": content}
        connection.execute(insert(release_packs).values(values))
    return made


def _name(layers: Sequence[Layer], digest: str) -> str:
    packs = " and ".join(f"{one.manifest.pack} {one.manifest.version}" for one in layers if one.manifest) or "rules"
    return f"{packs[:150]}, {digest[:12]}"


def _release(connection: Connection, digest: str) -> Release | None:
    row = connection.execute(select(releases).where(releases.c.digest == digest)).first()
    return None if row is None else Release(**row._mapping)


def release(connection: Connection, digest: str) -> Release:
    """Return a release; raises NoRelease."""
    if (found := _release(connection, digest)) is None:
        raise NoRelease("there is no such release")
    return found


def listed_releases(connection: Connection) -> list[Release]:
    """Return the releases, the newest first."""
    ordered = select(releases).order_by(releases.c.at.desc(), releases.c.digest)
    return [Release(**row._mapping) for row in connection.execute(ordered)]


def packs_of(connection: Connection, digest: str) -> list[ReleasedPack]:
    """Return the packs of a release, each after what it needs; raises NoRelease."""
    release(connection, digest)
    wanted = select(release_packs).where(release_packs.c.release == digest).order_by(release_packs.c.position)
    return [ReleasedPack(row.source, row.content) for row in connection.execute(wanted)]


def write_packs(connection: Connection, digest: str, folder: Path) -> tuple[Path, ...]:
    """Write the packs of a release into a folder and return their files, to load rules from; raises NoRelease."""
    files = []
    for position, pack in enumerate(packs_of(connection, digest)):
        file = folder / f"{position}.zip"
        file.write_bytes(pack.content)
        files.append(file)
    return tuple(files)


def ruleset_of_release(connection: Connection, digest: str, folder: Path, jurisdiction: str | None) -> Ruleset:
    """Return the ruleset of a release, its packs written into a folder; raises NoRelease, and Rejected."""
    return load_rules(write_packs(connection, digest, folder), jurisdiction)
