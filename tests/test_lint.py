"""What is valid and looks like a mistake: for each code a file that has it and one that does not, and a case that shows it."""

import copy
import json
import shutil

import pytest
import yaml

from mtus_engine.api import Checker, case_of_text
from mtus_engine.cli.main import main
from mtus_engine.compiler.rulesets import compiled_ruleset
from mtus_engine.loader.folder import rule_files
from mtus_engine.loader.packs import read_layer, rules_of
from mtus_engine.policy.lint import noted_in_files
from mtus_engine.policy.lint_cases import deep_questions, table_questions
from tests.conftest import RULES
from tests.strategies import AGE, DISPUTED, FACTS, ROLES, files

ROWS = [
    {"when": {"level": "p"}, "then": {"n": 4}},
    {"when": {"level": {"in": ["q", "r", "s"]}}, "then": {"n": 6}},
]
GUIDELINE = {
    "guideline": "g",
    "title": "g",
    "source": {"instrument": "t", "regulation": "t"},
    "in_force": {"from": "2009-06-01"},
    "covers": ["one", "two"],
    "criteria": [{"id": "c", "cite": "t", "requires": "t", "met_when": {"flag.c": True}}],
    "limits": [{"id": "l", "cite": "t", "allows": "t", "of": "request.visits", "counting": [], "at_most": "g.cap"}],
    "definitions": [{"fact": "g.cap", "label": "t", "cite": "t", "lookup": {"table": "t", "output": "n"}}],
    "tables": [{"id": "t", "cite": "t", "inputs": ["level"], "outputs": {"n": "integer"}, "rows": ROWS}],
}


LIMIT = GUIDELINE["limits"][0]


def folder(**changes):
    facts = {name: {**fact, "question": "q?"} for name, fact in FACTS.items()}
    definitions = {one["fact"]: one for one in (DISPUTED, AGE)}
    return {
        "vocabulary": {"roles": ROLES, "facts": facts},
        "definitions": {"definitions": definitions, "tables": {}},
        "guidelines": [{**copy.deepcopy(GUIDELINE), **changes}],
    }


def found(ruleset):
    """The findings with their codes, and the rules they are about."""
    read = rule_files("memory", files(ruleset))
    rules = compiled_ruleset(read)
    deep = (question() for questions in deep_questions([read], rules, 60) for question in questions.asked)
    everything = (*noted_in_files([read], rules), *filter(None, deep))
    return rules, {one.diagnostic.code: one for one in everything}


def criterion(met_when):
    return [{"id": "c", "cite": "t", "requires": "t", "met_when": met_when}]


def table(rows, **more):
    return [{**GUIDELINE["tables"][0], "rows": rows, **more}]


def test_a_plain_ruleset_has_nothing_but_unused_facts():
    _, codes = found(folder())
    assert set(codes) == {"MT601"}


DEEP = [
    ("MT606", {"criteria": criterion({"all": [{"count.a": {"at_most": 2}}, {"count.a": {"at_least": 3}}]})}, True),
    ("MT607", {"criteria": criterion({"any": [{"count.a": {"at_most": 3}}, {"count.a": {"at_least": 2}}]})}, True),
    ("MT608", {"tables": table(ROWS[:1])}, True),
    ("MT609", {"tables": table([*ROWS, {"when": {"level": {"in": ["r"]}}, "then": {"n": 9}}])}, True),
    (
        "MT610",
        {"tables": table([*ROWS, {"when": {"all": [{"level": "p"}, {"level": "q"}]}, "then": {"n": 9}}])},
        False,
    ),
    ("MT613", {"limits": [LIMIT, {**LIMIT, "id": "m", "at_most": 9}]}, True),
    ("MT614", {"limits": [{**LIMIT, "applies_when": {"all": [{"flag.c": True}, {"flag.c": False}]}}]}, False),
    (
        "MT615",
        {
            "criteria": [
                *criterion({"count.a": {"at_most": 2}}),
                {**criterion({"count.a": {"at_least": 3}})[0], "id": "d"},
            ]
        },
        False,
    ),
]


