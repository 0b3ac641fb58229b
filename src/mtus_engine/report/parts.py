"""Criteria, limits, conditions and facts of a determination in their JSON form."""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from mtus_engine.compiler.definitions import inputs_of
from mtus_engine.engine.annotate import annotated
from mtus_engine.explain.words import comparison, counted, day_words, figure_words, known_words, values_words
from mtus_engine.model.condition import AllOf, AnyOf, AtLeastOf, Leaf, Not, fact_names
from mtus_engine.model.determination import Candidate, CriterionResult, LimitResult, LimitStatus
from mtus_engine.model.fact import Fact, Known, Statement
from mtus_engine.model.ruleset import TEXT, ByCondition, Derived, ExceptionRule, Formula, Looked, Mark, RowRule
from mtus_engine.model.trace import Branch
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import Span
from mtus_engine.report.outline import (
    CriterionOutline,
    FactOutline,
    LimitOutline,
    NodeOutline,
    Range,
    StatementOutline,
)


class Lexicon(NamedTuple):
    """The facts of one candidate: what they are, what is known of them, and how they are computed."""

    facts: Mapping[str, Fact]
    known: Mapping[str, Known]
    formulas: Mapping[str, Formula]
    marks: Mapping[str, Mark]

    def with_inputs(self, names: Iterable[str]) -> list[str]:
        """Return the named facts and all that they are computed from, each once."""
        found: dict[str, None] = {}
        pending = list(names)
        while pending:
            name = pending.pop(0)
            if name in found or name not in self.known:
                continue
            found[name] = None
            if name in self.formulas:
                pending.extend(inputs_of(self.formulas[name]))
            elif self.known[name].stands_in is not None:
                pending.append(str(self.known[name].stands_in))
        return [name for name in found if " " not in name]


def lexicon(facts: Mapping[str, Fact], known: Mapping[str, Known], derived: Iterable[Derived]) -> Lexicon:
    """Return the lexicon of facts with the definitions that compute some of them."""
    entries = tuple(derived)
    formulas = {entry.fact.name: entry.formula for entry in entries}
    return Lexicon(facts, known, formulas, {entry.fact.name: entry.mark for entry in entries})


def inherited_marks(names: Iterable[str], words: Lexicon) -> list[str]:
    """Return the marks of the definitions and table rows that facts come from, with what each is about."""
    found = []
    for name in words.with_inputs(names):
        label = words.facts[name].label
        found += [f"{word}: {label}" for word in mark_words(words.marks.get(name, TEXT))]
        codes = [code for statement in words.known[name].statements for code in statement.unverified]
        found += [f"unverified: {label}, code {code}" for code in codes]
        for row in _possible_rows(name, words):
            found += [f"{word}: {label}, {row.id.partition(' ')[2]}" for word in mark_words(row.mark)]
    return list(dict.fromkeys(found))


def mark_words(mark: Mark) -> list[str]:
    """Return the words for a mark: none for verified text."""
    return ([] if mark.verified else ["unverified"]) + (["interpretation"] if mark.reading == "interpretation" else [])


def lifting_marks(exceptions: Iterable[ExceptionRule], words: Lexicon) -> list[str]:
    """Return the marks of the exceptions that lift a criterion or limit, or may, with what each is about."""
    found = [one for one in exceptions if annotated(one.when, words.known).truth is not Truth.FALSE]
    return [f"{word}: lifted where {one.says}" for one in found for word in mark_words(one.mark)]


def _possible_rows(name: str, words: Lexicon) -> list[RowRule]:
    """Return the rows of the table that a figure is, or may be, read from."""
    formula = words.formulas.get(name)
    if not isinstance(formula, Looked):
        return []
    rows = [row for row in formula.table.rows if formula.output in dict(row.figures)]
    return [r for r in rows if r.when is None or annotated(r.when, words.known).truth is not Truth.FALSE]


def _printed(name: str, words: Lexicon) -> list[str]:
    """Return the figures that a table prints as ranges, of the rows that a figure may be read from."""
    formula = words.formulas.get(name)
    if not isinstance(formula, Looked):
        return []
    figures = [dict(row.figures)[formula.output].words for row in _possible_rows(name, words)]
    return [figure for figure in dict.fromkeys(figures) if " to " in figure]


def candidate_lexicon(candidate: Candidate) -> Lexicon:
    """Return the lexicon of one candidate."""
    return lexicon(candidate.edition.facts, candidate.known, candidate.edition.derived)


