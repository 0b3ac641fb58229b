"""What all authored documents share: strict pydantic models, and types for the parts that the compiler reads later."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from mtus_engine.model.formula import Mark

FACT_NAME = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$"
IDENTIFIER = r"^[a-z0-9]+(-[a-z0-9]+)*$"

FactName = Annotated[str, StringConstraints(pattern=FACT_NAME, max_length=120)]
Identifier = Annotated[str, StringConstraints(pattern=IDENTIFIER, max_length=120)]

# These parts are typed Any, for the compiler reads them: it knows the vocabulary, and its messages say more than those
# of a type. loader/schemas.py describes them by hand.
ConditionSource = Annotated[Any, WithJsonSchema({"x-defined": "condition"})]
ValueSource = Annotated[Any, WithJsonSchema({"x-defined": "value"})]
FigureSource = Annotated[Any, WithJsonSchema({"x-defined": "figure"})]
StatementsSource = Annotated[Any, WithJsonSchema({"x-defined": "statements"})]
DateSource = Annotated[Any, WithJsonSchema({"x-defined": "date"})]

# Text that is shown on one line: line breaks and runs of spaces become one space.
LineText = Annotated[str, AfterValidator(lambda text: " ".join(text.split()))]

# Text that says something: not empty, and no mere spaces.
FullText = Annotated[str, Field(min_length=1, pattern=r"\S")]


def _id_text(value: object) -> object:
    """Return a whole number as text: ids of cases and items are often written as numbers."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Id = Annotated[
    str,
    BeforeValidator(_id_text),
    AfterValidator(lambda text: " ".join(text.split())),
    Field(min_length=1),
    WithJsonSchema({"type": ["string", "integer"]}),
]

MOST_ITEMS = 9_999


def _sane_number(text: str) -> str:
    if re.fullmatch(r"[-+]?[0-9.]+", text) and not (re.fullmatch(r"[0-9]{1,4}", text) and int(text) >= 1):
        raise ValueError(f"the number of an item is a whole number from 1 to {MOST_ITEMS:,}, not {text[:20]}")
    return text


ItemId = Annotated[Id, AfterValidator(_sane_number)]

ReadingMark = Literal["text", "interpretation"]


class Authored(BaseModel):
    """A frozen document part that refuses keys it does not know."""

    # defer_build: a model is built when it is first used, for a check needs only a few of them.
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)


class Marked(Authored):
    """A rule part with its provenance marks.

    verified is false for a figure not seen in a source; reading tells the guideline's text from
    what reviewers apply; seen_in names the decisions or regulations it was read in.
    """

    verified: bool = True
    reading: ReadingMark = "text"
    seen_in: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether this part stands on verified text alone."""
        return self.mark.is_text

    @property
    def mark(self) -> Mark:
        """Its provenance marks, as the rules carry them."""
        return Mark(self.verified, self.reading, self.seen_in)
