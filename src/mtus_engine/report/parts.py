"""Criteria, limits, conditions, facts and steps of the trace of a determination in their JSON form."""

from typing import Literal, assert_never

from mtus_engine.compiler.definitions import inputs_of
from mtus_engine.engine.annotate import annotated_condition
from mtus_engine.model.condition import AllOf, AnyOf, AtLeastOf, Condition, Leaf, Not, fact_names
from mtus_engine.model.determination import CriterionResult, LimitResult, LimitStatus
from mtus_engine.model.fact import Fact, Known, Statement
from mtus_engine.model.formula import ByCondition, Formula
from mtus_engine.model.memo import ByIdentity
from mtus_engine.model.reasons import ReasonRole
from mtus_engine.model.ruleset import Edition
from mtus_engine.model.trace import Branch, Firing
from mtus_engine.model.values import Span
from mtus_engine.report.lexicon import Lexicon
from mtus_engine.report.marks import (
    counting_marks,
    inherited_marks,
    is_lifted,
    lifting_marks,
    own_marks,
    printed_figures,
)
from mtus_engine.report.outline import (
    CriterionOutline,
    FactOutline,
    FiringOutline,
    LimitOutline,
    NodeKind,
    NodeOutline,
    RangeOutline,
    StatementOutline,
)
from mtus_engine.report.reasons import leaf_reason
from mtus_engine.wording.reasons import reason_words
from mtus_engine.wording.values import counted_units, day_words, figure_words, known_words, values_words


def criterion_outline(
    result: CriterionResult, edition: Edition, words: Lexicon, *, chain: bool = True
) -> CriterionOutline:
    """Return a criterion of an edition in its JSON form."""
    rule = result.rule
    names = [*fact_names(rule.met_when), *(fact_names(rule.applies_when) if rule.applies_when else ())]
    return {
        "id": rule.id,
        "pack": rule.pack,
        "requires": rule.requires,
        "status": result.status.value,
        "because": result.because.value,
        "looked_for": result.looked_for,
        "presumed": result.is_presumed,
        "lifted": is_lifted(rule, words),
        "advisory": rule.advisory,
        "cite": rule.cite,
        "verified": rule.mark.verified,
        "reading": "text" if rule.mark.reading == "text" else "interpretation",
        "seen_in": list(rule.mark.seen_in),
        "marks": own_marks(rule, edition) + lifting_marks(rule, words) + inherited_marks(names, words),
        "conditions": _conditions(result.met, words, chain=chain),
        "applies": None if result.applies is None else _conditions(result.applies, words, chain=chain),
        "facts": words.with_inputs(names),
    }


def limit_outline(result: LimitResult, edition: Edition, words: Lexicon, *, chain: bool = True) -> LimitOutline:
    """Return a limit of an edition in its JSON form."""
    rule = result.rule
    applies = result.status is not LimitStatus.NOT_APPLICABLE
    names = rule.figures
    read = [*names, *(fact_names(rule.active) if rule.active else ())]
    return {
        "id": rule.id,
        "pack": rule.pack,
        "allows": rule.allows,
        "status": result.status.value,
        "because": result.because.value,
        "looked_for": result.looked_for,
        "presumed": result.is_presumed,
        "lifted": is_lifted(rule, words),
        "cite": rule.cite,
        "verified": rule.mark.verified,
        "reading": "text" if rule.mark.reading == "text" else "interpretation",
        "seen_in": list(rule.mark.seen_in),
        "marks": own_marks(rule, edition)
        + lifting_marks(rule, words)
        + (counting_marks(rule, words) + inherited_marks(read, words) if applies else []),
        "cap": cap_words(rule.cap, rule.unit, words),
        "unit": rule.unit,
        "requested": range_of(result.requested),
        "supported": range_of(result.left) if applies else {"at_least": None, "at_most": None},
        "applies": None if result.active is None else _conditions(result.active, words, chain=chain),
        "counted": [name for name in names if " " not in name],
        "facts": words.with_inputs(read),
    }


def cap_words(cap: str | int, unit: str | None, words: Lexicon) -> str:
    """Return a limit's cap in words: its number, or the value of the fact that it names."""
    if isinstance(cap, int):
        return counted_units(cap, unit)
    known = words.known[cap]
    values = known.values
    said = figure_words(values, unit) if isinstance(values, Span) else values_words(words.facts[cap], values)
    printed = printed_figures(cap, words)
    return f"{said} (printed as {' or '.join(printed)})" if printed else said


