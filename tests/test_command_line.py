"""The mtus command as a user meets it."""

import contextlib
import errno
import io
import json
import os
import subprocess
import sys
import threading
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest

from mtus_engine.api import Checker, case_of_text
from mtus_engine.cli.main import main
from mtus_engine.cli.rules_schema import schemas
from mtus_engine.loader.limited import limited_bytes
from mtus_engine.loader.whole_file import LinkRefused, whole_file
from tests.conftest import CASES, ROOT

ONE = str(CASES / "CM14-0195168.yaml")


@pytest.fixture
def mtus(capsys, monkeypatch):
    def run(*arguments, given=None):
        if given is not None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given), encoding="utf-8"))
        monkeypatch.setenv("COLUMNS", "160")
        code = main(list(arguments))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.mark.slow
def test_json_is_a_list_that_its_published_schema_accepts(mtus):
    code, out, err = mtus("check", str(CASES), "--format", "json")
    items = json.loads(out)
    assert (code, err, len(items)) == (0, "", 31)
    jsonschema.Draft7Validator(schemas()["determination"]).validate(items)


@pytest.mark.slow
def test_the_same_case_gives_the_same_bytes(mtus):
    first = mtus("check", str(CASES), "--format", "json")[1]
    assert mtus("check", str(CASES), "--format", "json")[1] == first


def test_a_case_from_standard_input_is_the_case_from_its_file(mtus):
    from_file = mtus("check", ONE, "--format", "json")[1]
    with open(ONE, "rb") as file:
        assert mtus("check", "-", "--format", "json", given=file.read())[1] == from_file


def test_the_terminal_view_shows_the_whole_chain(mtus):
    code, out, _ = mtus("check", ONE)
    assert code == 0
    for words in (
        "Does not meet criteria: refer to a physician reviewer",
        "From verified text alone",
        "Ledger of visits",
        "What stands against it",
        "Request for information to the provider",
        "Beside the reviewer's decision",
        "6 to 12 visits or 23 visits",
        "interpretation",
        "unverified",
        "Looked for and",
    ):
        assert words in out
    assert "denied" not in out.lower()
    assert out.count("no medical or legal advice") == 1


def test_where_two_guidelines_may_govern_both_are_named_with_what_would_settle_it(mtus):
    out = mtus("check", ONE, "--no-presumptions")[1]
    assert "May govern: Postsurgical treatment, programs, edition of 2009-07-18" in out
    assert "May govern: Work conditioning, work hardening, edition of 2009-07-18" in out
    settling = " ".join(out.partition("would be settled by")[2].partition("┏")[0].split())
    for label in ("Surgery on the injured part", "Date of surgery", "Surgical procedure"):
        assert label in settling
    assert "gains-beyond-two-weeks (once a program has begun" in out
    page = mtus("check", ONE, "--no-presumptions", "--format", "html")[1]
    assert "Criteria of Work conditioning, work hardening, edition of 2009-07-18, which may govern" in page


def test_only_failed_criteria_are_shown_when_asked(mtus):
    out = mtus("check", ONE, "--criteria", "failed")[1]
    assert "gains-beyond-two-weeks" in out
    assert "within-two-years" not in out


@pytest.mark.parametrize(("name", "code"), [("CM14-0195168", 3), ("CM14-0017506", 4)])
def test_the_exit_status_tells_the_finding_when_asked(mtus, name, code):
    assert mtus("check", str(CASES / f"{name}.yaml"), "--exit-status")[0] == code
    assert mtus("check", str(CASES / f"{name}.yaml"))[0] == 0


def test_another_day_chooses_another_edition(mtus):
    (item,) = json.loads(mtus("check", ONE, "--as-of", "2017-01-01", "--format", "json")[1])
    assert item["finding"] == "not_covered"
    assert "2016 edition" in item["why_not_covered"]
    assert item["prediction"]["outcome"] is None


