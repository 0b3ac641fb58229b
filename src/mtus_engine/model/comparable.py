"""What became of comparable decisions: counts by class, for independent medical review alone."""

from typing import NamedTuple

# A class with fewer decisions is pooled with others; one that is still smaller then is shown as such.
FEWEST = 10


class ItemClass(NamedTuple):
    """What is known of an item before it is decided, and decisions are counted by; a part that is None is left out.

    finding and text_only are ids of findings; asked is "denied" or "in part", course "first" or "further".
    """

    finding: str
    asked: str | None
    course: str | None
    guideline: str | None
    edition: str | None
    text_only: str | None


class Comparable(NamedTuple):
    """How many comparable decisions there are, and in how many of them a comparable item was overturned.

    low and high are the ends of Wilson's 95 % interval of that share, from 0 to 1. pooled names the parts of the class
    that were left out to find ten decisions.
    """

    item_class: ItemClass
    decisions: int
    overturned: int
    low: float
    high: float
    pooled: tuple[str, ...]
