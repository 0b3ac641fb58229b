"""What the README and the documents say is so: its commands run, its examples give what is printed."""

import os
import re
import shlex
import shutil
import subprocess
import sys

import pytest

from mtus_engine.api import Checker, case_of_text
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
CHECKING = (ROOT / "docs" / "checking.md").read_text(encoding="utf-8")
CONSOLE = re.findall(r"```console\n(.*?)```", README + CHECKING, re.DOTALL)
COMMANDS = [part.split("\n", 1) for block in CONSOLE for part in block.split("$ ")[1:]]


def run(command):
    words = [sys.executable, "-m", "mtus_engine.cli.main", *shlex.split(command)[1:]]
    environment = {**os.environ, "COLUMNS": "100"}
    return subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("command", "printed"), COMMANDS, ids=[command for command, _ in COMMANDS])
def test_a_command_prints_what_the_documents_show(command, printed):
    done = run(command)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.rstrip() for line in done.stdout.rstrip().splitlines()] == printed.rstrip().splitlines()


def in_fences(document, kind):
    return re.findall(rf"```{kind}\n(.*?)```", (ROOT / "docs" / document).read_text(encoding="utf-8"), re.DOTALL)


def test_the_case_of_the_document_is_determined(ruleset):
    (text,) = in_fences("case-files.md", "yaml")
    (checked,) = Checker(ruleset).check(case_of_text("case-files.md", text.encode(), ruleset))
    limits = {
        x.rule.id: (x.status.value, x.left.low, x.left.high)
        for x in checked.determination.evaluation.candidates[0].limits
        if x.status.value != "not_applicable"
    }
    assert limits == {"visits": ("exceeded", 1, 4)}


def test_the_python_of_the_document_runs(monkeypatch, capsys):
    (code,) = in_fences("checking.md", "python")
    monkeypatch.chdir(ROOT)
    exec(compile(code, "checking.md", "exec"), {})
    assert capsys.readouterr().out.startswith("does_not_meet")


def test_every_option_of_the_document_is_one_of_check(capsys):
    from mtus_engine.cli.main import main

    with pytest.raises(SystemExit):
        main(["check", "--help"])
    given = capsys.readouterr().out
    document = (ROOT / "docs" / "checking.md").read_text(encoding="utf-8")
    options = re.findall(r"^\| `(--[a-z-]+)", document, re.MULTILINE)
    assert len(options) == 13
    assert [option for option in options if option not in given] == []


def test_links_between_documents_lead_somewhere():
    for document in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / link).exists(), f"{document.name}: {link}"


def test_the_debian_packages_of_the_readme_are_those_that_ci_installs():
    (named,) = re.findall(r"apt-get install --no-install-recommends (.*)", README)
    script = (ROOT / "tools" / "system-packages").read_text(encoding="utf-8")
    installed = set(re.findall(r"missing\+=\(([^)]*)\)", script))
    assert set(named.split()) == {package for group in installed for package in group.split()}
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_cue_of_the_document_is_one(tmp_path, capsys):
    from mtus_engine.cli.main import main

    (cue,) = in_fences("ingest.md", "yaml")
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    (tmp_path / "rules" / "extraction" / "work.yaml").write_text(cue, encoding="utf-8")
    (tmp_path / "rules" / "extraction" / "improvement.yaml").unlink()
    assert main(["rules", "lint", "--rules", str(tmp_path / "rules")]) == 0


@pytest.mark.slow
def test_the_guideline_of_the_document_is_valid_and_needs_every_key_that_is_not_marked_optional(tmp_path, capsys):
    from mtus_engine.cli.main import main

    (text,) = in_fences("rule-files.md", "yaml")
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    file = tmp_path / "rules" / "gym-membership" / "2017-12-01.yaml"
    file.write_text(text, encoding="utf-8")
    assert main(["rules", "lint", "--rules", str(tmp_path / "rules")]) == 0
    for key in ("guideline", "title", "source", "in_force", "covers"):
        file.write_text(re.sub(rf"^{key}:.*\n(?:  .*\n)*", "", text, flags=re.MULTILINE), encoding="utf-8")
        assert main(["rules", "lint", "--rules", str(tmp_path / "rules")]) == 5
        assert f"the key {key} is missing" in capsys.readouterr().out
