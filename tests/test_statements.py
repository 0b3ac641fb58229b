"""What statements make of a case beside the examples: presumptions that yield, overrides, several items, questions."""

from datetime import date
from functools import cache

import pytest

from mtus_engine.api import Checker, CheckOptions, case_of_text, load_rules, shipped_rules
from mtus_engine.model.diagnostic import Diagnostic, Rejected
from mtus_engine.model.fact import Because
from mtus_engine.model.values import Choice, Selection, Span
from mtus_engine.report.diagnostics import diagnostics_github
from mtus_engine.report.outlines import item_outline
from mtus_engine.report.sheet import Sheet, SheetPart, markdown
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


HARDENING = """case: one
items:
  - item: 1
    facts: {request.treatment: work_hardening, request.date: 2013-12-05, %s}
"""


def within_two_years(text):
    (item,) = checked(text)
    (status,) = [
        c.status.value for c in item.determination.evaluation.governing.criteria if c.rule.id == "within-two-years"
    ]
    return status, [question.fact for question in item.explanation.questions]


@pytest.mark.parametrize(
    ("said", "status", "is_asked"),
    [
        # Two years and 15 days before the request: the service, earlier by nature, may be within them.
        ("injury.date: 2011-11-20, request.retrospective: true", "undetermined", True),
        ("injury.date: 2011-11-20", "not_met", False),
        ("injury.date: 2011-11-20, request.retrospective: true, service.date: 2013-11-19", "met", False),
        # Within two years of the request: whatever day it was, the service lies within them.
        ("injury.date: 2012-11-20, request.retrospective: true", "met", False),
        # The dates settle that the service came first, and the age of the injury with it.
        ("injury.date: 2011-11-20, service.date: 2013-11-19", "met", False),
    ],
)
def test_a_service_without_a_date_may_have_been_on_any_day_before_the_request(said, status, is_asked):
    found, asked = within_two_years(HARDENING % said)
    assert (found, "service.date" in asked) == (status, is_asked)


@pytest.mark.parametrize(
    "flag", ["", ", request.retrospective: {not_documented: true}", ", request.retrospective: true"]
)
def test_a_service_before_the_request_settles_the_edition_whatever_is_said_or_not(flag):
    (item,) = checked(THERAPY.replace("2013-12-05", "2016-09-01") % f"service.date: 2016-05-01{flag}")
    evaluation = item.determination.evaluation
    assert evaluation.governing.edition.key == "physical-medicine 2009-07-18"
    assert evaluation.unsettled == ()


@pytest.mark.parametrize(
    ("requested", "said", "days"),
    [
        ("2016-07-10", "request.retrospective: true, service.date: 2016-07", ("2016-07-01", "2016-07-10")),
        (
            "2016-08-10",
            "request.retrospective: true, service.date: {at_most: 2016-07-20}",
            ("2013-01-10", "2016-07-20"),
        ),
        (
            "2016-07-20",
            "request.retrospective: true, service.date: {at_least: 2016-07-01}",
            ("2016-07-01", "2016-07-20"),
        ),
        # Without a word on which came first, the edition is that of the earlier of the two days.
        ("2016-07", "service.date: 2016-07-15", ("2016-07-01", "2016-07-15")),
        ("2016-07-20", "service.date: [{value: 2016-07-01}, {value: 2016-09-01}]", ("2016-07-01", "2016-07-20")),
        ("{not_documented: true}", "service.date: 2016-07-01", ("2013-01-10", "2016-07-01")),
    ],
)
def test_the_days_of_an_edition_are_no_more_than_the_dates_leave(requested, said, days):
    text = THERAPY.replace("request.date: 2013-12-05", f"request.date: {requested}, injury.date: 2013-01-10")
    (item,) = checked(text % said)
    evaluation = item.determination.evaluation
    assert evaluation.edition_date == Span(*(date.fromisoformat(day).toordinal() for day in days))
    assert {one.edition.key for one in evaluation.candidates} == {"physical-medicine 2009-07-18"}


