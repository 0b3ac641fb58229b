"""The rule library: every criterion shown in each of its states, every number at its boundary, every mark where it counts."""

from collections import defaultdict
from datetime import date

import pytest

from mtus_engine.model.case import Case
from mtus_engine.model.condition import Measure, Within, leaves
from mtus_engine.model.formula import ByCondition, Looked
from mtus_engine.model.periods import DAYS_PER_MONTH_SLOT
from mtus_engine.model.values import Span, Stretch
from mtus_engine.policy.examples import examples
from tests.conftest import ROOT, RULES


@pytest.fixture(scope="module")
def shown(checker):
    """What every example gives, with its name."""
    given = []
    for named in examples(RULES, checker):
        case = Case(named.example.name, named.example.setting, None, (named.item,), named.file)
        given.append((named, checker.determination(case, named.item)))
    return given


@pytest.fixture(scope="module")
def candidates(shown):
    return [candidate for _, determination in shown for candidate in determination.evaluation.candidates]


def encoded(ruleset):
    return [edition for edition in ruleset.editions if edition.not_encoded is None]


def test_every_criterion_is_shown_met_not_met_and_undetermined(ruleset, candidates):
    seen = defaultdict(set)
    for candidate in candidates:
        for result in candidate.criteria:
            seen[candidate.edition.key, result.rule.id].add(result.status.value)
    wanted = {(edition.key, rule.id) for edition in encoded(ruleset) for rule in edition.criteria}
    missing = {one: {"met", "not_met", "undetermined"} - seen[one] for one in wanted}
    assert {one: states for one, states in missing.items() if states} == {}


def test_every_criterion_that_may_not_apply_is_shown_so(ruleset, candidates):
    rules = [(e.key, c) for e in encoded(ruleset) for c in e.criteria if c.base is not None]
    seen = {(c.edition.key, r.rule.id) for c in candidates for r in c.criteria if r.status.value == "not_applicable"}
    assert {(key, rule.id) for key, rule in rules} - seen == set()


def test_every_limit_is_shown_kept_passed_and_open(ruleset, candidates):
    seen = defaultdict(set)
    for candidate in candidates:
        for result in candidate.limits:
            seen[candidate.edition.key, result.rule.id].add(result.status.value)
    wanted = {(edition.key, rule.id) for edition in encoded(ruleset) for rule in edition.limits}
    missing = {one: {"within", "exceeded", "none_left", "undetermined"} - seen[one] for one in wanted}
    assert {one: states for one, states in missing.items() if states} == {}


def test_every_limit_is_shown_at_its_cap_one_below_and_one_above(ruleset, candidates):
    margins, figures = defaultdict(set), defaultdict(set)
    for candidate in candidates:
        for result in candidate.limits:
            key = (candidate.edition.key, result.rule.id)
            cap = result.rule.cap
            cap = cap if isinstance(cap, int) else point(candidate.known[cap], Measure.VALUE)
            if cap is not None and result.status.value in {"within", "exceeded", "none_left"}:
                margins[key, cap].add(point(candidate.known[result.rule.margin], Measure.VALUE))
    for edition in encoded(ruleset):
        for limit in edition.limits:
            figures[edition.key, limit.id] = caps(edition, limit)
    missing = {(key, cap): {-1, 0, 1} - margins[key, cap] for key, all_caps in figures.items() for cap in all_caps}
    assert {one: steps for one, steps in missing.items() if steps} == {}


def caps(edition, limit):
    """The figures that a limit can have: its own, or those of the table it is looked up in."""
    if isinstance(limit.cap, int):
        return {limit.cap}
    (formula,) = (entry.formula for entry in edition.derived if entry.fact.name == limit.cap)
    if not isinstance(formula, Looked):
        return set()
    return {
        dict(r.figures)[formula.output].values.high for r in formula.table.rows if formula.output in dict(r.figures)
    }


def test_every_number_of_a_condition_is_shown_at_its_boundary_and_on_both_sides(ruleset, shown):
    values = defaultdict(set)
    for _, determination in shown:
        for known in (determination.evaluation.known, *(c.known for c in determination.evaluation.candidates)):
            for fact, of_fact in known.items():
                for measure in Measure:
                    values[fact, measure].add(point(of_fact, measure))
    missing = {
        (fact, words, edge): sides
        for fact, measure, words, edge in edges(ruleset)
        if (sides := possible_sides(ruleset, fact, edge) - sides_of(edge, measure, values[fact, measure]))
    }
    assert missing == {}


