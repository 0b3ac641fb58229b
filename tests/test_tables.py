"""What decision tables give: of a case without a row nothing is known, and rows that differ are named."""

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


LEVEL_P = {"when": {"level": "p"}, "then": {"n": 4}}


def test_rows_that_hold_together_are_named_with_the_table(tmp_path):
    overlap = {"when": {"level": "p"}, "then": {"n": 9}}
    read = rule_files("memory", files(folder(tables=table([LEVEL_P, overlap], inputs=["level"]))))
    rules = compiled_ruleset(read)
    text = b"case: a\nitems:\n- {item: 1, facts: {request.treatment: one, request.date: 2010-01-01, level: p, request.visits: 6, flag.c: true}}\n"
    (checked,) = Checker(rules).check(case_of_text("a", text, rules))
    item = item_view(checked).item
    assert item["finding"] == "whole_can_meet"
    assert item["open_by_rules"] == ["t: the table t (t) gives different figures for this case, 4 and 9"]
