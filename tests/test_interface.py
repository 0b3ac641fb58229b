"""The whole interface, drawn at random by its own description (schemathesis), in every role."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.records import case_document
from tests.servers import ROLES, listening, served, signed_in

# How often each route is tried, beside the cases that its description gives.
EXAMPLES = 3


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_nothing_that_is_sent_makes_the_server_fail_or_break_its_word(role, tmp_path):
    with served(tmp_path / "data") as (app, http):
        signed_in(http, "nurse").create(case_document())
        token = signed_in(http, role)._headers["Authorization"]
        with listening(app) as address:
            command = [
                str(Path(sys.executable).with_name("schemathesis")),
                "run",
                f"{address}/openapi.json",
                f"--header=Authorization: {token}",
                "--exclude-path=/v1/sign-out",
                # A schema cannot say all that makes a case: a valid one may still be refused, with its mistakes.
                "--checks=all",
                "--exclude-checks=positive_data_acceptance",
                f"--max-examples={EXAMPLES}",
                "--seed=1",
                "--no-color",
                "--phases=examples,coverage,fuzzing",
            ]
            run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert run.returncode == 0, run.stdout[-6000:]
