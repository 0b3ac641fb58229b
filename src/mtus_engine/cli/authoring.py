"""mtus new, mtus sentences and mtus rules: writing cases and rules."""

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from mtus_engine.api import Checker, load_rules
from mtus_engine.ingest.sentences import sentences
from mtus_engine.loader.folder import read_examples
from mtus_engine.loader.schemas import document_schemas, schema_of
from mtus_engine.model.diagnostic import Diagnostic, Rejected, did_you_mean
from mtus_engine.policy.examples import Outcome, examples, outcome
from mtus_engine.report.diagnostics import diagnostics_json, diagnostics_text, plain
from mtus_engine.report.outline import ItemOutline
from mtus_engine.report.template import case_template

if TYPE_CHECKING:
    from argparse import _SubParsersAction

GATE = 5


def add_new(commands: "_SubParsersAction[ArgumentParser]", rules: ArgumentParser) -> None:
    """Add the new command."""
    new = commands.add_parser("new", parents=[rules], help="write an empty case for a treatment, with every question")
    new.add_argument("treatment", metavar="TREATMENT", help="a treatment as mtus treatments lists it")
    new.add_argument(
        "--out", type=Path, metavar="FILE", help="write there instead of standard output; never over a file"
    )
    new.set_defaults(run=_new)


def add_sentences(commands: "_SubParsersAction[ArgumentParser]") -> None:
    """Add the sentences command."""
    number = commands.add_parser("sentences", help="print a decision's sentences with the places that case files cite")
    number.add_argument("record", type=Path, metavar="FILE", help="the text of a decision, or - for standard input")
    number.set_defaults(run=_sentences)


def add_rules(commands: "_SubParsersAction[ArgumentParser]", rules: ArgumentParser) -> None:
    """Add the rules command with its own commands."""
    group = commands.add_parser("rules", help="check rule files, run their examples, write schemas")
    group.set_defaults(run=lambda _: _usage(group))
    verbs = group.add_subparsers(title="commands", metavar="COMMAND")
    lint = verbs.add_parser("lint", parents=[rules], help="report every mistake in the rule files and their examples")
    lint.add_argument("--format", choices=["terminal", "json"], default="terminal")
    lint.set_defaults(run=_lint)
    test = verbs.add_parser("test", parents=[rules], help="run the examples beside the rules")
    test.add_argument("-k", metavar="TEXT", default="", help="only examples whose name or file holds this text")
    test.set_defaults(run=_test)
    schema = verbs.add_parser("schema", help="write the JSON Schemas of all files")
    schema.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    schema.set_defaults(run=_schema)


def _usage(parser: ArgumentParser) -> int:
    parser.print_help(sys.stderr)
    return 2


def _new(options: Namespace) -> int:
    ruleset = load_rules(options.rules)
    members = tuple(name for name, _ in ruleset.facts[ruleset.roles.treatment].members)
    if options.treatment not in members:
        near = did_you_mean(options.treatment, members)
        sys.stderr.write(
            f"unknown treatment {plain(options.treatment)}{near}\n  help: mtus treatments lists them all\n"
        )
        return 2
    text = case_template(options.treatment, ruleset)
    if options.out is None:
        sys.stdout.write(text)
        return 0
    with options.out.open("x", encoding="utf-8") as out:
        out.write(text)
    sys.stderr.write(f"{options.out} written: remove the # before each fact that the record gives\n")
    return 0


def _sentences(options: Namespace) -> int:
    content = sys.stdin.buffer.read() if str(options.record) == "-" else options.record.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        sys.stderr.write(f"{options.record}: not UTF-8 text; convert a PDF to text first\n")
        return 1
    sys.stdout.writelines(f"{sentence.place}\t{plain(sentence.text)}\n" for sentence in sentences(text))
    return 0


def _lint(options: Namespace) -> int:
    found: tuple[Diagnostic, ...] = ()
    passed = ""
    try:
        ruleset = load_rules(options.rules)
        named = examples(options.rules, Checker(ruleset))
        passed = (
            f"{len(ruleset.editions)} editions, {len(ruleset.facts)} facts, {len(named)} examples: no mistake found\n"
        )
    except Rejected as rejected:
        found = Rejected((*rejected.diagnostics, *_unreadable_examples(options.rules))).diagnostics
    if options.format == "json":
        sys.stdout.write(diagnostics_json(found))
    else:
        sys.stdout.write(diagnostics_text(found) if found else passed)
    return GATE if found else 0


def _unreadable_examples(folder: Path) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the example files by themselves: reported also where the rules are broken."""
    try:
        read_examples(folder)
    except Rejected as rejected:
        return rejected.diagnostics
    return ()


def _test(options: Namespace) -> int:
    checker = Checker(load_rules(options.rules))
    named = [one for one in examples(options.rules, checker) if options.k in one.example.name or options.k in one.file]
    if not named:
        sys.stderr.write(
            "no examples here\n" if not options.k else f"no example's name or file holds {plain(options.k)}\n"
        )
        return GATE
    failed = [came_out for one in named if (came_out := outcome(one, checker)).differences]
    sys.stdout.writelines(_failure(came_out) for came_out in failed)
    sys.stdout.write(f"{len(named) - len(failed)} passed, {len(failed)} failed\n")
    return GATE if failed else 0


def _failure(came_out: Outcome) -> str:
    named = came_out.named
    lines = [f"{named.file}:{named.line}: {named.example.name}", *(f"  {line}" for line in came_out.differences)]
    return "\n".join([*lines, *(f"    {line}" for line in came_out.trace)]) + "\n\n"


def _schema(options: Namespace) -> int:
    options.out.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        (options.out / f"{name}.json").write_text(
            json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    return 0


def schemas() -> dict[str, dict[str, object]]:
    """Return every published schema by name: of the authored files, and of what mtus check prints."""
    determinations = schema_of(list[ItemOutline], "what mtus check --format json prints")
    return {**document_schemas(), "determination": determinations}
