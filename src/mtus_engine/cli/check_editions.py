"""mtus check --editions all: each item under every edition that covers it."""

from argparse import Namespace
from collections.abc import Iterator
from datetime import date

from mtus_engine.api import CheckOptions
from mtus_engine.cli.case_run import CaseRun
from mtus_engine.cli.loaded import rules_for
from mtus_engine.cli.sheets import write_sheet
from mtus_engine.loader.folder import case_files
from mtus_engine.model.case import Case, CaseItem
from mtus_engine.model.determination import Finding
from mtus_engine.policy.editions import UnderEdition, under_each_edition
from mtus_engine.report.sheet import Sheet, SheetPart
from mtus_engine.wording.statuses import finding_words


def check_editions(options: Namespace) -> int:
    """Show each item of the cases under every edition that covers it; return the exit code."""
    ruleset = rules_for(options)
    given = CheckOptions(options.as_of, options.setting, not options.no_presumptions)
    files, problems = case_files(options.cases)
    run = CaseRun(files, problems)
    parts, outline = [], []
    items = run.each("Checking", lambda file: _items(run.read(file, ruleset)))
    for case, item in items:
        under = list(under_each_edition(case, item, ruleset, given))
        findings = {one.determination.evaluation.finding for one in under}
        says = "the choice of edition matters"
        if len(_encoded_keys(under)) < 2:
            says = "fewer than two of its editions are encoded: there is nothing to compare"
        elif len(findings - {Finding.NOT_COVERED}) < 2:
            says = "the finding is the same under every encoded edition"
        rows = [_row(one) for one in under]
        headings = ("Day", "Governing edition", "Finding")
        parts.append(SheetPart(f"Case {case.case}, item {item.item}: {says}", (), headings, rows))
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


def _items(case: Case) -> Iterator[tuple[Case, CaseItem]]:
    yield from ((case, item) for item in case.items)


def _finding(one: UnderEdition) -> str:
    return one.determination.evaluation.finding.value


def _encoded_keys(under: list[UnderEdition]) -> set[str]:
    """Return the keys of the encoded editions among those that governed on some day."""
    candidates = (candidate for one in under for candidate in one.determination.evaluation.candidates)
    return {candidate.edition.key for candidate in candidates if candidate.edition.not_encoded is None}


def _row(one: UnderEdition) -> tuple[str, ...]:
    evaluation = one.determination.evaluation
    day = date.fromordinal(one.day.point).isoformat() if one.day.point is not None else "open"
    governing = ", ".join(candidate.edition.key for candidate in evaluation.candidates) or "none encoded"
    own = " (as the case gives it, or --as-of)" if one.is_own else ""
    return day + own, governing, finding_words(evaluation.finding)
