"""Canonical JSON (RFC 8785): the same bytes for the same values, on every machine."""

import hashlib
import json
from typing import Any

import rfc8785


class NotCanonical(ValueError):
    """A value that canonical JSON cannot hold, such as a number beyond 2^53."""


def canonical_json(value: Any) -> str:
    """Return the canonical JSON of a value; raises NotCanonical for what it cannot hold."""
    try:
        return rfc8785.dumps(value).decode()
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise NotCanonical(str(error)) from None


def plain_of(text: str) -> Any:
    """Return the value that JSON text holds."""
    return json.loads(text)


def sha256(text: str | bytes) -> str:
    """Return the SHA-256 of text or bytes as hexadecimal text."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()
