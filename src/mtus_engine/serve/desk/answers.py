"""Turns what a person answers at the desk into changes of statements: what was read stays, replaced or confirmed."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from mtus_engine.compiler.number_words import NUMBER, whole_number
from mtus_engine.ingest.typed import value_of_words
from mtus_engine.model.fact import Fact, Kind
from mtus_engine.model.vocabulary import Roles
from mtus_engine.store.cases import Stated, StoredCase
from mtus_engine.store.parts import Said, body_of
from mtus_engine.store.scope import StatementScope, scope_of

# Origins that no person has looked at yet.
WAITING = frozenset({"extracted", "inferred"})
NUMBER_WORD = re.compile(rf"\b(?:{NUMBER})\b", re.IGNORECASE)
_BOUND = re.compile(r"(at least|at most|from|until|up to)\s+(.+)", re.IGNORECASE)
# "more than 6", ">6", "≥ 6": for whole numbers.
_BEYOND = re.compile(r"(more than|over|less than|fewer than|under|>=|<=|[><≥≤])\s*(\d{1,6})", re.IGNORECASE)
_OPEN_END = re.compile(r"(\d{1,6})\s+or\s+(more|fewer|less)", re.IGNORECASE)
_OPEN_SIDES = {"more": "at_least", "fewer": "at_most", "less": "at_most"}
# 6–12, with a dash between the two.
_SPACED_DASH = re.compile(r"(?<=\d)\s*[–—]\s*(?=\d)")
_LEAST = {"more than": 1, "over": 1, ">": 1, ">=": 0, "≥": 0}
_MOST = {"less than": -1, "fewer than": -1, "under": -1, "<": -1, "<=": 0, "≤": 0}
_BETWEEN = re.compile(r"(.+?)\s+to\s+(.+)", re.IGNORECASE)
_SIDES = {"at least": "at_least", "from": "at_least", "at most": "at_most", "until": "at_most", "up to": "at_most"}
_ORDERED = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.DATE, Kind.PERIOD})


class Changes(NamedTuple):
    """Statements to add, and the ids of those to take back; rejected is what the statement said that was rejected.

    left are statements of the whole case that other items keep as their own.
    """

    said: tuple[Said, ...] = ()
    withdrawn: tuple[str, ...] = ()
    rejected: Mapping[str, Any] | None = None
    left: tuple[Said, ...] = ()


def value_said(words: str, fact: Fact) -> Any:
    """Return the value that typed words stand for: a range, a bound, a date or a number; raises Rejected."""
    said = _SPACED_DASH.sub(" to ", " ".join(words.split()))
    if fact.unit is not None:
        # The unit stands beside the field: who types it says the same.
        said = re.sub(rf"\s*\b{re.escape(fact.unit.removesuffix('s'))}s?$", "", said, flags=re.IGNORECASE)
    if fact.kind in {Kind.INTEGER, Kind.DECIMAL}:
        # "six" and "twenty-two" are numbers to a person.
        said = NUMBER_WORD.sub(lambda match: str(whole_number(match[0])), said)
    if fact.kind is Kind.INTEGER and (beyond := _BEYOND.fullmatch(said)):
        sign, number = beyond[1].lower(), int(beyond[2])
        return {"at_least": number + _LEAST[sign]} if sign in _LEAST else {"at_most": number + _MOST[sign]}
    if fact.kind is Kind.INTEGER and (open_end := _OPEN_END.fullmatch(said)):
        return {_OPEN_SIDES[open_end[2].lower()]: int(open_end[1])}
    if fact.kind in _ORDERED and (bound := _BOUND.fullmatch(said)):
        return {_SIDES[bound[1].lower()]: value_of_words(bound[2])}
    if fact.kind in _ORDERED and (between := _BETWEEN.fullmatch(said)):
        return {"at_least": value_of_words(between[1]), "at_most": value_of_words(between[2])}
    return value_of_words(said)


def changes_of_answer(scope: StatementScope, body: Mapping[str, Any] | None, at: Mapping[str, Any]) -> Changes:
    """Return what an answer changes: body is a value or "looked for and not found", None for "not mentioned".

    What a person typed before is taken back; what was read from the record stays, replaced by the answer. at holds the
    place and the words of it where the person marked them. What other items say of the fact stays as it is.
    """
    typed = [one for one in scope.standing if is_typed(one)]
    read = [one for one in scope.standing if not is_typed(one)]
    if typed and body is not None and all(_says(one, {**body, **at}) for one in typed):
        return Changes()
    withdrawn = [one.id for one in typed]
    left = tuple(kept for one in typed for kept in _left_to_others(scope, one))
    if body is None:
        return Changes((), tuple(withdrawn), left=left)
    if not read:
        return Changes((Said(scope.where, scope.fact, {**body, **at}),), tuple(withdrawn), left=left)
    said: list[Said] = []
    taken = set(scope.ids)
    for one in read:
        id_ = _body(one).get("id")
        if id_ is None:
            id_ = _free_id(taken)
            taken.add(id_)
            withdrawn.append(one.id)
            said.append(Said(one.said.item, scope.fact, {**_body(one), "id": id_}))
        said.append(Said(scope.beside(one), scope.fact, {**body, **at, "origin": "overridden", "replaces": id_}))
    return Changes(tuple(said), tuple(withdrawn), left=left)


def changes_of_accepting(scope: StatementScope, one: Stated) -> Changes:
    """Return the changes that confirm a statement."""
    confirmed = Said(scope.beside(one), one.said.fact, {**_body(one), "origin": "confirmed"})
    return Changes((confirmed,), (one.id,), left=tuple(_left_to_others(scope, one)))


def _left_to_others(scope: StatementScope, one: Stated) -> list[Said]:
    """Return a statement about the whole case for each other item, where items differ: there it stands as it was."""
    if one.said.item is not None or not scope.is_by_item:
        return []
    return [Said(other, scope.fact, _body(one)) for other in scope.others]


def changes_of_rejecting(scope: StatementScope, one: Stated) -> Changes:
    """Return the changes that reject a statement: it is taken back, with what replaced it.

    A correction of several sources is one statement for each of them; all of these are taken back together.
    """
    id_ = _body(one).get("id")
    replacing = [] if id_ is None else [two.id for two in scope.standing if _body(two).get("replaces") == id_]
    same = [two.id for two in scope.standing if two.id != one.id and _is_repetition(two, one)]
    taken_back = tuple(dict.fromkeys((one.id, *replacing, *same)))
    left = (kept for two in scope.standing if two.id in taken_back for kept in _left_to_others(scope, two))
    return Changes((), taken_back, _body(one), tuple(left))


def without_repetitions(scope: StatementScope) -> list[Stated]:
    """Return the statements of a fact as they stand; a correction of several sources is listed once."""
    kept: list[Stated] = []
    for one in scope.standing:
        if not any(_is_repetition(one, other) for other in kept):
            kept.append(one)
    return kept


def _is_repetition(one: Stated, other: Stated) -> bool:
    """Return whether both are the same correction, of two sources."""
    bodies = [{key: value for key, value in _body(two).items() if key != "replaces"} for two in (one, other)]
    return bodies[0] == bodies[1] and _body(one).get("origin") == "overridden"


def changes_of_settling(scope: StatementScope, chosen: Stated, reason: str) -> Changes:
    """Return the changes that take one of several sources: it replaces the others, with the reason as a note."""
    kept = told_value(chosen)
    # Sources that say the same stand beside the one that is taken.
    differing = [one for one in scope.shown if told_value(one) != kept]
    # Of several surgeries each has its own value: sources on the same one come before what is said of another.
    of_same = [one for one in differing if _body(one).get("surgery") == _body(chosen).get("surgery")]
    others = scope._replace(standing=tuple(of_same or differing))
    changes = changes_of_answer(others, kept, {"note": reason} if reason else {})
    agreeing = [one for one in scope.shown if told_value(one) == kept and is_waiting(one)]
    return _merged_changes([*(changes_of_accepting(scope, one) for one in agreeing), changes])


def changes_of_amending(
    case: StoredCase, item: str, roles: Roles, visits: int, at: Mapping[str, Any], weeks: int | None = None
) -> Changes:
    """Return the changes of a request that was amended to so many visits, over so many weeks where that was said.

    How long it lasts was so of the request before: unless weeks are given, it is as many as the visits take at the
    weekly rate that was asked for, where that comes out even, and else is left open. Numbers that are taken back were
    those before, too.
    """
    of_units = scope_of(case.statements, item, roles.units_requested, case.items)
    changes = [changes_of_answer(of_units, {"value": visits}, at)]
    if roles.course_length is not None and roles.units_per_week is not None:
        length = scope_of(case.statements, item, roles.course_length, case.items)
        weekly = {_body(one).get("value") for one in scope_of(case.statements, item, roles.units_per_week).shown}
        rate = next(iter(weekly)) if len(weekly) == 1 else None
        if weeks is None and length.standing and isinstance(rate, int) and rate > 0 and visits % rate == 0:
            weeks = visits // rate
        if weeks is not None:
            changes.append(changes_of_answer(length, {"value": f"{weeks} week{'' if weeks == 1 else 's'}"}, at))
        elif length.standing and rate is not None:
            left = tuple(kept for one in length.standing for kept in _left_to_others(length, one))
            changes.append(Changes((), tuple(one.id for one in length.standing), left=left))
    return _merged_changes(changes)


def _merged_changes(changes: Sequence[Changes]) -> Changes:
    return Changes(
        tuple(one for change in changes for one in change.said),
        tuple(one for change in changes for one in change.withdrawn),
        left=tuple(one for change in changes for one in change.left),
    )


def told_value(one: Stated) -> dict[str, Any]:
    """Return what a statement says of its fact, without where and by whom."""
    return {key: value for key, value in _body(one).items() if key in {"value", "not_documented", "open"}}


def is_waiting(one: Stated) -> bool:
    """Return whether no person has looked at a statement yet."""
    return _body(one).get("origin") in WAITING


def is_typed(one: Stated) -> bool:
    """Return whether a person made a statement at the desk, and did not confirm what was read."""
    body = _body(one)
    return body.get("origin", "stated") in {"stated", "overridden"} and "by" not in body and "dated" not in body


def _says(one: Stated, body: Mapping[str, Any]) -> bool:
    """Return whether a person typed the same before."""
    return {key: value for key, value in _body(one).items() if key not in {"origin", "replaces", "id"}} == dict(body)


def _free_id(taken: set[str]) -> str:
    return next(name for n in range(1, len(taken) + 2) if (name := f"read-{n}") not in taken)


def _body(one: Stated) -> Mapping[str, Any]:
    return body_of(one.said.body)
