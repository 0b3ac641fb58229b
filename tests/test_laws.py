"""Laws that hold for every ruleset and every case."""

from copy import deepcopy

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mtus_engine.engine.evaluate import Engine
from mtus_engine.engine.inferred import inferred_facts
from mtus_engine.model.determination import OPEN, Finding, Status
from mtus_engine.model.fact import Because, Kind, Known
from mtus_engine.model.values import Choice, Selection, Span, Stretch, point_span
from tests.conftest import so_many
from tests.strategies import FACTS, conditions, facts, rulesets
from tests.test_engine_and_oracle import concluded, engine_of, known

# A criterion holds where it is met and where it does not apply: which of the two may still change.
HOLDS = {"met": True, "not_applicable": True, "not_met": False}


@settings(max_examples=so_many(80))
@given(rulesets(most_guidelines=1), facts(), st.data())
def test_narrowing_what_a_fact_may_be_never_undoes_a_settled_criterion(ruleset, found, data):
    engine = engine_of(ruleset, presume=False)
    before = of_first_treatment(engine, found)
    after = {**before, **{name: data.draw(narrowed(kind(engine, name), known_)) for name, known_ in before.items()}}
    follow(engine, after)
    wide, narrow = statuses(engine.evaluate(before)), statuses(engine.evaluate(after))
    for id_ in wide.keys() & narrow.keys():
        if wide[id_] in HOLDS and id_.startswith("c"):
            assert HOLDS.get(narrow[id_]) is HOLDS[wide[id_]]


@settings(max_examples=so_many(80))
@given(rulesets(most_guidelines=1), facts(), st.data())
def test_met_and_not_met_agree_with_every_completion_of_the_missing_facts(ruleset, found, data):
    engine = engine_of(ruleset, presume=False)
    open_ = of_first_treatment(engine, found)
    whole = {name: data.draw(completed(kind(engine, name), known_)) for name, known_ in open_.items()}
    follow(engine, whole)
    partial, complete = statuses(engine.evaluate(open_)), statuses(engine.evaluate(whole))
    for id_ in partial.keys() & complete.keys():
        if partial[id_] in HOLDS and id_.startswith("c"):
            assert HOLDS.get(complete[id_]) is HOLDS[partial[id_]]
        if partial[id_] == "within":
            assert complete[id_] in {"within", "not_applicable"}
        if partial[id_] == "none_left":
            assert complete[id_] == "none_left"
        if partial[id_] == "exceeded":
            assert complete[id_] in {"exceeded", "none_left"}


@settings(max_examples=so_many(60))
@given(rulesets(), facts(), st.randoms(use_true_random=False))
def test_order_and_duplicates_of_facts_do_not_matter(ruleset, found, chance):
    engine = engine_of(ruleset)
    names = list(found)
    chance.shuffle(names)
    other = {name: [*reversed(found[name]), *found[name]] for name in names}
    assert concluded(engine.evaluate(known(engine, found))) == concluded(engine.evaluate(known(engine, other)))


@settings(max_examples=so_many(60))
@given(rulesets(most_guidelines=1), st.lists(conditions({}), min_size=1, max_size=4), facts())
def test_de_morgan(ruleset, parts, found):
    negated = [{"not": part} for part in parts]
    pairs = [
        ({"not": {"all": parts}}, {"any": negated}),
        ({"not": {"any": parts}}, {"all": negated}),
        ({"not": {"not": parts[0]}}, parts[0]),
        (
            {"not": {"at_least_of": {"n": 1, "parts": parts}}},
            {"at_least_of": {"n": len(parts), "parts": negated}},
        ),
    ]
    ruleset = deepcopy(ruleset)
    ruleset["guidelines"][0]["criteria"] = [
        {"id": f"{side}{n}", "cite": "t", "requires": "t", "met_when": condition}
        for n, pair in enumerate(pairs)
        for side, condition in zip("ab", pair, strict=True)
    ]
    evaluation = engine_of(ruleset).evaluate(known(engine_of(ruleset), found))
    assume(evaluation.candidates)
    given_ = {c.rule.id: c.status for c in evaluation.candidates[0].criteria}
    for n in range(len(pairs)):
        assert given_[f"a{n}"] is given_[f"b{n}"]


