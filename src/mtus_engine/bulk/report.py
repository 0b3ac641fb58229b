"""The audit of a bulk output as a report."""

from mtus_engine.audit.words import CAVEAT, agreement_rows, matrix_rows, share_words
from mtus_engine.bulk.audited import BulkAudit
from mtus_engine.report.sheet import Sheet, SheetPart


def bulk_audit_sheet(found: BulkAudit) -> Sheet:
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
