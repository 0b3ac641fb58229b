"""A paper's text as labelled passages of numbered sentences; "rfa.pdf page 1 sentence 3" names one of them.

A labelled field is one sentence; under a heading every sentence counts, and every line of a list.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mtus_engine.compiler.phrases import DATE
from mtus_engine.ingest.sentences import Sentence, split_sentences
from mtus_engine.model.fact import Fact
from mtus_engine.model.papers import SECTIONS, FieldUse, Label

# A label within a line stands apart from what is before it; one of several words, and one in a line that begins with a
# label, needs no more than a space.
_APART = re.compile(r"(?:^|\s{2,}|[|;☐☒☑□■]\s*|[^\w\s]\s+)$")
# The code of a diagnosis, with or without its dot.
ICD = re.compile(r"(?<![\w.])(?:[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?|\d{3}\.\d{1,2})(?![\w.-])")
_COLON = re.compile(r"\s*:\s*")
_OWN_LABEL = re.compile(r"[A-Z][\w/().,'’# -]{1,60}:(?=\s|$)")
_BEGINS_A_LINE = re.compile(rf"(?:[-•*▪–]|\(?\d{{1,2}}[.)]|[☐☒☑□■])\s|{DATE}", re.IGNORECASE)


# The columns of the table of what is requested; a line that names at least HEADINGS of them is its head.
COLUMNS = (FieldUse.DIAGNOSIS, FieldUse.CODE, FieldUse.SERVICE, FieldUse.PROCEDURE, FieldUse.QUANTITY)
HEADINGS = 3


_REMARK_ALONE = re.compile(r"\s*\([^()]*\)\s*")
_REMARKS = re.compile(r"\([^()]*\)")
# The headings of all five columns, even with one word to a line, take no more lines than this.
_MOST_HEAD_LINES = 24
_NUMBERED = re.compile(r"\(?\d{1,2}[.)]\s+")


class Passage(NamedTuple):
    """One labelled field, or the sentences under one heading on one page; use is None where no label is known.

    row is the number of the row in a form for several requests; value is the text behind the label, in lines.
    """

    use: FieldUse | Fact | None
    row: int | None
    value: str
    sentences: tuple[Sentence, ...]

    @property
    def place(self) -> str:
        """The place of its first sentence."""
        return self.sentences[0].place if self.sentences else ""


class _Piece(NamedTuple):
    use: FieldUse | Fact | None
    row: int | None
    label: str
    lines: list[str]


def passages(file: str, pages: Sequence[str], labels: Sequence[Label]) -> tuple[Passage, ...]:
    """Return the passages of a paper's pages, in order; a section that runs over pages is one passage on each."""
    found: list[Passage] = []
    goes_on: FieldUse | Fact | None = None
    for number, page in enumerate(pages, 1):
        pieces = _pieces(page, labels, goes_on)
        count = 0
        for piece in pieces:
            texts = list(_texts(piece))
            sentences = tuple(Sentence(f"{file} page {number} sentence {count + n}", t) for n, t in enumerate(texts, 1))
            count += len(texts)
            if sentences:
                found.append(Passage(piece.use, piece.row, "\n".join(piece.lines).strip(), sentences))
        goes_on = pieces[-1].use if pieces and pieces[-1].use in SECTIONS else None
    return tuple(found)


# A label within a line begins a field of its own where a colon or a wide space stands before it.
_FIELD_ENDS = re.compile(r"(?::\s*|\s{2,})$")


def lines_in_fields(text: str, labels: Sequence[Label]) -> tuple[str, ...]:
    """Return the lines of a paper, with a bar before each label within a line that begins a field of its own."""
    return tuple(_in_fields(line, labels) for line in text.splitlines())


def _in_fields(line: str, labels: Sequence[Label]) -> str:
    starts = sorted({start for start, _, _, _ in _label_places(line, labels) if _FIELD_ENDS.search(line[:start])})
    ends = [*starts, len(line)]
    return line[: ends[0]] + "".join(f"| {line[start:end]}" for start, end in zip(starts, ends[1:], strict=True))


def _pieces(page: str, labels: Sequence[Label], goes_on: FieldUse | Fact | None) -> list[_Piece]:
    pieces = [_Piece(goes_on, None, "", [])]
    was_blank = False
    lines = page.split("\n")
    skipped = 0
    for number, line in enumerate(lines):
        if number < skipped:
            continue
        if pieces[-1].use is FieldUse.TREATMENT and (heads := _lines_of_heads(lines[number:], labels)):
            skipped = number + heads
            continue
        cut = list(_labelled(line, labels))
        is_in_a_table = pieces[-1].use is FieldUse.TREATMENT
        if _heads_a_table(cut, line, labels) or (is_in_a_table and _REMARK_ALONE.fullmatch(line)):
            continue
        if cut:
            pieces += cut
        elif _goes_on(pieces[-1], line, was_blank=was_blank):
            pieces[-1].lines.append(line)
        elif line.strip():
            pieces.append(_Piece(None, None, "", [line]))
        was_blank = not line.strip()
    return [one for one in pieces if one.label or any(line.strip() for line in one.lines)]


