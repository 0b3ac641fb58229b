"""Passwords: kept as Argon2id hashes, refused where they are short."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from mtus_engine.model.told import Told

# The least that the guidelines of NIST (SP 800-63B) ask of a password that is the only factor.
SHORTEST = 15
_HASHER = PasswordHasher()
# The hash to compare with where nobody has the login, so that the answer takes as long as for one that exists.
_NOBODY = _HASHER.hash("nobody has this login")


class PasswordRefused(Told):
    """A password that is too short, too long, or holds a zero character."""


def password_hash(password: str) -> str:
    """Return the hash of a password; raises PasswordRefused."""
    if len(password) < SHORTEST:
        says = "a password has {n} characters or more: several words together are easy to keep"
        raise PasswordRefused(says, n=str(SHORTEST))
    if len(password) > 1000 or "\0" in password:
        raise PasswordRefused("a password has 1,000 characters at most")
    return _HASHER.hash(password)


def is_password(given: str, kept: str | None) -> bool:
    """Return whether a password is the one whose hash is kept; it takes as long where none is kept."""
    try:
        return _HASHER.verify(kept or _NOBODY, given) and kept is not None
    except (VerificationError, InvalidHashError):
        return False
