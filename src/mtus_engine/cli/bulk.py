"""mtus bulk: determine whole tables of cases."""

import sys
from argparse import ArgumentParser, Namespace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from mtus_engine.cli.options import count, day

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add(commands: "_SubParsersAction[ArgumentParser]", rules: ArgumentParser) -> None:
    """Add the bulk command, and those beside it."""
    command = commands.add_parser("bulk", parents=[rules])
    command.add_argument("tables", nargs="+", metavar="IN", help="files, folders or patterns")
    command.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="write the output there")
    command.add_argument("--map", type=Path, metavar="FILE", help="how the columns of CSV exports are read")
    command.add_argument("--engine", choices=["duckdb", "spark"], default="duckdb")
    command.add_argument("--memory", metavar="SIZE", help="bound of the database (default 2GB, of Spark 4GB)")
    command.add_argument("--threads", type=count, metavar="N", help="threads to use (default: all)")
    command.add_argument("--part-rows", type=count, default=5_000_000, metavar="N", help="rows written at once")
    command.add_argument("--setting", choices=["ur", "imr"], default="ur", help="of rows that name none")
    command.add_argument("--as-of", type=day, metavar="DATE", help="choose the edition by this day")
    command.add_argument(
        "--guideline", action="append", default=[], metavar="ID", help="only its criteria (several times)"
    )
    command.add_argument("--no-presumptions", action="store_true", help="presume nothing that a row does not say")
    command.add_argument("--no-reasons", action="store_true", help="leave out why criteria stand as they do")
    command.add_argument("--no-verified", action="store_true", help="leave out the finding from verified text alone")
    command.add_argument("--no-cache", action="store_true", help="keep no text of a query for the next run")
    command.set_defaults(run=lambda options: _run("run", options))
    schema = commands.add_parser("bulk schema", parents=[rules])
    schema.add_argument("--format", choices=["terminal", "json"], default="terminal")
    schema.set_defaults(run=lambda options: _run("schema", options))
    mapped = commands.add_parser("bulk map", parents=[rules])
    mapped.add_argument("table", type=Path, metavar="EXPORT.csv")
    mapped.add_argument("--out", type=Path, metavar="FILE", help="write it there instead of standard output")
    mapped.set_defaults(run=lambda options: _run("propose_mapping", options))
    synthetic = commands.add_parser("bulk synthetic", parents=[rules])
    synthetic.add_argument("--rows", type=count, required=True, metavar="N")
    synthetic.add_argument("--seed", type=int, default=0, metavar="S", help="the same table again (default 0)")
    synthetic.add_argument("--out", type=Path, required=True, metavar="FILE.parquet")
    synthetic.set_defaults(run=lambda options: _run("write_synthetic", options))
    explain = commands.add_parser("bulk explain", parents=[rules])
    explain.add_argument("output", type=Path, metavar="OUT", help="the folder that mtus bulk wrote")
    explain.add_argument("--case", required=True, metavar="ID")
    explain.add_argument("--item", metavar="N", help="where a case has several")
    explain.add_argument("--format", choices=["terminal", "json"], default="terminal")
    explain.set_defaults(run=lambda options: _run("explain", options))


def _run(verb: str, options: Namespace) -> int:
    # The database is an optional part: what needs it is loaded here and nowhere else.
    try:
        module = import_module("mtus_engine.cli.bulk_run")
    except ImportError as error:
        sys.stderr.write(f"mtus bulk needs further packages: pip install 'mtus-engine[bulk]' ({error})\n")
        return 1
    code: int = getattr(module, verb)(options)
    return code
