"""Packs: what they add and may not change, whose law a case is under, how they are made, built, added and refused."""

import io
import json
import os
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from mtus_engine.api import Checker, case_of_text, load_rules, read_case_file, shipped_rules
from mtus_engine.bulk.rows import statements_of
from mtus_engine.cli.main import main
from mtus_engine.loader.config import configuration
from mtus_engine.loader.packs import read_layer, read_layers, shipped_packs
from mtus_engine.model.case import Case, CaseItem
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.policy.published import PUBLISHED, altered_parts, fingerprints
from mtus_engine.report.json_text import json_item
from mtus_engine.report.outlines import item_outline
from tests.conftest import ROOT
from tests.test_columns import told

# What these guard is beside the main job: make test leaves them to make test-all.
pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs" / "packs.md").read_text(encoding="utf-8")
WASHINGTON = ROOT / "packs" / "washington-lni"


def office_of_the_page(folder):
    """Write the pack of docs/packs.md into a folder and return where it lies."""
    files = re.findall(r"`(harbor-office/[^`]+)`\n\n```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert len(files) == 4
    for name, text in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "harbor-office"


def case_of_the_page():
    return re.search(r"```yaml\n(case: today\n.*?)```", PAGE, re.DOTALL)[1]


def determined(text, ruleset):
    """The items of a case in their JSON form."""
    return [item_outline(one) for one in Checker(ruleset).check(case_of_text("case.yaml", text.encode(), ruleset))]


def changed(pack, name, *pairs):
    file = pack / name
    text = file.read_text(encoding="utf-8")
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after, 1)
    file.write_text(text, encoding="utf-8")


@pytest.fixture
def office(tmp_path):
    return office_of_the_page(tmp_path)


# ---- the page


def test_the_pack_of_the_page_passes_its_check_and_says_what_the_page_shows(office, capsys, monkeypatch):
    monkeypatch.chdir(office.parent)
    assert main(["packs", "check", "harbor-office"]) == 0
    (shown,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert capsys.readouterr().out == shown


def test_the_spreadsheet_of_the_page_gives_the_table_of_the_page(tmp_path, capsys):
    (text,) = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "visits.csv").write_text(text, encoding="utf-8")
    assert main(["rules", "import", str(tmp_path / "visits.csv")]) == 0
    printed = capsys.readouterr().out
    rows = printed[printed.index("    rows:") :]
    assert rows in PAGE


def test_a_request_of_today_is_licensed_text_without_the_pack_and_judged_with_it(office, ruleset):
    (without,) = determined(re.sub(r" *harbor.*\n", "", case_of_the_page()), ruleset)
    assert without["finding"] == "not_covered"
    assert "licensed text (ACOEM) and is not shipped" in without["finding_words"]
    (item,) = determined(case_of_the_page(), load_rules([office]))
    assert (item["finding"], item["units"]["supported"]) == ("meets_in_part", {"at_least": 8, "at_most": 8})
    assert {one["pack"] for one in (*item["criteria"], *item["limits"])} == {"harbor-office"}
    assert [one["pack"] for one in item["jurisdiction"]["packs"]] == ["california-mtus", "harbor-office"]
    assert [one["title"] for one in item["passed"] if one["in_force"]] == ["ACOEM guidelines, by reference"]


def test_the_overlay_and_the_marks_of_the_page_are_valid(office, capsys):
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    for kind in ("overlays", "marks"):
        (text,) = [block for block in blocks if block.startswith(f"{kind}:")]
        (office / f"{kind}.yaml").write_text(text, encoding="utf-8")
    rules = load_rules(office)
    (edition,) = [e for e in rules.editions if e.key == "physical-medicine 2016-07-29"]
    added = edition.criteria[-1]
    assert (added.id, added.pack, added.mark.reading) == ("goals", "harbor-office", "interpretation")
    (hardening,) = [e for e in rules.editions if e.key == "work-hardening 2009-07-18"]
    (visits,) = [limit for limit in hardening.limits if limit.id == "visits"]
    assert visits.mark.verified
    assert visits.mark.marked_by == "J. Doe, 2026-11-02"
    assert main(["packs", "show", "harbor-office", "--rules", str(office)]) == 0
    printed = capsys.readouterr().out
    assert "J. Doe" in printed
    assert "ACOEM" in printed


# ---- layers


def test_cases_of_california_come_out_byte_for_byte_with_washington_beside(ruleset):
    beside = load_rules([shipped_rules(), WASHINGTON])
    alone, layered = Checker(ruleset), Checker(beside)
    files = sorted((ROOT / "cases" / "imr").glob("*.yaml"))
    for file in files:
        texts = [
            [json_item(item_outline(one)) for one in checker.check(read_case_file(file, checker.ruleset))]
            for checker in (alone, layered)
        ]
        assert texts[0] == texts[1]
    assert beside.digest == ruleset.digest
    assert [one.jurisdiction.id for one in beside.others] == ["washington"]


def test_what_a_pack_needs_comes_with_it_and_california_stays_the_default():
    rules = load_rules(WASHINGTON)
    assert rules.jurisdiction.id == "california"
    assert rules.of("WA").jurisdiction.id == "washington"
    assert load_rules(WASHINGTON, "washington").jurisdiction.id == "washington"
    assert load_rules("washington-lni", "wa").jurisdiction.id == "washington"


