"""Which column of an export is read as which of ours: proposed from its names, kept in a file, applied in reading."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher, get_close_matches
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import orjson

from mtus_engine.bulk.csv_dialect import csv_rows
from mtus_engine.bulk.failure import Failed
from mtus_engine.bulk.sources import FORMATS
from mtus_engine.bulk.tables import CASE, ITEM, OUTCOME, SETTING, InputColumn, input_columns
from mtus_engine.loader.documents import validated_document
from mtus_engine.loader.limited import limited_bytes
from mtus_engine.loader.yaml_tree import LARGEST_FILE, parse
from mtus_engine.model.diagnostic import Diagnostic, Rejected, did_you_mean
from mtus_engine.model.fact import Kind
from mtus_engine.model.mapping import MappingDocument
from mtus_engine.model.ruleset import Ruleset

# A column is proposed where the names are at least this alike (difflib's ratio, 1 where they are equal), and share a
# word that is not one of these.
CLOSE = 0.75
_OF_EVERY_NAME = frozenset({"request", "requested", "date", "number", "no", "id", "of", "the", "code", "type"})

# Words of a name that say nothing by themselves; how alike two words are that are one, misspelled or cut short; and how
# near names are that say the same in another order.
_FILLING = frozenset({"of", "the", "a", "an", "for", "in", "no", "number", "num", "nr", "by", "on", "code"})
_SAME_WORD, _IN_ANOTHER_ORDER = 0.75, 0.99

# What exports call the columns of the case itself.
_OF_CASE = {
    CASE: ("case", "case id", "case number", "claim", "claim id", "claim no", "claim number", "imr number", "file no"),
    ITEM: ("item", "item no", "item number", "line", "line number"),
    SETTING: ("setting", "review type"),
    OUTCOME: ("decision", "outcome", "determination", "reviewer decision"),
}

# A length of time names its unit: "request.duration in weeks".
_UNITS = ("days", "weeks", "months")
_IN_UNIT = re.compile(rf"(?P<name>\S+)\s+in\s+(?P<unit>{'|'.join(_UNITS)})")
_NAMES_UNIT = {"day": "days", "week": "weeks", "wk": "weeks", "month": "months", "mo": "months"}
_UNIT_WORDS = frozenset({*_NAMES_UNIT, *_UNITS, "wks", "mos"})
# "Date of Injury (DOI)": the name and what stands in parentheses; "CPT1": the first of several columns.
_IN_PARENTHESES = re.compile(r"\s*\(([^()]*)\)\s*")
_NUMBERED = re.compile(r"(?<=[A-Za-z]) ?[0-9]$")
# So many lines of a file of JSON are looked at for its keys.
_LINES_LOOKED_AT = 1_000


class ColumnMapping(NamedTuple):
    """Which columns of an export are read as which of ours, and the units of their bare numbers, by our names."""

    columns: tuple[tuple[str, str], ...] = ()
    units: tuple[tuple[str, str], ...] = ()


NO_MAPPING = ColumnMapping()


def header_of(path: Path) -> tuple[str, ...]:
    """Return the names of a file's columns, of a file of JSON its keys; raises Rejected where it has none."""
    if FORMATS.get(path.suffix.lower()) == "ndjson":
        return _keys_of(path)
    try:
        with csv_rows(path) as reader:
            header = next(reader, [])
    except Failed as failed:
        raise Rejected((Diagnostic("MT113", path.as_posix(), 1, 1, f"cannot be read: {failed}", None),)) from failed
    if not any(name.strip() for name in header):
        raise Rejected((Diagnostic("MT113", path.as_posix(), 1, 1, "the first line names no column", None),))
    return tuple(header)


def _keys_of(path: Path) -> tuple[str, ...]:
    keys: dict[str, None] = {}
    with path.open("rb") as file:
        for n, line in enumerate(islice(file, _LINES_LOOKED_AT), 1):
            try:
                keys.update(dict.fromkeys(orjson.loads(line) if line.strip() else ()))
            except (orjson.JSONDecodeError, TypeError):
                message, cure = "this line is no JSON object", "write one object in each line"
                raise Rejected((Diagnostic("MT113", path.as_posix(), n, 1, message, cure),)) from None
    if not keys:
        raise Rejected((Diagnostic("MT113", path.as_posix(), 1, 1, "no line names a key", None),))
    return tuple(keys)


def proposed_mapping(header: Sequence[str], ruleset: Ruleset) -> dict[str, str | None]:
    """Return, for each column of an export, the column of ours that it is read as; None where none is near.

    None of ours is proposed twice; of two columns that are equally near to one of ours, the first gets it. A length of
    time whose column names its unit is proposed with it: "request.duration in weeks".
    """
    columns = {name: one for name, one in input_columns(ruleset).items() if one.fact is None or name == one.fact.name}
    named = {name: _names_of(one) for name, one in columns.items()}
    scored = sorted(
        (
            (-nearness, n, name)
            for n, given in enumerate(header)
            for name, names in named.items()
            for words in names
            for called in _called(given)
            if (nearness := _nearness(called, words, _UNIT_WORDS if _is_length(columns[name]) else frozenset()))
            >= CLOSE
        ),
    )
    found: dict[int, str] = {}
    for _, n, name in scored:
        if n not in found and name not in found.values():
            found[n] = name
    return {
        given: _with_unit(given, columns[found[n]]) if n in found else None
        for n, given in enumerate(header)
        if given.strip()
    }


