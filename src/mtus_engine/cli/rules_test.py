"""mtus rules test: run the examples beside the rules."""

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from mtus_engine.cli.loaded import rule_sources
from mtus_engine.cli.options import GATE
from mtus_engine.policy.examples import ExampleOutcome, example_outcome, examples_by_pack
from mtus_engine.policy.failures import failures, failures_json, failures_text
from mtus_engine.report.diagnostics import diagnostics_github, diagnostics_sarif, printable_text

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add(verbs: "_SubParsersAction[ArgumentParser]", rules: ArgumentParser) -> None:
    """Add the test command."""
    test = verbs.add_parser("test", parents=[rules])
    test.add_argument("-k", metavar="TEXT", default="", help="only examples whose name or file holds this text")
    test.add_argument("--format", choices=["terminal", "json", "sarif", "github"], default="terminal")
    test.set_defaults(run=_test)


def _test(options: Namespace) -> int:
    found = examples_by_pack(rule_sources(options))
    named = [(checker, one) for checker, one in found if options.k in one.example.name or options.k in one.file]
    if not named:
        sys.stderr.write(
            "no examples here\n" if not options.k else f"no example's name or file holds {printable_text(options.k)}\n"
        )
        return GATE
    failed = [came_out for checker, one in named if (came_out := example_outcome(one, checker)).differences]
    _write_failed(failed, len(named) - len(failed), options)
    return GATE if failed else 0


def _write_failed(failed: list[ExampleOutcome], passed: int, options: Namespace) -> None:
    match options.format:
        case "json":
            sys.stdout.write(failures_json(failed, passed))
        case "github":
            sys.stdout.write(diagnostics_github(failures(failed)))
        case "sarif":
            sys.stdout.write(diagnostics_sarif(failures(failed), "mtus rules test"))
        case _:
            sys.stdout.write(failures_text(failed, passed))
