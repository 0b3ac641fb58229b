"""What a case says before its decision: statements that only the rationale or an outcome gives are left out."""

import re

from mtus_engine.model.case import CaseItem
from mtus_engine.model.fact import Statement

# Places as case files write them: "rationale 3", "item 2 rationale 1-2", "item 2 request 1".
_DECIDED = re.compile(r"\b(?:rationale|outcome)\b", re.IGNORECASE)
_BEFORE = re.compile(r"\b(?:summary|header)\b", re.IGNORECASE)
_ITEM = re.compile(r"\bitem (\S+) (?:request|rationale|outcome)\b", re.IGNORECASE)


def without_rationale(item: CaseItem) -> CaseItem:
    """Return the item without statements that were seen in a rationale, in an outcome, or at another item.

    A fact that is also stated elsewhere keeps that statement.
    """
    kept = {
        name: tuple(one for one in said if not is_of_decision(one, item.item)) for name, said in item.statements.items()
    }
    return item._replace(statements={name: said for name, said in kept.items() if said})


def is_of_decision(statement: Statement, item: str) -> bool:
    """Return whether a statement was seen only in the reviewer's reasons or in what was decided of another item."""
    place = statement.at or ""
    if _BEFORE.search(place):
        return False
    elsewhere = any(number != item for number in _ITEM.findall(place))
    return elsewhere or _DECIDED.search(place) is not None
