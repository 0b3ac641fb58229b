"""JSON text of outlines: keys in a fixed order, two spaces a level, one item after another."""

import json
from collections.abc import Iterable, Iterator

from mtus_engine.report.outline import ItemOutline


def json_stream(items: Iterable[ItemOutline]) -> Iterator[str]:
    """Yield the pieces of a JSON list of items, each item as soon as it is there."""
    separator = "[\n"
    for item in items:
        text = json.dumps(item, ensure_ascii=False, indent=2)
        yield separator + "\n".join(f"  {line}" for line in text.splitlines())
        separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"
