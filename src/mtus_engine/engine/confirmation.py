"""Items without what is not sure enough: statements that no person has confirmed, codes that no source was seen for."""

from collections.abc import Mapping

from mtus_engine.model.case import CaseItem
from mtus_engine.model.fact import Fact, Origin, Statement

UNCONFIRMED = frozenset({Origin.EXTRACTED, Origin.INFERRED})


def with_open_statements(item: CaseItem, facts: Mapping[str, Fact], *, only_sure: bool) -> CaseItem:
    """Return the item with every doubtful statement left open; with only_sure, every one that is not sure.

    Such a statement is not dropped: it bars a presumption, and beside a sure one it leaves the fact open, too.
    """
    doubtful = {"likely", "doubtful"} if only_sure else {"doubtful"}
    if not any(one.confidence in doubtful for said in item.statements.values() for one in said):
        return item
    statements = {
        name: tuple(_open_statement(one, facts[name]) if _is_unconfirmed(one, doubtful) else one for one in said)
        for name, said in item.statements.items()
    }
    return item._replace(statements=statements)


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
    return statement.confidence in doubtful and statement.origin in UNCONFIRMED


def _open_statement(statement: Statement, fact: Fact) -> Statement:
    return statement._replace(values=fact.domain, verified=None, unverified=(), to_confirm=statement.values)
