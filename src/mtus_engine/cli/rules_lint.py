"""mtus rules lint: every mistake in the rule files and their examples, and what looks like one."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import track

from mtus_engine.cli.loaded import jurisdiction_named, rule_sources
from mtus_engine.cli.options import GATE
from mtus_engine.cli.sheets import write_cases
from mtus_engine.model.diagnostic import Diagnostic, Rejected
from mtus_engine.policy.linted import LintQuestion, lint_packs
from mtus_engine.policy.noted import Noted
from mtus_engine.report.diagnostics import diagnostics_github, diagnostics_json, diagnostics_sarif, diagnostics_text

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add(verbs: "_SubParsersAction[ArgumentParser]", rules: ArgumentParser) -> None:
    """Add the lint command."""
    lint = verbs.add_parser("lint", parents=[rules])
    lint.add_argument("--format", choices=["terminal", "json", "sarif", "github"], default="terminal")
    lint.add_argument("--notes", action="store_true", help="also note unused facts and figures not seen in a source")
    lint.add_argument(
        "--deep", action="store_true", help="also ask of all cases: what cannot fail or be met, table gaps"
    )
    lint.add_argument("--cases", type=Path, metavar="FOLDER", help="write the cases that show what was found there")
    lint.set_defaults(run=_lint)


def _lint(options: Namespace) -> int:
    found: tuple[Diagnostic, ...] = ()
    passed, shown = "", list[Noted]()
    try:
        read = lint_packs(rule_sources(options), jurisdiction_named(options), deep=options.deep, tracked=_with_progress)
        shown = [one for one in read.noted if options.notes or one.diagnostic.severity != "note"]
        found = tuple(one.diagnostic for one in shown)
        counts = f"{read.editions} editions, {read.facts} facts, {read.examples} examples, {read.cues} cues"
        passed = f"{counts}: no mistake found\n"
        if hidden := len(read.noted) - len(shown):
            passed += f"{hidden} notes, which --notes shows: unused facts, figures not seen, what differs from before\n"
    except Rejected as rejected:
        found = rejected.diagnostics
    _write_found(found, passed, options)
    if options.cases is not None:
        write_cases(((f"{one.diagnostic.code}-line-{one.diagnostic.line}", one.case) for one in shown), options.cases)
    return GATE if any(one.severity != "note" for one in found) else 0


def _with_progress(steps: Sequence[LintQuestion], edition: str) -> Iterable[LintQuestion]:
    console = Console(stderr=True)
    return track(steps, edition, console=console, disable=not console.is_terminal)


def _write_found(found: tuple[Diagnostic, ...], passed: str, options: Namespace) -> None:
    match options.format:
        case "json":
            sys.stdout.write(diagnostics_json(found))
        case "github":
            sys.stdout.write(diagnostics_github(found))
        case "sarif":
            sys.stdout.write(diagnostics_sarif(found, "mtus rules lint"))
        case _:
            sys.stdout.write(diagnostics_text(found) if found else passed)
