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
    count = _count(diagnostics)
    rest = f" (the first {MOST_SHOWN} shown)" if len(diagnostics) > MOST_SHOWN else ""
    return "\n\n".join([*blocks, count + rest]) + "\n"


def _count(diagnostics: Sequence[Diagnostic]) -> str:
    words = []
    for severity, one, many in (
        ("error", "mistake", "mistakes"),
        ("warning", "warning", "warnings"),
        ("note", "note", "notes"),
    ):
        number = sum(d.severity == severity for d in diagnostics)
        if number or (severity == "error" and not diagnostics):
            words.append(f"{number} {one if number == 1 else many}")
    return f"{', '.join(words)} found"


def diagnostics_json(diagnostics: Sequence[Diagnostic]) -> str:
    """Return the mistakes as a JSON list."""
    return json.dumps([diagnostic_outline(one) for one in diagnostics], ensure_ascii=False, indent=2) + "\n"


def diagnostic_outline(diagnostic: Diagnostic) -> dict[str, object]:
    """Return a mistake in its JSON form."""
    return asdict(diagnostic)


def diagnostics_github(diagnostics: Sequence[Diagnostic]) -> str:
    """Return the mistakes as workflow commands, which a pull request shows at their lines."""
    return "".join(
        f"::{_GITHUB[one.severity]} file={_escaped_property(one.file)},line={one.line},col={one.column},"
        f"title={one.code}::{_escaped_message(one.message + (f' ({one.help})' if one.help else ''))}\n"
        for one in diagnostics
    )


_GITHUB = {"error": "error", "warning": "warning", "note": "notice"}


def _escaped_message(text: str) -> str:
    return printable_text(text).replace("%", "%25")


def _escaped_property(text: str) -> str:
    return _escaped_message(text).replace(":", "%3A").replace(",", "%2C")


def diagnostics_sarif(diagnostics: Sequence[Diagnostic], tool_name: str) -> str:
    """Return the diagnostics of a tool as SARIF (Static Analysis Results Interchange Format) 2.1.0."""
    rules = [{"id": code} for code in sorted({one.code for one in diagnostics})]
    tool = {"driver": {"name": tool_name, "rules": rules}}
    run = {"tool": tool, "columnKind": "unicodeCodePoints", "results": [_sarif(one) for one in diagnostics]}
    document = {"$schema": _SARIF, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def _sarif(one: Diagnostic) -> dict[str, object]:
    region = {"startLine": one.line, "startColumn": one.column}
    place = {"physicalLocation": {"artifactLocation": {"uri": one.file}, "region": region}}
    text = one.message + (f"; {one.help}" if one.help else "")
    return {"ruleId": one.code, "level": one.severity, "message": {"text": text}, "locations": [place]}


def _block(diagnostic: Diagnostic) -> str:
    kind = "" if diagnostic.severity == "error" else f"{diagnostic.severity}: "
    lines = [printable_text(f"{kind}{diagnostic}")]
    if diagnostic.source:
        long = len(diagnostic.source) > WIDEST_SOURCE
        start = max(0, diagnostic.column - 1 - WIDEST_SOURCE // 2) if long else 0
        shown = printable_text(diagnostic.source[start : start + WIDEST_SOURCE].replace("\t", " "))
        caret = cell_len(shown[: diagnostic.column - 1 - start])
        lines += [f"  {shown}", f"  {' ' * caret}^"]
    if diagnostic.help:
        lines.append(f"  help: {printable_text(diagnostic.help)}")
    return "\n".join(lines)


def printable_text(text: str) -> str:
    """Return text with control characters replaced, so that the content of a file cannot control the terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
