"""What is missing, what stands against it and what the finding rests on: each checked by evaluating again."""

import pytest
from hypothesis import assume, given, settings

from mtus_engine.api import Checker, CheckOptions, case_of_text
from mtus_engine.compiler.rulesets import compiled_ruleset
from mtus_engine.engine.derive import SettledFacts, stand_ins
from mtus_engine.engine.inferred import inferred_facts
from mtus_engine.engine.statements import without_searches
from mtus_engine.loader.folder import rule_files
from mtus_engine.model.case import Case, CaseItem
from mtus_engine.model.determination import OPEN, Finding
from mtus_engine.policy.examples import examples
from mtus_engine.wording.settlings import settling_words
from tests.conftest import RULES, so_many
from tests.strategies import facts, files, rulesets
from tests.test_engine_and_oracle import NOWHERE, Problems, authored, statements
from tests.test_lint import criterion, folder

MEETS = "a first request that meets every criterion"


@pytest.fixture(scope="module")
def firm(ruleset):
    return Checker(ruleset, CheckOptions(presume=False))


def complete_case(ruleset):
    (named,) = (n for n in examples(RULES, Checker(ruleset)) if n.example.name == MEETS)
    return Case("complete", "imr", None, (named.item,), "memory")


def test_a_case_that_meets_everything_is_predicted_overturned(ruleset, firm):
    (checked,) = firm.check(complete_case(ruleset))
    assert checked.determination.evaluation.finding is Finding.MEETS
    assert checked.determination.prediction.outcome == "overturned"


def test_leaving_out_any_fact_that_a_case_rests_on_never_leaves_it_meeting(ruleset, firm):
    case = complete_case(ruleset)
    (checked,) = firm.check(case)
    rests_on = checked.explanation.rests_on
    assert len(rests_on) > 20
    (item,) = case.items
    for name in rests_on:
        rest = {other: said for other, said in item.statements.items() if other != name}
        left = CaseItem(item.item, item.asked, rest, None)
        assert firm.determination(case, left).evaluation.finding is not Finding.MEETS, name


def drawn(ruleset_, found, *, presume=True):
    checker = Checker(compiled_ruleset(rule_files("memory", files(ruleset_))), CheckOptions(presume=presume))
    typed = statements(authored(found), checker.ruleset, NOWHERE, Problems())
    item = CaseItem("1", None, typed, None)
    case = Case("drawn", "imr", None, (item,), "memory")
    determination = checker.determination(case, item)
    return checker, case, item, determination, checker.explanation(item, determination)


@pytest.mark.slow
@settings(max_examples=so_many(40))
@given(rulesets(), facts(sure=("request.treatment", "request.date")))
def test_missing_facts_settled_as_said_meet_and_none_of_them_can_be_left_out(ruleset_, found):
    checker, _, item, _, explanation = drawn(ruleset_, found)
    assume(explanation.missing)
    known = checker._engine.known_facts(item.statements)
    base = {**known, **without_searches(known, checker.ruleset.facts)}

    def finding(values):
        answered = {**base, **SettledFacts(stand_ins(base)).of(values)}
        return checker._engine.evaluate(inferred_facts(answered, checker.ruleset, frozenset(values))).finding

    for one in explanation.missing:
        values = {s.fact: s.values for s in one.settlings}
        assert finding(values) is Finding.MEETS
        for name in values:
            rest = {other: v for other, v in values.items() if other != name}
            if rest:
                assert finding(rest) is not Finding.MEETS


@pytest.mark.slow
@settings(max_examples=so_many(40))
@given(rulesets(), facts(sure=("request.treatment", "request.date")))
def test_a_finding_rests_on_statements_that_alone_force_it_and_none_can_be_left_out(ruleset_, found):
    checker, case, item, determination, explanation = drawn(ruleset_, found)
    finding = determination.evaluation.finding
    assume(finding not in {*OPEN, Finding.NOT_COVERED})

    def given_only(names):
        kept = {name: said for name, said in item.statements.items() if name in names}
        return checker.determination(case, CaseItem("1", None, kept, None)).evaluation

    rests_on = set(explanation.rests_on)
    assert given_only(rests_on).finding is finding
    for name in rests_on:
        without = given_only(rests_on - {name})
        assert without.finding is not finding or without.units != determination.evaluation.units


@settings(max_examples=so_many(30))
@given(rulesets(most_guidelines=1), facts(sure=("request.treatment", "request.date", "request.visits")))
def test_questions_are_asked_for_open_facts_only(ruleset_, found):
    checker, _, item, _, explanation = drawn(ruleset_, found)
    known = checker._engine.known_facts(item.statements)
    for question in explanation.questions:
        assert known[question.fact].because.value in {"not_documented", "conflicting", "imprecise"}


def test_the_threshold_of_a_missing_fact_is_exact(ruleset):
    text = b"""
case: threshold
items:
  - item: 1
    facts:
      request.treatment: physical_therapy
      request.date: 2013-12-05
      request.visits: 6
      request.visits_per_week: 2
      request.duration: 3 weeks
      diagnosis.groups: [myalgia_myositis]
      further_therapy.need_explained: true
"""
    case = case_of_text("memory", text, ruleset)
    (checked,) = Checker(ruleset).check(case)
    ((settling,),) = (one.settlings for one in checked.explanation.missing)
    words = settling_words(ruleset.facts[settling.fact], settling)
    assert (settling.fact, words) == ("prior.therapy.visits", "at most 4 visits")


def test_what_stands_against_a_request_names_the_largest_that_would_pass(ruleset, firm):
    case = complete_case(ruleset)
    (item,) = case.items
    twelve = case_of_text(
        "memory",
        b"case: x\nitems: [{item: 1, facts: {request.visits: 12, request.duration: 6 weeks, injury.date: 2011-01-01}}]",
        ruleset,
    )
    changed = CaseItem("1", None, {**item.statements, **twelve.items[0].statements}, None)
    (checked,) = firm.check(Case("changed", "ur", None, (changed,), "memory"))
    cures = {
        o.id: [(s.fact, settling_words(ruleset.facts[s.fact], s)) for s in o.cure] for o in checked.explanation.against
    }
    assert cures == {
        "within-two-years": [],
        "four-weeks": [("request.duration", "at most 4 weeks")],
        "first-two-weeks": [("request.visits_disputed", "at most 6 visits")],
    }


def test_a_number_without_bounds_has_ways_above_and_below_zero():
    for test, held in (({"at_least": 3}, 3), ({"at_most": -3}, -3)):
        rules = compiled_ruleset(rule_files("memory", files(folder(criteria=criterion({"count.b": test})))))
        text = b"case: a\nitems:\n- {item: 1, facts: {request.treatment: one, request.date: 2010-01-01, request.visits: 6}}\n"
        (checked,) = Checker(rules).check(case_of_text("a", text, rules))
        asked = {one.fact: one for way in checked.explanation.missing for one in way.settlings}
        assert asked["count.b"].values.low == 3 if held > 0 else asked["count.b"].values.high == -3
