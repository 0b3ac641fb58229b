"""One checker for many cases: whatever came before, a case is answered as by a checker of its own."""

import pytest

from mtus_engine.api import Checker, case_of_json
from mtus_engine.checker import MOST_JOINT
from mtus_engine.compiler.rulesets import compiled_ruleset
from mtus_engine.loader.folder import rule_files
from mtus_engine.report.outlines import item_outline
from tests.strategies import AGE, DISPUTED, FACTS, ROLES, files

CRITERION = {"id": "c", "cite": "t", "requires": "t"}
CAP = {"fact": "my.cap", "label": "t", "cite": "t"}
ENOUGH = {**CRITERION, "met_when": {"my.cap": {"at_least": 6}}}


def guideline(name, covers, **parts):
    """A guideline in force since 2009."""
    source = {"instrument": "t", "regulation": "t"}
    return {
        "guideline": name,
        "title": name,
        "source": source,
        "in_force": {"from": "2009-06-01"},
        "covers": [covers],
    } | parts


def rules_of(*guidelines, definitions=(DISPUTED, AGE), **further):
    """The rules of these guidelines, with further facts or facts of another kind."""
    shared = {"definitions": {one["fact"]: one for one in definitions}, "tables": {}}
    vocabulary = {"roles": ROLES, "facts": FACTS | {name.replace("__", "."): fact for name, fact in further.items()}}
    written = {"vocabulary": vocabulary, "definitions": shared, "guidelines": list(guidelines)}
    return compiled_ruleset(rule_files("memory", files(written)))


def two_figures():
    """Two guidelines that compute a fact of one name from the same operands, one by a sum and one by a product."""
    rules = rules_of(
        *(
            guideline(f"g-{treatment}", treatment, definitions=[CAP | {how: ["count.a", 3]}], criteria=[ENOUGH])
            for treatment, how in (("one", "sum"), ("two", "product"))
        )
    )
    return rules, [{"request.treatment": treatment, "count.a": 2} for treatment in ("one", "two")]


def statement_of_all():
    """A limit on a fact of which one case says what holds of every number, and another says nothing."""
    limit = {"id": "l", "cite": "t", "allows": "t", "of": "request.visits_disputed", "at_most": 10}
    limit["counting"] = ["request.visits_authorized"]
    criteria = [{**CRITERION, "met_when": {"id": True}}]
    rules = rules_of(
        guideline("g", "one", criteria=criteria, limits=[limit]),
        definitions=(AGE,),
        request__visits_disputed={"type": "integer", "label": "t", "at_least": 0},
    )
    return rules, [{"id": True}, {"id": True, "request.visits_disputed": {"at_least": 0}}]


def stood_in_for():
    """A table that reads a fact for which a document stands in: looked for in one case, denied in another."""
    table = {
        "id": "t",
        "cite": "t",
        "inputs": ["alt", "flag.c"],
        "outputs": {"n": "integer"},
        "hit_policy": "first",
        "rows": [
            {"when": {"alt": True}, "then": {"n": 20}},
            {"when": {"flag.c": True}, "then": {"n": 15}},
            {"otherwise": True, "then": {"n": 1}},
        ],
    }
    looked_up = CAP | {"lookup": {"table": "t", "output": "n"}}
    rules = rules_of(
        guideline("g", "one", tables=[table], definitions=[looked_up], criteria=[ENOUGH]),
        alt={"type": "boolean", "label": "t", "falls_back_to": "doc"},
    )
    said = ({"not_documented": True}, False)
    return rules, [{"request.visits": 2, "doc": doc} for doc in said]


def answers(checker, facts):
    """What a checker says of a case with these facts."""
    stated = {"request.treatment": "one", "request.date": "2010-01-01"} | facts
    value = {"case": "x", "items": [{"item": "1", "facts": {name: {"value": said} for name, said in stated.items()}}]}
    for name, said in stated.items():
        if said == {"not_documented": True}:
            value["items"][0]["facts"][name] = said
    return [item_outline(one) for one in checker.check(case_of_json(value, checker.ruleset))]


@pytest.mark.parametrize("given", [two_figures, statement_of_all, stood_in_for])
@pytest.mark.parametrize("turned", [False, True], ids=["in order", "turned"])
def test_a_case_is_answered_as_by_a_checker_of_its_own(given, turned):
    rules, cases = given()
    first, second = reversed(cases) if turned else cases
    checker = Checker(rules)
    of_first = answers(checker, first)
    alone = answers(Checker(rules), second)
    assert answers(checker, second) == alone
    assert alone != of_first


def test_a_statement_about_a_fact_of_another_guideline_makes_nothing_of_the_finding(ruleset):
    facts = {
        "request.treatment": "other_treatment",
        "request.visits_authorized": {"at_least": 2, "at_most": 7},
        "request.visits_sought": {"at_most": 2},
        "program.gains_shown": {"not_documented": True},
    }
    (with_it,) = answers(Checker(ruleset), facts)
    (without_it,) = answers(Checker(ruleset), {name: said for name, said in facts.items() if name[:7] != "program"})
    assert with_it["finding"] == without_it["finding"] == "nothing_in_dispute"
    assert with_it["rests_on"] == without_it["rests_on"]


def test_joined_definitions_are_kept_for_so_many_groups_of_editions_and_no_more():
    names = [f"t{n}" for n in range(MOST_JOINT + 3)]
    treatment = FACTS["request.treatment"] | {"members": {name: name for name in names}}
    rules = rules_of(
        *(guideline(name, name, criteria=[{**CRITERION, "met_when": {"id": True}}]) for name in names),
        request__treatment=treatment,
    )
    checker = Checker(rules)
    for name in names:
        (item,) = answers(checker, {"request.treatment": name})
        assert item["guideline"] == name
    assert len(checker._joint) <= MOST_JOINT
