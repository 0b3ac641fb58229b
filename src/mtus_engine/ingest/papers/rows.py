"""The rows of a request: what each asks for, read from labelled fields, from a table in lines, or from a list."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from mtus_engine.ingest.papers.passages import ENTRY_MARK, Passage
from mtus_engine.ingest.papers.table_rows import ICD, is_of_above
from mtus_engine.ingest.papers.tables import COLUMNS, DITTO
from mtus_engine.ingest.sentences import Sentence
from mtus_engine.model.papers import FieldUse

_PROCEDURE = re.compile(r"(?<![\w.-])(?:9\d{4}|[A-Z]\d{4})(?![\w.-])")
_COMMAS = re.compile(r"\s*,(?:\s*,)*\s*")
_CODES = re.compile(rf"{ICD.pattern}(?:[\s,;/]+{ICD.pattern})*")
# A cell of procedure codes alone, in a field whose value has several cells.
_OF_CODES = re.compile(rf"(?:CPT|HCPCS)?[\s:]*{_PROCEDURE.pattern}(?:[\s,;]+{_PROCEDURE.pattern})*", re.IGNORECASE)
_WITH_THEIR_NAME = re.compile(
    rf"\b(?:CPT|HCPCS)(?:/HCPCS)?(?:\s+codes?)?\s*:?\s*(?={_PROCEDURE.pattern})", re.IGNORECASE
)
_COLUMNS = re.compile(r"\s*\|\s*")
BULLET = re.compile(rf"^\s*(?:{ENTRY_MARK})\s+")
# A line with at least so many columns is a row of a table: the official form has five, of which two may be missing.
FEWEST_COLUMNS = 3
# A line of more words than these is more than the beginning of a diagnosis.
_FEW_WORDS = 4


class Requested(NamedTuple):
    """One row of a request: what is asked for, with the codes beside it, and where it stands.

    at names the places of the words about the service, at_diagnosis that of the codes of the diagnosis. is_listed tells
    that it is an entry of a list, or has a code.
    """

    asked: str
    at: str
    diagnosis: str = ""
    at_diagnosis: str = ""
    procedures: tuple[str, ...] = ()
    is_listed: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the diagnosis."""
        return diagnosis_codes(self.diagnosis)


def requested_rows(found: Sequence[Passage]) -> Iterator[Requested]:
    """Yield what a form asks for: the rows of its table, in fields or in lines."""
    rows, quantities = list(_rows_of_fields(found)), _quantities(found)
    lines = list(_rows_of_sections(found))
    if not rows and len(quantities) == len(lines):
        # How much stands in a field of its own below each line.
        lines = [_with_quantity(row, one) for row, one in zip(lines, quantities, strict=True)]
    # Beside a table, a list asks for more; other lines are about it.
    yield from rows
    yield from (row for row in lines if not rows or row.is_listed)


def _rows_of_sections(found: Sequence[Passage]) -> Iterator[Requested]:
    """Yield the rows of lines; of one that stands behind a diagnosis, that is its own."""
    for before, one in pairwise([None, *found]):
        if one is None or one.use is not FieldUse.TREATMENT:
            continue
        rows = list(_rows_of_lines(one))
        if len(rows) == 1 and not rows[0].diagnosis and before is not None and before.use is FieldUse.DIAGNOSIS:
            rows = [rows[0]._replace(diagnosis=one_line(before.value), at_diagnosis=before.place)]
        yield from rows


def _quantities(found: Sequence[Passage]) -> list[Passage]:
    return [one for one in found if one.use is FieldUse.QUANTITY and one.value]


def _with_quantity(row: Requested, quantity: Passage) -> Requested:
    asked = f"{row.asked}, {one_line(quantity.value)}"
    return row._replace(asked=asked, at=f"{row.at}, {quantity.place}")


def _rows_of_fields(found: Iterable[Passage]) -> Iterator[Requested]:
    """Yield the rows that labelled fields make: by row number, else a new row each time a field comes again."""
    rows: dict[int, dict[FieldUse, list[Passage]]] = {}
    current, before = 1, None
    for one in _with_numbered_entries(found):
        if one.use not in COLUMNS or not isinstance(one.use, FieldUse) or not one.value:
            continue
        if one.row is not None:
            current = one.row
        elif one.use in rows.get(current, {}) and not (one.use is before is FieldUse.QUANTITY):
            # How often and how long may stand in fields of their own, one after the other.
            current = max(rows) + 1
        rows.setdefault(current, {}).setdefault(one.use, []).append(one)
        before = one.use
    if not any(FieldUse.SERVICE in row for row in rows.values()):
        return
    asked: list[Requested] = []
    for _, row in sorted(rows.items()):
        service = row.get(FieldUse.SERVICE)
        is_told_by_code = service is None and FieldUse.PROCEDURE in row
        if not is_told_by_code and all(is_of_above(one.value) for one in service or ()):
            # A further diagnosis of what the row above asks for; how much may stand beside it.
            if asked:
                asked[-1] = _with_further(asked[-1], row)
        elif words := [one for use in (FieldUse.SERVICE, FieldUse.QUANTITY) for one in row.get(use, ())]:
            diagnosis = [one for use in (FieldUse.DIAGNOSIS, FieldUse.CODE) for one in row.get(use, ())]
            cells = [cell for one in words for cell in _COLUMNS.split(one_line(one.value))]
            codes = [cell for cell in cells if _OF_CODES.fullmatch(cell) is not None]
            codes += [one.value for one in row.get(FieldUse.PROCEDURE, ())]
            asked.append(
                Requested(
                    BULLET.sub("", ", ".join(cell.rstrip(" ,;") for cell in cells if cell not in codes)),
                    ", ".join(one.place for one in words),
                    " ".join(one_line(one.value) for one in diagnosis),
                    ", ".join(one.place for one in diagnosis),
                    procedures_in(" ".join(codes)),
                )
            )
    yield from asked