def test_a_case_without_a_jurisdiction_says_by_which_it_was_judged_and_one_of_nowhere_that_nobody_has_its_rules():
    rules = load_rules(WASHINGTON)
    text = "case: a\n{}facts: {{injury.date: 2023-03-01}}\nitems:\n- item: 1\n  facts:\n    request.treatment: massage_therapy\n    request.date: 2024-03-01\n    request.visits: 2\n"
    laws = {
        named: determined(text.format(f"jurisdiction: {named}\n" if named else ""), rules)[0]
        for named in ("", "Washington", "Oregon")
    }
    assert laws[""]["jurisdiction"]["named"] is False
    assert laws[""]["jurisdiction"]["id"] == "california"
    assert laws["Washington"]["guideline"] == "lni-massage"
    assert laws["Oregon"]["finding"] == "not_covered"
    assert "no rules here are for Oregon" in laws["Oregon"]["finding_words"]
    assert laws["Oregon"]["jurisdiction"]["packs"] == []


def test_a_fact_of_another_jurisdiction_is_unknown_to_a_case():
    text = "case: a\nitems:\n- item: 1\n  facts: {request.treatment: massage_therapy, lni.claim.massage_visits: 3}\n"
    with pytest.raises(Rejected, match=r"lni\.claim\.massage_visits"):
        case_of_text("case.yaml", text.encode(), load_rules(WASHINGTON))


def test_the_outcome_of_a_pack_is_predicted_in_its_own_setting_alone():
    rules = load_rules(WASHINGTON, "washington")
    assert {setting for setting, _ in rules.outcomes} == {"ur"}


@pytest.mark.parametrize(
    ("visits", "other", "steps"),
    [
        (4, 0, {"none-needed": "applies"}),
        (5, 0, {"service-request": "applies"}),
        (16, 0, {"service-request": "applies"}),
        (17, 0, {"utilization-review": "applies"}),
        (4, 13, {"service-request": "applies"}),
        (4, 25, {"utilization-review": "applies"}),
        ("{at_least: 3, at_most: 6}", 0, {"none-needed": "may_apply", "service-request": "may_apply"}),
        ("{at_least: 5, at_most: 16}", 0, {"service-request": "applies"}),
    ],
)
def test_the_route_is_that_of_the_count_that_has_come_furthest(visits, other, steps):
    text = (
        "case: a\njurisdiction: wa\nitems:\n- item: 1\n  facts:\n    request.treatment: physical_therapy\n"
        f"    request.date: 2025-06-02\n    request.visits: 8\n    lni.claim.physical_therapy_visits: {visits}\n"
        f"    lni.claim.occupational_therapy_visits: {other}\n"
    )
    (item,) = determined(text, load_rules(WASHINGTON))
    (route,) = item["routes"]
    assert {one["id"]: one["status"] for one in route["steps"]} == steps
    assert route["open_facts"] == (["lni.claim.physical_therapy_visits"] if len(steps) > 1 else [])
    assert all(one["id"] != "visits-on-claim" for one in item["against"])


def test_two_packs_that_claim_one_request_are_both_shown_and_told(office, capsys):
    other = office.with_name("other")
    shutil.copytree(office, other)
    changed(other, "pack.yaml", ("harbor-office", "other"), ("namespace: harbor", "namespace: other"))
    for name in ("vocabulary.yaml", "acoem/2017-12-01.yaml", "acoem/2017-12-01.test.yaml"):
        text = (other / name).read_text(encoding="utf-8")
        (other / name).write_text(text.replace("harbor.", "other."), encoding="utf-8")
    rules = ["--rules", str(office), "--rules", str(other)]
    assert main(["packs", "conflicts", "--format", "json", *rules]) == 5
    (conflict,) = json.loads(capsys.readouterr().out)["conflicts"]
    assert (conflict["treatments"], conflict["first_day"]) == (["physical therapy"], "2017-12-01")
    assert main(["rules", "lint", *rules]) == 5
    assert "MT617" in capsys.readouterr().out
    (item,) = determined(case_of_the_page(), load_rules([office, other]))
    assert {one["pack"] for one in item["candidates"]} == {"harbor-office", "other"}


def test_an_overlay_decides_and_verified_text_alone_leaves_it_out(office):
    overlay = (
        "overlays:\n  - guideline: work-hardening\n    editions: [2009-07-18]\n    criteria:\n      - id: plan\n"
        "        cite: the handbook\n        requires: goals are documented\n        met_when: {harbor.goals_documented: true}\n"
    )
    (office / "overlays.yaml").write_text(overlay, encoding="utf-8")
    text = (
        "case: a\nitems:\n- item: 1\n  facts:\n    request.treatment: work_conditioning\n    request.date: 2014-01-02\n"
        "    harbor.goals_documented: false\n"
    )
    (item,) = determined(text, load_rules(office))
    (added,) = [one for one in item["criteria"] if one["pack"] == "harbor-office"]
    assert (added["id"], added["status"]) == ("plan", "not_met")
    assert added["marks"][0] == "not of the guideline: rule of harbor-office"
    assert (item["finding"], item["text_only"]["finding"]) == ("does_not_meet", "whole_can_meet")


