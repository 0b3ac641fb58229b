"""mtus packs: show the packs of rules that are loaded; make, check, build, add and remove packs."""

import json
import os
import re
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mtus_engine.api import load_rules
from mtus_engine.cli.loaded import rule_sources, rules_for, who_names_rules
from mtus_engine.cli.options import GATE, identifier, in_force_day, usage_of
from mtus_engine.cli.sheets import add_format, write_sheet
from mtus_engine.cli.treatments import unknown_treatment
from mtus_engine.loader.config import FILE, project_file, read_config, user_file
from mtus_engine.loader.packs import Layer, Pinned, near, read_layer, read_layers, rules_of, shipped_packs
from mtus_engine.loader.whole_file import whole_file, write_new
from mtus_engine.model.diagnostic import Diagnostic, did_you_mean
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.policy.pack_check import PackCheck, Result
from mtus_engine.policy.pack_template import pack_files, skeleton_of
from mtus_engine.policy.packs import built_pack, conflicts, content_of
from mtus_engine.report.diagnostics import diagnostics_text, printable_text
from mtus_engine.report.sheet import Sheet, SheetPart

if TYPE_CHECKING:
    from argparse import _SubParsersAction

# Percent of small mistakes that the examples of a pack must notice before it is ready.
LEAST_SCORE = 80.0


def add(commands: "_SubParsersAction[ArgumentParser]", rules: ArgumentParser) -> None:
    """Add the packs command with its own commands."""
    group = commands.add_parser("packs")
    group.set_defaults(run=usage_of(group))
    verbs = group.add_subparsers(title="commands", metavar="COMMAND")
    listed = verbs.add_parser("list", parents=[rules], help="which packs are loaded, from where, and who says so")
    add_format(listed)
    listed.set_defaults(run=_list)
    show = verbs.add_parser("show", parents=[rules], help="what a pack holds, and what of other packs it goes before")
    show.add_argument("name", metavar="NAME")
    add_format(show)
    show.set_defaults(run=_show)
    conflict = verbs.add_parser("conflicts", parents=[rules], help="requests that two packs claim; exits with 5 if any")
    add_format(conflict)
    conflict.set_defaults(run=_conflicts)
    new = verbs.add_parser("new", parents=[rules], help="write a working skeleton of a pack into a new folder")
    new.add_argument("name", metavar="NAME", type=pack_name, help="such as harbor-office; the folder is called so")
    new.add_argument("--covers", required=True, metavar="TREATMENT", help="a treatment as mtus treatments lists it")
    new.add_argument("--guideline", type=identifier, metavar="ID", help="default: a gap that covers it, else NAME")
    new.add_argument(
        "--from", dest="in_force", type=in_force_day, metavar="DATE", help="first day in force: YYYY-MM-DD"
    )
    new.set_defaults(run=_new)
    check = verbs.add_parser("check", help="lint, examples, coverage, mistakes noticed, licence of a pack")
    check.add_argument("pack", metavar="PACK", help="a folder or zip")
    check.add_argument("--with", dest="beside", action="append", default=[], metavar="PACK", help="a pack it needs")
    check.add_argument("--fail-under", type=float, default=LEAST_SCORE, metavar="PERCENT", help="least mutation score")
    check.set_defaults(run=_check)
    build = verbs.add_parser("build", help="make a pack's folder one zip: the same bytes for the same files")
    build.add_argument("pack", type=Path, metavar="FOLDER")
    build.add_argument("--out", type=Path, metavar="FILE", help="default: NAME-VERSION.zip here")
    build.add_argument("--with", dest="beside", action="append", default=[], metavar="PACK", help="a pack it needs")
    build.add_argument("--anyway", action="store_true", help="though checks fail, or in the place of another file")
    build.set_defaults(run=_build)
    added = verbs.add_parser("add", help=f"use a pack from now on: it is named in {FILE} here, with its digest")
    added.add_argument("pack", metavar="PACK", help="a folder or zip")
    added.add_argument("--yes", action="store_true", help="do not ask")
    added.set_defaults(run=_add)
    removed = verbs.add_parser("remove", help=f"use a pack no longer: it is taken out of {FILE} here")
    removed.add_argument("name", metavar="NAME")
    removed.set_defaults(run=_remove)


# ---- what is loaded


