"""The next question: presumptions first, then what settles most; replayed over decisions it ends as the full record does."""

import builtins
import json
from pathlib import Path

import pytest
import yaml

from mtus_engine.api import Checker, case_of_plain, case_of_text, read_case_file
from mtus_engine.cli.main import main
from mtus_engine.model.determination import OPEN
from tests.conftest import ROOT

# What a request form gives, before anybody reads the record.
FORM = {
    "request.treatment",
    "request.date",
    "request.visits",
    "service.date",
    "request.retrospective",
    "injury.date",
}
FILES = sorted((ROOT / "cases" / "imr").glob("*.yaml"))


def replayed(case, item, checker, limit=60):
    """Answer from the record what is asked, and return how many times, with the finding at the end."""
    said = {name: statements for name, statements in item.statements.items() if name in FORM}
    passed_over = set()
    for asked in range(limit):
        found = checker.interview(case, item._replace(statements=said), frozenset(passed_over))
        if found.is_over:
            return asked, found.finding
        block = [one.fact for one in found.to_confirm] or [found.questions[0].fact]
        passed_over |= set(block)
        said |= {name: item.statements[name] for name in block if name in item.statements}
    raise AssertionError("an interview that does not end")


@pytest.mark.slow
def test_every_public_item_ends_with_the_finding_of_its_full_record_after_seven_questions_on_average(ruleset):
    checker = Checker(ruleset)
    counts, same = [], 0
    for file in FILES:
        case = read_case_file(file, ruleset)
        for item in case.items:
            asked, finding = replayed(case, item, checker)
            counts.append(asked)
            same += finding is checker.determination(case, item).evaluation.finding
    assert same == len(counts) == 31
    assert sum(counts) / len(counts) <= 7


@pytest.mark.parametrize("name", ["CM14-0195168", "CM16-0246487", "CM17-0016311", "CM17-0020728"])
def test_an_item_ends_with_the_finding_of_its_full_record(ruleset, name):
    checker = Checker(ruleset)
    case = read_case_file(ROOT / "cases" / "imr" / f"{name}.yaml", ruleset)
    for item in case.items:
        _, finding = replayed(case, item, checker)
        assert finding is checker.determination(case, item).evaluation.finding


BEGUN = """\
case: A
items:
- item: 1
  asked: twelve visits of work conditioning
  facts:
    request.treatment: work_conditioning
    request.date: 2014-10-08
    request.visits: 12
    injury.date: {}
"""


def of_text(text, ruleset, passed_over=frozenset()):
    case = case_of_text("case.yaml", text.encode(), ruleset)
    return Checker(ruleset).interview(case, case.items[0], passed_over)


def test_presumptions_come_first_and_stay_until_they_are_confirmed(ruleset):
    found = of_text(BEGUN.format("2013-10-01"), ruleset)
    assert "surgery.performed" in {one.fact for one in found.to_confirm}
    after = of_text(BEGUN.format("2013-10-01"), ruleset, frozenset(one.fact for one in found.to_confirm))
    assert after.to_confirm == ()
    assert after.questions


def test_a_finding_that_rests_on_a_presumption_is_not_over_before_it_is_confirmed(ruleset):
    found = of_text(BEGUN.format("2010-10-01"), ruleset)
    assert found.finding not in OPEN
    assert found.questions == ()
    over = of_text(BEGUN.format("2010-10-01"), ruleset, frozenset(one.fact for one in found.to_confirm))
    assert over.is_over


def test_no_question_tells_which_answer_would_help_and_none_is_advisory(ruleset):
    found = of_text(BEGUN.format("2013-10-01"), ruleset)
    shares = [one.share for one in found.questions]
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= share <= 1 for share in shares)
    assert all(one.settles for one in found.questions)
    assert {one._fields for one in found.questions} == {("fact", "question", "share", "settles")}


def test_a_definition_is_asked_for_by_its_one_question_and_its_parts_only_after_that(ruleset):
    first = of_text(BEGUN.format("2013-10-01"), ruleset)
    block = frozenset(one.fact for one in first.to_confirm)
    asked = {one.fact for one in of_text(BEGUN.format("2013-10-01"), ruleset, block).questions}
    assert "program.gains_shown" in asked
    assert "improvement.daily_living" not in asked
    after = {
        one.fact for one in of_text(BEGUN.format("2013-10-01"), ruleset, block | {"program.gains_shown"}).questions
    }
    assert "functional_improvement.shown" in after