def _goes_on(piece: _Piece, line: str, *, was_blank: bool) -> bool:
    """Return whether a line without a label belongs to what stands before it."""
    if _OWN_LABEL.match(line):
        return False
    if piece.use is None or piece.use in SECTIONS:
        return True
    # The value of a field stands on the line below where there is none beside it.
    return not was_blank and not any(one.strip() for one in piece.lines)


def _heads_a_table(cut: Sequence[_Piece], line: str, labels: Sequence[Label]) -> bool:
    """Return whether a line holds the headings of a table's columns: several of them, or one without a value."""
    if any(label.use in COLUMNS and label.pattern.fullmatch(line) for label in labels):
        return True
    named = [one for one in cut if one.use is not None]
    if named and all(one.use in COLUMNS for one in named) and all(_is_remark(one.lines[0]) for one in named):
        return True
    return len({label.use for label in labels if label.use in COLUMNS and label.pattern.search(line)}) >= HEADINGS and (
        not named or _is_remark(named[-1].lines[0])
    )


def _lines_of_heads(lines: Sequence[str], labels: Sequence[Label]) -> int:
    """Return how many of the first lines are the headings of a table's columns, each perhaps broken over lines."""
    columns = [label for label in labels if label.use in COLUMNS]
    found, text = 0, ""
    for number, line in enumerate(lines[:_MOST_HEAD_LINES], 1):
        text = f"{text} {line.strip()}".strip()
        rest, uses = text, set()
        for label in columns:
            rest, times = label.pattern.subn(" ", rest)
            uses |= {label.use} if times else set()
        if len(uses) >= HEADINGS and not _REMARKS.sub(" ", rest).strip(" :|"):
            found = number
    return found


def _is_remark(value: str) -> bool:
    return not value or value.startswith("(")


def _labelled(line: str, labels: Sequence[Label]) -> Iterator[_Piece]:
    """Yield the fields that a line begins; what stands before the first of them is a piece without a label."""
    found = sorted(_label_places(line, labels), key=lambda one: one[0])
    if not found:
        return
    if before := line[: found[0][0]].strip():
        yield _Piece(None, None, "", [before])
    for n, (start, end, label, row) in enumerate(found):
        until = found[n + 1][0] if n + 1 < len(found) else len(line)
        yield _Piece(label.use, row, line[start:end].strip(" :"), [line[end:until].strip(" |;")])


def _label_places(line: str, labels: Sequence[Label]) -> list[tuple[int, int, Label, int | None]]:
    """Return the labels in a line, each with its start, the end of its colon and its row; none overlaps another.

    The longest come first in labels, and so take precedence.
    """
    found: list[tuple[int, int, Label, int | None]] = []
    is_of_fields = _OWN_LABEL.match(line) is not None
    for label in labels:
        for match in label.pattern.finditer(line):
            start, end = match.span()
            if any(one < end and start < other for one, other, _, _ in found):
                continue
            colon = _COLON.match(line, end)
            is_whole = not line[:start].strip() and not line[end:].strip(" :") and label.use in SECTIONS
            apart = _stands_apart(line[:start], line[start:end], is_of_fields=is_of_fields)
            if is_whole or (colon is not None and apart):
                row = match["row"] or match["row2"]
                found.append((start, colon.end() if colon else end, label, int(row) if row else None))
    return found


def _stands_apart(before: str, words: str, *, is_of_fields: bool) -> bool:
    """Return whether a label within a line begins a field: one space before it may do in a line of fields."""
    may_follow = (" " in words.strip() or is_of_fields) and not words[0].islower()
    return _APART.search(before) is not None or (may_follow and before.endswith(" "))


def _texts(piece: _Piece) -> Iterator[str]:
    """Yield the sentences of a piece; a field together with its label is one sentence."""
    if piece.use is not None and piece.use not in SECTIONS:
        yield f"{piece.label}: {' '.join(' '.join(piece.lines).split())}".strip()
        return
    paragraph: list[str] = []
    for line in [*piece.lines, ""]:
        begins = _BEGINS_A_LINE.match(line.strip()) or (piece.use is FieldUse.TREATMENT and ICD.search(line))
        if paragraph and (not line.strip() or begins):
            yield from _sentences(" ".join(paragraph))
            paragraph = []
        if line.strip():
            paragraph.append(" ".join(line.split()))


def _sentences(paragraph: str) -> Iterator[str]:
    """Yield the sentences of a paragraph; the number that begins a line of a list is no sentence by itself."""
    number = _NUMBERED.match(paragraph)
    head = number[0] if number is not None else ""
    for n, sentence in enumerate(split_sentences(paragraph[len(head) :])):
        yield head + sentence if n == 0 else sentence
