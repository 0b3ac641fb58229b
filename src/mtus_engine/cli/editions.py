"""mtus rules diff and mtus check --editions all: editions of a guideline side by side."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from mtus_engine.api import Options, load_rules, read_case_file, shipped_rules
from mtus_engine.cli.case_run import CaseRun
from mtus_engine.cli.sheets import add_format, write_sheet
from mtus_engine.loader.folder import case_files
from mtus_engine.model.case import Case, CaseItem
from mtus_engine.model.determination import Finding
from mtus_engine.model.diagnostic import did_you_mean
from mtus_engine.model.ruleset import Edition
from mtus_engine.policy.editions import UnderEdition, changes, under_each_edition
from mtus_engine.report.diagnostics import plain
from mtus_engine.report.naming import FINDINGS
from mtus_engine.report.sheet import Part, Sheet

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add(verbs: "_SubParsersAction[ArgumentParser]", rules: ArgumentParser) -> None:
    """Add the diff command."""
    command = verbs.add_parser("diff", parents=[rules], help="show what changed between two editions of a guideline")
    command.add_argument("guideline", metavar="GUIDELINE", help="such as physical-medicine")
    command.add_argument("editions", nargs="*", metavar="EDITION", help="two editions by first day; else the last two")
    add_format(command)
    command.set_defaults(run=_diff)


def _diff(options: Namespace) -> int:
    editions = load_rules(options.rules or shipped_rules()).editions
    mine = sorted((e for e in editions if e.guideline == options.guideline), key=lambda e: e.edition)
    if not mine:
        near = did_you_mean(options.guideline, tuple({e.guideline for e in editions}))
        sys.stderr.write(f"no guideline {plain(options.guideline)}{near}\n")
        return 2
    chosen = _chosen(mine, options.editions)
    if chosen is None:
        known = ", ".join(e.edition for e in mine)
        sys.stderr.write(f"two editions of {options.guideline} are compared; there are: {known}\n")
        return 2
    old, new = chosen
    found = list(changes(old, new))
    rows = [tuple(one) for one in found]
    part = Part("What changed", (), ("Part", old.edition, new.edition), rows, "nothing")
    summary = f"{len(found)} parts differ; {old.edition} is {_force(old)}, {new.edition} is {_force(new)}"
    sheet = Sheet(f"{new.title}: {old.edition} and {new.edition}", (summary,), (part,))
    outline = {"guideline": options.guideline, "old": old.edition, "new": new.edition}
    write_sheet(sheet, {**outline, "changes": [one._asdict() for one in found]}, options)
    return 0


def _items(case: Case) -> Iterator[tuple[Case, CaseItem]]:
    yield from ((case, item) for item in case.items)


def _finding(one: UnderEdition) -> str:
    return one.determination.evaluation.finding.value


def _encoded(under: list[UnderEdition]) -> set[str]:
    """Return the encoded editions among those that governed on some day."""
    candidates = (candidate for one in under for candidate in one.determination.evaluation.candidates)
    return {candidate.edition.key for candidate in candidates if candidate.edition.not_encoded is None}


def _row(one: UnderEdition) -> tuple[str, ...]:
    evaluation = one.determination.evaluation
    day = date.fromordinal(one.day.point).isoformat() if one.day.point is not None else "open"
    governing = ", ".join(candidate.edition.key for candidate in evaluation.candidates) or "none encoded"
    own = " (as the case gives it, or --as-of)" if one.is_own else ""
    return day + own, governing, FINDINGS[evaluation.finding]


def _chosen(mine: list[Edition], names: list[str]) -> tuple[Edition, Edition] | None:
    listed = [e for name in names for e in mine if e.edition == name] if names else mine[-2:]
    return (listed[0], listed[1]) if len(listed) == 2 and len(names) in {0, 2} else None


def _force(edition: Edition) -> str:
    low, high = (None if day is None else date.fromordinal(day).isoformat() for day in edition.in_force)
    return f"in force from {low}" + (f" until {high}" if high else "")


def check_editions(options: Namespace) -> int:
    """Show each item of the cases under every edition that covers it; return the exit code."""
    ruleset = load_rules(options.rules or shipped_rules())
    given = Options(options.as_of, options.setting, not options.no_presumptions)
    files, problems = case_files(options.cases)
    run = CaseRun(files, problems)
    parts, outline = [], []
    items = run.each("Checking", lambda file: _items(read_case_file(file, ruleset)))
    for case, item in items:
        under = list(under_each_edition(case, item, ruleset, given))
        findings = {one.determination.evaluation.finding for one in under}
        says = "the choice of edition matters"
        if len(_encoded(under)) < 2:
            says = "fewer than two of its editions are encoded: there is nothing to compare"
        elif len(findings - {Finding.NOT_COVERED}) < 2:
            says = "the finding is the same under every encoded edition"
        rows = [_row(one) for one in under]
        headings = ("Day", "Governing edition", "Finding")
        parts.append(Part(f"Case {case.case}, item {item.item}: {says}", (), headings, rows))
        editions = [
            {"day": row[0].partition(" ")[0], "own": one.is_own, "edition": row[1], "finding": _finding(one)}
            for row, one in zip(rows, under, strict=True)
        ]
        outline.append(
            {
                "case": case.case,
                "item": item.item,
                "same": len(findings - {Finding.NOT_COVERED}) < 2,
                "editions": editions,
            }
        )
    write_sheet(Sheet("Each item under every edition", (), tuple(parts)), {"items": outline}, options)
    return run.tell()
