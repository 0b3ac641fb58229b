"""The benchmark's contestants give the same statuses: only then does it say something to time them."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT

# What these guard is beside the main job: make test leaves them to make test-all.
pytestmark = pytest.mark.slow


def test_all_contestants_agree_and_every_rate_is_shown():
    # A process of its own: the library's Host swallows what goes wrong in an action, a warning made an error too.
    command = [sys.executable, "-m", "benchmarks.throughput", "12"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for name in ("engine, full trace", "Host pattern", "hand-written Python"):
        assert name in done.stdout


def test_the_audit_is_measured_beside_checking():
    command = [sys.executable, "-m", "benchmarks.audit", "3", "6"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "6 items: audit" in done.stdout
