"""A case document taken apart into its header and its statements, and put together again."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

# A case as plain values of JSON: keys are those of a case file, and any value may stand below them.
PlainDocument = dict[str, Any]


class Said(NamedTuple):
    """One statement as a case file writes it: of an item, or of the whole case where item is None."""

    item: str | None
    fact: str
    body: Any


def body_of(said: Any) -> PlainDocument:
    """Return what a statement says as a mapping: a bare value is short for a mapping with that value alone."""
    return said if isinstance(said, dict) else {"value": said}


def header_of(document: Mapping[str, Any]) -> PlainDocument:
    """Return a case without its facts."""
    header = {key: value for key, value in document.items() if key not in {"facts", "items"}}
    items = [{key: value for key, value in item.items() if key != "facts"} for item in document["items"]]
    return {**header, "items": items}


def statements_of(document: Mapping[str, Any]) -> list[Said]:
    """Return the statements of a case, in the order of its file."""
    holders = [(None, document), *((str(item["item"]), item) for item in document["items"])]
    return [
        Said(item, fact, body)
        for item, holder in holders
        for fact, said in (holder.get("facts") or {}).items()
        for body in (said if _is_several(said) else [said])
    ]


def document_of(header: Mapping[str, Any], said: Iterable[Said]) -> PlainDocument:
    """Return the case that a header and its statements make; a statement of an item that is not there is left out."""
    by_item: dict[str | None, dict[str, list[Any]]] = {}
    for one in said:
        by_item.setdefault(one.item, {}).setdefault(one.fact, []).append(one.body)
    document = {key: value for key, value in header.items() if key != "items"}
    if None in by_item:
        document["facts"] = _facts(by_item[None])
    document["items"] = [
        {**item, **({"facts": _facts(by_item[str(item["item"])])} if str(item["item"]) in by_item else {})}
        for item in header["items"]
    ]
    return document


def _is_several(said: Any) -> bool:
    return isinstance(said, list) and bool(said) and all(isinstance(one, dict) for one in said)


def _facts(by_fact: Mapping[str, list[Any]]) -> PlainDocument:
    return {
        fact: bodies[0] if len(bodies) == 1 else [body_of(one) for one in bodies] for fact, bodies in by_fact.items()
    }


def words_of(document: Mapping[str, Any]) -> str:
    """Return what a case is searched by: its id and what was asked, in small letters."""
    said = [str(document["case"]), *(str(item.get("asked") or "") for item in document["items"])]
    return "\n".join(said).casefold()
