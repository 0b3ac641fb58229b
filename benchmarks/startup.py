"""Start-up of mtus check on one case, beside importing the same libraries and loading the same YAML.

The libraries are those modules, our own left out, that the check itself has loaded at its end. Each
run is a fresh process, taken in turn; the ratio of the medians is the measure.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from mtus_engine.api import shipped_rules

ROUNDS = 21
CASE = Path(__file__).parents[1] / "cases" / "imr" / "CM14-0195168.yaml"

# Installed packages have their bytecode beside them; the checkout's own is written by the first run.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

CHECK = f"import sys; sys.argv = ['mtus', 'check', {str(CASE)!r}]; from mtus_engine.cli.main import main; main()"
MODULES = f"{CHECK}; print(*[m for m in sys.modules if not m.startswith(('mtus_engine', '_', 'sys'))], file=sys.stderr)"
LIBRARIES = """
import contextlib, importlib, os
from pathlib import Path
os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
for name in {modules!r}:
    with contextlib.suppress(ImportError):
        importlib.import_module(name)
import yaml
loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
for path in [*Path({rules!r}).rglob("*.yaml"), Path({case!r})]:
    if not path.name.endswith(".test.yaml"):
        yaml.load(path.read_bytes(), Loader=loader)
"""


def main() -> None:
    libraries_code = LIBRARIES.format(modules=_modules(), rules=str(shipped_rules()), case=str(CASE))
    seconds: dict[str, list[float]] = {libraries_code: [], CHECK: []}
    for _ in range(ROUNDS):
        for code, taken in seconds.items():
            taken.append(_run(code))
    libraries, check = (statistics.median(taken) for taken in seconds.values())
    print(f"libraries and YAML alone: {1000 * libraries:.0f} ms, mtus check: {1000 * check:.0f} ms")
    print(f"start-up ratio: {check / libraries:.2f}")
    bare = statistics.median(_run("pass") for _ in range(ROUNDS))
    for option in ("--version", "--help"):
        code = f"import sys; sys.argv = ['mtus', {option!r}]; from mtus_engine.cli.main import main; main()"
        taken = statistics.median(_run(code) for _ in range(ROUNDS))
        print(f"mtus {option}: {taken / bare:.2f} times a bare Python")


def _modules() -> list[str]:
    """Return the modules that a check has loaded, our own left out."""
    run = subprocess.run([sys.executable, "-c", MODULES], check=True, capture_output=True, text=True, env=ENVIRONMENT)
    return run.stderr.split()


def _run(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