@pytest.mark.parametrize(
    "said",
    [
        "3x4",
        "[{value: 2x6, by: provider}, {value: 6x2, by: claims_administrator}]",
        "[{value: 3x4}, {value: twelve visits}]",
    ],
)
def test_a_number_that_is_written_as_a_product_is_their_number(said):
    (item,) = checked(THERAPY % f"request.visits: {said}")
    assert item.determination.evaluation.known["request.visits"].values == Span(12, 12)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("service.date: 2013-12-06, request.retrospective: true", "to be made after the service"),
        ("service.date: 2013-12-04, request.retrospective: false", "to be made before the service"),
        ("service.date: 2013-12-05, request.retrospective: true", None),
        ("service.date: 2013-12, request.retrospective: true", None),
    ],
)
def test_only_what_is_said_against_both_dates_is_impossible(said, message):
    if message is None:
        checked(THERAPY % said)
    else:
        assert [message in one for one in messages(THERAPY % said)] == [True]


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("request.visits_per_week: 3, request.duration: 4 weeks", 12, 12),
        ("request.visits_per_week: {at_least: 2, at_most: 3}, request.duration: 4 weeks", 8, 12),
        ("request.visits_per_week: 2, request.duration: {at_least: 4 weeks, at_most: 6 weeks}", 8, 12),
        ("request.visits_per_week: 2, request.duration: {at_least: 5 weeks, at_most: 7 weeks}", 10, 14),
        ("request.visits_per_week: 2, request.duration: {at_least: 10 days, at_most: 14 days}", 2, 4),
        ("request.visits_per_week: 1, request.duration: 6 months", 24, 27),
        ("request.visits_per_week: 1, request.duration: {at_least: 1 month, at_most: 2 months}", 4, 9),
        ("request.visits_per_week: 3, request.duration: 10 days", 4, 5),
        ("request.visits_per_week: 1, request.duration: 3 days", 1, 1),
        # Two months are eight weeks to one, nine to another.
        ("request.visits_per_week: 2, request.duration: 2 months", 16, 18),
        # A number that agrees stands; one that does not is kept beside what the others come to.
        ("request.visits_per_week: 3, request.duration: 4 weeks, request.visits: 12", 12, 12),
        ("request.visits_per_week: 2, request.duration: 1 week, request.visits: 6", 2, 6),
        ("request.visits_per_week: 3, request.duration: 4 weeks, request.visits: 8", 8, 12),
        ("request.visits_per_week: 3", 1, None),
    ],
)
def test_frequency_and_duration_give_the_number_of_visits(said, least, most):
    (item,) = checked(THERAPY % said)
    evaluation = item.determination.evaluation
    assert (evaluation.units.requested.low, evaluation.units.requested.high) == (least, most)
    notices = [notice.rule.id for notice in evaluation.notices]
    assert ("schedule-and-number-differ" in notices) is ("request.visits:" in said and least != most)
    derived = [one for one in evaluation.known["request.visits"].statements if one.origin.value == "derived"]
    assert bool(derived) is (
        ("duration" in said and "request.visits:" not in said) or (least != most and most is not None)
    )


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


BOTH_THERAPIES = """case: one
facts:
  request.date: 2017-03-01
  injury.date: 2015-01-01
  diagnosis.groups: [strain_sprain]
  therapy.assessment_positive: true
items:
  - {item: 1, facts: {request.treatment: physical_therapy, %s}}
  - {item: 2, facts: {request.treatment: occupational_therapy, %s}}
"""


@pytest.mark.parametrize(
    ("physical", "occupational", "left"),
    [
        # What one item tells of the other therapy is what the other tells of its own.
        (
            "request.visits: 6, prior.therapy.visits: 4, prior.other_therapy.visits: 3",
            "request.visits: 6, prior.therapy.visits: 3, prior.other_therapy.visits: 4",
            3,
        ),
        # Each tells of its own alone.
        ("request.visits: 8, prior.therapy.visits: 4", "request.visits: 8, prior.therapy.visits: 0", 6),
        ("request.visits: 3, prior.therapy.visits: 4", "request.visits: 3, prior.therapy.visits: 4", 2),
        (
            "request.visits: 2, prior.therapy.visits: 4, prior.other_therapy.visits: 3",
            "request.visits: 2, prior.therapy.visits: 3, prior.other_therapy.visits: 4",
            3,
        ),
        ("request.visits: 2, prior.therapy.visits: 4", "request.visits: 2, prior.therapy.visits: 2", None),
        # One part, another, or a part that is not told.
        (
            "request.visits: 6, prior.therapy.visits: 4, request.body_parts: [lumbar_spine]",
            "request.visits: 6, prior.therapy.visits: 4, request.body_parts: [shoulder]",
            None,
        ),
        (
            "request.visits: 6, prior.therapy.visits: 4, request.body_parts: [lumbar_spine]",
            "request.visits: 6, prior.therapy.visits: 4",
            2,
        ),
    ],
)
def test_physical_and_occupational_therapy_of_one_part_share_what_is_left(physical, occupational, left):
    for item in checked(BOTH_THERAPIES % (physical, occupational)):
        of_course = [one.left for one in item.together if one.is_one_course]
        assert of_course == ([] if left is None else [left])


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


