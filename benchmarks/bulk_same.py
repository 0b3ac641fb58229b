"""Synthetic rows under the shipped rules: each status, reason, finding and number of a table against the forward engine's.

python -m benchmarks.bulk_same [ROWS]; stops at the first row that differs.
"""

import sys
import tempfile
from pathlib import Path

import pyarrow.parquet as pq

from mtus_engine.api import Checker, load_rules, shipped_rules
from mtus_engine.bulk.rows import statements_of
from mtus_engine.cli.main import main as mtus
from mtus_engine.model.case import Case, CaseItem
from tests.test_columns import told

ROWS = 100_000


def main(rows: int) -> None:
    rules = load_rules(shipped_rules())
    checker = Checker(rules)
    with tempfile.TemporaryDirectory() as folder:
        made, out = Path(folder) / "made.parquet", Path(folder) / "out"
        assert mtus(["bulk", "synthetic", "--rows", str(rows), "--seed", "7", "--out", str(made)]) == 0
        assert mtus(["bulk", str(made), "--out", str(out)]) == 0
        given = pq.ParquetFile(made).iter_batches(5_000)
        found = pq.ParquetFile(out / "part-00000.parquet").iter_batches(5_000)
        for ours, theirs in zip(given, found, strict=True):
            for row, mine in zip(ours.to_pylist(), theirs.to_pylist(), strict=True):
                item = CaseItem("1", "t", statements_of(row, rules, "row"), None)
                expected = told(checker.determination(Case("c", row["setting"], None, (item,), "memory"), item))
                different = {name: (mine[name], value) for name, value in expected.items() if mine[name] != value}
                assert not different, f"{row['case']}: {different}"
    print(f"{rows:,} rows: all the same")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
