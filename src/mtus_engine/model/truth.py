"""Truth with three values, and Kleene's strong connectives over it."""

from collections.abc import Iterable
from enum import Enum
from functools import cached_property
from typing import NoReturn


class Truth(Enum):
    """True, false, or undetermined: what is known settles neither."""

    TRUE = "true"
    FALSE = "false"
    UNDETERMINED = "undetermined"

    # Members are compared by identity; hashing them by identity, too, is several times faster than by name.
    __hash__ = object.__hash__

    @cached_property
    def rank(self) -> int:
        """Its place in the order false 0, undetermined 1, true 2: of several all have the least, any the greatest."""
        return ("false", "undetermined", "true").index(self.value)

    def __bool__(self) -> NoReturn:
        """Raise TypeError: an undetermined truth must never pass for a false one."""
        raise TypeError("a truth has three values: compare it with Truth.TRUE or Truth.FALSE")


# By rank.
TRUTHS = (Truth.FALSE, Truth.UNDETERMINED, Truth.TRUE)


def negation(truth: Truth) -> Truth:
    """Return the opposite of a settled truth; undetermined stays undetermined."""
    if truth is Truth.TRUE:
        return Truth.FALSE
    return Truth.TRUE if truth is Truth.FALSE else truth


def at_least(n: int, truths: Iterable[Truth]) -> Truth:
    """Return whether at least n of the truths are true, whatever the undetermined ones turn out to be.

    >>> at_least(2, [Truth.TRUE, Truth.UNDETERMINED, Truth.FALSE])
    <Truth.UNDETERMINED: 'undetermined'>
    """
    true = open_ = 0
    for truth in truths:
        if truth is Truth.TRUE:
            true += 1
        elif truth is Truth.UNDETERMINED:
            open_ += 1
    if true >= n:
        return Truth.TRUE
    return Truth.UNDETERMINED if true + open_ >= n else Truth.FALSE


def conjunction(truths: Iterable[Truth]) -> Truth:
    """Return true when all are true, false when any is false, else undetermined; true where there are none.

    >>> conjunction([Truth.TRUE, Truth.UNDETERMINED]), conjunction([Truth.FALSE, Truth.UNDETERMINED])
    (<Truth.UNDETERMINED: 'undetermined'>, <Truth.FALSE: 'false'>)
    """
    settled = Truth.TRUE
    for truth in truths:
        if truth is Truth.FALSE:
            return Truth.FALSE
        if truth is Truth.UNDETERMINED:
            settled = truth
    return settled


def disjunction(truths: Iterable[Truth]) -> Truth:
    """Return true when any is true, false when all are false, else undetermined; false where there are none."""
    settled = Truth.FALSE
    for truth in truths:
        if truth is Truth.TRUE:
            return Truth.TRUE
        if truth is Truth.UNDETERMINED:
            settled = truth
    return settled
