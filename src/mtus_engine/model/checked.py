"""One item of a case, determined and explained: what every view shows."""

from collections.abc import Mapping
from typing import NamedTuple

from mtus_engine.model.case import Case, CaseItem
from mtus_engine.model.comparable import Comparable
from mtus_engine.model.determination import Determination
from mtus_engine.model.explanation import Explanation
from mtus_engine.model.fact import Fact
from mtus_engine.model.ruleset import LimitRule, StepRule, TierRule
from mtus_engine.model.vocabulary import Roles


class ItemsTogether(NamedTuple):
    """Items of one case that together ask for more than one limit leaves, though each is judged alone.

    is_one_course tells that they are of several treatments which reviewers count as one: an interpretation.
    """

    items: tuple[str, ...]
    limit: LimitRule
    asked: int
    left: int
    is_one_course: bool = False


class RoutesTogether(NamedTuple):
    """Items of one case that together come to another route of authorization; reached is the largest count."""

    items: tuple[str, ...]
    tier: TierRule
    step: StepRule
    reached: int


class Checked(NamedTuple):
    """One item of a case with its determination, the answers beside it, the vocabulary and the facts with a role.

    comparable tells what became of comparable decisions. It is None but in independent medical review with saved
    experience.
    """

    case: Case
    item: CaseItem
    determination: Determination
    explanation: Explanation
    together: tuple[ItemsTogether, ...]
    ruleset_facts: Mapping[str, Fact]
    roles: Roles
    comparable: Comparable | None = None
    routes_together: tuple[RoutesTogether, ...] = ()
