"""Tables by the lines that are drawn around their cells, found in the picture of a page: of a PDF as of a scan."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from mtus_engine.ingest.reader.lines_on_page import (
    BoxedWord,
    lines_of_words,
    parted_lines,
    spaced_line,
    width_of_letters,
)

# A dot is dark below this, of 255. A line is so many dots long at least, across and down, has no more gaps than this
# share of it, and is so many dots thick at most: what is thicker is a shaded field.
_DARK, _ACROSS, _DOWN, _WITHOUT_GAPS, _THICKEST = 140, 90, 44, 0.93, 16
# So many dots are covered where a line is taken away. Lines that end so many dots apart meet; those so near to each
# other are one.
_COVERED, _MEET = 7, 10
# A table has at least so many rows of at least so many cells.
_FEWEST_ROWS, _FEWEST_CELLS = 2, 2


# A cell of a form: a label with a colon, or a box to tick; between fields in one line stand wide spaces.
_A_FIELD, _BETWEEN_FIELDS = re.compile(r"[^:|]{2,60}:(?! *\()|[\[(☐☒☑□]"), " " * 5


class _Line(NamedTuple):
    """A line: where it stands across its direction, and from where to where it goes."""

    at: int
    start: int
    end: int


class DrawnCell(NamedTuple):
    """A cell, in the unit of its words: the row in which it begins tells its top."""

    left: float
    right: float
    words: list[BoxedWord]


class DrawnRow(NamedTuple):
    """A row of a table; a cell that goes on over several rows is the same in each."""

    top: float
    bottom: float
    cells: list[DrawnCell]

    def cell_at(self, word: BoxedWord) -> DrawnCell | None:
        """Return the cell in which the middle of a word stands, None where it stands in none of this row."""
        across, down = (word[1] + word[3]) / 2, (word[2] + word[4]) / 2
        if not self.top <= down <= self.bottom:
            return None
        return next((cell for cell in self.cells if cell.left <= across <= cell.right), None)


def load_arrays() -> None:
    """Load NumPy while files can still be opened; raises ImportError without it."""
    import numpy as np  # noqa: PLC0415 - a library of the optional extra

    _lines(np.zeros((1, _DOWN + 1), dtype=bool), _DOWN)


def text_with_tables(words: list[BoxedWord], rows: Sequence[DrawnRow]) -> str:
    """Return the words of a page as its lines, the rows of drawn tables as lines with a bar around each cell.

    rows are in the unit of the words, and have none yet.
    """
    left = [word for word in words if not _put_in_its_cell(word, rows)]
    lines, width = lines_of_words(left), width_of_letters(words)
    parted = parted_lines(lines)
    told = [
        (min(word[2] for word in line), "\n" * (n in parted) + spaced_line(line, width)) for n, line in enumerate(lines)
    ]
    told += [(row.top, _row_text(row)) for row in rows if any(cell.words for cell in row.cells)]
    return "\n".join(text for _, text in sorted(told, key=lambda one: one[0]))


def _put_in_its_cell(word: BoxedWord, rows: Sequence[DrawnRow]) -> bool:
    """Put a word into the cell that it stands in; return whether there is one."""
    cell = next((cell for row in rows if (cell := row.cell_at(word)) is not None), None)
    if cell is not None:
        cell.words.append(word)
    return cell is not None


def _row_text(row: DrawnRow) -> str:
    """Return a row as a line: with bars, or where each cell is a field of a form, or a box to tick, as these stand."""
    texts: list[str] = []
    for cell in row.cells:
        text = " ".join(word[0] for line in lines_of_words(cell.words) for word in line)
        # A label in a cell of its own goes with its value; of headings with colons each stands by itself.
        if texts and texts[-1].endswith(":") and not text.endswith(":"):
            texts[-1] = f"{texts[-1]} {text}".strip()
        else:
            texts.append(text)
    if all(_A_FIELD.match(text) for text in texts if text):
        return _BETWEEN_FIELDS.join(filter(None, texts))
    return f"| {' | '.join(texts)} |"


def drawn_rows(picture: Any, scale: float = 1.0) -> list[DrawnRow]:
    """Return the rows of the tables that are drawn on a picture in shades of grey, without words.

    scale is how many dots of the picture are one unit of the rows.
    """
    found: list[DrawnRow] = []
    for across, down in _joined(*_drawn_lines(picture)):
        rows = [row for row in _rows(across, down) if len(row.cells) >= _FEWEST_CELLS]
        if len(rows) >= _FEWEST_ROWS:
            found += _scaled(rows, scale)
    return found


def _scaled(rows: Sequence[DrawnRow], scale: float) -> Iterator[DrawnRow]:
    made: dict[int, DrawnCell] = {}
    for row in rows:
        for one in row.cells:
            made.setdefault(id(one), DrawnCell(one.left / scale, one.right / scale, []))
        yield DrawnRow(row.top / scale, row.bottom / scale, [made[id(one)] for one in row.cells])


def _drawn_lines(picture: Any) -> tuple[list[_Line], list[_Line]]:
    """Return the lines across and down a picture in shades of grey."""
    import numpy as np  # noqa: PLC0415 - the same door

    dark = np.asarray(picture) < _DARK
    return _lines(dark, _ACROSS), _lines(dark.T, _DOWN)


def without_lines(picture: Any) -> Any:
    """Return a picture in shades of grey without the lines that are drawn on it: they hide the words beside them."""
    from PIL import ImageDraw  # noqa: PLC0415 - the same door

    across, down = _drawn_lines(picture)
    cleared = picture.copy()
    pen = ImageDraw.Draw(cleared)
    for line in across:
        pen.line((line.start, line.at, line.end, line.at), fill=255, width=_COVERED)
    for line in down:
        pen.line((line.at, line.start, line.at, line.end), fill=255, width=_COVERED)
    return cleared


def _lines(dark: Any, shortest: int) -> list[_Line]:
    """Return the lines along the rows of an array of dots, True where one is dark.

    A line of a scan leans a little, and steps from row to row: its dots may stand one row higher or lower.
    """
    import numpy as np  # noqa: PLC0415 - the same door

    if dark.shape[1] <= shortest:
        return []
    dark = dark.copy()
    dark[1:] |= dark[:-1].copy()
    dark[:-1] |= dark[1:].copy()
    summed = np.cumsum(np.pad(dark, ((0, 0), (1, 0))), axis=1, dtype=np.int32)
    begins = summed[:, shortest:] - summed[:, :-shortest] >= _WITHOUT_GAPS * shortest
    found: list[tuple[int, _Line]] = []
    for at in np.flatnonzero(begins.any(axis=1)).tolist():
        edges = np.flatnonzero(np.diff(np.pad(begins[at].astype(np.int8), 1)))
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            found.append((at, _Line(at, start, end + shortest - 1)))
    return _thin(found)


def _thin(found: Sequence[tuple[int, _Line]]) -> list[_Line]:
    """Return the lines, each once whose dots stand on several rows; what is too thick is none."""
    lines: list[list[_Line]] = []
    for at, line in found:
        same = next((one for one in lines if at - one[-1].at <= 2 and _overlap(one[-1], line)), None)
        if same is None:
            lines.append([line])
        else:
            same.append(line)
    return [
        _Line((one[0].at + one[-1].at) // 2, min(part.start for part in one), max(part.end for part in one))
        for one in lines
        if one[-1].at - one[0].at < _THICKEST
    ]


def _overlap(one: _Line, other: _Line) -> bool:
    return min(one.end, other.end) - max(one.start, other.start) > 0


def _joined(across: Sequence[_Line], down: Sequence[_Line]) -> Iterator[tuple[list[_Line], list[_Line]]]:
    """Yield the lines that meet, directly or by others, as those across and those down."""
    left_across, left_down = list(across), list(down)
    while left_across:
        these, those = [left_across.pop(0)], list[_Line]()
        while met := [one for one in left_down if any(_meet(line, one) for line in these)]:
            left_down = [one for one in left_down if one not in met]
            those += met
            further = [line for line in left_across if any(_meet(line, one) for one in met)]
            left_across = [line for line in left_across if line not in further]
            these += further
        yield these, those


def _meet(across: _Line, down: _Line) -> bool:
    return across.start - _MEET <= down.at <= across.end + _MEET and down.start - _MEET <= across.at <= down.end + _MEET


def _rows(across: Sequence[_Line], down: Sequence[_Line]) -> Iterator[DrawnRow]:
    """Yield the rows between lines across, each with the cells between the lines down that go through it.

    A cell without a line above it goes on from the row above.
    """
    heights, above = _places(across), list[DrawnCell]()
    for top, bottom in pairwise(heights):
        middle = (top + bottom) / 2
        edges = _places([line for line in down if line.start <= middle <= line.end])
        cells = []
        for left, right in pairwise(edges):
            middle_of_it = (left + right) / 2
            goes_on = not any(abs(line.at - top) <= _MEET and line.start <= middle_of_it <= line.end for line in across)
            higher = next((one for one in above if one.left == left and one.right == right), None)
            cells.append(higher if goes_on and higher is not None else DrawnCell(left, right, []))
        above = cells
        yield DrawnRow(top, bottom, cells)


def _places(lines: Sequence[_Line]) -> list[int]:
    """Return where lines stand, in order, those near to each other once."""
    places: list[int] = []
    for at in sorted(line.at for line in lines):
        if not places or at - places[-1] > _MEET:
            places.append(at)
    return places