def criterion_outline(result: CriterionResult, words: Lexicon) -> CriterionOutline:
    """Return a criterion in its JSON form."""
    rule = result.rule
    names = [*fact_names(rule.met_when), *(fact_names(rule.applies_when) if rule.applies_when else ())]
    return {
        "id": rule.id,
        "requires": rule.requires,
        "status": result.status.value,
        "because": result.because.value,
        "looked_for": result.looked_for,
        "presumed": result.is_presumed,
        "advisory": rule.advisory,
        "cite": rule.cite,
        "verified": rule.mark.verified,
        "reading": "text" if rule.mark.reading == "text" else "interpretation",
        "seen_in": list(rule.mark.seen_in),
        "marks": mark_words(rule.mark) + lifting_marks(rule.exceptions, words) + inherited_marks(names, words),
        "conditions": node_outline(result.met, words),
        "applies": None if result.applies is None else node_outline(result.applies, words),
        "facts": words.with_inputs(names),
    }


def limit_outline(result: LimitResult, words: Lexicon) -> LimitOutline:
    """Return a limit in its JSON form."""
    rule = result.rule
    applies = result.status is not LimitStatus.NOT_APPLICABLE
    names = [rule.of, *rule.counting, *([rule.cap] if isinstance(rule.cap, str) else [])]
    read = [*names, *(fact_names(rule.active) if rule.active else ())]
    return {
        "id": rule.id,
        "allows": rule.allows,
        "status": result.status.value,
        "because": result.because.value,
        "looked_for": result.looked_for,
        "presumed": result.is_presumed,
        "cite": rule.cite,
        "verified": rule.mark.verified,
        "reading": "text" if rule.mark.reading == "text" else "interpretation",
        "seen_in": list(rule.mark.seen_in),
        "marks": mark_words(rule.mark)
        + lifting_marks(rule.exceptions, words)
        + (inherited_marks(read, words) if applies else []),
        "cap": cap_words(rule.cap, rule.unit, words),
        "unit": rule.unit,
        "requested": range_of(result.requested),
        "supported": range_of(result.left) if applies else {"at_least": None, "at_most": None},
        "applies": None if result.active is None else node_outline(result.active, words),
        "counted": [name for name in names if " " not in name],
        "facts": words.with_inputs(read),
    }


def cap_words(cap: str | int, unit: str | None, words: Lexicon) -> str:
    """Return a limit's cap: its number, or what the table or product gives."""
    if isinstance(cap, int):
        return counted(cap, unit)
    known = words.known[cap]
    values = known.values
    said = figure_words(values, unit) if isinstance(values, Span) else values_words(words.facts[cap], values)
    printed = _printed(cap, words)
    return f"{said} (printed as {' or '.join(printed)})" if printed else said


def node_outline(branch: Branch, words: Lexicon) -> NodeOutline:
    """Return a condition with the truth of every part."""
    condition = branch.condition
    parts = [node_outline(part, words) for part in branch.parts]
    match condition:
        case Leaf():
            said = comparison(condition, words.facts, words.known, words.formulas, branch.truth)
            label = words.facts[condition.fact].label
            node: NodeOutline = {
                "kind": "test",
                "truth": branch.truth.value,
                "presumed": branch.is_presumed,
                "words": f"{label}: {said}",
                "fact": condition.fact,
            }
            formula = words.formulas.get(condition.fact)
            if isinstance(formula, ByCondition):
                node["definition"] = node_outline(annotated(formula.condition, words.known), words)
            return node
        case AllOf():
            return _joined("all", "all of these", branch, parts)
        case AnyOf():
            return _joined("any", "at least one of these", branch, parts)
        case AtLeastOf(n):
            node = _joined("at_least_of", f"at least {n} of these", branch, parts)
            node["n"] = n
            return node
        case Not():
            return _joined("not", "not this", branch, parts)


def _joined(kind: str, text: str, branch: Branch, parts: list[NodeOutline]) -> NodeOutline:
    match kind:
        case "all" | "any" | "at_least_of" | "not":
            return {
                "kind": kind,
                "truth": branch.truth.value,
                "presumed": branch.is_presumed,
                "words": text,
                "parts": parts,
            }
        case _:
            raise ValueError(kind)


def fact_outline(name: str, words: Lexicon) -> FactOutline:
    """Return what is known of a fact, with the statements behind it."""
    fact, known = words.facts[name], words.known[name]
    formula = words.formulas.get(name)
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


def range_of(span: Span) -> Range:
    """Return both ends of a span."""
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
        "dated": None if statement.on is None else day_words(statement.on),
        "id": statement.id,
        "replaces": statement.replaces,
        "note": statement.note,
    }
