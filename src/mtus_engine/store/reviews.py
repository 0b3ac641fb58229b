"""The states of a review, which lead to which, and what each step is called in the log."""

from enum import Enum
from typing import NamedTuple

from mtus_engine.store.log import RecordKind


class State(Enum):
    """Where a review stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    REFERRED = "referred"
    SIGNED = "signed"


class Step(Enum):
    """What is done with a review."""

    START = "start"
    RETURN = "return"
    REFER = "refer"
    HAND_OVER = "hand_over"
    SIGN = "sign"
    REOPEN = "reopen"


class Outcome(Enum):
    """What is decided of an item; only a physician modifies or denies."""

    CERTIFIED = "certified"
    APPROVED = "approved"
    MODIFIED = "modified"
    DENIED = "denied"


# What a nurse may sign; all others are a physician's.
BY_A_NURSE = frozenset({Outcome.CERTIFIED})


class Move(NamedTuple):
    """A step: the states that it may be taken in, the state after it (None for no other), and its kind in the log."""

    of: frozenset[State]
    to: State | None
    kind: RecordKind | None


_OPEN = frozenset({State.DRAFT, State.IN_REVIEW, State.RETURNED, State.REFERRED})

MOVES = {
    Step.START: Move(frozenset({State.DRAFT, State.RETURNED}), State.IN_REVIEW, None),
    Step.RETURN: Move(_OPEN, State.RETURNED, RecordKind.SENT),
    Step.REFER: Move(_OPEN - {State.REFERRED}, State.REFERRED, RecordKind.REFERRED),
    Step.HAND_OVER: Move(_OPEN, None, RecordKind.HANDED_OVER),
    Step.SIGN: Move(_OPEN, State.SIGNED, RecordKind.SIGNED),
    Step.REOPEN: Move(frozenset({State.SIGNED}), State.IN_REVIEW, RecordKind.REOPENED),
}
