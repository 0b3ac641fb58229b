"""What a person is told of the store in one line, and no trace."""

from sqlalchemy.exc import DBAPIError

from mtus_engine.store.cases import NoCase
from mtus_engine.store.database import NoDatabase
from mtus_engine.store.keys import KeyRefused
from mtus_engine.store.passwords import PasswordRefused
from mtus_engine.store.people import LoginTaken
from mtus_engine.store.releases import NoRelease, ReleaseTaken


def refusal_words(refused: Exception) -> str:
    """Return what a person is told: of the database its own words, without those of the library around them."""
    if isinstance(refused, DBAPIError):
        return f"the database refused: {' '.join(str(refused.orig).split())}"
    return str(refused)


# The exceptions that say in their message all that a person needs.
REFUSALS = (NoDatabase, KeyRefused, PasswordRefused, LoginTaken, NoCase, NoRelease, ReleaseTaken, DBAPIError)
