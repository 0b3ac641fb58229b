"""The parts of a checklist as templates get them: an item with its rows, facts, controls and statements."""

from typing import Literal, NamedTuple

from mtus_engine.store.notes import Note
from mtus_engine.wording.statuses import Shade

ControlKind = Literal["yes_no", "number", "day", "length", "one", "several"]


class StatementView(NamedTuple):
    """A statement as the desk shows it: what it says, where it was read, by whom and how sure."""

    id: str
    value: str
    at: str
    place: str
    words: str
    beside: tuple[str, ...]
    note: str
    is_waiting: bool
    is_replaced: bool


class MemberChoice(NamedTuple):
    """One of the members that a fact may have."""

    name: str
    label: str
    is_chosen: bool


class FactView(NamedTuple):
    """A fact with the control that answers it.

    anchor names it on the page; said is what is known of it, in words; typed is what its control holds. answer tells
    which of yes, no, not_found and unmentioned stands. is_documentation tells that the fact is whether something is
    documented: then "looked for, not found" is the answer no. surgeries are those of several that an answer may be
    about, by name, the one that counts first; empty where there is no choice.
    """

    name: str
    anchor: str
    label: str
    question: str
    kind: ControlKind
    unit: str
    said: str
    typed: str
    answer: str
    members: tuple[MemberChoice, ...]
    statements: tuple[StatementView, ...]
    is_conflicting: bool
    is_presumed: bool
    is_next: bool
    is_documentation: bool
    surgeries: tuple[str, ...]


class Computed(NamedTuple):
    """A fact that is worked out from others, as a criterion reads it."""

    label: str
    said: str


class RowView(NamedTuple):
    """A criterion or limit: how it stands and why, its source, and the facts that it reads.

    facts are those whose controls stand here; elsewhere are those that an earlier row shows.
    """

    key: str
    state: Shade
    icon: str
    word: str
    name: str
    why: tuple[str, ...]
    cite: str
    marks: tuple[str, ...]
    is_presumed: bool
    is_advisory: bool
    facts: tuple[FactView, ...]
    elsewhere: tuple[FactView, ...]
    computed: tuple[Computed, ...]
    notes: tuple[Note, ...]


class BlockView(NamedTuple):
    """The rows of one edition: not met and open ones first, then the others; title where several may govern."""

    title: str | None
    counts: str
    first: tuple[RowView, ...]
    others: tuple[RowView, ...]


class Presumed(NamedTuple):
    """A presumption that waits for a person."""

    fact: FactView
    presumed: str


class NextView(NamedTuple):
    """What is asked next: presumptions to confirm in one block, or a question with the criteria that it settles.

    here are those of their facts that no row of the checklist shows.
    """

    to_confirm: tuple[Presumed, ...]
    fact: FactView | None
    settles: tuple[str, ...]
    here: tuple[FactView, ...]
    is_over: bool


class OpenQuestion(NamedTuple):
    """A question that is open, and the fact on the page that answers it, if it has a control there.

    is_optional tells that it decides nothing.
    """

    question: str
    anchor: str
    is_optional: bool


class ImpossibleShown(NamedTuple):
    """An item whose facts cannot be together: why, the facts that say so with their controls, and the others stated."""

    why: tuple[str, ...]
    facts: tuple[FactView, ...]
    others: tuple[FactView, ...]


class ItemShown(NamedTuple):
    """All that the desk shows of an item.

    said is the prediction of an independent review, text_only the finding from verified text alone where it differs.
    request, unsettled and others are facts that no row of blocks shows; waiting and sure are numbers of statements.
    """

    item: str
    asked: str
    finding: str
    finding_state: Shade
    said: str | None
    units: str | None
    governing: tuple[str, ...]
    text_only: str | None
    blocks: tuple[BlockView, ...]
    request: tuple[FactView, ...]
    unsettled: tuple[FactView, ...]
    others: tuple[FactView, ...]
    next: NextView
    against: tuple[str, ...]
    missing: tuple[str, ...]
    ledger: tuple[tuple[str, str, str], ...]
    notices: tuple[str, ...]
    routes: tuple[str, ...]
    open_by_rules: tuple[str, ...]
    questions: tuple[OpenQuestion, ...]
    waiting: int
    sure: int
    notes: tuple[Note, ...]
