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


@pytest.mark.parametrize(
    "diagnosis",
    [
        "[myalgia_myositis]",
        "{not_documented: true}",
        "{value: [strain_sprain], open: true}",
        "[{value: [strain_sprain]}, {value: [myalgia_myositis]}]",
    ],
)
def test_a_table_whose_rows_perhaps_all_fail_leaves_its_figure_open(tmp_path, diagnosis):
    """Less knowledge gave a firmer answer: the figure of the rows that might hold."""
    rules = load_rules(edited(tmp_path, "physical-medicine/2009-07-18.yaml", (LAST_ROWS, "")))
    text = CASE.replace("[strain_sprain]", diagnosis).replace("request.visits: 99", "request.visits: 8")
    text = text.replace("33 weeks", "4 weeks").replace("request.visits_per_week: 3", "request.visits_per_week: 2")
    (checked,) = Checker(rules).check(case_of_text("a", text.encode(), rules))
    (limit,) = [one for one in item_view(checked).item["limits"] if one["id"] == "visits"]
    is_told = diagnosis == "[myalgia_myositis]"
    assert limit["status"] == ("within" if is_told else "undetermined")
    assert (limit["supported"]["at_most"] is not None) == is_told


def test_beside_a_guideline_that_is_not_encoded_any_visit_may_be_supported(ruleset):
    """At most 0 could meet, it was said, where the guideline that perhaps governs says nothing of it."""
    text = CASE.replace("request.date: 2013-12-05", "request.date: 2010-06-02\n      request.retrospective: true")
    text = text.replace("2013-08-09", "2009-01-05").replace("prior.therapy.visits: 0", "prior.therapy.visits: 30")
    text = text.replace("33 weeks", "4 weeks").replace("visits: 99", "visits: 12")
    (checked,) = Checker(ruleset).check(case_of_text("a", text.encode(), ruleset))
    item = item_view(checked).item
    assert item["finding"] == "whole_can_meet"
    assert item["units"]["supported"] == {"at_least": 0, "at_most": 12}


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
