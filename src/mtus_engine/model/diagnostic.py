"""What a person wrote wrongly: a code, a place, a message and a cure."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake in one file: line and column count from 1; source is the line itself."""

    code: str
    file: str
    line: int
    column: int
    message: str
    help: str | None = None
    source: str | None = None
    severity: str = "error"

    def __str__(self) -> str:
        """Return the one-line form that editors read."""
        return f"{self.file}:{self.line}:{self.column}: {self.code} {self.message}"


class Rejected(Exception):
    """Some of the files cannot be used; diagnostics holds every mistake found in all of them."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        """Keep the mistakes in the order of files and lines."""
        ordered = sorted(diagnostics, key=lambda d: (d.file, d.line, d.column, d.code))
        self.diagnostics = tuple(dict.fromkeys(ordered))
        super().__init__("\n".join(map(str, self.diagnostics)))

    def __reduce__(self) -> "tuple[type[Rejected], tuple[tuple[Diagnostic, ...]]]":
        """Return what pickle makes it from again in another process: by default the mistakes would be lost."""
        return Rejected, (self.diagnostics,)


def quoted_value(value: object) -> str:
    """Return a value as messages quote it, cut after 60 characters."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case str():
            return f'"{value[:60]}"'
        case Mapping():
            return "a mapping"
        case tuple() | list():
            return "a list"
        case _:
            return str(value)[:60]


def did_you_mean(word: str, words: tuple[str, ...], near_enough: float = 0.6) -> str:
    """Return " (did you mean x or y?)" for the words that are near, the nearest first, or nothing where none is.

    near_enough is the share of signs that must be alike: higher where a wrong guess would do harm.
    """
    near = get_close_matches(word, dict.fromkeys(words), n=3, cutoff=near_enough)
    best = SequenceMatcher(None, word, near[0]).ratio() if near else 0.0
    alike = [one for one in near if SequenceMatcher(None, word, one).ratio() > best - 0.04]
    return f" (did you mean {' or '.join(alike)}?)" if alike else ""
