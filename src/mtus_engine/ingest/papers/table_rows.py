"""The rows of a table of what is requested, from its lines: which lines belong together."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mtus_engine.model.papers import FieldUse

# The code of a diagnosis, with or without its dot.
ICD = re.compile(r"(?<![\w.])(?:[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?|\d{3}\.\d{1,2})(?![\w-]|\.\w)")
_OF_ABOVE = re.compile(r"[\"”″]+(?:\s+[\"”″]+)?|same(?: as above)?|ditto|as above|\([^()\d]*\)", re.IGNORECASE)
_NUMBERED = re.compile(r"\(?\d{1,2}[.)]\s")
# What ends so goes on in the next line.
_BREAKS_OFF = re.compile(r"(?:[,/&+-]|\b(?:and|or|of|for|with|to|the))$")


class RequestTableRow(NamedTuple):
    """A row of the table: the words of its cells, by what their column holds."""

    cells: dict[FieldUse, str]


def table_rows(parts: Sequence[tuple[dict[FieldUse, str], bool, bool]]) -> Iterator[RequestTableRow]:
    """Yield the rows: a line begins one by its code or number, or by what it asks for; a border ends one."""
    are_coded = any(_is_coded(cells) for cells, _, _ in parts)
    are_numbered = any(_NUMBERED.match(cells.get(FieldUse.SERVICE, "")) for cells, _, _ in parts)
    first = next((n for n, (cells, _, _) in enumerate(parts) if cells), 0)
    # A border below the head alone parts no rows; where borders do, the lines between two of them are one row.
    has_borders = not are_numbered and any(not cells for cells, _, _ in parts[first:-1])
    row: dict[FieldUse, list[str]] = {}
    for cells, after_blank, has_bars in parts:
        diagnosis = cells.get(FieldUse.DIAGNOSIS, "")
        begins = not cells or _is_coded(cells) or _NUMBERED.match(diagnosis) is not None or is_of_above(diagnosis)
        if are_numbered:
            begins = _NUMBERED.match(cells.get(FieldUse.SERVICE, "")) is not None
        elif FieldUse.SERVICE in cells and not has_borders:
            is_row_of_bars = has_bars and (FieldUse.PROCEDURE in cells or FieldUse.DIAGNOSIS in cells)
            begins = begins or is_row_of_bars or after_blank or not are_coded or _asks_anew(cells, row)
        if begins and row and not _goes_on(cells, row):
            yield RequestTableRow({use: " ".join(words) for use, words in row.items()})
            row = {}
        for use, words in cells.items():
            row.setdefault(use, []).append(words)
    if row:
        yield RequestTableRow({use: " ".join(words) for use, words in row.items()})


def _goes_on(cells: dict[FieldUse, str], row: dict[FieldUse, list[str]]) -> bool:
    """Return whether what a row asks for breaks off where the line ends, so that the next line goes on with it.

    It does where its last word joins what follows, and where the line goes on in small letters.
    """
    before = row.get(FieldUse.SERVICE)
    if before is None or FieldUse.SERVICE not in cells or is_of_above(cells[FieldUse.SERVICE]):
        return False
    if before[0][:1].isupper() and cells[FieldUse.SERVICE][:1].islower():
        return True
    is_of_its_own = bool({FieldUse.PROCEDURE, FieldUse.QUANTITY} & cells.keys())
    return not is_of_its_own and _BREAKS_OFF.search(before[-1]) is not None


def is_of_above(cell: str) -> bool:
    """Return whether a cell says no more than that the one above holds here, too, or a remark on it."""
    return _OF_ABOVE.fullmatch(cell.strip()) is not None


def _asks_anew(cells: dict[FieldUse, str], row: dict[FieldUse, list[str]]) -> bool:
    """Return whether a line without a diagnosis asks for something of its own: a service with its code and number."""
    of_its_own = {FieldUse.SERVICE, FieldUse.PROCEDURE, FieldUse.QUANTITY}
    is_whole = of_its_own <= cells.keys() and of_its_own <= row.keys() and FieldUse.DIAGNOSIS not in cells
    return is_whole and cells[FieldUse.SERVICE][:1].isupper()


def _is_coded(cells: dict[FieldUse, str]) -> bool:
    return ICD.search(cells.get(FieldUse.CODE, "")) is not None
