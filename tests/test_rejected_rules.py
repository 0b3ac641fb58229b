"""Mistakes in rule files: each yields one diagnostic at the right line, with a cure, all files at once."""

import shutil

import pytest
import yaml

from mtus_engine.api import load_rules
from mtus_engine.model.diagnostic import Rejected
from tests.conftest import RULES

HARDENING = "work-hardening/2009-07-18.yaml"
PHYSICAL = "physical-medicine/2009-07-18.yaml"

# What a person changes in a file, and the code, the line's text and the words that must come back.
EDITS = [
    (
        HARDENING,
        "injury.age: {at_most: 2 years}",
        "injury.aeg: {at_most: 2 years}",
        "MT301",
        "did you mean injury.age?",
    ),
    (HARDENING, "job.demand_level: {in: [medium,", "job.demand_level: {in: [mediun,", "MT302", "did you mean medium?"),
    (HARDENING, "{at_most: 4 weeks}", "{at_most: 4}", "MT302", "not a length of time"),
    (HARDENING, "{at_most: 4 weeks}", "{at_mots: 4 weeks}", "MT302", "did you mean at_most?"),
    (HARDENING, "    cite: p. 125 (8)\n", "    cite: p. 125 (8)\n    sited: x\n", "MT201", "did you mean cite?"),
    (HARDENING, "    cite: p. 125 (7)\n", "", "MT202", "cite is missing"),
    (HARDENING, "    cite: p. 125 (7)\n", '    cite: ""\n', "MT203", "at least 1 character"),
    (HARDENING, "id: four-weeks", "id: within-two-years", "MT306", "used twice"),
    (HARDENING, "id: four-weeks", "id: Four Weeks", "MT203", "not a name"),
    (HARDENING, "{between: [3, 5]}", "{between: [5, 3]}", "MT302", "no value lies between"),
    (
        HARDENING,
        "from: 2009-07-18, until: 2016-07-28",
        "from: 2016-07-28, until: 2009-07-18",
        "MT302",
        "earlier than from",
    ),
    (HARDENING, "covers: [work_hardening,", "covers: [work_hardning,", "MT308", "did you mean work_hardening?"),
    (HARDENING, "at_most: program.visits_in_two_weeks", "at_most: program.visits", "MT301", "unknown fact"),
    (HARDENING, "reading: interpretation", "reading: interpreted", "MT203", "interpretation"),
    (
        HARDENING,
        "screening.interview: true\n      screening.testing",
        "screening.interview: 1\n      screening.testing",
        "MT302",
        "true or false",
    ),
    (HARDENING, "prior.program.completed: false", "prior.program.completed: no", "MT108", "unquoted no"),
    (HARDENING, "product: [request.visits_per_week, 2]", "product: [request.date, 2]", "MT304", "do not go together"),
    (
        HARDENING,
        "screening.file_review: true\n      screening.interview",
        "screening.completed: true\n      screening.interview",
        "MT310",
        "screening.completed needs screening.completed",
    ),
    (
        PHYSICAL,
        "table: visits-by-diagnosis, output: visits",
        "table: visits-by-diagnose, output: visits",
        "MT304",
        "did you mean visits-by-diagnosis?",
    ),
    (PHYSICAL, "then: {visits: 24, course", "then: {visit: 24, course", "MT311", "did you mean visits?"),
    (PHYSICAL, "hit_policy: max", "hit_policy: largest", "MT203", "hit_policy"),
    (
        "postsurgical/2009-07-18.yaml",
        "[physical-medicine]",
        "[physical-medicin]",
        "MT309",
        "did you mean physical-medicine?",
    ),
    (
        "vocabulary.yaml",
        "fact: surgery.body_parts",
        "fact: surgery.body_part",
        "MT301",
        "did you mean surgery.body_parts?",
    ),
    ("vocabulary.yaml", "fact: surgery.body_parts", "fact: surgery.date", "MT302", "another one_of or a set_of fact"),
    ("vocabulary.yaml", "ankle_foot: [unlisted_pr", "ancle_foot: [unlisted_pr", "MT302", "did you mean ankle_foot?"),
    ("vocabulary.yaml", "hip: [hip_arthroplasty", "hip: [hip_arthroplastie", "MT302", "did you mean hip_arthroplasty?"),
    ("vocabulary.yaml", "type: boolean\n    label: Adequate", "type: bool\n    label: Adequate", "MT203", "boolean"),
    (
        "notices/labor-code.yaml",
        "{labor_code.visits} (24",
        "{labor_code.visit} (24",
        "MT301",
        "did you mean labor_code.visits?",
    ),
    (
        "outcomes.yaml",
        "    meets_in_part:\n      outcome: refer",
        "    meets_partly:\n      outcome: refer",
        "MT203",
        "meets_partly",
    ),
    (PHYSICAL, "{at_least: 9, at_most: 10}", "{at_least: 10, at_most: 9}", "MT302", "10 is more than 9"),
    (PHYSICAL, "{from: 2009-07-18,", "{from: 2009-07,", "MT302", "no whole day"),
]


