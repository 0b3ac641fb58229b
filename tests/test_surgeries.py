"""Of several surgeries the one counts whose aftercare may be requested; the others are named."""

import json

import pytest
import yaml

from mtus_engine.api import Checker, case_of_text
from mtus_engine.bulk.coded import coded_rows
from mtus_engine.model.case import WhyAside
from mtus_engine.model.determination import Finding
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.report.outlines import item_outline

SHOULDER = {"procedure": "rotator_cuff", "date": "2014-01-10"}
KNEE = {"procedure": "meniscectomy", "date": "2014-03-03"}


@pytest.fixture(scope="module")
def checker(ruleset):
    return Checker(ruleset)


def case_of(checker, surgeries, request=(), facts=()):
    stated = {"injury.date": "2013-08-09", "diagnosis.groups": ["strain_sprain"], "surgery.performed": True}
    for name, of in surgeries.items():
        for fact, value in of.items():
            stated.setdefault(f"surgery.{fact}", [])
            if isinstance(stated[f"surgery.{fact}"], list):
                stated[f"surgery.{fact}"].append({"value": value, "surgery": name})
    asked = {
        "request.treatment": "physical_therapy",
        "request.date": "2014-04-05",
        "request.body_parts": ["shoulder"],
        "request.visits": 12,
        "request.duration": "4 weeks",
        "prior.therapy.visits": 0,
        "prior.postsurgical.visits": 0,
        **dict(request),
    }
    case = {"case": "S", "facts": {**stated, **dict(facts)}, "items": [{"item": 1, "facts": asked}]}
    return case_of_text("case.yaml", yaml.safe_dump(case).encode(), checker.ruleset)


def checked(checker, *given, **named):
    (one,) = checker.check(case_of(checker, *given, **named))
    return one


def aside(one):
    return {surgery.name: surgery.why for surgery in one.determination.surgeries_aside}


def governing(one):
    return one.determination.evaluation.governing.edition.guideline


def test_the_surgery_on_the_treated_part_governs_and_the_other_is_named(checker):
    one = checked(checker, {"first": SHOULDER, "second": KNEE})
    assert governing(one) == "postsurgical"
    assert aside(one) == {"second": WhyAside.OTHER_PART}
    notice = next(notice for notice in item_outline(one)["notices"] if notice["id"] == "surgery-aside")
    assert "meniscectomy" in notice["says"]
    assert "2014-03-03" in notice["says"]
    assert notice["reading"] == "interpretation"


def test_told_without_names_the_two_conflict(checker):
    stated = {
        "surgery.procedure": [{"value": "rotator_cuff"}, {"value": "acl_reconstruction"}],
        "surgery.date": [{"value": "2012-01-10"}, {"value": "2014-03-03"}],
    }
    one = checked(checker, {}, facts={**stated, "injury.date": "2011-08-09"})
    assert one.determination.surgeries_aside == ()
    assert one.determination.evaluation.finding in {Finding.WHOLE_CAN_MEET, Finding.PART_CAN_MEET}


def test_of_two_on_the_part_the_later_counts(checker):
    earlier, later = {"procedure": "rotator_cuff", "date": "2013-09-10"}, {**SHOULDER, "procedure": "rotator_cuff_open"}
    one = checked(checker, {"repair": earlier, "revision": later})
    assert aside(one) == {"repair": WhyAside.EARLIER}
    assert json.dumps(item_outline(one)["facts"]["surgery.date"]).count("2014-01-10") >= 1
    assert "2013-09-10" not in json.dumps(item_outline(one)["facts"]["surgery.date"])


def test_one_after_the_service_displaces_none(checker):
    later = {**SHOULDER, "date": "2014-06-10"}
    assert aside(checked(checker, {"done": SHOULDER, "planned": later})) == {}


def test_one_that_was_not_done_displaces_none(checker):
    planned = {**SHOULDER, "date": "2014-02-10", "performed": False}
    case = case_of(
        checker,
        {"done": SHOULDER, "planned": planned},
        facts={"surgery.performed": [{"value": True, "surgery": "done"}, {"value": False, "surgery": "planned"}]},
    )
    (one,) = checker.check(case)
    assert aside(one) == {}


def test_one_whose_part_is_open_stays(checker):
    unknown = {"procedure": "unlisted_procedure", "date": "2014-03-03"}
    one = checked(checker, {"shoulder": SHOULDER, "unknown": unknown})
    assert aside(one) == {}
    assert one.determination.evaluation.governing is None


