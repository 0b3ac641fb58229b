"""The table of what is requested, read by its columns: cells that wrap over lines are put together again."""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from mtus_engine.ingest.papers.table_rows import ICD, RequestTableRow, table_rows
from mtus_engine.model.papers import FieldUse, Label

# The columns of the table of what is requested; a head names at least HEADINGS of them.
COLUMNS = (FieldUse.DIAGNOSIS, FieldUse.CODE, FieldUse.SERVICE, FieldUse.PROCEDURE, FieldUse.QUANTITY)
HEADINGS = 3
# How often and how much may stand in columns of their own; of other columns there is one of each.
_OF_SEVERAL_COLUMNS = frozenset({FieldUse.QUANTITY, FieldUse.IGNORED})
# Signs that the diagnosis of the row above stands here, too.
DITTO = re.compile(r"\s*(?:(?:[\"”″]\s*){1,2}|same\s*\|?\s*same\b|same\s*(?=\|))(?=\s*\|?\s*\w)", re.IGNORECASE)

# Codes of services: of five digits, or a letter and four.
_SERVICE_CODES = re.compile(r"(?:[A-Z]\d{4}|\d{5})(?:-\w{2})?(?:\s?,\s?(?:[A-Z]\d{4}|\d{5})(?:-\w{2})?)*")
_CELL = re.compile(r"\S+(?: \S+)*")
REMARKS = re.compile(r"\([^()]*\)")
# A line that is drawn between the rows of a table.
_BORDER = re.compile(r"\s*[+|=_-][+|=_\s-]{3,}\s*")
_SLASH = re.compile(r"\s*/\s*")
_OF_LINES = re.compile(r"(?:ln|line|no|nr|item|row|seq)\.?", re.IGNORECASE)
# A head takes at most so many lines, and cells of a column begin at most so far from where the column begins.
_MOST_HEAD_LINES, _NEAR = 4, 3
# After so many blank lines the table is over.
_MOST_BLANK = 2


class TableColumn(NamedTuple):
    """A column: where it begins, what it holds, and its heading."""

    start: int
    use: FieldUse | None
    heading: str


class RequestTable(NamedTuple):
    """A table that was read, how many lines it takes from the first line of its head, and its columns."""

    rows: tuple[RequestTableRow, ...]
    lines: int
    columns: tuple[TableColumn, ...]


class _Cell(NamedTuple):
    start: int
    text: str


def table_at(
    lines: Sequence[str], start: int, labels: Sequence[Label], ends: Callable[[int], bool]
) -> RequestTable | None:
    """Return the table whose head begins with a line; None where none does, or its columns are not plain.

    ends tells of the number of a line whether it begins something else, such as a labelled field.
    """
    if not any(one.use in COLUMNS and one.pattern.search(lines[start]) for one in labels):
        return None
    for height in range(min(_MOST_HEAD_LINES, len(lines) - start), 0, -1):
        columns = _columns(lines[start : start + height], labels)
        if columns is not None:
            return _table(lines, start, height, columns, ends)
    return None


def table_going_on(
    lines: Sequence[str], columns: Sequence[TableColumn], ends: Callable[[int], bool]
) -> RequestTable | None:
    """Return what the first lines of a page add to a table of the page before, which had these columns."""
    return _table(lines, 0, 0, columns, ends)


def _columns(head: Sequence[str], labels: Sequence[Label]) -> tuple[TableColumn, ...] | None:
    """Return the columns that the lines of a head name, None where they are no head of this table."""
    if not all(line.strip() for line in head) or any(_BORDER.fullmatch(line) for line in head):
        return None
    cells = [_cells(line) for line in head]
    widest = max(cells, key=len)
    if len(widest) < HEADINGS:
        return None
    texts = [""] * len(widest)
    for line in cells:
        for number, cell in enumerate(line):
            at = number if len(line) == len(widest) else _nearest(cell.start, [one.start for one in widest])
            texts[at] = f"{texts[at]} {cell.text}".strip()
    uses = [_use_of_head(text, labels) for text in texts]
    named = [use for use in uses if use is not None]
    once = [use for use in named if use not in _OF_SEVERAL_COLUMNS]
    if len(named) < max(HEADINGS, len(texts) - 1) or len(set(once)) < len(once):
        return None
    missing = next((use for use in (FieldUse.SERVICE, FieldUse.QUANTITY) if use not in named), None)
    if None in uses and missing is not None:
        # A heading in other words is that of the column without which there is no request.
        uses[uses.index(None)] = missing
    if FieldUse.SERVICE not in uses:
        return None
    starts = [min(line[n].start for line in cells if len(line) == len(widest)) for n in range(len(widest))]
    return tuple(TableColumn(*one) for one in zip(starts, uses, texts, strict=True))


def _use_of_head(text: str, labels: Sequence[Label]) -> FieldUse | None:
    plain = _SLASH.sub("/", " ".join(REMARKS.sub(" ", text).split())).strip(" :")
    if plain.endswith("#") or _OF_LINES.fullmatch(plain) is not None:
        # The number of an order or a line.
        return FieldUse.IGNORED
    for label in labels:
        if isinstance(label.use, FieldUse) and label.pattern.fullmatch(plain):
            if label.use in COLUMNS:
                return label.use
            # "Request" heads the column of what is requested.
            if label.use is FieldUse.TREATMENT:
                return FieldUse.SERVICE
            if label.use in {FieldUse.DATED, FieldUse.IGNORED}:
                return label.use
    return None