def possible_sides(ruleset, fact, edge):
    """The sides of a number on which a fact can be: no rate is below one a week."""
    domain = ruleset.facts[fact].domain if fact in ruleset.facts else None
    at_the_end = isinstance(domain, Span) and domain.low == edge
    return {"at", "above"} if at_the_end else {"at", "below", "above"}


def edges(ruleset):
    """Each number that some condition compares with: the fact, how it is measured, the words and the number."""
    # An impossible case has no finding to show: its boundaries are tested where it is refused.
    conditions = [condition for rule in ruleset.notices for condition in (rule.applies, rule.when)]
    derived = list(ruleset.beside)
    for edition in encoded(ruleset):
        conditions += [edition.governs, *(c.met_when for c in edition.criteria)]
        conditions += [c.applies_when for c in edition.criteria] + [limit.active for limit in edition.limits]
        derived += edition.derived
    conditions += [entry.formula.condition for entry in derived if isinstance(entry.formula, ByCondition)]
    for condition in conditions:
        for leaf in leaves(condition) if condition is not None else ():
            if isinstance(leaf.test, Within):
                for edge in (leaf.test.span.low, leaf.test.span.high):
                    if edge is not None:
                        yield leaf.fact, leaf.test.measure, leaf.test.bounds, edge


def sides_of(edge, measure, values):
    # A month is a slot of 32 days, and has 28 to 31: the day before a whole number of months is 2 to 5 steps below it.
    near = 5 if measure is Measure.CALENDAR and edge % DAYS_PER_MONTH_SLOT == 0 else 1
    seen = {"at"} if edge in values else set()
    seen |= {"above"} if edge + 1 in values else set()
    return seen | ({"below"} if any(edge - step in values for step in range(1, near + 1)) else set())


def point(known, measure):
    values = known.values
    if isinstance(values, Stretch):
        return (values.calendar if measure is Measure.CALENDAR else values.days).point
    return values.point if isinstance(values, Span) and measure is Measure.VALUE else None


def test_every_edition_is_shown_on_its_first_and_last_day_and_the_days_beside_them(ruleset, shown):
    days = defaultdict(set)
    for _, determination in shown:
        evaluation = determination.evaluation
        keys = {c.edition.key for c in evaluation.candidates} | {p.edition.key for p in evaluation.passed}
        for key in keys:
            days[key].add(evaluation.edition_date.point)
    missing = {}
    for edition in ruleset.editions:
        low, high = edition.in_force.low, edition.in_force.high
        wanted = {low - 1, low} | (set() if high is None else {high, high + 1})
        if absent := wanted - days[edition.key]:
            missing[edition.key] = sorted(date.fromordinal(day).isoformat() for day in absent)
    assert missing == {}


def test_every_notice_is_shown_applying_and_left_out(ruleset, shown):
    applied, left_out = set(), set()
    for _, determination in shown:
        applying = {n.rule.id for n in determination.evaluation.notices if n.truth.value == "true"}
        applied |= applying
        left_out |= {rule.id for rule in ruleset.notices} - applying
    ids = {rule.id for rule in ruleset.notices}
    assert (ids - applied, ids - left_out) == (set(), set())


def test_the_page_on_the_library_names_every_edition_criterion_limit_and_notice(ruleset):
    page = (ROOT / "docs" / "rule-library.md").read_text(encoding="utf-8")
    sections = {part.partition("\n")[0].strip(): part for part in page.split("\n## ")[1:]}
    for edition in ruleset.editions:
        named = [text for title, text in sections.items() if f"`{edition.guideline}`" in title]
        assert named, edition.key
        text = "\n".join(named)
        assert edition.edition in text, edition.key
        for rule in (*edition.criteria, *edition.limits):
            assert f"`{rule.id}`" in text, f"{edition.key} {rule.id}"
    for notice in ruleset.notices:
        assert f"`{notice.id}`" in page


def test_verified_text_alone_is_the_finding_under_the_rules_without_their_marked_parts(shown, checker):
    """Where a marked part stands in the way of a finding, taking all marked parts away changes it, and is said."""
    for named, determination in shown:
        marked = [
            result.rule.id
            for candidate in determination.evaluation.candidates
            for result in (*candidate.criteria, *candidate.limits)
            if not result.rule.mark.is_text and result.status.value in {"not_met", "none_left", "exceeded"}
        ]
        failing = [
            result.rule.id
            for candidate in determination.evaluation.candidates
            for result in (*candidate.criteria, *candidate.limits)
            if result.status.value in {"not_met", "none_left", "exceeded"}
            and not getattr(result.rule, "advisory", False)
        ]
        if determination.evaluation.finding.value == "does_not_meet" and set(failing) == set(marked):
            assert determination.text_only.value != "does_not_meet", named.example.name
