"""How a defined fact is computed: formulas and decision tables, each with the marks of where it is from."""

from enum import Enum
from typing import NamedTuple

from mtus_engine.model.condition import Condition
from mtus_engine.model.fact import Fact
from mtus_engine.model.values import Span, Stretch


class Mark(NamedTuple):
    """Where a rule part is from: whether its figure was seen in a source, text or interpretation, and where seen.

    marked_by says who set these marks from another pack, and when; None where they are the rule's own.
    """

    verified: bool = True
    reading: str = "text"
    seen_in: tuple[str, ...] = ()
    marked_by: str | None = None

    @property
    def is_text(self) -> bool:
        """Whether the part stands on verified text alone."""
        return self.verified and self.reading == "text"


TEXT = Mark()

Operand = str | int


class ByCondition(NamedTuple):
    """A boolean fact that holds if and only if the condition does."""

    condition: Condition


class Sum(NamedTuple):
    """Operands added up: numbers, periods, or a date and periods."""

    operands: tuple[Operand, ...]


class Difference(NamedTuple):
    """The first operand less the second: numbers, or dates and periods in days."""

    minuend: Operand
    subtrahend: Operand


class Product(NamedTuple):
    """Operands multiplied; all are whole numbers."""

    operands: tuple[Operand, ...]


class ElapsedTime(NamedTuple):
    """The completed months and days from one date to another."""

    start: str
    end: str


class Looked(NamedTuple):
    """The figure that a decision table gives."""

    table: "TableRule"
    output: str


class Given(NamedTuple):
    """Whether a decision table gives the figure at all."""

    table: "TableRule"
    output: str


class Left(NamedTuple):
    """What a cap leaves after the units had before, which the facts in counting give; at least 0.

    signed are those of counting whose figures could be less than 0 by themselves: fewer than none were never had.
    """

    cap: Operand
    counting: tuple[str, ...]
    signed: frozenset[str] = frozenset()


class Margin(NamedTuple):
    """What a limit leaves, minus what is asked for: negative where the request goes beyond the limit.

    requested names the whole request where authorized units are both counted as had before and left out of what is in
    dispute. Then the cap, less the other facts in counting, is compared with the whole request, too.
    """

    left: str
    of: str
    cap: Operand
    counting: tuple[str, ...]
    requested: str | None
    signed: frozenset[str] = frozenset()


Formula = ByCondition | Sum | Difference | Product | ElapsedTime | Looked | Given | Left | Margin


class Derived(NamedTuple):
    """A derived fact and the formula that gives it."""

    fact: Fact
    formula: Formula
    cite: str
    mark: Mark = TEXT


class Figure(NamedTuple):
    """A number or period of a table; of a range, values is the upper end, and words show both ends."""

    values: Span | Stretch
    words: str


class HitPolicy(Enum):
    """What counts where several rows of a table hold: at most one may hold, the largest figure, or the first row."""

    UNIQUE = "unique"
    LARGEST = "max"
    FIRST = "first"


class RowRule(NamedTuple):
    """One row of a decision table: it holds where its condition when does, always where that is None.

    written is the condition as in the file. It is None in a row for all that no other row takes; the condition of such
    a row is that no other holds.
    """

    id: str
    written: Condition | None
    when: Condition | None
    figures: tuple[tuple[str, Figure], ...]
    cite: str
    mark: Mark
    is_otherwise: bool = False


class TableRule(NamedTuple):
    """A decision table; without_row says why some cases have no row, where that is meant."""

    id: str
    cite: str
    hit_policy: HitPolicy
    rows: tuple[RowRule, ...]
    without_row: str | None = None

    @property
    def takes_largest(self) -> bool:
        """Whether the largest figure counts where several rows hold."""
        return self.hit_policy is HitPolicy.LARGEST

    def before(self, row: RowRule) -> tuple[RowRule, ...]:
        """Return the rows that count instead of a row where they hold: those before it, if the first row counts."""
        return self.rows[: self.rows.index(row)] if self.hit_policy is HitPolicy.FIRST else ()

    @property
    def has_otherwise(self) -> bool:
        """Whether it has a row for all that no other row takes."""
        return any(row.is_otherwise for row in self.rows)
