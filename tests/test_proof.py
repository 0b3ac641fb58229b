"""The logic target: it agrees with the engine, proves what holds, and shows by a case what does not."""

import json
import re
import shutil

import pytest
import yaml
import z3
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mtus_engine.api import Checker, case_of_plain, load_rules, read_case_file
from mtus_engine.cli.main import main
from mtus_engine.compiler.rulesets import compiled_ruleset
from mtus_engine.compiler.targets.logic.rules import NUMBERS, Logic
from mtus_engine.compiler.targets.logic.terms import Calendar, Ends, MemberTerms, SetTerms
from mtus_engine.loader.folder import rule_files
from mtus_engine.loader.packs import read_layers
from mtus_engine.meaning.algebra import Inexpressible
from mtus_engine.model.condition import AllOf, AnyOf, Not
from mtus_engine.model.periods import elapsed_slot
from mtus_engine.model.values import Span
from mtus_engine.policy.answers import Answer
from mtus_engine.policy.examples import ranges_in_examples
from mtus_engine.policy.impact import Change, impact
from mtus_engine.policy.proof import determination_of, differences
from mtus_engine.policy.unknowns import unknowns_of
from mtus_engine.policy.witness import case_document
from tests.conftest import CASES, RULES, so_many
from tests.strategies import facts, files, rulesets
from tests.test_engine_and_oracle import engine_of, known

# What these guard is beside the main job: make test leaves them to make test-all.
pytestmark = pytest.mark.slow

PHYSICAL = "physical-medicine/2016-07-29.yaml"
HARDENING = "work-hardening/2009-07-18.yaml"


# ---- the same answers as the engine


def pinned(unknown, case):
    """What makes the symbols those of one case."""
    for name, symbol in unknown.facts.symbols.items():
        values = case[name].values
        yield unknown.facts.documented[name] == (case[name].is_narrowed and not case[name].is_presumed)
        if isinstance(symbol, MemberTerms):
            yield from (one == (member in values.possible) for member, one in symbol.possible.items())
        elif isinstance(symbol, SetTerms):
            yield from (one == (member in values.certain) for member, one in symbol.certain.items())
            yield from (one == (member in values.possible) for member, one in symbol.possible.items())
        elif isinstance(symbol, Ends):
            yield from ends(symbol, values)
        else:
            yield from ends(symbol.calendar, values.calendar)
            yield from ends(symbol.days, values.days)


def ends(symbol, span):
    # An open end has a value without meaning; it is given one, so that no anniversary of it is asked for in vain.
    far = 733_000
    yield symbol.no_low == (span.low is None)
    yield symbol.no_high == (span.high is None)
    yield symbol.low == (far if span.low is None else span.low)
    yield symbol.high == (far if span.high is None else span.high)


def solved(unknown, terms, wanted):
    """The value of a term, with true anniversaries."""
    solver = z3.Solver()
    solver.add(*unknown.facts.calendar.facts, *terms)
    for _ in range(200):
        assert solver.check() == z3.sat
        model = solver.model()
        lessons = unknown.facts.calendar.lessons(model)
        if not lessons:
            return model.eval(wanted, model_completion=True).as_long()
        solver.add(*lessons)
    raise AssertionError("anniversaries are not learned")


@settings(max_examples=so_many(60))
@given(rulesets(), st.lists(facts(), min_size=1, max_size=3), st.booleans())
def test_engine_and_logic_agree_in_the_finding(ruleset, cases, presume):
    engine = engine_of(ruleset, presume=presume)
    unknown = unknowns_of(engine.ruleset.facts, engine.ruleset.roles)
    try:
        finding = Logic(engine.ruleset, unknown.facts).finding().finding
    except Inexpressible:
        assume(False)
    for found in cases:
        case = known(engine, found)
        got = solved(unknown, pinned(unknown, case), finding)
        assert got == NUMBERS[engine.evaluate(case).finding]


def test_the_shipped_rules_come_out_the_same_on_public_decisions(checker, ruleset):
    unknown = unknowns_of(ruleset.facts, ruleset.roles)
    finding = Logic(ruleset, unknown.facts).finding().finding
    compared = 0
    for file in sorted(CASES.glob("*.yaml"))[:12]:
        case = read_case_file(file, ruleset)
        for item in case.items:
            if any(ruleset.facts[name].is_defined for name in item.statements):
                continue  # logic reads base facts alone
            evaluation = checker.determination(case, item).evaluation
            terms = pinned(unknown, checker._engine.known_facts(item.statements))
            assert solved(unknown, terms, finding) == NUMBERS[evaluation.finding]
            compared += 1
    assert compared >= 8


