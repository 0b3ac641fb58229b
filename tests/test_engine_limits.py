"""The engine at its limits: many criteria, many items, odd names and numbers, threads, and failures of the library."""

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from mtus_engine.api import Checker, CheckOptions, case_of_text, read_case_file
from mtus_engine.compiler.rulesets import compiled_ruleset
from mtus_engine.engine import durable
from mtus_engine.engine.closing import Heads
from mtus_engine.engine.durable import Rulebase
from mtus_engine.engine.evaluate import Engine
from mtus_engine.engine.failure import EngineFailure
from mtus_engine.loader.folder import rule_files
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.model.fact import Because, Known
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import Choice, point_span
from tests.conftest import CASES
from tests.strategies import AGE, DISPUTED, FACTS, ROLES, files


def many_criteria(n):
    """A ruleset of n criteria, each with facts of its own."""
    own = {f"own.n{i}": {"type": "boolean", "label": "t"} for i in range(n)}
    own |= {f"own.c{i}": {"type": "integer", "label": "t"} for i in range(n)}
    criteria = [
        {
            "id": f"c{i}",
            "cite": "t",
            "requires": "t",
            "met_when": {"any": [{f"own.n{i}": True}, {f"own.c{i}": {"between": [1, 5]}}]},
        }
        for i in range(n)
    ]
    guideline = {
        "guideline": "many",
        "title": "many",
        "source": {"instrument": "t", "regulation": "t"},
        "in_force": {"from": "2009-06-01"},
        "covers": ["one"],
        "criteria": criteria,
    }
    return {
        "vocabulary": {"roles": ROLES, "facts": {**FACTS, **own}},
        "definitions": {"definitions": {d["fact"]: d for d in [DISPUTED, AGE]}, "tables": {}},
        "guidelines": [guideline],
    }


def stated(values):
    return Known(values, Because.STATED, is_narrowed=True)


def test_three_hundred_criteria_are_each_judged_by_their_own_facts():
    engine = Engine(compiled_ruleset(rule_files("memory", files(many_criteria(300)))))
    facts = engine.known_facts({})
    facts["request.treatment"] = stated(Choice(frozenset({"one"})))
    facts["request.date"] = facts["service.date"] = stated(point_span(734_000))
    for i in range(300):
        if i % 3 == 0:
            facts[f"own.n{i}"] = stated(Choice(frozenset({True})))
        elif i % 3 == 1:
            facts[f"own.n{i}"] = stated(Choice(frozenset({False})))
            facts[f"own.c{i}"] = stated(point_span(6))
    (candidate,) = engine.evaluate(facts).candidates
    wanted = ["met", "not_met", "undetermined"]
    assert [c.status.value for c in candidate.criteria] == [wanted[i % 3] for i in range(300)]


def test_a_condition_too_wide_for_one_rule_is_counted_in_strata():
    names = [f"own.n{i}" for i in range(40)]
    own = {name: {"type": "boolean", "label": "t"} for name in names}
    ruleset = many_criteria(1)
    ruleset["vocabulary"]["facts"] = {**FACTS, **own, "own.c0": {"type": "integer", "label": "t"}}
    pairs = [
        {"any": [{a: True}, {b: True}, {"not": {c: True}}]}
        for a, b, c in zip(names, names[1:], names[2:], strict=False)
    ]
    ruleset["guidelines"][0]["criteria"] = [
        {"id": "all", "cite": "t", "requires": "t", "met_when": {"all": pairs}},
        {
            "id": "half",
            "cite": "t",
            "requires": "t",
            "met_when": {"at_least_of": {"n": 20, "parts": [{n: True} for n in names]}},
        },
    ]
    engine = Engine(compiled_ruleset(rule_files("memory", files(ruleset))))
    facts = engine.known_facts({})
    facts["request.treatment"] = stated(Choice(frozenset({"one"})))
    facts["request.date"] = facts["service.date"] = stated(point_span(734_000))
    for known_true, wanted in ((40, "met"), (20, "met"), (19, "not_met")):
        given = {name: stated(Choice(frozenset({i < known_true}))) for i, name in enumerate(names)}
        (candidate,) = engine.evaluate({**facts, **given}).candidates
        assert candidate.criteria[1].status.value == wanted
    given = {name: stated(Choice(frozenset({True}))) for name in names[:19]}
    (candidate,) = engine.evaluate({**facts, **given}).candidates
    assert [c.status.value for c in candidate.criteria] == ["undetermined", "undetermined"]


