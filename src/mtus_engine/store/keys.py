"""The key that signs the log of decisions: an Ed25519 key in a file that one person may read."""

import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

FILE = "log-key.pem"


class KeyRefused(Exception):
    """A key file that cannot be used, and why."""


class LogKey(NamedTuple):
    """The key of a log: public is what verifies, as hexadecimal text."""

    private: Ed25519PrivateKey
    public: str

    def signature(self, text: str) -> str:
        """Return the signature of a text as hexadecimal text."""
        return self.private.sign(text.encode()).hex()


def hex_bytes(text: str) -> bytes:
    """Return the bytes of hexadecimal text in small letters; raises ValueError for any other text, capitals too."""
    found = bytes.fromhex(text)
    if found.hex() != text:
        raise ValueError("written otherwise than we write it")
    return found


def is_signed(text: str, signature: str, public: str) -> bool:
    """Return whether a signature of a text was made with the key whose public half is given."""
    try:
        Ed25519PublicKey.from_public_bytes(hex_bytes(public)).verify(hex_bytes(signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _write_whole(file: Path, content: bytes) -> None:
    """Write a file whole or not at all, which nobody else may read; a file that is there already stays."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as written:
        written.write(content)
        written.flush()
        os.fsync(written.fileno())
    try:
        # Where another process was faster, its file stays.
        with suppress(FileExistsError):
            os.link(beside, file)
    finally:
        beside.unlink()


def log_key(file: Path, *, is_new: bool) -> LogKey:
    """Return the key in a file, made where there is none and the log is_new; raises KeyRefused.

    A log that has entries keeps its key: with another nothing of it could be verified.
    """
    if not file.exists() and not is_new:
        raise KeyRefused(
            f"the key of the log is missing: copy {file.name} of the folder this record came from to {file}"
        )
    if not file.exists():
        content = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _write_whole(file, content)
    if (mode := file.stat().st_mode & 0o777) & 0o077:
        raise KeyRefused(f"{file} may be read by others (mode {mode:o}): chmod 600 {file}")
    try:
        private = load_pem_private_key(file.read_bytes(), None)
    except (ValueError, TypeError):
        raise KeyRefused(f"{file} holds no key that can be read: put the right file there from its backup") from None
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyRefused(f"{file} holds another kind of key: an Ed25519 key signs the log")
    return LogKey(private, private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex())
