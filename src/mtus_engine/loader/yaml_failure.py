"""A mistake in YAML's own grammar, shown where reading failed and where it may begin."""

import re

import yaml

from mtus_engine.loader.source import diagnostic_at
from mtus_engine.loader.yaml_repair import repair
from mtus_engine.model.diagnostic import Diagnostic

_TAB_INDENT = re.compile(r" *\t")


def failure(file: str, lines: tuple[str, ...], error: yaml.YAMLError) -> Diagnostic:
    """Return the diagnostic for an error of PyYAML, in words of ours where the cause is known."""
    mark = getattr(error, "problem_mark", None)
    line, column = (mark.line, mark.column) if mark else (0, 0)
    line = min(line, max(len(lines) - 1, 0))
    problem = str(getattr(error, "problem", None) or "").strip() or str(error).splitlines()[0]
    tab = next((n for n in range(max(0, line - 1), min(line + 2, len(lines))) if _TAB_INDENT.match(lines[n])), None)
    if tab is not None:
        column = lines[tab].index("\t")
        return diagnostic_at(
            "MT100", file, lines, tab, column, "a tab stands where spaces belong", "indent with spaces only"
        )
    if (found := repair(lines, line)) is not None:
        return diagnostic_at("MT100", file, lines, found.line, found.column, found.message, found.cure)
    message, cure = _in_words(problem, lines[line] if lines else "")
    begins = _context(error)
    if begins is not None and begins[0] != line:
        message += f"; the cause may begin on line {begins[0] + 1}, column {begins[1] + 1}"
        if begins[0] < len(lines):
            cure = f"line {begins[0] + 1} reads: {lines[begins[0]].strip()[:80]}"
    return diagnostic_at("MT100", file, lines, line, column, message, cure)


def _in_words(problem: str, source: str) -> tuple[str, str]:
    if "cannot start any token" in problem or "unknown escape" in problem or "directive" in problem:
        return "this character cannot begin a value, or this escape is unknown", "put the whole text in single quotes"
    if "mapping values are not allowed" in problem:
        return (
            "a second colon on one line",
            "put text that holds a colon and a space in quotes, or mend the indentation",
        )
    if "could not find expected ':'" in problem:
        return "a key without a colon", "write key: value, with a space after the colon"
    if "did not find expected key" in problem or "expected <block end>" in problem:
        return "this line does not fit the lines above it", "check the indentation and the quotes above"
    if "unexpected end of stream" in problem:
        return "a quote is never closed", "close the quote"
    if "did not find expected ',' or" in problem:
        if "'" in source:
            return (
                "a bracket or brace is not closed, or an apostrophe ends the text early",
                "write text with an apostrophe in double quotes",
            )
        return "a bracket or brace is never closed, or a comma is missing", "close it, or add the comma"
    return problem, "see the line above for a missing quote, colon or bracket"


def _context(error: yaml.YAMLError) -> tuple[int, int] | None:
    mark = getattr(error, "context_mark", None)
    return (mark.line, mark.column) if mark else None
