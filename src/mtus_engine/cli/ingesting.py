"""mtus ingest: published decisions to draft cases."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import track

from mtus_engine.api import load_rules, shipped_rules
from mtus_engine.ingest.pdf import Unreadable
from mtus_engine.ingesting import Drafted, drafted, phrases
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.report.diagnostics import diagnostics_text, plain

if TYPE_CHECKING:
    from argparse import _SubParsersAction

MANY = 20
_READ = {".pdf", ".txt"}
_SCHEMA = "schema/case.json"


def add(commands: "_SubParsersAction[ArgumentParser]", rules: ArgumentParser) -> None:
    """Add the ingest command."""
    command = commands.add_parser("ingest", parents=[rules], help="write draft cases from published decisions")
    command.add_argument(
        "decisions", nargs="+", type=Path, metavar="FILE", help="decisions as PDF or text, or folders of them"
    )
    command.add_argument(
        "--out", type=Path, metavar="FOLDER", help="write one draft a decision there; never over a file that is there"
    )
    command.set_defaults(run=_ingest)


def _ingest(options: Namespace) -> int:
    folder = options.rules or shipped_rules()
    ruleset = load_rules(folder)
    known = phrases(folder, ruleset)
    files = list(_files(options.decisions))
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
    elif len(files) > 1:
        sys.stderr.write("several decisions need a folder for their drafts: --out FOLDER\n")
        return 2
    console = Console(stderr=True)
    failed: list[str] = []
    done: list[Drafted] = []
    for file in track(files, "Reading", console=console, disable=len(files) < MANY or not console.is_terminal):
        try:
            draft = drafted(file.name, file.read_bytes(), ruleset, known, _SCHEMA)
            _write(draft, options.out)
            done.append(draft)
        except Unreadable as reason:
            failed.append(f"{file}: {reason}")
        except Rejected as rejected:
            failed.append(f"{file}: {diagnostics_text(rejected.diagnostics)}")
        except OSError as error:
            failed.append(f"{file}: {error.strerror}")
    items, named = sum(draft.items for draft in done), sum(draft.named for draft in done)
    sys.stderr.write(
        f"{len(done)} of {len(files)} decisions drafted: {items} items, {named} with a treatment that is known here\n"
    )
    sys.stderr.writelines(f"{plain(line)}\n" for line in failed)
    return 1 if failed or not files else 0


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.suffix.lower() in _READ and p.is_file())
        else:
            yield path


def _write(draft: Drafted, out: Path | None) -> None:
    if out is None:
        sys.stdout.write(draft.text)
        return
    target = out / f"{draft.case}.yaml"
    try:
        with target.open("x", encoding="utf-8") as written:
            written.write(draft.text)
    except FileExistsError:
        raise Unreadable(f"{target} is there already and is left as it is") from None
