"""Reads diagnosis and procedure codes as records and exports write them: ICD-9-CM, ICD-10-CM, CPT and HCPCS.

A code that can be read in one way only is read; for any other the possible readings are returned and none is chosen.
"""

import re
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple


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
_ICD_10 = re.compile(r"([A-TV-Z][0-9][0-9AB])(?:[. -]?([0-9A-HJKMNP-Z]{1,4}))?")
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
    r"(?:\s*(?:[X×*]\s*|\(?)([0-9]{1,3})(?:\s*UNITS?)?\)?)?"
)
_MODIFIER = re.compile(r"[A-Z0-9]{2}")
_LETTERS_FOR_DIGITS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def read_diagnosis(text: str) -> ReadCode | DoubtfulCode | None:
    """Return the diagnosis code, a DoubtfulCode where the reading is uncertain, or None if it is no code."""
    code = text.strip().upper()
    if match := _WHOLE_NUMBER.fullmatch(code):
        code = match[1]
    if match := _ICD_9.fullmatch(code):
        return _dotted(CodeSystem.ICD_9, match[1], match[2])
    if match := _LOST_ZERO.fullmatch(code):
        return _with_lost_zero(text, match[1], match[2])
    nine = _ICD_9_V.fullmatch(code) or _ICD_9_E.fullmatch(code)
    ten = _ICD_10.fullmatch(code)
    if nine and ten:
        readings = (_dot(nine[1], nine[2]), _dot(ten[1], ten[2]))
        if readings[0] != readings[1]:
            return DoubtfulCode(text, readings, "ICD-9-CM and ICD-10-CM both have such a code")
    if ten:
        return _dotted(CodeSystem.ICD_10, ten[1], ten[2])
    if nine:
        return _dotted(CodeSystem.ICD_9, nine[1], nine[2])
    return _misread(text, code, read_diagnosis)


def is_procedure_code(text: str) -> bool:
    """Return whether a text is a whole procedure code as code books print it, without modifiers and units."""
    return re.fullmatch(_PROCEDURE_CODE, text) is not None


def read_procedure(text: str) -> ReadCode | DoubtfulCode | None:
    """Return the procedure code, a DoubtfulCode where the reading is uncertain, or None if it is no code."""
    code = text.strip().upper()
    if match := re.fullmatch(r"([0-9]{5})\.0", code):
        code = match[1]
    if match := _PROCEDURE.fullmatch(code):
        units = None if match[3] is None else int(match[3])
        return ReadCode(CodeSystem.PROCEDURE, match[1], tuple(_MODIFIER.findall(match[2])), units)
    if re.fullmatch(r"[0-9]{4}", code):
        return DoubtfulCode(text, (f"0{code}",), "a digit is missing: spreadsheets drop a leading zero")
    return _misread(text, code, read_procedure)


def _with_lost_zero(text: str, whole: str, rest: str | None) -> DoubtfulCode:
    """Return the doubt about a number that has fewer than the three digits required before the dot."""
    padded = _dot(whole.rjust(3, "0"), rest)
    joined = f"{whole}{rest or ''}"
    readings = (padded, *((joined,) if len(joined) == 3 else ()))
    return DoubtfulCode(text, readings, "ICD-9-CM codes have three digits before the dot: spreadsheets drop zeros")


def _misread(text: str, code: str, read: Callable[[str], ReadCode | DoubtfulCode | None]) -> DoubtfulCode | None:
    """Return the doubt about a text that would be a code if O, I and L were digits; None for any other text."""
    first, rest = code[:1], code[1:].translate(_LETTERS_FOR_DIGITS)
    for mended in dict.fromkeys((first + rest, first.translate(_LETTERS_FOR_DIGITS) + rest)):
        if mended != code and any(sign.isdigit() for sign in code):
            found = read(mended)
            if isinstance(found, ReadCode):
                return DoubtfulCode(text, (found.code,), "a letter may stand for a digit")
    return None


def _dotted(system: CodeSystem, category: str, rest: str | None) -> ReadCode:
    return ReadCode(system, _dot(category, rest))


def _dot(category: str, rest: str | None) -> str:
    return f"{category}.{rest}" if rest else category
