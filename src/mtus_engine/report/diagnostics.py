"""Diagnostics as text with the source line and a caret, and as JSON for editors."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from rich.cells import cell_len

from mtus_engine.model.diagnostic import Diagnostic

WIDEST_SOURCE = 160
MOST_SHOWN = 200


def diagnostics_text(diagnostics: Sequence[Diagnostic]) -> str:
    """Return the mistakes, each with its line, a caret and its cure, and how many there are."""
    blocks = [_block(diagnostic) for diagnostic in diagnostics[:MOST_SHOWN]]
    count = f"{len(diagnostics)} mistakes found" if len(diagnostics) != 1 else "1 mistake found"
    rest = f" (the first {MOST_SHOWN} shown)" if len(diagnostics) > MOST_SHOWN else ""
    return "\n\n".join([*blocks, count + rest]) + "\n"


def diagnostics_json(diagnostics: Sequence[Diagnostic]) -> str:
    """Return the mistakes as a JSON list."""
    return json.dumps([asdict(diagnostic) for diagnostic in diagnostics], ensure_ascii=False, indent=2) + "\n"


def _block(diagnostic: Diagnostic) -> str:
    lines = [plain(str(diagnostic))]
    if diagnostic.source:
        long = len(diagnostic.source) > WIDEST_SOURCE
        start = max(0, diagnostic.column - 1 - WIDEST_SOURCE // 2) if long else 0
        shown = plain(diagnostic.source[start : start + WIDEST_SOURCE].replace("\t", " "))
        caret = cell_len(shown[: diagnostic.column - 1 - start])
        lines += [f"  {shown}", f"  {' ' * caret}^"]
    if diagnostic.help:
        lines.append(f"  help: {plain(diagnostic.help)}")
    return "\n".join(lines)


def plain(text: str) -> str:
    """Return text without control characters: what a file holds must not steer the terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
