"""What docs/operate.md and deploy/ say is so: installed from nothing, on every Python that is here."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mtus_engine.cli.main import _parser
from mtus_engine.store.record import open_record
from tests.conftest import ROOT
from tests.records import case_document, kept_case, released, somebody, step
from tests.servers import awaited, running

# What these guard is beside the main job: make test leaves them to make test-all.
pytestmark = pytest.mark.slow

CONTAINERFILE = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
VERSIONS = ("3.11", "3.12", "3.13", "3.14")


def python_of(version):
    """The interpreter of a version, None where it is not on this machine."""
    pyenv = sorted(
        Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob(f"versions/{version}.*/bin/python{version}")
    )
    named = [*map(str, pyenv), shutil.which(f"python{version}")]
    return next((one for one in named if one is not None), None)


@pytest.fixture(scope="module")
def logged(tmp_path_factory):
    """A data folder with two records that this Python determined."""
    data = tmp_path_factory.mktemp("logged") / "data"
    data.mkdir(mode=0o700)
    record = open_record(data)
    nina = somebody(record)
    release = released(record, nina)
    for name in ("CM14-0017506", "CM14-0195168"):
        step(record, nina, kept_case(record, nina, case_document(name)), release)
    record.close()
    return data


@pytest.mark.parametrize("version", VERSIONS)
def test_the_steps_of_the_container_give_a_server_on_every_python_that_is_here(version, logged, tmp_path):
    """No builder of images is needed: the steps run in a folder, with nothing of this environment."""
    python = python_of(version)
    if python is None:
        pytest.skip(f"Python {version} is not on this machine")
    source, target = tmp_path / "src", tmp_path / "opt"
    source.mkdir()
    for line in re.findall(r"^COPY (?!--from)(.*)$", CONTAINERFILE, re.MULTILINE):
        *names, to = line.split()
        for name in names:
            place = source if to == "./" else source / to
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, place, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, place)
    kept = {name: value for name, value in os.environ.items() if name in {"HOME", "LANG"} or "PIP" in name}
    environment = {**kept, "PATH": "/usr/bin:/bin", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    steps = [one for one in re.findall(r"^RUN (.*)$", CONTAINERFILE, re.MULTILINE) if "/opt/mtus" in one]
    assert len(steps) == 4
    for one in steps:
        command = one.replace("/opt/mtus", str(target)).replace("RUN python", python)
        command = re.sub(r"^python ", f"{python} ", command)
        run = subprocess.run(
            command, shell=True, cwd=source, env=environment, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stderr[-2000:]
    mtus = target / "bin" / "mtus"
    # No Java, no compiler, no checkout in reach.
    bare = {"PATH": "/nowhere", "HOME": str(tmp_path)}
    data = tmp_path / "data"
    with running(data, program=[str(mtus)], environment=bare) as (site, token, _), awaited(site, token) as client:
        assert client.check(case_document())[0]["finding"] == "whole_can_meet"
    copied = shutil.copytree(logged, tmp_path / "logged")
    copied.chmod(0o700)
    command = [str(mtus), "log", "replay", "--data", str(copied)]
    replayed = subprocess.run(command, env=bare, capture_output=True, text=True, check=False)
    assert replayed.stdout == "2 of 2 records came out as they were logged, to the byte\n", replayed.stderr


def test_the_image_is_built_where_a_builder_is_at_hand():
    builder = next((one for one in ("podman", "buildah", "docker") if shutil.which(one)), None)
    if builder is None or subprocess.run([builder, "info"], capture_output=True, check=False).returncode:
        pytest.skip("no builder of images runs here: the steps of the Containerfile are run by the test above")
    command = [builder, "build", "-q", "-f", "deploy/Containerfile", "-t", "mtus-engine-test", "."]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]


def test_neither_image_nor_unit_runs_as_root_or_writes_beyond_its_data():
    assert "USER 10001" in CONTAINERFILE
    assert "--read-only" in CONTAINERFILE
    unit = (ROOT / "deploy" / "mtus.service").read_text(encoding="utf-8")
    for line in ("User=mtus", "ProtectSystem=strict", "StateDirectoryMode=0700", "NoNewPrivileges=yes"):
        assert line in unit.splitlines()


def commands_of(text):
    """The commands of ours that a text shows, without what stands before and after them."""
    for line in re.findall(r"^\s*(?:MTUS_\w+=\S+ )?((?:mtus|ExecStart=\S+/mtus) .*)$", text, re.MULTILINE):
        yield shlex.split(re.sub(r"^\S+ ", "", line).replace("…", ""), comments=True)


@pytest.mark.parametrize("file", ["docs/operate.md", "deploy/mtus.service"])
def test_the_commands_that_are_shown_are_commands(file):
    shown = list(commands_of((ROOT / file).read_text(encoding="utf-8")))
    assert shown
    for words in shown:
        assert _parser(words).parse_args(words).run is not None, words


def test_the_python_of_the_interface_runs(tmp_path, capsys):
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "api.md").read_text(encoding="utf-8"), re.DOTALL)
    with running(tmp_path / "data") as (site, token, _):
        awaited(site, token)._http.close()
        exec(compile(code, "api.md", "exec"), {"ADDRESS": site, "TOKEN": token})
    assert capsys.readouterr().out == "whole_can_meet\n/items/0/facts/request.treatment\n"


def test_the_addresses_of_the_document_are_those_of_the_interface():
    from mtus_engine.serve.app import routes

    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"`(?:\w+ )?(/v1/[a-z_{}/-]+)", text))
    served = {re.sub(r"\{\w+\}", "{}", route.path) for route in routes()}
    assert {re.sub(r"\{\w+\}", "{}", one) for one in shown} - {"/v1/cases/{}/review/{}"} <= served


def test_who_is_missing_what_is_told_in_a_line(tmp_path):
    """Without the extra, the command says what to install."""
    code = (
        "import sys; sys.modules['sqlalchemy'] = None\n"
        "from mtus_engine.cli.main import main; sys.exit(main(['log', 'verify', '--data', sys.argv[1]]))"
    )
    run = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "pip install 'mtus-engine[serve]'" in run.stderr
    assert "Traceback" not in run.stderr
