"""The token that lets the one person of a local server in: kept with the record, for a browser that comes back."""

import os
import re
import secrets
from pathlib import Path

FILE = "local-token"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def local_token(data: Path) -> str:
    """Return the token of a data folder, made where there is none: a server that is started again knows its browser.

    Who may read the folder may read the record itself; without the file, a new token is made at the next start.
    """
    file = data / FILE
    if file.is_file():
        kept = file.read_text(encoding="ascii", errors="replace").strip()
        if _TOKEN.fullmatch(kept):
            return kept
        file.unlink()
    token = secrets.token_urlsafe(32)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
        out.write(f"{token}\n")
    return token
