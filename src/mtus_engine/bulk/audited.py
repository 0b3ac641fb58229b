"""Agreement of engine and reviewers over a bulk output, worked out from counts that the database makes."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mtus_engine.audit.agreement import Agreement, CountedItems, agreement_of
from mtus_engine.bulk.engine import Outputs
from mtus_engine.bulk.run import Unusable
from mtus_engine.bulk.tables import OUTCOME

EDITION = "edition"


class BulkAudit(NamedTuple):
    """The agreement over all rows, from verified text alone, and by group."""

    rows: int
    whole: Agreement
    text_only: Agreement | None
    groups: tuple[tuple[str, tuple[tuple[str, Agreement], ...]], ...]


def bulk_audit(output: Path, outputs: Outputs, treatment: str) -> BulkAudit:
    """Return the audit of an output, by edition and by treatment; treatment is the fact that names it.

    Raises Unusable where the input had no reviewers' outcomes.
    """
    columns = outputs.columns(output)
    if OUTCOME not in columns:
        raise Unusable(f"{output} has no column {OUTCOME}: add it to the tables, and run mtus bulk again")
    whole = _counts_of_items(outputs, output, "finding", "prediction", ())
    text = None
    if "prediction_text_only" in columns:
        text = agreement_of(
            one for _, one in _counts_of_items(outputs, output, "finding_text_only", "prediction_text_only", ())
        )
    return BulkAudit(
        sum(one.items for _, one in whole),
        agreement_of(one for _, one in whole),
        text,
        tuple((name, _agreement_by_column(outputs, output, name)) for name in (EDITION, treatment) if name in columns),
    )


def _counts_of_items(
    outputs: Outputs, output: Path, finding: str, prediction: str, by: Sequence[str]
) -> list[tuple[str, CountedItems]]:
    counted = outputs.counts_by(output, (*by, finding, prediction, OUTCOME))
    return [
        (
            str(one[by[0]]) if by and one[by[0]] is not None else "not known",
            CountedItems(str(one[finding]), _text(one[prediction]), _text(one[OUTCOME]), rows),
        )
        for one, rows in counted
    ]


def _agreement_by_column(outputs: Outputs, output: Path, name: str) -> tuple[tuple[str, Agreement], ...]:
    groups: dict[str, list[CountedItems]] = {}
    for group, one in _counts_of_items(outputs, output, "finding", "prediction", (name,)):
        groups.setdefault(group, []).append(one)
    return tuple((group, agreement_of(groups[group])) for group in sorted(groups))


def _text(value: object) -> str | None:
    return None if value is None else str(value)