@pytest.mark.parametrize(
    ("name", "before", "after", "code"),
    [
        ("vocabulary.yaml", "  harbor.goals_documented:", "  request.goals:", "MT323"),
        ("vocabulary.yaml", "facts:\n", "members:\n  request.treatment: {massage_therapy: rubbing}\nfacts:\n", "MT307"),
        ("vocabulary.yaml", "facts:\n", "members:\n  request.treatmant: {taping: taping}\nfacts:\n", "MT301"),
        ("vocabulary.yaml", "facts:\n", "members:\n  request.visits: {taping: taping}\nfacts:\n", "MT302"),
        ("acoem/2017-12-01.yaml", "  - fact: harbor.visits_by_table", "  - fact: visits_by_table", "MT323"),
        ("pack.yaml", "needs: [california-mtus]", "needs: [california]", "MT321"),
        ("pack.yaml", "needs: [california-mtus]", "needs: []", "MT321"),
        ("pack.yaml", "needs: [california-mtus]", "needs: [harbor-office]", "MT321"),
        ("pack.yaml", "pack: harbor-office", "pack: california-mtus", "MT321"),
        ("pack.yaml", 'version: "0.1"', "version: new", "MT203"),
        ("pack.yaml", "licence: invented for this page\n", "", "MT202"),
    ],
)
def test_a_pack_that_takes_what_is_not_its_own_is_refused_at_the_place(office, name, before, after, code):
    changed(office, name, (before, after))
    with pytest.raises(Rejected) as refused:
        load_rules(office)
    assert code in {one.code for one in refused.value.diagnostics}


def test_codes_for_members_of_others_are_refused(office):
    codes = "codes_for: diagnosis.groups\ncite: none\ngroups:\n  arthritis: {icd10: [S33]}\n"
    (office / "codes.yaml").write_text(codes, encoding="utf-8")
    with pytest.raises(Rejected, match="MT323"):
        load_rules(office)


def test_an_overlay_or_a_mark_that_is_meant_for_nothing_is_a_mistake(office):
    (office / "overlays.yaml").write_text(
        "overlays:\n  - guideline: work-hardning\n    criteria: []\n", encoding="utf-8"
    )
    (office / "marks.yaml").write_text(
        "marks:\n  - {guideline: work-hardening, edition: 2009-07-18, rule: vists, verified: true, by: me, dated: 2026-01-01}\n",
        encoding="utf-8",
    )
    with pytest.raises(Rejected) as refused:
        load_rules(office)
    assert [one.code for one in refused.value.diagnostics] == ["MT309", "MT309"]


# ---- where packs lie


def zipped(files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content, mode in files:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            archive.writestr(entry, content)
    return packed.getvalue()


def test_a_built_pack_is_the_same_bytes_again_and_loads_as_its_folder(office, monkeypatch, capsys):
    monkeypatch.chdir(office.parent)
    assert main(["packs", "build", "harbor-office"]) == 0
    built = Path("harbor-office-0.1.zip")
    first = built.read_bytes()
    for path in office.rglob("*"):
        os.utime(path, (0, 0))
    assert main(["packs", "build", "harbor-office"]) == 0
    assert built.read_bytes() == first
    changed(office, "pack.yaml", ("invented for this page", "another"))
    assert main(["packs", "build", "harbor-office"]) == 1
    assert "raise version" in capsys.readouterr().err
    assert main(["packs", "build", "harbor-office", "--anyway"]) == 0
    assert read_layer(built).digest == read_layer(office).digest
    assert load_rules(built).digest == load_rules(office).digest


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([("../outside.yaml", b"a", 0o644)], "outside the pack"),
        ([("/etc/passwd", b"a", 0o644)], "outside the pack"),
        ([("C:\\outside.yaml", b"a", 0o644)], "outside the pack"),
        ([("rules.yaml", b"/etc/passwd", 0o120777)], "is a link"),
        ([("a.yaml", b"0" * 6_000_000, 0o644)], "larger than"),
    ],
)
def test_a_hostile_zip_is_refused(tmp_path, files, words):
    (tmp_path / "p.zip").write_bytes(zipped(files))
    with pytest.raises(Rejected, match=words):
        read_layer(tmp_path / "p.zip")