def test_another_setting_predicts_for_it(mtus):
    (item,) = json.loads(mtus("check", ONE, "--setting", "ur", "--format", "json")[1])
    assert item["prediction"]["outcome"] == "refer_to_physician_reviewer"


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.text = [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


HOSTILE = "<script>alert(1)</script>\"'&"


def test_the_page_escapes_everything_that_comes_from_a_case(mtus):
    case = {
        "case": HOSTILE,
        "items": [
            {
                "item": 1,
                "asked": HOSTILE,
                "facts": {
                    "request.treatment": {"value": "work_hardening", "at": HOSTILE, "note": HOSTILE},
                    "request.date": "2014-01-01",
                },
                "reviewer": {"outcome": "upheld", "grounds": [{"other": HOSTILE, "at": HOSTILE}]},
            }
        ],
    }
    _, out, _ = mtus("check", "-", "--format", "html", given=json.dumps(case).encode())
    page = Page()
    page.feed(out)
    assert not [tag for tag, _ in page.tags if tag == "script"]
    assert page.text.count("<script>") >= 4
    assert "onerror" not in out


def test_the_page_needs_nothing_from_elsewhere(mtus):
    out = mtus("check", str(CASES), "--format", "html")[1]
    page = Page()
    page.feed(out)
    assert not [attrs for _, attrs in page.tags if str(attrs.get("href", "#"))[0] != "#" or "src" in attrs]
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_control_characters_of_a_file_do_not_reach_the_terminal(mtus):
    _, out, err = mtus(
        "check", "-", given=b'case: "\\e[31mred"\nitems: [{item: 1, asked: "\\e[2J", facts: {"a\\e[0m": 1}}]\n'
    )
    assert "\x1b[31m" not in out + err
    assert "\x1b[2J" not in out + err


def test_an_output_appears_whole_and_never_over_a_case(mtus, tmp_path):
    case, out = tmp_path / "case.yaml", tmp_path / "page.html"
    case.write_bytes((CASES / "CM14-0195168.yaml").read_bytes())
    assert mtus("check", str(case), "--out", str(case))[0] == 2
    assert case.read_bytes() == (CASES / "CM14-0195168.yaml").read_bytes()
    out.write_text("old", encoding="utf-8")
    assert mtus("check", str(case), "--format", "html", "--out", str(out))[0] == 0
    assert out.read_text(encoding="utf-8").endswith("</html>\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["case.yaml", "page.html"]


def test_a_broken_file_does_not_stop_the_others(mtus, tmp_path):
    (tmp_path / "a.yaml").write_text("case: [", encoding="utf-8")
    (tmp_path / "b.yaml").write_bytes((CASES / "CM14-0195168.yaml").read_bytes())
    code, out, err = mtus("check", str(tmp_path))
    assert code == 1
    assert "CM14-0195168" in out
    assert "a.yaml:" in err
    assert "MT100" in err


def test_every_mistake_of_a_case_comes_with_its_line_and_caret(mtus):
    text = (
        b"case: a\nsetting: court\nitems:\n  - item: 1\n    facts:\n      injury.aeg: 1\n      request.visits: many\n"
    )
    code, _, err = mtus("check", "-", given=text)
    assert code == 1
    assert "standard input:2:10: MT203" in err
    text = text.replace(b"court", b"ur")
    code, _, err = mtus("check", "-", given=text)
    assert "standard input:6:7: MT401 unknown fact injury.aeg (did you mean injury.age?)" in err
    assert "standard input:7:23: MT402" in err
    assert "        request.visits: many\n" + " " * 24 + "^" in err


def test_mistakes_of_yaml_shape_and_facts_are_reported_together(mtus):
    text = b"case: a\nitemz: []\nitems:\n  - item: 1\n    facts:\n      surgery.date: 2014-09-31\n      injury.aeg: 1\n      surgery.performed: on\n"
    code, _, err = mtus("check", "-", given=text)
    assert code == 1
    places = [
        line.split(" ")[0:3]
        for line in err.splitlines()
        if line.startswith("standard input:") or " input:" in line[:16]
    ]
    assert [(place[1].removeprefix("input:").rstrip(":"), place[2]) for place in places] == [
        ("2:1", "MT201"),
        ("6:21", "MT108"),
        ("7:7", "MT401"),
        ("8:26", "MT108"),
    ]


def test_impossible_facts_are_mistakes_and_no_findings(mtus):
    text = b"case: a\nitems: [{item: 1, facts: {request.treatment: work_hardening, request.date: 2013-01-01, injury.date: 2014-01-01, request.visits: 6, request.visits_authorized: 9}}]"
    code, out, err = mtus("check", "-", given=text)
    assert (code, "Case a" in out) == (1, False)
    assert "standard input:2:16" in err
    assert "dated before the injury" in err
    assert "the visits authorized, with those the provider does without, are more than were requested" in err


@pytest.mark.slow
def test_what_new_writes_is_a_case_that_asks_for_information(mtus, tmp_path):
    for treatment in ("work_hardening", "physical_therapy", "home_exercise_equipment", "chiropractic"):
        code, out, _ = mtus("new", treatment)
        assert code == 0
        code, checked, err = mtus("check", "-", "--format", "json", given=out.encode())
        assert (code, err) == (0, "")
        (item,) = json.loads(checked)
        assert item["finding"] in {"whole_can_meet", "not_covered"}
        # Every commented fact is one of the vocabulary, and waits for a value.
        filled = "".join(
            line.replace("# ", "", 1) if _is_fact(line) else line for line in out.splitlines(keepends=True)
        )
        code, _, err = mtus("check", "-", "--format", "json", given=filled.encode())
        assert code == 1
        assert err.count("has no value") == sum(_is_fact(line) for line in out.splitlines())
        assert "MT401" not in err


def _is_fact(line):
    words = line.strip().removeprefix("# ").split(":")[0]
    return line.strip().startswith("# ") and "." in words and " " not in words and not line.strip().startswith("#   ")


def test_new_never_overwrites_a_file(mtus, tmp_path):
    target = tmp_path / "case.yaml"
    target.write_text("mine", encoding="utf-8")
    assert mtus("new", "work_hardening", "--out", str(target))[0] == 1
    assert target.read_text(encoding="utf-8") == "mine"


def test_an_unknown_treatment_is_answered_with_the_nearest(mtus):
    code, _, err = mtus("new", "work_hardning")
    assert code == 2
    assert "did you mean work_hardening?" in err


def test_the_lists_hold_the_vocabulary(mtus):
    facts = json.loads(mtus("facts", "--format", "json")[1])
    assert {"injury.date", "functional_improvement.shown"} <= {fact["fact"] for fact in facts}
    assert all(fact["question"] for fact in facts if not fact["defined"])
    treatments = json.loads(mtus("treatments", "--format", "json")[1])
    assert {t["treatment"] for t in treatments if t["editions"]} >= {"work_hardening", "physical_therapy"}
    assert "injury.date" in mtus("facts")[1]
    assert "work_hardening" in mtus("treatments")[1]


def test_lint_and_test_pass_on_the_shipped_rules(mtus):
    code, out, _ = mtus("rules", "lint")
    assert code == 0
    assert "no mistake found" in out
    code, out, _ = mtus("rules", "test", "-k", "anniversary")
    assert code == 0
    assert out == "5 passed, 0 failed\n"
    assert mtus("rules", "test", "-k", "no such example")[0] == 5


def test_a_failing_example_shows_the_trace_that_led_elsewhere(mtus, tmp_path):
    import shutil

    rules = shutil.copytree(ROOT / "rules", tmp_path / "rules")
    path = rules / "work-hardening" / "2009-07-18.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("at_most: 2 years", "at_most: 1 year"), encoding="utf-8")
    code, out, _ = mtus("rules", "test", "--rules", str(rules), "-k", "day of the second anniversary")
    assert code == 5
    assert "finding: expected meets, got does_not_meet" in out
    assert "within-two-years is not_met: Time since the injury: 2 years; at most 1 year" in out


def test_published_schemas_are_current():
    for name, schema in schemas().items():
        assert json.loads((ROOT / "schema" / f"{name}.json").read_text(encoding="utf-8")) == schema, "run make schema"
    assert {path.stem for path in (ROOT / "schema").glob("*.json")} == set(schemas())


def test_every_authored_file_names_its_schema_and_fits_it():
    from mtus_engine.loader.yaml_tree import parse

    paths = [path for folder in ("rules", "cases") for path in (ROOT / folder).rglob("*.yaml")]
    assert len(paths) > 10
    for path in paths:
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema=")
        schema = (path.parent / first.partition("=")[2]).resolve()
        plain = json.loads(json.dumps(parse(str(path), path.read_bytes()).plain, default=str))
        jsonschema.Draft7Validator(json.loads(schema.read_text(encoding="utf-8"))).validate(plain)


@pytest.mark.slow
def test_sentences_have_the_places_that_cases_cite(mtus, tmp_path):
    record = tmp_path / "decision.txt"
    record.write_text(
        "CLINICAL CASE SUMMARY\nOne injury. Seen by Dr. Jones on 1/2/13.\nA third sentence.\n", encoding="utf-8"
    )
    _, out, _ = mtus("sentences", str(record))
    assert out.splitlines() == [
        "summary 1\tOne injury.",
        "summary 2\tSeen by Dr. Jones on 1/2/13.",
        "summary 3\tA third sentence.",
    ]


@pytest.mark.parametrize(
    ("one", "other", "are_joined"),
    [
        ("[spine]", "[lumbar_spine]", True),
        ("[upper_extremity]", "[shoulder]", True),
        ("[forearm_wrist_hand]", "[carpal_tunnel]", True),
        ("[shoulder]", "[knee]", False),
        ("[shoulder], request.left_side: true", "[shoulder], request.right_side: true", False),
        ("[shoulder], request.left_side: true", "[shoulder], request.left_side: true", True),
    ],
)
def test_parts_that_contain_others_are_one_course_and_two_sides_are_not(ruleset, one, other, are_joined):
    asked = "request.date: 2014-06-02, request.visits: 6, prior.therapy.visits: 0"
    text = f"""case: a
facts: {{injury.date: 2013-09-01, diagnosis.groups: [strain_sprain]}}
items:
- item: 1
  facts: {{request.treatment: physical_therapy, {asked}, request.body_parts: {one}}}
- item: 2
  facts: {{request.treatment: occupational_therapy, {asked}, request.body_parts: {other}}}
"""
    first, _ = Checker(ruleset).check(case_of_text("a", text.encode(), ruleset))
    assert bool(first.together) == are_joined


def test_items_that_exceed_a_limit_only_together_are_told_so(mtus):
    item = {
        "facts": {
            "request.treatment": "physical_therapy",
            "request.date": "2013-12-05",
            "request.visits": 6,
            "diagnosis.groups": ["crps"],
            "prior.therapy.visits": 15,
        }
    }
    text = json.dumps({"case": "two", "items": [{"item": n, **item} for n in (1, 2)]}).encode()
    first, second = json.loads(mtus("check", "-", "--format", "json", given=text)[1])
    (notice,) = (n for n in first["notices"] if n["id"] == "items-together")
    assert "items 1 and 2" in notice["says"]
    assert "12" in notice["says"]
    assert "9 visits" in notice["says"]
    assert notice in second["notices"]


def test_marks_of_a_table_row_and_of_a_definition_are_shown(mtus):
    (strain,) = json.loads(mtus("check", str(CASES / "004_927ea192cfb8a844.yaml"), "--format", "json")[1])
    cap = next(limit for limit in strain["limits"] if limit["id"] == "visits")
    assert cap["marks"][0].startswith("interpretation: Visits the table gives for the diagnosis, strain or sprain")
    (hardening,) = json.loads(mtus("check", str(CASES / "CM13-0053115.yaml"), "--format", "json")[1])
    (passed,) = (passed for passed in hardening["passed"] if passed["in_force"])
    assert passed["marks"] == ["unverified: Postsurgical physical medicine period, row 2"]


def test_input_is_read_up_to_its_limit_and_no_further(mtus, tmp_path, monkeypatch):
    if Path("/dev/zero").exists():
        code, _, err = mtus("check", "/dev/zero")
        assert (code, "more than 5,242,880 bytes" in err) == (1, True)
    code, _, err = mtus("check", "-", given=b"x" * 6_000_000)
    assert (code, "more than 5,242,880 bytes" in err) == (1, True)


def test_a_pipe_that_nobody_writes_to_is_given_up(mtus, tmp_path, monkeypatch):
    monkeypatch.setattr("mtus_engine.loader.limited.LONGEST_SILENCE", 0.2)
    os.mkfifo(tmp_path / "pipe")
    code, _, err = mtus("check", str(tmp_path / "pipe"))
    assert (code, "nothing was written to this pipe" in err) == (1, True)


def test_a_pipe_is_read_to_its_end(mtus, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_bytes(Path(ONE).read_bytes()))
    writer.start()
    code, out, _ = mtus("check", str(tmp_path / "pipe"))
    writer.join()
    assert (code, "work hardening" in out) == (0, True)


@pytest.mark.parametrize("number", ["0", "-3", "10000", '"1.5"'])
def test_the_number_of_an_item_is_sane(mtus, number):
    code, _, err = mtus("check", "-", given=f"case: a\nitems: [{{item: {number}}}]".encode())
    assert (code, "a whole number from 1 to 9,999" in err) == (1, True)
    assert "value error" not in err


def test_suggestions_are_made_for_the_first_unknown_facts_alone(mtus):
    text = "case: a\nitems:\n- item: 1\n  facts:\n" + "".join(f"    injury.dat{n}: 1\n" for n in range(40))
    _, _, err = mtus("check", "-", given=text.encode())
    assert err.count("did you mean") == 20
    assert "40 mistakes found" in err


def test_a_file_that_cannot_be_written_is_named(mtus, tmp_path):
    out = tmp_path / "nowhere" / "x.json"
    code, _, err = mtus("check", str(ONE), "--format", "json", "--out", str(out))
    assert (code, err) == (1, f"{out}: No such file or directory\n")


def test_a_link_to_a_file_is_not_written_through(mtus, tmp_path):
    (tmp_path / "kept").write_text("kept", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    code, _, err = mtus("check", str(ONE), "--format", "json", "--out", str(tmp_path / "link"))
    assert (code, "name the file itself" in err) == (2, True)
    assert (tmp_path / "kept").read_text(encoding="utf-8") == "kept"


def test_a_folder_tells_of_the_case_file_in_it_that_cannot_be_read(mtus, tmp_path):
    (tmp_path / "a.yaml").write_bytes(Path(ONE).read_bytes())
    (tmp_path / "b.yaml").symlink_to(tmp_path / "nowhere.yaml")
    code, out, err = mtus("check", str(tmp_path), "--format", "json")
    assert (code, "b.yaml:1:1: MT113 cannot be read" in err) == (1, True)
    assert [one["case"] for one in json.loads(out)] == ["CM14-0195168"]


def test_a_closed_standard_output_is_told():
    done = subprocess.run(
        f'"{sys.executable}" -m mtus_engine.cli.main check "{ONE}" >&-',
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "standard output is closed" in done.stderr) == (1, True)


def test_a_pipe_that_is_written_to_without_end_is_given_up_by_name(tmp_path, monkeypatch):
    monkeypatch.setattr("mtus_engine.loader.limited.LONGEST_READING", 0.3)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    is_over = threading.Event()

    def trickle():
        with contextlib.suppress(BrokenPipeError), pipe.open("wb", buffering=0) as file:
            while not is_over.wait(0.02):
                file.write(b"#\n")

    writer = threading.Thread(target=trickle)
    writer.start()
    try:
        with pytest.raises(TimeoutError, match="was not written to its end") as raised:
            limited_bytes(pipe, 10_000_000)
    finally:
        is_over.set()
        writer.join()
    assert raised.value.filename == str(pipe)


def test_a_full_disk_is_told_of_the_file_that_was_written(tmp_path):
    with pytest.raises(OSError, match="No space left") as raised, whole_file(tmp_path / "out.yaml"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert raised.value.filename == str(tmp_path / "out.yaml")
    assert not list(tmp_path.iterdir())


def test_a_link_that_leads_nowhere_is_asked_about_too(tmp_path):
    link = tmp_path / "out.html"
    link.symlink_to(tmp_path / "nowhere.html")
    with pytest.raises(LinkRefused), whole_file(link):
        pass
    assert link.is_symlink()
