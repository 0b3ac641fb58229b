"""What an edit changes on cases: nothing of itself, and exactly what a recount finds."""

import json
import os
import shutil
import subprocess

import pytest

from mtus_engine.api import Checker, load_rules, read_case_file
from mtus_engine.cli.main import main
from tests.conftest import CASES, ROOT, RULES

# What these guard is beside the main job: make test leaves them to make test-all.
pytestmark = pytest.mark.slow

PHYSICAL = "physical-medicine/2016-07-29.yaml"


def edited(tmp_path, name, *changes):
    folder = tmp_path / "new"
    shutil.copytree(RULES, folder)
    text = (folder / name).read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def impact_of(capsys, old, new, *more):
    code = main(["rules", "impact", str(old), str(new), "--cases", str(CASES), "--format", "json", *more])
    return code, {one["item"]: one for one in json.loads(capsys.readouterr().out)["items"]}


def test_rules_have_no_impact_against_themselves(capsys):
    code, found = impact_of(capsys, RULES, RULES, "--fail-on", "stricter,looser,reclassified,evidence")
    assert code == 0
    assert len(found) == 31
    assert {one["change"] for one in found.values()} == {"unchanged"}
    assert [one["moved"] for one in found.values() if one["moved"]] == []


def findings(folder):
    """The findings and supported visits of every item, counted without the code that compares."""
    ruleset = load_rules(folder)
    checker, counted = Checker(ruleset), {}
    for file in sorted(CASES.glob("*.yaml")):
        case = read_case_file(file, ruleset)
        for item in case.items:
            evaluation = checker.determination(case, item).evaluation
            open_ = evaluation.finding.value in {"part_can_meet", "whole_can_meet", "meets_in_part"}
            counted[f"{case.case} item {item.item}"] = (
                evaluation.finding.value,
                evaluation.units.supported if evaluation.units and open_ else None,
            )
    return counted


def test_a_higher_cap_moves_exactly_the_items_that_a_recount_finds(tmp_path, capsys):
    new = edited(tmp_path, PHYSICAL, ("then: {visits: 10}", "then: {visits: 12}"))
    code, found = impact_of(capsys, RULES, new, "--fail-on", "looser")
    assert code == 5
    before, after = findings(RULES), findings(new)
    moved = {name for name in before if before[name] != after[name]}
    assert moved
    assert {name for name, one in found.items() if one["change"] not in {"unchanged", "evidence only"}} == moved
    assert {found[name]["change"] for name in moved} == {"looser"}
    assert all(any("visits" in part["name"] for part in found[name]["moved"]) for name in moved)


def test_a_criterion_that_goes_is_named(tmp_path, capsys):
    new = edited(
        tmp_path,
        "work-hardening/2009-07-18.yaml",
        ("injury.age: {at_most: 2 years}", "injury.age: {at_most: 20 years}"),
    )
    _, found = impact_of(capsys, RULES, new)
    moved = found["CM13-0053115 item 1"]["moved"]
    assert {
        "name": "work-hardening 2009-07-18 within-two-years",
        "before": "not_met, stated",
        "after": "met, stated",
    } in moved


@pytest.mark.parametrize("kind", ["terminal", "markdown", "html"])
def test_every_format_names_item_and_criterion(tmp_path, capsys, kind):
    new = edited(tmp_path, PHYSICAL, ("then: {visits: 10}", "then: {visits: 12}"))
    assert main(["rules", "impact", str(RULES), str(new), "--cases", str(CASES), "--format", kind]) == 0
    out = capsys.readouterr().out
    assert "7 looser" in out
    assert "are under an edition that the edit changes" in out
    assert "CM17-0020728" in out
    assert ("<script" in out, "<table>" in out) == (False, kind == "html")


@pytest.mark.parametrize(
    ("command", "file", "edit", "rule"),
    [
        (["impact", "--cases", str(CASES)], PHYSICAL, ("then: {visits: 10}", "then: {visits: 12}"), "visits"),
        (["prove"], "work-hardening/2009-07-18.yaml", ("at_most: 2 years", "at_most: 1 year"), "within-two-years"),
    ],
)
def test_what_an_edit_changes_is_told_at_the_line_of_the_rule_that_moved(command, file, edit, rule, tmp_path, capsys):
    pytest.importorskip("z3")
    new = edited(tmp_path, file, edit)
    main(["rules", *command, "--format", "github", "--", str(RULES), str(new)])
    text = (new / file).read_text(encoding="utf-8")
    line = text[: text.index(f"- id: {rule}\n")].count("\n") + 1
    found = capsys.readouterr().out.splitlines()
    assert found
    assert [one for one in found if f"{file},line={line}," not in one] == []


def test_a_git_revision_is_a_ruleset(tmp_path, capsys, monkeypatch):
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}

    def git(*words):
        subprocess.run(
            ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *words],
            cwd=tmp_path,
            check=True,
            capture_output=True,
            env=environment,
        )

    shutil.copytree(RULES, tmp_path / "rules")
    git("init", "-q")
    git("add", "rules")
    git("commit", "-qm", "first")
    monkeypatch.chdir(tmp_path)
    _, found = impact_of(capsys, "HEAD", "HEAD:rules")
    assert {one["change"] for one in found.values()} == {"unchanged"}


@pytest.mark.parametrize("name", ["nowhere", "-x", "HEAD:nothing-of-that-name"])
def test_what_is_no_ruleset_is_told(name, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    command = ["rules", "impact", "--cases", str(CASES), "--", name, str(RULES)]
    assert main(command) == 1
    assert "neither a folder nor a git revision" in capsys.readouterr().err


def test_a_change_that_is_none_is_told(capsys):
    with pytest.raises(SystemExit):
        main(["rules", "impact", str(RULES), str(RULES), "--cases", str(CASES), "--fail-on", "sticter"])
    assert "stricter, looser, reclassified, evidence" in capsys.readouterr().err


def test_how_many_items_an_edited_row_has_a_say_in_is_told(tmp_path, capsys):
    myalgia = "then: {visits: {at_least: 9, at_most: 10}, course: 8 weeks}"
    new = edited(tmp_path, PHYSICAL, (myalgia, myalgia.replace("10", "11")))
    assert main(["rules", "impact", str(RULES), str(new), "--cases", str(CASES)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "22 of them are under an edition that the edit changes, and in 1 of these" in said


def test_a_new_fact_of_the_vocabulary_changes_no_edition(tmp_path, capsys):
    fact = "facts:\n  brand.new:\n    type: boolean\n    label: New\n    question: Is it new?\n"
    new = edited(tmp_path, "vocabulary.yaml", ("\nfacts:\n", f"\n{fact}"))
    assert main(["rules", "impact", str(RULES), str(new), "--cases", str(CASES)]) == 0
    assert "0 of them are under an edition that the edit changes" in capsys.readouterr().out