def test_a_bomb_is_refused_before_anything_is_unpacked(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(60):
            archive.writestr(f"{n}.yaml", b"0" * 4_000_000)
    (tmp_path / "p.zip").write_bytes(packed.getvalue())
    with pytest.raises(Rejected, match="when unpacked"):
        read_layer(tmp_path / "p.zip")


def test_a_zip_cut_short_is_refused(office, tmp_path):
    main(["packs", "build", str(office), "--out", str(tmp_path / "p.zip")])
    whole = (tmp_path / "p.zip").read_bytes()
    (tmp_path / "p.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Rejected, match="MT322"):
        read_layer(tmp_path / "p.zip")


def test_a_link_out_of_the_folder_is_refused(office, tmp_path):
    (tmp_path / "secret.yaml").write_text("facts: {}\n", encoding="utf-8")
    (office / "linked.yaml").symlink_to(tmp_path / "secret.yaml")
    with pytest.raises(Rejected, match="leads outside"):
        load_rules(office)


def test_the_data_of_an_installed_package_is_a_pack_and_nothing_of_it_is_imported(office, tmp_path, monkeypatch):
    site = tmp_path / "site"
    shutil.copytree(office, site / "harbor_pack" / "data")
    (site / "harbor_pack" / "__init__.py").write_text("raise SystemExit('imported')\n", encoding="utf-8")
    info = site / "harbor_pack-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: harbor-pack\nVersion: 1.0\n", encoding="utf-8")
    listed = [path.relative_to(site).as_posix() for path in sorted(site.rglob("*")) if path.is_file()]
    (info / "RECORD").write_text("".join(f"{name},,\n" for name in listed), encoding="utf-8")
    monkeypatch.syspath_prepend(str(site))
    assert load_rules("package:harbor-pack").digest == load_rules(office).digest
    with pytest.raises(Rejected, match="no package"):
        read_layers("package:nobody-has-this")


# ---- configuration


def test_the_command_line_goes_before_the_environment_and_that_before_the_files(office, tmp_path):
    home, project = tmp_path / "home", tmp_path / "project" / "below"
    project.mkdir(parents=True)
    (home / "mtus").mkdir(parents=True)
    environment = {"XDG_CONFIG_HOME": str(home)}
    assert configuration(project, environment).sources == (shipped_rules(),)
    (home / "mtus" / "mtus.toml").write_text('rules = ["own"]\njurisdiction = "wa"\n', encoding="utf-8")
    assert configuration(project, environment).sources == (home / "mtus" / "own",)
    (project.parent / "mtus.toml").write_text('rules = ["mine", "package:p"]\n', encoding="utf-8")
    found = configuration(project, environment)
    assert found.sources == (project.parent / "mine", "package:p")
    assert found.jurisdiction == "wa"
    named = configuration(project, {**environment, "MTUS_RULES": f"a{os.pathsep}package:b"})
    assert named.sources == ("a", "package:b")


def test_a_pack_that_is_added_is_used_and_refused_once_it_has_changed(office, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    assert main(["packs", "add", "harbor-office"]) == 1
    assert "nobody is here to ask" in capsys.readouterr().err
    assert not Path("mtus.toml").exists()
    assert main(["packs", "add", "harbor-office", "--yes"]) == 0
    assert "Harbor Office" in capsys.readouterr().err
    (tmp_path / "case.yaml").write_text(case_of_the_page(), encoding="utf-8")
    assert main(["check", "case.yaml", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["pack"] == "harbor-office"
    changed(office, "acoem/2017-12-01.yaml", ("at_most: 8}", "at_most: 9}"))
    assert main(["check", "case.yaml"]) == 1
    assert "MT325" in capsys.readouterr().err
    assert main(["packs", "add", "harbor-office", "--yes"]) == 0
    assert "replaces" in capsys.readouterr().err
    assert Path("mtus.toml").read_text(encoding="utf-8").count("[[pack]]") == 1
    assert main(["check", "case.yaml"]) == 0
    office.rename(tmp_path / "moved")
    capsys.readouterr()
    assert main(["check", "case.yaml"]) == 1
    assert "mtus packs remove harbor-office" in capsys.readouterr().err
    assert main(["packs", "add", "moved", "--yes"]) == 0
    assert main(["packs", "remove", "nothing"]) == 2
    assert main(["packs", "remove", "harbor-office"]) == 0
    assert "[[pack]]" not in Path("mtus.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("name: California", "name: Californa", "is called California"),
        ("id: california", "id: atlantis", ""),
    ],
)
def test_a_jurisdiction_that_was_mistyped_is_told_in_the_check_and_a_new_one_is_not(
    office, capsys, before, after, words
):
    changed(office, "pack.yaml", (before, after))
    main(["packs", "check", str(office)])
    printed = capsys.readouterr().out
    assert ("✗ jurisdiction" in printed) is bool(words)
    assert words in printed


def test_a_jurisdiction_of_a_known_name_and_another_id_is_refused_with_the_id(office, capsys):
    changed(office, "pack.yaml", ("id: california", "id: californa"))
    assert main(["packs", "check", str(office)]) == 1
    assert "write id: california" in capsys.readouterr().err


def test_a_pack_with_blanks_is_not_built_unless_one_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    command = [
        "packs",
        "new",
        "bay",
        "--covers",
        "acupuncture",
        "--guideline",
        "bay-acupuncture",
        "--from",
        "2020-01-01",
    ]
    assert main(command) == 0
    assert "takes_precedence_over: [acoem]" in (tmp_path / "bay" / "bay-acupuncture" / "2020-01-01.yaml").read_text(
        "utf-8"
    )
    capsys.readouterr()
    assert main(["packs", "check", "bay"]) == 5
    assert "✓ examples: 6 come out as expected" in capsys.readouterr().out
    assert main(["packs", "build", "bay"]) == 5
    assert not list(tmp_path.glob("*.zip"))
    assert main(["packs", "build", "bay", "--anyway"]) == 0


def test_a_new_pack_works_and_its_check_names_what_is_to_be_filled_in(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["packs", "new", "my-office", "--covers", "physical_therapy"]) == 0
    capsys.readouterr()
    assert main(["packs", "check", "my-office"]) == 5
    printed = capsys.readouterr().out
    assert "✓ examples: 6 come out as expected" in printed
    assert "✗ licence: publisher and licence in pack.yaml are still to be filled in" in printed
    for path in (tmp_path / "my-office").rglob("*.yaml"):
        path.write_text(re.sub(r"FILL IN.*", "said", path.read_text(encoding="utf-8")), encoding="utf-8")
    assert main(["packs", "check", "my-office"]) == 0
    (tmp_path / "my-office" / "run.py").write_text("", encoding="utf-8")
    assert main(["packs", "check", "my-office"]) == 5
    assert "run.py" in capsys.readouterr().out
    assert main(["packs", "new", "my-office", "--covers", "physical_therapy"]) == 1


# ---- what was published


def test_what_the_shipped_packs_say_is_what_was_published():
    rules = load_rules((shipped_rules(), *shipped_packs().values()))
    found = {key: parts for one in (rules, *rules.others) for key, parts in fingerprints(one).items()}
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == json.loads(json.dumps(found)), "make published"


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        (
            "then: {visits: 24, course: 16 weeks}\n        seen_in",
            "then: {visits: 26, course: 16 weeks}\n        seen_in",
            1,
        ),
        (
            "then: {visits: 24, course: 16 weeks}\n        seen_in",
            "then: {visits: 26, course: 16 weeks}\n        verified: false\n        seen_in",
            0,
        ),
    ],
)
def test_a_figure_that_was_changed_and_keeps_its_marks_is_told(tmp_path, capsys, before, after, parts):
    folder = tmp_path / "rules"
    shutil.copytree(shipped_rules(), folder)
    changed(folder, "physical-medicine/2009-07-18.yaml", (before, after))
    rules = load_rules(folder)
    assert len(list(altered_parts(rules))) == parts
    code = main(["rules", "lint", "--rules", str(folder)])
    printed = capsys.readouterr().out
    assert ("MT624" in printed) is bool(parts)
    assert code == (5 if parts else 0)
    main(["rules", "coverage", "--rules", str(folder), "-k", "physical-medicine 2009"])
    assert ("with the marks of before" in capsys.readouterr().out) is bool(parts)


# ---- what works on rules works on packs


def test_a_proof_on_a_pack_shows_a_case_of_its_jurisdiction_with_decimals(tmp_path, capsys):
    edited = tmp_path / "edited"
    shutil.copytree(WASHINGTON, edited)
    changed(
        edited,
        "work-rehabilitation/2024-02-02.yaml",
        ("hours_a_day: {between: [2, 4]}", "hours_a_day: {between: [2, 3.5]}"),
    )
    sides = [str(WASHINGTON), str(edited), "--jurisdiction", "washington"]
    assert main(["rules", "prove", *sides, "--cases", str(tmp_path / "shown")]) == 0
    printed = capsys.readouterr().out
    assert "Only stricter" in printed
    case = tmp_path / "shown" / "stricter.yaml"
    assert "jurisdiction: washington" in case.read_text(encoding="utf-8")
    findings = []
    for rules in (WASHINGTON, edited):
        assert main(["check", str(case), "--rules", str(rules), "--format", "json"]) == 0
        findings.append(json.loads(capsys.readouterr().out)[0]["finding"])
    assert findings[0] != findings[1]


def test_impact_shows_where_an_edit_moves_a_route(tmp_path, capsys):
    edited = tmp_path / "edited"
    shutil.copytree(WASHINGTON, edited)
    changed(edited, "lni-massage/2007-01-01.yaml", ("up_to: 6", "up_to: 5"))
    (tmp_path / "case.yaml").write_text(
        "case: a\njurisdiction: wa\nitems:\n- item: 1\n  facts:\n    request.treatment: massage_therapy\n"
        "    request.date: 2025-06-02\n    request.visits: 6\n    lni.claim.massage_visits: 0\n",
        encoding="utf-8",
    )
    assert (
        main(
            [
                "rules",
                "impact",
                str(WASHINGTON),
                str(edited),
                "--cases",
                str(tmp_path / "case.yaml"),
                "--format",
                "json",
            ]
        )
        == 0
    )
    (moved,) = json.loads(capsys.readouterr().out)["items"][0]["moved"]
    assert "route visits-on-claim" in str(moved)


def test_a_table_of_cases_has_a_column_for_each_tier_as_the_engine_gives_it(tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    named = ["--rules", str(WASHINGTON), "--jurisdiction", "washington"]
    table = tmp_path / "in.parquet"
    assert main(["bulk", "synthetic", "--rows", "800", "--seed", "7", "--out", str(table), *named]) == 0
    assert main(["bulk", str(table), "--out", str(tmp_path / "out"), *named]) == 0
    rows = [row for part in sorted((tmp_path / "out").rglob("*.parquet")) for row in pq.read_table(part).to_pylist()]
    ruleset = load_rules(WASHINGTON, "washington")
    checker, routes = Checker(ruleset), set()
    for given, row in zip(pq.read_table(table).to_pylist(), rows, strict=True):
        item = CaseItem("1", "t", statements_of(given, ruleset, "row"), None)
        determination = checker.determination(Case("c", given["setting"], None, (item,), "memory"), item)
        expected = told(determination)
        assert {name: row[name] for name in expected} == expected
        routes |= {value for name, value in expected.items() if name.startswith("route.")}
    assert routes == {None, "none-needed", "service-request", "utilization-review", "claim-manager"}


def test_the_book_and_a_new_case_say_the_pack_and_the_jurisdiction(tmp_path, capsys):
    named = ["--rules", str(WASHINGTON), "--jurisdiction", "washington"]
    assert main(["rules", "book", "--out", str(tmp_path / "book"), "--format", "markdown", *named]) == 0
    page = (tmp_path / "book" / "lni-massage-2007-01-01.md").read_text(encoding="utf-8")
    assert "Pack washington-lni" in page
    assert "claim-manager" in page
    assert main(["new", "massage_therapy", *named]) == 0
    text = capsys.readouterr().out
    assert "jurisdiction: washington" in text
    assert "lni.claim.massage_visits" in text


def test_a_paper_is_read_with_the_cues_of_a_pack(office, tmp_path, capsys):
    (office / "extraction").mkdir()
    (office / "extraction" / "cues.yaml").write_text(
        'cues:\n  - id: harbor-goals\n    fact: harbor.goals_documented\n    phrases: ["functional goals (are) documented|recorded"]\n',
        encoding="utf-8",
    )
    papers = tmp_path / "papers"
    shutil.copytree(ROOT / "samples" / "back-strain", papers)
    report = papers / "report-3.txt"
    text = report.read_text(encoding="utf-8")
    assert "Subjective complaints:\n" in text
    told = "Subjective complaints:\nFunctional goals are documented on the intake sheet. "
    report.write_text(text.replace("Subjective complaints:\n", told, 1), "utf-8")
    named = ["ingest", "--case", str(papers), "--out", str(tmp_path / "drafts"), "--rules", str(office)]
    assert main(named) == 0
    (draft,) = (tmp_path / "drafts").glob("*.yaml")
    assert "harbor.goals_documented" in draft.read_text(encoding="utf-8")
    assert "jurisdiction" not in draft.read_text(encoding="utf-8")


def test_a_guideline_of_ones_own_goes_into_a_pack_of_another_jurisdiction(tmp_path, capsys):
    pack = tmp_path / "washington"
    shutil.copytree(WASHINGTON, pack)
    command = [
        "rules",
        "new",
        "lni-acupuncture",
        "--covers",
        "acupuncture",
        "--from",
        "2020-01-01",
        "--rules",
        str(pack),
    ]
    assert main(command) == 0
    assert {e.guideline for e in load_rules(pack, "washington").editions} >= {"lni-acupuncture"}
    assert main(["rules", "new"]) == 2
    assert "is missing" in capsys.readouterr().err


def test_the_papers_of_a_request_are_read_under_the_rules_of_another_state(tmp_path, capsys):
    named = ["--rules", str(WASHINGTON), "--jurisdiction", "washington"]
    papers = str(ROOT / "samples" / "back-strain")
    assert main(["ingest", "--case", papers, "--out", str(tmp_path / "drafts"), *named]) == 0
    (draft,) = (tmp_path / "drafts").glob("*.yaml")
    capsys.readouterr()
    assert main(["check", str(draft), "--rules", str(WASHINGTON), "--format", "json"]) == 0
    first = json.loads(capsys.readouterr().out)[0]
    assert (first["guideline"], first["jurisdiction"]["named"]) == ("lni-physical-therapy", True)


# ---- what a review found


def test_a_rule_whose_marks_were_set_anew_is_judged_by_verified_text_too(office):
    (office / "marks.yaml").write_text(
        "marks:\n  - {guideline: work-hardening, edition: 2009-07-18, rule: visits, verified: true, by: J, dated: 2026-01-02}\n",
        encoding="utf-8",
    )
    text = "case: a\nitems:\n- item: 1\n  facts: {request.treatment: work_conditioning, request.date: 2014-01-02, request.visits: 12, prior.program.visits: 0}\n"
    (item,) = determined(text, load_rules(office))
    (limit,) = [one for one in item["limits"] if one["id"] == "visits"]
    assert "marks set by J, 2026-01-02" in limit["marks"]
    assert item["text_only"]["finding"] == "part_can_meet"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (
            "marks:\n  - {guideline: work-hardening, edition: 2009-07-18, rule: visits, by: J, dated: 2026-01-02}\n",
            "MT202",
        ),
        (
            "marks:\n  - {guideline: work-hardening, edition: 2009-07-18, rule: visits, verified: true, by: J, dated: some day}\n",
            "MT302",
        ),
        (
            "marks:\n"
            + 2
            * "  - {guideline: work-hardening, edition: 2009-07-18, rule: visits, verified: true, by: J, dated: 2026-01-02}\n",
            "MT307",
        ),
    ],
)
def test_marks_say_whether_a_figure_was_seen_once_and_on_which_day(office, text, code):
    (office / "marks.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(Rejected, match=code):
        load_rules(office)


@pytest.mark.parametrize("code", ["G90.5", "G90.59", "G90"])
def test_a_code_that_would_take_over_a_code_of_another_pack_is_refused(office, code):
    changed(
        office, "vocabulary.yaml", ("facts:\n", "members:\n  diagnosis.groups: {stiff_back: a stiff back}\nfacts:\n")
    )
    (office / "codes.yaml").write_text(
        f"codes_for: diagnosis.groups\ncite: none\ngroups:\n  stiff_back: {{icd10: [{code}]}}\n", encoding="utf-8"
    )
    with pytest.raises(Rejected, match="MT323"):
        load_rules(office)


def test_a_code_of_its_own_member_is_read(office):
    changed(
        office, "vocabulary.yaml", ("facts:\n", "members:\n  diagnosis.groups: {stiff_back: a stiff back}\nfacts:\n")
    )
    (office / "codes.yaml").write_text(
        "codes_for: diagnosis.groups\ncite: none\ngroups:\n  stiff_back: {icd10: [Q00]}\n", encoding="utf-8"
    )
    text = case_of_the_page().replace("[strain_sprain]", "[Q00.1]")
    (item,) = determined(text, load_rules(office))
    assert item["facts"]["diagnosis.groups"]["value"] == "a stiff back"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pack.yaml", ("namespace: harbor", "namespace: request")),
        (
            "vocabulary.yaml",
            (
                "facts:\n",
                "impossible:\n  - {id: never, says: it cannot be, when: {request.visits: {at_least: 1}}}\nfacts:\n",
            ),
        ),
    ],
)
def test_the_names_and_facts_that_all_share_are_not_a_packs_to_take(office, name, text):
    changed(office, name, text)
    with pytest.raises(Rejected, match="MT323"):
        load_rules(office)


