"""Which edition governs where the day may fall into two of them."""

import shutil

import pytest

from mtus_engine.api import Checker, case_of_text, load_rules
from tests.conftest import RULES

# Work hardening past two years: not met under either edition, whatever the day.
CASE = b"""
case: two editions
items:
  - item: 1
    facts:
      request.treatment: work_hardening
      request.date: {at_least: 2016-07-20, at_most: 2016-08-05}
      injury.date: 2010-01-01
      surgery.performed: false
"""


@pytest.mark.parametrize(("begins", "finding"), [("2016-07-29", "does_not_meet"), ("2016-07-30", "whole_can_meet")])
def test_editions_that_adjoin_agree_and_a_gap_of_a_day_leaves_it_open(tmp_path, begins, finding):
    rules = shutil.copytree(RULES, tmp_path / "rules", ignore=shutil.ignore_patterns("2016-07-29*"))
    first = rules / "work-hardening" / "2009-07-18.yaml"
    text = first.read_text(encoding="utf-8")
    second = text.replace("from: 2009-07-18, until: 2016-07-28", f"from: {begins}, until: 2017-11-30")
    assert second != text
    first.with_name(f"{begins}.yaml").write_text(second, encoding="utf-8")
    ruleset = load_rules(rules)
    (checked,) = Checker(ruleset).check(case_of_text("memory", CASE, ruleset))
    evaluation = checked.determination.evaluation
    assert [c.finding.value for c in evaluation.candidates] == ["does_not_meet", "does_not_meet"]
    assert evaluation.finding.value == finding
    assert "request.date" in evaluation.unsettled
