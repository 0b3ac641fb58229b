"""The log of decisions for the audit: a line of JSON, or a row of Parquet, for each record."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from mtus_engine.loader.whole_file import whole_file
from mtus_engine.store.canonical import canonical_json
from mtus_engine.store.log import Recorded

# Rows that are written at a time.
_BATCH = 1000


@contextmanager
def private_file(file: Path) -> Iterator[Path]:
    """Yield a path beside the file to write to, which nobody else may read: what is exported are medical records."""
    with whole_file(file) as beside:
        os.close(os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
        yield beside


def export_ndjson(records: Iterable[Recorded], file: Path) -> int:
    """Write the records, a line each; return how many."""
    count = 0
    with private_file(file) as beside, beside.open("wb") as written:
        for one in records:
            written.write(orjson.dumps(one._asdict(), option=orjson.OPT_APPEND_NEWLINE))
            count += 1
    return count


def export_parquet(records: Iterable[Recorded], file: Path) -> int:
    """Write a row for each item of each record, what was decided beside what the engine found; return how many.

    A record without a determination, or one that was purged, is one row without an item.
    """
    import pyarrow as pa  # noqa: PLC0415 - slow to load, and seldom needed
    import pyarrow.parquet as pq  # noqa: PLC0415

    schema = pa.schema([(name, pa.int64() if name == "seq" else pa.string()) for name in _COLUMNS])
    count = 0
    with private_file(file) as beside, pq.ParquetWriter(beside, schema) as written:
        for rows in _batches(_rows(records)):
            written.write_table(pa.Table.from_pylist(rows, schema=schema))
            count += len(rows)
    return count


_OF_RECORD = ("seq", "kind", "subject", "by", "at", "release", "engine_version")
_OF_ITEM = ("treatment", "guideline", "edition", "finding", "ruleset_digest")
_COLUMNS = (*_OF_RECORD, "case", "item", *_OF_ITEM, "decided", "why", "determination")


def _rows(records: Iterable[Recorded]) -> Iterator[dict[str, Any]]:
    for one in records:
        of_record = {name: getattr(one, name) for name in _OF_RECORD}
        content = one.content or {}
        decided = {said["item"]: said["outcome"] for said in content.get("decided", ())}
        items = content.get("determination", ())
        if not items:
            yield {**of_record, "why": content.get("why")}
        for item in items:
            of_item = {name: item[name] for name in _OF_ITEM}
            said = {"case": item["case"], "item": item["item"], "decided": decided.get(item["item"])}
            yield {**of_record, **said, **of_item, "why": content.get("why"), "determination": canonical_json(item)}


def _batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
