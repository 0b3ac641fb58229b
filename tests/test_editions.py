"""Editions side by side: what a policy person reads of a change, and whether the choice of edition matters."""

import json

import pytest

from mtus_engine.cli.main import main
from mtus_engine.policy.editions import changes_between
from tests.conftest import CASES


def diff(capsys, *words):
    assert main(["rules", "diff", *words, "--format", "json"]) == 0
    return {one["part"]: one for one in json.loads(capsys.readouterr().out)["changes"]}


def test_what_changed_from_2009_to_2016_is_said_by_criterion_limit_and_figure(capsys):
    found = diff(capsys, "physical-medicine")
    crps = next(one for part, one in found.items() if "complex regional pain syndrome" in part)
    assert (crps["before"], crps["after"]) == ("visits 24, course 16 weeks", "visits 26, course 16 weeks")
    assert "advisory" not in found["criterion further-therapy-explained"]["before"]
    assert found["criterion objective-deficits"]["before"] == "not there"
    assert found["limit trial"]["before"] == "not there"
    assert "[interpretation]" in found["limit trial"]["after"]
    # Facts stand by their labels: a policy person reads no dotted names.
    assert "request.passive_only" not in json.dumps(found)
    assert "duration" in str(list(found))


def test_what_lifts_a_rule_keeps_its_source_and_mark(capsys):
    after = diff(capsys, "physical-medicine")["limit visits"]["after"]
    assert "lifted where Exceptional factors documented: yes (ODG preface, as quoted) [interpretation]" in after
    assert "counted:" in after


def test_two_editions_are_named_by_their_first_day(capsys):
    assert diff(capsys, "physical-medicine", "2009-07-18", "2016-07-29") == diff(capsys, "physical-medicine")


def test_an_edition_is_no_change_of_itself(ruleset):
    for edition in ruleset.editions:
        assert list(changes_between(edition, edition)) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["physical-medicin"], "did you mean physical-medicine"),
        (["physical-medicine", "2009-07-18"], "there are: 2009-07-18, 2016-07-29"),
        (["physical-medicine", "2009-07-18", "2010-01-01"], "there are: 2009-07-18, 2016-07-29"),
        (["gym-membership"], "there are: 2009-07-18"),
    ],
)
def test_what_cannot_be_compared_is_told(words, told, capsys):
    assert main(["rules", "diff", *words]) == 2
    assert told in capsys.readouterr().err


def test_an_item_is_shown_under_every_edition_that_covers_it(capsys):
    cases = [str(CASES / "CM14-0195168.yaml"), str(CASES / "004_927ea192cfb8a844.yaml")]
    assert main(["check", *cases, "--editions", "all", "--format", "json"]) == 0
    first, second = json.loads(capsys.readouterr().out)["items"]
    assert [one["edition"] for one in first["editions"]][1:] == [
        "first-mtus 2007-06-15",
        "work-hardening 2009-07-18",
        "work-hardening 2016-07-29",
        "acoem 2017-12-01",
    ]
    assert first["same"] is True
    by_edition = {one["edition"]: one["finding"] for one in second["editions"]}
    assert by_edition["physical-medicine 2009-07-18"] == "does_not_meet"
    assert second["same"] == (by_edition["physical-medicine 2016-07-29"] == "does_not_meet")


def test_the_terminal_says_whether_the_choice_matters(capsys):
    assert main(["check", str(CASES / "CM14-0195168.yaml"), "--editions", "all"]) == 0
    assert "fewer than two of its editions are encoded" in capsys.readouterr().out
