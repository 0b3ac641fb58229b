"""The wheel, installed into an empty environment outside the checkout, determines a case with its own rules."""

import os
import subprocess
import sys
import venv

import pytest

from tests.conftest import CASES, ROOT

# What these guard is beside the main job: make test leaves them to make test-all.
pytestmark = pytest.mark.slow


def run(*words, cwd):
    done = subprocess.run(
        [str(w) for w in words], cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


# The compiler's flags with which the rules engine loads on every Python that is supported.
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}},
    "CC": "gcc -O2 -DPyEval_CallObject=PyObject_CallObject",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, cwd=ROOT)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "env", with_pip=True)
    python = folder / "env" / "bin" / "python"
    # Built here and not taken from a cache: a wheel cached by a build without the flags would not load.
    run(
        python,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-cache-dir",
        "--no-binary",
        "durable-rules",
        "durable-rules==2.0.28",
        cwd=folder,
    )
    run(python, "-m", "pip", "install", "-q", wheel, cwd=folder)
    return folder


def test_a_case_is_determined_outside_the_checkout(installed):
    out = run(installed / "env" / "bin" / "mtus", "check", CASES / "CM14-0195168.yaml", cwd=installed)
    assert "Does not meet criteria: refer to a physician reviewer" in out
    run(installed / "env" / "bin" / "mtus", "check", CASES, "--format", "html", "--out", "page.html", cwd=installed)
    assert "<style>" in (installed / "page.html").read_text(encoding="utf-8")


def test_the_commands_of_the_core_need_no_extra(installed):
    mtus = installed / "env" / "bin" / "mtus"
    assert "no mistake found" in run(mtus, "rules", "lint", cwd=installed)
    assert "acupuncture" in run(mtus, "treatments", cwd=installed)
    assert "request.treatment" in run(mtus, "new", "acupuncture", cwd=installed)
    run(mtus, "rules", "book", "--out", "book", cwd=installed)


def test_rules_and_schemas_are_in_the_wheel(installed):
    code = "from mtus_engine.api import shipped_rules; print(shipped_rules(), *sorted(p.name for p in (shipped_rules().parent / 'schema').iterdir()))"
    out = run(installed / "env" / "bin" / "python", "-c", code, cwd=installed).split()
    assert str(installed) in out[0]
    assert set(out[1:]) == {path.name for path in (ROOT / "schema").glob("*.json")}


def test_without_the_extra_the_audit_says_what_to_install(installed):
    words = [installed / "env" / "bin" / "mtus", "audit", CASES]
    done = subprocess.run(words, cwd=installed, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "pip install 'mtus-engine[audit]'" in done.stderr
    helped = subprocess.run([words[0], "--help"], env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert (helped.returncode, "audit" in helped.stdout) == (0, True)
