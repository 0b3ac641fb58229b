"""Steps of a review: what is decided goes into the log with the case as it stood and what it came to."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, update

from mtus_engine.model.told import Told, Word
from mtus_engine.report.outline import SCHEMA_VERSION
from mtus_engine.store.cases import CaseRow, StoredCase, case_row, next_version, note_version
from mtus_engine.store.chain import LogHead
from mtus_engine.store.decided import Decided
from mtus_engine.store.documents import KeptDocument
from mtus_engine.store.keys import LogKey
from mtus_engine.store.log import RecordKind, Stamp, append_record
from mtus_engine.store.people import Person, names
from mtus_engine.store.reviews import BY_A_NURSE, MOVES, Outcome, State, Step
from mtus_engine.store.tables import cases, outcomes


class StepRefused(Told):
    """A step that cannot be taken: from this state, by this person, or without what it needs."""


class Determined(NamedTuple):
    """A case as it stood, and what it came to under a release of the rules: the JSON of its items.

    jurisdiction is the one of cases that name none. impossible says which facts of items cannot be together: these
    items are not among the others, and nothing is decided of them.
    """

    case: StoredCase
    documents: Sequence[KeptDocument]
    items: Sequence[Mapping[str, Any]]
    release: str
    jurisdiction: str
    impossible: tuple[str, ...] = ()


class Taken(NamedTuple):
    """A step that was taken: the version of the case after it, and the head of the log where it was recorded."""

    version: int
    head: LogHead | None


def take_step(
    connection: Connection,
    key: LogKey,
    stamp: Stamp,
    person: Person,
    step: Step,
    determined: Determined,
    *,
    why: str = "",
    to: str | None = None,
    decided: Sequence[Decided] = (),
    as_physician: bool = False,
) -> Taken:
    """Take a step of a review; the case, its state and the record in the log change together or not at all.

    determined is the case in the version that the person saw. Raises StepRefused where the step cannot be taken, and
    Changed where the case was changed since.
    """
    row = case_row(connection, determined.case.row.id)
    move = MOVES[step]
    if row.state not in move.of:
        says = "a review that is {state} cannot be {done}"
        raise StepRefused(says, state=Word(_words(row.state)), done=Word(_DONE[step]))
    _refuse_unfit(row, step, determined, why=why, to=to, decided=decided, as_physician=as_physician)
    version = next_version(connection, stamp, row.id, determined.case.version, is_step=True)
    changed: dict[str, Any] = {"state": (move.to or row.state).value}
    if step is Step.REFER or (step is Step.SIGN and as_physician):
        changed["is_physicians"] = True
    if step is Step.HAND_OVER or (step is Step.REFER and to is not None):
        changed["held_by"] = to
    elif step is Step.START or (step in {Step.RETURN, Step.SIGN} and row.held_by is None):
        changed["held_by"] = person.id
    connection.execute(update(cases).where(cases.c.id == row.id).values(changed))
    done = _DONE[step] if to is None else f"{_DONE_TO.get(step, _DONE[step])} to {names(connection).get(to, to)}"
    if decided:
        done = f"{done}, {'; '.join(map(_decided_words, decided))}"
    note_version(connection, stamp, row.id, version, f"{done}: {why}" if why.strip() else done)
    if step in {Step.SIGN, Step.REOPEN}:
        connection.execute(delete(outcomes).where(outcomes.c.case == row.id))
    for one in decided:
        values = {"case": row.id, "item": one.item, "outcome": one.outcome.value, "reasons": one.reasons}
        further = {"granted": one.granted or None, "guideline": one.guideline or None}
        connection.execute(insert(outcomes).values(**values, **further, by=stamp.by, at=stamp.at))
    if move.kind is None:
        return Taken(version, None)
    kind = RecordKind.OVERRIDDEN if _overriding_decisions(determined, decided) else move.kind
    content = record_content(determined, person, step, why=why, to=to, decided=decided)
    return Taken(version, append_record(connection, key, stamp, kind, row.id, content, release=determined.release))


# The outcomes that grant the whole of an item.
CERTIFIED = frozenset({Outcome.CERTIFIED, Outcome.APPROVED})
_WITH_REASONS = frozenset({Outcome.MODIFIED, Outcome.DENIED})
_DONE = {
    Step.START: "started",
    Step.RETURN: "returned for information",
    Step.REFER: "referred to a physician",
    Step.HAND_OVER: "handed over",
    Step.SIGN: "signed",
    Step.REOPEN: "opened again",
}
# What is done where somebody is named behind it.
_DONE_TO = {Step.REFER: "referred"}


def _decided_words(one: Decided) -> str:
    return f"item {one.item} {one.outcome.value}" + (f" ({one.granted})" if one.granted else "")


def _words(state: State) -> str:
    return state.value.replace("_", " ")


def _refuse_unfit(
    row: CaseRow,
    step: Step,
    determined: Determined,
    *,
    why: str,
    to: str | None,
    decided: Sequence[Decided],
    as_physician: bool,
) -> None:
    """Raise StepRefused where what a step needs is missing, or is not this person's to do."""
    if step in {Step.REOPEN, Step.RETURN, Step.REFER, Step.HAND_OVER} and not why.strip():
        raise StepRefused("say why it is {done}", done=Word(_DONE[step]))
    if step is Step.HAND_OVER and (to is None or to == row.held_by):
        raise StepRefused("say to whom it is handed over: another person than has it")
    if step is Step.REOPEN and row.is_physicians and not as_physician:
        raise StepRefused("a physician decided it: a physician opens it again")
    if step is not Step.SIGN:
        if decided:
            raise StepRefused("outcomes are decided where a review is signed")
        return
    items = determined.case.items
    if sorted(one.item for one in decided) != sorted(items):
        raise StepRefused("a signature decides every item once: {items}", items=", ".join(items))
    if odd := [one.item for one in decided if one.granted.strip() and one.outcome is not Outcome.MODIFIED]:
        says = "what is approved is said of what is modified alone: {items}"
        raise StepRefused(says, items=", ".join(odd))
    if odd := [one.item for one in decided if one.guideline and not _is_uncovered(determined, one.item)]:
        says = "another guideline is named where none here covers what is asked for, and there alone: {items}"
        raise StepRefused(says, items=", ".join(odd))
    if silent := [one.item for one in decided if one.guideline and not one.reasons.strip()]:
        says = "say how the criteria of the guideline that you name are met: {items}"
        raise StepRefused(says, items=", ".join(silent))
    if as_physician:
        _refuse_unreasoned(determined, decided)
        return
    if row.is_physicians:
        raise StepRefused("the review is referred: a physician signs it")
    if beyond := [one.item for one in decided if one.outcome not in BY_A_NURSE]:
        says = "only a physician approves against the criteria, modifies or denies: {items}"
        raise StepRefused(says, items=", ".join(beyond))
    if unmet := [one.item for one in decided if not _may_be_certified(determined, one)]:
        says = "the criteria are not met for the whole request: {items}. Ask for information, or refer"
        raise StepRefused(says, items=", ".join(unmet))