@given(
    st.integers(723_000, 730_000),
    st.integers(0, 1500),
    st.sampled_from([0, 5, 27, 28, 31, 32, 40, 24 * 32, 24 * 32 + 30, -3]),
)
def test_ages_are_compared_by_anniversaries(start, length, slot):
    calendar = Calendar()
    begin, end = z3.Ints("begin end")
    at_most = calendar.is_at_most(begin, end, slot)
    solver = z3.Solver()
    solver.add(begin == start, end == start + length, *calendar.facts)
    while True:
        assert solver.check() == z3.sat
        lessons = calendar.lessons(solver.model())
        if not lessons:
            break
        solver.add(*lessons)
    truth = z3.is_true(solver.model().eval(at_most, model_completion=True))
    assert truth == (elapsed_slot(start, start + length) <= slot)


# ---- two rulesets


def edited(tmp_path, name, *changes):
    folder = tmp_path / "new"
    shutil.copytree(RULES, folder)
    text = (folder / name).read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def answers(old, new):
    return {one.question: one for one in differences(load_rules(old), load_rules(new), 60)}


def test_a_ruleset_is_equivalent_to_itself():
    assert {one.answer for one in answers(RULES, RULES).values()} == {Answer.NEVER}


def test_a_higher_cap_is_shown_by_the_case_at_its_boundary(tmp_path, ruleset):
    new = edited(tmp_path, PHYSICAL, ("then: {visits: 10}\n        reading", "then: {visits: 12}\n        reading"))
    looser = answers(RULES, new)["looser"]
    assert looser.answer is Answer.SHOWN
    case = tmp_path / "looser.yaml"
    case.write_text(looser.case, encoding="utf-8")
    # At its boundary: with one visit fewer, of whatever kind, the higher cap changes nothing for the better.
    authored = yaml.safe_load(looser.case)
    stated = authored["items"][0]["facts"]
    numbers = [fact for fact, said in stated.items() if isinstance(said, int) and not isinstance(said, bool) and said]
    assert any("visits" in fact for fact in numbers)
    old, changed = Checker(ruleset), Checker(load_rules(new))
    for fact in numbers:
        one_fewer = {**stated, fact: stated[fact] - 1}
        both = [determination_of(one_fewer, checker) for checker in (old, changed)]
        assert (
            None in both
            or impact(*both).change is not Change.LOOSER
            or both[0].evaluation.finding is both[1].evaluation.finding
        )
    for folder, finding in zip((RULES, new), looser.findings, strict=True):
        rules = load_rules(folder)
        read = read_case_file(case, rules)
        assert Checker(rules).determination(read, read.items[0]).evaluation.finding is finding


@pytest.mark.parametrize(
    ("file", "change"),
    [
        (PHYSICAL, ("then: {visits: 10}\n        reading", "then: {visits: 12}\n        reading")),
        ("acupuncture/2007-06-15.yaml", ("at_most: 6", "at_most: 4")),
        ("manual-therapy/2016-07-29.yaml", ("at_most: 6", "at_most: 4")),
        (HARDENING, ("at_most: 2 years", "at_most: 25 months")),
    ],
)
def test_a_case_that_shows_a_change_is_one_that_a_person_might_write(tmp_path, file, change):
    new = edited(tmp_path, file, change)
    rules = load_rules(new)
    at_hand = ranges_in_examples(read_layers((str(new),)), Checker(rules))
    shown = [one for one in differences(load_rules(RULES), rules, 60, at_hand) if one.answer is Answer.SHOWN]
    assert shown
    for one in shown:
        assert not one.is_unusual
        case = case_of_plain(case_document("a", one.facts), rules)
        for name, statements in case.items[0].statements.items():
            assert len(statements) == 1, name
            values = statements[0].values
            if isinstance(values, Span) and name in at_hand and values.low is not None and values.low > 40:
                assert at_hand[name].low <= values.low <= at_hand[name].high, name


def test_a_longer_period_makes_nothing_stricter(tmp_path):
    found = answers(RULES, edited(tmp_path, HARDENING, ("at_most: 2 years", "at_most: 25 months")))
    assert [found[question].answer for question in ("stricter", "looser", "reclassified")] == [
        Answer.NEVER,
        Answer.SHOWN,
        Answer.NEVER,
    ]


@pytest.mark.slow
def test_a_raised_figure_of_a_table_makes_nothing_stricter(tmp_path):
    """More visits may leave open what was certain before: a part met, and now as many can meet, or more."""
    raised = ("then: {visits: 26, course: 16 weeks}", "then: {visits: 30, course: 16 weeks}")
    found = answers(RULES, edited(tmp_path, PHYSICAL, raised))
    assert (found["stricter"].answer, found["looser"].answer) == (Answer.NEVER, Answer.SHOWN)


