"""Packs of rules where they lie: folders, zip files and the data of installed Python packages.

A pack is data: nothing of it is executed, an installed package is found by its metadata and never imported, and what a
file of a pack could reach outside of it is refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mtus_engine.loader.documents import validated_document
from mtus_engine.loader.folder import Loaded, RuleFiles, digest, examples_among, rules_among
from mtus_engine.loader.pack_files import (
    OF_PACKAGE,
    Contents,
    FileWanted,
    bytes_of,
    files_below,
    folder_of_package,
    is_of_pack,
)
from mtus_engine.loader.yaml_tree import parse_leniently
from mtus_engine.model.diagnostic import Diagnostic, Rejected, did_you_mean
from mtus_engine.model.pack import MANIFEST, PackDocument
from mtus_engine.model.reach import reachable_names


class Pinned(NamedTuple):
    """A pack whose files were looked at when it was added: with another digest it is refused."""

    path: str
    digest: str
    name: str
    said_by: str


# What rules are read from: a folder, a zip file or package:NAME, or several of them.
PackSource = str | Path | Pinned
Sources = PackSource | Sequence[PackSource]


class Layer(NamedTuple):
    """One pack as it was read: from where, its files by their names below it, and its manifest if it has one."""

    source: str
    contents: Contents
    manifest: PackDocument | None

    @property
    def name(self) -> str:
        """The name of the pack, or of the folder that has no manifest."""
        return self.manifest.pack if self.manifest is not None else self.source

    @property
    def needs(self) -> tuple[str, ...]:
        """The names of the packs that this one says it needs."""
        return () if self.manifest is None else self.manifest.needs

    @property
    def digest(self) -> str:
        """The SHA-256 of all files of the pack, as hexadecimal text."""
        return digest(self.contents)


def shipped_rules() -> Path:
    """Return the rule folder that came with the package, or that of the checkout it is run from."""
    package = Path(__file__).parents[1]
    shipped = package / "rules"
    return shipped if shipped.is_dir() else package.parents[1] / "rules"


def shipped_packs() -> dict[str, Path]:
    """Return the folders of the further packs that came with the package, by their names."""
    folder = shipped_rules().with_name("packs")
    return {path.name: path for path in sorted(folder.iterdir()) if path.is_dir()} if folder.is_dir() else {}


def near(path: Path) -> Path:
    """Return a path relative to the working directory where it lies below that, else as it is."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def absolute_sources(sources: Sources) -> tuple[PackSource, ...]:
    """Return the sources with every Path made absolute."""
    listed = [sources] if isinstance(sources, str | Path | Pinned) else sources
    return tuple(one.absolute() if isinstance(one, Path) else one for one in listed)


def read_layers(sources: Sources, wanted: FileWanted = is_of_pack) -> tuple[Layer, ...]:
    """Return the packs that the sources name with those they need, each after what it needs.

    Only the files that are wanted are read. A pack that is needed and not named is looked for among the shipped ones.
    Raises Rejected with every mistake in any of them.
    """
    problems: list[Diagnostic] = []
    named: list[Layer] = []
    for source in dict.fromkeys([sources] if isinstance(sources, str | Path | Pinned) else sources):
        try:
            named.append(read_layer(source, wanted))
        except Rejected as rejected:
            problems += rejected.diagnostics
    if problems:
        raise Rejected(tuple(problems))
    if len(named) == 1 and named[0].manifest is None:
        return tuple(named)
    problems += (_missing_manifest(layer) for layer in named if layer.manifest is None)
    if problems:
        raise Rejected(tuple(problems))
    return layers_with_needs(named, wanted)


def layers_with_needs(named: Sequence[Layer], wanted: FileWanted = is_of_pack) -> tuple[Layer, ...]:
    """Return packs with those they need, each after what it needs; raises Rejected where that cannot be."""
    by_name: dict[str, Layer] = {}
    problems: list[Diagnostic] = []
    for layer in named:
        other = by_name.setdefault(layer.name, layer)
        if other is not layer:
            problems.append(_problem("MT320", layer, f"{layer.name} is loaded from {other.source} too", "name one"))
    if problems:
        raise Rejected(tuple(problems))
    return _layers_in_order(by_name, wanted)


def needed_names(layer: Layer, layers: Mapping[str, Layer]) -> frozenset[str]:
    """Return the names of a pack and of all that it needs."""
    return frozenset(reachable_names([layer.name], lambda name: layers[name].needs))