@pytest.fixture
def rules(tmp_path):
    return shutil.copytree(RULES, tmp_path / "rules")


def edit(rules, file, old, new):
    path = rules / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def mistakes(rules):
    with pytest.raises(Rejected) as rejected:
        load_rules(rules)
    return rejected.value.diagnostics


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "words"), EDITS, ids=[f"{e[3]}-{n}" for n, e in enumerate(EDITS)]
)
def test_an_editing_mistake_yields_one_diagnostic_at_its_line(rules, file, old, new, code, words):
    line = edit(rules, file, old, new)
    (found,) = mistakes(rules)
    assert found.code == code
    assert found.file.endswith(file)
    assert line - 6 <= found.line <= line + new.count("\n") + 1
    assert words in f"{found.message} {found.help}"
    assert found.source


def test_mistakes_in_several_files_are_reported_at_once_in_order(rules):
    for file, old, new, *_ in (EDITS[0], EDITS[18], EDITS[21], EDITS[27]):
        edit(rules, file, old, new)
    found = mistakes(rules)
    assert len(found) == 4
    assert len({d.file for d in found}) == 4
    assert [d.file for d in found] == sorted(d.file for d in found)


def test_a_circle_of_definitions_is_spelled_out(rules):
    (rules / "definitions" / "circle.yaml").write_text(
        "definitions:\n"
        "  - {fact: circle.a, label: a, cite: x, met_when: {circle.b: true}}\n"
        "  - {fact: circle.b, label: b, cite: x, met_when: {circle.c: true}}\n"
        "  - {fact: circle.c, label: c, cite: x, met_when: {circle.a: true}}\n",
        encoding="utf-8",
    )
    (found,) = mistakes(rules)
    assert found.code == "MT310"
    assert found.message.count(" needs ") == 3


def test_an_empty_folder_says_what_belongs_there(tmp_path):
    (found,) = mistakes(tmp_path)
    assert found.code == "MT110"
    assert "vocabulary.yaml" in str(found.help)


def test_the_shipped_rules_are_accepted(rules):
    assert load_rules(rules).editions


# A key that a rule file must have, by its place, in each kind of part.
REQUIRED = [
    ("title",),
    ("guideline",),
    ("covers",),
    ("source",),
    ("source", "instrument"),
    ("in_force",),
    ("in_force", "from"),
    *((("criteria", 0, key)) for key in ("id", "cite", "requires", "met_when")),
    *((("limits", 0, key)) for key in ("id", "cite", "allows", "of", "at_most")),
    *((("definitions", 0, key)) for key in ("fact", "label", "cite")),
    *((("tables", 0, key)) for key in ("cite", "inputs", "outputs", "rows")),
    ("governs_exceptions", 0, "when"),
]


def edited(rules, change):
    """Change the plain value of a rule file of tables, limits and definitions."""
    path = rules / PHYSICAL
    plain = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(plain)
    path.write_text(yaml.safe_dump(plain, sort_keys=False), encoding="utf-8")


def part_at(plain, place):
    for step in place:
        plain = plain[step]
    return plain


@pytest.mark.parametrize("place", REQUIRED, ids=lambda place: ".".join(map(str, place)))
def test_a_missing_key_hides_no_unknown_name_of_its_file(rules, place):
    def change(plain):
        del part_at(plain, place[:-1])[place[-1]]
        plain["criteria"].append(
            {"id": "last", "cite": "x", "requires": "x", "met_when": {"request.visitz": {"at_most": 6}}}
        )

    edited(rules, change)
    found = mistakes(rules)
    assert [one.message for one in found if one.code == "MT202"] == [f"the key {place[-1]} is missing"]
    assert any(one.message.startswith("unknown fact request.visitz") for one in found)
    assert not any("unnamed" in one.message for one in found)


def test_a_value_of_another_kind_and_an_unknown_key_hide_no_unknown_name(rules):
    def change(plain):
        plain["criteria"][0]["requires"] = ["a", "list"]
        plain["limits"][0]["sited"] = "x"
        plain["criteria"][1]["met_when"] = {"request.visitz": {}}

    edited(rules, change)
    assert [one.code for one in mistakes(rules)] == ["MT203", "MT301", "MT201"]


def test_a_condition_without_a_test_is_told(rules):
    edit(rules, HARDENING, "injury.age: {at_most: 2 years}", "injury.age: {}")
    (found,) = mistakes(rules)
    assert (found.code, found.message) == ("MT302", "a test is expected, not an empty one")


def test_a_role_must_be_a_fact_of_its_type(rules):
    edit(rules, "vocabulary.yaml", "injury_date: injury.date", "injury_date: injury.day")
    edit(rules, "vocabulary.yaml", "course_length: request.duration", "course_length: request.date")
    edit(rules, "vocabulary.yaml", "other_procedure: unlisted_procedure", "other_procedure: unlisted_procedures")
    told = [one.message for one in mistakes(rules)]
    assert told == [
        "no period fact request.date",
        "no date fact injury.day (did you mean injury.date?)",
        "no member unlisted_procedures of surgery.procedure (did you mean unlisted_procedure?)",
    ]
