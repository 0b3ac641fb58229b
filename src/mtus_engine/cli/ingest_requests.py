"""Reads tables of requests into draft cases, for mtus ingest."""

import sys
import tempfile
from argparse import Namespace
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from mtus_engine.api import case_of_text
from mtus_engine.bulk.duck import Duck
from mtus_engine.bulk.failure import Failed
from mtus_engine.bulk.mapping import NO_MAPPING, read_mapping
from mtus_engine.bulk.requests import RowLeftOut, requests_drafted
from mtus_engine.bulk.sources import sources
from mtus_engine.bulk.tables import WrongTypes
from mtus_engine.loader.case_text import case_text
from mtus_engine.loader.whole_file import write_new
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.report.diagnostics import diagnostics_text, printable_text

# Rows that are in memory at once.
ROWS_AT_ONCE = 10_000
# At most this many rows that do not fit are named one by one.
MOST_TOLD = 20


def ingest_requests(tables: Sequence[Path], options: Namespace, ruleset: Ruleset, schema: str) -> int:
    """Write a draft case for each case of the tables; return the exit code."""
    mapping = read_mapping(options.map, ruleset) if options.map is not None else NO_MAPPING
    drafted, left_out = 0, []
    with (
        tempfile.TemporaryDirectory() as spill,
        closing(Duck(Path(spill), memory=None, threads=None, part_rows=ROWS_AT_ONCE)) as engine,
    ):
        try:
            for source in sources([str(table) for table in tables]):
                for one in requests_drafted(
                    source._replace(columns=mapping.columns, units=mapping.units), ruleset, engine, "ur"
                ):
                    if isinstance(one, RowLeftOut):
                        left_out.append(f"{source.path.name} row {one.row}: {'; '.join(one.reasons)}")
                    elif problem := _write_draft(one.document, one.case, options.out, ruleset, schema):
                        left_out.append(problem)
                    else:
                        drafted += 1
        except (Failed, WrongTypes) as failed:
            cure = (
                "" if options.map is not None else ". mtus bulk map proposes which column is which; name it after --map"
            )
            sys.stderr.write(f"{failed}{cure}\n")
            return 1
    sys.stderr.write(f"{drafted} draft cases of requests written to {options.out}\n")
    sys.stderr.writelines(f"{printable_text(line)}\n" for line in left_out[:MOST_TOLD])
    if len(left_out) > MOST_TOLD:
        sys.stderr.write(f"and {len(left_out) - MOST_TOLD} further rows or cases that are left out\n")
    return 1 if left_out else 0


def _write_draft(document: dict[str, object], case: str, out: Path, ruleset: Ruleset, schema: str) -> str | None:
    """Write a draft into the folder out; return why it could not be written, None where it was."""
    name = "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in case).strip(".") or "case"
    target = out / f"{name}.yaml"
    text = case_text(document, schema)
    try:
        case_of_text(target.name, text.encode(), ruleset)
        write_new(target, text)
    except Rejected as rejected:
        return diagnostics_text(rejected.diagnostics)
    except FileExistsError:
        return f"{target} is there already and is left as it is"
    return None
