"""The mtus command: runs the command that the arguments name, and turns exceptions into messages and exit codes."""

import gc
import os
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import NamedTuple

import mtus_engine
from mtus_engine.cli.options import source_of_rules
from mtus_engine.engine.failure import EngineFailure
from mtus_engine.loader.whole_file import LinkRefused
from mtus_engine.model.diagnostic import Rejected

EXIT_CODES = """exit codes:
  0  done
  1  a file or the rules engine failed; the others were still read
  2  wrong usage
  3  with --exit-status: an item does not meet the criteria, or only in part
  4  with --exit-status: an item needs information (and none is referred)
  5  lint, an example or a gate (impact --fail-on, prove --never) failed"""


class Command(NamedTuple):
    """A command: the module that has it, and what it does."""

    module: str
    help: str


# Only the module that is needed is imported: what the others need takes longer to load than a case takes to check.
COMMANDS = {
    "check": Command("check", "determine the items of case files"),
    "audit": Command("audit", "set engine and reviewers side by side"),
    "ingest": Command("ingest", "write draft cases from decisions or papers"),
    "new": Command("new", "write an empty case for a treatment, with every question"),
    "ask": Command("ask", "ask, one after another, for what a case leaves open, until its finding is settled"),
    "sentences": Command("sentences", "print the sentences of a decision or paper with their places"),
    "facts": Command("facts", "list every fact with the question that asks for it"),
    "treatments": Command("treatments", "list the treatments and the guidelines that cover them"),
    "rules": Command("rules", "check rule files, run their examples, write schemas"),
    "packs": Command("packs", "the packs of rules: list, show, make, check, build and add them"),
    "serve": Command("serve", "serve the record to programs and browsers, on this machine or for an office"),
    "store": Command("store", "the record: back it up, restore, check, migrate, take old cases away"),
    "log": Command("log", "the log of decisions: verify it, determine its records again, export it"),
    "people": Command("people", "who may sign in to the server, and what they may do there"),
    "bulk": Command("bulk", "determine tables of cases: Parquet, CSV or NDJSON"),
    "bulk schema": Command("bulk", "print the columns that a table may have"),
    "bulk map": Command("bulk", "propose how the columns of an export are read"),
    "bulk synthetic": Command("bulk", "make a table of requests nobody made"),
    "bulk explain": Command("bulk", "show the trace of one row of an output"),
}
# Commands that have commands of their own, each in a module of its name.
GROUPS = frozenset({"rules"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    # What is loaded now stays until the end: searching it for garbage takes longer than checking a case.
    gc.disable()
    # Looking for plugins of pydantic, of which there are none, takes as long as reading the rules.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    for stream in (sys.stdout, sys.stderr):
        # What is printed is UTF-8 whatever the locale says; a terminal that cannot show a character shows its code.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    given = _joined_command(sys.argv[1:] if arguments is None else arguments)
    options = _parser(given).parse_args(given)
    if sys.stdout is None:
        if sys.stderr is not None:
            cure = "open it, or name a file after --out where the command takes one"
            sys.stderr.write(f"standard output is closed: nothing can be shown; {cure}\n")
        return 1
    gc.freeze()
    gc.enable()
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except Rejected as rejected:
        from mtus_engine.report.diagnostics import diagnostics_text  # noqa: PLC0415 - only where something is wrong

        sys.stderr.write(diagnostics_text(rejected.diagnostics))
        return 1
    except EngineFailure as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    except BrokenPipeError:
        # The reader has gone; the interpreter must not try to write to it again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except LinkRefused as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"{_place_of(error, options)}: {error.strerror or error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        return 130
    return code


def _place_of(error: OSError, options: Namespace) -> str:
    """Return the name of the file that an error of the system is about: else of --out, else standard output."""
    out = getattr(options, "out", None)
    named = Path(str(error.filename or out or "standard output"))
    # A file is written as .NAME.part beside its place until it is whole: the message gives its final name.
    is_beside = named.name.startswith(".") and named.suffix == ".part"
    return str(named.with_name(named.name[1:].removesuffix(".part")) if is_beside else named)


def _joined_command(arguments: Sequence[str]) -> Sequence[str]:
    """Return the arguments with a command of two words, such as bulk map, joined into one."""
    words = " ".join(arguments[:2])
    return [words, *arguments[2:]] if words in COMMANDS and len(arguments) > 1 else arguments


def _parser(arguments: Sequence[str]) -> ArgumentParser:
    parser = ArgumentParser(
        prog="mtus",
        description="Apply California's workers' compensation treatment criteria (MTUS) to the facts of a case.",
        epilog=EXIT_CODES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    parser.set_defaults(run=lambda options: _version(parser, options))
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    rules = ArgumentParser(add_help=False)
    rules.add_argument(
        "--rules",
        action="append",
        type=source_of_rules,
        metavar="PACK",
        help="rules to use instead of those shipped: a folder, a zip or package:NAME; several, each after --rules",
    )
    rules.add_argument(
        "--jurisdiction", metavar="NAME", help="whose rules a case is under that names none, such as washington"
    )
    named = COMMANDS.get(arguments[0]) if arguments else None
    if named is None:
        # The commands are listed without loading any of their modules.
        for name, command in COMMANDS.items():
            commands.add_parser(name, help=command.help)
        return parser
    module = import_module(f"mtus_engine.cli.{named.module}")
    if named.module in GROUPS:
        module.add(commands, rules, next(iter(arguments[1:]), None))
    else:
        module.add(commands, rules)
    commands.choices[arguments[0]].description = f"{named.help[0].upper()}{named.help[1:]}."
    return parser


def _version(parser: ArgumentParser, options: Namespace) -> int:
    if options.version:
        sys.stdout.write(f"mtus {mtus_engine.__version__}\n")
        return 0
    parser.print_help(sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
