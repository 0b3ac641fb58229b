"""Reads diagnosis and procedure codes as records and exports write them: ICD-9-CM, ICD-10-CM, CPT and HCPCS.

A code that can be read in one way only is read; for any other the possible readings are returned and none is chosen.
"""

import re
from collections.abc import Callable
from enum import Enum
from functools import cache
from importlib import resources
from typing import NamedTuple

from mtus_engine.compiler.icd_table import is_assigned


class CodeSystem(Enum):
    """The system a code belongs to: ICD-9-CM or ICD-10-CM for diagnoses, CPT or HCPCS for procedures."""

    ICD_9 = "ICD-9-CM"
    ICD_10 = "ICD-10-CM"
    PROCEDURE = "CPT or HCPCS"


class ReadCode(NamedTuple):
    """A code as the code book prints it; for a procedure, its modifiers and units are kept separately."""

    system: CodeSystem
    code: str
    modifiers: tuple[str, ...] = ()
    units: int | None = None


class DoubtfulCode(NamedTuple):
    """A text that looks like a code but is ambiguous or not valid as written; readings are the codes it may mean."""

    text: str
    readings: tuple[str, ...]
    why: str


# At most seven characters, with a dot after the third. Billing systems omit the dot; people may type a hyphen or a
# space instead. The letters I, L and O occur only as the first character.
_ICD_10 = re.compile(r"([A-Z][0-9][0-9AB])(?:[. -]?([0-9A-HJKMNP-Z]{1,4}))?")
# A sign of the code, and placeholders behind it at its end: where all are placeholders the last sign is left out.
_FILLED_TO_THE_END = re.compile(r"[A-WYZ]X+$")
_ICD_9 = re.compile(r"([0-9]{3})(?:[. -]?([0-9]{1,2}))?")
_ICD_9_V = re.compile(r"(V[0-9]{2})(?:[. -]?([0-9]{1,2}))?")
_ICD_9_E = re.compile(r"(E[0-9]{3})(?:[. -]?([0-9]))?")
# A code stored as a number in a spreadsheet: leading and trailing zeros are lost, and whole numbers gain ".0".
_LOST_ZERO = re.compile(r"([0-9]{1,2})(?:\.([0-9]{1,2}))?")
_WHOLE_NUMBER = re.compile(r"([0-9]{4,5})\.0")
_PROCEDURE_CODE = r"[0-9]{5}|[0-9]{4}[FTU]|[A-V][0-9]{4}"
_PROCEDURE = re.compile(
    rf"({_PROCEDURE_CODE})"
    r"((?:[\s,:-]*(?!X[0-9])[A-Z0-9]{2}(?![0-9A-Z]))*)"
    r"(?:(?:[\s-]*[X×*]\s*|[\s-]+\(?|\()([0-9]{1,3})(?:\s*UNITS?)?\)?)?"
)
_MODIFIER = re.compile(r"[A-Z0-9]{2}")
# Behind the first letter of a code: in MS4.16 a letter stands for a five.
_LIKE_A_FIVE = re.compile(r"([A-Z])S([0-9]\.[0-9A-Z]{1,4})")
_LETTERS_FOR_DIGITS = str.maketrans({"O": "0", "I": "1", "L": "1"})
# What begins as a code does and is none as it stands: a dot or a comma in the wrong place, a sign too many.
_LIKE_A_CODE = re.compile(r"([A-Z]?[0-9][0-9A-Z]{1,7}(?:[.,][0-9A-Z]{0,6})?)(?![0-9A-Z])")
# A code that stands behind words, or among them.
_CODE_LAST = re.compile(r"([^0-9]*[^0-9A-Za-z])([A-Za-z][0-9][0-9A-Za-z.]*|[0-9]{3}\.[0-9]{1,2})\)?")
_CODE_WITHIN = re.compile(r"(?<![0-9A-Z])(?:[A-Z][0-9][0-9AB](?:\.[0-9A-Z]{1,4})?|[0-9]{3}\.[0-9]{1,2})(?![0-9A-Z.])")
# A procedure code of therapy or of an evaluation, where a diagnosis is asked for.
_PROCEDURE_OF_THERAPY = re.compile(r"9[7-9][0-9]{3}")
# What stands before a code and only says which book it is from.
_BOOK = re.compile(
    r"(?:ICD[ -]?(?:9|10)?(?:[ -]?CM)?|CPT|HCPCS|DX|CODES?)\s*[:#]?\s+|(?:ICD[ -]?(?:9|10)(?:[ -]?CM)?|CPT)\s*[:#]\s*"
)
_NO_WORDS = re.compile(r"[^0-9]*")
_WORDS_OF_DOUBT = frozenset(
    {
        "no",
        "not",
        "non",
        "deny",
        "denies",
        "denied",
        "without",
        "rule",
        "ruled",
        "r",
        "ro",
        "out",
        "possible",
        "possibly",
        "probable",
        "suspected",
        "versus",
        "vs",
        "history",
        "hx",
        "resolved",
        "prior",
        "former",
        "question",
        "family",
        "negative",
        "doubt",
        "withdrawn",
        "withdrew",
        "pending",
        "cancelled",
        "canceled",
        "discontinued",
        "deferred",
        "declined",
        "refused",
        "rejected",
        "stopped",
        "void",
        "voided",
        "duplicate",
        "error",
        "instead",
        "replaced",
        "replaces",
        "replacing",
        "hold",
        "later",
        "except",
        "excluding",
        "never",
        "removed",
        "deleted",
    }
)