@settings(max_examples=so_many(60))
@given(rulesets(), facts())
def test_the_trace_follows_from_the_parts_and_the_firings_name_what_was_concluded(ruleset, found):
    engine = engine_of(ruleset)
    evaluation = engine.evaluate(known(engine, found))
    for candidate in evaluation.candidates:
        concluded_ = {firing.concludes for firing in candidate.firings}
        for criterion in candidate.criteria:
            if criterion.met.truth.value != "undetermined":
                assert f"{criterion.rule.id} met is {criterion.met.truth.value}" in concluded_
            else:
                assert not {f"{criterion.rule.id} met is {t}" for t in ("true", "false")} & concluded_
        assert f"finding is {candidate.finding.value}" in concluded_


def test_a_case_of_everything_unknown_is_never_met_or_refused_by_silence(ruleset):
    engine = Engine(ruleset, presume=False)
    for edition in ruleset.editions:
        facts_ = {**engine.known_facts({}), ruleset.roles.treatment: stated(Choice(frozenset({min(edition.covers)})))}
        facts_[ruleset.roles.request_date] = stated(point_span(edition.in_force.low))
        facts_[ruleset.roles.service_date] = facts_[ruleset.roles.request_date]
        evaluation = engine.evaluate(facts_)
        assert evaluation.finding in {*OPEN, Finding.NOT_COVERED}
        for candidate in evaluation.candidates:
            assert {c.status for c in candidate.criteria} <= {Status.UNDETERMINED, Status.NOT_APPLICABLE}


def of_first_treatment(engine, found):
    """What is known, with the treatment settled so that the edition is one of those drawn."""
    facts_ = known(engine, found)
    facts_[engine.ruleset.roles.treatment] = stated(Choice(frozenset({"one"})))
    return facts_


def follow(engine, facts_):
    """Let the facts that others stand in for be those others again, and what follows from others follow."""
    for name, entry in FACTS.items():
        if entry.get("falls_back_to") and facts_[name].stands_in:
            facts_[name] = facts_[entry["falls_back_to"]]._replace(stands_in=entry["falls_back_to"])
    facts_.update(inferred_facts(facts_, engine.ruleset))


def statuses(evaluation):
    return {
        r.rule.id: r.status.value
        for candidate in evaluation.candidates
        for r in (*candidate.criteria, *candidate.limits)
    }


def stated(values):
    return Known(values, Because.STATED, is_narrowed=True)


@st.composite
def narrowed(draw, kind_, of_fact):
    """A part of what the fact may be, or all of it."""
    values = of_fact.values
    if draw(st.booleans()):
        return of_fact
    match values:
        case Choice(possible):
            kept = draw(st.sets(st.sampled_from(sorted(possible, key=str)), min_size=1))
            return Known(Choice(frozenset(kept)), Because.STATED, stands_in=of_fact.stands_in, is_narrowed=True)
        case Selection(certain, possible):
            sure = certain | draw(st.sets(st.sampled_from(sorted(possible)))) if possible else certain
            kept = sure | draw(st.sets(st.sampled_from(sorted(possible)))) if possible else sure
            return Known(Selection(frozenset(sure), frozenset(kept)), Because.STATED, is_narrowed=True)
        case Span():
            low = draw(st.integers(*ends(kind_, values)))
            high = draw(st.integers(low, ends(kind_, values)[1]))
            return Known(Span(low, high), Because.STATED, stands_in=of_fact.stands_in, is_narrowed=True)
        case Stretch(calendar, span):
            low = draw(st.integers(*ends(kind_, span)))
            high = draw(st.integers(low, ends(kind_, span)[1]))
            return Known(Stretch(calendar, Span(low, high)), Because.STATED, is_narrowed=True)


@st.composite
def completed(draw, kind_, of_fact):
    """One value that the fact may have."""
    match of_fact.values:
        case Choice(possible):
            return stated(Choice(frozenset({draw(st.sampled_from(sorted(possible, key=str)))})))
        case Selection(certain, possible):
            chosen = frozenset(certain | (draw(st.sets(st.sampled_from(sorted(possible)))) if possible else set()))
            return stated(Selection(chosen, chosen))
        case Span() as span:
            value = point_span(draw(st.integers(*ends(kind_, span))))
            return Known(value, Because.STATED, stands_in=of_fact.stands_in, is_narrowed=True)
        case Stretch(calendar, span):
            return stated(Stretch(calendar, point_span(draw(st.integers(*ends(kind_, span))))))


def kind(engine, name):
    return engine.ruleset.facts[name].kind


def ends(kind_, span):
    low, high = (733_000, 735_000) if kind_ is Kind.DATE else (0, 70) if kind_ is Kind.PERIOD else (-10, 20)
    low = span.low if span.low is not None else low
    return low, span.high if span.high is not None else max(low, high)