def test_definitions_of_notices_are_in_the_namespace_too(office):
    (office / "notices.yaml").write_text(
        "definitions:\n  - {fact: request.twice, label: t, cite: t, product: [request.visits, 2]}\n"
        "notices:\n  - {id: n, cite: t, says: s, when: {request.twice: {at_least: 2}}}\n",
        encoding="utf-8",
    )
    with pytest.raises(Rejected, match="MT323"):
        load_rules(office)


def test_two_packs_that_both_govern_by_a_condition_are_a_conflict_and_one_may_go_before_the_other(office, capsys):
    other = office.with_name("other")
    shutil.copytree(office, other)
    changed(other, "pack.yaml", ("harbor-office", "other"), ("namespace: harbor", "namespace: other"))
    for name in ("vocabulary.yaml", "acoem/2017-12-01.yaml", "acoem/2017-12-01.test.yaml"):
        text = (other / name).read_text(encoding="utf-8").replace("harbor.", "other.")
        (other / name).write_text(text, encoding="utf-8")
    changed(other, "acoem/2017-12-01.yaml", ("\ncriteria:", "governs_when: {surgery.performed: false}\n\ncriteria:"))
    rules = ["--rules", str(office), "--rules", str(other)]
    assert main(["packs", "conflicts", *rules]) == 5
    changed(other, "acoem/2017-12-01.yaml", ("\ncriteria:", "takes_precedence_over: [harbor-office]\n\ncriteria:"))
    capsys.readouterr()
    assert main(["packs", "conflicts", *rules]) == 0
    (item,) = determined(case_of_the_page(), load_rules([office, other]))
    assert item["pack"] == "other"


