"""mtus rules lint: every mistake in the rule files and their examples, and what looks like one."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import track

from mtus_engine.api import Checker
from mtus_engine.cli.loaded import rule_sources, rules_for
from mtus_engine.cli.options import GATE, SECONDS
from mtus_engine.cli.sheets import write_cases
from mtus_engine.ingest.drafter import extraction_rules
from mtus_engine.loader.packs import Layer, examples_of, read_layers, rules_of
from mtus_engine.model.diagnostic import Diagnostic, Rejected
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.policy.examples import examples_of_layers
from mtus_engine.policy.lint import noted_in_files
from mtus_engine.policy.lint_rules import example_slips
from mtus_engine.policy.noted import Noted
from mtus_engine.report.diagnostics import (
    diagnostics_github,
    diagnostics_json,
    diagnostics_sarif,
    diagnostics_text,
)

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
        sources = rule_sources(options)
        ruleset = rules_for(options)
        layers = read_layers(sources)
        named = len(examples_of_layers(layers, Checker(ruleset)))
        cues, editions, facts = 0, 0, dict[str, None]()
        noted: list[Noted] = []
        for one in (ruleset, *ruleset.others):
            read = extraction_rules(sources, one)
            cues += len(read.cues) if one is ruleset else 0
            editions += len(one.editions)
            facts |= dict.fromkeys(one.facts)
            noted += _lint_findings([layer for layer in layers if layer.name in one.own_packs], one, options)
        noted = list(dict.fromkeys(noted))
        shown = [one for one in noted if options.notes or one.diagnostic.severity != "note"]
        found = tuple(one.diagnostic for one in shown)
        passed = f"{editions} editions, {len(facts)} facts, {named} examples, {cues} cues: no mistake found\n"
        if hidden := len(noted) - len(shown):
            passed += f"{hidden} notes, which --notes shows: unused facts, figures not seen, what differs from before\n"
    except Rejected as rejected:
        found = Rejected((*rejected.diagnostics, *_unreadable_examples(options))).diagnostics
    _write_found(found, passed, options)
    if options.cases is not None:
        write_cases(((f"{one.diagnostic.code}-line-{one.diagnostic.line}", one.case) for one in shown), options.cases)
    return GATE if any(one.severity != "note" for one in found) else 0


def _lint_findings(layers: Sequence[Layer], ruleset: Ruleset, options: Namespace) -> Iterator[Noted]:
    """Yield what is valid and looks like a mistake in the packs of a jurisdiction, and notes."""
    packs = [rules_of(layer) for layer in layers]
    yield from noted_in_files(packs, ruleset)
    yield from (found for loaded in examples_of(layers) for found in example_slips(loaded))
    if options.deep:
        if find_spec("z3") is None:
            cure = "pip install 'mtus-engine[logic]'"
            raise Rejected((Diagnostic("MT611", "--deep", 1, 1, "Z3 is not installed", cure),))
        from mtus_engine.policy.lint_cases import deep_questions  # noqa: PLC0415 - the one door of the optional extra

        for questions in deep_questions(packs, ruleset, SECONDS):
            console = Console(stderr=True)
            asked = track(questions.asked, questions.edition, console=console, disable=not console.is_terminal)
            yield from (found for question in asked if (found := question()) is not None)


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


def _unreadable_examples(options: Namespace) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the example files by themselves: reported also where the rules are broken."""
    try:
        examples_of(read_layers(rule_sources(options)))
    except Rejected as rejected:
        return rejected.diagnostics
    return ()
