"""mtus rules prove: what an edit can change on any case at all, and what no case can come to."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from mtus_engine.api import Checker
from mtus_engine.cli.options import GATE
from mtus_engine.cli.rules_impact import add_beside, changes_of_words
from mtus_engine.cli.sheets import CHECKS, add_format, write_cases, write_sheet
from mtus_engine.compiler.conditions import ConditionReader
from mtus_engine.compiler.problems import Place, Problems
from mtus_engine.loader.packs import near
from mtus_engine.loader.source import Document, Node, Tree
from mtus_engine.loader.yaml_tree import parse_leniently
from mtus_engine.model.condition import Condition
from mtus_engine.model.determination import Finding
from mtus_engine.model.diagnostic import Diagnostic, Rejected
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.policy.answers import Answer, Answered
from mtus_engine.policy.examples import ranges_in_examples
from mtus_engine.policy.proof_report import conclusion, proof_outline, proof_sheet
from mtus_engine.policy.revisions import layers_of, ruleset_of

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add(verbs: "_SubParsersAction[ArgumentParser]", _: ArgumentParser) -> None:
    """Add the prove command."""
    command = verbs.add_parser("prove")
    command.add_argument("old", metavar="OLD", help="rules before the edit: a folder, a git revision, REVISION:FOLDER")
    command.add_argument("new", metavar="NEW", nargs="?", help="rules after it")
    add_beside(command)
    findings = [finding.value for finding in Finding]
    command.add_argument("--never", choices=findings, metavar="FINDING", help="instead: that no case comes to this")
    command.add_argument(
        "--when", metavar="CONDITION", help='of which this holds, as "injury.age: {more_than: 2 years}"'
    )
    command.add_argument("--seconds", type=int, default=60, help="for each question, before it is left undecided")
    help_ = "exit with 5 unless it is proved that no case changes so: stricter, looser, reclassified (several: a,b)"
    command.add_argument("--fail-on", type=changes_of_words, default=(), metavar="CHANGES", help=help_)
    command.add_argument("--cases", type=Path, metavar="FOLDER", help="write the cases that show a change there")
    add_format(command, CHECKS)
    command.set_defaults(run=_prove)


def _prove(options: Namespace) -> int:
    try:
        import z3  # noqa: F401, PLC0415 - the one door of the optional extra: what needs it is imported after it
    except ImportError:
        sys.stderr.write("proving needs Z3: pip install 'mtus-engine[logic]'\n")
        return 1
    if (options.never is None) != (options.when is None) or (options.never is None) == (options.new is None):
        sys.stderr.write(
            "prove OLD NEW compares two rulesets; prove RULES --never FINDING --when CONDITION asks of one\n"
        )
        return 2
    answers = _answers(options)
    if options.new is None:
        title, summary = f"{options.old}: never {options.never} when {options.when}", _never_words(answers[0])
    else:
        title, summary = f"{options.new} against {options.old}, for all cases", conclusion(answers)
    write_sheet(
        proof_sheet(title, summary, answers),
        proof_outline(summary, answers),
        options,
        lambda: _proof_diagnostics(answers, options),
    )
    if options.cases is not None:
        write_cases(((answer.question.replace(" ", "-"), answer.case) for answer in answers), options.cases)
    gated = {change.value for change in options.fail_on} if options.new is not None else {answers[0].question}
    return GATE if any(one.question in gated and one.answer is not Answer.NEVER for one in answers) else 0


def _proof_diagnostics(answers: list[Answered], options: Namespace) -> Iterator[Diagnostic]:
    """Yield the questions that were not answered with a proof, each at the rule that moved where a case shows one."""
    for one in answers:
        if one.answer is not Answer.NEVER:
            file, line = one.place or (options.new or options.old, 1)
            words = f"{one.question}: {one.answer.value}"
            yield Diagnostic("MT507", near(Path(file)).as_posix(), line, 1, words, one.why or None, None, "warning")


def _answers(options: Namespace) -> list[Answered]:
    from mtus_engine.policy.proof import differences, never_comes_to  # noqa: PLC0415 - behind the same door

    old = ruleset_of(options.old, options.beside, options.jurisdiction)
    new = old if options.new is None else ruleset_of(options.new, options.beside, options.jurisdiction)
    at_hand = ranges_in_examples(layers_of(options.new or options.old, options.beside), Checker(new))
    if options.new is not None:
        return list(differences(old, new, options.seconds, at_hand))
    condition = _condition(options.when, old)
    return [never_comes_to(old, Finding(options.never), condition, options.seconds, at_hand)]


def _condition(text: str, ruleset: Ruleset) -> Condition:
    """Return the condition that the words give; raises Rejected with every mistake in it."""
    document = parse_leniently("--when", text.encode())
    problems = Problems()
    facts = {**ruleset.beside_facts, **{name: fact for e in ruleset.editions for name, fact in e.facts.items()}}
    condition = ConditionReader({**facts, **ruleset.facts}, problems).condition(document.plain, Place(document))
    if problems.found or condition is None:
        nowhere = Document("--when", (text,), Node(Tree.MAPPING, 0, 0))
        found = problems.found or [nowhere.diagnostic("MT303", (), "no condition", cure="write fact: test")]
        raise Rejected(tuple(found))
    return condition


def _never_words(answer: Answered) -> str:
    match answer.answer:
        case Answer.NEVER:
            return "Proved: no case comes to it."
        case Answer.SHOWN:
            return "Not so: a case comes to it."
        case Answer.OPEN:
            return "Not decided."
        case _:
            assert_never(answer.answer)
