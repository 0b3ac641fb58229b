"""Peak memory of one process that determines 1,000 cases and of one that determines 100,000: their ratio is the measure."""

import resource
import subprocess
import sys

from benchmarks.synthetic import cases
from mtus_engine.api import Checker, load_rules, shipped_rules
from mtus_engine.model.case import Case, CaseItem

SIZES = (1_000, 100_000)
BATCH = 1_000


def main() -> None:
    peaks = {size: _peak_in_a_process_of_its_own(size) for size in SIZES}
    for size, peak in peaks.items():
        print(f"{size:>7,} cases with full trace: peak {peak / 1024:.0f} MiB")
    small, large = peaks.values()
    print(f"peak memory ratio: {large / small:.2f}")


def determine(number: int) -> int:
    """Determine so many cases, one after another; return the process's peak memory in KiB."""
    checker = Checker(load_rules(shipped_rules()))
    for batch in range(number // BATCH):
        for n, statements in enumerate(cases(BATCH, seed=batch)):
            item = CaseItem("1", None, statements, None)
            checker.determination(Case(f"case {n}", "imr", None, (item,), "memory"), item)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _peak_in_a_process_of_its_own(number: int) -> int:
    command = [sys.executable, "-m", "benchmarks.memory", str(number)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(determine(int(sys.argv[1])))
    else:
        main()
