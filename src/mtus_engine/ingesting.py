"""Decisions to draft cases: reading, extraction and writing composed, for the command line and other programs."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from mtus_engine.api import case_of_text
from mtus_engine.compiler.problems import Place, Problems
from mtus_engine.ingest.decision import decision
from mtus_engine.ingest.draft import OTHER, Phrases, draft
from mtus_engine.ingest.pdf import Unreadable, text_of
from mtus_engine.ingest.sentences import sentences
from mtus_engine.loader.case_text import case_text
from mtus_engine.loader.folder import read_phrases
from mtus_engine.model.case import CaseItem
from mtus_engine.model.diagnostic import Rejected, did_you_mean
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.model.values import Choice
from mtus_engine.model.vocabulary import PhrasesDocument

# What a text layer may hold and no case file takes.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Drafted(NamedTuple):
    """A draft case as the text of its file, and what was found: the case, its items, and how many have a treatment."""

    case: str
    text: str
    items: int
    named: int


def phrases(folder: Path, ruleset: Ruleset) -> Phrases:
    """Return the phrases of a rule folder by fact and member; raises Rejected with every mistake in them."""
    problems = Problems()
    found: dict[str, Mapping[str, tuple[str, ...]]] = {}
    for loaded in read_phrases(folder):
        document, place = loaded.authored, Place(loaded.source)
        assert isinstance(document, PhrasesDocument)
        fact = ruleset.facts.get(document.phrases_for)
        members = tuple(name for name, _ in fact.members) if fact else ()
        if fact is None:
            near = did_you_mean(document.phrases_for, tuple(ruleset.facts))
            problems.add(place / "phrases_for", "MT301", f"unknown fact {document.phrases_for}{near}")
        for member in document.phrases:
            if fact is not None and member not in members:
                message = f"{fact.name} has no member {member}{did_you_mean(member, members)}"
                problems.add(place / "phrases" / member, "MT302", message, at_key=True)
        found[document.phrases_for] = document.phrases
    if problems.found:
        raise Rejected(tuple(problems.found))
    return found


def _is_named(item: CaseItem, ruleset: Ruleset) -> bool:
    said = item.statements.get(ruleset.roles.treatment, ())
    return any(one.values != Choice(frozenset({OTHER})) for one in said)


def drafted(name: str, content: bytes, ruleset: Ruleset, known: Phrases, schema: str) -> Drafted:
    """Return the draft of one decision; raises Unreadable where the file is none.

    The draft is read again as a case before it is given out: one that no reader takes is a fault of ours.
    """
    text = _CONTROL.sub("", text_of(content))
    read = decision(text)
    if not read.items:
        raise Unreadable("no disputed item was found: this is no determination of an independent medical review")
    empty = [item.number for item in read.items if not item.request]
    if empty:
        listed = ", ".join(map(str, empty[:3]))
        raise Unreadable(f"items run into one another ({listed}): blank lines between them are missing")
    document = draft(name, read, sentences(text), known, ruleset.roles)
    written = case_text(document, schema)
    case = case_of_text(name, written.encode(), ruleset)
    named = sum(_is_named(item, ruleset) for item in case.items)
    return Drafted(case.case, written, len(case.items), named)
