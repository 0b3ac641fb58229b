"""The rows of an audit as CSV that no spreadsheet takes for formulas, and as a table of columns."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping

from mtus_engine.model.audited import Audited

Cell = str | int | bool | list[str] | None

# What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")

COLUMNS = (
    "case",
    "item",
    "treatment",
    "pack",
    "guideline",
    "edition",
    "year",
    "boards",
    "draft",
    "finding",
    "predicted",
    "firmness",
    "actual",
    "kind",
    "evidence",
    "shared_grounds",
    "engine_grounds",
    "reviewer_grounds",
    "contradicted_grounds",
    "administrator_shared_grounds",
    "administrator_other_grounds",
    "asked",
    "course",
    "shares_limit",
    "finding_with_all",
    "predicted_with_all",
    "finding_without_rationale",
    "predicted_without_rationale",
    "finding_text_only",
    "predicted_text_only",
)


def row_of(item: Audited) -> Mapping[str, Cell]:
    """Return an item as a row, a cell for each of COLUMNS: grounds are lists, what is not known is None."""
    return {
        "case": item.case,
        "item": item.item,
        "treatment": item.treatment,
        "pack": item.pack,
        "guideline": item.guideline,
        "edition": item.edition,
        "year": item.year,
        "boards": item.boards_named or None,
        "draft": item.is_draft,
        "finding": item.shown.finding,
        "predicted": item.shown.predicted,
        "firmness": item.shown.firmness,
        "actual": item.actual,
        "kind": item.kind.value,
        "evidence": item.evidence,
        "shared_grounds": list(item.shared),
        "engine_grounds": list(item.engine_only),
        "reviewer_grounds": list(item.reviewer_only),
        "contradicted_grounds": list(item.contradicted),
        "administrator_shared_grounds": list(item.administrator_shared),
        "administrator_other_grounds": [*item.administrator_only, *item.administrator_not_sayable],
        "asked": item.item_class.asked,
        "course": item.item_class.course,
        "shares_limit": item.shares_limit,
        "finding_with_all": item.read.finding,
        "predicted_with_all": item.read.predicted,
        "finding_without_rationale": item.independent.finding,
        "predicted_without_rationale": item.independent.predicted,
        "finding_text_only": item.text_only.finding,
        "predicted_text_only": item.text_only.predicted,
    }


def csv_lines(items: Iterable[Audited]) -> Iterator[str]:
    """Yield the lines of the CSV, its header first; grounds are joined by "; "."""
    yield _line(COLUMNS)
    for item in items:
        row = row_of(item)
        yield _line([_text(row[name]) for name in COLUMNS])


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerow(cells)
    return text.getvalue()


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case list():
            # A semicolon inside a ground would pass for the next one.
            return _text_without_formula("; ".join(one.replace(";", ",") for one in cell))
        case _:
            return _text_without_formula(str(cell))


def _text_without_formula(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
