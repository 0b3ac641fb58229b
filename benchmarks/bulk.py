"""Work hardening over tables, Parquet to Parquet, all statuses: python -m benchmarks.bulk [--large]

Beside the columns target run the forward engine, zen-engine and CLIPS case by case, and the same criteria written by
hand in SQL (on the same DuckDB), in Polars and in Python. All give the same statuses before they are timed. --large also
measures how the cost grows with rows, and the memory of ten million.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import bulk_sql, handwritten
from benchmarks.clips import Clips
from benchmarks.contestants import Zen, edition_runner
from benchmarks.rule_growth import rules_of
from benchmarks.synthetic import BOOLEANS, COUNTS, LEVELS
from mtus_engine.api import load_rules, shipped_rules
from mtus_engine.bulk.rows import statements_of
from mtus_engine.compiler.targets.columns.determined import ColumnOptions
from mtus_engine.compiler.targets.columns.rules import determination_columns, standing_column
from mtus_engine.engine.evaluate import Engine
from mtus_engine.model.ruleset import Edition, Ruleset
from mtus_engine.model.values import Span

ROWS, FEW, ROUNDS = 1_000_000, 4_000, 3
GROWTH = (100_000, 1_000_000, 10_000_000)
CRITERIA = (10, 50, 200)
KEY = "work-hardening 2009-07-18"


def made(rows: int, path: Path, seed: int = 1) -> Path:
    """Write a table of work hardening requests: four facts in ten are not documented, one count in five is a range."""
    schema: list[tuple[str, pa.DataType]] = [("request.treatment", pa.string())]
    schema += [("request.date", pa.date32()), ("injury.date", pa.date32()), ("job.demand_level", pa.string())]
    schema += [(name, pa.bool_()) for name in BOOLEANS]
    schema += [(f"{name}{suffix}", pa.int64()) for name in COUNTS for suffix in ("", ".min", ".max")]
    with pq.ParquetWriter(path, pa.schema(schema), compression="zstd") as writer:
        for first in range(0, rows, 100_000):
            chance = np.random.default_rng([seed, first])
            writer.write_table(_batch(chance, min(100_000, rows - first), pa.schema(schema)))
    return path


def _batch(chance: np.random.Generator, size: int, schema: pa.Schema) -> pa.Table:
    epoch = date(1970, 1, 1).toordinal()
    day = date(2012, 1, 1).toordinal() - epoch + chance.integers(0, 1000, size)
    columns: dict[str, pa.Array] = {
        "request.treatment": pa.array(np.where(chance.random(size) < 0.5, "work_hardening", "work_conditioning")),
        "request.date": pa.array(day.astype(np.int32), pa.int32()).cast(pa.date32()),
        "injury.date": pa.array((day - chance.integers(200, 1100, size)).astype(np.int32), pa.int32()).cast(
            pa.date32()
        ),
        "job.demand_level": pa.array(np.asarray(LEVELS)[chance.integers(0, 5, size)], mask=chance.random(size) > 0.6),
    }
    for name in BOOLEANS:
        columns[name] = pa.array(chance.random(size) < 0.8, mask=chance.random(size) > 0.6)
    for name, (low, high) in COUNTS.items():
        value = chance.integers(low, high + 1, size)
        most = np.minimum(value + chance.integers(0, 7, size), 14 if name.endswith("week") else 10**6)
        said, ranged = chance.random(size) < 0.7, chance.random(size) < 0.2
        columns[name] = pa.array(value, mask=~said | ranged)
        columns[f"{name}.min"] = pa.array(value, mask=~(said & ranged))
        columns[f"{name}.max"] = pa.array(most, mask=~(said & ranged))
    return pa.table([columns[name].cast(schema.field(name).type) for name in schema.names], schema=schema)


# ---- contestants: each reads a table and writes one


def columns_query(ruleset: Ruleset, edition: Edition, path: Path, *, reasons: bool) -> str:
    """Return the statuses of the edition as the columns target gives them."""
    schema = ibis.duckdb.connect().read_parquet(path).schema()
    options = ColumnOptions(only=frozenset({edition.guideline}), reasons=reasons, verified=False)
    # The edition alone, governing whatever the row says: what is measured is the criteria.
    alone = ruleset._replace(editions=(edition._replace(in_force=Span(None, None)),))
    found = determination_columns(alone, frozenset(schema.names), {}, options)
    ids = [rule.id for rule in (*edition.criteria, *edition.limits)]
    names = [standing_column(edition, id_) for id_ in ids]
    kept = {id_: found.columns[name] for id_, name in zip(ids, names, strict=True)}
    kept |= {
        f"{id_}.because": found.columns[f"{name}.because"] for id_, name in zip(ids, names, strict=True) if reasons
    }
    table = ibis.table(schema, name="cases")
    return str(ibis.to_sql(found._replace(columns=kept).apply(table, []), dialect="duckdb"))


def copied(query: str, source: Path, target: Path, threads: int) -> None:
    with duckdb.connect(config={"threads": threads}) as connection:
        connection.execute(f"CREATE VIEW cases AS SELECT * FROM '{source}'")
        connection.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")


def one_by_one(statuses: Callable[[Any], dict[str, str]], ruleset: Ruleset, source: Path, target: Path) -> None:
    found = [statuses(statements_of(row, ruleset, "row")) for row in pq.read_table(source).to_pylist()]
    pq.write_table(pa.Table.from_pylist(found), target, compression="zstd")


def with_polars(source: Path, target: Path, threads: int) -> float:
    """Return the seconds it takes. Polars takes its number of threads when it is loaded: a process of its own."""
    code = (
        "import sys; from benchmarks.bulk_sql import polars_frame; import time; start = time.perf_counter();"
        "polars_frame(sys.argv[1]).sink_parquet(sys.argv[2], compression='zstd'); print(time.perf_counter() - start)"
    )
    environment = {**os.environ, "POLARS_MAX_THREADS": str(threads)}
    run = subprocess.run(
        [sys.executable, "-c", code, str(source), str(target)],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    return float(run.stdout)


def main() -> None:
    ruleset = load_rules(shipped_rules())
    (edition,) = (one for one in ruleset.editions if one.key == KEY)
    with tempfile.TemporaryDirectory() as folder:
        few, many = made(FEW, Path(folder) / "few.parquet"), made(ROWS, Path(folder) / "many.parquet")
        out = Path(folder) / "out.parquet"
        singles = _singles(ruleset, edition)
        query = columns_query(ruleset, edition, many, reasons=False)
        _agree(ruleset, singles, query, few, out)
        rates = {name: FEW / _seconds(partial(one_by_one, s, ruleset, few, out), 1) for name, s in singles.items()}
        print(
            f"work hardening, {len(edition.criteria)} criteria and {len(edition.limits)} limits, Parquet to Parquet, cases a second"
        )
        for name, rate in rates.items():
            print(f"  {name:<58}{rate:>12,.0f}")
        forward = rates["forward engine, full trace"]
        with_reasons = columns_query(ruleset, edition, many, reasons=True)
        for threads in (1, 2):
            texts = query, with_reasons, bulk_sql.query("cases")
            ours, told, hand = (ROWS / _seconds(partial(copied, text, many, out, threads)) for text in texts)
            polars = ROWS / min(with_polars(many, out, threads) for _ in range(ROUNDS))
            for name, rate in (
                ("columns target on DuckDB", ours),
                ("columns target, with the reasons", told),
                ("hand-written SQL on the same DuckDB", hand),
                ("hand-written Polars", polars),
            ):
                print(f"  {f'{name}, {threads} thread(s)':<58}{rate:>12,.0f}")
            print(
                f"  against the forward engine: {ours / forward:,.0f} times; against hand-written SQL: {ours / hand:.2f}"
            )
        if "--large" in sys.argv:
            _grow(Path(folder))
            _grow_rules(Path(folder))


def _singles(ruleset: Ruleset, edition: Edition) -> dict[str, Callable[[Any], dict[str, str]]]:
    engine, runner = Engine(ruleset), edition_runner(edition)
    zen, clips = Zen(edition, is_static=True), Clips(edition)

    def forward(case: Any) -> dict[str, str]:
        candidate = runner(engine.known_facts(case), Span(1, None))
        return {one.rule.id: one.status.value for one in (*candidate.criteria, *candidate.limits)}

    return {
        "forward engine, full trace": forward,
        "zen-engine, static loader, trace on": lambda case: zen.statuses(engine.known_facts(case)),
        "CLIPS (clipspy)": lambda case: clips.statuses(engine.known_facts(case)),
        "hand-written Python, statuses alone": handwritten.statuses,
    }


def _agree(ruleset: Ruleset, singles: Any, query: str, few: Path, out: Path) -> None:
    found = {}
    for name, statuses in singles.items():
        one_by_one(statuses, ruleset, few, out)
        found[name] = pq.read_table(out).to_pylist()
    for name, text in (("columns target", query), ("hand-written SQL", bulk_sql.query("cases"))):
        copied(text, few, out, 1)
        found[name] = pq.read_table(out).to_pylist()
    with_polars(few, out, 1)
    found["Polars"] = pq.read_table(out).to_pylist()
    first = found["forward engine, full trace"]
    for name, rows in found.items():
        for mine, theirs in zip(first, rows, strict=True):
            different = {id_: (mine[id_], theirs[id_]) for id_ in mine if mine[id_] != theirs[id_]}
            assert not different, f"{name} differs: {different}"


def _seconds(run: Callable[[], None], rounds: int = ROUNDS) -> float:
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return best


def _grow(folder: Path) -> None:
    """Whole runs of mtus bulk over more and more rows."""
    print("mtus bulk, all rules with reasons and verified text, 2 threads, --memory 2GB")
    taken = {}
    for rows in GROWTH:
        taken[rows], peak = _run(folder, rows, [])
        print(f"  {rows:>10,} rows: {taken[rows]:7.1f} s, peak {peak / 1024**2:.2f} GiB", flush=True)
    small, middle, large = GROWTH
    first = (taken[middle] - taken[small]) / (middle - small)
    second = (taken[large] - taken[middle]) / (large - middle)
    print(f"  one more row: {1e6 * first:.1f} µs, then {1e6 * second:.1f} µs; ratio {second / first:.2f}")


def _grow_rules(folder: Path) -> None:
    """Whole runs over generated rules with more and more criteria, in guidelines of ten."""
    print("mtus bulk, generated rules, 2 threads: what begins a run, and what a row costs")
    for criteria in CRITERIA:
        rules = ["--rules", str(rules_of(criteria, folder / f"rules{criteria}"))]
        few, many = (_run(folder, rows, rules)[0] for rows in (1_000, 201_000))
        each = (many - few) / 200_000
        print(
            f"  {criteria:>4} criteria: {few:6.1f} s, then {1e6 * each:6.1f} µs a row, {1e9 * each / criteria:5.0f} ns a criterion"
        )


def _run(folder: Path, rows: int, rules: list[str]) -> tuple[float, int]:
    """Return the seconds of a run over a synthetic table, in a process of its own, and its peak memory in KiB."""
    table, out = folder / "made.parquet", folder / "made"
    begin = "from mtus_engine.cli.main import main; import sys"
    made_by = ["bulk", "synthetic", "--rows", str(rows), "--out", str(table), *rules]
    subprocess.run([sys.executable, "-c", f"{begin}; main(sys.argv[1:])", *made_by], check=True, capture_output=True)
    code = (
        f"import json, resource, time; {begin}; start = time.perf_counter(); main(sys.argv[1:]);"
        " print(json.dumps([time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))"
    )
    given = ["bulk", str(table), "--out", str(out), "--threads", "2", "--memory", "2GB", *rules]
    run = subprocess.run([sys.executable, "-c", code, *given], check=True, capture_output=True, text=True)
    shutil.rmtree(out)
    seconds, peak = json.loads(run.stdout.splitlines()[-1])
    return float(seconds), int(peak)


if __name__ == "__main__":
    main()