def test_a_word_that_names_two_jurisdictions_is_refused(office):
    changed(
        office,
        "pack.yaml",
        ("id: california", "id: atlantis"),
        ("called: [ca]", "called: [wa]"),
        ("name: California", "name: Atlantis"),
    )
    with pytest.raises(Rejected, match="MT324"):
        load_rules([WASHINGTON, office])


def test_a_pack_of_a_third_jurisdiction_uses_the_facts_of_the_one_that_it_needs(tmp_path):
    pack = tmp_path / "oregon"
    (pack / "therapy").mkdir(parents=True)
    (pack / "pack.yaml").write_text(
        "pack: oregon\nversion: '1'\ntitle: Oregon\njurisdiction: {id: oregon, name: Oregon}\npublisher: a test\n"
        "licence: none\nneeds: [washington-lni]\n",
        encoding="utf-8",
    )
    (pack / "therapy" / "2020-01-01.yaml").write_text(
        "guideline: therapy\ntitle: Therapy\nsource: {instrument: a test, regulation: none}\nin_force: {from: 2020-01-01}\n"
        "covers: [massage_therapy]\ncriteria:\n  - id: improvement\n    cite: p. 1\n    requires: improvement\n"
        "    met_when: {lni.improvement.documented: true}\n",
        encoding="utf-8",
    )
    rules = load_rules(pack)
    assert {one.jurisdiction.id for one in (rules, *rules.others)} == {"california", "washington", "oregon"}
    oregon = rules.of("oregon")
    assert [edition.guideline for edition in oregon.editions] == ["therapy"]
    assert [pack.name for pack in oregon.packs] == ["california-mtus", "washington-lni", "oregon"]


