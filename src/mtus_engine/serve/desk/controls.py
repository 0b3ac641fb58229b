"""The control that answers a fact, and its statements as the desk shows them."""

from collections.abc import Mapping, Sequence
from typing import Any, assert_never

from mtus_engine.compiler.literals import values_of
from mtus_engine.compiler.problems import Misfit
from mtus_engine.ingest.places import places_of
from mtus_engine.loader.plain_json import plain_of_json
from mtus_engine.model.fact import Because, Fact, Kind, Known
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.model.values import Choice, Selection, Span, Stretch
from mtus_engine.serve.desk.answers import is_waiting, told_value, without_repetitions
from mtus_engine.serve.desk.catalogue import Catalogue
from mtus_engine.serve.desk.shown import ControlKind, FactView, MemberChoice, StatementView
from mtus_engine.store.cases import Stated, StoredCase
from mtus_engine.store.parts import body_of
from mtus_engine.store.scope import StatementScope, scope_of
from mtus_engine.wording.values import known_words, member_words, values_words

# With more places than this, only the first is written out.
_MOST_PLACES = 2


def control(
    fact: Fact, known: Known, scope: StatementScope, words: Catalogue, *, is_next: bool, surgeries: tuple[str, ...]
) -> FactView:
    """Return a fact with its control and its statements.

    is_next tells that it is asked next; surgeries are those that the record names, the ones that count first.
    """
    shown, statements = scope.shown, without_repetitions(scope)
    return FactView(
        fact.name,
        f"fact-{fact.name.replace('.', '-').replace('_', '-')}",
        fact.label,
        fact.question or fact.label,
        control_kind(fact),
        fact.unit or "",
        known_words(fact, known),
        _typed_text(fact, known),
        # What is read and waits for a person is no "not mentioned".
        "" if (answer := _answer(fact, known)) == "unmentioned" and any(map(is_waiting, shown)) else answer,
        _members(fact, known),
        tuple(_statement(fact, one, words, is_replaced=one not in shown) for one in statements),
        known.because is Because.CONFLICTING and _do_differ(shown),
        known.because is Because.PRESUMED and not shown,
        is_next,
        fact.is_documentation,
        surgeries if asks_which_surgery(fact, surgeries) else (),
    )


def _do_differ(statements: Sequence[Stated]) -> bool:
    """Return whether some of the statements say another thing than the first."""
    return any(told_value(one) != told_value(statements[0]) for one in statements)


def asks_which_surgery(fact: Fact, surgeries: Sequence[str]) -> bool:
    """Return whether an answer on a fact has to say which of several surgeries it is about."""
    return fact.of_each_surgery and len(surgeries) > 1


def control_kind(fact: Fact) -> ControlKind:
    """Return the control by which a fact of its kind is answered."""
    match fact.kind:
        case Kind.BOOLEAN:
            return "yes_no"
        case Kind.INTEGER | Kind.DECIMAL:
            return "number"
        case Kind.DATE:
            return "day"
        case Kind.PERIOD:
            return "length"
        case Kind.ONE_OF:
            return "one"
        case Kind.SET_OF:
            return "several"
        case _:
            assert_never(fact.kind)


def treatments_named(ruleset: Ruleset) -> list[tuple[str, str]]:
    """Return the treatments that a person chooses among, as pairs of name and label."""
    roles = ruleset.roles
    return [(name, label) for name, label in ruleset.facts[roles.treatment].members if name != roles.other_treatment]


def statement_words(fact: Fact, body: Mapping[str, Any], words: Catalogue) -> str:
    """Return what a statement says, in words."""
    if body.get("not_documented"):
        return words("answer.not_found")
    try:
        return values_words(fact, values_of(fact, plain_of_json(body.get("value"))))
    except Misfit:
        return str(body.get("value"))


def _place_words(at: str, words: Catalogue) -> str:
    """Return where a statement was read; of many places the first, and how many more."""
    places = places_of(at)
    if len(places) <= _MOST_PLACES:
        return at
    return words("fact.places", first=places[0].text, n=len(places) - 1)


def _typed_text(fact: Fact, known: Known) -> str:
    """Return what the control of a fact holds: its value as it would be typed, empty where there is none."""
    if not known.is_narrowed or known.because is Because.CONFLICTING:
        return ""
    match known.values:
        case Span() | Stretch():
            return values_words(fact, known.values).removesuffix(f" {fact.unit}" if fact.unit else "")
        case Choice() | Selection():
            return ""
        case _:
            assert_never(known.values)


def _answer(fact: Fact, known: Known) -> str:
    """Return the answer that stands: not_found or unmentioned, yes or no for a boolean fact, else empty."""
    values = known.values
    if known.looked_for and (not known.is_narrowed or fact.is_documentation):
        return "not_found"
    if known.because is Because.CONFLICTING:
        return ""
    if fact.kind is Kind.BOOLEAN and isinstance(values, Choice) and len(values.possible) == 1:
        return "yes" if True in values.possible else "no"
    return "" if known.is_narrowed else "unmentioned"


def _members(fact: Fact, known: Known) -> tuple[MemberChoice, ...]:
    if fact.kind not in {Kind.ONE_OF, Kind.SET_OF}:
        return ()
    values = known.values
    chosen: frozenset[Any] = frozenset()
    if known.is_narrowed and known.because is not Because.CONFLICTING:
        if isinstance(values, Choice) and len(values.possible) == 1:
            chosen = values.possible
        elif isinstance(values, Selection):
            chosen = values.certain
    return tuple(MemberChoice(name, member_words(fact, name), name in chosen) for name, _ in fact.members)


def _statement(fact: Fact, one: Stated, words: Catalogue, *, is_replaced: bool) -> StatementView:
    body = body_of(one.said.body)
    beside = [words(f"speaker.{body['by']}")] if "by" in body else []
    beside.append(words(f"origin.{body.get('origin', 'stated')}"))
    beside += [words("fact.hedged")] if body.get("hedged") else []
    beside += [words(f"sure.{body['confidence']}")] if "confidence" in body else []
    beside += [words("fact.dated", day=body["dated"])] if "dated" in body else []
    beside += [words("fact.surgery", name=body["surgery"])] if "surgery" in body else []
    return StatementView(
        one.id,
        statement_words(fact, body, words),
        str(body.get("at", "")),
        _place_words(str(body.get("at", "")), words),
        str(body.get("words", "")),
        tuple(beside),
        str(body.get("note", "")),
        is_waiting(one),
        is_replaced,
    )


def waiting_statements(case: StoredCase, item: str) -> list[Stated]:
    """Return the statements of an item that no person has looked at and no other replaces."""
    of_item = [one for one in case.statements if one.said.item in {None, item} and is_waiting(one)]
    return [one for one in of_item if one in scope_of(case.statements, item, one.said.fact).shown]


def sure_statements(case: StoredCase, item: str) -> list[Stated]:
    """Return the waiting statements that were read without doubt and are the only ones about their fact."""
    return [one for one in waiting_statements(case, item) if _is_sure(one, case, item)]


def _is_sure(one: Stated, case: StoredCase, item: str) -> bool:
    body = body_of(one.said.body)
    shown = scope_of(case.statements, item, one.said.fact).shown
    # Sources that say the same of one surgery agree with one another.
    said = told_value(one), body.get("surgery")
    is_alone = all((told_value(each), body_of(each.said.body).get("surgery")) == said for each in shown)
    return is_alone and not body.get("hedged") and body.get("confidence", "sure") == "sure"
