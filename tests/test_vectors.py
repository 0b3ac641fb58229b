"""Vectors in the form of the public suites: an expression and what it comes to, each by the section that says so.

They are in tests/vectors. null is what is not documented, and what is undetermined.
"""

import json
import re

import pytest
import yaml

from mtus_engine.api import Checker, case_of_text
from mtus_engine.compiler.rulesets import compiled_ruleset
from mtus_engine.loader.folder import rule_files
from mtus_engine.report.view import item_view
from tests.conftest import ROOT
from tests.strategies import files
from tests.test_lint import criterion, folder, table

VECTORS = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / "tests" / "vectors").iterdir()
}
TRUTHS = {"met": True, "not_met": False, "undetermined": None}


def vectors_of(*suites):
    return [pytest.param(one, id=f"{name}-{n}") for name in suites for n, one in enumerate(VECTORS[name]["vectors"])]


def item_of(rules, known):
    """The item as it is shown of a request of which these facts are known."""
    facts = {"request.treatment": "one", "request.date": "2010-01-01", "request.visits": 6, **known}
    case = {"case": "a", "items": [{"item": 1, "facts": facts}]}
    ruleset = compiled_ruleset(rule_files("memory", files(rules)))
    (checked,) = Checker(ruleset).check(case_of_text("a", json.dumps(case).encode(), ruleset))
    return item_view(checked).item


def truth_of(condition, known, more_facts=None):
    rules = folder(criteria=criterion(condition))
    rules["vocabulary"]["facts"] |= more_facts or {}
    (found,) = item_of(rules, known)["criteria"]
    return TRUTHS[found["status"]]


class Reader:
    """Reads an expression of true, false, null, and, or, xor, implies, not; each literal becomes a fact of its own."""

    def __init__(self, text):
        self.words = re.findall(r"\w+|[()]", text)
        self.known = {}
        self.facts = {}

    def expression(self):
        left = self.joined()
        if self.taken("implies"):
            return {"any": [{"not": left}, self.expression()]}
        return left

    def joined(self):
        left = self.conjunction()
        while word := self.taken("or", "xor"):
            right = self.conjunction()
            either = {"any": [left, right]}
            left = either if word == "or" else {"all": [either, {"not": {"all": [left, right]}}]}
        return left

    def conjunction(self):
        left = self.operand()
        while self.taken("and"):
            left = {"all": [left, self.operand()]}
        return left

    def operand(self):
        word = self.words.pop(0)
        if word == "not":
            return {"not": self.operand()}
        if word == "(":
            inner = self.expression()
            assert self.words.pop(0) == ")"
            return inner
        name = f"literal.{'abcdef'[len(self.facts)]}"
        self.facts[name] = {"type": "boolean", "label": "t", "question": "q?"}
        if word != "null":
            self.known[name] = word == "true"
        return {name: True}

    def taken(self, *words):
        return self.words.pop(0) if self.words and self.words[0] in words else None


@pytest.mark.parametrize("vector", vectors_of("cql-logic", "dmn-ternary"))
def test_logic(vector):
    reader = Reader(vector["expression"])
    condition = reader.expression()
    assert reader.words == []
    assert truth_of(condition, reader.known, reader.facts) is vector["output"], vector["section"]


COMPARED = {"=": None, "<": "less_than", "<=": "at_most", ">": "more_than", ">=": "at_least"}


@pytest.mark.parametrize("vector", vectors_of("cql-comparison"))
def test_comparison(vector):
    left, operator, right = vector["expression"].split(" ", 2)
    if left.startswith("@"):
        name, known, literal = "injury.date", left[1:], right[1:]
    else:
        name, known, literal = (
            "count.a",
            None if left == "null" else int(left),
            [int(n) for n in re.findall(r"\d+", right)],
        )
    if operator == "between":
        condition = {name: {"between": literal}}
    else:
        literal = literal if isinstance(literal, str) else literal[0]
        test = COMPARED["=" if operator == "!=" else operator]
        condition = {name: literal if test is None else {test: literal}}
    condition = {"not": condition} if operator == "!=" else condition
    assert truth_of(condition, {} if known is None else {name: known}) is vector["output"], vector["section"]


@pytest.mark.parametrize("vector", vectors_of("dmn-durations"))
def test_months_between_two_dates(vector):
    least, most = vector["output"]
    known = {"injury.date": vector["from"], "request.date": vector["to"]}
    for months in range(max(0, least - 1), most + 2):
        expected = True if months <= least else False if months > most else None
        assert truth_of({"injury.age": {"at_least": f"{months} months"}}, known) is expected, months


@pytest.mark.parametrize("vector", vectors_of("dmn-tables"))
def test_hit_policies(vector):
    rows = [VECTORS["dmn-tables"]["rows"][name] for name in vector["rows"]]
    rules = folder(tables=table(rows, inputs=["level", "flag.c", "count.a"], hit_policy=vector["policy"]))
    (limit,) = item_of(rules, vector["known"])["limits"]
    assert [limit["supported"]["at_least"], limit["supported"]["at_most"]] == vector["output"], vector["section"]


def test_no_suite_is_empty():
    assert {name: len(suite["vectors"]) > 10 for name, suite in VECTORS.items()} == dict.fromkeys(VECTORS, True)
