"""The engine against an independent evaluator, on random rule folders and random cases."""

from hypothesis import given, settings
from hypothesis import strategies as st

from mtus_engine.compiler.cases import statements
from mtus_engine.compiler.problems import Place, Problems
from mtus_engine.compiler.rulesets import compiled_ruleset
from mtus_engine.engine.evaluate import Engine
from mtus_engine.engine.what_if import WhatIf
from mtus_engine.loader.folder import rule_files
from mtus_engine.loader.source import Document, Node, Tree
from mtus_engine.model.fact import Because, Known
from tests.conftest import so_many
from tests.oracle import evaluate
from tests.strategies import authored, facts, files, rulesets, stated_definitions

NOWHERE = Place(Document("memory", (), Node(Tree.MAPPING, 0, 0)))


def engine_of(ruleset, *, presume=True):
    return Engine(compiled_ruleset(rule_files("memory", files(ruleset))), presume=presume)


def known(engine, found):
    problems = Problems()
    typed = statements(authored(found), engine.ruleset, NOWHERE, problems)
    assert not problems.found
    return engine.known_facts(typed)


def left_of(limit):
    """What a limit leaves, where it is exceeded for certain."""
    return (limit.left.low, limit.left.high) if limit.is_failed else None


def concluded(evaluation):
    of_editions = {
        c.edition.guideline: (
            {r.rule.id: r.status.value for r in c.criteria},
            {r.rule.id: (r.status.value, left_of(r)) for r in c.limits},
        )
        for c in evaluation.candidates
    }
    return evaluation.finding.value, of_editions


@settings(max_examples=so_many(250))
@given(rulesets(), st.lists(facts(), min_size=1, max_size=4), st.booleans(), st.data())
def test_engine_and_oracle_agree_in_finding_and_every_status(ruleset, cases, presume, data):
    engine = engine_of(ruleset, presume=presume)
    for base in cases:
        found = {**base, **data.draw(stated_definitions(ruleset))}
        assert concluded(engine.evaluate(known(engine, found))) == evaluate(ruleset, found, presume=presume)


@settings(max_examples=so_many(150))
@given(rulesets(), st.lists(facts(), min_size=2, max_size=5), st.data())
def test_the_fold_for_what_ifs_agrees_with_the_engine_whatever_facts_came_before(ruleset, cases, data):
    engine = engine_of(ruleset)
    fold = WhatIf(engine.ruleset)
    for base in cases:
        facts_ = known(engine, {**base, **data.draw(stated_definitions(ruleset))})
        evaluation = engine.evaluate(facts_)
        assert fold.outcome_of(facts_) == (evaluation.finding, evaluation.units)
        # One fact after another open again, and back: what is kept from the facts before must not show.
        for name in sorted(base)[:4]:
            fewer = {**facts_, name: Known(engine.ruleset.facts[name].domain, Because.NOT_DOCUMENTED)}
            evaluation = engine.evaluate(fewer)
            assert fold.outcome_of(fewer) == (evaluation.finding, evaluation.units)
