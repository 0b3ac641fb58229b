"""One item set beside the reviewer's decision, as an audit counts it."""

from enum import Enum
from typing import NamedTuple


class DifferenceKind(Enum):
    """How engine and reviewer differ on one item: the first that holds, in this order."""

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


class Reading(NamedTuple):
    """What one reading of a case comes to: its finding, and the outcome it predicts (None where nothing is)."""

    finding: str
    predicted: str | None


class Audited(NamedTuple):
    """One item: what the engine found and predicts, what the reviewer decided, and how the two differ.

    independent is the reading without what only the rationale or another item's outcome tells;
    text_only that from verified text alone. favors and favored tell whether engine and reviewer
    support the request, None where that is open.
    """

    case: str
    item: str
    treatment: str
    guideline: str | None
    edition: str | None
    year: int | None
    specialty: str | None
    is_draft: bool
    read: Reading
    independent: Reading
    text_only: Reading
    actual: str | None
    kind: DifferenceKind
    evidence: str
    shared: tuple[str, ...]
    engine_only: tuple[str, ...]
    reviewer_only: tuple[str, ...]
    contradicted: tuple[str, ...]

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
