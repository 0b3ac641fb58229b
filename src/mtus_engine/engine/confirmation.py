"""Items without what is not sure enough: statements that no person has confirmed, codes that no source was seen for."""

from collections.abc import Mapping, Sequence
from functools import reduce

from mtus_engine.model.case import CaseItem
from mtus_engine.model.fact import Fact, Origin, Statement, standing_statements
from mtus_engine.model.values import Values, hull

_CONFIRMED = frozenset({Origin.CONFIRMED, Origin.OVERRIDDEN})
_BY_A_PERSON = frozenset({Origin.STATED, Origin.CONFIRMED, Origin.OVERRIDDEN})


def with_open_statements(item: CaseItem, facts: Mapping[str, Fact], *, only_sure: bool) -> CaseItem:
    """Return the item with every doubtful statement left open; with only_sure, every one that is not sure.

    Such a statement is not dropped: it bars a presumption, and beside a sure one it leaves the fact open, too. Beside
    what a person stated or confirmed the fact may be as that says, or as it says itself.
    """
    doubtful = {"likely", "doubtful"} if only_sure else {"doubtful"}
    if not any(one.confidence in doubtful for said in item.statements.values() for one in said):
        return item
    statements = {name: _with_open(said, facts[name], doubtful) for name, said in item.statements.items()}
    return item._replace(statements=statements)


def _with_open(said: tuple[Statement, ...], fact: Fact, doubtful: set[str]) -> tuple[Statement, ...]:
    by_a_person = [
        one.values
        for one in standing_statements(said)
        if one.origin in _BY_A_PERSON and one.values is not None and not _is_unconfirmed(one, doubtful)
    ]
    return tuple(_open_statement(one, fact, by_a_person) if _is_unconfirmed(one, doubtful) else one for one in said)


def verified_item(item: CaseItem) -> CaseItem:
    """Return the item as it stands without the codes whose reading was not seen in a source."""
    if not any(one.unverified for said in item.statements.values() for one in said):
        return item
    kept = {
        name: tuple(s._replace(values=s.verified) if s.unverified else s for s in said)
        for name, said in item.statements.items()
    }
    return item._replace(statements=kept)


def _is_unconfirmed(statement: Statement, doubtful: set[str]) -> bool:
    return statement.confidence in doubtful and statement.origin not in _CONFIRMED


def _open_statement(statement: Statement, fact: Fact, by_a_person: Sequence[Values]) -> Statement:
    """Return a statement that says only what it or a person may: whatever can be, where no person said anything."""
    values = fact.domain
    if by_a_person and statement.values is not None:
        values = reduce(hull, by_a_person, statement.values)
    return statement._replace(values=values, verified=None, unverified=(), to_confirm=statement.values)
