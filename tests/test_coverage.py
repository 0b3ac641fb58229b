"""What the examples show of the rules: states, single effects, and the mistakes they would notice."""

import json
import shutil

import pytest
import yaml

from mtus_engine.api import Checker, load_rules
from mtus_engine.cli.main import main
from mtus_engine.model.condition import AllOf, AnyOf, Leaf, Measure, OneOf, Within
from mtus_engine.model.values import Span
from mtus_engine.policy.coverage import Goal, RuleState, coverage, goals_of, reached_by
from mtus_engine.policy.coverage_report import goal_words
from mtus_engine.policy.examples import determination_of_example, example_outcome, examples
from mtus_engine.policy.mutants import mutants
from mtus_engine.policy.mutation import is_equivalent, tried_mutants, with_edition
from mtus_engine.policy.proof import determination_of, never_differ
from mtus_engine.policy.suggest import suggestions
from mtus_engine.wording.conditions import condition_words
from tests.conftest import RULES

# What these guard is beside the main job: make test leaves them to make test-all.
pytestmark = pytest.mark.slow

GYM = "gym-membership 2009-07-18"
GYM_FILE = "gym-membership/2009-07-18.test.yaml"


@pytest.fixture(scope="module")
def named(checker):
    return examples(RULES, checker)


def edition(ruleset, key):
    return next(one for one in ruleset.editions if one.key == key)


def test_the_shipped_examples_show_everything(ruleset, checker, named):
    found = coverage(ruleset, [determination_of_example(one, checker) for one in named])
    assert len(found.goals) > 500
    assert found.uncovered == ()


def test_without_an_example_what_it_alone_showed_is_named(ruleset, checker, named):
    states = [goal for goal in goals_of(edition(ruleset, GYM)) if goal.state is RuleState.NOT_MET]
    without = [one for one in named if GYM_FILE.split("/", maxsplit=1)[0] not in one.file]
    found = coverage(ruleset, [determination_of_example(one, checker) for one in without])
    assert states
    assert set(states) <= set(found.uncovered)
    assert all(goal.edition == GYM for goal in found.uncovered)


def test_a_single_effect_is_one_that_turns_the_criterion(checker, named):
    """Where a test is said to decide alone, the criterion comes out otherwise with that test the other way."""
    seen = 0
    for one in named[:120]:
        for candidate in determination_of_example(one, checker).evaluation.candidates:
            goals = [goal for goal in reached_by(candidate) if goal.state is RuleState.DECIDES]
            for result in candidate.criteria:
                settled = result.met.truth.value != "undetermined"
                lone = isinstance(result.met.condition, Leaf)
                applies = result.applies is None or result.applies.truth.value == "true"
                if settled and lone and applies:
                    mine = [goal for goal in goals if goal.rule == result.rule.id]
                    assert len(mine) == 1
                    seen += 1
    assert seen > 50


def test_every_suggested_example_reaches_its_goal(ruleset):
    checker = Checker(ruleset)
    whole = [edition(ruleset, key) for key in (GYM, "work-hardening 2009-07-18", "physical-medicine 2009-07-18")]
    goals = [goal for one in whole for goal in goals_of(one)][::7]
    suggested = dict(zip(goals, suggestions(ruleset, goals, 600), strict=True))
    assert len(suggested) == len(set(goals))
    for goal, facts in suggested.items():
        assert facts is not None, goal
        (candidate,) = determination_of(facts, checker).evaluation.candidates
        assert goal in set(reached_by(candidate))


def without_examples(tmp_path):
    """The shipped rules with but one example of gym memberships."""
    folder = tmp_path / "rules"
    shutil.copytree(RULES, folder)
    file = folder / GYM_FILE
    authored = yaml.safe_load(file.read_text(encoding="utf-8"))
    kept = yaml.safe_dump({"examples": authored["examples"][:1]}, sort_keys=False)
    file.write_text(kept, encoding="utf-8")
    return folder, file


