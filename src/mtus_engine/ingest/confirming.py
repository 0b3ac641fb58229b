"""A draft case confirmed by a person: the statements that wait, and the document after each answer."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mtus_engine.ingest.merging import Plain

# Origins that no person has looked at yet.
UNCONFIRMED = frozenset({"extracted", "inferred"})

PlainDocument = dict[str, Plain]


class Waiting(NamedTuple):
    """A statement that waits for a person: its item by index (None: the whole case), its fact, and its index there."""

    item: int | None
    fact: str
    number: int
    statement: Mapping[str, Plain]


def waiting(document: PlainDocument) -> Iterator[Waiting]:
    """Yield the statements of a draft that no person has confirmed, in the order of the file."""
    for item, facts in _holders(document):
        for fact, said in facts.items():
            statements = [one for one in _statement_list(said) if isinstance(one, dict)]
            replaced = {one["replaces"] for one in statements if "replaces" in one}
            for number, statement in enumerate(statements):
                if statement.get("origin") in UNCONFIRMED and statement.get("id") not in replaced:
                    yield Waiting(item, fact, number, statement)


def in_doubt_first(found: Iterable[Waiting]) -> list[Waiting]:
    """Return the statements that wait, the doubtful first, each in the order of the file."""
    return sorted(found, key=lambda one: one.statement.get("confidence") != "doubtful")


def accept(document: PlainDocument, one: Waiting) -> PlainDocument:
    """Return the document with the statement confirmed."""
    return _document_with(document, one, [{**one.statement, "origin": "confirmed"}])


def drop(document: PlainDocument, one: Waiting) -> PlainDocument:
    """Return the document without the statement."""
    return _document_with(document, one, [])


def change(document: PlainDocument, one: Waiting, value: Plain | None) -> PlainDocument:
    """Return the document with an override of another value (None: not documented); the statement read is kept, too."""
    facts = next(facts for item, facts in _holders(document) if item == one.item)
    taken = {
        str(other["id"]) for other in _statement_list(facts[one.fact]) if isinstance(other, dict) and "id" in other
    }
    id_ = next(name for n in range(1, len(taken) + 2) if (name := f"read-{n}") not in taken)
    place = {key: one.statement[key] for key in ("at", "by", "surgery") if key in one.statement}
    written: dict[str, Plain] = {"not_documented": True} if value is None else {"value": value}
    return _document_with(
        document, one, [{**one.statement, "id": id_}, written | place | {"origin": "overridden", "replaces": id_}]
    )


def _document_with(document: PlainDocument, one: Waiting, instead: Sequence[Plain]) -> PlainDocument:
    if one.item is None:
        return {**document, "facts": _facts_with(_mapping(document.get("facts")), one, instead)}
    items = [
        {**item, "facts": _facts_with(_mapping(item.get("facts")), one, instead)} if n == one.item else item
        for n, item in enumerate(_items(document))
    ]
    return {**document, "items": list(items)}


def _facts_with(facts: Mapping[str, Plain], one: Waiting, instead: Sequence[Plain]) -> dict[str, Plain]:
    said = _statement_list(facts[one.fact])
    left = [*said[: one.number], *instead, *said[one.number + 1 :]]
    # A fact that has no statement left is removed.
    kept = {one.fact: left[0] if len(left) == 1 else left} if left else {}
    return {name: kept.get(name, said) for name, said in facts.items() if name != one.fact or left}


def _holders(document: PlainDocument) -> Iterator[tuple[int | None, Mapping[str, Plain]]]:
    yield None, _mapping(document.get("facts"))
    for n, item in enumerate(_items(document)):
        yield n, _mapping(item.get("facts"))


def _items(document: PlainDocument) -> list[dict[str, Plain]]:
    items = document.get("items")
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _mapping(plain: Plain | None) -> Mapping[str, Plain]:
    return plain if isinstance(plain, dict) else {}


def _statement_list(said: Plain) -> list[Plain]:
    return said if isinstance(said, list) and said and isinstance(said[0], dict) else [said]