def test_names_of_shipped_packs_hold_in_a_file_above_and_an_empty_variable_is_none(tmp_path):
    (tmp_path / "below").mkdir()
    (tmp_path / "mtus.toml").write_text('rules = ["washington-lni"]\n', encoding="utf-8")
    environment = {"XDG_CONFIG_HOME": str(tmp_path / "none"), "MTUS_RULES": os.pathsep}
    assert configuration(tmp_path / "below", environment).sources == ("washington-lni",)


def test_a_pack_is_added_to_the_file_in_effect(office, tmp_path, monkeypatch, capsys):
    below = tmp_path / "below"
    below.mkdir()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    (tmp_path / "mtus.toml").write_text('rules = ["washington-lni"]\n', encoding="utf-8")
    monkeypatch.chdir(below)
    assert main(["packs", "add", str(office), "--yes"]) == 0
    assert not (below / "mtus.toml").exists()
    assert main(["packs", "list", "--format", "json"]) == 0
    names = [one["pack"] for one in json.loads(capsys.readouterr().out)["packs"]]
    assert names == ["california-mtus", "washington-lni", "harbor-office"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("knee,yes,9\notherwise,yes,4\n", "otherwise is for what no other row takes"),
        ("knee,yes,8-6\notherwise,,4\n", "is no figure"),
        (";,yes,8\notherwise,,4\n", "names no member"),
    ],
)
def test_a_row_that_nobody_meant_is_not_imported(tmp_path, capsys, rows, words):
    (tmp_path / "t.csv").write_text("request.body_parts,surgery.performed,visits\n" + rows, encoding="utf-8")
    assert main(["rules", "import", str(tmp_path / "t.csv")]) == 1
    assert words in capsys.readouterr().err


