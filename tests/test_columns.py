"""The columns target: on random rules and random rows, each status, reason, finding and unit is the forward engine's."""

import shutil

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mtus_engine.api import Checker, CheckOptions
from mtus_engine.compiler.cases import statements
from mtus_engine.compiler.literals import period_of, stretch_of
from mtus_engine.compiler.problems import Place, Problems
from mtus_engine.compiler.rulesets import compiled_ruleset
from mtus_engine.compiler.targets.columns import rules as columns
from mtus_engine.compiler.targets.columns import terms as columns_terms
from mtus_engine.compiler.targets.columns.stages import Stages
from mtus_engine.loader.folder import rule_files
from mtus_engine.loader.source import Document, Node, Tree
from mtus_engine.model.case import Case, CaseItem
from mtus_engine.model.truth import Truth
from tests.conftest import so_many
from tests.oracle import evaluate
from tests.strategies import FACTS, authored, facts, files, rulesets, stated_definitions
from tests.tables import row_of, schema_of

NOWHERE = Place(Document("memory", (), Node(Tree.MAPPING, 0, 0)))


def typed(given, rules):
    problems = Problems()
    found = statements(authored(given), rules, NOWHERE, problems)
    assert not problems.found
    return found


def told(determination):
    """What the forward engine says, in the words of the columns."""
    evaluation = determination.evaluation
    units = evaluation.units.supported if evaluation.units is not None else None
    row = {
        "finding": evaluation.finding.value,
        "units_least": None if units is None else (units.low or 0),
        "units_most": None if units is None else units.high,
        "finding_text_only": determination.text_only.value,
    }
    for candidate in evaluation.candidates:
        for one in (*candidate.criteria, *candidate.limits):
            name = columns.standing_column(candidate.edition, one.rule.id)
            row[name] = one.status.value
            because = one.because.value
            row[f"{name}.because"] = "looked_for" if because == "not_documented" and one.looked_for else because
        for tier in candidate.tiers:
            certain = [step.id for step, truth in tier.steps if truth is Truth.TRUE]
            row[f"route.{columns.standing_column(candidate.edition, tier.rule.id)}"] = certain[0] if certain else None
    for notice in evaluation.notices:
        row[f"notice.{notice.rule.id}"] = True if notice.truth is Truth.TRUE else None
    return row


def determined(rules, rows, lengths, *, presume=True, setting="ur", spark=None):
    everything = columns.all_facts(rules)
    schema = schema_of(everything)
    table = pa.Table.from_pylist(rows, schema=schema)
    used = [name for name in schema.names if table[name].null_count < len(rows)]
    found = columns.determination_columns(
        rules, frozenset(used), lengths, columns.ColumnOptions(presume=presume, setting=setting)
    )
    given = table.select(used or ["request.treatment"])
    if spark is None:
        return ibis.duckdb.connect().to_pyarrow(found.apply(ibis.memtable(given), [])).to_pylist()
    # Spark reads a table in memory by way of pandas, where a whole number that is missing is no null.
    path, session = spark
    pq.write_table(given, path)
    connection = ibis.pyspark.connect(session)
    return connection.to_pyarrow(found.apply(connection.read_parquet(path), [])).to_pylist()


def lengths_of(rows):
    found = {}
    for row in rows:
        for name, value in row.items():
            if name.removesuffix(".min").removesuffix(".max") == "span" and value is not None:
                found.setdefault(name, {})[value] = stretch_of(period_of(value))
    return found


@st.composite
def rules_and_rows(draw):
    ruleset = draw(rulesets())
    several = [{**draw(facts()), **draw(stated_definitions(ruleset))} for _ in range(draw(st.integers(1, 6)))]
    return ruleset, several


