"""The chain of reasons: conditions with the truth of every part, and the steps that concluded them."""

from typing import NamedTuple

from mtus_engine.model.condition import Condition
from mtus_engine.model.truth import Truth


class Branch(NamedTuple):
    """A part of a condition and its truth; firm is its truth were nothing presumed."""

    condition: Condition
    truth: Truth
    firm: Truth
    parts: tuple["Branch", ...] = ()

    @property
    def is_presumed(self) -> bool:
        """Whether the truth rests on a presumption."""
        return self.firm is not self.truth


class Firing(NamedTuple):
    """One step of the chain: the rule, the facts it consumed, and what it concluded."""

    rule: str
    facts: tuple[str, ...]
    concludes: str
