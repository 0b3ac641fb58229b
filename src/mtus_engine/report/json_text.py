"""JSON text of outlines: keys in a fixed order, two spaces a level, one item after another."""

from collections.abc import Iterable, Iterator

import orjson

from mtus_engine.report.outline import ItemOutline


def json_item(item: ItemOutline) -> str:
    """Return an item as it stands in a list, two spaces in."""
    text = orjson.dumps(item, option=orjson.OPT_INDENT_2).decode()
    return "  " + text.replace("\n", "\n  ")


def json_stream(items: Iterable[str]) -> Iterator[str]:
    """Yield the pieces of a JSON list of items, given as text, each as soon as it is there."""
    separator = "[\n"
    for item in items:
        yield separator + item
        separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"