def test_codes_of_different_treatments_leave_it_open_with_a_warning(ruleset):
    text = (THERAPY % "request.visits: 6").replace("physical_therapy", '["97110", "97810"]')
    case = case_of_text("case", text.encode(), ruleset)
    (warning,) = case.warnings
    assert warning.message == "97110, 97810 are not codes of one treatment requested; Treatment requested is left open"
    (said,) = case.items[0].statements["request.treatment"]
    assert said.values == ruleset.facts["request.treatment"].domain


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


# ---- how sure a program is

READ = """
case: a
items:
  - item: 1
    facts:
      request.treatment: physical_therapy
      request.date: 2014-01-10
      request.visits: 8
      diagnosis.groups: [myalgia_myositis]
      prior.therapy.visits:
        - {value: 6, origin: extracted, confidence: CONFIDENCE, at: summary 1}
        - {value: 6, origin: extracted, confidence: sure, at: summary 2}
      surgery.performed: {value: false, origin: extracted, confidence: sure, at: summary 3}
"""


def visits_of(ruleset, confidence, *, only_sure=False, origin="extracted"):
    text = READ.replace("CONFIDENCE", confidence).replace(
        "value: 6, origin: extracted", f"value: 6, origin: {origin}", 1
    )
    case = case_of_text("a", text.encode(), ruleset)
    (checked,) = Checker(ruleset, CheckOptions(only_sure=only_sure)).check(case)
    return item_outline(checked)


def test_a_doubtful_statement_leaves_its_fact_open_beside_a_sure_one_and_is_shown(ruleset):
    sure, doubtful = (visits_of(ruleset, confidence) for confidence in ("sure", "doubtful"))
    assert sure["finding"] != doubtful["finding"]
    assert doubtful["facts"]["prior.therapy.visits"]["value"] == "to confirm: 6 visits"
    assert any(question["fact"] == "prior.therapy.visits" for question in doubtful["questions"])
    assert [one["to_confirm"] for one in doubtful["facts"]["prior.therapy.visits"]["statements"]] == ["6 visits", None]


def test_what_a_person_confirmed_is_as_good_as_stated(ruleset):
    assert visits_of(ruleset, "doubtful", origin="confirmed")["finding"] == visits_of(ruleset, "sure")["finding"]


def test_beside_what_a_person_confirmed_a_doubtful_statement_leaves_open_which_of_the_two_it_is(ruleset):
    text = READ.replace(
        "{value: 6, origin: extracted, confidence: CONFIDENCE", "{value: 4, origin: extracted, confidence: doubtful"
    )
    text = text.replace(
        "{value: 6, origin: extracted, confidence: sure", "{value: 6, origin: confirmed, confidence: sure"
    )
    (checked,) = Checker(ruleset).check(case_of_text("a", text.encode(), ruleset))
    known = checked.determination.evaluation.known["prior.therapy.visits"]
    assert (known.values.low, known.values.high) == (4, 6)
    assert any(one.to_confirm is not None for one in known.statements)


def test_only_sure_leaves_what_is_likely_open_too(ruleset):
    assert visits_of(ruleset, "likely")["finding"] == visits_of(ruleset, "sure")["finding"]
    left = visits_of(ruleset, "likely", only_sure=True)
    assert left["facts"]["prior.therapy.visits"]["value"] == "to confirm: 6 visits"
    assert visits_of(ruleset, "sure", only_sure=True)["finding"] == visits_of(ruleset, "sure")["finding"]


def test_what_the_author_of_a_case_calls_doubtful_is_open_too():
    (item,) = checked(THERAPY % "injury.date: {value: 2010-01-10, confidence: doubtful}")
    assert not item.determination.evaluation.known["injury.date"].is_narrowed


