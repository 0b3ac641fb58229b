"""The tutorial, step by step, in an empty folder: files are written as it says, commands print what it shows."""

import os
import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT

TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
STEP = re.compile(
    r"(?:In `(?P<file>[^`]+)`, below the line `(?P<line>[^`]+)`, add:\n\n|Write `(?P<whole>[^`]+)`:\n\n)?"
    r"```(?P<kind>\w+)\n(?P<text>.*?)```",
    re.DOTALL,
)


def printed_by(command, folder):
    program = f'mtus() {{ "{sys.executable}" -m mtus_engine.cli.main "$@"; }}\n{command}'
    environment = {**os.environ, "COLUMNS": "100"}
    done = subprocess.run(
        ["bash", "-c", program], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout.rstrip(), done.stderr


@pytest.mark.slow
def test_every_step_of_the_tutorial_gives_what_it_says(tmp_path):
    ran = 0
    for step in STEP.finditer(TUTORIAL):
        if step["kind"] != "console":
            file = tmp_path / (step["file"] or step["whole"])
            if step["whole"]:
                file.write_text(step["text"], encoding="utf-8")
                continue
            text, line = file.read_text(encoding="utf-8"), f"\n{step['line']}\n"
            assert text.count(line) == 1, f"{file} has no single line {step['line']!r}"
            file.write_text(text.replace(line, f"{line}{step['text']}"), encoding="utf-8")
            continue
        for part in step["text"].split("$ ")[1:]:
            command, _, wanted = part.partition("\n")
            printed, said = printed_by(command, tmp_path)
            assert printed == wanted.rstrip(), f"{command}\n{printed}\n{said}"
            ran += 1
    assert ran == 9


def test_the_tutorial_counts_the_shipped_rules_and_its_own():
    """What its slow steps print follows from what the README prints: an edition, a fact, examples, and then a phrase."""
    counted = re.compile(r"(\d+) editions, (\d+) facts, (\d+) examples, (\d+) cues: no mistake found")
    shipped = counted.search((ROOT / "README.md").read_text(encoding="utf-8"))
    editions, facts, examples, cues = map(int, shipped.groups())
    own = [tuple(map(int, found.groups())) for found in counted.finditer(TUTORIAL)]
    assert own == [(editions + 1, facts + 1, examples + 7, cues), (editions + 1, facts + 1, examples + 7, cues + 1)]