def _refuse_unreasoned(determined: Determined, decided: Sequence[Decided]) -> None:
    """Raise StepRefused where a physician certifies what the criteria do not meet, or leaves out needed reasons."""
    certified = [one for one in decided if one.outcome is Outcome.CERTIFIED]
    if unmet := [one.item for one in certified if not _may_be_certified(determined, one)]:
        says = "what does not meet the criteria in whole is approved, not certified: {items}"
        raise StepRefused(says, items=", ".join(unmet))
    overriding = _overriding_decisions(determined, decided)
    reasoned = [one for one in decided if one.outcome in _WITH_REASONS or one in overriding]
    if without := [one.item for one in reasoned if not one.reasons.strip()]:
        says = "give your reasons for item {items}: to modify, to deny, or to approve against the criteria needs them"
        raise StepRefused(says, items=", ".join(without))


def _overriding_decisions(determined: Determined, decided: Sequence[Decided]) -> list[Decided]:
    """Return the decisions against the criteria: the whole granted though they are not met, or not though they are."""
    return [one for one in decided if (one.outcome in CERTIFIED) is not _may_be_certified(determined, one)]


# The findings under which the whole of an item may be certified.
WHOLE = frozenset({"meets", "nothing_in_dispute"})


def _is_whole(determined: Determined, item: str) -> bool:
    return any(one["item"] == item and one["finding"] in WHOLE for one in determined.items)


def _is_uncovered(determined: Determined, item: str) -> bool:
    return any(one["item"] == item and one["finding"] == "not_covered" for one in determined.items)


def _may_be_certified(determined: Determined, one: Decided) -> bool:
    """Return whether the whole of an item meets the criteria, or those of a guideline that the person named."""
    return _is_whole(determined, one.item) or bool(one.guideline and _is_uncovered(determined, one.item))


def record_content(
    determined: Determined,
    person: Person,
    step: Step | None,
    *,
    why: str = "",
    to: str | None = None,
    decided: Sequence[Decided] = (),
) -> Mapping[str, Any]:
    """Return what a record holds: the case as it stood, what it came to, what was decided, by whom and why."""
    return {
        "schema_version": SCHEMA_VERSION,
        "step": None if step is None else step.value,
        "case": determined.case.document,
        "case_version": determined.case.version,
        "jurisdiction": determined.jurisdiction,
        "documents": [{"file": one.file, "digest": one.digest} for one in determined.documents],
        "determination": list(determined.items),
        **({"impossible": list(determined.impossible)} if determined.impossible else {}),
        "decided": [one.in_log for one in decided],
        "why": why,
        "to": to,
        "person": {"id": person.id, "login": person.login, "name": person.name, "roles": sorted(person.roles)},
    }
