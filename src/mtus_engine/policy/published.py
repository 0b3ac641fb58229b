"""Figures and conditions of published editions that were changed, but keep the marks of what they said before.

What the shipped packs say is kept beside this module, as digests: what an edition says is compared with them.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from mtus_engine.model.formula import TEXT, Mark
from mtus_engine.model.ruleset import CriterionRule, Edition, LimitRule, Ruleset
from mtus_engine.policy.coverage import encoded_editions, tables_of
from mtus_engine.policy.lint_rules import rule_words, table_words
from mtus_engine.wording.conditions import condition_words, formula_words

PUBLISHED = Path(__file__).with_name("published.json")

# By pack and edition, then by part: the digest of what the part says, and the digest of its marks.
Fingerprints = dict[str, dict[str, tuple[str, str]]]


class Altered(NamedTuple):
    """A part of a published edition that says something else than it did, and still has the marks that it had."""

    edition: Edition
    part: str
    rule: str
    keeps: str


def fingerprints(ruleset: Ruleset) -> Fingerprints:
    """Return the digests of all that the encoded editions say, by pack and edition, and by part."""
    return {
        f"{edition.pack} {edition.key}": {
            part: (_digest(says), _digest(*map(str, mark))) for part, _, says, mark in _parts(edition)
        }
        for edition in encoded_editions(ruleset)
    }


def altered_parts(ruleset: Ruleset) -> Iterator[Altered]:
    """Yield what was changed in editions of shipped packs and keeps the marks of what it said before."""
    known = _published_editions()
    for edition in encoded_editions(ruleset):
        before = known.get(f"{edition.pack} {edition.key}", {})
        for part, rule, says, mark in _parts(edition):
            then = before.get(part)
            if then is None or then[0] == _digest(says) or then[1] != _digest(*map(str, mark)):
                continue
            if mark.verified or mark.seen_in:
                seen = [f"seen in {', '.join(mark.seen_in)}"] if mark.seen_in else []
                keeps = " and ".join([*seen, *(["counted as verified"] if mark.verified else [])])
                yield Altered(edition, part, rule, keeps)


def missing_parts(ruleset: Ruleset) -> Iterator[tuple[Edition, str]]:
    """Yield the parts of editions of shipped packs that were published and are not there any more."""
    known = _published_editions()
    for edition in encoded_editions(ruleset):
        now = {part for part, *_ in _parts(edition)}
        yield from ((edition, part) for part in known.get(f"{edition.pack} {edition.key}", {}) if part not in now)


def _parts(edition: Edition) -> Iterator[tuple[str, str, str, Mark]]:
    """Yield each part of an edition: its name, the rule it belongs to, what it says, and its marks."""
    facts = edition.facts
    yield "covers", "guideline", " ".join(sorted(edition.covers)), TEXT
    governs = "" if edition.governs is None else condition_words(edition.governs, facts, by_name=True)
    yield "governs_when", "guideline", governs, TEXT
    for tier in edition.tiers:
        for step in tier.steps:
            says = f"{condition_words(step.when, facts, by_name=True)}: {step.says}"
            yield f"{tier.id}, {step.id}", tier.id, says, step.mark
    for entry in edition.derived:
        if entry.fact.name in edition.lines:
            yield entry.fact.name, entry.fact.name, formula_words(entry, facts), entry.mark
    rules: list[CriterionRule | LimitRule] = [*edition.criteria, *edition.limits]
    for rule in rules:
        if rule.pack == edition.pack:
            yield rule.id, rule.id, _joined(rule_words(rule, edition)), rule.mark
    for table in tables_of(edition):
        words = table_words(table, edition)
        for row, (case, says) in zip(table.rows, words.items(), strict=False):
            yield case, table.id, says, row.mark


def _joined(words: Mapping[str, str]) -> str:
    return "\n".join(f"{name}: {said}" for name, said in words.items())


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


@cache
def _published_editions() -> Mapping[str, Mapping[str, tuple[str, str]]]:
    if not PUBLISHED.is_file():
        return {}
    read: dict[str, dict[str, list[str]]] = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    return {key: {part: (pair[0], pair[1]) for part, pair in parts.items()} for key, parts in read.items()}
