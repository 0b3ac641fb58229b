"""Where a review stands in words, and who has begun to answer in one that nobody took."""

from mtus_engine.serve.desk.catalogue import Catalogue
from mtus_engine.store.cases import StoredCase
from mtus_engine.store.reviews import State


def begun_by(stored: StoredCase) -> str | None:
    """Return who answered something last of a review that nobody started, None where nobody did."""
    answered = [one for one in stored.statements if one.at > stored.row.made_at]
    if stored.row.state is not State.DRAFT or not answered:
        return None
    return max(answered, key=lambda one: one.at).by


def state_words(stored: StoredCase, words: Catalogue) -> str:
    """Return where a review stands, in words."""
    return words("state.begun" if begun_by(stored) else f"state.{stored.row.state.value}")