def test_a_doubtful_statement_bars_the_presumption(ruleset):
    text = READ.replace(
        "{value: false, origin: extracted, confidence: sure", "{value: true, origin: extracted, confidence: doubtful"
    )
    (checked,) = Checker(ruleset).check(case_of_text("a", text.replace("CONFIDENCE", "sure").encode(), ruleset))
    known = checked.determination.evaluation.known["surgery.performed"]
    assert not known.is_presumed
    assert known.values.possible == {True, False}


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("16-01-02", "2002-01-16 (January 16, 2002) or 2016-01-02 (January 2, 2016)"),
        ("1/2/15", "2015-01-02 (January 2, 2015) or 2015-02-01 (February 1, 2015)"),
        ("123-4-567", "is no day of the calendar"),
        ("99/99/99", "is no day of the calendar"),
    ],
)
def test_a_day_without_its_whole_year_is_refused_with_each_way_to_read_it(typed, told):
    assert any(told in message for message in messages(THERAPY % f'injury.date: "{typed}"'))


def test_a_mistake_in_a_file_with_a_colon_or_comma_in_its_name_keeps_its_place_for_pull_requests():
    found = Diagnostic("MT301", "rules: new, 1.yaml", 3, 5, "no fact a:b, 50 %")
    line = diagnostics_github([found])
    assert line == "::error file=rules%3A new%2C 1.yaml,line=3,col=5,title=MT301::no fact a:b, 50 %25\n"


def test_the_end_of_a_block_of_code_is_not_in_its_text():
    sheet = Sheet("A", (), (SheetPart("Edition", code="note: |\n  `````\n"),))
    assert markdown(sheet).count("``````") == 2


def test_no_number_of_visits_is_below_none_in_words():
    """Four of an unknown number are authorized: what is in dispute is none or more, whatever the subtraction gives."""
    (item,) = checked(THERAPY % "request.visits_authorized: 4")
    shown = item_outline(item)["facts"]["request.visits_disputed"]
    assert shown["value"] == "0 or more visits"


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("six", Span(6, 6)),
        ("Twelve", Span(12, 12)),
        ("twenty-four", Span(24, 24)),
        ("Twenty four visits", Span(24, 24)),
        ("12 sessions", Span(12, 12)),
        ("3x4 weeks", Span(12, 12)),
        ("3x/week x 4 weeks", Span(12, 12)),
        ("3 times a week for 4 weeks", Span(12, 12)),
    ],
)
def test_a_number_of_visits_is_read_in_words(ruleset, written, values):
    case = case_of_text("case", (THERAPY % f"request.visits: {written}").encode(), ruleset)
    assert case.items[0].statements["request.visits"][0].values == values


@pytest.mark.parametrize(
    ("written", "cure"),
    [
        ("2-3", "write {at_least: 2, at_most: 3}"),
        ("12 in May", "write the number alone, such as 12; how often and how long have facts of their own"),
        # How many of what, the text does not say.
        ("3x/week x 4", "write the number alone, such as 12; how often and how long have facts of their own"),
        ("many", "write {at_least: 2}"),
    ],
)
def test_what_is_no_number_is_told_how_it_is_written(ruleset, written, cure):
    with pytest.raises(Rejected) as rejected:
        case_of_text("case", (THERAPY % f"request.visits: {written}").encode(), ruleset)
    assert rejected.value.diagnostics[0].help.startswith(cure)


@pytest.mark.parametrize(
    ("written", "visits"),
    [("3x/week", 3), ("2 times per wk", 2), ("three visits a week", 3), ("Twice weekly", 2), ("TIW", 3), ("weekly", 1)],
)
def test_a_weekly_rate_is_read_in_words(ruleset, written, visits):
    case = case_of_text("case", (THERAPY % f"request.visits_per_week: {written}").encode(), ruleset)
    assert case.items[0].statements["request.visits_per_week"][0].values == Span(visits, visits)


@pytest.mark.parametrize("written", ["biweekly", "3x", "every week or so", "0x/week"])
def test_a_rate_that_may_mean_several_is_refused(ruleset, written):
    with pytest.raises(Rejected):
        case_of_text("case", (THERAPY % f"request.visits_per_week: {written}").encode(), ruleset)