def read_diagnosis(text: str) -> ReadCode | DoubtfulCode | None:
    """Return the diagnosis code, a DoubtfulCode where the reading is uncertain, or None if it is no code."""
    code = text.strip().upper()
    if match := _WHOLE_NUMBER.fullmatch(code):
        code = match[1]
    if _PROCEDURE_OF_THERAPY.fullmatch(code):
        return DoubtfulCode(text, (_dot(code[:3], code[3:]), f"the procedure {code}"), "a diagnosis is asked for")
    if match := _ICD_9.fullmatch(code):
        return _code_with_dot(CodeSystem.ICD_9, match[1], match[2])
    if match := _LOST_ZERO.fullmatch(code):
        return _with_lost_zero(text, match[1], match[2])
    nine = _ICD_9_V.fullmatch(code) or _ICD_9_E.fullmatch(code)
    ten = _ICD_10.fullmatch(code)
    if nine and ten:
        readings = (_dot(nine[1], nine[2]), _dot(ten[1], ten[2]))
        if readings[0] != readings[1]:
            return DoubtfulCode(text, readings, "ICD-9-CM and ICD-10-CM both have such a code")
    if ten and _FILLED_TO_THE_END.search(ten[2] or ""):
        return DoubtfulCode(text, (), "an X only fills the place before another sign")
    if ten:
        found = _code_with_dot(CodeSystem.ICD_10, ten[1], ten[2])
        return found if is_assigned(found.code) else DoubtfulCode(text, (), "ICD-10-CM has no such code")
    if nine:
        return _code_with_dot(CodeSystem.ICD_9, nine[1], nine[2])
    return _doubt_of_letters(text, code, read_diagnosis) or _doubt_of_code(text, code, read_diagnosis)


def names_no_diagnosis(code: ReadCode) -> bool:
    """Return whether a diagnosis code names the cause of an injury or a circumstance: how it came about, a status.

    They are the chapters V to Z of ICD-10-CM and the codes of ICD-9-CM that begin with E or V.
    """
    letters = {CodeSystem.ICD_10: "VWXYZ", CodeSystem.ICD_9: "EV", CodeSystem.PROCEDURE: ""}
    return code.code[0] in letters[code.system]


def is_procedure_code(text: str) -> bool:
    """Return whether a text is a whole procedure code as code books print it, without modifiers and units."""
    return re.fullmatch(_PROCEDURE_CODE, text) is not None


def read_procedure(text: str) -> ReadCode | DoubtfulCode | None:
    """Return the procedure code, a DoubtfulCode where the reading is uncertain, or None if it is no code."""
    code = text.strip().upper()
    if match := re.fullmatch(r"([0-9]{5})\.0?", code):
        code = match[1]
    if match := _PROCEDURE.fullmatch(code):
        units = None if match[3] is None else int(match[3])
        return ReadCode(CodeSystem.PROCEDURE, match[1], tuple(_MODIFIER.findall(match[2])), units)
    if re.fullmatch(r"[0-9]{4}", code):
        return DoubtfulCode(text, (f"0{code}",), "a digit is missing: spreadsheets drop a leading zero")
    return _doubt_of_letters(text, code, read_procedure) or _doubt_of_code(text, code, read_procedure)


def codes_of(text: str, read: Callable[[str], ReadCode | DoubtfulCode | None]) -> tuple[str, ...]:
    """Return the codes of a text that holds nothing else but what their books say of them, as they are written.

    It is empty for any other text: where words beside a code say that it is denied or doubted, nothing is read.
    """
    parts = [
        _text_without_book(part)
        for part in re.split(r"\s*[;\n]\s*|,\s+|\s/\s|(?<=[0-9]{5})[/,](?=[0-9]{5})", text.strip())
        if part
    ]
    if len(parts) > 1 and all(isinstance(read(part), ReadCode) for part in parts):
        return tuple(parts)
    return tuple(found for found in [_code_before_words(_text_without_book(text.strip()), read)] if found is not None)


