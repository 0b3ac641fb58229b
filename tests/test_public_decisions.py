"""The five public decisions give what the guideline pages say they must."""

import pytest

from mtus_engine.api import Checker, CheckOptions, read_case_file
from mtus_engine.ingest.layout import laid_out
from mtus_engine.ingest.pdf import text_of
from mtus_engine.ingest.sentences import sentences, sentences_at
from mtus_engine.report.outlines import item_outline
from tests.conftest import CASES

FILES = sorted(CASES.glob("*.yaml"))
FIVE = ("001_bba14da3171408a6", "004_927ea192cfb8a844", "CM13-0053115", "CM14-0017506", "CM14-0195168")


def outline(name, ruleset, options=CheckOptions()):
    case = read_case_file(CASES / f"{name}.yaml", ruleset)
    (checked,) = Checker(ruleset, options).check(case)
    return item_outline(checked)


def statuses(item):
    return {r["id"]: r["status"] for r in (*item["criteria"], *item["limits"])}


def why(item, id_):
    (criterion,) = (c for c in item["criteria"] if c["id"] == id_)
    return criterion["conditions"]["words"]


def test_there_are_the_five_cases_and_twenty_four_of_2016():
    assert len(FILES) == 29
    assert {file.stem for file in FILES} >= set(FIVE)


def test_work_hardening_seven_days_past_the_postsurgical_period(ruleset):
    item = outline("CM13-0053115", ruleset)
    assert (item["guideline"], item["finding"]) == ("work-hardening", "does_not_meet")
    assert item["prediction"]["outcome"] == "upheld"
    (postsurgical,) = (passed for passed in item["passed"] if passed["in_force"])
    assert postsurgical["guideline"] == "postsurgical-programs"
    (decides,) = postsurgical["conditions"]["definition"]["parts"]
    assert "-7 days; at least 0 days: 7 days short" in decides["words"]
    given = statuses(item)
    assert given["within-two-years"] == "not_met"
    assert "2 years 6 months 28 days; at most 2 years: 211 days over" in why(item, "within-two-years")
    undetermined = ("demand-level", "therapy-plateau", "return-to-work-goal", "screening", "four-weeks")
    assert {given[id_] for id_ in undetermined} == {"undetermined"}
    assert item["reviewer"]["shared"] == ["screening"]
    assert item["reviewer"]["engine_only"] == ["within-two-years"]


def test_work_hardening_for_twelve_weeks_twice_a_week(ruleset):
    item = outline("001_bba14da3171408a6", ruleset)
    assert (item["guideline"], item["finding"]) == ("work-hardening", "does_not_meet")
    assert item["prediction"]["outcome"] == "upheld"
    given = statuses(item)
    assert {given[id_] for id_ in ("within-two-years", "four-weeks", "program-intensity")} == {"not_met"}
    looked_for = {c["id"] for c in item["criteria"] if c["status"] == "undetermined" and c["looked_for"]}
    assert looked_for == {"return-to-work-goal", "demand-level"}
    assert given["visits"] == "not_applicable"
    assert item["reviewer"]["shared"] == ["return-to-work-goal", "demand-level"]
    (theirs,) = item["reviewer"]["reviewer_only"]
    assert "functional capacity evaluation" in theirs["other"]


def test_work_conditioning_with_sources_that_disagree(ruleset):
    item = outline("CM14-0195168", ruleset)
    assert (item["guideline"], item["finding"]) == ("work-hardening", "does_not_meet")
    assert item["prediction"]["outcome"] == "upheld"
    assert item["text_only"] == {"finding": "whole_can_meet", "differs": True}
    given = statuses(item)
    assert (given["within-two-years"], given["gains-beyond-two-weeks"]) == ("met", "not_met")
    (goal,) = (c for c in item["criteria"] if c["id"] == "return-to-work-goal")
    assert (goal["status"], goal["looked_for"]) == ("undetermined", True)
    (cap,) = (limit for limit in item["limits"] if limit["id"] == "visits")
    assert (cap["status"], cap["because"]) == ("exceeded", "conflicting")
    assert cap["supported"] == {"at_least": 0, "at_most": 4}
    assert item["reviewer"]["shared"] == ["return-to-work-goal", "gains-beyond-two-weeks"]


def test_a_home_exercise_kit_without_a_rationale(ruleset):
    item = outline("CM14-0017506", ruleset)
    assert (item["guideline"], item["finding"]) == ("physical-medicine", "whole_can_meet")
    assert item["prediction"]["outcome"] == "upheld"
    (rationale,) = (c for c in item["criteria"] if c["id"] == "equipment-rationale")
    assert (rationale["status"], rationale["looked_for"], rationale["reading"]) == (
        "undetermined",
        True,
        "interpretation",
    )
    assert statuses(item)["visits"] == "not_applicable"
    assert item["reviewer"]["shared"] == ["equipment-rationale"]
    (theirs,) = item["reviewer"]["reviewer_only"]
    assert "literature" in theirs["other"]


def test_physical_therapy_after_twenty_three_visits(ruleset):
    item = outline("004_927ea192cfb8a844", ruleset)
    assert (item["guideline"], item["finding"]) == ("physical-medicine", "does_not_meet")
    assert item["prediction"]["outcome"] == "upheld"
    cap = next(limit for limit in item["limits"] if limit["id"] == "visits")
    assert (cap["status"], cap["cap"], cap["supported"]) == (
        "none_left",
        "10 visits (printed as 9 to 10 or 8 to 10)",
        {"at_least": 0, "at_most": 0},
    )
    (explained,) = (c for c in item["criteria"] if c["id"] == "further-therapy-explained")
    assert (explained["status"], explained["reading"]) == ("not_met", "interpretation")
    said = item["facts"]["further_therapy.need_explained"]["value"]
    assert said == "looked for and not found, which is the answer no"
    (notice,) = (notice for notice in item["notices"] if notice["id"] == "physical-therapy-24-visits")
    assert notice["status"] == "applies"
    assert "35 visits" in notice["says"]
    assert "visits" in item["reviewer"]["shared"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_place_that_a_case_cites_is_a_sentence_of_its_record(file, ruleset, decisions):
    case = read_case_file(file, ruleset)
    folder = decisions if (decisions / case.record.file).is_file() else decisions.parent / "imr" / "pdf"
    told = sentences(laid_out(text_of((folder / case.record.file).read_bytes())))
    for item in case.items:
        places = [s.at for said in item.statements.values() for s in said]
        places += [ground.at for ground in item.reviewer.grounds]
        assert places
        for place in places:
            assert all(sentences_at(told, one) for one in place.split(", ")), f"{file.name}: {place}"


@pytest.mark.parametrize("name", FIVE)
def test_without_presumptions_no_criterion_is_settled_otherwise(name, ruleset):
    with_, alone = outline(name, ruleset), outline(name, ruleset, CheckOptions(presume=False))
    # Without presumptions it may be open which guideline governs: the criteria of the same one are compared.
    named = [candidate for candidate in alone["candidates"] if candidate["guideline"] == with_["guideline"]]
    without = named[0] if named else alone
    presumed = {c["id"] for c in with_["criteria"] if c["presumed"]}
    before, after = statuses(with_), {c["id"]: c["status"] for c in without["criteria"]}
    for id_, status in after.items():
        if id_ in presumed:
            assert status == "undetermined"
        elif status != before[id_]:
            # Whether the request came after the service is presumed, and with it the day that ages run to.
            (criterion,) = [c for c in without["criteria"] if c["id"] == id_]
            assert (status, "service.date" in criterion["facts"]) == ("undetermined", True)
        else:
            assert status == before[id_]
