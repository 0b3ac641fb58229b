"""The reasons behind a status: the tests that decided it, with the places of their facts."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import assert_never

from mtus_engine.engine.annotate import annotated_condition
from mtus_engine.model.condition import AllOf, AnyOf, AtLeastOf, Leaf, Not, Several, parts_needed
from mtus_engine.model.determination import CriterionResult, LimitResult, LimitStatus, Status
from mtus_engine.model.fact import Because, Known, Origin
from mtus_engine.model.formula import ByCondition
from mtus_engine.model.reasons import Alternatives, Counted, OpenTable, Reason, Reasoning, ReasonRole, SeenAt, Together
from mtus_engine.model.ruleset import CriterionRule, LimitRule
from mtus_engine.model.trace import Branch
from mtus_engine.model.truth import Truth
from mtus_engine.report.distances import distance_past
from mtus_engine.report.lexicon import Lexicon
from mtus_engine.report.open_tables import open_table

Reasonings = tuple[Reasoning, ...]

# Of a definition with more tests than a person reads through, the fact itself is told, and what it was made of.
MOST_TESTS_TOLD = 6


def criterion_reasons(result: CriterionResult, words: Lexicon) -> Reasonings:
    """Return the tests that decide a criterion: why it does not apply, or why it is met, not met or open."""
    match result.status:
        case Status.NOT_APPLICABLE:
            return tuple(_why_lifted(result.rule, words, Truth.FALSE, Truth.TRUE))
        case Status.UNDETERMINED:
            applies = result.applies
            is_open = applies is not None and applies.truth is Truth.UNDETERMINED
            before = _why_lifted(result.rule, words, Truth.UNDETERMINED, Truth.UNDETERMINED) if is_open else ()
            return _distinct_reasons([*before, *_deciding_reasons(result.met, words)])
        case Status.MET | Status.NOT_MET:
            return _distinct_reasons(_deciding_reasons(result.met, words))
        case _:
            assert_never(result.status)


def limit_reasons(result: LimitResult, words: Lexicon) -> Reasonings:
    """Return what a limit counted, fact by fact, and what may lift it; or why the limit does not apply."""
    if result.status is LimitStatus.NOT_APPLICABLE:
        return tuple(_why_lifted(result.rule, words, Truth.FALSE, Truth.TRUE))
    names = (name for name in result.rule.figures if name in words.known and " " not in name)
    counted = [
        open_table(name, words) or Counted(words.facts[name], words.known[name], _places(name, words)) for name in names
    ]
    is_open = result.active is not None and result.active.truth is Truth.UNDETERMINED
    lifting = _why_lifted(result.rule, words, Truth.UNDETERMINED, Truth.UNDETERMINED) if is_open else ()
    return _distinct_reasons([*counted, *lifting])


def governing_reasons(branch: Branch, words: Lexicon) -> Reasonings:
    """Return the tests that decide whether an edition governs."""
    return _deciding_reasons(branch, words)


def open_tables(reasonings: Iterable[Reasoning]) -> Iterator[OpenTable]:
    """Yield the tables among the reasons that leave a figure open."""
    for one in reasonings:
        match one:
            case OpenTable():
                yield one
            case Reason() | Counted():
                pass
            case Alternatives(_, options):
                yield from open_tables(chain.from_iterable(options))
            case Together(_, reasons):
                yield from open_tables(reasons)
            case _:
                assert_never(one)


def is_beyond_doubt(reasonings: Iterable[Reasoning]) -> bool:
    """Return whether all reasons rest on stated facts: none presumed, hedged, read by a program, or open."""
    for one in reasonings:
        match one:
            case Reason() | Counted():
                doubtful = any(place.hedged or place.origin is not Origin.STATED for place in one.places)
                if one.known.is_presumed or doubtful or one.known.because is not Because.STATED:
                    return False
            case OpenTable() | Alternatives():
                return False
            case Together(_, reasons):
                if not is_beyond_doubt(reasons):
                    return False
            case _:
                assert_never(one)
    return True


def deciding_facts(reasonings: Iterable[Reasoning]) -> Iterator[str]:
    """Yield the names of the facts that the reasons are about."""
    for one in reasonings:
        match one:
            case Reason() | Counted() | OpenTable():
                yield one.fact.name
            case Alternatives(_, options):
                yield from deciding_facts(chain.from_iterable(options))
            case Together(_, reasons):
                yield from deciding_facts(reasons)
            case _:
                assert_never(one)


def waits_for_a_person(reasonings: Iterable[Reasoning]) -> bool:
    """Return whether some reason is open for what a program read in doubt, until a person confirms it."""
    for one in reasonings:
        match one:
            case Reason() | Counted():
                if any(said.to_confirm is not None for said in one.known.statements):
                    return True
            case OpenTable():
                pass
            case Alternatives(_, options):
                if waits_for_a_person(chain.from_iterable(options)):
                    return True
            case Together(_, reasons):
                if waits_for_a_person(reasons):
                    return True
            case _:
                assert_never(one)
    return False


def _why_lifted(rule: CriterionRule | LimitRule, words: Lexicon, base: Truth, exception: Truth) -> Iterator[Reasoning]:
    """Yield why a rule does not, or may not, apply: its condition if its truth is base, and exceptions likewise."""
    applies, lifted = (
        (ReasonRole.LIMIT_APPLIES, ReasonRole.LIMIT_LIFTED)
        if isinstance(rule, LimitRule)
        else (ReasonRole.CRITERION_APPLIES, ReasonRole.CRITERION_LIFTED)
    )
    own = None if rule.base is None else annotated_condition(rule.base, words.known)
    if own is not None and own.truth is base:
        yield from _reasons_together(own, words, applies)
        if base is Truth.FALSE:
            return
    for one in rule.exceptions:
        branch = annotated_condition(one.when, words.known)
        if branch.truth is exception:
            yield from _reasons_together(branch, words, lifted)


def _reasons_together(branch: Branch, words: Lexicon, role: ReasonRole) -> Reasonings:
    """Return the reasons that decide a condition; several of them are joined in one Together."""
    alone = _deciding_reasons(branch, words, role)
    if len(alone) == 1:
        return alone
    return (Together(role, _distinct_reasons(_deciding_reasons(branch, words)), branch.truth is Truth.TRUE),)


def _distinct_reasons(reasonings: Iterable[Reasoning]) -> Reasonings:
    return tuple(dict.fromkeys(reasonings))


def _deciding_reasons(
    branch: Branch, words: Lexicon, role: ReasonRole = ReasonRole.MET, *, wanted: bool = True
) -> Reasonings:
    """Return the reasons for a condition's truth: failed tests if it is false, open tests if it is undetermined."""
    condition = branch.condition
    match condition:
        case Leaf():
            return _of_leaf(condition, branch, words, role, wanted=wanted)
        case Not():
            return _deciding_reasons(branch.parts[0], words, role, wanted=not wanted)
        case AllOf() | AnyOf() | AtLeastOf():
            return _of_several(condition, branch, words, role, wanted=wanted)
        case _:
            assert_never(condition)


