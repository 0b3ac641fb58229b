"""The rules of a folder, or of a git revision of one: what an edit is compared with."""

import io
import subprocess
import tarfile
from collections.abc import Sequence
from pathlib import Path

from mtus_engine.compiler.rulesets import compiled_ruleset
from mtus_engine.loader.pack_files import Contents
from mtus_engine.loader.packs import (
    Layer,
    layer_of,
    layers_with_needs,
    read_layer,
    read_layers,
    rules_of,
    shipped_packs,
)
from mtus_engine.model.diagnostic import Diagnostic, Rejected
from mtus_engine.model.ruleset import Ruleset

DEFAULT_FOLDER = "rules"


def ruleset_of(name: str, beside: Sequence[str] = (), jurisdiction: str | None = None) -> Ruleset:
    """Return the ruleset of a pack, or of a revision as REVISION (its folder rules) or REVISION:FOLDER.

    beside are packs that are loaded with it; it is the ruleset of the jurisdiction named, else of that pack's own.
    Raises Rejected where there is no such pack or revision, and with the mistakes of its files.
    """
    layers = layers_of(name, beside)
    own = layers[-1].manifest
    law = jurisdiction or (own.jurisdiction.id if own is not None and not beside else None)
    return compiled_ruleset(*map(rules_of, layers), jurisdiction=law)


def layers_of(name: str, beside: Sequence[str] = ()) -> Sequence[Layer]:
    """Return the files of a pack or revision, named as for ruleset_of, and of what is loaded with it."""
    if Path(name).exists() or name in shipped_packs():
        return read_layers((name, *beside))
    revision, _, folder = name.partition(":")
    old = layer_of(name, _files(name, revision, folder or DEFAULT_FOLDER))
    return layers_with_needs([old, *(read_layer(one) for one in beside)]) if beside else (old,)


def _files(name: str, revision: str, folder: str) -> Contents:
    if revision.startswith("-"):
        raise _unknown_revision(name, "a revision does not begin with a hyphen")
    # git is called by name, without a shell, its arguments a list; a revision like an option was refused above.
    command = ["git", "archive", "--format=tar", f"{revision}:{folder}"]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    except FileNotFoundError:
        raise _unknown_revision(name, "git is not installed") from None
    if done.returncode != 0:
        raise _unknown_revision(name, done.stderr.decode("utf-8", "replace").strip().splitlines()[-1])
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        return tuple(
            (member.name, content.read())
            for member in archive.getmembers()
            if member.isfile() and (content := archive.extractfile(member)) is not None
        )


def _unknown_revision(name: str, why: str) -> Rejected:
    cure = f"name a rule folder, a zip, a git revision, or REVISION:FOLDER where the rules are not in {DEFAULT_FOLDER}"
    return Rejected((Diagnostic("MT111", name, 1, 1, f"neither a folder nor a git revision: {why}", cure),))
