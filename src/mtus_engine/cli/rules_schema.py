"""mtus rules schema: the JSON Schemas of all files."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from mtus_engine.loader.schemas import document_schemas, schema_of
from mtus_engine.loader.whole_file import write_whole
from mtus_engine.report.outline import ItemOutline

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add(verbs: "_SubParsersAction[ArgumentParser]", _: ArgumentParser) -> None:
    """Add the schema command."""
    schema = verbs.add_parser("schema")
    schema.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    schema.set_defaults(run=_schema)


def _schema(options: Namespace) -> int:
    options.out.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        write_whole(options.out / f"{name}.json", json.dumps(schema, indent=2, ensure_ascii=False) + "\n")
    return 0


def schemas() -> dict[str, dict[str, object]]:
    """Return every published schema by name: of the authored files, and of what mtus check prints."""
    determinations = schema_of(list[ItemOutline], "what mtus check --format json prints")
    return {**document_schemas(), "determination": determinations}