def _layers_in_order(by_name: dict[str, Layer], wanted: FileWanted) -> tuple[Layer, ...]:
    """Return the packs with those they need, what is needed first."""
    ordered: dict[str, Layer] = {}
    problems: list[Diagnostic] = []

    def place(layer: Layer, path: tuple[str, ...]) -> None:
        if layer.name in ordered:
            return
        for needed in layer.needs:
            if needed in (*path, layer.name):
                round_ = " needs ".join((*path, layer.name, needed))
                problems.append(_problem("MT321", layer, f"packs need each other in a circle: {round_}", None))
                continue
            if needed not in by_name:
                further = shipped_packs()
                shipped = read_layer(near(further.get(needed, shipped_rules())), wanted)
                if shipped.name != needed:
                    meant = did_you_mean(needed, (*by_name, shipped.name, *further))
                    cure = f"name it too: --rules {layer.source} --rules …"
                    message = f"{layer.name} needs the pack {needed}, which is not here{meant}"
                    problems.append(_problem("MT321", layer, message, cure))
                    continue
                by_name[needed] = shipped
            place(by_name[needed], (*path, layer.name))
        ordered.setdefault(layer.name, layer)

    for layer in tuple(by_name.values()):
        place(layer, ())
    if problems:
        raise Rejected(tuple(dict.fromkeys(problems)))
    return tuple(ordered.values())


def read_layer(source: PackSource, wanted: FileWanted = is_of_pack) -> Layer:
    """Return the pack that a folder, a zip file, package:NAME, or the name of a shipped pack stands for.

    Raises Rejected where it cannot be read.
    """
    if isinstance(source, Pinned):
        if not Path(source.path).exists():
            cure = f"put it back, mtus packs add it from where it is, or mtus packs remove {source.name}"
            message = f"the pack {source.name} is named here and is not at {source.path}"
            raise Rejected((Diagnostic("MT111", source.said_by, 1, 1, message, cure),))
        layer = read_layer(source.path)
        if layer.digest != source.digest:
            cure = f"look at what changed, and mtus packs add {source.path} again"
            message = f"{layer.name} is not what was added: its files have changed since"
            raise Rejected((_problem("MT325", layer, message, cure),))
        return layer
    named = str(source)
    if named.startswith(OF_PACKAGE):
        folder = folder_of_package(named)
        return layer_of(named, tuple(files_below(folder, named, wanted)))
    path = Path(source)
    name = path.as_posix()
    if path.is_dir():
        return layer_of(name, tuple(files_below(path, name, wanted)))
    if path.is_file():
        from mtus_engine.loader.zipped import files_of_zip  # noqa: PLC0415 - zipfile is slow to load, seldom needed

        return layer_of(name, files_of_zip(name, bytes_of(path, name)))
    shipped = shipped_packs()
    if named in shipped:
        return read_layer(near(shipped[named]), wanted)
    meant = did_you_mean(named, tuple(shipped))
    raise Rejected((Diagnostic("MT111", name, 1, 1, f"no such folder or zip{meant}", "check the path"),))


def rules_of(layer: Layer) -> RuleFiles:
    """Return the rule files of a pack; raises Rejected where there are none."""
    return rules_among(layer.source, layer.contents)._replace(manifest=layer.manifest)


def examples_of(layers: Iterable[Layer]) -> tuple[Loaded, ...]:
    """Return the example files of packs; raises Rejected with every mistake of every file."""
    return without_mistakes([examples_among(layer.source, layer.contents) for layer in layers])


def without_mistakes(read: Sequence[RuleFiles]) -> tuple[Loaded, ...]:
    """Return the documents that were read of several packs; raises Rejected with every mistake of every file."""
    problems = tuple(problem for files in read for problem in files.problems)
    if problems:
        raise Rejected(problems)
    return tuple(loaded for files in read for loaded in files.loaded)


def layer_of(source: str, files: Contents) -> Layer:
    """Return the files of a pack with its manifest, if there is one; raises Rejected where that is wrong."""
    contents = tuple((name, content) for name, content in files if is_of_pack(name))
    content = dict(contents).get(MANIFEST)
    if content is None:
        return Layer(source, contents, None)
    document = parse_leniently(f"{source}/{MANIFEST}", content)
    return Layer(source, contents, validated_document(document, PackDocument))


def _missing_manifest(layer: Layer) -> Diagnostic:
    cure = f"a pack beside others has a {MANIFEST}: mtus packs new writes one"
    return _problem("MT320", layer, f"no {MANIFEST} here", cure)


def _problem(code: str, layer: Layer, message: str, cure: str | None) -> Diagnostic:
    file = f"{layer.source}/{MANIFEST}" if layer.manifest is not None else layer.source
    return Diagnostic(code, file, 1, 1, message, cure)