def test_a_row_of_a_table_under_other_rules_is_refused(tmp_path, capsys):
    (tmp_path / "t.csv").write_text(
        "case,jurisdiction,request.treatment,request.date,request.visits\n"
        "a,washington,massage_therapy,2024-03-01,4\nb,,massage_therapy,2024-03-01,4\nc,Oregon,massage_therapy,2024-03-01,4\n",
        encoding="utf-8",
    )
    named = ["--rules", str(WASHINGTON), "--jurisdiction", "washington"]
    main(["bulk", str(tmp_path / "t.csv"), "--out", str(tmp_path / "out"), *named])
    refused = (tmp_path / "out" / "refused" / "part-00000.csv").read_text(encoding="utf-8")
    assert "under those of Oregon" in refused
    assert refused.count("\n") == 2
    assert main(["ingest", str(tmp_path / "t.csv"), "--out", str(tmp_path / "drafts"), *named]) == 1
    assert all("jurisdiction:" in draft.read_text("utf-8") for draft in (tmp_path / "drafts").glob("*.yaml"))


def test_a_criterion_that_was_published_and_is_gone_is_told(tmp_path, capsys):
    folder = tmp_path / "rules"
    shutil.copytree(shipped_rules(), folder)
    path = folder / "physical-medicine" / "2016-07-29.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text[: text.index("  - id: weekly-visits")] + text[text.index("  - id: fading") :], encoding="utf-8"
    )
    assert main(["rules", "lint", "--rules", str(folder)]) == 5
    assert "weekly-visits was published with this edition, and is gone" in capsys.readouterr().out


def test_a_change_of_a_tier_or_of_what_a_word_means_in_a_published_edition_is_told(tmp_path):
    edited = tmp_path / "washington"
    shutil.copytree(WASHINGTON, edited)
    changed(edited, "lni-massage/2007-01-01.yaml", ("up_to: 6", "up_to: 5"))
    changed(
        edited,
        "work-rehabilitation/2024-02-02.yaml",
        ("lni.employer.self_insured: false", "lni.employer.self_insured: true"),
    )
    parts = {one.part for one in altered_parts(load_rules(edited, "washington"))}
    assert {"visits-on-claim, none-needed", "governs_when"} <= parts
    folder = tmp_path / "rules"
    shutil.copytree(shipped_rules(), folder)
    changed(folder, "work-hardening/2009-07-18.yaml", ("screening.testing: true", "screening.testing: false"))
    assert "screening.completed" in {one.part for one in altered_parts(load_rules(folder))}


def test_the_workbench_works_on_the_pack_that_is_named(tmp_path, capsys):
    assert main(["rules", "diff", "lni-massage", "--rules", str(WASHINGTON)]) == 2
    assert "2007-01-01" in capsys.readouterr().err
    edited = tmp_path / "edited"
    shutil.copytree(WASHINGTON, edited)
    changed(edited, "work-rehabilitation/2024-02-02.yaml", ("at_least: 2 months", "at_least: 9 months"))
    assert main(["rules", "prove", str(WASHINGTON), str(edited)]) == 0
    assert "Only stricter" in capsys.readouterr().out


def test_items_that_together_cross_a_line_say_so(tmp_path):
    item = "- item: {}\n  facts: {{request.treatment: physical_therapy, request.date: 2025-06-02, request.visits: 8}}\n"
    text = (
        "case: a\njurisdiction: wa\nfacts: {lni.claim.physical_therapy_visits: 0, lni.claim.occupational_therapy_visits: 0}\n"
        "items:\n" + item.format(1) + item.format(2)
    )
    items = determined(text, load_rules(WASHINGTON))
    for one in items:
        assert [step["id"] for step in one["routes"][0]["steps"]] == ["none-needed"]
        (notice,) = [n for n in one["notices"] if n["id"] == "routes-together"]
        assert "come to 16" in notice["says"]
        assert "service authorization request" in notice["says"]
    (alone,) = determined(text.replace(item.format(2), ""), load_rules(WASHINGTON))
    assert not [n for n in alone["notices"] if n["id"] == "routes-together"]