def _conditions(branch: Branch, words: Lexicon, *, chain: bool) -> NodeOutline:
    """Return a condition with every part where chain is set, otherwise without parts and words."""
    if chain:
        return node_outline(branch, words)
    return {"kind": _kind(branch.condition), "truth": branch.truth.value, "presumed": branch.is_presumed, "words": ""}


def node_outline(
    branch: Branch, words: Lexicon, *, is_negated: bool = False, only_deciding: bool = False
) -> NodeOutline:
    """Return a condition with the truth of its parts; tests under a negation are worded as not wanted.

    With only_deciding, the parts of a condition and of definitions in it are those that make it what it is: of "all of
    these" that is false, the false ones.
    """
    condition = branch.condition
    below = is_negated is not isinstance(condition, Not)
    shown = [
        part for part in branch.parts if not only_deciding or isinstance(condition, Not) or part.truth is branch.truth
    ]
    parts = [node_outline(part, words, is_negated=below, only_deciding=only_deciding) for part in shown]
    node: NodeOutline = {
        "kind": _kind(condition),
        "truth": branch.truth.value,
        "presumed": branch.is_presumed,
        "words": _node_words(branch, words, is_negated=is_negated),
    }
    match condition:
        case Leaf(fact):
            node["fact"] = fact
            formula = words.formulas.get(fact)
            if isinstance(formula, ByCondition):
                defined = annotated_condition(formula.condition, words.known)
                node["definition"] = node_outline(defined, words, only_deciding=only_deciding)
        case AtLeastOf(n):
            node["parts"], node["n"] = parts, n
        case AllOf() | AnyOf() | Not():
            node["parts"] = parts
        case _:
            assert_never(condition)
    return node


def _kind(condition: Condition) -> NodeKind:
    match condition:
        case Leaf():
            return "test"
        case AllOf():
            return "all"
        case AnyOf():
            return "any"
        case AtLeastOf():
            return "at_least_of"
        case Not():
            return "not"
        case _:
            assert_never(condition)


def _node_words(branch: Branch, words: Lexicon, *, is_negated: bool) -> str:
    condition = branch.condition
    match condition:
        case Leaf():
            return reason_words(leaf_reason(condition, branch, words, ReasonRole.MET, wanted=not is_negated))
        case AllOf():
            return "all of these"
        case AnyOf():
            return "at least one of these"
        case AtLeastOf(n):
            return f"at least {n} of these"
        case Not():
            return "not this"
        case _:
            assert_never(condition)


def fact_outline(name: str, words: Lexicon) -> FactOutline:
    """Return what is known of a fact, with the statements behind it."""
    fact, known = words.facts[name], words.known[name]
    formula = words.formulas.get(name)
    if known.statements or formula is not None:
        return _fact_outline(fact, known, formula)
    # Of what no source mentions the same is known in case after case.
    return _UNMENTIONED.of(fact, known, None)


def _fact_outline(fact: Fact, known: Known, formula: Formula | None) -> FactOutline:
    return {
        "label": fact.label,
        "value": known_words(fact, known),
        "because": known.because.value,
        "looked_for": known.looked_for,
        "origin": "derived" if formula is not None and known.is_narrowed else _origin(known),
        "stands_in": known.stands_in,
        "from_facts": list(inputs_of(formula)) if formula is not None else [],
        "question": fact.question,
        "statements": [_statement(fact, statement) for statement in known.statements],
    }


_UNMENTIONED = ByIdentity(_fact_outline)


def firing_outline(firing: Firing) -> FiringOutline:
    """Return a step of the trace in its JSON form."""
    return _STEPS.of(firing)


def _step(firing: Firing) -> FiringOutline:
    return {"rule": firing.rule, "facts": list(firing.facts), "concludes": firing.concludes}


_STEPS = ByIdentity(_step)


def range_of(span: Span) -> RangeOutline:
    """Return a span in its JSON form."""
    return {"at_least": span.low, "at_most": span.high}


def _origin(known: Known) -> Literal["stated", "presumed", "not_documented"]:
    if known.is_presumed:
        return "presumed"
    return "stated" if known.is_narrowed else "not_documented"


def _statement(fact: Fact, statement: Statement) -> StatementOutline:
    return {
        "value": "looked for and not found" if statement.values is None else values_words(fact, statement.values),
        "at": statement.at,
        "by": statement.by,
        "origin": statement.origin.value,
        "hedged": statement.hedged,
        "confidence": statement.confidence,
        "to_confirm": None if statement.to_confirm is None else values_words(fact, statement.to_confirm),
        "dated": None if statement.on is None else day_words(statement.on),
        "id": statement.id,
        "replaces": statement.replaces,
        "surgery": statement.surgery,
        "note": statement.note,
    }
