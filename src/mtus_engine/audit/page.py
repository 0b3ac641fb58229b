"""An audit as one self-contained page: the numbers, a list to filter, and each item beside its reviewer's decision."""

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from mtus_engine.audit.agreement import NOT_COVERED, Audit, Tally
from mtus_engine.audit.calibration import Bin
from mtus_engine.audit.sample import Drawn
from mtus_engine.audit.words import (
    CAVEAT,
    INCONSISTENT,
    RELIABILITY,
    agreement_rows,
    basis_words,
    headline_rows,
    inconsistency_cells,
    kind_words,
    kinds_told,
    matrix_rows,
    readings,
    reliability_rows,
    set_words,
    share_words,
    shown_agreement,
)
from mtus_engine.model.audited import Audited
from mtus_engine.model.determination import Finding
from mtus_engine.report.outline_of_reviewer import GroundOutline
from mtus_engine.report.pages import PageSet, as_it_is
from mtus_engine.report.phrases import ground_words
from mtus_engine.report.view import ItemView, RuleView, shown_status
from mtus_engine.wording.statuses import DISCLAIMER, finding_words

_HERE = Path(__file__)
_SCRIPT = _HERE.with_name("audit.js")

_COLUMNS = ("Item", "Treatment", "Finding", "Predicted", "Decided", "Difference", "Boards")
_RELIABILITY_HEADS = (
    "chance given",
    "items",
    "overturned",
    "share",
    "0 to 100 %: the line was given, the point came",
)
# The width of the longest bar, in percent of its cell, and the opacity of the darkest cell of the matrix.
_LONGEST, _DEEPEST = 60, 0.45

# The words of a reviewer, sentence by sentence: the place of each, and what it says.
TheirWords = Sequence[tuple[str, str]]


@cache
def _pages() -> PageSet:
    return PageSet(_HERE.parent, _HERE.with_name("audit.css"))


def audit_page(
    audit: Audit, drawn: Sequence[Drawn], digest: str, rows: Sequence[Audited], articles: Iterable[str]
) -> Iterator[str]:
    """Yield the page in pieces: the numbers, the list of the items, and the articles that page_item makes of them.

    With scripts the list can be filtered and sorted; without them it is shown whole.
    """
    script = _SCRIPT.read_text(encoding="utf-8")
    return _pages().pieces(
        "audit.html",
        title="Engine beside reviewers",
        script=Markup(script),  # noqa: S704 - a file of ours
        script_digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        digest=digest,
        columns=_COLUMNS,
        rows=[(row.named, _cells(row), sorted(_tags(row))) for row in rows],
        **_choices(rows),
        articles=as_it_is(articles),
        disclaimer=DISCLAIMER,
        **_numbers(audit),
        drawn=[(one.item.named, one.stratum, f"{one.weight:.1f}") for one in drawn],
    )


def page_item(number: int, row: Audited, view: ItemView, their_words: TheirWords = ()) -> str:
    """Return one item as HTML: our criteria on the left, each with the reviewer's grounds about it on the right."""
    item = view.item
    reviewer = item["reviewer"]
    rules, others = _side_by_side(view)
    return _pages().text(
        "item.html",
        number=number,
        row=row,
        item=item,
        predicted=(row.shown.predicted or "nothing").replace("_", " "),
        decided=reviewer["outcome"] if reviewer else "no decision",
        kind=kind_words(row.kind),
        governing=f"{item['title']}, edition of {item['edition']}" if item["title"] else "no one guideline governs",
        cited="; ".join(reviewer["guidelines"]) if reviewer else "",
        rules=rules,
        others=others,
        their_words=their_words,
        findings=[finding_words(Finding(one.finding)) for one in (row.read, row.independent, row.text_only)],
    )


def _cells(item: Audited) -> tuple[str, ...]:
    firm = f", {item.shown.firmness}" if item.shown.firmness else ""
    return (
        item.treatment.replace("_", " "),
        finding_words(Finding(item.shown.finding)),
        (item.shown.predicted or "nothing").replace("_", " ") + firm,
        item.actual or "no decision",
        kind_words(item.kind),
        item.boards_named,
    )


def _tags(item: Audited) -> set[str]:
    """Return what the page finds an item by: its kind of difference, boards, grounds, criteria and how they stand."""
    found = {_tag_of_kind(kind_words(item.kind)), *map(_tag_of_board, item.boards)}
    for id_, status in item.standing_words:
        rule = _tag_of_rule(f"{item.guideline}: {id_}")
        found |= {rule, f"{rule} is {status}", f"any is {status}"}
    for name in {*item.shared, *item.engine_only, *item.contradicted}:
        found.add(_tag_of_tally(f"{item.guideline}: {name}"))
    found |= {_tag_of_ground(name) for name in (*item.shared, *item.reviewer_only, *item.contradicted)}
    return found | {_tag_of_unsaid(name) for name in (*item.not_sayable, *item.administrator_not_sayable)}


def _tag_of_kind(words: str) -> str:
    return f"kind {words}"


def _tag_of_board(name: str) -> str:
    return f"board {name}"


def _tag_of_rule(name: str) -> str:
    return f"rule {name}"


def _tag_of_tally(name: str) -> str:
    return f"ground on either side {name}"


def _tag_of_ground(name: str) -> str:
    return f"ground {name}"


def _tag_of_unsaid(name: str) -> str:
    return f"no criterion says {name}"


