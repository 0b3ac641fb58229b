"""How linting and testing grow with the rules: generated folders of 10, 100 and 1,000 criteria, in guidelines of ten.

Each criterion has an example beside it. The measure is the time of one more criterion from 100 to 1,000, as a ratio of
that from 10 to 100: one is linear.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mtus_engine.api import shipped_rules

SIZES = (10, 100, 1_000)
OF_ONE_GUIDELINE = 10
ROUNDS = 3
COMMANDS = (("lint", "--notes"), ("test",))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        folders = {size: rules_of(size, Path(folder) / str(size)) for size in SIZES}
        for command in COMMANDS:
            print(" ".join(("mtus rules", *command)))
            taken = {size: _least(_command(command, path)) for size, path in folders.items()}
            for size, seconds in taken.items():
                print(f"  {size:>5,} criteria: {seconds:6.2f} s")
            small, middle, large = SIZES
            first = (taken[middle] - taken[small]) / (middle - small)
            second = (taken[large] - taken[middle]) / (large - middle)
            print(f"  cost of one more criterion: {1000 * first:.2f} ms, then {1000 * second:.2f} ms")
            print(f"  growth ratio: {second / first:.2f}")


def rules_of(size: int, folder: Path, of_one_guideline: int = OF_ONE_GUIDELINE) -> Path:
    """Write a rule folder of so many criteria, so many of one guideline, each with an example; return the folder."""
    folder.mkdir()
    shutil.copy(shipped_rules() / "outcomes.yaml", folder)
    guidelines = size // of_one_guideline
    (folder / "vocabulary.yaml").write_text(_vocabulary(guidelines, of_one_guideline), encoding="utf-8")
    (folder / "definitions.yaml").write_text(
        "definitions:\n  - {fact: request.visits_disputed, label: t, cite: t, "
        "difference: [request.visits, request.visits_authorized]}\n",
        encoding="utf-8",
    )
    for number in range(guidelines):
        below = folder / f"g{number}"
        below.mkdir()
        (below / "2020-01-01.yaml").write_text(_guideline(number, of_one_guideline), encoding="utf-8")
        (below / "2020-01-01.test.yaml").write_text(_examples(number, of_one_guideline), encoding="utf-8")
    return folder


def _vocabulary(guidelines: int, of_one: int) -> str:
    members = ", ".join(f"t{number}: treatment {number}" for number in range(guidelines))
    facts = [
        f"  request.treatment: {{type: one_of, label: t, question: q, members: {{{members}}}}}",
        "  request.date: {type: date, label: t, question: q}",
        "  service.date: {type: date, label: t, question: q, falls_back_to: request.date}",
        "  request.retrospective: {type: boolean, label: t, question: q, presume: false}",
        "  request.visits: {type: integer, label: t, question: q, at_least: 1}",
        "  request.visits_authorized: {type: integer, label: t, question: q, at_least: 0, presume: 0}",
    ]
    for number in range(guidelines):
        facts += [f"  g{number}.flag{n}: {{type: boolean, label: t, question: q}}" for n in range(of_one)]
        facts += [f"  g{number}.count{n}: {{type: integer, label: t, question: q}}" for n in range(of_one)]
    roles = (
        "roles: {treatment: request.treatment, request_date: request.date, service_date: service.date, "
        "retrospective: request.retrospective, units_requested: request.visits, "
        "units_disputed: request.visits_disputed, units_authorized: request.visits_authorized}"
    )
    return "\n".join([roles, "facts:", *facts]) + "\n"


def _guideline(number: int, of_one: int) -> str:
    head = (
        f"guideline: g{number}\ntitle: t\nsource: {{instrument: t, regulation: t}}\n"
        f"in_force: {{from: 2020-01-01}}\ncovers: [t{number}]\ncriteria:\n"
    )
    return head + "".join(
        f"  - id: c{n}\n    cite: p. {n}\n    requires: t\n    met_when:\n      any:\n"
        f"        - g{number}.flag{n}: true\n        - g{number}.count{n}: {{at_most: {n}}}\n"
        for n in range(of_one)
    )


def _examples(number: int, of_one: int) -> str:
    return "examples:\n" + "".join(
        f"  - name: criterion {n} of {number}\n"
        f"    given: {{request.treatment: t{number}, request.date: 2021-01-01, request.visits: 1, g{number}.flag{n}: true}}\n"
        f"    expect: {{finding: whole_can_meet, criteria: {{c{n}: met}}}}\n"
        for n in range(of_one)
    )


def _command(command: tuple[str, ...], folder: Path) -> list[str]:
    return ["rules", *command, "--rules", str(folder)]


def _least(arguments: list[str]) -> float:
    return min(_seconds(arguments) for _ in range(ROUNDS))


def _seconds(arguments: list[str]) -> float:
    command = [sys.executable, "-c", "import sys; from mtus_engine.cli.main import main; sys.exit(main())", *arguments]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
