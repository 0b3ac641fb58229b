"""What people read first: the order of the rules, what is folded and what is not, a line an item."""

import json

import pytest

from mtus_engine.api import Checker, case_of_text
from mtus_engine.report.view import item_view
from tests.conftest import CASES

LATE = """case: late
setting: ur
facts:
  request.treatment: work_hardening
  request.date: {value: 2013-12-05, at: page 1}
  request.visits: 6
  request.retrospective: false
  injury.date: %s
items: [{item: 1}]
"""
STATED = "{value: 2009-01-05, at: page 2}"


def view(ruleset, text):
    (checked,) = Checker(ruleset).check(case_of_text("a", text.encode(), ruleset))
    return item_view(checked)


def test_where_no_answer_changes_the_finding_the_failing_fact_is_named_and_the_questions_are_folded(ruleset):
    request = view(ruleset, LATE % STATED).request
    assert len(request.lines) > 15
    assert "Time since the injury: 4 years 11 months; at most 2 years" in request.note
    assert "A physician reviewer may still weigh the answers" in request.note
    assert request.is_folded


@pytest.mark.parametrize(
    "said",
    [
        "{value: 2009-01-05, at: page 2, hedged: true}",
        "{value: 2009-01-05, at: page 2, origin: extracted}",
        "[{value: 2009-01-05, at: page 2}, {value: 2009-02-05, at: page 3}]",
    ],
)
def test_what_fails_on_a_doubtful_fact_folds_nothing(ruleset, said):
    request = view(ruleset, LATE % said).request
    assert request.note is not None
    assert not request.is_folded


def test_what_fails_on_the_presumption_that_a_request_is_prospective_folds_nothing(ruleset):
    silent = (LATE % STATED).replace("  request.retrospective: false\n", "")
    assert silent != LATE % STATED
    assert not view(ruleset, silent).request.is_folded


def test_while_an_answer_can_change_the_finding_nothing_is_said_of_it(ruleset):
    assert view(ruleset, LATE % "2013-01-05").request.note is None


def test_what_failed_comes_first_and_rules_for_another_treatment_are_left_out(ruleset):
    (edition,) = view(ruleset, LATE.replace("work_hardening", "physical_therapy") % STATED).editions
    statuses = [rule.part["status"] for rule in edition.shown]
    order = [{"not_met": 0, "exceeded": 0, "undetermined": 1, "met": 2, "within": 2}.get(one, 3) for one in statuses]
    assert order == sorted(order)
    left_out = {rule.part["id"] for rule in edition.rules} - {rule.part["id"] for rule in edition.shown}
    assert left_out == {"extends-active-therapy", "equipment-rationale"}
    assert edition.counts.endswith("; 2 for another treatment left out")
    assert sum(map(int, [part.split()[0] for part in edition.counts.partition(";")[0].split(", ")])) == len(statuses)


def test_several_cases_are_a_line_an_item_and_one_is_whole(tmp_path, capsys):
    from mtus_engine.cli.main import main

    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text((LATE % STATED).replace("late", name), encoding="utf-8")
    assert main(["check", str(tmp_path)]) == 0
    lines = capsys.readouterr().out
    assert "Does not" in lines
    assert "within two years" in lines
    assert "Request for information" not in lines
    assert main(["check", str(tmp_path), "--detail"]) == 0
    assert capsys.readouterr().out.count("Request for information to the provider\nNo answer") == 2
    assert main(["check", str(tmp_path / "one.yaml")]) == 0
    assert "questions are folded: --detail shows them" in capsys.readouterr().out


@pytest.mark.slow
def test_lines_of_json_say_what_the_rules_say_once_and_lose_nothing(capsys):
    from mtus_engine.cli.main import main

    assert main(["check", str(CASES), "--format", "json"]) == 0
    whole = json.loads(capsys.readouterr().out)
    assert main(["check", str(CASES), "--format", "ndjson"]) == 0
    printed = capsys.readouterr().out
    head, *items = map(json.loads, printed.splitlines())
    assert len(items) == len(whole) == 31
    for item, own in zip(items, whole, strict=True):
        edition = head["rules"]["editions"].get(f"{item['guideline']} {item['edition']}", {})
        for key in ("criteria", "limits"):
            item[key] = [{**edition[key][one["id"]], **one} for one in item.get(key, [])]
        for candidate in item.get("candidates", []):
            of = head["rules"]["editions"][f"{candidate['guideline']} {candidate['edition']}"]
            for key in ("criteria", "limits"):
                candidate[key] = [{**of[key][one["id"]], **one} for one in candidate.get(key, [])]
        for name, fact in item["facts"].items():
            fact.update(head["rules"]["facts"][name])
        steps = item["firings"]
        assert sum(isinstance(step, int) for step in steps) > len(steps) / 2
        item["firings"] = [head["rules"]["steps"][step] if isinstance(step, int) else step for step in steps]
        assert without_empty(item) == without_empty(own)
    assert len(printed) < 0.35 * len(json.dumps(whole, indent=2))


def without_empty(plain):
    if isinstance(plain, dict):
        kept = {key: without_empty(value) for key, value in plain.items()}
        return {key: value for key, value in kept.items() if value not in (None, False, [], {})}
    return [without_empty(value) for value in plain] if isinstance(plain, list) else plain
