"""Adds to each item of a case the other therapies that the same case requests."""

from mtus_engine.model.case import CaseItem
from mtus_engine.model.fact import Origin, Statement
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.model.values import Choice, Selection


def with_concurrent_therapies(items: tuple[CaseItem, ...], ruleset: Ruleset) -> tuple[CaseItem, ...]:
    """Return the items, each with a statement of the other therapies of its case, unless it has one already."""
    name, treatment = ruleset.roles.concurrent, ruleset.roles.treatment
    if name is None or len(items) < 2:
        return items
    members = {member for member, _ in ruleset.facts[name].members}
    asked = [_treatments(item, treatment) & members for item in items]
    found = []
    for n, item in enumerate(items):
        others = {one: i.item for i, of in zip(items, asked, strict=True) for one in of - asked[n] if i is not item}
        if others and name not in item.statements:
            at = ", ".join(f"item {other}" for other in dict.fromkeys(others.values()))
            values = Selection(frozenset(others), frozenset(others))
            said = (Statement(values, at=at, origin=Origin.INFERRED, note="requested in the same case"),)
            found.append(item._replace(statements={**item.statements, name: said}))
        else:
            found.append(item)
    return tuple(found)


def _treatments(item: CaseItem, treatment: str) -> frozenset[str]:
    """Return the treatment of an item as a set of one; empty unless exactly one treatment is certain."""
    values = [said.values for said in item.statements.get(treatment, ())]
    one = values[0] if len(values) == 1 and isinstance(values[0], Choice) else None
    return frozenset(map(str, one.possible)) if one is not None and len(one.possible) == 1 else frozenset()
