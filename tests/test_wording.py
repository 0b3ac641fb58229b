"""The sentences that a nurse reads: subject, what the record says, what is required; alternatives as alternatives."""

import pytest

from mtus_engine.api import Checker, CheckOptions, case_of_text
from mtus_engine.compiler.conditions import ConditionReader
from mtus_engine.compiler.problems import Place, Problems
from mtus_engine.loader.source import Document, Node, Tree
from mtus_engine.model.condition import Leaf, Not
from mtus_engine.report.view import item_view
from mtus_engine.wording.settlings import settling_words
from mtus_engine.wording.tests import required_words

NOWHERE = Place(Document("memory", (), Node(Tree.MAPPING, 0, 0)))


def view(ruleset, facts, *, presume=True):
    lines = "".join(f"      {name}: {value}\n" for name, value in facts.items())
    text = f"case: words\nsetting: ur\nitems:\n  - item: 1\n    facts:\n{lines}"
    case = case_of_text("memory", text.encode(), ruleset)
    (checked,) = Checker(ruleset, CheckOptions(presume=presume)).check(case)
    return item_view(checked)


def why(shown, id_):
    (rule,) = (rule for edition in shown.editions for rule in edition.rules if rule.part["id"] == id_)
    return rule.why


ACUPUNCTURE = {
    "request.treatment": "acupuncture",
    "request.date": "2015-03-02",
    "request.visits": 12,
}


def test_what_lifts_the_limit_of_acupuncture_stands_under_one_line(ruleset):
    lines = why(view(ruleset, ACUPUNCTURE), "trial")
    lifted = [line for line in lines if "lifted" in line]
    assert lifted == ["the limit is lifted if all of these are so:"] * 2
    assert "– Therapy visits so far: not mentioned; at least 1 visit" in lines
    assert not any("required: no" in line or "not at least" in line for line in lines)


def test_an_exception_that_holds_says_that_it_lifts_the_limit(ruleset):
    given = {**ACUPUNCTURE, "prior.therapy.visits": 6, "functional_improvement.shown": "true"}
    shown = view(ruleset, given)
    assert why(shown, "trial") == [
        "the limit is lifted because all of these are so:",
        "– Therapy visits so far: 6 visits; at least 1 visit",
        "– Functional improvement: yes; required: yes",
    ]


def test_alternatives_of_a_criterion_and_of_the_letter_read_as_alternatives(ruleset):
    shown = view(ruleset, {"request.treatment": "work_hardening", "request.date": "2015-03-02", "request.visits": 10})
    assert why(shown, "return-to-work-goal") == [
        "Return-to-work goal agreed by employer and employee: not mentioned; required: yes",
        "one of these is enough:",
        "– Specific job to return to: not mentioned; required: yes; and "
        "The job's demands exceed present abilities: not mentioned; required: yes",
        "– On-the-job training documented: not mentioned; required: yes",
    ]
    (letter,) = (
        line for line in shown.request.lines if line.startswith("One of these is enough: (a) Is a specific job")
    )
    assert letter.endswith("(b) Is on-the-job training documented instead of a specific job?")
    assert sum("on-the-job" in line for line in shown.request.lines) == 1


def test_a_period_says_by_how_many_days_it_is_past(ruleset):
    given = {"request.treatment": "work_hardening", "request.date": "2013-11-05", "injury.date": "2011-04-08"}
    assert why(view(ruleset, given), "within-two-years") == [
        "Time since the injury: 2 years 6 months 28 days; at most 2 years: 211 days over"
    ]


def test_ranges_and_sources_that_disagree_are_told_as_such(ruleset):
    given = {
        **ACUPUNCTURE,
        "request.treatment": "physical_therapy",
        "prior.therapy.visits": "[{value: {at_least: 6, at_most: 12}, at: page 2, by: provider}, {value: 23}]",
        "diagnosis.groups": "[strain_sprain]",
    }
    shown = view(ruleset, given)
    assert shown.item["facts"]["prior.therapy.visits"]["value"] == "6 to 12 visits or 23 visits, record unclear"
    assert any(line.endswith(": 6 to 23 visits, record unclear [page 2, provider]") for line in why(shown, "visits"))


