"""How an explanation grows with the criteria that are open: 10 to 300 in one edition, nothing said of any.

The growth is the exponent between the smallest and the largest: one is linear. python -m benchmarks.explanation
"""

import math
import tempfile
import time
from pathlib import Path

from benchmarks.rule_growth import rules_of
from mtus_engine.api import Checker, case_of_text, load_rules
from mtus_engine.model.case import Case

SIZES = (10, 30, 100, 300)
ROUNDS = 3
CASE = b"""case: open
items:
  - item: 1
    facts: {request.treatment: t0, request.date: 2020-02-02, request.visits: 5}
"""


def main() -> None:
    taken: dict[int, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            ruleset = load_rules(rules_of(size, Path(folder) / str(size), of_one_guideline=size))
            checker, case = Checker(ruleset), case_of_text("memory", CASE, ruleset)
            taken[size] = _least(checker, case, explain=False), _least(checker, case, explain=True)
    for size, (bare, explained) in taken.items():
        print(f"{size:>4} criteria open: {1000 * bare:6.2f} ms determined, {1000 * explained:8.2f} ms with explanation")
    growth = math.log(taken[SIZES[-1]][1] / taken[SIZES[0]][1]) / math.log(SIZES[-1] / SIZES[0])
    print(f"growth of the explanation from {SIZES[0]} to {SIZES[-1]}: exponent {growth:.2f}")


def _least(checker: Checker, case: Case, *, explain: bool) -> float:
    seconds = []
    for _ in range(ROUNDS + 1):
        begin = time.perf_counter()
        list(checker.check(case, explain=explain))
        seconds.append(time.perf_counter() - begin)
    return min(seconds[1:])


if __name__ == "__main__":
    main()
