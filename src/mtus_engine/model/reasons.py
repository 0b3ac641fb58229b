"""Why a criterion or limit stands as it does: tests, what the record says of their facts, and alternatives."""

from enum import Enum
from typing import NamedTuple

from mtus_engine.model.condition import Test
from mtus_engine.model.fact import Fact, Known, Origin
from mtus_engine.model.truth import Truth


class ReasonRole(Enum):
    """What a test decides: whether a criterion is met, or whether a criterion or limit applies, or is lifted."""

    MET = "met"
    CRITERION_APPLIES = "criterion applies"
    CRITERION_LIFTED = "criterion lifted"
    LIMIT_APPLIES = "limit applies"
    LIMIT_LIFTED = "limit lifted"


class SeenAt(NamedTuple):
    """Where a statement was seen, who said it, and how it came about."""

    at: str
    by: str | None
    origin: Origin
    hedged: bool


class Distance(NamedTuple):
    """How far a value lies past a bound, over it or short of it, in a unit (None: a number without one).

    number counts units of the last of so many decimal places.
    """

    number: int
    unit: str | None
    is_over: bool
    decimals: int = 0


class Reason(NamedTuple):
    """One test: its fact, what the record says of it, and what is asked.

    is_wanted tells whether the test should hold; under a not it should fail. truth is that of the test itself.
    waits_for are the base facts from which the fact is computed and that are not documented.
    """

    test: Test
    fact: Fact
    known: Known
    role: ReasonRole
    is_wanted: bool
    truth: Truth
    is_presumed: bool = False
    distance: Distance | None = None
    places: tuple[SeenAt, ...] = ()
    waits_for: tuple[Fact, ...] = ()


class Counted(NamedTuple):
    """A fact that a limit is worked out from."""

    fact: Fact
    known: Known
    places: tuple[SeenAt, ...] = ()


class OpenTable(NamedTuple):
    """A figure that a table leaves open whatever the record says: no row holds, or those that hold differ.

    figures are those of the rows that hold, in words; empty where no row holds.
    """

    fact: Fact
    table: str
    cite: str
    figures: tuple[str, ...] = ()


class Alternatives(NamedTuple):
    """Options of which as many as needed are enough; each option asks for all of its reasons."""

    needed: int
    options: tuple[tuple["Reasoning", ...], ...]


class Together(NamedTuple):
    """Reasons that together decide whether a criterion or limit applies, or is lifted; is_so tells whether it is so."""

    role: ReasonRole
    reasons: tuple["Reasoning", ...]
    is_so: bool


Reasoning = Reason | Counted | OpenTable | Alternatives | Together
