"""The errors of the store that a person is told in one line, without a traceback."""

from sqlalchemy.exc import DBAPIError

from mtus_engine.store.cases import NoCase
from mtus_engine.store.database import NoDatabase
from mtus_engine.store.keys import KeyRefused
from mtus_engine.store.passwords import PasswordRefused
from mtus_engine.store.people import LoginTaken
from mtus_engine.store.releases import NoRelease, ReleaseTaken


def refusal_words(refused: Exception) -> str:
    """Return the message of a refusal; for a database error, the database's words without those of SQLAlchemy."""
    if isinstance(refused, DBAPIError):
        return f"the database refused: {' '.join(str(refused.orig).split())}"
    return str(refused)


# The exceptions that say in their message all that a person needs.
REFUSALS = (NoDatabase, KeyRefused, PasswordRefused, LoginTaken, NoCase, NoRelease, ReleaseTaken, DBAPIError)
