"""The statements about one fact of one item, with those about the whole case."""

from collections.abc import Iterable
from typing import NamedTuple

from mtus_engine.store.cases import Stated
from mtus_engine.store.parts import body_of


class StatementScope(NamedTuple):
    """A fact of an item: its statements as they stand, those of the whole case among them.

    is_by_item tells that some item has statements of its own on this fact: then what is said in one item holds for it
    alone. others are the other items of the case, ids the ids that statements on this fact have in any of them.
    """

    item: str
    fact: str
    standing: tuple[Stated, ...]
    is_by_item: bool = False
    others: tuple[str, ...] = ()
    ids: frozenset[str] = frozenset()

    @property
    def shown(self) -> tuple[Stated, ...]:
        """The statements that no other replaces."""
        bodies = [body_of(one.said.body) for one in self.standing]
        replaced = {body.get("replaces") for body in bodies if body.get("origin") == "overridden"} - {None}
        return tuple(one for one in self.standing if body_of(one.said.body).get("id") not in replaced)

    @property
    def where(self) -> str | None:
        """The item to which a new statement is added: where items differ this, else that of the last one standing."""
        return self.beside(self.standing[-1]) if self.standing else self.item

    def about(self, surgery: str) -> "StatementScope":
        """Return the scope with the statements about one surgery alone, and those about none by name."""
        named = surgery.casefold()
        kept = tuple(one for one in self.standing if _surgery(one).casefold() in {named, ""})
        return self._replace(standing=kept)

    def beside(self, one: Stated) -> str | None:
        """Return the item for which something is said beside a statement: this where items differ, else that of it."""
        return self.item if self.is_by_item else one.said.item


def scope_of(statements: Iterable[Stated], item: str, fact: str, items: Iterable[str] = ()) -> StatementScope:
    """Return a fact of an item with its statements; items are those of the case, where they are asked for."""
    all_of_fact = [one for one in statements if one.said.fact == fact]
    ids = (body_of(one.said.body).get("id") for one in all_of_fact)
    return StatementScope(
        item,
        fact,
        tuple(one for one in all_of_fact if one.said.item in {None, item}),
        any(one.said.item is not None for one in all_of_fact),
        tuple(one for one in items if one != item),
        frozenset(str(one) for one in ids if one is not None),
    )


def surgeries_named(statements: Iterable[Stated], item: str) -> tuple[str, ...]:
    """Return the names of the surgeries that statements of an item, on any fact, are about."""
    of_item = (one for one in statements if one.said.item in {None, item})
    return tuple({name.casefold(): name for one in of_item if (name := _surgery(one))}.values())


def _surgery(one: Stated) -> str:
    return str(body_of(one.said.body).get("surgery", ""))