@pytest.fixture
def asked(tmp_path, monkeypatch, capsys):
    """Run mtus ask on a case with these answers; return the exit code, what was printed and the case kept."""

    def run(text, *answers, options=()):
        (tmp_path / "case.yaml").write_text(text, encoding="utf-8")
        left = iter(answers)

        def answer(prompt=""):
            try:
                return next(left)
            except StopIteration:
                raise EOFError from None

        monkeypatch.setattr(builtins, "input", answer)
        code = main(["ask", str(tmp_path / "case.yaml"), *options])
        kept = tmp_path / "case.answered.yaml"
        return code, capsys.readouterr().err, yaml.safe_load(kept.read_text("utf-8")) if kept.exists() else None

    return run


def test_answers_are_kept_and_the_case_comes_to_what_was_shown(asked, capsys, tmp_path):
    code, told, kept = asked(BEGUN.format("2013-10-01"), "", "8")
    assert code == 0
    assert "Does not meet criteria" in told
    facts = kept["items"][0]["facts"]
    assert facts["request.visits_per_week"] == {"value": 8}
    assert facts["surgery.performed"] == {"value": False, "origin": "confirmed"}
    assert main(["check", str(tmp_path / "case.answered.yaml"), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["finding"] == "does_not_meet"


def test_what_is_not_so_is_asked_for_and_corrected(asked):
    presumed = "6"
    _, told, kept = asked(BEGUN.format("2013-10-01"), presumed, "yes")
    assert "Surgery on the injured part: no" in told
    assert kept["items"][0]["facts"]["surgery.performed"] == {"value": True}


def test_a_person_goes_back_says_that_nothing_was_found_and_is_told_what_does_not_fit(asked):
    answers = ("", "often", "4", "b", "x", "q")
    code, told, kept = asked(BEGUN.format("2013-10-01"), *answers)
    assert code == 0
    assert "request.visits_per_week" in told
    assert kept["items"][0]["facts"]["request.visits_per_week"] == {"not_documented": True}


def test_a_case_that_is_settled_asks_nothing(asked):
    code, told, kept = asked(BEGUN.format("2010-10-01"), "")
    assert code == 0
    assert "Nothing more to ask" in " ".join(told.split())
    assert kept is not None


def test_the_next_question_is_printed_as_json(asked, capsys, tmp_path):
    (tmp_path / "case.yaml").write_text(BEGUN.format("2013-10-01"), encoding="utf-8")
    assert main(["ask", str(tmp_path / "case.yaml"), "--format", "json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["over"], found["item"]) == (False, "1")
    assert found["to_confirm"][0]["presumed"] == "no"
    assert {"fact", "label", "question", "kind", "settles", "share"} == set(found["questions"][0])


def test_an_item_that_is_not_there_is_named(asked, tmp_path, capsys):
    (tmp_path / "case.yaml").write_text(BEGUN.format("2013-10-01"), encoding="utf-8")
    assert main(["ask", str(tmp_path / "case.yaml"), "--item", "7"]) == 2
    assert "it has 1" in capsys.readouterr().err


def test_the_original_is_left_as_it_is(asked, tmp_path):
    text = "# my notes\n" + BEGUN.format("2013-10-01")
    asked(text, "", "8")
    assert Path(tmp_path / "case.yaml").read_text(encoding="utf-8") == text


def test_what_lies_behind_a_summary_that_the_record_does_not_tell_is_asked(ruleset):
    facts = {
        "request.treatment": "physical_therapy",
        "request.date": "2016-12-01",
        "injury.date": "2016-01-05",
        "surgery.performed": True,
        "surgery.date": "2016-09-01",
        "surgery.procedure": "rotator_cuff",
        "request.body_parts": ("shoulder",),
        "request.visits": 6,
        "prior.postsurgical.visits": 24,
    }
    checker = Checker(ruleset)

    def asked(**more):
        item = {"item": 1, "facts": {**facts, **{name.replace("__", "."): value for name, value in more.items()}}}
        case = case_of_plain({"case": "summary", "items": [item]}, ruleset)
        return [one.fact for one in checker.interview(case, case.items[0]).questions]

    first = asked()
    assert "functional_improvement.shown" in first
    assert "functional_improvement.shown" not in asked(functional_improvement__shown={"not_documented": True})
    assert set(asked(functional_improvement__shown={"not_documented": True})) & {
        "improvement.daily_living",
        "improvement.work_restrictions_reduced",
        "improvement.less_dependent_on_treatment",
    }
