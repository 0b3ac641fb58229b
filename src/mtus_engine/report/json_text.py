"""JSON text of outlines: keys in a fixed order, two spaces a level, one item after another."""

from collections.abc import Iterable, Iterator

import orjson

from mtus_engine.report.outline import ItemOutline


def json_item(item: ItemOutline) -> str:
    """Return the JSON text of an item, indented by two spaces as an element of a list."""
    text = orjson.dumps(item, option=orjson.OPT_INDENT_2).decode()
    return "  " + text.replace("\n", "\n  ")


def json_stream(items: Iterable[str]) -> Iterator[str]:
    """Yield the pieces of a JSON list of items, which are given as text; each is written as soon as it is ready."""
    separator = "[\n"
    for item in items:
        yield separator + item
        separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"
