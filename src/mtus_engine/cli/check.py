"""mtus check: determine cases, and show the determinations in the terminal, as JSON or as a page."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, assert_never

from mtus_engine.api import Checker, CheckOptions
from mtus_engine.cli.check_run import CheckPlan, CheckRun, Shape, ShownItem
from mtus_engine.cli.loaded import jurisdiction_named, rule_sources, rules_for
from mtus_engine.cli.options import add_judging, count, day, result_console
from mtus_engine.loader.folder import case_files
from mtus_engine.loader.whole_file import whole_file
from mtus_engine.model.determination import Finding
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.report.html import page
from mtus_engine.report.json_text import json_stream
from mtus_engine.report.ndjson import NdjsonForm
from mtus_engine.report.terminal import show, show_lines
from mtus_engine.report.view import ItemView

if TYPE_CHECKING:
    from argparse import _SubParsersAction

REFER = 3
INFORMATION = 4
_SEVERITY = (0, INFORMATION, REFER)


def add(commands: "_SubParsersAction[ArgumentParser]", rules: ArgumentParser) -> None:
    """Add the check command."""
    check = commands.add_parser("check", parents=[rules])
    check.add_argument(
        "cases", nargs="+", type=Path, metavar="CASE", help="case files, folders of them, or - for standard input"
    )
    check.add_argument(
        "--format",
        choices=["terminal", "json", "ndjson", "html"],
        default="terminal",
        help="how to show the result; ndjson: what the rules say once, then a line an item",
    )
    check.add_argument("--out", type=Path, metavar="FILE", help="write there instead of standard output")
    check.add_argument("--as-of", type=day, metavar="DATE", help="choose the edition by this day")
    check.add_argument("--setting", choices=["ur", "imr"], help="predict for this setting instead of the case's own")
    add_judging(check)
    check.add_argument(
        "--criteria",
        choices=["failed", "all"],
        default="all",
        help="in the terminal and the page: only what is not met or open, or all",
    )
    check.add_argument(
        "--editions", choices=["all"], help="show the finding under every edition that covers the request, in short"
    )
    check.add_argument("--detail", action="store_true", help="in the terminal: every item whole, however many cases")
    check.add_argument(
        "--experience",
        type=Path,
        metavar="FILE",
        help="in independent review: what became of comparable decisions",
    )
    check.add_argument(
        "--workers", type=count, metavar="N", help="check N files at a time (default: one for each core, of many files)"
    )
    check.add_argument("--exit-status", action="store_true", help="exit with 3 (refer) or 4 (information needed)")
    check.set_defaults(run=_check)


def _check(options: Namespace) -> int:
    if options.editions is not None:
        from mtus_engine.cli.check_editions import check_editions  # noqa: PLC0415 - no other check has use for it

        return check_editions(options)
    rules = rule_sources(options)
    checking = CheckOptions(
        options.as_of, options.setting, not options.no_presumptions, only_sure=options.only == "sure"
    )
    checker = Checker(rules_for(options), checking)
    files, problems = case_files(options.cases)
    if options.out is not None and _is_among(options.out, files):
        sys.stderr.write(f"{options.out} is one of the cases: name another file after --out\n")
        return 2
    is_whole = len(files) <= 1 or options.detail
    # Where each item is one line, answers to what-if questions are not shown, and so not worked out.
    explain = is_whole or options.format != "terminal"
    shape: Shape = options.format if options.format in {"json", "ndjson"} else "view"
    plan = CheckPlan(rules, jurisdiction_named(options), checking, shape, explain, options.experience)
    run = CheckRun(plan, checker, problems, options.workers)
    if run.counted_under_other_rules:
        sys.stderr.write(f"{options.experience} was counted under other rules: what it holds may be of other classes\n")
    items = run.items(files, quiet=sys.stdout.isatty() and options.out is None)
    if options.out is None:
        _write(items, options, sys.stdout, checker.ruleset, is_whole=is_whole)
        sys.stdout.flush()
    else:
        _write_whole(items, options, checker.ruleset, is_whole=is_whole)
    return run.tell() or (_status(run.findings) if options.exit_status else 0)


def _is_among(out: Path, files: tuple[Path, ...]) -> bool:
    return out.exists() and any(file.exists() and file.samefile(out) for file in files)


def _status(findings: Iterable[Finding]) -> int:
    """Return the exit status that the worst of the findings asks for."""
    return max((_status_of(finding) for finding in findings), key=_SEVERITY.index, default=0)


def _status_of(finding: Finding) -> int:
    match finding:
        case Finding.DOES_NOT_MEET | Finding.MEETS_IN_PART:
            return REFER
        case Finding.PART_CAN_MEET | Finding.WHOLE_CAN_MEET:
            return INFORMATION
        case Finding.MEETS | Finding.NOT_COVERED | Finding.NOTHING_IN_DISPUTE:
            return 0
        case _:
            assert_never(finding)


def _write_whole(items: Iterator[ShownItem], options: Namespace, ruleset: Ruleset, *, is_whole: bool) -> None:
    """Write the file beside its place, then move it there whole: a run that fails leaves the old file."""
    if options.out.exists() and not options.out.is_file():
        # A pipe or device has no old content to keep.
        with options.out.open("w", encoding="utf-8") as out:
            _write(items, options, out, ruleset, is_whole=is_whole)
        return
    with whole_file(options.out) as beside, beside.open("w", encoding="utf-8") as out:
        _write(items, options, out, ruleset, is_whole=is_whole)


def _write(items: Iterator[ShownItem], options: Namespace, out: TextIO, ruleset: Ruleset, *, is_whole: bool) -> None:
    """Write the items in the format asked for; in the terminal, each whole where is_whole, else as one line."""
    only_failed = options.criteria == "failed"
    match options.format:
        case "json":
            out.writelines(json_stream(_texts(items)))
        case "ndjson":
            out.writelines(NdjsonForm(ruleset).lines(_texts(items)))
        case "html":
            out.writelines(page(_views(items), only_failed=only_failed))
        case _:
            console = result_console(out)
            if is_whole:
                show(_views(items), console, only_failed=only_failed, in_detail=options.detail)
            else:
                show_lines(_views(items), console)


def _texts(items: Iterable[ShownItem]) -> Iterator[str]:
    return (one for one in items if isinstance(one, str))


def _views(items: Iterable[ShownItem]) -> Iterator[ItemView]:
    return (one for one in items if isinstance(one, ItemView))