def _text_without_book(text: str) -> str:
    """Return a text without the name of the code book before its code."""
    match = _BOOK.match(text.upper())
    return text[match.end() :] if match else text


def _code_before_words(text: str, read: Callable[[str], ReadCode | DoubtfulCode | None]) -> str | None:
    """Return the code with which a text begins or ends, where nothing or only words that doubt nothing stand beside."""
    if isinstance(read(text), ReadCode):
        return text
    code, _, words = text.partition(" ")
    if read is read_diagnosis and (last := _CODE_LAST.fullmatch(text)):
        words, code = last.groups()
    if "?" in words:
        return None
    said = re.findall(r"[a-z]+", words.lower())
    if not said or not _NO_WORDS.fullmatch(words) or not _is_description(said, read):
        return None
    return code.rstrip(":,-") if isinstance(read(code.rstrip(":,-")), ReadCode) else None


def _is_description(said: list[str], read: Callable[[str], ReadCode | DoubtfulCode | None]) -> bool:
    """Return whether words beside a code only say what it is of.

    Beside a diagnosis any word counts as doubt that descriptions of diagnoses do not use; of procedures the
    descriptions are licensed, and a word of doubt is looked for.
    """
    is_diagnosis = read is read_diagnosis
    return description_words().issuperset(said) if is_diagnosis else _WORDS_OF_DOUBT.isdisjoint(said)


@cache
def description_words() -> frozenset[str]:
    """Return the words by which ICD-10-CM and records describe diagnoses: none that denies, doubts or dates one.

    They are those of the code book's chapters on nerves, muscles, bones and injuries, which is in the public domain,
    with usual abbreviations, and without words such as not, old or suspected.
    """
    listed = resources.files("mtus_engine.compiler").joinpath("description_words.txt")
    return frozenset(listed.read_text(encoding="utf-8").split())


def _doubt_of_code(text: str, code: str, read: Callable[[str], ReadCode | DoubtfulCode | None]) -> DoubtfulCode | None:
    """Return the doubt about a text that begins as a code does and cannot be read as one; None for any other text."""
    match = _LIKE_A_CODE.match(code)
    if match is None or len(match[1]) < 4:
        within = _CODE_WITHIN.search(code)
        if within is None or not isinstance(read(within[0]), ReadCode):
            return None
        return DoubtfulCode(text, (within[0],), "what stands beside the code is not read")
    if match[1] != code and isinstance(read(match[1]), ReadCode):
        return DoubtfulCode(text, (match[1],), "what stands beside the code is not read")
    without_sign = re.sub(r"[.,]", "", match[1])
    tried = {without_sign, f"S{without_sign[1:]}"} if without_sign.startswith("5") else {without_sign}
    found = [one.code for one in map(read, sorted(tried - {code})) if isinstance(one, ReadCode)]
    return DoubtfulCode(text, tuple(found), "no code is written so")


def _with_lost_zero(text: str, whole: str, rest: str | None) -> DoubtfulCode:
    """Return the doubt about a number that has fewer than the three digits required before the dot."""
    padded = _dot(whole.rjust(3, "0"), rest)
    joined = f"{whole}{rest or ''}"
    readings = (padded, *((joined,) if len(joined) == 3 else ()))
    return DoubtfulCode(text, readings, "ICD-9-CM codes have three digits before the dot: spreadsheets drop zeros")


def _doubt_of_letters(
    text: str, code: str, read: Callable[[str], ReadCode | DoubtfulCode | None]
) -> DoubtfulCode | None:
    """Return the doubt about a text that would be a code if O, I and L were digits; None for any other text."""
    if five := _LIKE_A_FIVE.fullmatch(code):
        return DoubtfulCode(text, (f"{five[1]}5{five[2]}",), "a letter may stand for a digit")
    first, rest = code[:1], code[1:].translate(_LETTERS_FOR_DIGITS)
    for mended in dict.fromkeys((first + rest, first.translate(_LETTERS_FOR_DIGITS) + rest)):
        if mended != code and any(sign.isdigit() for sign in code):
            found = read(mended)
            if isinstance(found, ReadCode):
                return DoubtfulCode(text, (found.code,), "a letter may stand for a digit")
    return None


def _code_with_dot(system: CodeSystem, category: str, rest: str | None) -> ReadCode:
    return ReadCode(system, _dot(category, rest))


def _dot(category: str, rest: str | None) -> str:
    return f"{category}.{rest}" if rest else category
