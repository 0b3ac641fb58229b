"""Builds the JSON form of a determination: plain values in a fixed order, the same bytes for the same case."""

from collections import ChainMap
from collections.abc import Mapping, Sequence

from mtus_engine import __version__
from mtus_engine.explain.grounds import ground_comparison as compared
from mtus_engine.model.casefile import Ground, Reviewer
from mtus_engine.model.checked import Checked, ItemsTogether
from mtus_engine.model.comparable import Comparable
from mtus_engine.model.condition import fact_names
from mtus_engine.model.determination import Candidate, Evaluation, Finding, Passed, Units
from mtus_engine.model.explanation import Explanation, Settling
from mtus_engine.model.fact import Fact
from mtus_engine.model.prediction import Prediction
from mtus_engine.model.values import Choice
from mtus_engine.report.law_outlines import law_outline, route_outlines, without_rules
from mtus_engine.report.ledger import ledger_facts
from mtus_engine.report.lexicon import Lexicon, candidate_lexicon, lexicon
from mtus_engine.report.marks import inherited_marks
from mtus_engine.report.notice_outlines import notice_outlines, why_not_covered
from mtus_engine.report.outline import (
    SCHEMA_VERSION,
    CandidateOutline,
    ComparableOutline,
    FiringOutline,
    ItemOutline,
    ObjectionOutline,
    PassedOutline,
    PredictionOutline,
    QuestionOutline,
    SettlingOutline,
    UnitsOutline,
)
from mtus_engine.report.outline_of_reviewer import GroundOutline, ReviewerOutline
from mtus_engine.report.parts import (
    criterion_outline,
    fact_outline,
    firing_outline,
    limit_outline,
    node_outline,
    range_of,
)
from mtus_engine.report.reasons import deciding_facts, governing_reasons
from mtus_engine.report.rule_gaps import rule_gaps
from mtus_engine.wording.comparable import comparable_words
from mtus_engine.wording.governing import passed_words
from mtus_engine.wording.notices import numbers_of_items
from mtus_engine.wording.settlings import settling_words
from mtus_engine.wording.statuses import finding_line
from mtus_engine.wording.values import counted_units, day_words


def item_outline(checked: Checked, *, chain: bool = True) -> ItemOutline:
    """Return one item in its JSON form; without chain, conditions have no parts and the trace has no steps.

    What comes again is the same object in several answers: whoever changes one copies it first.
    """
    determination, evaluation = checked.determination, checked.determination.evaluation
    explanation = checked.explanation
    first = evaluation.candidates[0] if evaluation.candidates else None
    governing = evaluation.governing
    words = None if first is None else candidate_lexicon(first)
    facts: Mapping[str, Fact] = ChainMap(
        *(dict(c.edition.facts) for c in evaluation.candidates), dict(checked.ruleset_facts)
    )
    return {
        "schema_version": SCHEMA_VERSION,
        "engine_version": __version__,
        "case": determination.case,
        "item": determination.item,
        "asked": checked.item.asked,
        "treatment": _treatment(checked),
        "treatment_fact": checked.roles.treatment,
        "jurisdiction": law_outline(determination.law),
        "guideline": governing.edition.guideline if governing else None,
        "edition": governing.edition.edition if governing else None,
        "pack": governing.edition.pack if governing else None,
        "title": governing.edition.title if governing else None,
        "regulation": _regulation(governing),
        "note": governing.edition.note if governing else None,
        "edition_date": day_words(evaluation.edition_date),
        "ruleset_digest": determination.ruleset_digest,
        "finding": evaluation.finding.value,
        "finding_words": _headline(checked),
        "why_not_covered": why_not_covered(evaluation),
        "units": _units(evaluation.units),
        "ledger": ledger_facts(checked, first),
        "prediction": _prediction(determination.prediction),
        "comparable": _comparable_outline(checked.comparable),
        "criteria": [criterion_outline(c, first.edition, words, chain=chain) for c in first.criteria]
        if first and words
        else [],
        "limits": [limit_outline(limit, first.edition, words, chain=chain) for limit in first.limits]
        if first and words
        else [],
        "routes": [route for candidate in evaluation.candidates for route in route_outlines(candidate)],
        "notices": notice_outlines(checked),
        "missing": [[_settling_outline(s, facts) for s in one.settlings] for one in explanation.missing],
        "more_missing": explanation.more_missing,
        "questions": _questions(explanation),
        "against": _against(explanation, facts),
        "rests_on": list(explanation.rests_on),
        "text_only": {
            "finding": determination.text_only.value,
            "differs": determination.text_only is not evaluation.finding,
        },
        "passed": [_passed_outline(passed, chain=chain) for passed in evaluation.passed],
        "candidates": [_candidate(candidate, chain=chain) for candidate in evaluation.candidates]
        if governing is None
        else [],
        "unsettled": list(evaluation.unsettled),
        "open_by_rules": rule_gaps(evaluation),
        "facts": {name: fact_outline(name, among) for name, among in _facts(checked, evaluation)},
        "firings": _firings(evaluation) if chain else [],
        "reviewer": None
        if checked.item.reviewer is None
        else _reviewer(first, determination.prediction, checked.item.reviewer),
    }


