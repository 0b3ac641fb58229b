"""A fact of the vocabulary, the statements made about it, and what is known of it."""

from enum import Enum
from typing import NamedTuple, assert_never

from mtus_engine.model.values import Choice, Member, Selection, Span, Stretch, Values


class Kind(Enum):
    """The type of a fact's values."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    PERIOD = "period"
    ONE_OF = "one_of"
    SET_OF = "set_of"


ORDERED = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.DATE})

# Larger numbers are refused when they are read, for the rules engine compares numbers as floating point.
LARGEST_NUMBER = 2**53 - 1


class Origin(Enum):
    """How a statement came about."""

    STATED = "stated"
    EXTRACTED = "extracted"
    CONFIRMED = "confirmed"
    OVERRIDDEN = "overridden"
    INFERRED = "inferred"
    PRESUMED = "presumed"
    DERIVED = "derived"


class Because(Enum):
    """Why a fact is known or not, and so why a criterion is settled or not."""

    STATED = "stated"
    PRESUMED = "presumed"
    NOT_DOCUMENTED = "not_documented"
    CONFLICTING = "conflicting"
    IMPRECISE = "imprecise"
    NOT_APPLICABLE = "not_applicable"

    # Members are compared by identity; hashing them by identity, too, is several times faster than by name.
    __hash__ = object.__hash__


class Code(NamedTuple):
    """A code prefix and the member it stands for; verified is false where that was not seen in a source."""

    prefix: str
    member: str
    verified: bool


class Narrowing(NamedTuple):
    """What another fact tells of the members of one: pairs of a member and those of the other that it goes with.

    A member that is in no pair goes with any.
    """

    fact: str
    beside: tuple[tuple[str, frozenset[Member]], ...]


class Fact(NamedTuple):
    """One named fact: its type, every value that it may have, its place in the vocabulary, and how it is asked for.

    members are pairs of id and label; words are those by which case files name each member, words_beside those that
    may stand beside them and change nothing, contains gives for a member those that it may mean more closely, called
    the names that exports give its column. to_provider is the question in letters, where question names a threshold.
    presume, its words and what bars it are as in FactEntry. For a fact that is_documentation, "looked for and not
    found" is the answer no. A fact that is of_each_surgery may be stated of each of several surgeries. narrowed_by
    names the fact that rules members of this one out while nothing is said of it.
    """

    name: str
    kind: Kind
    domain: Values
    order: int
    label: str
    question: str | None = None
    unit: str | None = None
    members: tuple[tuple[str, str], ...] = ()
    decimals: int = 0
    presume: Values | None = None
    presume_says: str | None = None
    presume_barred_by: tuple[str, ...] = ()
    presume_barred_if: tuple[str, ...] = ()
    falls_back_to: str | None = None
    narrowed_by: Narrowing | None = None
    cumulative: bool = False
    is_documentation: bool = False
    part_of_request: bool = False
    of_each_surgery: bool = False
    contains: tuple[tuple[str, frozenset[str]], ...] = ()
    codes: tuple[Code, ...] = ()
    words: tuple[tuple[str, tuple[str, ...]], ...] = ()
    words_beside: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    is_defined: bool = False
    to_provider: str | None = None


def may_overlap(fact: Fact, some: frozenset[str], others: frozenset[str]) -> bool:
    """Return whether members of a set may mean some of the same, as the spine and the low back do."""
    within = dict(fact.contains)
    meant, also = ({*of, *(one for member in of for one in within.get(member, ()))} for of in (some, others))
    return not meant.isdisjoint(also)


class Statement(NamedTuple):
    """What one source says of a fact, and where: values is None for "looked for and not found".

    unverified holds the codes whose reading as a member was not seen in a source, and verified the values without
    them: the members of the other codes, and perhaps any other. on is the day that the source gives for it. confidence
    is how sure the program was that read it; to_confirm keeps its values while it is left open for a person to confirm.
    surgery names the one of several surgeries that the statement is about, None where it is about any.
    """

    values: Values | None
    at: str | None = None
    by: str | None = None
    origin: Origin = Origin.STATED
    hedged: bool = False
    on: Span | None = None
    id: str | None = None
    replaces: str | None = None
    note: str | None = None
    unverified: tuple[str, ...] = ()
    verified: Values | None = None
    confidence: str | None = None
    to_confirm: Values | None = None
    surgery: str | None = None


def standing_statements(said: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Return the statements that no override replaces."""
    replaced = {one.replaces for one in said if one.origin is Origin.OVERRIDDEN and one.replaces}
    return tuple(one for one in said if one.id is None or one.id not in replaced)


class Known(NamedTuple):
    """What is known of a fact: the values it may have, why, and the statements behind them.

    looked_for tells "looked for and not found" from "not mentioned"; stands_in names the fact
    whose value was taken where this one is not documented; is_narrowed tells whether some value
    of the domain is ruled out; is_presumed whether a presumption had a part in it. The first five
    fields are all that a rule or a reason reads; who says it and where comes after them.
    """

    values: Values
    because: Because
    looked_for: bool = False
    is_narrowed: bool = False
    is_presumed: bool = False
    statements: tuple[Statement, ...] = ()
    stands_in: str | None = None


def domain_of(kind: Kind, members: tuple[str, ...], low: int | None, high: int | None) -> Values:
    """Return every value that a fact of this kind can have, within its bounds."""
    match kind:
        case Kind.BOOLEAN:
            return Choice(frozenset({True, False}))
        case Kind.ONE_OF:
            return Choice(frozenset(members))
        case Kind.SET_OF:
            return Selection(frozenset(), frozenset(members))
        case Kind.PERIOD:
            return Stretch(Span(0, None), Span(0, None))
        case Kind.INTEGER | Kind.DECIMAL | Kind.DATE:
            return Span(low, high)
        case _:
            assert_never(kind)