def _with_numbered_entries(found: Iterable[Passage]) -> Iterator[Passage]:
    """Yield the passages; a line that goes on with the numbers of the services named above is a service, too."""
    expected: str | None = None
    for one in found:
        if one.use is FieldUse.SERVICE:
            lines = one.value.splitlines() or [""]
            marks = [mark for line in lines if (mark := number_of_entry(line)) is not None]
            expected = next_mark(marks[-1]) if marks and len(marks) == len(lines) else None
            numbered = zip(lines, one.sentences, strict=False) if len(marks) == len(lines) > 1 else ()
            entries = [one._replace(value=line, sentences=(sentence,), row=None) for line, sentence in numbered]
            yield from entries or [one]
            continue
        left = list(one.sentences)
        while expected is not None and left and number_of_entry(left[0].text) == expected:
            entry = left.pop(0)
            yield Passage(FieldUse.SERVICE, None, entry.text, (entry,), one.page)
            expected = next_mark(expected)
        yield one._replace(sentences=tuple(left)) if len(left) < len(one.sentences) else one


def number_of_entry(text: str) -> str | None:
    """Return the number or letter that an entry of a list begins with; None where it begins with none."""
    match = BULLET.match(text)
    mark = None if match is None else match[0].strip().strip("().")
    return mark if mark is not None and mark.isalnum() else None


def next_mark(mark: str) -> str:
    """Return the mark of the next entry: the next number or letter, or the same sign."""
    if mark.isdigit():
        return str(int(mark) + 1)
    return chr(ord(mark) + 1) if mark.isalpha() and len(mark) == 1 else mark


def _with_further(row: Requested, further: Mapping[FieldUse, Sequence[Passage]]) -> Requested:
    """Return a row with the quantity that stands in a line below it, unless it says the same again."""
    new = [one for one in further.get(FieldUse.QUANTITY, ()) if one_line(one.value) not in row.asked]
    asked = ", ".join([row.asked, *(one_line(one.value) for one in new)])
    return row._replace(asked=asked, at=", ".join([row.at, *(one.place for one in new)]))


def _rows_of_lines(one: Passage) -> Iterator[Requested]:
    """Yield the rows of a table whose cells stand in lines; a row begins with a diagnosis code or a bullet."""
    row: list[Sentence] = []
    is_first = True
    for sentence in one.sentences:
        text = sentence.text
        begins = ICD.search(text) is not None or BULLET.match(text) is not None or "|" in text
        begins = begins or DITTO.match(text) is not None
        # A diagnosis that began on the line above goes on in small letters up to its code.
        if row and begins and not (is_first and text[:1].islower() and _is_of_words(row)):
            yield from _row(row)
            row, is_first = [], False
        row.append(sentence)
    yield from _row(row)


def _is_of_words(row: Sequence[Sentence]) -> bool:
    """Return whether a row holds words alone, and few of them."""
    text = " ".join(one.text for one in row)
    return not any(sign.isdigit() or sign in "|.:" for sign in text) and len(text.split()) <= _FEW_WORDS


def _row(sentences: Sequence[Sentence]) -> Iterator[Requested]:
    listed = any(BULLET.match(one.text) is not None or ICD.search(one.text) is not None for one in sentences)
    yield from (one._replace(is_listed=listed) for one in _row_of_text(sentences))


def _row_of_text(sentences: Sequence[Sentence]) -> Iterator[Requested]:
    text = " ".join(DITTO.sub("", BULLET.sub("", one.text)) for one in sentences)
    at = ", ".join(one.place for one in sentences)
    columns = _COLUMNS.split(text.strip().strip("|").strip())
    code = _CODES.search(text)
    if len(columns) >= FEWEST_COLUMNS:
        cells = [cell for cell in columns if ICD.fullmatch(cell) is None and _PROCEDURE.fullmatch(cell) is None]
        diagnosis = cells[0] if code is not None else ""
        asked = cells[1:] if code is not None else cells
        service = ", ".join(cell for cell in asked if cell)
        yield Requested(service, at, f"{diagnosis} {code[0] if code else ''}", at, procedures_in(text))
    elif code is not None:
        # A line of a further diagnosis asks for nothing.
        if rest := text[code.end() :].strip(" ,;:-"):
            yield Requested(_without_codes(rest), at, text[: code.end()], at, procedures_in(rest))
    elif text.strip():
        yield Requested(_without_codes(text), at, "", "", procedures_in(text))


def _without_codes(text: str) -> str:
    """Return what a line asks for without the codes of procedures in it, and the commas between them."""
    return one_line(_COMMAS.sub(", ", _PROCEDURE.sub(" ", _WITH_THEIR_NAME.sub(" ", text))))


def procedures_in(text: str) -> tuple[str, ...]:
    """Return the codes of procedures in a text, each once."""
    return tuple(dict.fromkeys(_PROCEDURE.findall(text)))


def one_line(text: str) -> str:
    """Return a text without line breaks and runs of spaces."""
    return " ".join(text.split())


def diagnosis_codes(text: str) -> tuple[str, ...]:
    """Return the codes of diagnoses that a text holds, each once."""
    return tuple(dict.fromkeys(ICD.findall(text)))