def test_the_order_of_criteria_changes_nothing(tmp_path):
    folder = tmp_path / "new"
    shutil.copytree(RULES, folder)
    authored = yaml.safe_load((folder / HARDENING).read_text(encoding="utf-8"))
    authored["criteria"].reverse()
    text = yaml.safe_dump(authored, sort_keys=False, default_flow_style=False)
    (folder / HARDENING).write_text(re.sub(r"'(\d{4}-\d\d-\d\d)'", r"\1", text), encoding="utf-8")
    assert {one.answer for one in answers(RULES, folder).values()} == {Answer.NEVER}


def de_morgan(condition):
    """The same condition, every join turned inside out."""
    match condition:
        case AllOf(parts):
            return Not(AnyOf(tuple(Not(de_morgan(part)) for part in parts)))
        case AnyOf(parts):
            return Not(AllOf(tuple(Not(de_morgan(part)) for part in parts)))
        case _:
            return condition


def test_a_condition_rewritten_by_de_morgan_changes_nothing(ruleset):
    def rewritten(edition):
        return edition._replace(criteria=tuple(c._replace(met_when=de_morgan(c.met_when)) for c in edition.criteria))

    other = ruleset._replace(editions=tuple(map(rewritten, ruleset.editions)))
    assert other.editions != ruleset.editions
    assert {one.answer for one in differences(ruleset, other, 60)} == {Answer.NEVER}


def test_rulesets_that_read_a_fact_otherwise_are_not_decided(tmp_path):
    new = edited(tmp_path, "vocabulary.yaml", ("presume: false", "presume: true"))
    found = answers(RULES, new)
    assert {one.answer for one in found.values()} == {Answer.OPEN}
    assert "presumed" in found["looser"].why


def test_a_case_that_checking_does_not_confirm_is_never_called_found(monkeypatch, tmp_path):
    new = edited(tmp_path, PHYSICAL, ("then: {visits: 10}\n        reading", "then: {visits: 12}\n        reading"))
    monkeypatch.setattr("mtus_engine.policy.proof.determination_of", lambda stated, checker: None)
    found = answers(RULES, new)
    assert found["looser"].answer is Answer.OPEN
    assert found["looser"].case == ""


def test_time_that_is_up_is_said():
    (stricter, *_) = differences(load_rules(RULES), load_rules(RULES), 0)
    assert (stricter.answer, stricter.why) == (Answer.OPEN, "no answer within 0 seconds")


# ---- the command


def test_a_property_of_policy_is_proved_or_shown(capsys):
    within = "all: [{injury.age: {more_than: 2 years}}, {request.treatment: work_hardening}]"
    assert main(["rules", "prove", str(RULES), "--never", "meets", "--when", within]) == 0
    assert "Proved: no case comes to it." in capsys.readouterr().out
    assert main(["rules", "prove", str(RULES), "--never", "meets", "--when", "injury.age: {more_than: 2 years}"]) == 5
    assert "Not so: a case comes to it." in capsys.readouterr().out


def test_prove_writes_its_cases_and_says_what_the_answers_come_to(tmp_path, capsys):
    new = edited(tmp_path, HARDENING, ("at_most: 2 years", "at_most: 25 months"))
    command = ["rules", "prove", str(RULES), str(new), "--cases", str(tmp_path / "cases"), "--format", "json"]
    assert main(command) == 0
    outline = json.loads(capsys.readouterr().out)
    assert outline["summary"] == "Only looser: whatever was supported before still is."
    assert [file.name for file in (tmp_path / "cases").iterdir()] == ["looser.yaml"]
    assert main([*command[:4], "--fail-on", "stricter,reclassified"]) == 0
    assert main([*command[:4], "--fail-on", "looser"]) == 5


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--never", "meets"], 2, "--when CONDITION"),
        (["--never", "meets", "--when", "injury.aeg: {at_most: 1 year}"], 1, "did you mean injury.age"),
        (["--never", "meets", "--when", "[]"], 1, "a condition is expected"),
        (["nowhere"], 1, "neither a folder nor a git revision"),
    ],
)
def test_a_question_that_is_none_is_told(words, code, told, capsys):
    assert main(["rules", "prove", str(RULES), *words]) == code
    assert told in capsys.readouterr().err


def test_random_rules_are_never_shown_to_differ_from_themselves():
    @settings(max_examples=so_many(15))
    @given(rulesets())
    def check(ruleset):
        rules = compiled_ruleset(rule_files("memory", files(ruleset)))
        assert {one.answer for one in differences(rules, rules, 60)} <= {Answer.NEVER, Answer.OPEN}

    check()