@pytest.mark.parametrize(("code", "changes", "has_case"), DEEP, ids=[code for code, _, _ in DEEP])
def test_what_only_cases_show_is_found_with_a_case_that_shows_it(code, changes, has_case):
    rules, codes = found(folder(**changes))
    assert code in codes
    assert bool(codes[code].case) is has_case
    if has_case:
        case = case_of_text("case", codes[code].case.encode(), rules)
        (candidate,) = Checker(rules).determination(case, case.items[0]).evaluation.candidates
        status = candidate.criteria[0].status.value
        assert {"MT606": status == "not_met", "MT607": status == "met"}.get(code, True)


@pytest.mark.parametrize("rows", [[*ROWS[:1], {"otherwise": True, "then": {"n": 9}}], ROWS])
def test_a_table_that_takes_every_case_has_no_gap(rows):
    assert "MT608" not in found(folder(tables=table(rows)))[1]


def test_limits_that_each_decide_for_some_case_do_not_contradict():
    lifted = {**LIMIT, "id": "m", "at_most": 3, "unless": {"flag.c": True}}
    assert "MT613" not in found(folder(limits=[{**LIMIT, "at_most": 9}, lifted]))[1]


AGED = [
    {"when": {"count.a": {"at_most": 3}}, "then": {"n": 4}},
    {"when": {"count.a": {"at_least": 5}}, "then": {"n": 6}},
]


@pytest.mark.parametrize(
    ("rows", "code", "example"),
    [
        (AGED, "MT608", "is 4"),
        ([AGED[0], {"when": {"count.a": {"at_least": 3}}, "then": {"n": 6}}], "MT609", "is 3"),
        ([AGED[0], {"when": {"not": {"count.a": {"at_most": 3}}}, "then": {"n": 6}}], None, ""),
    ],
)
def test_plain_lint_finds_gaps_and_overlaps_of_figures_at_their_bounds(rows, code, example):
    inputs = table(rows, inputs=["count.a"])
    read = rule_files("memory", files(folder(tables=inputs)))
    codes = {one.diagnostic.code: one.diagnostic for one in noted_in_files([read], compiled_ruleset(read))}
    assert {"MT608", "MT609"} & set(codes) == ({code} if code else set())
    assert code is None or example in codes[code].message


def test_of_rows_that_overlap_the_first_counts_where_the_table_says_so():
    rows = [
        {"when": {"level": "p"}, "then": {"n": 4}},
        {"when": {"level": {"in": ["p", "q", "r", "s"]}}, "then": {"n": 6}},
    ]
    assert not {"MT608", "MT609"} & set(found(folder(tables=table(rows, hit_policy="first")))[1])


def test_a_row_whose_condition_is_written_in_another_form_is_found():
    alike = [*ROWS, {"when": {"level": {"in": ["s"]}}, "then": {"n": 9}}, {"when": {"level": "s"}, "then": {"n": 9}}]
    assert "MT619" in found(folder(tables=table(alike, hit_policy="max")))[1]


@pytest.mark.parametrize("policy", ["max", "first"])
def test_rows_that_hold_in_the_same_cases_in_other_words_are_found(policy):
    alike = [*ROWS, {"when": {"any": [{"level": "s"}, {"level": "r"}, {"level": "q"}]}, "then": {"n": 9}}]
    found_note = found(folder(tables=table(alike, hit_policy=policy)))[1]["MT619"]
    assert "holds in the same cases" in found_note.diagnostic.message
    assert "MT619" not in found(folder(tables=table(ROWS, hit_policy=policy)))[1]


def test_gaps_of_tables_whose_cases_cannot_all_be_tried_are_asked_of_logic_without_deep_too():
    rows = [
        {"when": {"span": {"at_most": "6 weeks"}}, "then": {"n": 4}},
        {"when": {"span": {"at_least": "8 weeks"}}, "then": {"n": 6}},
    ]
    read = rule_files("memory", files(folder(tables=table(rows, inputs=["span"]))))
    rules = compiled_ruleset(read)
    assert "MT608" not in {one.diagnostic.code for one in noted_in_files([read], rules)}
    asked = [question() for each in table_questions([read], rules, 60) for question in each.asked]
    assert [one.diagnostic.code for one in asked if one is not None] == ["MT608"]
    tried = rule_files("memory", files(folder()))
    assert not list(table_questions([tried], compiled_ruleset(tried), 60))


def test_a_gap_that_is_meant_is_none():
    assert "MT608" not in found(folder(tables=table(ROWS[:1], without_row="q, r and s have no figure")))[1]


