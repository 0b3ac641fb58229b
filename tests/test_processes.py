"""Processes of a pool end with the one that began them."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import CASES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
LONGEST = 120


def children(pid):
    """The processes that a process began, and those that they began."""
    try:
        begun = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [pid_ for child in map(int, begun) for pid_ in (child, *children(child))]


@pytest.mark.slow
@pytest.mark.parametrize("command", ["ingest", "check"])
def test_a_command_that_is_killed_leaves_no_process_behind(command, tmp_path):
    if command == "check":
        for n in range(100):
            (tmp_path / f"{n}.yaml").write_bytes(min(CASES.glob("*.yaml")).read_bytes())
        given = [str(tmp_path), "--workers", "2", "--format", "json", "--out", str(tmp_path / "out.json")]
    else:
        for n in range(100):
            (tmp_path / f"{n}.txt").write_text("A letter. " * 5_000, encoding="utf-8")
        given = [str(tmp_path), "--workers", "2", "--out", str(tmp_path / "drafts")]
    run = subprocess.Popen(
        [sys.executable, "-m", "mtus_engine.cli.main", command, *given],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    # Processes that are no copies have one more beside them, which keeps account of what they share.
    while run.poll() is None and len(children(run.pid)) < (2 if command == "check" else 3):
        pass
    handles = [os.pidfd_open(pid) for pid in children(run.pid)]
    assert len(handles) >= 2
    run.send_signal(signal.SIGKILL)
    run.wait()
    for handle in handles:
        ready, _, _ = select.select([handle], [], [], LONGEST)
        os.close(handle)
        assert ready
