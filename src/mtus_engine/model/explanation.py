"""The three answers beside a finding: what is missing, what stands against it, what it rests on."""

from typing import NamedTuple

from mtus_engine.model.values import Values


class Settling(NamedTuple):
    """A fact and what it would have to be: the values, and the same in words ("at most 4 visits")."""

    fact: str
    values: Values
    words: str


class MissingSet(NamedTuple):
    """Facts which, settled as said and all together, would make the item meet; none of them can be left out."""

    settlings: tuple[Settling, ...]


class Question(NamedTuple):
    """A question to the provider and the criteria and limits that wait for it; optional where all are advisory."""

    fact: str
    question: str
    waits: tuple[str, ...]
    looked_for: bool
    is_optional: bool = False


class Objection(NamedTuple):
    """A criterion or limit that fails whatever else is documented; cure is a changed request that it would pass."""

    id: str
    is_limit: bool
    cure: tuple[Settling, ...]


class Explanation(NamedTuple):
    """The three answers; missing holds the first sets in the order of the vocabulary, more whether there are others."""

    missing: tuple[MissingSet, ...]
    more_missing: bool
    questions: tuple[Question, ...]
    against: tuple[Objection, ...]
    rests_on: tuple[str, ...]
