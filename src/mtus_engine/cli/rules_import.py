"""mtus rules import: a decision table from a spreadsheet, its figures marked as not seen in a source."""

import re
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from mtus_engine.cli.loaded import rules_to_work_on
from mtus_engine.cli.options import identifier
from mtus_engine.loader.folder import read_case
from mtus_engine.loader.whole_file import whole_file
from mtus_engine.policy.table_import import imported_table

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add(verbs: "_SubParsersAction[ArgumentParser]", rules: ArgumentParser) -> None:
    """Add the import command."""
    command = verbs.add_parser("import", parents=[rules])
    command.add_argument("table", type=Path, metavar="TABLE.csv", help="or - for standard input")
    command.add_argument("--id", type=identifier, metavar="ID", help="of the table; default: the name of the file")
    command.add_argument("--out", type=Path, metavar="FILE", help="write there instead of standard output")
    command.set_defaults(run=_import)


def _import(options: Namespace) -> int:
    name, content = read_case(options.table)
    id_ = options.id or "-".join(re.findall(r"[a-z0-9]+", options.table.stem.lower())) or "table"
    made = imported_table(name, content, id_, rules_to_work_on(options).facts)
    text = f"tables:\n{made.text}"
    if options.out is None:
        sys.stdout.write(text)
    else:
        with whole_file(options.out) as beside:
            beside.write_text(text, encoding="utf-8")
    looked = ", ".join(f"lookup: {{table: {id_}, output: {one}}}" for one in made.outputs)
    sys.stderr.write(f"{made.rows} rows; put them into a rule file, and a definition for each figure: {looked}\n")
    return 0