@pytest.mark.parametrize("presume", [True, pytest.param(False, marks=pytest.mark.slow)])
@settings(max_examples=so_many(25), deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=rules_and_rows())
def test_columns_are_the_forward_engine_and_the_oracle(presume, drawn):
    ruleset, several = drawn
    rules = compiled_ruleset(rule_files("memory", files(ruleset)))
    everything = columns.all_facts(rules)
    checker = Checker(rules, CheckOptions(presume=presume))
    said = [typed(one, rules) for one in several]
    rows = [row_of(one, everything, plain) for one, plain in zip(said, several, strict=True)]
    found = determined(rules, rows, lengths_of(rows), presume=presume)
    for n, (one, plain, row) in enumerate(zip(said, several, found, strict=True)):
        item = CaseItem(str(n), "t", one, None)
        expected = told(checker.determination(Case("c", "ur", None, (item,), "memory"), item))
        assert {name: row[name] for name in expected} == expected, rows[n]
        others = set(row) - set(expected) - {"prediction", "firmness", "prediction_text_only", "edition", "ruleset"}
        assert all(not row[name] for name in others)
        finding, by_guideline = evaluate(ruleset, plain, presume=presume)
        assert row["finding"] == finding
        by_key = {edition.guideline: edition for edition in rules.editions}
        for name, (criteria, limits) in by_guideline.items():
            statuses = {**criteria, **{limit: status for limit, (status, _) in limits.items()}}
            for rule, status in statuses.items():
                assert row[columns.standing_column(by_key[name], rule)] == status


def test_whether_an_opposite_is_open_is_asked_of_the_truth_itself():
    # (NOT a) IS NULL loses its parentheses on the way to SQL, and would say NOT (a IS NULL).
    opposite = ~columns_terms.column("a")
    table = ibis.memtable(pa.table({"a": pa.array([True, False, None])}))
    asked = {"open": opposite.is_null(), "settled": opposite.is_there(), "twice": (~opposite).is_null()}
    found = ibis.duckdb.connect().to_pyarrow(table.select(**{name: one.expression for name, one in asked.items()}))
    stages = Stages()
    named = stages.named(opposite)
    staged = stages.apply(table, [named]).select(open=named.is_null().expression)
    assert ibis.duckdb.connect().to_pyarrow(staged).to_pydict() == {"open": [False, False, True]}
    assert found.to_pydict() == {
        "open": [False, False, True],
        "settled": [True, True, False],
        "twice": [False, False, True],
    }


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java: tools/system-packages installs it")
@settings(
    max_examples=so_many(3),
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(drawn=rules_and_rows())
def test_spark_works_out_the_same_columns(drawn, tmp_path_factory):
    from mtus_engine.bulk.spark import Spark

    ruleset, several = drawn
    rules = compiled_ruleset(rule_files("memory", files(ruleset)))
    everything = columns.all_facts(rules)
    rows = [row_of(typed(one, rules), everything, one) for one in several]
    folder = tmp_path_factory.mktemp("spark")
    spark = Spark(folder, threads=2)
    found = determined(rules, rows, lengths_of(rows), spark=(folder / "rows.parquet", spark.session))
    for row, mine in zip(determined(rules, rows, lengths_of(rows)), found, strict=True):
        assert {name: mine[name] for name in row if mine[name] != row[name]} == {}


PRESUMED = {
    "level": {**FACTS["level"], "presume": "q"},
    "span": {"type": "period", "label": "t", "presume": "4 weeks"},
    "groups": {"type": "set_of", "label": "t", "members": {m: m for m in "wxyz"}, "presume": ["w", "y"]},
}


@settings(max_examples=so_many(25), deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=rules_and_rows())
def test_members_periods_and_sets_are_presumed_as_the_engine_does(drawn):
    ruleset, several = drawn
    vocabulary = {**ruleset["vocabulary"], "facts": {**ruleset["vocabulary"]["facts"], **PRESUMED}}
    rules = compiled_ruleset(rule_files("memory", files({**ruleset, "vocabulary": vocabulary})))
    everything = columns.all_facts(rules)
    checker = Checker(rules)
    said = [typed(one, rules) for one in several]
    rows = [row_of(one, everything, plain) for one, plain in zip(said, several, strict=True)]
    for n, (one, row) in enumerate(zip(said, determined(rules, rows, lengths_of(rows)), strict=True)):
        item = CaseItem(str(n), "t", one, None)
        expected = told(checker.determination(Case("c", "ur", None, (item,), "memory"), item))
        assert {name: row[name] for name in expected} == expected, rows[n]
