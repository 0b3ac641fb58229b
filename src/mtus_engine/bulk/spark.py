"""Bulk queries on Spark, on a cluster or on one machine; only this module and spark_ingest call Spark."""

import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import assert_never

import ibis
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from mtus_engine.bulk.csv_dialect import WINDOWS, csv_dialect
from mtus_engine.bulk.engine import PartFiles, TablePart, Written
from mtus_engine.bulk.failure import Failed
from mtus_engine.bulk.plan import Queries
from mtus_engine.bulk.sources import BARE_NUMBER, TableFile
from mtus_engine.bulk.tables import FILE, ROW, VIEW

# The most memory of a session that is started here, where nobody says: Spark compiles long queries in it.
DEFAULT_MEMORY = "4GB"

_EXCLUDED = "spark.sql.optimizer.excludedRules"
# Rows are left out by what is worked out of all their columns. Moving these conditions towards the file writes the
# whole of that again into each of them: planning took ten times as long, and no row less was read.
_LEFT_OUT_OF_PLANNING = (
    "org.apache.spark.sql.catalyst.optimizer.PushDownPredicates",
    "org.apache.spark.sql.catalyst.optimizer.PushPredicateThroughNonJoin",
)


class Spark:
    """A session of Spark: the active one, as in a job that was submitted, else a new one on this machine."""

    name = "spark"
    dialect = "pyspark"

    def __init__(self, spill: Path, *, memory: str | None = None, threads: int | None = None) -> None:
        """Use the active session, or start one, which listens to this machine only.

        What does not fit into memory goes to spill.
        """
        builder = SparkSession.builder.appName("mtus bulk")
        self._is_ours = SparkSession.getActiveSession() is None
        if self._is_ours:
            # The executors of a session that is started here run the same Python.
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
            builder = builder.master(f"local[{threads or '*'}]").config("spark.ui.enabled", "false")
            builder = builder.config("spark.ui.showConsoleProgress", "false")
            builder = builder.config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1")
            builder = builder.config("spark.local.dir", str(spill.absolute()))
            builder = builder.config("spark.sql.warehouse.dir", str(spill.absolute()))
            builder = builder.config("spark.driver.memory", _in_spark(memory or DEFAULT_MEMORY))
            builder = builder.config("spark.sql.shuffle.partitions", threads or 2)
        builder = builder.config("spark.sql.session.timeZone", "UTC")
        self.session = builder.getOrCreate()
        # A session that was there already keeps what it leaves out itself, and gets it back when all is done.
        self._left_out_before = self.session.conf.get(_EXCLUDED, "") or ""
        self.session.conf.set(_EXCLUDED, ",".join(filter(None, [self._left_out_before, *_LEFT_OUT_OF_PLANNING])))
        self.session.sparkContext.setLogLevel("ERROR")

    def parts(self, source: TableFile) -> tuple[TablePart, ...]:
        """Return the file as one part: Spark divides it itself."""
        self.schema(source)
        return (TablePart(source, 0, None, source.size),)

    def schema(self, source: TableFile) -> ibis.Schema:
        """Return the columns of a file as queries see them, with the file and row of each row added."""
        self._read(source).createOrReplaceTempView(VIEW)
        return ibis.pyspark.connect(self.session).table(VIEW).schema()

    def texts(self, source: TableFile, columns: Iterable[str], most: int) -> Mapping[str, frozenset[str]]:
        """Return the different texts that columns of a file hold, at most so many of each."""
        shown = self._read(source)
        found = {}
        for name in columns:
            texts = (
                shown.select(f.trim(f.col(f"`{name}`").cast("string")).alias("text")).dropna().distinct().limit(most)
            )
            try:
                found[name] = frozenset(str(row["text"]).strip() for row in texts.collect())
            except PySparkException as error:
                raise Failed(error_line(error)) from error
        return found

    def counts(self, source: TableFile, query: str) -> Mapping[str, object]:
        """Return the one row that a query over a whole file gives, by the names of its columns."""
        try:
            self._read(source).createOrReplaceTempView(VIEW)
            (row,) = self.session.sql(query).collect()
        except PySparkException as error:
            raise Failed(error_line(error)) from error
        return row.asDict()

    def write(self, part: TablePart, queries: Queries, files: PartFiles) -> Written:
        """Write what the queries give of a part; its output appears last, which marks the part as done."""
        try:
            self._read(part.source).createOrReplaceTempView(VIEW)
            refused = self._left_out(queries.refused, files.refused)
            blank = self._left_out(queries.blank, files.blank)
            beside = files.output.with_name(f".{files.output.name}.tmp")
            shutil.rmtree(beside, ignore_errors=True)
            self.session.sql(queries.determinations).write.parquet(file_uri(beside), compression="zstd")
            rows = self.session.read.parquet(file_uri(beside)).count()
        except PySparkException as error:
            raise Failed(error_line(error)) from error
        beside.replace(files.output)
        return Written(rows, refused, blank)

    def _left_out(self, query: str, path: Path) -> int:
        """Write the rows that are left out into one file and return how many: they are few, or the table is wrong."""
        beside = path.parent / f".{path.name}.tmp"
        found = self.session.sql(query)
        path.parent.mkdir(exist_ok=True)
        shutil.rmtree(beside, ignore_errors=True)
        found.coalesce(1).write.csv(file_uri(beside), header=True, escape='"')
        rows = self.session.read.csv(file_uri(beside), header=True, escape='"', multiLine=True).count()
        if rows:
            next(beside.glob("*.csv")).replace(path)
        shutil.rmtree(beside)
        return rows

    def progress(self) -> float:
        """Return 0: Spark shows its progress elsewhere."""
        return 0.0

    def close(self) -> None:
        """End the session, where it was begun here; else leave it as it was."""
        if self._is_ours:
            self.session.stop()
        else:
            self.session.conf.set(_EXCLUDED, self._left_out_before)

    def _read(self, source: TableFile) -> DataFrame:
        path = file_uri(source.path)
        try:
            match source.format:
                case "parquet":
                    read = self.session.read.parquet(path).select("*", (f.col("_metadata.row_index") + 1).alias(ROW))
                case "csv":
                    found = csv_dialect(source.path)
                    read = self.session.read.csv(
                        path,
                        header=True,
                        inferSchema=False,
                        mode="FAILFAST",
                        multiLine=True,
                        escape='"',
                        sep=found.separator,
                        encoding=_ENCODINGS[found.encoding],
                    )
                case "ndjson":
                    read = self.session.read.json(path, primitivesAsString=True, mode="FAILFAST")
                case _:
                    assert_never(source.format)
        except PySparkException as error:
            raise Failed(error_line(error)) from error
        if taken := {name.lower() for name in read.columns if name != ROW} & {FILE, ROW}:
            raise Failed(f"a column is named {' and '.join(sorted(taken))}, as the output's own: rename it")
        read = read.withColumnsRenamed(dict(source.columns))
        for name, unit in source.units:
            # A bare number is one of this unit.
            text = f.trim(f.col(f"`{name}`").cast("string"))
            number = f.regexp_extract(text, BARE_NUMBER, 1)
            read = read.withColumn(name, f.when(number != "", f.concat(number, f.lit(f" {unit}"))).otherwise(text))
        # Spark knows the numbers of the rows of Parquet files only.
        read = read if ROW in read.columns else read.withColumn(ROW, f.lit(None).cast("bigint"))
        return read.withColumn(FILE, f.lit(str(source.path)))


# Encodings as DuckDB and as Java name them.
_ENCODINGS = {"utf-8": "UTF-8", "latin-1": "ISO-8859-1", WINDOWS: "windows-1252"}


def file_uri(path: Path) -> str:
    """Return a path as a URI for Spark, in which the signs of a pattern are escaped."""
    return "file://" + re.sub(r"([\[\]{}*?\\])", r"\\\1", str(path.absolute()))


def _in_spark(memory: str) -> str:
    """Return a size as Java writes it: 2GB is 2g."""
    return memory.strip().lower().removesuffix("ib").removesuffix("b")


def error_line(error: PySparkException) -> str:
    """Return the first line of an error, which says what is wrong."""
    return str(error).strip().splitlines()[0]