def _called(given: str) -> tuple[str, ...]:
    """Return what a column of an export is called: its name, and without what is in parentheses, that, and a number."""
    names = [given, _IN_PARENTHESES.sub(" ", given), *_IN_PARENTHESES.findall(given)]
    return tuple(dict.fromkeys([*names, *(_NUMBERED.sub("", name) for name in names)]))


def _with_unit(given: str, one: InputColumn) -> str:
    """Return the name of a column of ours, of a length of time with the unit that the export's name gives."""
    words = _words(given).split()
    unit = next((_NAMES_UNIT[word.removesuffix("s")] for word in words if word.removesuffix("s") in _NAMES_UNIT), None)
    return f"{one.name} in {unit}" if unit is not None and _is_length(one) else one.name


def _is_length(one: InputColumn) -> bool:
    return one.fact is not None and one.fact.kind is Kind.PERIOD


def read_mapping(path: Path, ruleset: Ruleset) -> ColumnMapping:
    """Return what a mapping file reads; raises Rejected with every mistake."""
    document = parse(path.as_posix(), limited_bytes(path, LARGEST_FILE))
    authored = validated_document(document, MappingDocument)
    columns = input_columns(ruleset)
    known = tuple(columns)
    first: dict[str, str] = {}
    units: dict[str, str] = {}
    problems = []
    for given, written in authored.columns.items():
        if written is None:
            continue
        in_unit = _IN_UNIT.fullmatch(written.strip())
        name = written if in_unit is None else in_unit["name"]
        if in_unit is not None and name in columns and not _is_length(columns[name]):
            problems.append((given, f"{name} is no length of time", f"write {name} alone"))
        elif in_unit is not None:
            units[name] = in_unit["unit"]
        if name not in known:
            near = did_you_mean(name, known)
            problems.append((given, f"{name} is no column of ours{near}", "mtus bulk schema lists them"))
        elif first.setdefault(name, given) != given:
            problems.append((given, f"{name} is read from {first[name]} already", "read it from one of the two"))
    if problems:
        raise Rejected(
            tuple(document.diagnostic("MT114", ("columns", given), says, cure=cure) for given, says, cure in problems)
        )
    return ColumnMapping(tuple((given, name) for name, given in first.items()), tuple(units.items()))


def mapping_text(file: str, mapping: dict[str, str | None], ruleset: Ruleset) -> str:
    """Return a mapping as the text of its file, each column with what it is read as."""
    columns = input_columns(ruleset)
    lines = [f"# How the columns of {file} are read; one without a name is not read. mtus bulk schema lists ours.", ""]
    lines.append("columns:")
    for given, name in mapping.items():
        quoted = '"' + given.replace("\\", "\\\\").replace('"', '\\"') + '"'
        own = None if name is None else columns[name.partition(" ")[0]]
        says = "" if own is None else f"  # {own.says}"
        if own is not None and name == own.name and _is_length(own):
            says += f"; a bare number counts days: write {name} in weeks where it counts weeks"
        lines.append(f"  {quoted}:{f' {name}' if name is not None else ''}{says}")
    return "\n".join(lines) + "\n"


def _names_of(one: InputColumn) -> tuple[str, ...]:
    if one.fact is None:
        return _OF_CASE.get(one.name, (one.name,))
    return (one.name, one.fact.label, *one.fact.called)


def _nearness(given: str, words: str, units: frozenset[str]) -> float:
    """Return how near a name is to one of ours, from 0 to 1; units are the words that name a unit and no more."""
    mine, theirs = _words(given), _words(words)
    if mine == theirs:
        return 1.0
    said, meant = (set(one.split()) - _FILLING - units for one in (mine, theirs))
    if said and said == meant:
        return _IN_ANOTHER_ORDER
    # "Visits used" are other visits than those requested: a word too many means something else.
    if any(not get_close_matches(word, meant, n=1, cutoff=_SAME_WORD) for word in said):
        return 0.0
    # "Request ID" and "request fades" are alike by letters only.
    shared = set(mine.split()) & set(theirs.split())
    is_near = bool(shared - _OF_EVERY_NAME) or not set(theirs.split()) & _OF_EVERY_NAME
    return SequenceMatcher(None, mine, theirs).ratio() if is_near else 0.0


def _words(text: str) -> str:
    """Return a name as words in small letters: DateOfInjury, date_of_injury and Date of Injury alike."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return " ".join(re.findall(r"[a-z0-9]+", apart.lower()))