def test_two_hundred_items_in_one_case(ruleset):
    items = [
        {"item": n, "facts": {"request.treatment": "work_hardening", "request.date": "2014-03-03", "request.visits": n}}
        for n in range(1, 201)
    ]
    case = case_of_text("memory", json.dumps({"case": "many", "items": items}).encode(), ruleset)
    asked = [c.determination.evaluation.units.requested.low for c in Checker(ruleset).check(case)]
    assert asked == list(range(1, 201))


@pytest.mark.parametrize("name", ["$and", 'a"b', "fact.\N{GRINNING FACE}", "Upper.Case", "a b", "", "a..b", "$s"])
def test_an_odd_fact_name_is_refused_with_its_place(name):
    ruleset = many_criteria(1)
    ruleset["vocabulary"]["facts"] = {**ruleset["vocabulary"]["facts"], name: {"type": "boolean", "label": "t"}}
    with pytest.raises(Rejected) as rejected:
        compiled_ruleset(rule_files("memory", files(ruleset)))
    (diagnostic,) = rejected.value.diagnostics
    assert diagnostic.file == "memory/vocabulary.yaml"
    assert diagnostic.code == "MT203"


@pytest.mark.parametrize(
    ("number", "accepted"),
    [("1e-5", False), (str(10**18), False), ("0", False), (str(2**53 - 1), True), ("1e400", False)],
)
def test_a_number_is_taken_exactly_or_refused(ruleset, number, accepted):
    text = f"case: x\nitems: [{{item: 1, facts: {{request.treatment: work_hardening, request.visits: {number}}}}}]"
    if accepted:
        case = case_of_text("memory", text.encode(), ruleset)
        (checked,) = Checker(ruleset).check(case)
        assert checked.determination.evaluation.units.requested.low == int(number)
    else:
        with pytest.raises(Rejected) as rejected:
            case_of_text("memory", text.encode(), ruleset)
        assert rejected.value.diagnostics[0].code in {"MT402", "MT108"}


@pytest.mark.parametrize(
    ("injury", "service", "status"),
    [("0001-01-01", "9999-12-31", "not_met"), ("0001-01-01", "0001-01-01", "met"), ("9999-12-31", "9999-12-31", "met")],
)
def test_the_first_and_the_last_day_of_the_calendar(ruleset, injury, service, status):
    text = (
        f"case: x\nitems: [{{item: 1, facts: {{request.treatment: work_hardening, request.date: 2014-01-01, "
        f"injury.date: {injury}, service.date: {service}}}}}]"
    )
    day = point_span(date(2014, 1, 1).toordinal())
    (checked,) = Checker(ruleset, CheckOptions(as_of=day)).check(case_of_text("memory", text.encode(), ruleset))
    (candidate,) = checked.determination.evaluation.candidates
    assert {c.rule.id: c.status.value for c in candidate.criteria}["within-two-years"] == status


RULES = [[(0, ">=", 3)], [(0, "<", 3)], [(1, "==", 1), (0, ">=", 0)]]


def test_a_rulebase_fires_what_its_fact_meets_again_and_again():
    rulebase = Rulebase(RULES, 2, "test")
    for n in range(500):
        expected = {0} if n % 7 >= 3 else {1}
        flag = 1 if n % 2 else None
        assert set(rulebase.fired_rules([n % 7, flag])) == expected | ({2} if flag else set())
    assert rulebase.fired_rules([None, None]) == ()


@pytest.mark.parametrize(
    ("rules", "properties"),
    [
        ([[(0, ">=", 2**60)]], 1),
        ([[]], 1),
        ([[(0, "==", 1)]] * 61, 1),
        ([[(0, "==", 1)] * 15], 1),
        ([[(0, "==", 1)]], 251),
    ],
)
def test_rules_outside_the_safe_fragment_are_never_loaded(rules, properties):
    with pytest.raises(EngineFailure):
        Rulebase(rules, properties, "test")


def test_a_number_beyond_what_the_library_holds_compares_as_it_should():
    rulebase = Rulebase([[(0, ">=", 2**53 - 1)], [(0, "<", 2**53 - 1)], [(0, "<=", -(2**53 - 1))]], 1, "test")
    for number, wanted in ((2**80, {0}), (2**53, {0}), (-(2**80), {1, 2}), (0, {1})):
        assert set(rulebase.fired_rules([number])) == wanted


