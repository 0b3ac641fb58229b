"""Ids of what is stored, and times as they are kept."""

import secrets
from datetime import UTC, datetime


def new_id() -> str:
    """Return an id that nobody can guess, as hexadecimal text."""
    return secrets.token_hex(16)


def instant(at: datetime) -> str:
    """Return a time as it is kept: in UTC, to the microsecond, so that text sorts as time does."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
