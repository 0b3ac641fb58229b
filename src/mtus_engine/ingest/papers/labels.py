"""The labels of a paper's fields: where in a line each stands, and the value behind it."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mtus_engine.compiler.phrases import DATE
from mtus_engine.ingest.papers.tables import COLUMNS
from mtus_engine.model.fact import Fact, Kind
from mtus_engine.model.papers import SECTIONS, FieldUse, Label

# A label within a line stands apart from what is before it; one of several words, and one in a line that begins with a
# label, needs no more than a space.
_APART = re.compile(r"(?:\s{2,}|[|;/☐☒☑□■]\s*|[^\w\s]\s+)$")
# So many characters before a label tell whether it stands apart.
_BEFORE = 4
_COLON = re.compile(r"\.?\s*:\s*")
# "DISCUSSION.  She is better", "Svc 1 | Physical therapy": a full stop stands behind a heading, a bar behind a label.
_FULL_STOP, _BAR = re.compile(r"\.\s+(?=\S)"), re.compile(r"\s*\|\s*(?=\S)")
_HEADINGS = frozenset({FieldUse.TOLD, FieldUse.PLAN, FieldUse.RATIONALE})
_OWN_LABEL = re.compile(r"\s*[A-Z][\w/().,'’# -]{1,60}:(?=\s|$)")
# A label that is not known ends the value before it where a wide space stands between them.
_NEXT_LABEL = re.compile(r"\s{2,}(?=[A-Z][\w/().#'’-]*(?: [\w/().#'’-]+){0,4}:(?:\s|$))")
# Without a colon a label counts before a day, and that of a claim before its number.
_DAY_NEXT = re.compile(rf"\s*\|?\s+(?={DATE})", re.IGNORECASE)
_NUMBER_NEXT = re.compile(r"\s*#?\s*\|?\s+(?=[A-Z-]{0,20}\d)(?=[A-Z0-9-]{5,40}(?:\s|$))")
_OF_DAYS = frozenset({FieldUse.DATED, FieldUse.DECIDED, FieldUse.RECEIVED, FieldUse.VISITS})
_COUNT_NEXT = re.compile(
    r"\s*\d{1,3}\s*(?:(?:out\s+)?of\s+\d{1,3}\b(?!\s*/)|(?:/\s*\d{1,3}\s+)?(?:[a-z]+\s+)?(?:visits?|sessions?)\b)",
    re.IGNORECASE,
)
_REMARK_FIRST = re.compile(r"\([^()\d]*\)\s*:?\s*(?=\S)")
# A label within a line begins a field of its own where a colon or a wide space stands before it.
_FIELD_ENDS = re.compile(r"(?::\s*|\s{2,})$")
_CELLS = re.compile(r"\S+(?: \S+)*")
# The fewest labels that stand in one line above their values.
_FEWEST_ABOVE = 2


class Piece(NamedTuple):
    """Lines under one label; use is None, and the label empty, where no label is known."""

    use: FieldUse | Fact | None
    row: int | None
    label: str
    lines: list[str]


class LabelPlace(NamedTuple):
    """Where a label stands in a line, with its colon, and the number of its row where it has one."""

    start: int
    end: int
    label: Label
    row: int | None


def begins_own_label(line: str) -> bool:
    """Return whether a line begins with words and a colon, as a field does."""
    return _OWN_LABEL.match(line) is not None


def lines_in_fields(text: str, labels: Sequence[Label]) -> tuple[str, ...]:
    """Return the lines of a paper, with a bar before each label within a line that begins a field of its own."""
    return tuple(_in_fields(line, labels) for line in text.splitlines())


def _in_fields(line: str, labels: Sequence[Label]) -> str:
    places = label_places(line, labels)
    starts = sorted({one.start for one in places if _FIELD_ENDS.search(line[max(0, one.start - _BEFORE) : one.start])})
    ends = [*starts, len(line)]
    return line[: ends[0]] + "".join(f"| {line[start:end]}" for start, end in zip(starts, ends[1:], strict=True))


def labelled_pieces(line: str, labels: Sequence[Label]) -> Iterator[Piece]:
    """Yield the fields that a line begins; what stands before the first of them is a piece without a label."""
    found = sorted(label_places(line, labels), key=lambda one: one.start)
    if not found:
        return
    if before := line[: found[0].start].strip():
        yield Piece(None, None, "", [before])
    for n, (start, end, label, row) in enumerate(found):
        until = found[n + 1].start if n + 1 < len(found) else len(line)
        value, rest = line[end:until], ""
        if label.use not in SECTIONS and (cut := _NEXT_LABEL.search(value)) is not None:
            value, rest = value[: cut.start()], value[cut.end() :]
        value = value.strip(" |;")
        if label.use in COLUMNS:
            value = _REMARK_FIRST.sub("", value, count=1)
        yield Piece(label.use, row, line[start:end].strip(" :"), [value])
        if rest.strip():
            yield Piece(None, None, "", [rest.strip()])


# The name of a classification holds figures that are no value.
_ICD = re.compile(r"\bICD\s?-?\s?(?:9|10)\b", re.IGNORECASE)


def labels_above(lines: Sequence[str], labels: Sequence[Label]) -> list[Piece]:
    """Return the fields whose labels stand in the first line and their values in the second; empty for other lines."""
    if len(lines) < 2 or ":" in lines[0] + lines[1] or any(sign.isdigit() for sign in _ICD.sub("", lines[0])):
        return []
    above, values = (_CELLS.findall(line) for line in lines[:2])
    below = _CELLS.findall(lines[2]) if len(lines) > 2 else []
    # A further line of values below makes these the head and first row of a table.
    named_below = (_whole_label(cell, labels) for cell in below)
    are_values = all(one is None or one.use is FieldUse.DETERMINATION for one in named_below)
    is_table = len(below) >= _FEWEST_ABOVE and (are_values or any(sign.isdigit() for sign in lines[2]))
    if len(above) < _FEWEST_ABOVE or len(above) != len(values) or is_table:
        return []
    named = [(_whole_label(cell, labels), cell, value) for cell, value in zip(above, values, strict=True)]
    # "Approved" alone is no label: it stands in a table, behind what was approved.
    if all(label is None or label.use is FieldUse.DETERMINATION for label, _, _ in named):
        return []
    pieces = [Piece(None if label is None else label.use, None, cell, [value]) for label, cell, value in named]
    return _counted(pieces)


def _counted(pieces: Sequence[Piece]) -> list[Piece]:
    """Return fields in which a number below "Requested" counts what stands below "Treatment" or "Service"."""
    numbered = [one for one in pieces if one.use is FieldUse.TREATMENT and one.lines[0].strip().isdigit()]
    named = [one for one in pieces if one.use is None and _A_TREATMENT.fullmatch(one.label) is not None]
    if not numbered or not named:
        return list(pieces)
    uses = {id(numbered[0]): FieldUse.QUANTITY, id(named[0]): FieldUse.TREATMENT}
    return [one._replace(use=uses.get(id(one), one.use)) for one in pieces]


def _whole_label(cell: str, labels: Sequence[Label]) -> Label | None:
    return next((one for one in labels if one.pattern.fullmatch(cell) is not None), None)


_A_TREATMENT = re.compile(r"(?:treatment|service|procedure|item|modality|description)s?", re.IGNORECASE)
_GREETS = re.compile(r"\b(?:dear|hello|hi|good (?:morning|afternoon))\s+$", re.IGNORECASE)


def label_places(line: str, labels: Sequence[Label]) -> list[LabelPlace]:
    """Return the labels in a line; none overlaps another.

    The longest come first in labels, and so take precedence.
    """
    found: list[LabelPlace] = []
    taken = bytearray(len(line) + 1)
    is_of_fields = begins_own_label(line)
    words_begin, words_end = len(line) - len(line.lstrip()), len(line.rstrip(" :"))
    for label in labels:
        for match in label.pattern.finditer(line):
            start, end = match.span()
            # "Dear Reviewer:" greets.
            if any(taken[start:end]) or _GREETS.search(line, 0, start) is not None:
                continue
            ends = _COLON.match(line, end) or _without_colon(label, line, start, end)
            ends = ends or _behind_first(label, match, line)
            is_whole = start <= words_begin and end >= words_end and label.use in SECTIONS
            apart = _stands_apart(line, start, line[start:end], is_of_fields=is_of_fields)
            # "agreed to by the employer and / employee: a return to": the sentence goes on.
            is_word = label.use is FieldUse.IGNORED and line[start].islower()
            # "Attended: 9 of 10 visits" counts visits, and lists no days of them.
            if label.use is FieldUse.VISITS and _COUNT_NEXT.match(line, ends.end() if ends else end) is not None:
                continue
            if is_whole or (ends is not None and apart and not is_word):
                row, until = match["row"] or match["row2"], ends.end() if ends else end
                found.append(LabelPlace(start, until, label, int(row) if row else None))
                taken[start:until] = b"\x01" * (until - start)
    return found


def _without_colon(label: Label, line: str, start: int, end: int) -> re.Match[str] | None:
    """Return the space between a label and its value where what follows can only be that value."""
    if line[start].islower() or not _is_apart(line, start):
        return None
    if label.use in _OF_DAYS or (isinstance(label.use, Fact) and label.use.kind is Kind.DATE):
        return _DAY_NEXT.match(line, end)
    return _NUMBER_NEXT.match(line, end) if label.use is FieldUse.CLAIM else None


def _behind_first(label: Label, match: re.Match[str], line: str) -> re.Match[str] | None:
    """Return what parts a label at the beginning of a line from its value: a full stop, or a bar behind its number."""
    if line[: match.start()].strip() or line[match.start()].islower():
        return None
    # "A. Doctor" begins with no heading.
    if label.use in _HEADINGS and len(match[0].strip()) > 1:
        return _FULL_STOP.match(line, match.end())
    return _BAR.match(line, match.end()) if label.use is FieldUse.SERVICE and match["row"] else None


def _stands_apart(line: str, start: int, words: str, *, is_of_fields: bool) -> bool:
    """Return whether a label within a line begins a field: one space before it may do in a line of fields."""
    may_follow = (" " in words.strip() or is_of_fields) and not words[0].islower()
    return _is_apart(line, start) or (may_follow and line[start - 1] == " ")


def _is_apart(line: str, start: int) -> bool:
    return start == 0 or _APART.search(line[max(0, start - _BEFORE) : start]) is not None