class Failing:
    """The library with one function that fails at its n-th call."""

    def __init__(self, name, at):
        self._name, self._left = name, at

    def __getattr__(self, name):
        function = getattr(LIBRARY, name)
        if name != self._name:
            return function

        def failing(*arguments):
            self._left -= 1
            if self._left == 0:
                raise RuntimeError("the library failed")
            return function(*arguments)

        return failing


LIBRARY = durable.library


@pytest.mark.parametrize("name", ["assert_fact", "start_action_for_state", "complete_and_start_action", "retract_fact"])
def test_a_failure_inside_the_library_becomes_ours_and_the_next_case_is_right(monkeypatch, name):
    rulebase = Rulebase(RULES, 2, "the rules of a test")
    assert rulebase.fired_rules([5, 1]) == (0, 2)
    monkeypatch.setattr(durable, "library", Failing(name, 1))
    with pytest.raises(EngineFailure, match="the rules of a test"):
        rulebase.fired_rules([5, 1])
    assert rulebase.fired_rules([2, None]) == (1,)


def test_a_failure_names_the_case_and_the_item(monkeypatch, ruleset):
    checker = Checker(ruleset)
    text = b"case: CASE-7\nitems: [{item: 3, facts: {request.treatment: work_hardening, request.date: 2014-01-01}}]"
    list(checker.check(case_of_text("memory", text, ruleset)))
    # What the rules engine said once is kept: this case asks it something new.
    case = case_of_text("memory", text.replace(b"2014-01-01", b"2014-01-01, request.visits: 3"), ruleset)
    monkeypatch.setattr(durable, "library", Failing("assert_fact", 1))
    with pytest.raises(EngineFailure, match="case CASE-7, item 3"):
        checker.determination(case, case.items[0])
    monkeypatch.undo()
    assert checker.determination(case, case.items[0]).evaluation.finding.value == "whole_can_meet"


def test_threads_have_sessions_of_their_own():
    rulebase = Rulebase(RULES, 2, "test")
    start = threading.Barrier(4)

    def judge(seed):
        start.wait()
        return [
            set(rulebase.fired_rules([(n + seed) % 7, None])) == ({0} if (n + seed) % 7 >= 3 else {1})
            for n in range(300)
        ]

    with ThreadPoolExecutor(4) as pool:
        assert all(all(answers) for answers in pool.map(judge, range(4)))


GROWTH = """
import gc, os, sys, threading
from pathlib import Path
from mtus_engine.api import Checker, load_rules, read_case_file, shipped_rules

def megabytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

def check(checker):
    for item in case.items:
        checker.determination(case, item)

ruleset = load_rules(shipped_rules())
checker = Checker(ruleset)
case = read_case_file(Path(sys.argv[1]), ruleset)
check(checker)
what, rounds = sys.argv[2], int(sys.argv[3])
for n in range(rounds + rounds // 10):
    if n == rounds // 10:
        # The first tenth fills caches and pools.
        gc.collect()
        before = megabytes()
    if what == "threads":
        threads = [threading.Thread(target=check, args=(checker,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    else:
        ruleset = load_rules(shipped_rules())
        checker = Checker(ruleset)
        check(checker)
gc.collect()
print(megabytes() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
@pytest.mark.parametrize(("what", "rounds", "most"), [("threads", 2500, 20), ("reloads", 200, 60)])
def test_memory_is_flat_over_short_lived_threads_and_reloads_of_rules(what, rounds, most):
    command = [sys.executable, "-c", GROWTH, str(CASES / "CM14-0195168.yaml"), what, str(rounds)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert float(done.stdout) < most


@pytest.mark.parametrize("subject", ["enough left", "nothing left", "governs", " met", " applies", "notice ", " row "])
def test_whatever_the_rules_conclude_wrongly_the_fold_notices(ruleset, monkeypatch, subject):
    of_rules = Heads.truth_reader

    def turned(self, name):
        read = of_rules(self, name)
        return (lambda fired: negation_of(read(fired))) if subject in name else read

    monkeypatch.setattr(Heads, "truth_reader", turned)
    case = read_case_file(CASES / "004_927ea192cfb8a844.yaml", ruleset)
    with pytest.raises(EngineFailure, match="to the rules"):
        Checker(ruleset).determination(case, case.items[0])


def negation_of(truth):
    return Truth.FALSE if truth is Truth.TRUE else Truth.TRUE
