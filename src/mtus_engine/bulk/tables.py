"""The columns of an input table: what they may hold, how they are read, and which rows do not fit."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, assert_never

import ibis

from mtus_engine.compiler.targets.columns.rows import (
    CONFLICTING,
    MAX,
    MIN,
    NOT_DOCUMENTED,
    ONE_OF,
    OPEN,
    POSSIBLE,
    columns_of,
)
from mtus_engine.compiler.targets.columns.rules import all_facts
from mtus_engine.model.fact import Fact, Kind
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.model.values import Stretch

FLAG, NUMBER, FRACTION, DAY, TEXT, LIST = "boolean", "int64", "float64", "date", "string", "array<string>"
CASE, ITEM, SETTING, OUTCOME = "case", "item", "setting", "reviewer.outcome"
JURISDICTION = "jurisdiction"
FILE, ROW, REASON = "file", "row", "reason"
BESIDE = {
    CASE: (TEXT, "the case's name, as results name it"),
    ITEM: (TEXT, "which item of the case"),
    SETTING: (TEXT, "ur (utilization review) or imr (independent medical review); else --setting"),
    JURISDICTION: (TEXT, "whose rules it is under; a row of another jurisdiction than the run's is refused"),
    OUTCOME: (TEXT, "what the reviewer decided: approved, modified, denied, upheld, overturned"),
}
OUTCOMES = ("approved", "modified", "denied", "upheld", "overturned")
# The view that queries read: the rows of one part, with the file and the row that each came from.
VIEW = "part"
# Why a row without any value is left out.
BLANK = "the row is blank"

_SAYS = {
    MIN: "the least it may be, where it is not known exactly",
    MAX: "the most it may be",
    ONE_OF: "the members it may be one of, where it is not known which",
    POSSIBLE: "members that it perhaps holds, too",
    OPEN: "whether there may be members that are not named",
    CONFLICTING: "whether it is open because sources disagree",
    NOT_DOCUMENTED: "whether it was looked for and not found",
}


class InputColumn(NamedTuple):
    """One column that a table may have: its type, the fact it speaks of (none: the case itself) and what it says."""

    name: str
    kind: str
    fact: Fact | None
    says: str


class WrongTypes(Exception):
    """Columns whose types cannot be read as what they should hold, each with both types."""

    def __init__(self, found: tuple[str, ...]) -> None:
        """Keep what is wrong, column by column."""
        self.found = found
        super().__init__("; ".join(found))


def input_columns(ruleset: Ruleset) -> dict[str, InputColumn]:
    """Return the columns that a table may have, by name: of the case, then of each fact."""
    found = {name: InputColumn(name, kind, None, says) for name, (kind, says) in BESIDE.items()}
    for fact in all_facts(ruleset).values():
        # Facts that only the engine itself knows have names that no file can write.
        if " " in fact.name or (fact.is_defined and fact.kind not in {Kind.BOOLEAN, Kind.INTEGER}):
            continue
        for name in columns_of(fact):
            suffix = name.removeprefix(fact.name)
            says = _SAYS.get(suffix) or fact.question or fact.label
            found[name] = InputColumn(name, _kind(fact, suffix), fact, says)
    return found


def own_type(kind: Kind) -> str:
    """Return the type of the column that holds a fact's own value."""
    match kind:
        case Kind.BOOLEAN:
            return FLAG
        case Kind.INTEGER:
            return NUMBER
        case Kind.DECIMAL:
            return FRACTION
        case Kind.DATE:
            return DAY
        case Kind.PERIOD | Kind.ONE_OF:
            return TEXT
        case Kind.SET_OF:
            return LIST
        case _:
            assert_never(kind)


def _kind(fact: Fact, suffix: str) -> str:
    if suffix in {ONE_OF, POSSIBLE}:
        return LIST
    return own_type(fact.kind) if suffix in {"", MIN, MAX} else FLAG


def known_columns(ruleset: Ruleset, present: frozenset[str]) -> dict[str, InputColumn]:
    """Return the columns of a table that are read."""
    return {name: one for name, one in input_columns(ruleset).items() if name in present}


def ignored_columns(ruleset: Ruleset, present: frozenset[str]) -> tuple[str, ...]:
    """Return the columns of a table that are not read."""
    return tuple(sorted(present - set(input_columns(ruleset)) - {FILE, ROW}))


def facts_without_column(ruleset: Ruleset, present: frozenset[str]) -> tuple[str, ...]:
    """Return the base facts of which a table has no column: they are undetermined, or presumed, in every row."""
    base = [fact for fact in ruleset.facts.values() if not fact.is_defined and " " not in fact.name]
    return tuple(fact.name for fact in base if not present & set(columns_of(fact)))


def lengths_among(ruleset: Ruleset, present: frozenset[str]) -> tuple[str, ...]:
    """Return the columns of a table that hold lengths of time."""
    columns = known_columns(ruleset, present).values()
    return tuple(one.name for one in columns if one.kind == TEXT and one.fact and one.fact.kind is Kind.PERIOD)


def members_among(ruleset: Ruleset, present: frozenset[str]) -> tuple[str, ...]:
    """Return the columns of a table that hold members of a fact, one or several."""
    columns = known_columns(ruleset, present).values()
    return tuple(one.name for one in columns if one.fact is not None and one.fact.members and one.kind in {TEXT, LIST})


class Texts(NamedTuple):
    """What the texts of a table mean: lengths of time by column and text, members by column and text.

    members holds only texts that are written differently from the vocabulary, such as codes: each with the members that
    it may mean, and with none where it is doubtful. unverified are, by column, the texts whose reading was not seen in
    a source. divided are, by column, the texts whose members commas and the like divide. doubts say which texts are
    doubtful, and why. has_schedules tells whether some number of visits is written as 3x4.
    """

    lengths: Mapping[str, Mapping[str, Stretch]]
    members: Mapping[str, Mapping[str, tuple[str, ...]]]
    doubts: tuple[str, ...] = ()
    unverified: Mapping[str, frozenset[str]] = MappingProxyType({})
    divided: Mapping[str, frozenset[str]] = MappingProxyType({})
    has_schedules: bool = False


# The condition of rows that do not fit, and the text that says why.

RowReason = tuple[ibis.Deferred, ibis.Deferred]
