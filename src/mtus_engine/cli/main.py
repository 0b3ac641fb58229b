"""The mtus command: arguments to verbs, exceptions to messages and exit codes."""

import os
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path

import mtus_engine
from mtus_engine.api import shipped_rules
from mtus_engine.cli import authoring, checking, lists
from mtus_engine.engine.failure import EngineFailure
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.report.diagnostics import diagnostics_text

EXIT_CODES = """exit codes:
  0  done
  1  a file or the rules engine failed; the others were still read
  2  wrong usage
  3  with --exit-status: an item does not meet the criteria, or only in part
  4  with --exit-status: an item needs information (and none is referred)
  5  lint or an example failed"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # What is printed is UTF-8 whatever the locale says; a terminal that cannot show a character shows its code.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    options = _parser().parse_args(arguments)
    if sys.stdout is None:
        return 1
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except Rejected as rejected:
        sys.stderr.write(diagnostics_text(rejected.diagnostics))
        return 1
    except EngineFailure as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    except BrokenPipeError:
        # The reader has gone; the interpreter must not try to write to it again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        sys.stderr.write(f"{error.filename or 'standard output'}: {error.strerror}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        return 130
    return code


def _parser() -> ArgumentParser:
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
        type=Path,
        default=shipped_rules(),
        metavar="FOLDER",
        help="rule files to use instead of those shipped",
    )
    checking.add_check(commands, rules)
    authoring.add_new(commands, rules)
    lists.add_lists(commands, rules)
    authoring.add_sentences(commands)
    authoring.add_rules(commands, rules)
    return parser


def _version(parser: ArgumentParser, options: Namespace) -> int:
    if options.version:
        sys.stdout.write(f"mtus {mtus_engine.__version__}\n")
        return 0
    parser.print_help(sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
