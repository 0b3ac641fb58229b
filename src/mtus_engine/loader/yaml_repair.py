"""The likely cause of a mistake in YAML's grammar: the line whose mending lets the file be read."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import yaml

# Repairs are tried one by one: none in a text of more characters, and at most so many in any.
LARGEST_TRIED = 300_000
MOST_TRIED = 60

# A value that begins with a quote: after a key and its colon, or after the hyphen of a list.
_VALUE_IN_QUOTES = re.compile(r"""\s*(?:-\s+)*(?:[^\s"'#][^"'#]*?:\s+)?(["'])""")
_CLOSED = {'"': re.compile(r'"(?:[^"\\]|\\.)*"'), "'": re.compile(r"'(?:[^']|'')*'")}
_NO_SPACE = re.compile(r"\s*(?:-\s+)*[A-Za-z_][\w.-]*:(?=[^\s:/])")
_CLOSING = {"[": "]", "{": "}"}
_NOWHERE = 10**9
_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Repair(NamedTuple):
    """A line that, written otherwise, lets the file be read: its place, counted from 0, and what is wrong with it."""

    line: int
    column: int
    message: str
    cure: str
    written: str


def repair(lines: Sequence[str], failed: int) -> Repair | None:
    """Return the first repair, likeliest first, after which the file is read beyond the failed line; else None."""
    if sum(map(len, lines)) > LARGEST_TRIED:
        return None
    for n, one in enumerate(_repairs(lines, failed)):
        if n >= MOST_TRIED:
            return None
        mended = [*lines[: one.line], one.written, *lines[one.line + 1 :]]
        if _fails_at(mended) > failed + 1:
            return one
    return None


def _fails_at(lines: Sequence[str]) -> int:
    """Return the line at which the text cannot be read on, a number beyond all lines where it is read to the end."""
    try:
        for _ in yaml.parse("\n".join(lines) + "\n", Loader=_PARSER):
            pass
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return mark.line if mark is not None else 0
    except RecursionError:
        return 0
    return _NOWHERE


def _repairs(lines: Sequence[str], failed: int) -> Iterator[Repair]:
    near = range(min(failed, len(lines) - 1), max(-1, failed - 3), -1)
    yield from _colons(lines, near)
    yield from _quotes(lines, failed)
    yield from _indents(lines, near)
    yield from _brackets(lines, failed)


def _quotes(lines: Sequence[str], failed: int) -> Iterator[Repair]:
    for number, text in enumerate(lines[: failed + 1]):
        opening = _VALUE_IN_QUOTES.match(text)
        if opening and not _CLOSED[opening[1]].match(text, opening.start(1)):
            yield Repair(number, opening.start(1), "a quote is never closed", "close the quote", text + opening[1])


def _colons(lines: Sequence[str], near: range) -> Iterator[Repair]:
    for number in near:
        if match := _NO_SPACE.match(lines[number]):
            written = f"{match[0]} {lines[number][match.end() :]}"
            message, cure = "a key without a space after its colon", "write key: value, with a space after the colon"
            yield Repair(number, match.end() - 1, message, cure, written)


def _indents(lines: Sequence[str], near: range) -> Iterator[Repair]:
    """Yield each line indented as lines around it are: as those above, the nearest first, then as those below."""
    for number in near:
        text = lines[number].lstrip(" ")
        depth = len(lines[number]) - len(text)
        around = [*reversed(lines[max(0, number - 8) : number]), *lines[number + 1 : number + 4]]
        for wanted in dict.fromkeys(inner for line in around for inner in _depths(line)):
            if text and wanted != depth:
                message = f"this line is indented by {_spaces(depth)} and does not fit the lines around it"
                yield Repair(number, depth, message, f"indent it by {_spaces(wanted)}", " " * wanted + text)


def _depths(line: str) -> Iterator[int]:
    """Yield how far a line is indented, and how far what follows its hyphens is."""
    if not line.strip() or line.lstrip().startswith("#"):
        return
    match = re.match(r" *((?:- +)*)", line)
    assert match is not None
    if match[1]:
        yield match.end()
    yield match.start(1)


def _spaces(number: int) -> str:
    return f"{number or 'no'} space{'' if number == 1 else 's'}"


def _brackets(lines: Sequence[str], failed: int) -> Iterator[Repair]:
    """Yield each line that leaves a bracket or brace open, with what closes it at its end."""
    for number in range(min(failed, len(lines) - 1), -1, -1):
        open_: list[tuple[str, int]] = []
        for column, letter in enumerate(lines[number]):
            if letter in _CLOSING:
                open_.append((letter, column))
            elif letter in "]}" and open_ and _CLOSING[open_[-1][0]] == letter:
                open_.pop()
        if open_:
            closing = "".join(_CLOSING[letter] for letter, _ in reversed(open_))
            message = f"{'a bracket' if open_[-1][0] == '[' else 'a brace'} is never closed"
            yield Repair(number, open_[-1][1], message, f"close it with {closing}", lines[number] + closing)
