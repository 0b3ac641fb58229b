"""mtus rules impact: what an edit of the rules changes on cases."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mtus_engine.api import Checker
from mtus_engine.cli.case_run import CaseRun
from mtus_engine.cli.options import GATE
from mtus_engine.cli.sheets import CHECKS, add_format, write_sheet
from mtus_engine.loader.folder import case_files
from mtus_engine.loader.packs import near
from mtus_engine.model.diagnostic import Diagnostic
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.policy.impact import Change, Impact, impacts, place_of_moved
from mtus_engine.policy.impact_report import impact_outline, impact_sheet, moved_words
from mtus_engine.policy.revisions import ruleset_of
from mtus_engine.wording.statuses import finding_words

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add(verbs: "_SubParsersAction[ArgumentParser]", _: ArgumentParser) -> None:
    """Add the impact command."""
    command = verbs.add_parser("impact")
    add_sides(command)
    command.add_argument("--cases", nargs="+", type=Path, required=True, metavar="CASE", help="case files or folders")
    command.add_argument(
        "--fail-on",
        type=changes_of_words,
        default=(),
        metavar="CHANGES",
        help="exit with 5 where an item changes so: stricter, looser, reclassified, evidence (several: a,b)",
    )
    add_format(command, CHECKS)
    command.set_defaults(run=_impact)


def add_sides(command: ArgumentParser) -> None:
    """Add the two rulesets that are compared."""
    for name, which in (("old", "before the edit"), ("new", "after it")):
        help_ = f"the rules {which}: a folder, a git revision, or REVISION:FOLDER"
        command.add_argument(name, metavar=name.upper(), help=help_)
    add_beside(command)


def add_beside(command: ArgumentParser) -> None:
    """Add --with, for packs that are loaded with both rulesets, and --jurisdiction, whose rules are meant."""
    command.add_argument(
        "--with", dest="beside", action="append", default=[], metavar="PACK", help="a pack to load with both"
    )
    command.add_argument("--jurisdiction", metavar="NAME", help="whose rules are meant, such as washington")


def changes_of_words(text: str) -> tuple[Change, ...]:
    """Return the changes that words name, joined by commas; argparse shows what is wrong with them."""
    known = {change.value.split()[0]: change for change in Change if change is not Change.UNCHANGED}
    unknown = [word for word in text.split(",") if word.strip() not in known]
    if unknown:
        raise ArgumentTypeError(f"{', '.join(unknown)} is no change: {', '.join(known)}")
    return tuple(known[word.strip()] for word in text.split(","))


def _impact(options: Namespace) -> int:
    old, new = (Checker(ruleset_of(one, options.beside, options.jurisdiction)) for one in (options.old, options.new))
    files, problems = case_files(options.cases)
    run = CaseRun(files, problems)

    def of_file(file: Path) -> Iterator[tuple[Path, Impact]]:
        sides = ((run.read(file, checker.ruleset), checker) for checker in (old, new))
        yield from ((file, one) for one in impacts(*sides))

    placed = list(run.each("Comparing", of_file))
    found = [one for _, one in placed]
    sheet = impact_sheet(options.old, options.new, found)
    write_sheet(
        sheet,
        impact_outline(options.old, options.new, found),
        options,
        lambda: _impact_diagnostics(placed, new.ruleset, old.ruleset),
    )
    failed = any(one.change in options.fail_on for one in found)
    return run.tell() or (GATE if failed else 0)


def _impact_diagnostics(placed: list[tuple[Path, Impact]], *rulesets: Ruleset) -> Iterator[Diagnostic]:
    """Yield the items whose finding or units change, each at the rule that moved, else at its case."""
    for file, one in placed:
        if one.change not in {Change.UNCHANGED, Change.EVIDENCE}:
            words = f"{one.named} becomes {one.change.value}: {finding_words(one.before)} → {finding_words(one.after)}"
            moved = "; ".join(moved_words(part) for part in one.moved)
            place, line = place_of_moved(one.moved, *rulesets) or (file.as_posix(), 1)
            yield Diagnostic("MT506", near(Path(place)).as_posix(), line, 1, words, moved or None, None, "warning")