def _table(
    lines: Sequence[str], start: int, height: int, columns: Sequence[TableColumn], ends: Callable[[int], bool]
) -> RequestTable | None:
    """Return the rows below a head; None where a line cannot be laid into the columns."""
    parts: list[tuple[dict[FieldUse, str], bool, bool]] = []
    blank, used = 0, height
    for number in range(start + height, len(lines)):
        line = lines[number]
        if _BORDER.fullmatch(line):
            parts.append(({}, False, False))
            used = number + 1 - start
            continue
        if not line.strip():
            blank += 1
            if blank > _MOST_BLANK:
                break
            continue
        cells = _cells(line)
        across = _across_columns(line, cells, columns)
        # A line is drawn below the last row, too: what stands apart from it is no row.
        is_closed = blank > 0 and len(parts) > 1 and not parts[-1][0] and any(found for found, _, _ in parts)
        if (ends(number) and across is None) or (blank and len(cells) == 1) or is_closed:
            break
        found = across or _by_column(cells, columns)
        if found is None and blank and parts:
            break
        if found is None:
            return None
        parts.append((found, blank > 0, "|" in line))
        blank, used = 0, number + 1 - start
    rows = tuple(table_rows(parts))
    return RequestTable(rows, used, tuple(columns)) if rows else None


def _by_column(cells: Sequence[_Cell], columns: Sequence[TableColumn]) -> dict[FieldUse, str] | None:
    """Return the cells by their columns: by where they stand, else in order; None where neither is plain."""
    starts = [one.start for one in columns]
    if len(cells) > len(columns):
        cells = _joined_cells(cells, starts)
    are_several = [one.use for one in columns].count(FieldUse.QUANTITY) > 1
    near = [_nearest(cell.start, starts) for cell in cells]
    fits = [abs(starts[at] - cell.start) <= _NEAR for at, cell in zip(near, cells, strict=True)]
    if sum(fits) < len(cells) < len(columns) and (named := _by_codes(cells, columns)) is not None:
        return named
    in_order = all(at == number for number, (at, fit) in enumerate(zip(near, fits, strict=True)) if fit)
    found: dict[FieldUse, str] = {}
    before = 0
    for number, cell in enumerate(cells):
        if len(cells) == len(columns) and (in_order or sum(fits) < len(cells) - 1):
            at = number
        elif sum(fits) >= max(1, len(cells) - 1):
            # Cells stand below their heads: one that does not goes on from the one before it.
            at = near[number] if fits[number] else before
        else:
            return None
        before = at
        column = columns[at]
        if column.use is not None and cell.text:
            # Of several such columns a number alone is one of what its heading says: "Qty 6".
            is_number = are_several and column.use is FieldUse.QUANTITY and cell.text.isdigit()
            text = f"{column.heading} {cell.text}" if is_number else cell.text
            found[column.use] = f"{found[column.use]} {text}" if column.use in found else text
    return found


def _joined_cells(cells: Sequence[_Cell], starts: Sequence[int]) -> list[_Cell]:
    """Return the cells of a line with more of them than columns: what begins below no head goes on from the left."""
    joined: list[_Cell] = []
    for cell in cells:
        if joined and abs(starts[_nearest(cell.start, starts)] - cell.start) > _NEAR:
            joined[-1] = joined[-1]._replace(text=f"{joined[-1].text} {cell.text}")
        else:
            joined.append(cell)
    return joined


def _across_columns(line: str, cells: Sequence[_Cell], columns: Sequence[TableColumn]) -> dict[FieldUse, str] | None:
    """Return what stands in a cell that takes the width of several columns: how often and how much; None elsewhere."""
    is_closed = line.strip()[:1] == line.strip()[-1:] == "|"
    if not is_closed or not 1 < len(cells) < len(columns) - 1:
        return None
    words = " ".join(cell.text for cell in cells if any(sign.isalpha() for sign in cell.text))
    return {FieldUse.QUANTITY: words} if words else None


def _by_codes(cells: Sequence[_Cell], columns: Sequence[TableColumn]) -> dict[FieldUse, str] | None:
    """Return the cells of a line that leaves some out and stands below no heads, by its codes; None without any.

    The code of the diagnosis stands between the diagnosis and what is asked for; behind that come the code of the
    service, if there is one, and how much of it.
    """
    uses = [one.use for one in columns]
    at = next((n for n, cell in enumerate(cells) if ICD.fullmatch(cell.text)), None)
    in_order = [one for one in uses if one in {FieldUse.DIAGNOSIS, FieldUse.CODE, FieldUse.SERVICE}]
    if at is None or at > 1 or at + 1 >= len(cells):
        return None
    if in_order != [FieldUse.DIAGNOSIS, FieldUse.CODE, FieldUse.SERVICE]:
        return None
    texts = [cell.text for cell in cells]
    found = {FieldUse.CODE: texts[at], FieldUse.SERVICE: texts[at + 1]}
    if at == 1:
        found[FieldUse.DIAGNOSIS] = texts[0]
    rest = texts[at + 2 :]
    if rest and FieldUse.PROCEDURE in uses and _SERVICE_CODES.fullmatch(rest[0]) is not None:
        found[FieldUse.PROCEDURE] = rest.pop(0)
    if rest:
        found[FieldUse.QUANTITY if FieldUse.QUANTITY in uses else FieldUse.SERVICE] = " ".join(rest)
    return found


def _cells(line: str) -> list[_Cell]:
    """Return the cells of a line: between bars, or where wide spaces part them."""
    if "|" not in line:
        return [_Cell(match.start(), match[0]) for match in _CELL.finditer(line)]
    between = line.strip().removeprefix("|").removesuffix("|") if line.strip()[:1] == line.strip()[-1:] == "|" else line
    return [_Cell(n, one.strip()) for n, one in enumerate(between.split("|"))]


def _nearest(start: int, columns: Sequence[int]) -> int:
    return min(range(len(columns)), key=lambda n: abs(columns[n] - start))
