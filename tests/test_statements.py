"""What statements make of a case beside the examples: presumptions that yield, overrides, several items, questions."""

from functools import cache

import pytest

from mtus_engine.api import Checker, case_of_text, load_rules, shipped_rules
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.model.fact import Because
from mtus_engine.model.values import Choice
from mtus_engine.report.template import case_template
from mtus_engine.wording.settlings import settling_words

THERAPY = """case: one
items:
  - item: 1
    facts: {request.treatment: physical_therapy, request.date: 2013-12-05, %s}
"""


@cache
def checker():
    return Checker(load_rules(shipped_rules()))


def checked(text):
    return tuple(checker().check(case_of_text("memory", text.encode(), checker().ruleset)))


def messages(text):
    with pytest.raises(Rejected) as rejected:
        checked(text)
    return [found.message for found in rejected.value.diagnostics]


def test_a_statement_about_a_defined_fact_leaves_nothing_behind_it_presumed():
    (item,) = checked(THERAPY % "postsurgical.in_period: true")
    governing = item.determination.evaluation.governing
    assert governing.edition.guideline == "postsurgical"
    assert governing.known["postsurgical.in_period"].because is Because.STATED
    assert governing.known["surgery.performed"].because is Because.NOT_DOCUMENTED


def test_what_was_replaced_is_no_longer_said():
    said = "prior.therapy.visits: [{id: a, value: 5}, {id: b, value: 8, origin: overridden, replaces: a}]"
    (item,) = checked(THERAPY % said)
    known = item.determination.evaluation.known["prior.therapy.visits"]
    assert known.values.point == 8
    assert known.because is Because.STATED


def test_statements_that_replace_one_another_are_refused():
    circle = ", ".join(
        f"{{id: {one}, value: {n}, origin: overridden, replaces: {other}}}"
        for n, (one, other) in enumerate(["ab", "ba"])
    )
    assert messages(THERAPY % f"prior.therapy.visits: [{circle}]") == [
        "prior.therapy.visits: a replaces b replaces a, in a circle"
    ]


def test_a_statement_that_replaces_itself_is_refused():
    assert messages(THERAPY % "prior.therapy.visits: [{id: a, value: 2, origin: overridden, replaces: a}]") == [
        "prior.therapy.visits: the statement a replaces itself"
    ]


def test_whether_the_service_came_first_is_asked_where_it_would_settle_the_edition():
    text = THERAPY.replace("2013-12-05", "2016-09-01") % (
        "service.date: 2016-05-01, request.retrospective: {not_documented: true}"
    )
    (item,) = checked(text)
    assert "request.retrospective" in item.determination.evaluation.unsettled
    assert "request.retrospective" in [question.fact for question in item.explanation.questions]


def test_units_in_dispute_are_never_fewer_than_none():
    (item,) = checked(THERAPY % "request.visits_authorized: 6")
    assert item.determination.evaluation.units.disputed.low == 0


def test_authorized_units_of_every_item_count_where_items_are_taken_together():
    text = """case: one
facts:
  request.treatment: physical_therapy
  request.date: 2013-12-05
  diagnosis.groups: [myalgia_myositis]
  prior.therapy.visits: 0
items:
  - {item: 1, facts: {request.visits: 6, request.visits_authorized: 6}}
  - {item: 2, facts: {request.visits: 3}}
  - {item: 3, facts: {request.visits: 3}}
"""
    first, second, third = checked(text)
    for item in (first, second, third):
        (together,) = item.together
        assert (together.asked, together.left) == (6, 4)


def test_the_treatment_is_offered_where_it_would_make_an_item_meet():
    text = """case: one
items:
  - item: 1
    facts:
      request.treatment: {one_of: [physical_therapy, home_exercise_equipment]}
      request.date: 2013-12-05
      request.visits: 8
      request.visits_per_week: 2
      request.duration: 4 weeks
      diagnosis.groups: [myalgia_myositis]
      prior.therapy.visits: 0
"""
    (item,) = checked(text)
    (offered,) = [one.settlings for one in item.explanation.missing if len(one.settlings) == 1]
    assert offered[0].values == Choice(frozenset({"physical_therapy"}))


def test_the_request_date_is_offered_where_it_decides_the_edition():
    text = (
        THERAPY % "request.visits: 8, request.visits_per_week: 2, request.duration: 4 weeks, prior.therapy.visits: 0"
    ).replace("2013-12-05", "{at_least: 2009-01-01, at_most: 2013-12-05}, diagnosis.groups: [myalgia_myositis]")
    (item,) = checked(text)
    offered = [[settling.fact for settling in one.settlings] for one in item.explanation.missing]
    assert ["request.date"] in offered


def test_json_as_other_programs_write_it_is_read():
    text = r'{"case": "a \ud83d\ude00 b \\\\u0041", "items": [{"item": 1, "facts": {"request.treatment": "physical_therapy"}}]}'
    (item,) = checked(text)
    assert item.case.case == "a \N{GRINNING FACE} b \\\\u0041"


def test_therapies_requested_in_one_case_are_concurrent():
    text = """case: one
facts: {request.date: 2016-12-01, injury.date: 2016-01-01}
items:
  - {item: 1, facts: {request.treatment: physical_therapy}}
  - {item: 2, facts: {request.treatment: acupuncture}}
  - {item: 3, facts: {request.treatment: gym_membership}}
"""
    applying = [[n.rule.id for n in item.determination.evaluation.notices] for item in checked(text)]
    assert ["concurrent-therapies" in notices for notices in applying] == [True, True, False]


@pytest.mark.parametrize(
    ("codes", "members"),
    [
        ('["97110"]', {"physical_therapy", "occupational_therapy"}),
        ('["97110-GP", "97140"]', {"physical_therapy", "occupational_therapy"}),
        ("97140", {"physical_therapy", "occupational_therapy", "chiropractic"}),
        ('["98941", "97140"]', {"chiropractic"}),
    ],
)
def test_several_procedure_codes_mean_what_all_of_them_can_mean(codes, members):
    (item,) = checked((THERAPY % "request.visits: 6").replace("physical_therapy", codes))
    assert item.determination.evaluation.known["request.treatment"].values.possible == members


def test_codes_of_different_treatments_are_refused():
    text = (THERAPY % "request.visits: 6").replace("physical_therapy", '["97110", "97810"]')
    assert messages(text) == ["97110, 97810 are not codes of one treatment requested"]


def test_a_region_that_is_not_supported_is_told_apart_from_the_rest():
    text = """case: one
items:
  - item: 1
    facts:
      request.treatment: chiropractic
      request.date: 2016-12-01
      request.body_parts: [cervical_spine, forearm_wrist_hand]
"""
    (item,) = checked(text)
    (region,) = (o for o in item.explanation.against if o.id == "recommended-region")
    facts = checker().ruleset.facts
    assert [settling_words(facts[settling.fact], settling) for settling in region.cure] == [
        "without forearm, wrist or hand, carpal tunnel syndrome, knee or ankle or foot"
    ]
    assert "regions-apart" in [n.rule.id for n in item.determination.evaluation.notices]


@pytest.mark.parametrize("treatment", ["physical_therapy", "acupuncture", "chiropractic"])
def test_the_template_asks_for_what_the_notices_read(treatment):
    text = case_template(treatment, checker().ruleset)
    for name in ("request.body_parts", "request.concurrent_therapies"):
        assert f"# {name}:" in text
