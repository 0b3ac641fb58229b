"""Time and memory of an audit of many case files, beside checking the same files: python -m benchmarks.audit"""

import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUN = """
import resource, sys
from mtus_engine.cli.main import main
code = main(sys.argv[1:])
sys.stderr.write(f"\\npeak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}\\n")
sys.exit(code)
"""
FEW, MANY = 1_000, 10_000


def main(few: int = FEW, many: int = MANY) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for count in (few, many):
            cases = Path(folder) / f"cases{count}"
            cases.mkdir()
            _write(cases, count)
            out = str(Path(folder) / f"out{count}")
            audited, peak = _run("audit", str(cases), "--out", out)
            checked, _ = _run("check", str(cases), "--format", "json", "--out", f"{out}.json")
            print(f"{count:,} items: audit {count / audited:,.0f} a second, peak {peak} MiB")
            print(f"audit took {audited / checked:.2f} times as long as checking the same files")


def _write(folder: Path, count: int) -> None:
    chance = random.Random(count)
    for n in range(count):
        facts = {
            "request.treatment": "physical_therapy",
            "request.date": chance.choice(["2017-01-10", "2017-03-10", "2019-01-01"]),
            "request.visits": chance.choice([5, 6, 8, 9]),
            "request.visits_per_week": 2,
            "request.duration": "3 weeks",
            "diagnosis.groups": ["myalgia_myositis"],
            "prior.therapy.visits": chance.choice([0, 0, 4, 12]),
        }
        grounds = chance.choice([[], [{"criterion": "trial", "finding": "not_met"}], [{"other": "no benefit shown"}]])
        reviewer = {"outcome": chance.choice(["upheld"] * 9 + ["overturned"]), "grounds": grounds}
        case = {"case": f"c{n}", "setting": "imr", "items": [{"item": 1, "facts": facts, "reviewer": reviewer}]}
        (folder / f"{n:05}.json").write_text(json.dumps(case), encoding="utf-8")


def _run(*words: str) -> tuple[float, int]:
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", RUN, *words], capture_output=True, text=True, check=True)
    return time.perf_counter() - start, int(done.stderr.rsplit("peak ", 1)[1])


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
