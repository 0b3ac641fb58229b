"""One item set beside the reviewer's decision, as an audit counts it."""

from enum import Enum
from typing import NamedTuple

from mtus_engine.model.comparable import ItemClass
from mtus_engine.model.prediction import Firmness


class DifferenceKind(Enum):
    """How engine and reviewer differ on one item; of the kinds that hold, the first in this order counts."""

    NOT_COVERED = "not_covered"
    NO_DECISION = "no_decision"
    NOTHING_PREDICTED = "nothing_predicted"
    SAME_GROUNDS = "same_outcome_shared_grounds"
    READ_OTHERWISE = "fact_read_otherwise"
    OTHER_GUIDELINE = "another_guideline"
    NOT_ENCODED = "ground_not_encoded"
    NO_GROUNDS = "same_outcome_no_grounds_given"
    OTHER_GROUNDS = "same_outcome_other_grounds"
    STRICTER = "engine_stricter"
    MORE_LENIENT = "engine_more_lenient"


class ReadingKind(Enum):
    """A reading of a case: the facts known before the decision, all facts, or the former by verified text alone."""

    BEFORE = "before"
    ALL = "all"
    TEXT = "text"


class Reading(NamedTuple):
    """The finding of one reading of a case, the outcome that it predicts (None where there is none), and how firmly."""

    finding: str
    predicted: str | None
    firmness: Firmness | None = None


class Audited(NamedTuple):
    """One item: what the engine found and predicts, what the reviewer decided, and how the two differ.

    read is the reading of all facts; independent leaves out what only the rationale or another item's outcome tells;
    text_only judges the facts of independent by verified text alone. shown is the one of the three from which kind and
    grounds are taken. not_sayable are grounds of the reviewer that no criterion can express. administrator_shared are
    the claims administrator's grounds that are also ours, administrator_only the others that a criterion can say, and
    administrator_not_sayable those that none can. told are the facts that sources state, by label, in words. parts are
    the body parts. statuses pair the id of each criterion and limit with its status, standing_words with the word
    that is shown for it. shares_limit tells whether this item and another together ask for more than a limit leaves.
    fold is what decisions have in common that may be about one worker.
    """

    case: str
    item: str
    treatment: str
    pack: str | None
    guideline: str | None
    edition: str | None
    year: int | None
    boards: tuple[str, ...]
    is_draft: bool
    read: Reading
    independent: Reading
    text_only: Reading
    shown: Reading
    actual: str | None
    kind: DifferenceKind
    evidence: str
    shared: tuple[str, ...]
    engine_only: tuple[str, ...]
    reviewer_only: tuple[str, ...]
    contradicted: tuple[str, ...]
    not_sayable: tuple[str, ...]
    administrator_shared: tuple[str, ...]
    administrator_only: tuple[str, ...]
    administrator_not_sayable: tuple[str, ...]
    told: tuple[tuple[str, str], ...]
    parts: str
    statuses: tuple[tuple[str, str], ...]
    standing_words: tuple[tuple[str, str], ...]
    shares_limit: bool
    item_class: ItemClass
    fold: str

    @property
    def boards_named(self) -> str:
        """The reviewer's boards in one line, empty where none is known."""
        return " and ".join(self.boards)

    @property
    def named(self) -> str:
        """The item as reports name it."""
        return f"{self.case} item {self.item}"


FAVORABLE = frozenset({"may_be_approved", "overturned", "approved"})
UNFAVORABLE = frozenset({"refer_to_physician_reviewer", "upheld", "denied", "modified"})


def favors(outcome: str | None) -> bool | None:
    """Return whether an outcome, predicted or actual, supports the whole request; None where it says neither."""
    if outcome in FAVORABLE:
        return True
    return False if outcome in UNFAVORABLE else None