def _list(options: Namespace) -> int:
    ruleset, layers = rules_for(options), read_layers(rule_sources(options))
    rows, outline = [], []
    for layer in layers:
        of_law = _law_of(layer, ruleset)
        editions = sum(edition.pack == layer.name for edition in of_law.editions)
        said = layer.manifest
        version, publisher = ("", "") if said is None else (said.version, said.publisher)
        law = of_law.jurisdiction.name
        rows.append((layer.name, version, law, str(editions), publisher, layer.source, layer.digest[:12]))
        one = {"pack": layer.name, "version": version, "jurisdiction": of_law.jurisdiction.id, "editions": editions}
        outline.append(
            {
                **one,
                "publisher": publisher,
                "source": layer.source,
                "digest": layer.digest,
                "rules_digest": rules_of(layer).digest,
            }
        )
    summary = [
        f"Named by {who_names_rules(options)}. Cases that name no jurisdiction are under {ruleset.jurisdiction.name}."
    ]
    others = [name for name in shipped_packs() if name not in {layer.name for layer in layers}]
    if others:
        summary.append(f"Shipped and not loaded: {', '.join(others)} (--rules {others[0]})")
    headings = ("Pack", "Version", "Jurisdiction", "Editions", "Publisher", "From", "Digest")
    sheet = Sheet("Packs of rules", tuple(summary), (SheetPart("Loaded", (), headings, rows),))
    write_sheet(sheet, {"packs": outline, "jurisdiction": ruleset.jurisdiction.id}, options)
    return 0


def _law_of(layer: Layer, ruleset: Ruleset) -> Ruleset:
    return ruleset.of(None if layer.manifest is None else layer.manifest.jurisdiction.id)


def _show(options: Namespace) -> int:
    layers = {layer.name: layer for layer in read_layers(rule_sources(options))}
    layer = layers.get(options.name)
    if layer is None:
        near = did_you_mean(options.name, tuple(layers))
        named = printable_text(options.name)
        sys.stderr.write(f"no pack {named} is loaded{near}\n  help: loaded are {', '.join(layers)}\n")
        return 2
    content = content_of(layer, _law_of(layer, rules_for(options)))
    parts = (
        SheetPart("Editions", (), ("Guideline", "From", "Until", "Holds"), content.editions),
        SheetPart("Takes the place of", (), ("Edition", "Gap", "For"), content.fills, "no gap of another pack"),
        SheetPart("Overlays on other packs", (), ("Guideline", "Editions", "Rule", "Cite"), content.overlays),
        SheetPart("Marks set anew", (), ("Edition", "Rule", "In a source", "By", "On"), content.marks),
        SheetPart("Facts of its own", (), ("Fact", "Label"), content.facts),
        SheetPart("Members it adds", (), ("Fact", "Members"), content.members),
    )
    said = layer.manifest
    summary = [layer.source]
    if said is not None:
        summary = [said.title, f"Version {said.version}, for {said.jurisdiction.name}; by {said.publisher}"]
        summary += [f"Licence: {said.licence}. Needs: {', '.join(said.needs) or 'no other pack'}. From {layer.source}."]
    outline = {"pack": layer.name, "source": layer.source, "digest": layer.digest, **content._asdict()}
    write_sheet(Sheet(f"Pack {layer.name}", tuple(summary), parts), outline, options)
    return 0


def _conflicts(options: Namespace) -> int:
    found = list(conflicts(rules_for(options)))
    rows = [(one.jurisdiction, one.one, one.other, ", ".join(one.treatments), one.first_day) for one in found]
    headings = ("Jurisdiction", "Edition", "And", "For", "From")
    cure = "Let one of them say takes_precedence_over:, or leave one pack out."
    part = SheetPart("Requests that two packs claim", (), headings, rows)
    summary = (cure,) if found else ("No two packs claim one request.",)
    write_sheet(Sheet("Conflicts of packs", summary, (part,)), {"conflicts": [one._asdict() for one in found]}, options)
    return GATE if found else 0


# ---- making one