@pytest.mark.parametrize(
    ("fact", "test", "wanted", "unwanted"),
    [
        ("request.visits", {"at_least": 1}, "at least 1 visit", "less than 1 visit"),
        ("request.visits", {"between": (3, 5)}, "3 to 5 visits", "not 3 to 5 visits"),
        ("injury.age", {"at_most": "2 years"}, "at most 2 years", "more than 2 years"),
        ("prior.therapy.improvement", True, "required: yes", "required: no"),
        ("request.treatment", "acupuncture", "required: acupuncture", "required: another than acupuncture"),
        (
            "diagnosis.groups",
            {"in": ("crps", "arthritis")},
            "required: complex regional pain syndrome (reflex sympathetic dystrophy) or arthritis",
            "required: none of these: complex regional pain syndrome (reflex sympathetic dystrophy) or arthritis",
        ),
        (
            "request.body_parts",
            {"has_all": ("cervical_spine", "thoracic_spine")},
            "required: neck and upper back",
            "required: not all of these: neck and upper back",
        ),
        ("injury.date", {"documented": True}, "required: documented", "required: not documented"),
    ],
)
def test_what_is_required_and_what_is_required_instead(fact, test, wanted, unwanted, ruleset):
    facts = {**ruleset.facts, **{name: one for e in ruleset.editions for name, one in e.facts.items()}}
    problems = Problems()
    leaf = ConditionReader(facts, problems).condition({fact: test}, NOWHERE)
    assert isinstance(leaf, Leaf)
    assert not problems.found
    assert required_words(facts[fact], leaf.test, is_wanted=True) == wanted
    assert required_words(facts[fact], leaf.test, is_wanted=False) == unwanted


def test_two_members_that_a_set_must_hold_read_as_two_members(ruleset):
    from mtus_engine.explain.ways import ways
    from mtus_engine.model.condition import AllOf
    from mtus_engine.model.truth import Truth

    facts = ruleset.facts
    reader = ConditionReader(facts, Problems())
    two = reader.condition({"request.body_parts": {"has_all": ("cervical_spine", "thoracic_spine")}}, NOWHERE)
    one_by_one = AllOf(
        tuple(reader.condition({"request.body_parts": one}, NOWHERE) for one in ("cervical_spine", "thoracic_spine"))
    )
    for condition in (two, one_by_one):
        (way,) = ways(condition, Truth.TRUE, _situation(ruleset))
        assert settling_words(facts["request.body_parts"], way["request.body_parts"]) == "neck and upper back"
    without = ways(Not(two), Truth.TRUE, _situation(ruleset))
    assert [settling_words(facts[s.fact], s) for way in without for s in way.values()] == [
        "without neck",
        "without upper back",
    ]


def _situation(ruleset):
    from mtus_engine.engine.statements import defaults
    from mtus_engine.explain.situation import Situation

    known = defaults(ruleset.facts, presume=False)
    return Situation(ruleset.facts, known, {}, frozenset(), *[None] * 7)


def test_what_lifts_a_limit_in_either_of_two_ways_is_asked_as_alternatives(ruleset):
    given = {**ACUPUNCTURE, "prior.therapy.visits": 4, "request.visits": 12}
    lines = [line for line in view(ruleset, given).request.lines if "dependency on continued" in line]
    assert len(lines) == 1
    assert lines[0].startswith("One of these is enough: (a) Is there a clinically significant improvement")
    assert "(b) Have work restrictions been reduced" in lines[0]


def test_of_a_count_that_grows_only_the_latest_totals_are_told_as_differing(ruleset):
    listed = "{value: 9, dated: 2016-07-05}, {value: 10, dated: 2016-09-06}, {value: 8, dated: 2016-09-06}"
    given = {"request.treatment": "physical_therapy", "prior.therapy.visits": f"[{listed}]"}
    shown = view(ruleset, given)
    assert shown.item["facts"]["prior.therapy.visits"]["value"] == "10 or 8 visits, record unclear"
