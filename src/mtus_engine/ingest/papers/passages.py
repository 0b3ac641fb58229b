"""A paper's text as labelled passages of numbered sentences; "rfa.pdf page 1 sentence 3" names one of them.

A labelled field is one sentence; under a heading every sentence counts, and every line of a list. Of a table of what is
requested each cell is one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from mtus_engine.compiler.phrases import DATE
from mtus_engine.ingest.papers.boxes import without_empty_boxes
from mtus_engine.ingest.papers.day_rows import row_from_its_day
from mtus_engine.ingest.papers.heads import columns_named, heads_a_table, lines_of_heads
from mtus_engine.ingest.papers.labels import Piece, begins_own_label, labelled_pieces, labels_above
from mtus_engine.ingest.papers.signed import CLOSING, SIGNED
from mtus_engine.ingest.papers.table_rows import ICD
from mtus_engine.ingest.papers.tables import DITTO, HEADINGS, RequestTable, TableColumn, table_at, table_going_on
from mtus_engine.ingest.sentences import Sentence, split_sentences
from mtus_engine.model.fact import Fact
from mtus_engine.model.papers import SECTIONS, FieldUse, Label

# What an entry of a list begins with: a sign, a number, a letter before words, a box.
_SIGN = r"[-•*▪–>‣►▸➢◦●]"
ENTRY_MARK = rf"{_SIGN}|\(?\d{{1,2}}[.)]|\(?[A-F](?:\)|\.(?=\s+[A-Z][a-z]* [a-z(]))|[☐☒☑□■]"
_BEGINS_A_LINE = re.compile(rf"(?:{ENTRY_MARK}|\[x\])\s|(?:\d{{1,3}}\s+)?{DATE}", re.IGNORECASE)
# Notes of several days: a day at the beginning of a line ends what was said or planned on the day before.
_DAY_ALONE = re.compile(rf"\s*{DATE}\s*(?:[-–:]\s.*)?", re.IGNORECASE)
_ENDED_BY_A_DAY = frozenset({FieldUse.TOLD, FieldUse.PLAN})
# The row of a list of visits, with the day in its first column; and a line that is drawn across the paper.
_ROW_OF_A_DAY = re.compile(rf"\s*(?:\d{{1,3}}\s+)?{DATE}\s{{3,}}\S", re.IGNORECASE)
_DRAWN = re.compile(r"\s*(?:([-=_*~])\1{9,}|\+(?:[-=]+\+)+)\s*")
# Dots that lead from a label to its value.
_LEADERS = re.compile(r"[ \t]?\.{3,}[ \t]?:|(?<=[\w)])[ \t]+\.{5,}(?=[ \t]+\S)")
# A line whose wide spaces part so many cells is a row of a table, and one with a space that is wider still.
_WIDE, _WIDER = re.compile(r"\s{3,}"), re.compile(r"(?<!\s)\s{6,}(?!\s)")
_CELLS_OF_A_ROW = 3
_REMARK_ALONE = re.compile(r"\s*\([^()]*\)\s*")
_ENTRY = re.compile(rf"\s*(?:{_SIGN}|\(?(?:\d{{1,2}}|[A-F])[.)])\s+\S")
# A quantity, or the code of a procedure, is of something that is asked for.
_ASKED = re.compile(r"\d\s*(?:x\b|times|visits?|sessions?|treatments?|units?)|\b9\d{4}\b", re.IGNORECASE)
_NUMBERED = re.compile(r"\(?\d{1,2}[.)]\s+")


_NOTHING_BEFORE: Mapping[int, int] = MappingProxyType({})


class Passage(NamedTuple):
    """One labelled field, or the sentences under one heading on one page; use is None where no label is known.

    row is the number of the row in a form or table for several requests; value is the text behind the label, in lines.
    page is counted from 1. label is the label itself, as it is written.
    """

    use: FieldUse | Fact | None
    row: int | None
    value: str
    sentences: tuple[Sentence, ...]
    page: int
    label: str = ""

    @property
    def first(self) -> str:
        """Its first sentence, with its label; empty where it has none."""
        return self.sentences[0].text if self.sentences else ""

    @property
    def place(self) -> str:
        """The place of its first sentence."""
        return self.sentences[0].place if self.sentences else ""


def passages(
    file: str, pages: Sequence[str], labels: Sequence[Label], before: Mapping[int, int] = _NOTHING_BEFORE
) -> tuple[Passage, ...]:
    """Return the passages of a paper's pages, in order; a section that runs over pages is one passage on each.

    before tells how many sentences of a page, counted from 1, another paper of the file has on it.
    """
    found: list[Passage] = []
    goes_on: FieldUse | Fact | None = None
    rows = 0
    columns: tuple[TableColumn, ...] = ()
    for number, page in enumerate(pages, 1):
        read = _Pieces(page, labels, goes_on, rows, columns)
        pieces, columns = read.found, read.open_columns
        rows = max([rows, *(one.row for one in pieces if one.row is not None)])
        count = before.get(number, 0)
        for piece in pieces:
            texts = list(_texts(piece))
            sentences = tuple(Sentence(f"{file} page {number} sentence {count + n}", t) for n, t in enumerate(texts, 1))
            count += len(texts)
            if sentences:
                value = "\n".join(piece.lines).strip()
                found.append(Passage(piece.use, piece.row, value, sentences, number, piece.label))
        goes_on = pieces[-1].use if pieces and pieces[-1].use in SECTIONS else None
    return tuple(found)


def is_drawn(line: str) -> bool:
    """Return whether a line is drawn across the paper, of signs alone."""
    return _DRAWN.fullmatch(line) is not None


class _Pieces:
    """The pieces of one page; goes_on is the section of the page before, rows the number of rows read before.

    columns are those of a table with which the page before ended; open_columns those of one with which this page ends.
    """

    def __init__(
        self,
        page: str,
        labels: Sequence[Label],
        goes_on: FieldUse | Fact | None,
        rows: int,
        columns: Sequence[TableColumn],
    ) -> None:
        """Read the page."""
        self._labels = labels
        self._lines = _LEADERS.sub(":", without_empty_boxes(page)).split("\n")
        self._rows = rows
        self._pieces = [Piece(goes_on, None, "", [])]
        self.open_columns: tuple[TableColumn, ...] = ()
        further = table_going_on(self._lines, columns, self._begins_a_field) if columns else None
        number, was_blank = self._rows_of(further, 0), False
        while number < len(self._lines):
            line = self._lines[number]
            number += self._take(number, was_blank=was_blank)
            was_blank = not line.strip()
        self.found = [one for one in self._pieces if one.label or any(line.strip() for line in one.lines)]

    def _take(self, number: int, *, was_blank: bool) -> int:
        """Read what begins on a line, and return how many lines it takes."""
        line, labels = self._lines[number], self._labels
        is_in_a_table = self._pieces[-1].use is FieldUse.TREATMENT
        if line.strip() and (taken := self._table(number)):
            return taken
        if is_in_a_table and line.strip() and (taken := lines_of_heads(self._lines[number:], labels)):
            return taken
        if above := labels_above(self._lines[number : number + 3], labels):
            self._pieces += above
            return 2
        cut = list(labelled_pieces(line, labels))
        if heads_a_table(cut, line, labels) or (is_in_a_table and _REMARK_ALONE.fullmatch(line)):
            if not is_in_a_table and (columns_named(line, labels) >= HEADINGS or self._heads_a_list(number)):
                # What stands below the headings of a table is its rows, though no title stands above them.
                self._pieces.append(Piece(FieldUse.TREATMENT, None, "", []))
            return 1
        if cut:
            self._pieces += cut
        elif _ends_a_section(self._pieces[-1], line):
            self._pieces.append(Piece(None, None, "", [line]))
        elif _goes_on(self._pieces[-1], line, was_blank=was_blank):
            self._pieces[-1].lines.append(line)
        elif line.strip():
            self._begin_or_go_on(line, was_blank=was_blank)
        return 1

    def _heads_a_list(self, number: int) -> bool:
        """Return whether a line such as "Service requested:" stands above a list."""
        below = next((line for line in self._lines[number + 1 :] if line.strip()), "")
        heads = any(one.use is FieldUse.SERVICE for one in labelled_pieces(self._lines[number], self._labels))
        return heads and _ENTRY.match(below) is not None

    def _begin_or_go_on(self, line: str, *, was_blank: bool) -> None:
        """Take a line without a label: it begins a piece, or goes on with a list after a field within the list."""
        *before, last = self._pieces
        section = before[-1] if before else last
        is_list = section.use in SECTIONS and any(_ENTRY.match(one) for one in section.lines)
        # The diagnosis may stand above the list of what is requested for it.
        is_headed = (
            section.use is FieldUse.TREATMENT and last.use is FieldUse.DIAGNOSIS and _ENTRY.match(line) is not None
        )
        if is_headed:
            self._pieces.append(Piece(section.use, None, "", [line]))
        elif last.use is not FieldUse.IGNORED or not is_list or (was_blank and _ENTRY.match(line) is None):
            self._pieces.append(Piece(None, None, "", [line]))
        elif _ENTRY.match(line) is None:
            section.lines.append(line)
        else:
            self._pieces.append(Piece(section.use, None, "", [line]))

    def _begins_a_field(self, number: int) -> bool:
        named = any(one.use is not None for one in labelled_pieces(self._lines[number], self._labels))
        return named or bool(labels_above(self._lines[number : number + 3], self._labels))

    def _table(self, number: int) -> int:
        """Read the table that begins on a line, each cell a piece; return how many lines it takes, 0 for no table."""
        return self._rows_of(table_at(self._lines, number, self._labels, self._begins_a_field), number)

    def _rows_of(self, table: RequestTable | None, number: int) -> int:
        """Keep the rows of a table that begins on a line, and return how many lines it takes, 0 for no table."""
        if table is None:
            return 0
        if not any(line.strip() for line in self._lines[number + table.lines :]):
            self.open_columns = table.columns
        for row in table.rows:
            self._rows += 1
            self._pieces += [Piece(use, self._rows, "", [words]) for use, words in row.cells.items()]
        # What follows belongs to the section still.
        self._pieces.append(Piece(FieldUse.TREATMENT, None, "", []))
        return table.lines


def _ends_a_section(piece: Piece, line: str) -> bool:
    """Return whether a line ends what stands before it: a day of further notes, a line drawn, or who signed."""
    if piece.use in _ENDED_BY_A_DAY:
        row = row_from_its_day(line)
        ends = _DAY_ALONE.fullmatch(row) or _ROW_OF_A_DAY.match(row) or _DRAWN.fullmatch(line)
        if ends is not None:
            return True
    if piece.use in SECTIONS and SIGNED.search(line.rstrip()) is not None:
        return True
    return piece.use is FieldUse.TREATMENT and CLOSING.fullmatch(line) is not None


def _goes_on(piece: Piece, line: str, *, was_blank: bool) -> bool:
    """Return whether a line without a label belongs to what stands before it."""
    # "Also requested:" above a list ends no section of what is requested.
    if begins_own_label(line) and not (piece.use is FieldUse.TREATMENT and line.rstrip().endswith(":")):
        return False
    if piece.use is FieldUse.TREATMENT and was_blank and any(one.strip() for one in piece.lines[:1]):
        # What is asked for stands behind the label: below a blank line only what asks for more belongs to it.
        return _ENTRY.match(line) is not None or _ASKED.search(line) is not None
    if piece.use is None or piece.use in SECTIONS:
        return True
    # The value of a field stands on the line below where there is none beside it.
    return not was_blank and not any(one.strip() for one in piece.lines)


def _texts(piece: Piece) -> Iterator[str]:
    """Yield the sentences of a piece; a field together with its label is one sentence."""
    if piece.use is not None and piece.use not in SECTIONS:
        value = " ".join(" ".join(piece.lines).split())
        yield f"{piece.label}: {value}".strip() if piece.label else value
        return
    paragraph: list[str] = []
    for line in [*piece.lines, ""]:
        is_row = len(_WIDE.split(line.strip(), _CELLS_OF_A_ROW)) >= _CELLS_OF_A_ROW or _WIDER.search(line.strip())
        is_coded = piece.use is FieldUse.TREATMENT and ICD.search(line) is not None
        # Codes one below the other are those of one row.
        is_coded = is_coded and not (paragraph and _is_of_codes(line) and _is_of_codes(paragraph[-1]))
        row = row_from_its_day(line.strip())
        begins = _BEGINS_A_LINE.match(row) or _BEGINS_A_LINE.match(line.strip()) or is_coded
        begins = begins or (piece.use is FieldUse.TREATMENT and DITTO.match(line) is not None)
        if paragraph and (not line.strip() or begins or is_row):
            # A line that begins with its code goes on from the words of the diagnosis above it.
            above = _words_above(paragraph) if is_coded and ICD.match(line.strip()) else 0
            if above == len(paragraph) and not _is_of_codes(line):
                # What stands alone above such a line may be a service of its own.
                above = 0
            yield from _sentences(" ".join(paragraph[: len(paragraph) - above]))
            paragraph = paragraph[len(paragraph) - above :]
        if line.strip():
            paragraph.append(" ".join(line.split()))
        if is_row:
            yield from _sentences(" ".join(paragraph))
            paragraph = []


def _is_of_codes(line: str) -> bool:
    """Return whether a line holds codes of diagnoses and nothing else."""
    return ICD.search(line) is not None and not ICD.sub("", line).strip(" ,;/")


def _words_above(lines: Sequence[str]) -> int:
    """Return how many of the last lines are words without a figure that one with a capital letter begins."""
    for count, line in enumerate(reversed(lines), 1):
        if any(sign.isdigit() for sign in line):
            return 0
        if line[:1].isupper():
            return count
    return 0


def _sentences(paragraph: str) -> Iterator[str]:
    """Yield the sentences of a paragraph; the number that begins a line of a list is no sentence by itself."""
    number = _NUMBERED.match(paragraph)
    head = number[0] if number is not None else ""
    for n, sentence in enumerate(split_sentences(paragraph[len(head) :])):
        yield head + sentence if n == 0 else sentence
