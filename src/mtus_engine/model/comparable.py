"""What became of comparable decisions: counts by class, for independent medical review alone."""

from typing import NamedTuple

# A class with fewer decided items is pooled with others, and is told to be of few.
FEWEST = 10


class ItemClass(NamedTuple):
    """What is known of an item before it is decided, as far as decisions are counted by it; None is left out.

    finding and text_only are ids of findings; asked is "denied" or "in part", course "first" or "further".
    """

    finding: str
    asked: str | None
    course: str | None
    guideline: str | None
    edition: str | None
    text_only: str | None


class Comparable(NamedTuple):
    """So many of the comparable items were overturned; low and high are the ends of Wilson's interval of 95 %, from 0
    to 1. pooled names what was left out of the class to find ten of them.
    """

    item_class: ItemClass
    items: int
    overturned: int
    low: float
    high: float
    pooled: tuple[str, ...]
