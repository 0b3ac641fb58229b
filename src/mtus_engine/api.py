"""The verbs composed: what the command line and other programs call."""

from pathlib import Path

from mtus_engine.checker import Checker, CheckOptions
from mtus_engine.compiler.cases import case as typed_case
from mtus_engine.compiler.cases import fact_problems
from mtus_engine.compiler.rulesets import compiled_ruleset
from mtus_engine.loader.documents import refusals_beside, validated_document
from mtus_engine.loader.folder import is_of_rules, read_case
from mtus_engine.loader.packs import Sources, read_layers, rules_of, shipped_rules
from mtus_engine.loader.plain_json import json_document
from mtus_engine.loader.source import Document, Node, Plain, Tree
from mtus_engine.loader.yaml_tree import parse_leniently
from mtus_engine.model.case import Case
from mtus_engine.model.casefile import CaseDocument
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.model.ruleset import Ruleset

__all__ = [
    "CheckOptions",
    "Checker",
    "case_of_json",
    "case_of_plain",
    "case_of_text",
    "load_rules",
    "read_case_file",
    "shipped_rules",
]


def load_rules(sources: Sources, jurisdiction: str | None = None) -> Ruleset:
    """Return the ruleset of a rule folder, or of packs; raises Rejected with the mistakes of all their files.

    A source is a folder, a zip file, package:NAME or a pack pinned to a digest. The ruleset is that of the jurisdiction
    named, else of the first pack's; those of the others stand beside it.

    >>> load_rules(shipped_rules()).jurisdiction.id
    'california'
    """
    return compiled_ruleset(*map(rules_of, read_layers(sources, is_of_rules)), jurisdiction=jurisdiction)


def read_case_file(path: Path, ruleset: Ruleset) -> Case:
    """Return the case at path (- for standard input); raises Rejected with every mistake in it."""
    return _case_of_bytes(*read_case(path), ruleset)


def case_of_text(name: str, content: bytes, ruleset: Ruleset) -> Case:
    """Return the case that text holds; name stands for it in messages; raises Rejected with every mistake."""
    return _case_of_bytes(name, content, ruleset)


def case_of_plain(plain: Plain, ruleset: Ruleset) -> Case:
    """Return the case that plain values state as a case file would; raises Rejected, its mistakes without a place.

    >>> ruleset = load_rules(shipped_rules())
    >>> told = {"request.treatment": "physical_therapy", "request.date": "2016-09-01", "request.visits": 12}
    >>> case = case_of_plain({"case": "example", "items": [{"item": 1, "facts": told}]}, ruleset)
    >>> [one.determination.evaluation.finding.value for one in Checker(ruleset).check(case)]
    ['whole_can_meet']
    """
    document = Document("the case", (), Node(Tree.MAPPING, 0, 0, plain))
    return typed_case(document, validated_document(document, CaseDocument), ruleset)


def case_of_json(value: object, ruleset: Ruleset) -> Case:
    """Return the case that a value of JSON states.

    Raises Rejected with every mistake, each by its JSON pointer, and TypeError where the value is none of JSON.
    """
    return _case_of_document(json_document(value), ruleset)


def _case_of_bytes(name: str, content: bytes, ruleset: Ruleset) -> Case:
    return _case_of_document(parse_leniently(name, content, truths_as_words=True), ruleset)


def _case_of_document(document: Document, ruleset: Ruleset) -> Case:
    try:
        authored = validated_document(document, CaseDocument)
    except Rejected as rejected:
        found = (*rejected.diagnostics, *fact_problems(document, ruleset))
        raise Rejected(refusals_beside(document, found)) from None
    return typed_case(document, authored, ruleset)
