"""What values facts would need, in words."""

from typing import assert_never

from mtus_engine.model.explanation import (
    Ask,
    Being,
    Holding,
    NoLess,
    NoMore,
    Passing,
    Remaining,
    Settling,
    SuchAs,
    Without,
)
from mtus_engine.model.fact import Fact
from mtus_engine.model.values import is_settled
from mtus_engine.wording.tests import test_words
from mtus_engine.wording.values import counted_units, in_order, listed_words, member_words, values_words


def settling_words(fact: Fact, settling: Settling) -> str:
    """Return what a fact would have to be: "at most 4 visits", "at least 2 visits and at most 6 visits"."""
    if len(settling.asks) > 1 and is_settled(settling.values):
        return values_words(fact, settling.values)
    return " and ".join(dict.fromkeys(_ask_words(fact, ask) for ask in settling.asks))


def _ask_words(fact: Fact, ask: Ask) -> str:
    match ask:
        case Passing(test):
            return test_words(fact, test)
        case Holding(members):
            return " and ".join(member_words(fact, member) for member in in_order(fact, members))
        case Without(members):
            return f"without {listed_words([member_words(fact, member) for member in in_order(fact, members)])}"
        case Being(values):
            return values_words(fact, values)
        case NoMore(most):
            return f"at most {values_words(fact, most)}"
        case NoLess(least):
            return f"at least {values_words(fact, least)}"
        case SuchAs(values):
            return f"such as {values_words(fact, values)}"
        case Remaining(most, least, unit):
            unclear = "" if least is None else f", perhaps only {least}: the record is unclear"
            return f"at most {counted_units(most, unit)}{unclear}"
        case _:
            assert_never(ask)