def _of_several(condition: Several, branch: Branch, words: Lexicon, role: ReasonRole, *, wanted: bool) -> Reasonings:
    want = Truth.TRUE if wanted else Truth.FALSE
    alike = [part for part in branch.parts if part.truth is branch.truth] or list(branch.parts)
    options = [_deciding_reasons(part, words, role, wanted=wanted) for part in alike]
    settled = sum(part.truth is want for part in branch.parts)
    needed = parts_needed(condition, want) - settled
    if branch.truth is want or needed >= len(options):
        return tuple(chain.from_iterable(options))
    return (Alternatives(max(1, needed), tuple(options)),)


def _of_leaf(leaf: Leaf, branch: Branch, words: Lexicon, role: ReasonRole, *, wanted: bool) -> Reasonings:
    known = words.known[leaf.fact]
    formula = words.formulas.get(leaf.fact)
    if isinstance(formula, ByCondition):
        definition = annotated_condition(formula.condition, words.known)
        # An open fact that a source mentions is shown itself; otherwise the tests of its definition are shown.
        is_own = branch.truth is Truth.UNDETERMINED and not _is_unmentioned(known)
        if definition.truth is branch.truth and not is_own:
            told = _deciding_reasons(definition, words, role, wanted=wanted)
            return told if _number_of_tests(told) <= MOST_TESTS_TOLD else _in_short(leaf, branch, told, words, role)
    tables = (open_table(name, words) for name in (leaf.fact, *words.with_inputs(words.inputs(leaf.fact))))
    silent = tuple(one for one in tables if one is not None) if branch.truth is Truth.UNDETERMINED else ()
    return silent or (leaf_reason(leaf, branch, words, role, wanted=wanted),)