def test_rows_that_meet_on_one_figure_or_where_the_largest_is_taken_do_not_overlap():
    same = [*ROWS, {"when": {"level": {"in": ["r"]}}, "then": {"n": 6}}]
    assert "MT609" not in found(folder(tables=table(same)))[1]
    larger = [*ROWS, {"when": {"level": {"in": ["r"]}}, "then": {"n": 9}}]
    assert "MT609" not in found(folder(tables=table(larger, hit_policy="max")))[1]


def test_a_fact_asked_for_both_ways_is_found():
    both = {"any": [{"flag.c": True, "id": True}, {"flag.c": False, "sid": True}]}
    assert "flag.c" in found(folder(criteria=criterion(both)))[1]["MT603"].diagnostic.message
    once = {"any": [{"flag.c": True, "id": True}, {"not": {"flag.c": False}}]}
    assert "MT603" not in found(folder(criteria=criterion(once)))[1]


# ---- the shipped rules, with an edit


@pytest.mark.parametrize(
    ("name", "before", "after", "code", "words"),
    [
        ("vocabulary.yaml", "    question: Which treatment is requested?\n", "", "MT602", "request.treatment"),
        (
            "physical-medicine/2009-07-18.yaml",
            "until: 2016-07-28",
            "until: 2016-07-20",
            "MT605",
            "2016-07-21 to 2016-07-28",
        ),
        (
            "physical-medicine/2009-07-18.yaml",
            "until: 2016-07-28",
            "until: 2016-08-28",
            "MT612",
            "2016-07-29 to 2016-08-28",
        ),
        (
            "definitions/postsurgical-period.yaml",
            "      - otherwise: true\n        then: {period: 6 months}\n",
            "",
            "MT608",
            "period-by-procedure",
        ),
        (
            "physical-medicine/2016-07-29.yaml",
            "    cite: Physical",
            "    verified: false\n    cite: Physical",
            "MT604",
            "active-therapy",
        ),
    ],
)
def test_an_edit_is_noted_at_its_line(tmp_path, name, before, after, code, words):
    folder = tmp_path / "rules"
    shutil.copytree(RULES, folder)
    text = (folder / name).read_text(encoding="utf-8")
    assert before in text
    (folder / name).write_text(text.replace(before, after, 1), encoding="utf-8")
    files = rules_of(read_layer(folder))
    rules = compiled_ruleset(files)
    mine = [one for one in noted_in_files([files], rules) if one.diagnostic.code == code]
    ((diagnostic, shown),) = [
        one for one in mine if words in one.diagnostic.message and one.diagnostic.file.endswith(name)
    ]
    assert diagnostic.help
    assert diagnostic.line > 1
    assert bool(shown) is (code in {"MT605", "MT608", "MT612"})
    if code in {"MT605", "MT612"}:
        case = case_of_text("case", shown.encode(), rules)
        evaluation = Checker(rules).determination(case, case.items[0]).evaluation
        assert len(evaluation.candidates) == {"MT605": 0, "MT612": 2}[code]


@pytest.mark.slow
def test_warnings_fail_and_notes_do_not(tmp_path, capsys):
    assert main(["rules", "lint", "--notes"]) == 0
    assert "notes found" in capsys.readouterr().out
    folder = tmp_path / "rules"
    shutil.copytree(RULES, folder)
    path = folder / "vocabulary.yaml"
    authored = path.read_text(encoding="utf-8").replace("    question: Which treatment is requested?\n", "", 1)
    path.write_text(authored, encoding="utf-8")
    assert yaml.safe_load(authored)
    assert main(["rules", "lint", "--rules", str(folder)]) == 5
    assert "warning: " in capsys.readouterr().out


@pytest.mark.slow
def test_findings_are_written_for_pull_requests_and_scanners(capsys):
    assert main(["rules", "lint", "--notes", "--format", "github"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith("::notice file=") for line in lines)
    assert main(["rules", "lint", "--notes", "--format", "sarif"]) == 0
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    assert len(run["results"]) == len(lines)
    assert {one["level"] for one in run["results"]} == {"note"}
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["region"]["startLine"] >= 1
    assert main(["rules", "lint", "--notes", "--format", "json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == len(lines)