def pack_name(words: str) -> str:
    """Return words that can name a pack, such as harbor-office; argparse shows what is wrong with others."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", words) or len(words) > 40 or words in {"true", "false", "null"}:
        raise ArgumentTypeError(f"{words!r} is no name of a pack: small letters and hyphens, such as harbor-office")
    return words


def _new(options: Namespace) -> int:
    ruleset = rules_for(options)
    members = tuple(name for name, _ in ruleset.facts[ruleset.roles.treatment].members)
    if options.covers not in members:
        own = "and a pack may add members of its own to it, in its vocabulary.yaml"
        return unknown_treatment(options.covers, members, own)
    folder = Path(options.name)
    if folder.exists():
        sys.stderr.write(f"{folder} is there already and is left as it is: choose another name\n")
        return 1
    skeleton = skeleton_of(options.name, options.covers, ruleset, options.guideline, options.in_force)
    for name, text in pack_files(skeleton, ruleset, ruleset.packs[-1].name).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_new(path, text)
        sys.stdout.write(f"{path}\n")
    sys.stderr.write(f"fill it in, and ask mtus packs check {folder} what is left\n")
    return 0


def _check(options: Namespace) -> int:
    layer = read_layer(options.pack)
    if layer.manifest is None:
        sys.stderr.write(f"{options.pack} has no pack.yaml: mtus packs new writes one\n")
        return GATE
    check = PackCheck(layer, options.beside)
    found = check.found()
    return GATE if _tell(found, check.results(found, options.fail_under)) else 0


def _tell(found: Sequence[Diagnostic], results: Iterable[Result]) -> int:
    """Write what the checks of a pack say; return how many do not hold."""
    sys.stdout.write(diagnostics_text(found) if found else "")
    failing = 0
    for what, holds, says, cure in results:
        failing += not holds
        sys.stdout.write(f"{'✓' if holds else '✗'} {what}: {says}\n" + (f"    {cure}\n" if cure else ""))
        sys.stdout.flush()
    return failing


def _build(options: Namespace) -> int:
    layer = read_layer(options.pack)
    if layer.manifest is None or not options.pack.is_dir():
        sys.stderr.write(f"{options.pack} is no folder with a pack.yaml: mtus packs new writes one\n")
        return 1
    check = PackCheck(layer, options.beside)
    found = check.found()
    results = [one for one in check.quick_results(found) if not one.holds]
    if results and not options.anyway:
        _tell(found, results)
        sys.stderr.write("not built: mend this first, or say --anyway\n")
        return GATE
    out: Path = options.out or Path(f"{layer.name}-{layer.manifest.version}.zip")
    content = built_pack(options.pack, layer)
    if out.exists() and out.read_bytes() != content and not options.anyway:
        sys.stderr.write(
            f"{out} is there with other content: raise version: in pack.yaml, or name another after --out\n"
        )
        return 1
    with whole_file(out) as beside:
        beside.write_bytes(content)
    sys.stdout.write(f"{out}\ndigest {layer.digest}\n")
    return 0


def _add(options: Namespace) -> int:
    layer = read_layer(options.pack)
    if layer.manifest is None:
        sys.stderr.write(f"{options.pack} has no pack.yaml: it is no pack\n")
        return 1
    config = _config_in_effect()
    sources = rule_sources(Namespace(rules=None))
    before = next((one for one in sources if isinstance(one, Pinned) and one.name == layer.name), None)
    load_rules((*(one for one in sources if one is not before), options.pack))
    said = layer.manifest
    sys.stderr.write(f"{said.title}\n  pack       {layer.name} {said.version}, for {said.jurisdiction.name}\n")
    sys.stderr.write(f"  publisher  {said.publisher}\n  licence    {said.licence}\n  digest     {layer.digest}\n")
    if before is not None:
        same = "the same files" if before.digest == layer.digest else f"other files, digest {before.digest}"
        sys.stderr.write(f"  replaces   {before.path}: {same}\n")
    if not options.yes and not _is_agreed_to(f"Use this pack from now on, named in {config}? [y/N] "):
        sys.stderr.write("nothing was changed\n")
        return 1
    file = os.path.relpath(options.pack, config.parent)
    named = (("name", layer.name), ("file", Path(file).as_posix()), ("digest", layer.digest))
    entry = "".join(f"{key} = {json.dumps(value)}\n" for key, value in named)
    left = _without_pack(_config_text(config), layer.name)
    with whole_file(config) as beside:
        beside.write_text(f"{left.rstrip()}\n\n[[pack]]\n{entry}".lstrip(), encoding="utf-8")
    sys.stderr.write(f"{config}: {layer.name} added; a change of its files will be refused\n")
    return 0


def _config_in_effect() -> Path:
    """Return the file that names the packs used here: the project's, else the person's own, else a new one here."""
    own = user_file(os.environ)
    return near(project_file(Path.cwd()) or (own if own.is_file() else Path.cwd() / FILE))


def _config_text(config: Path) -> str:
    return config.read_text(encoding="utf-8") if config.exists() else ""


def _remove(options: Namespace) -> int:
    config = _config_in_effect()
    text = _config_text(config)
    left = _without_pack(text, options.name)
    if left == text:
        names = [one.name for one in read_config(config).pack] if config.exists() else []
        known = f"it has {', '.join(names)}" if names else "it has none"
        sys.stderr.write(f"no pack {printable_text(options.name)} in {config}: {known}\n")
        return 2
    with whole_file(config) as beside:
        beside.write_text(f"{left.strip()}\n" if left.strip() else "", encoding="utf-8")
    sys.stderr.write(f"{config}: {options.name} taken out\n")
    return 0


def _without_pack(text: str, name: str) -> str:
    """Return a configuration without the table of one pack."""
    parts = re.split(r"(?m)^(?=\[\[pack\]\])", text)
    return "".join(part for part in parts if f"name = {json.dumps(name)}\n" not in part)


def _is_agreed_to(question: str) -> bool:
    if sys.stdin is None or not sys.stdin.isatty():
        sys.stderr.write("nobody is here to ask: with --yes it is added\n")
        return False
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