def _number_of_tests(reasonings: Iterable[Reasoning]) -> int:
    return sum(1 for _ in deciding_facts(reasonings))


def _in_short(leaf: Leaf, branch: Branch, told: Reasonings, words: Lexicon, role: ReasonRole) -> Reasonings:
    """Return a defined fact itself and what is known of the facts behind it, for tests that are too many to read."""
    own = leaf_reason(leaf, branch, words, role, wanted=True)._replace(places=(), distance=None)
    behind = [
        Counted(words.facts[name], words.known[name], _places(name, words))
        for name in dict.fromkeys(deciding_facts(told))
    ]
    return (own, *behind)


def leaf_reason(leaf: Leaf, branch: Branch, words: Lexicon, role: ReasonRole, *, wanted: bool) -> Reason:
    """Return one test with what the record says of its fact; wanted tells whether the test should hold."""
    is_defined = isinstance(words.formulas.get(leaf.fact), ByCondition)
    is_open = branch.truth is Truth.UNDETERMINED and not is_defined
    return Reason(
        leaf.test,
        words.facts[leaf.fact],
        words.known[leaf.fact],
        role,
        wanted,
        branch.truth,
        branch.is_presumed,
        distance_past(leaf, words) if wanted and branch.truth is Truth.FALSE else None,
        _places(leaf.fact, words),
        tuple(dict.fromkeys(words.facts[name] for name in _undocumented_inputs(leaf.fact, words))) if is_open else (),
    )


def _is_unmentioned(known: Known) -> bool:
    return known.because is Because.NOT_DOCUMENTED and not known.is_narrowed and not known.looked_for


def _undocumented_inputs(name: str, words: Lexicon) -> Iterator[str]:
    """Yield the names of undocumented base facts from which a fact is computed, directly or by way of others."""
    for inner in words.inputs(name):
        if words.known[inner].because is Because.NOT_DOCUMENTED and inner not in words.formulas:
            yield inner
        yield from _undocumented_inputs(inner, words)


def _places(name: str, words: Lexicon) -> tuple[SeenAt, ...]:
    """Return the places where a fact, or what it is computed from, was seen."""
    names = dict.fromkeys(_facts_behind(name, words))
    said = [one for inner in names for one in words.known[inner].statements if one.at is not None]
    return tuple(dict.fromkeys(SeenAt(str(one.at), one.by, one.origin, one.hedged) for one in said))


def _facts_behind(name: str, words: Lexicon) -> Iterator[str]:
    """Yield the name of a fact, those it is computed from, and that of the fact that stands in for it."""
    if name in words.known:
        yield name
        for inner in words.inputs(name):
            yield from _facts_behind(inner, words)
        stands_in = words.known[name].stands_in
        if stands_in is not None:
            yield from _facts_behind(stands_in, words)


# ---- how far past a bound