def _firings(evaluation: Evaluation) -> list[FiringOutline]:
    fired = (*evaluation.firings, *(firing for candidate in evaluation.candidates for firing in candidate.firings))
    return list(map(firing_outline, fired))


def _treatment(checked: Checked) -> str | None:
    values = checked.determination.evaluation.known[checked.roles.treatment].values
    if not isinstance(values, Choice) or len(values.possible) != 1:
        return None
    return str(next(iter(values.possible)))


def _regulation(governing: Candidate | None) -> str | None:
    if governing is None:
        return None
    edition = governing.edition
    pages = f", p. {edition.pages}" if edition.pages else ""
    return f"{edition.instrument}, {edition.regulation}{pages}"


def _units(units: Units | None) -> UnitsOutline | None:
    if units is None:
        return None
    return {
        "requested": range_of(units.requested),
        "disputed": range_of(units.disputed),
        "supported": range_of(units.supported),
    }


def _headline(checked: Checked) -> str:
    """Return the finding in words and, where several items share a limit that is too small, what is left for them."""
    evaluation = checked.determination.evaluation
    line = finding_line(evaluation.finding, evaluation.units)
    if evaluation.finding is Finding.NOT_COVERED and (why := without_rules(checked)) is not None:
        line += f": {why}"
    least: dict[tuple[str, ...], ItemsTogether] = {}
    for one in checked.together:
        tightest = least.setdefault(one.items, one)
        if one.left < tightest.left:
            least[one.items] = one
    for one in least.values():
        others = [item for item in one.items if item != checked.item.item]
        named = f"item{'' if len(others) == 1 else 's'} {numbers_of_items(others)}"
        line += f"; together with {named} no more than {counted_units(one.left, one.limit.unit)}"
    return line


def _prediction(prediction: Prediction | None) -> PredictionOutline | None:
    if prediction is None:
        return None
    return {
        "setting": "ur" if prediction.setting == "ur" else "imr",
        "outcome": prediction.outcome,
        "in_part": prediction.in_part,
        "says": prediction.says,
        "firmness": prediction.firmness,
    }


def _comparable_outline(found: Comparable | None) -> ComparableOutline | None:
    if found is None:
        return None
    return {
        "decisions": found.decisions,
        "overturned": found.overturned,
        "low": round(found.low, 4),
        "high": round(found.high, 4),
        "pooled_over": list(found.pooled),
        "says": comparable_words(found),
    }


def _settling_outline(settling: Settling, facts: Mapping[str, Fact]) -> SettlingOutline:
    return {"fact": settling.fact, "words": settling_words(facts[settling.fact], settling)}


def _questions(explanation: Explanation) -> list[QuestionOutline]:
    return [
        {
            "fact": question.fact,
            "question": question.question,
            "waits": list(question.waits),
            "looked_for": question.looked_for,
            "optional": question.is_optional,
        }
        for question in explanation.questions
    ]


