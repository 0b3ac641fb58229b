"""Lint over packs of rules: every mistake in them and their examples, and what is valid but looks like one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from mtus_engine.api import Checker, load_rules
from mtus_engine.compiler.review import review_rules
from mtus_engine.ingest.drafter import extraction_rules
from mtus_engine.loader.beside_rules import extraction_of, review_of
from mtus_engine.loader.packs import Layer, Sources, examples_of, read_layers, rules_of
from mtus_engine.model.diagnostic import Diagnostic, Rejected
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.policy.coverage import encoded_editions
from mtus_engine.policy.examples import examples_of_layers
from mtus_engine.policy.lint import noted_in_files
from mtus_engine.policy.lint_rules import cut_texts, example_slips
from mtus_engine.policy.lint_tables import untried_tables
from mtus_engine.policy.noted import Noted

if TYPE_CHECKING:
    from mtus_engine.policy.lint_cases import Questions

# Seconds for a question to Z3, before it is left undecided.
SECONDS = 20

LintQuestion = Callable[[], Noted | None]
# A function that passes on the questions about an edition one by one, as a progress bar does.
Tracked = Callable[[Sequence[LintQuestion], str], Iterable[LintQuestion]]


class Linted(NamedTuple):
    """How many editions, facts, examples and cues were looked at, and all that was noted."""

    editions: int
    facts: int
    examples: int
    cues: int
    noted: tuple[Noted, ...]


def lint_packs(sources: Sources, jurisdiction: str | None, *, deep: bool, tracked: Tracked) -> Linted:
    """Return what is noted of packs; with deep, logic is asked about all cases, each question passed through tracked.

    Raises Rejected with every mistake in the rules, the examples and the cues.
    """
    try:
        ruleset = load_rules(sources, jurisdiction)
        layers = read_layers(sources)
        examples = len(examples_of_layers(layers, Checker(ruleset)))
        cues, editions, facts = 0, 0, dict[str, None]()
        noted: list[Noted] = []
        for one in (ruleset, *ruleset.others):
            read = extraction_rules(sources, one)
            _check_review(sources, one)
            cues += len(read.cues) if one is ruleset else 0
            editions += len(one.editions)
            facts |= dict.fromkeys(one.facts)
            own = [layer for layer in layers if layer.name in one.own_packs]
            noted += _noted_in(own, one)
            noted += _deep_findings(own, one, tracked) if deep else _untried_tables(own, one, tracked)
    except Rejected as rejected:
        raise Rejected((*rejected.diagnostics, *_unreadable_examples(sources))) from None
    return Linted(editions, len(facts), examples, cues, tuple(dict.fromkeys(noted)))


def _check_review(sources: Sources, ruleset: Ruleset) -> None:
    """Raise Rejected for mistakes in the rules of a review; letters are tried only where that extra is installed."""
    if find_spec("holidays") is None:
        review_rules(review_of(read_layers(sources)))
        return
    from mtus_engine.review.rules import rules_of_review  # noqa: PLC0415 - only where the extra is installed

    rules_of_review(sources, ruleset)


def _noted_in(layers: Sequence[Layer], ruleset: Ruleset) -> Iterator[Noted]:
    """Yield what is valid but looks like a mistake in the packs of a jurisdiction and in their examples."""
    rules, examples = [rules_of(layer) for layer in layers], examples_of(layers)
    yield from noted_in_files(rules, ruleset)
    yield from (found for loaded in examples for found in example_slips(loaded))
    of_rules = (loaded for files in rules for loaded in files.loaded)
    for loaded in (*of_rules, *examples, *extraction_of(layers), *review_of(layers)):
        yield from cut_texts(loaded.source)


def _untried_tables(layers: Sequence[Layer], ruleset: Ruleset, tracked: Tracked) -> Iterator[Noted]:
    """Yield gaps and overlaps of tables whose cases cannot all be tried: asked of logic, where Z3 is installed."""
    if find_spec("z3") is None or not any(map(untried_tables, encoded_editions(ruleset))):
        return
    from mtus_engine.policy.lint_cases import table_questions  # noqa: PLC0415 - only here, as Z3 is an optional extra

    yield from _answered(table_questions([rules_of(layer) for layer in layers], ruleset, SECONDS), tracked)


def _deep_findings(layers: Sequence[Layer], ruleset: Ruleset, tracked: Tracked) -> Iterator[Noted]:
    """Yield what cannot fail or be met on any case, and gaps of tables; raises Rejected where Z3 is not installed."""
    if find_spec("z3") is None:
        cure = "pip install 'mtus-engine[logic]'"
        raise Rejected((Diagnostic("MT611", "--deep", 1, 1, "Z3 is not installed", cure),))
    from mtus_engine.policy.lint_cases import deep_questions  # noqa: PLC0415 - only here, as Z3 is an optional extra

    yield from _answered(deep_questions([rules_of(layer) for layer in layers], ruleset, SECONDS), tracked)


def _answered(about_editions: "Iterable[Questions]", tracked: Tracked) -> Iterator[Noted]:
    """Yield what the questions about editions find, each passed through tracked."""
    for edition, asked in about_editions:
        yield from (found for question in tracked(asked, edition) if (found := question()) is not None)


def _unreadable_examples(sources: Sources) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the example files by themselves: reported also where the rules are broken."""
    try:
        examples_of(read_layers(sources))
    except Rejected as rejected:
        return rejected.diagnostics
    return ()