def test_what_is_unshown_is_listed_and_written_as_examples_to_fill_in(tmp_path, capsys):
    folder, file = without_examples(tmp_path)
    assert main(["rules", "coverage", "--rules", str(folder), "-k", "gym", "--write", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["uncovered"]
    assert all("unfilled: true" in one["example"] for one in found["uncovered"])
    written = yaml.safe_load(file.read_text(encoding="utf-8"))["examples"]
    assert len(written) == 1 + len(found["uncovered"])
    assert main(["rules", "test", "--rules", str(folder), "-k", "gym-membership"]) == 5
    assert "what it expects is not filled in; it gives" in capsys.readouterr().out
    # Shown they are: nothing is left to suggest.
    assert main(["rules", "coverage", "--rules", str(folder), "-k", "gym", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["uncovered"] == []


def test_a_mistake_is_one_change_of_an_edition(ruleset):
    for one in ruleset.editions:
        if one.not_encoded is None:
            made = list(mutants(one))
            assert made
            assert all(mutant.edition != one for mutant in made)
            assert all(mutant.before != mutant.after for mutant in made), one.key


def test_mistakes_turn_joins_and_drop_parts(ruleset):
    rule = edition(ruleset, "acupuncture 2007-06-15")
    said = [(mutant.before, mutant.after) for mutant in mutants(rule) if mutant.rule == "indication"]
    parts = rule.criteria[0].met_when.parts

    def words(condition):
        return condition_words(condition, rule.facts, by_name=True)

    assert (f"met_when {words(AnyOf(parts))}", f"met_when {words(AllOf(parts))}") in said
    assert (f"met_when {words(parts[0])}", "met_when") in said
    assert any(before == "required" for before, _ in said)


def test_the_examples_notice_mistakes_and_fewer_examples_notice_fewer(ruleset, checker, named, tmp_path):
    whole = list(tried_mutants(ruleset, named, "gym"))
    assert all(one.noticed_by for one in whole)
    folder, _ = without_examples(tmp_path)
    fewer = list(tried_mutants(ruleset, examples(folder, checker), "gym"))
    assert len(fewer) == len(whole)
    assert any(one.noticed_by is None for one in fewer)


def test_an_example_that_notices_a_mistake_fails_under_it(ruleset, named):
    by_name = {one.example.name: one for one in named}
    for one in list(tried_mutants(ruleset, named, "gym"))[:6]:
        mutated = Checker(with_edition(ruleset, one.mutant.edition))
        assert example_outcome(by_name[one.noticed_by], mutated).differences


def test_a_mistake_that_changes_nothing_is_proved_so_and_one_that_does_is_not(ruleset):
    rule = edition(ruleset, GYM)
    criterion = rule.criteria[0]
    doubled = criterion._replace(met_when=AllOf((criterion.met_when, criterion.met_when)))
    (mutant, *_) = mutants(rule)
    same = mutant._replace(edition=rule._replace(criteria=(doubled, *rule.criteria[1:])))
    never = criterion._replace(met_when=Leaf(ruleset.roles.treatment, OneOf(frozenset({"acupuncture"}))))
    other = mutant._replace(edition=rule._replace(criteria=(never, *rule.criteria[1:])))
    assert is_equivalent(ruleset, same, lambda a, b: never_differ(a, b, 60))
    assert not is_equivalent(ruleset, other, lambda a, b: never_differ(a, b, 60))


def test_a_low_score_fails_where_that_is_asked(tmp_path, capsys):
    folder, _ = without_examples(tmp_path)
    command = ["rules", "coverage", "--rules", str(folder), "-k", "gym", "--fail-under", "90"]
    assert main(command) == 5
    out = capsys.readouterr().out
    assert "mutation score:" in out
    assert "Mistakes that no example notices" in out
    assert main(["rules", "coverage", "-k", "gym", "--fail-under", "90"]) == 0
    assert main(["rules", "coverage", "-k", "nothing of that name"]) == 5


def test_a_goal_reads_as_a_sentence(ruleset):
    leaf = Leaf("injury.age", Within(Span(None, 64), Measure.CALENDAR))
    facts = edition(ruleset, "work-hardening 2009-07-18").facts
    assert (
        goal_words(Goal("a 2009", "rule", leaf, RuleState.FALSE), facts)
        == "a 2009 rule, injury.age at most 2 months: false"
    )
    assert goal_words(Goal("a 2009", "rule", None, RuleState.MET), facts) == "a 2009 rule: met"


def test_the_shipped_rules_are_those_that_coverage_reads(ruleset):
    assert load_rules(RULES).digest == ruleset.digest