def _choices(rows: Sequence[Audited]) -> Mapping[str, list[tuple[str, str]]]:
    """Return what can be chosen above the list, each with its tag and in words."""
    rules = {f"{row.guideline}: {id_}" for row in rows for id_, _ in row.standing_words}
    statuses = {status for row in rows for _, status in row.standing_words}
    grounds = {name for row in rows for name in (*row.shared, *row.reviewer_only, *row.contradicted)}
    boards = {board for row in rows for board in row.boards}
    kinds = {kind_words(row.kind) for row in rows}
    return {
        "criterion_choices": [(_tag_of_rule(name), name) for name in sorted(rules)],
        "status_choices": [(status, status) for status in sorted(statuses)],
        "ground_choices": [(_tag_of_ground(name), name) for name in sorted(grounds)],
        "board_choices": [(_tag_of_board(name), name) for name in sorted(boards)],
        "kind_choices": [(_tag_of_kind(name), name) for name in sorted(kinds)],
    }


def _side_by_side(
    view: ItemView,
) -> tuple[list[tuple[RuleView, str, str, list[str], bool]], list[list[str]]]:
    """Return our rules, each with icon, word, the reviewer's grounds about it, and whether it is a ground of both.

    The second list holds the reviewer's grounds that are about none of our rules.
    """
    reviewer = view.item["reviewer"]
    by_criterion: dict[str, list[GroundOutline]] = {}
    for ground in reviewer["grounds"] if reviewer else []:
        by_criterion.setdefault(ground["criterion"] or "", []).append(ground)
    shared = set(reviewer["shared"]) if reviewer else set()
    rules = []
    for rule in (rule for edition in view.editions for rule in edition.rules):
        theirs = by_criterion.pop(rule.part["id"], [])
        if theirs or rule.part["status"] != "not_applicable":
            rules.append((rule, *shown_status(rule), list(map(ground_words, theirs)), rule.part["id"] in shared))
    return rules, [list(map(ground_words, grounds)) for grounds in by_criterion.values()]


def _numbers(audit: Audit) -> Mapping[str, Any]:
    """Return the numbers of the page by their names in the template."""
    named = readings(audit)
    columns = [agreement_rows(agreement) for _, agreement in named]
    decided, matrix = matrix_rows(shown_agreement(audit))
    most = max((count for name, counts in matrix if name != NOT_COVERED for count in counts), default=0)
    administrators = audit.administrators_grounds
    calibration = audit.calibration
    return {
        "set_words": set_words(audit),
        "basis": basis_words(audit),
        "headline": headline_rows(audit),
        "reading_names": ("", *(name for name, _ in named)),
        "reading_rows": [(cells[0][0], *(value for _, value in cells)) for cells in zip(*columns, strict=True)],
        "caveat": CAVEAT,
        "grounds": share_words(audit.grounds),
        "decided": decided,
        "matrix": [
            (name, [(count, 0 if name == NOT_COVERED else _shade(count, most)) for count in counts])
            for name, counts in matrix
        ],
        "kinds": _bars([(name, [("", len(names))]) for name, names in kinds_told(audit)], _tag_of_kind),
        "criteria": _bars([(tally.criterion, _tally_bars(tally)) for tally in audit.criteria], _tag_of_tally),
        "administrators": share_words(administrators) if administrators.of else None,
        "not_sayable": _bars([(ground, [("", number)]) for ground, number in audit.not_sayable], _tag_of_unsaid),
        "administrators_not_sayable": _bars(
            [(ground, [("", number)]) for ground, number in audit.administrators_not_sayable], _tag_of_unsaid
        ),
        "reliability_title": RELIABILITY,
        "reliability_heads": _RELIABILITY_HEADS,
        "bins": []
        if calibration is None
        else [
            (cells, _drawn_bin(one)) for one, cells in zip(calibration.bins, reliability_rows(calibration), strict=True)
        ],
        "inconsistent_title": INCONSISTENT,
        "inconsistent": list(map(inconsistency_cells, audit.inconsistent)),
        "groups": [(name, [(group, share_words(share)) for group, share in shares]) for name, shares in audit.groups],
    }


def _shade(count: int, most: int) -> str:
    return f"{_DEEPEST * count / most:.2f}" if most else "0"


def _tally_bars(tally: Tally) -> list[tuple[str, int]]:
    return [
        ("shared", len(tally.shared)),
        ("ours alone", len(tally.engine_only)),
        ("they fail what we find met", len(tally.contradicted)),
    ]


def _bars(
    rows: Sequence[tuple[str, Sequence[tuple[str, int]]]], tag: Callable[[str], str]
) -> list[tuple[str, str, list[tuple[int, str, str]], str]]:
    """Return rows with bars: the name, the tag of its items, the bar's parts, and the counts in words.

    A part is its number, its label, and its width in percent.
    """
    most = max((sum(count for _, count in parts) for _, parts in rows), default=0)
    return [
        (
            name,
            tag(name),
            [(n, label, f"{_LONGEST * count / most:.1f}") for n, (label, count) in enumerate(parts) if count],
            ", ".join(f"{count} {label}".strip() for label, count in parts if count),
        )
        for name, parts in rows
    ]


def _drawn_bin(one: Bin) -> Mapping[str, str]:
    """Return where a bin is drawn, in percent of a line: the chance given, the share overturned and its interval."""
    low, high, given = (f"{100 * share:.1f}" for share in (one.share_low, one.share_high, one.chance))
    return {"low": low, "high": high, "given": given, "came": f"{100 * one.overturned / one.items:.1f}"}