def _against(explanation: Explanation, facts: Mapping[str, Fact]) -> list[ObjectionOutline]:
    return [
        {
            "id": o.id,
            "kind": "limit" if o.is_limit else "criterion",
            "cure": [_settling_outline(s, facts) for s in o.cure],
        }
        for o in explanation.against
    ]


def _passed_outline(passed: Passed, *, chain: bool) -> PassedOutline:
    words = lexicon(passed.edition.facts, passed.known, passed.edition.derived)
    branch = passed.governs_because
    conditions = node_outline(branch, words, only_deciding=True) if chain and branch is not None else None
    decisive = () if branch is None else deciding_facts(governing_reasons(branch, words))
    return {
        "guideline": passed.edition.guideline,
        "edition": passed.edition.edition,
        "title": passed.edition.title,
        "in_force": passed.is_in_force,
        "why": passed_words(passed.why),
        "marks": inherited_marks(decisive, words),
        "conditions": conditions,
    }


def _candidate(candidate: Candidate, *, chain: bool) -> CandidateOutline:
    words, edition = candidate_lexicon(candidate), candidate.edition
    return {
        "guideline": edition.guideline,
        "title": edition.title,
        "edition": edition.edition,
        "pack": edition.pack,
        "governs": candidate.governs.value,
        "finding": candidate.finding.value,
        "criteria": [criterion_outline(c, edition, words, chain=chain) for c in candidate.criteria],
        "limits": [limit_outline(limit, edition, words, chain=chain) for limit in candidate.limits],
    }


def _facts(checked: Checked, evaluation: Evaluation) -> list[tuple[str, Lexicon]]:
    """Return the facts that the case states or an edition reads, with their lexicons, in the vocabulary's order."""
    found: dict[str, Lexicon] = {}
    for candidate in evaluation.candidates:
        words = candidate_lexicon(candidate)
        rules = [c.rule for c in candidate.criteria]
        read = [name for rule in rules for name in fact_names(rule.met_when)]
        read += [name for rule in rules if rule.applies_when for name in fact_names(rule.applies_when)]
        for limit in candidate.limits:
            read += [*limit.rule.figures, *(fact_names(limit.rule.active) if limit.rule.active else ())]
        found.update({name: words for name in words.with_inputs(read) if name not in found})
    for passed in (p for p in evaluation.passed if p.edition.governs is not None and p.governs_because is not None):
        words = lexicon(passed.edition.facts, passed.known, passed.edition.derived)
        for name in words.with_inputs(fact_names(passed.edition.governs) if passed.edition.governs else ()):
            found.setdefault(name, words)
    beside = Lexicon(checked.ruleset_facts, evaluation.known, {}, {})
    roles = checked.roles
    for name in (
        roles.treatment,
        roles.request_date,
        roles.service_date,
        *checked.item.statements,
        *evaluation.unsettled,
    ):
        if name in beside.known and name in beside.facts:
            found.setdefault(name, beside)
    return sorted(found.items(), key=lambda entry: (entry[1].facts[entry[0]].order, entry[0]))


def _reviewer(candidate: Candidate | None, prediction: Prediction | None, reviewer: Reviewer) -> ReviewerOutline:
    comparison = compared(candidate, prediction, reviewer)
    cited = [f"{g.instrument}{', p. ' + g.pages if g.pages else ''}" for g in reviewer.guidelines]
    return {
        "outcome": reviewer.outcome,
        "same_outcome": comparison.same_outcome,
        "guidelines": cited,
        "grounds": _grounds(reviewer.grounds),
        "shared": list(comparison.shared),
        "engine_only": list(comparison.engine_only),
        "reviewer_only": _grounds(comparison.reviewer_only),
        "contradicted": list(comparison.contradicted),
    }


def _grounds(grounds: Sequence[Ground]) -> list[GroundOutline]:
    return [{"criterion": g.criterion, "finding": g.finding, "other": g.other, "at": g.at} for g in grounds]