def test_the_record_says_which_it_follows(checker):
    surgeries = {"shoulder": SHOULDER, "unknown": {"procedure": "unlisted_procedure", "aftercare_requested": False}}
    assert aside(checked(checker, surgeries)) == {"unknown": WhyAside.OTHER_PART}


def test_an_earlier_one_counts_where_the_record_says_that_the_treatment_is_its_aftercare(checker):
    first = {"procedure": "rotator_cuff", "date": "2013-12-10", "aftercare_requested": True}
    second = {**SHOULDER, "procedure": "rotator_cuff_open"}
    one = checked(checker, {"first": first, "second": second})
    assert aside(one) == {"second": WhyAside.AFTERCARE_OF_OTHER}
    assert "aftercare of another one" in next(
        notice["says"] for notice in item_outline(one)["notices"] if notice["id"] == "surgery-aside"
    )


def test_where_none_is_on_the_part_the_latest_is_still_told(checker):
    one = checked(checker, {"shoulder": SHOULDER, "knee": KNEE}, request={"request.body_parts": ["lumbar_spine"]})
    assert aside(one) == {"shoulder": WhyAside.OTHER_PART}
    assert governing(one) == "physical-medicine"


def test_sides_tell_surgeries_of_one_joint_apart(checker):
    left = {**SHOULDER, "left_side": True, "right_side": False}
    right = {**SHOULDER, "date": "2014-02-20", "left_side": False, "right_side": True}
    request = {"request.left_side": True, "request.right_side": False}
    assert aside(checked(checker, {"left": left, "right": right}, request=request)) == {"right": WhyAside.OTHER_PART}


def test_a_row_of_a_table_holds_the_one_that_counts(checker):
    case = case_of(checker, {"first": SHOULDER, "second": KNEE})
    (row,) = coded_rows(case, checker.ruleset)
    assert row["surgery.procedure"] == "rotator_cuff"


def test_a_name_stands_only_at_what_is_said_of_a_surgery(checker):
    with pytest.raises(Rejected, match=r"injury\.date is not said of one of several surgeries"):
        case_of(checker, {}, facts={"injury.date": {"value": "2013-08-09", "surgery": "first"}})


def test_visits_after_a_surgery_elsewhere_leave_no_more_than_the_cap(checker):
    """With open visits after the surgery, the limit once counted fewer than none before and left more than its cap."""
    one = checked(
        checker,
        {"knee": KNEE},
        request={"request.body_parts": ["lumbar_spine"], "prior.therapy.visits": 0},
        facts={"prior.postsurgical.visits": {"at_most": 5}},
    )
    assert one.determination.evaluation.finding is Finding.MEETS_IN_PART
    limit = next(one for one in item_outline(one)["limits"] if one["id"] == "visits")
    assert limit["supported"] == {"at_least": 10, "at_most": 10}


def test_of_surgeries_elsewhere_the_latest_stays_whatever_days_are_open(checker):
    surgeries = {
        "a": {**KNEE, "date": "2014-02-10"},
        "b": {"procedure": "meniscectomy"},
        "c": {**KNEE, "date": "2013-09-01"},
    }
    one = checked(checker, surgeries)
    assert "c" in aside(one)
    assert set(aside(one)) == {"a", "c"}


def test_a_correction_is_of_the_surgery_that_it_corrects(checker):
    dates = [
        {"value": "2014-01-10", "surgery": "shoulder"},
        {"value": "2014-03-03", "surgery": "knee", "id": "k"},
        {"value": "2014-03-05", "origin": "overridden", "replaces": "k"},
    ]
    procedures = [{"value": "rotator_cuff", "surgery": "Shoulder"}, {"value": "meniscectomy", "surgery": "knee"}]
    one = checked(checker, {}, facts={"surgery.date": dates, "surgery.procedure": procedures})
    assert set(aside(one)) == {"knee"}
    assert item_outline(one)["facts"]["surgery.date"]["value"] == "2014-01-10"
    (notice,) = (notice["says"] for notice in item_outline(one)["notices"] if notice["id"] == "surgery-aside")
    assert "2014-03-05" in notice
    assert "2014-03-03" not in notice


def test_a_misspelt_name_of_a_surgery_is_told(checker):
    facts = {"surgery.found_necessary": [{"value": True, "surgery": "sholder"}]}
    case = case_of(checker, {"shoulder": SHOULDER, "knee": KNEE}, facts=facts)
    (warning,) = case.warnings
    assert warning.message == '"shoulder" and "sholder" are two surgeries here'
    assert case_of(checker, {"surgery 1": SHOULDER, "surgery 2": KNEE}).warnings == ()
