"""Start-up of mtus check on one case, beside importing the same libraries and loading the same YAML.

Each is a fresh process, taken in turn; the ratio of their medians is the measure.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

from mtus_engine.api import shipped_rules

ROUNDS = 15
CASE = Path(__file__).parents[1] / "cases" / "imr" / "CM14-0195168.yaml"

LIBRARIES = f"""
import durable_rules_engine, pydantic, yaml
import argparse, rich.console, rich.progress, rich.table, rich.text
from pydantic import BaseModel
from pathlib import Path
loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
for path in [*Path({str(shipped_rules())!r}).rglob("*.yaml"), Path({str(CASE)!r})]:
    if not path.name.endswith(".test.yaml"):
        yaml.load(path.read_bytes(), Loader=loader)
"""
CHECK = f"import sys; sys.argv = ['mtus', 'check', {str(CASE)!r}]; from mtus_engine.cli.main import main; main()"


def main() -> None:
    seconds: dict[str, list[float]] = {LIBRARIES: [], CHECK: []}
    for code in (LIBRARIES, CHECK):
        _run(code)
    for _ in range(ROUNDS):
        for code, taken in seconds.items():
            taken.append(_run(code))
    libraries, check = (statistics.median(taken) for taken in seconds.values())
    print(f"libraries and YAML alone: {1000 * libraries:.0f} ms, mtus check: {1000 * check:.0f} ms")
    print(f"start-up ratio: {check / libraries:.2f}")


def _run(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
