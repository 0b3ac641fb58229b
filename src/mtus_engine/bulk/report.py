"""The audit of a bulk output as a report."""

from collections.abc import Sequence
from typing import Protocol

from mtus_engine.audit.agreement import Agreement
from mtus_engine.audit.words import CAVEAT, agreement_rows, matrix_rows, share_words
from mtus_engine.report.sheet import Sheet, SheetPart


class BulkAudited(Protocol):
    """What is told: the agreement over all rows, from verified text alone, and by group."""

    @property
    def rows(self) -> int:
        """How many rows there are."""

    @property
    def whole(self) -> Agreement:
        """Of the whole ruleset."""

    @property
    def text_only(self) -> Agreement | None:
        """Of verified text alone, where the run worked it out."""

    @property
    def groups(self) -> Sequence[tuple[str, Sequence[tuple[str, Agreement]]]]:
        """By the values of some columns."""


def bulk_audit_sheet(found: BulkAudited) -> Sheet:
    """Return the report of an audit over rows."""
    columns = [agreement_rows(found.whole)]
    columns += [agreement_rows(found.text_only)] if found.text_only is not None else []
    rows = [(cells[0][0], *(value for _, value in cells)) for cells in zip(*columns, strict=True)]
    headings = ("", "all rules", "from verified text alone")[: len(columns) + 1]
    actual, matrix = matrix_rows(found.whole)
    parts = [
        SheetPart("Engine and reviewers", (), headings, rows),
        SheetPart(
            "Predicted and decided",
            (),
            ("predicted", *actual),
            [(name, *(f"{count:,}" for count in counts)) for name, counts in matrix],
        ),
    ]
    for name, groups in found.groups:
        shares = [(group, share_words(agreement.agreed)) for group, agreement in groups]
        parts.append(SheetPart(f"Same outcome by {name}", (), (name, "same outcome"), shares))
    return Sheet(f"{found.rows:,} rows", (CAVEAT,), tuple(parts))
