"""How a defined fact is computed: formulas and decision tables, each with the marks of where it is from."""

from enum import Enum
from typing import NamedTuple

from mtus_engine.model.condition import Condition
from mtus_engine.model.fact import Fact
from mtus_engine.model.values import Span, Stretch


class Mark(NamedTuple):
    """The provenance of a rule part: a figure seen in a source or not, text or interpretation, and where seen.

    marked_by names who set the marks of another pack anew, and when.
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
    """What a cap leaves after all that was had before: never less than nothing."""

    cap: Operand
    counting: tuple[str, ...]


class Margin(NamedTuple):
    """What a limit leaves less what is judged by it: not negative where the request keeps to the limit.

    requested is given where authorized units are counted as had before and are no longer in dispute: then
    the cap, less what counting names beside them, is set against the whole request too.
    """

    left: str
    of: str
    cap: Operand
    counting: tuple[str, ...]
    requested: str | None


Formula = ByCondition | Sum | Difference | Product | ElapsedTime | Looked | Given | Left | Margin


class Derived(NamedTuple):
    """A derived fact and the formula that gives it."""

    fact: Fact
    formula: Formula
    cite: str
    mark: Mark = TEXT


class Figure(NamedTuple):
    """A number or period of a table; of a range the upper end decides and the words show both."""

    values: Span | Stretch
    words: str


class HitPolicy(Enum):
    """Which row of a table counts where several may hold: there is one at most, the largest figure, or the first."""

    UNIQUE = "unique"
    LARGEST = "max"
    FIRST = "first"


class RowRule(NamedTuple):
    """One row of a decision table: it holds where when does, always where that is None.

    written is the condition as the file has it, None in a row for what no other row takes: its when says so.
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
        """Return the rows that take the place of a row where they hold: those before it, if the first row counts."""
        return self.rows[: self.rows.index(row)] if self.hit_policy is HitPolicy.FIRST else ()

    @property
    def has_otherwise(self) -> bool:
        """Whether some row always holds."""
        return any(row.is_otherwise for row in self.rows)
