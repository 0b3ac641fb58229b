"""Reads decisions and papers with Spark, on a cluster or on one machine: every executor runs the same reader."""

import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
from pyspark.errors import PySparkException
from pyspark.sql import functions as f
from pyspark.sql.pandas.types import from_arrow_schema

from mtus_engine.api import load_rules
from mtus_engine.bulk.coded import CodedRow, coded_rows, coded_schema
from mtus_engine.bulk.spark import Spark, error_line, file_uri
from mtus_engine.bulk.tables import CASE, FILE, ITEM, REASON
from mtus_engine.ingest.drafter import Drafter
from mtus_engine.ingest.pdf import LARGEST_FILE, Unreadable
from mtus_engine.loader.packs import Sources, absolute_sources
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.report.diagnostics import diagnostics_text, printable_text

# At most so many of the files that could not be read are named one by one.
MOST_TOLD = 100
# Files that an executor gets at once.
FILES_AT_ONCE = 64


def ingest_by_spark(files: Sequence[Path], rules: Sources, law: str, table: Path, *, only_sure: bool) -> int:
    """Read files into a coded table, which Spark writes as a folder of parts; return the exit code.

    On a cluster, rules and files must lie where every executor finds them under the same names.
    """
    schema = (
        coded_schema(load_rules(rules, law)).append(pa.field(FILE, pa.string())).append(pa.field(REASON, pa.string()))
    )
    spill = table.with_name(f".{table.name}.spill")
    spark = Spark(spill)
    spark.session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", str(FILES_AT_ONCE))
    beside = table.with_name(f".{table.name}.part")
    try:
        listed = spark.session.read.format("binaryFile").load([file_uri(file) for file in files])
        read = listed.select("path", "content").mapInArrow(
            _Reading(absolute_sources(rules), law, schema, only_sure), _ddl(schema)
        )
        shutil.rmtree(beside, ignore_errors=True)
        read.write.parquet(file_uri(beside / "all"), compression="zstd")
        whole = spark.session.read.parquet(file_uri(beside / "all"))
        left_out = whole.filter(f.col(REASON).isNotNull()).select(FILE, REASON).sort(FILE)
        told = [(row[FILE], row[REASON]) for row in left_out.limit(MOST_TOLD).collect()]
        drafted = whole.filter(f.col(REASON).isNull()).drop(REASON, FILE).sort(CASE, ITEM)
        drafted.write.parquet(file_uri(beside / "table"), compression="zstd")
        items = drafted.count()
        failed = left_out.count()
        (beside / "table").replace(table)
    except PySparkException as error:
        sys.stderr.write(f"{error_line(error)}\n")
        return 1
    finally:
        spark.close()
        shutil.rmtree(beside, ignore_errors=True)
        shutil.rmtree(spill, ignore_errors=True)
    sys.stderr.write(f"{items} items of {len(files) - failed} of {len(files)} files written to {table}\n")
    sys.stderr.writelines(f"{printable_text(f'{file}: {reason}')}\n" for file, reason in told)
    return 1 if failed else 0


def _ddl(schema: pa.Schema) -> str:
    """Return the names and types of the columns as a schema in Spark's notation."""
    return ", ".join(f"`{one.name}` {one.dataType.simpleString()}" for one in from_arrow_schema(schema))


class _Reading:
    """What every executor does: it loads the rules once, and reads the files of each batch."""

    def __init__(self, rules: Sources, law: str, schema: pa.Schema, only_sure: bool) -> None:
        self._rules, self._law = rules, law
        self._schema = schema
        self._only_sure = only_sure

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        ruleset = load_rules(self._rules, self._law)
        drafter = Drafter(self._rules, ruleset, "schema/case.json")

        def rows_of(path: str, content: bytes) -> list[CodedRow]:
            name = path.rpartition("/")[2]
            try:
                case = drafter.draft(name, content[: LARGEST_FILE + 1]).parsed
            except Unreadable as reason:
                return [{FILE: name, REASON: str(reason)}]
            except Rejected as rejected:
                return [{FILE: name, REASON: diagnostics_text(rejected.diagnostics)}]
            assert case is not None
            return [{**row, FILE: name} for row in coded_rows(case, ruleset, only_sure=self._only_sure)]

        for batch in batches:
            both = zip(batch["path"].to_pylist(), batch["content"].to_pylist(), strict=True)
            rows = [row for path, content in both for row in rows_of(path, content)]
            yield pa.RecordBatch.from_pylist(rows, schema=self._schema)
