"""What a person types of a draft: values and members in words, and the draft itself, changed and written again."""

import re
from collections.abc import Mapping

from mtus_engine.api import case_of_text
from mtus_engine.ingest.confirming import PlainDocument
from mtus_engine.ingest.merging import Plain, writable_value
from mtus_engine.loader.case_text import DRAFT, case_text
from mtus_engine.loader.yaml_tree import parse_leniently
from mtus_engine.model.fact import Fact, Kind
from mtus_engine.model.ruleset import Ruleset

_TRUTHS = {"yes": True, "true": True, "no": False, "false": False}
_RANGE = re.compile(r"(\d{1,3}|\d{4}-\d\d-\d\d)\s*(?:-|to)\s*(\d{1,3}|\d{4}-\d\d-\d\d)")


def document_of(name: str, content: bytes, ruleset: Ruleset) -> PlainDocument:
    """Return a draft case as plain values that can be changed and written again; raises Rejected for what is none."""
    case_of_text(name, content, ruleset)
    plain = writable_value(parse_leniently(name, content).plain)
    assert isinstance(plain, dict)
    return plain


def text_of_document(document: PlainDocument, schema: str, ruleset: Ruleset, head: str = DRAFT) -> str:
    """Return the text of a case file that begins with head; raises Rejected where the document is no case."""
    written = case_text(document, schema, head)
    case_of_text("the draft", written.encode(), ruleset)
    return written


def value_of_words(words: str) -> Plain:
    """Return the value that words stand for: a number, yes or no, a date, a range such as 6-12, or a list.

    Raises Rejected for words that are no value.
    """
    if words.lower() in _TRUTHS:
        return _TRUTHS[words.lower()]
    if match := _RANGE.fullmatch(words):
        low, high = match[1], match[2]
        return {"at_least": int(low), "at_most": int(high)} if low.isdecimal() else {"at_least": low, "at_most": high}
    plain = parse_leniently("your answer", f"value: {words}".encode()).plain
    value = plain.get("value") if isinstance(plain, Mapping) else None
    return writable_value(value)


def members_of_words(words: str, fact: Fact) -> Plain:
    """Return the members that words name, by name or label, divided by commas; other words, such as codes, stay."""
    by_label = {label.lower(): member for member, label in fact.members}
    named = [by_label.get(one.lower(), one) for one in (part.strip() for part in words.strip("[]").split(","))]
    return list(named) if fact.kind is Kind.SET_OF else named[0]
