"""Notices that the engine itself gives, in words: editions that are not encoded, and items counted together."""

from collections.abc import Mapping, Sequence

from mtus_engine.model.case import SurgeryAside, WhyAside
from mtus_engine.model.checked import ItemsTogether, RoutesTogether
from mtus_engine.model.fact import Fact, Statement
from mtus_engine.model.ruleset import Edition
from mtus_engine.model.values import Span
from mtus_engine.wording.values import counted_units, day_words, values_words


def edition_not_encoded_words(edition: Edition) -> str:
    """Return that an edition is known and not encoded, with the reason."""
    in_force = day_words(edition.in_force)
    return f"{edition.title}, in force {in_force}: {edition.not_encoded}. That is no reason against the request."


def no_edition_words(day: Span) -> str:
    """Return that nothing is encoded for a treatment on a day."""
    if day.point is None:
        return (
            f"No guideline for this treatment is encoded for any day that may count ({day_words(day)})."
            " That is no reason against the request."
        )
    return f"No guideline for this treatment is encoded for {day_words(day)}. That is no reason against the request."


def items_together_words(together: ItemsTogether) -> str:
    """Return that items share a limit that is too small for all of them."""
    left = counted_units(together.left, together.limit.unit)
    items = _items_words(together.items)
    is_or_are = "is" if together.left == 1 else "are"
    return f"{items} are judged alone; together they ask for {together.asked}, and {left} {is_or_are} left for all"


def routes_together_words(together: RoutesTogether) -> str:
    """Return the route of authorization that items come to only where they are counted together."""
    items = _items_words(together.items)
    reached = f"counted together they come to {together.reached}"
    return f"{items} are counted each by itself; {reached}, and the route is: {together.step.says}"


def surgery_aside_words(aside: SurgeryAside, facts: Mapping[str, Fact]) -> str:
    """Return what the record says of a surgery that is not the one meant, and why it is not."""
    said = "; ".join(
        f"{facts[name].label}: {' or '.join(_statement_words(facts[name], one) for one in statements)}"
        for name, statements in aside.statements.items()
    )
    return f"The record tells of another surgery as well, {aside.name} ({said}). {_WHY_ASIDE[aside.why]}"


_WHY_ASIDE = {
    WhyAside.OTHER_PART: "It was not on the part that the treatment is for, and is not counted here.",
    WhyAside.AFTERCARE_OF_OTHER: "The record says that the treatment is aftercare of another one, which counts here.",
    WhyAside.EARLIER: "A later one was on the same part, whose aftercare counts here.",
}


# So many items are named one by one.
_MOST_NUMBERS = 8


def _statement_words(fact: Fact, statement: Statement) -> str:
    return "looked for and not found" if statement.values is None else values_words(fact, statement.values)


def _items_words(items: Sequence[str]) -> str:
    return f"items {numbers_of_items(items)}"


def numbers_of_items(items: Sequence[str]) -> str:
    """Return numbers of items as "1, 2 and 3"; of very many the first, and how many more there are."""
    if len(items) > _MOST_NUMBERS:
        return f"{', '.join(items[:_MOST_NUMBERS])} and {len(items) - _MOST_NUMBERS} more"
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)
