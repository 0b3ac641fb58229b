"""mtus rules coverage: what the examples beside the rules show, and which mistakes they would notice."""

import re
import sys
from argparse import ArgumentParser, Namespace
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent, indent
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import track

from mtus_engine.api import Checker
from mtus_engine.cli.loaded import rule_sources, rules_to_work_on
from mtus_engine.cli.options import GATE, SECONDS
from mtus_engine.cli.sheets import CHECKS, add_format, write_sheet
from mtus_engine.loader.case_text import example_text
from mtus_engine.loader.packs import near
from mtus_engine.loader.whole_file import whole_file
from mtus_engine.model.diagnostic import Diagnostic
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.policy.coverage import Coverage, Goal, counts_by_kind, coverage
from mtus_engine.policy.coverage_report import (
    Mutation,
    Survivor,
    Uncovered,
    coverage_outline,
    coverage_sheet,
    goal_words,
)
from mtus_engine.policy.examples import Named, determination_of_example, example_outcome, examples
from mtus_engine.policy.mutation import Tried, is_equivalent, mutants_of, tried_mutants
from mtus_engine.policy.published import altered_parts

if TYPE_CHECKING:
    from argparse import _SubParsersAction

_ENTRY = re.compile(r"^( *)- ", re.MULTILINE)
_TESTS = ".test.yaml"


def add(verbs: "_SubParsersAction[ArgumentParser]", rules: ArgumentParser) -> None:
    """Add the coverage command."""
    command = verbs.add_parser("coverage", parents=[rules])
    command.add_argument("--mutation", action="store_true", help="also make small mistakes and see which are noticed")
    command.add_argument("-k", metavar="TEXT", default="", help="only editions whose name holds this text")
    command.add_argument(
        "--write", action="store_true", help="add examples of what is unshown to the files; fill in what they expect"
    )
    help_ = "exit with 5 below this mutation score (makes the mistakes, too)"
    command.add_argument("--fail-under", type=float, metavar="PERCENT", help=help_)
    add_format(command, CHECKS)
    command.set_defaults(run=_coverage)


def _coverage(options: Namespace) -> int:
    ruleset = rules_to_work_on(options)
    checker = Checker(ruleset)
    law = ruleset.jurisdiction.id
    named = tuple(one for one in examples(rule_sources(options), checker) if one.jurisdiction in {None, law})
    found = coverage(ruleset, (determination_of_example(one, checker) for one in named))
    kept = [goal for goal in found.goals if options.k in goal.edition]
    if not kept:
        sys.stderr.write(f"no encoded edition's name holds {options.k}\n")
        return GATE
    found = Coverage(tuple(kept), tuple(goal for goal in found.uncovered if options.k in goal.edition))
    uncovered = _uncovered_goals(ruleset, found, write=options.write)
    mutation = _mutation(ruleset, named, options.k) if options.mutation or options.fail_under is not None else None
    failing = sum(bool(example_outcome(one, checker).differences) for one in named if options.k in one.file)
    counts = counts_by_kind(found.goals, found.uncovered)
    altered = [f"{one.edition.key} {one.part}: still {one.keeps}" for one in altered_parts(ruleset)]
    sheet = coverage_sheet(counts, uncovered, mutation, failing, altered)
    outline = coverage_outline(counts, uncovered, mutation) | {"altered": altered}
    write_sheet(sheet, outline, options, lambda: _coverage_diagnostics(ruleset, found.uncovered))
    is_low = mutation is not None and options.fail_under is not None and 100 * mutation.score < options.fail_under
    return GATE if is_low else 0


def _coverage_diagnostics(ruleset: Ruleset, uncovered: tuple[Goal, ...]) -> tuple[Diagnostic, ...]:
    """Return what no example shows, each at the rule it is about."""
    editions = {edition.key: edition for edition in ruleset.editions}
    cure = "mtus rules coverage --write adds an example of it"
    found = []
    for goal in uncovered:
        edition = editions[goal.edition]
        file = near(Path(edition.file)).as_posix()
        words = f"no example shows {goal_words(goal, edition.facts)}"
        found.append(Diagnostic("MT505", file, edition.line_of(goal.rule), 1, words, cure, None, "warning"))
    return tuple(found)


def _uncovered_goals(ruleset: Ruleset, found: Coverage, *, write: bool) -> list[Uncovered]:
    """Return what no example shows, with a new example where Z3 is installed; write adds those to the files."""
    editions = {edition.key: edition for edition in ruleset.editions}
    files = {key: near(Path(edition.file)) for key, edition in editions.items()}
    named = [(goal, goal_words(goal, editions[goal.edition].facts)) for goal in found.uncovered]
    if find_spec("z3") is None:
        sys.stderr.write("examples of what is unshown need Z3: pip install 'mtus-engine[logic]'\n")
        return [Uncovered(files[goal.edition].as_posix(), words, "") for goal, words in named]
    from mtus_engine.policy.suggest import suggestions  # noqa: PLC0415 - the one door of the optional extra

    listed = []
    for (goal, words), facts in zip(named, suggestions(ruleset, found.uncovered, SECONDS), strict=True):
        example = "" if facts is None else example_text(words, facts)
        listed.append(Uncovered(files[goal.edition].as_posix(), words, example))
        if write and example:
            _append(files[goal.edition], example)
    return listed


def _append(rules: Path, example: str) -> None:
    """Add an example to the file beside a rule file; what it expects is for a person to fill in."""
    target = rules.with_name(rules.name.removesuffix(rules.suffix) + _TESTS)
    text = target.read_text(encoding="utf-8") if target.exists() else "examples:\n"
    # The list may stand indented or not: a new entry stands as the others do.
    entry = _ENTRY.search(text)
    example = indent(dedent(example), entry[1] if entry else "  ")
    with whole_file(target) as beside:
        beside.write_text(text.rstrip("\n") + "\n\n" + example, encoding="utf-8")
    sys.stderr.write(f"{target}: an example added; fill in what it expects\n")


def _mutation(ruleset: Ruleset, named: tuple[Named, ...], only: str) -> Mutation:
    console = Console(stderr=True)
    total = sum(1 for _ in mutants_of(ruleset, only))
    run = tried_mutants(ruleset, named, only)
    done = list(track(run, "Trying mistakes", total=total, console=console, disable=not console.is_terminal))
    left = [one for one in done if one.noticed_by is None]
    survivors = [Survivor(one.mutant, _is_equivalent(ruleset, one)) for one in left]
    return Mutation(len(done), len(done) - len(left), survivors)


def _is_equivalent(ruleset: Ruleset, survivor: Tried) -> bool:
    """Return whether it is proved that a mistake changes no finding. Without Z3 nothing is proved."""
    if find_spec("z3") is None:
        return False
    from mtus_engine.policy.proof import never_differ  # noqa: PLC0415 - the one door of the optional extra

    return is_equivalent(ruleset, survivor.mutant, lambda old, new: never_differ(old, new, SECONDS))
