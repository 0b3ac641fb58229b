"""What decision tables give: of a case without a row nothing is known; hit policies, as DMN 1.3 section 8.2.11 has them."""

import pytest

from mtus_engine.api import Checker, case_of_text, load_rules
from mtus_engine.cli.main import main
from mtus_engine.compiler.rulesets import compiled_ruleset
from mtus_engine.loader.folder import rule_files
from mtus_engine.report.view import item_view
from tests.strategies import files
from tests.test_impact import edited
from tests.test_lint import folder, table

CASE = """
case: a
setting: ur
items:
  - item: 1
    facts:
      request.treatment: physical_therapy
      request.date: 2013-12-05
      injury.date: 2013-08-09
      diagnosis.groups: [strain_sprain]
      request.visits: 99
      request.visits_per_week: 3
      request.duration: 33 weeks
      prior.therapy.visits: 0
"""
LAST_ROWS = """      - when: {diagnosis.groups: {in: [strain_sprain, arthritis, post_injection, other_diagnosis]}}
        then: {visits: 10}
        reading: interpretation
        seen_in: [004_927ea192cfb8a844]
      - otherwise: true
        then: {visits: 10}
        reading: interpretation
        seen_in: [004_927ea192cfb8a844]
"""


def test_a_table_without_a_row_for_the_case_takes_no_cap_away(tmp_path):
    rules = load_rules(edited(tmp_path, "physical-medicine/2009-07-18.yaml", (LAST_ROWS, "")))
    (checked,) = Checker(rules).check(case_of_text("a", CASE.encode(), rules))
    view = item_view(checked)
    assert view.item["finding"] == "whole_can_meet"
    assert [limit["status"] for limit in view.item["limits"] if limit["id"] == "visits"] == ["undetermined"]
    assert view.item["open_by_rules"] == [
        "Visits the table gives for the diagnosis: the table visits-by-diagnosis (p. 99) has no row for this case"
    ]


@pytest.mark.slow
def test_plain_lint_names_a_case_that_no_row_takes(tmp_path, capsys):
    new = edited(tmp_path, "physical-medicine/2009-07-18.yaml", (LAST_ROWS, ""))
    assert main(["rules", "lint", "--rules", str(new)]) == 5
    assert "MT608 no row of visits-by-diagnosis holds where Diagnosis group is arthritis" in capsys.readouterr().out


def figure_of(rows, known, **more):
    """What a table of these rows, with inputs level, flag.c and count.a, allows: cap and limit of six visits."""
    read = rule_files("memory", files(folder(tables=table(rows, inputs=["level", "flag.c", "count.a"], **more))))
    rules = compiled_ruleset(read)
    facts = {"request.treatment": "one", "request.date": "2010-01-01", "request.visits": 6, **known}
    text = "case: a\nitems:\n- item: 1\n  facts:\n" + "".join(f"    {name}: {value}\n" for name, value in facts.items())
    (checked,) = Checker(rules).check(case_of_text("a", text.encode(), rules))
    (limit,) = item_view(checked).item["limits"]
    return limit["status"], limit["supported"]["at_least"], limit["supported"]["at_most"]


LEVEL_P = {"when": {"level": "p"}, "then": {"n": 4}}
FLAG = {"when": {"flag.c": True}, "then": {"n": 8}}
ANY = {"when": {"count.a": {"at_least": 0}}, "then": {"n": 2}}


@pytest.mark.parametrize(
    ("rows", "policy", "known", "expected"),
    [
        # Unique (8.2.11): one row holds, none holds, two with different figures hold.
        ([LEVEL_P, FLAG], "unique", {"level": "p", "flag.c": "false"}, ("exceeded", 4, 4)),
        ([LEVEL_P, FLAG], "unique", {"level": "q", "flag.c": "false"}, ("undetermined", 0, None)),
        ([LEVEL_P, FLAG], "unique", {"level": "p", "flag.c": "true"}, ("undetermined", 4, 8)),
        # First: the row that stands first counts; one that is open leaves the answer to it and those after it.
        ([LEVEL_P, FLAG, ANY], "first", {"level": "p", "flag.c": "true", "count.a": 1}, ("exceeded", 4, 4)),
        ([LEVEL_P, FLAG, ANY], "first", {"level": "q", "flag.c": "true", "count.a": 1}, ("within", 8, 8)),
        ([LEVEL_P, FLAG, ANY], "first", {"level": "q", "flag.c": "false", "count.a": 1}, ("exceeded", 2, 2)),
        ([LEVEL_P, FLAG, ANY], "first", {"flag.c": "true", "count.a": 1}, ("undetermined", 4, 8)),
        ([LEVEL_P, FLAG, ANY], "first", {"level": "p", "count.a": 1}, ("exceeded", 4, 4)),
        ([LEVEL_P, FLAG, ANY], "first", {"count.a": 1}, ("undetermined", 2, 8)),
        # Max: the largest of the rows that hold.
        ([LEVEL_P, FLAG, ANY], "max", {"level": "p", "flag.c": "true", "count.a": 1}, ("within", 8, 8)),
        ([LEVEL_P, FLAG, ANY], "max", {"level": "p", "flag.c": "false", "count.a": 1}, ("exceeded", 4, 4)),
    ],
)
def test_hit_policies(rows, policy, known, expected):
    assert figure_of(rows, known, hit_policy=policy) == expected


def test_rows_that_hold_together_are_named_with_the_table(tmp_path):
    overlap = {"when": {"level": "p"}, "then": {"n": 9}}
    read = rule_files("memory", files(folder(tables=table([LEVEL_P, overlap], inputs=["level"]))))
    rules = compiled_ruleset(read)
    text = b"case: a\nitems:\n- {item: 1, facts: {request.treatment: one, request.date: 2010-01-01, level: p, request.visits: 6, flag.c: true}}\n"
    (checked,) = Checker(rules).check(case_of_text("a", text, rules))
    item = item_view(checked).item
    assert item["finding"] == "whole_can_meet"
    assert item["open_by_rules"] == ["t: the table t (t) gives different figures for this case, 4 and 9"]