def test_a_range_between_two_products_keeps_their_rates_and_lengths(ruleset):
    said = "request.visits: {value: {at_least: 2x4, at_most: 3x6}, at: page 2}"
    statements = case_of_text("case", (THERAPY % said).encode(), ruleset).items[0].statements
    assert statements["request.visits"][0].values == Span(8, 18)
    assert (statements["request.visits_per_week"][0].values, statements["request.visits_per_week"][0].at) == (
        Span(2, 3),
        "page 2",
    )


@pytest.mark.parametrize(
    ("fact", "written", "member"),
    [
        ("request.body_parts", "Lower back", "lumbar_spine"),
        ("request.body_parts", "neck pain", "cervical_spine"),
        ("surgery.body_parts", "wrist", "forearm_wrist_hand"),
        ("request.body_parts", "Wrist/hand", "forearm_wrist_hand"),
        ("diagnosis.groups", "lumbar disc herniation", "other_diagnosis"),
        ("diagnosis.groups", "rotator cuff tear", "other_diagnosis"),
    ],
)
def test_parts_of_the_body_are_read_in_plain_words(ruleset, fact, written, member):
    case = case_of_text("case", (THERAPY % f"{fact}: {written}").encode(), ruleset)
    assert case.items[0].statements[fact][0].values == Selection(frozenset({member}), frozenset({member}))


def test_what_is_joined_by_and_is_read_part_by_part(ruleset):
    case = case_of_text("case", (THERAPY % "request.body_parts: neck and low back").encode(), ruleset)
    both = frozenset({"cervical_spine", "lumbar_spine"})
    assert case.items[0].statements["request.body_parts"][0].values == Selection(both, both)


def test_words_of_a_case_file_may_stand_in_capitals_and_facts_may_be_left_empty(ruleset):
    text = """case: V
setting: UR
facts:
items:
  - item: 1
    facts:
      request.visits: {value: 6, at: 2, by: Adjuster}
      home_program.instructed: {not_documented: yes}
    reviewer: {outcome: Upheld}
"""
    case = case_of_text("case", text.encode(), ruleset)
    (item,) = case.items
    (said,) = item.statements["request.visits"]
    assert (case.setting, said.at, said.by, item.reviewer.outcome) == ("ur", "2", "claims_administrator", "upheld")
    assert item.statements["home_program.instructed"][0].values is None


@pytest.mark.parametrize("written", ["left knee", "rt knee", "Bilateral knees"])
def test_a_side_beside_a_part_is_not_dropped(ruleset, written):
    with pytest.raises(Rejected) as rejected:
        case_of_text("case", (THERAPY % f"request.body_parts: {written}").encode(), ruleset)
    assert rejected.value.diagnostics[0].help == "write knee; left and right have facts of their own (mtus facts)"


def test_a_year_that_no_record_is_from_is_told(ruleset):
    case = case_of_text("case", (THERAPY % "injury.date: 0213-01-05").encode(), ruleset)
    assert [(one.code, one.message) for one in case.warnings] == [
        ("MT409", "injury.date is of a year that no record is from")
    ]
    assert case_of_text("case", (THERAPY % "injury.date: 2013-01-05").encode(), ruleset).warnings == ()


def test_a_month_before_its_year_is_a_month_and_two_figures_of_a_year_name_no_century(ruleset):
    case = case_of_text("case", (THERAPY % "injury.date: 12/2012").encode(), ruleset)
    values = case.items[0].statements["injury.date"][0].values
    assert (values.low, values.high) == (date(2012, 12, 1).toordinal(), date(2012, 12, 31).toordinal())
    with pytest.raises(Rejected) as rejected:
        case_of_text("case", (THERAPY % "injury.date: 12/25/13").encode(), ruleset)
    assert "two figures of its year alone: 2013-12-25" in rejected.value.diagnostics[0].message


def test_a_product_that_a_later_statement_replaces_stays_where_that_looks_for_it(ruleset):
    said = "request.visits: [{id: first, value: 3x4}, {value: 6, replaces: first, origin: overridden}]"
    case = case_of_text("case", (THERAPY % said).encode(), ruleset)
    assert [one.values for one in case.items[0].statements["request.visits"]] == [Span(12, 12), Span(6, 6)]
