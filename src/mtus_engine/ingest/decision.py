"""A published decision's text as header fields and disputed items, each part with the section it stands in."""

import re
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from mtus_engine.compiler.phrases import DATE
from mtus_engine.ingest.dates import whole_day_text
from mtus_engine.ingest.quantities import Modified, modified_request
from mtus_engine.ingest.sentences import sections

_DAY = rf"({DATE})"
_FIELDS = {
    "case": re.compile(r"Case\s+Number:\s*(CM\d\d-\d{7})"),
    "injured_on": re.compile(rf"Date\s+of\s+Injury:\s*{_DAY}", re.IGNORECASE),
    "decided_on": re.compile(rf"(?:(?<!UR )Decision\s+Date|(?<!\w)Dated?):\s*{_DAY}", re.IGNORECASE),
    "reviewed_on": re.compile(rf"(?:UR\s+Denial\s+Date|Date\s+of\s+UR\s+Decision):\s*{_DAY}", re.IGNORECASE),
}
_SPECIALTY = (
    re.compile(r"Certification\(s\)/Specialty:\s*(.+?)(?=\n\s*\n|\Z)", re.DOTALL),
    re.compile(r"Board\s+Certified\s+in\s+(.+?)(?:,?\s+and\s+is\s+licensed|\.)", re.DOTALL),
)
_DETERMINED = re.compile(
    r"has determined (?:that )?the request for (.+?)\s+(?:is|are|was|were) (not )?medically necessary"
)
_OUTCOME = re.compile(r"\b(Upheld|Overturned)\W*$", re.IGNORECASE)
_GUIDELINE = re.compile(
    r"(?:Decision\s+based\s+on\s+(?:MTUS|Non-MTUS\s+Citation)|based\s+(?:its|his/her|his|her)\s+decision\s+on)\s+"
    r".+?(?=Decision\s+based\s+on|based\s+(?:its|his/her|his|her)\s+decision\s+on|$)",
    re.DOTALL,
)
_INTRODUCED = re.compile(r"^(?:Decision based on (?:Non-MTUS Citation )?|based \S+ decision on (?:the )?)")
# "…, Section(s): a, and Postsurgical Treatment 2009, Section(s): b": another instrument begins with its name and year.
_ANOTHER = re.compile(r",\s+and\s+(?=[A-Z][^,]*?\b(?:19|20)\d\d\b)")
_PAGES = re.compile(r"\bpage\(?s?\)?:?\s*([\d,\s-]+\d|\d+)", re.IGNORECASE)
_SECTIONS = re.compile(r"Section\(?s?\)?:\s*(.+)", re.DOTALL)

# Of a request with more letters than this, only the beginning is read.
LONGEST_REQUEST = 4_000


class Cited(NamedTuple):
    """A guideline as a decision cites it."""

    instrument: str
    pages: str | None
    sections: tuple[str, ...]


class DisputedItem(NamedTuple):
    """One disputed item: its number in the decision, the request, the outcome, the guidelines cited.

    parts divides a request of which a part was authorized, and is None for others; outcome is "upheld", "overturned" or
    None.
    """

    number: int
    request: str
    parts: Modified | None
    outcome: str | None
    claims_administrator: tuple[Cited, ...]
    reviewer: tuple[Cited, ...]

    def place(self, section: str) -> str:
        """Return the name of a section of this item in places: "request" for the first item, "item 2 request" later."""
        return section if self.number == 1 else f"item {self.number} {section}"


class Decision(NamedTuple):
    """A decision: header fields as far as they are printed, and its items in order."""

    case: str | None
    injured_on: date | None
    decided_on: date | None
    reviewed_on: date | None
    specialty: str | None
    items: tuple[DisputedItem, ...]


def decision(text: str) -> Decision:
    """Return what a decision's text holds; a text in which no items are found is no decision that can be read."""
    parts = sections(text)
    head = parts.get("header", "") + "\n" + parts.get("how", "")
    fields = {name: (match[1] if (match := field.search(head)) else None) for name, field in _FIELDS.items()}
    days = {name: _day(fields[name] or "") for name in ("injured_on", "decided_on", "reviewed_on")}
    numbers = [_number(name) for name in parts if name.endswith("request")]
    return Decision(
        fields["case"],
        days["injured_on"],
        days["decided_on"],
        days["reviewed_on"],
        _specialty(head),
        tuple(_item(number, parts) for number in numbers),
    )


def _number(name: str) -> int:
    return int(name.split()[1]) if name.startswith("item ") else 1


def _item(number: int, parts: Mapping[str, str]) -> DisputedItem:
    before = "" if number == 1 else f"item {number} "
    request = " ".join(parts.get(f"{before}request", "").split())[:LONGEST_REQUEST]
    asked, outcome = _outcome(request)
    return DisputedItem(
        number,
        asked,
        modified_request(asked),
        outcome,
        _cited_guidelines(parts.get(f"{before}claims administrator guideline", "")),
        _cited_guidelines(parts.get(f"{before}reviewer guideline", "")),
    )


def _outcome(request: str) -> tuple[str, str | None]:
    """Return the request without its outcome, and the outcome, which the letters of 2013 give in a sentence."""
    determined = _DETERMINED.search(request)
    if determined is not None:
        return determined[1], "upheld" if determined[2] else "overturned"
    outcome = _OUTCOME.search(request)
    return _OUTCOME.sub("", request).rstrip(" :,."), outcome[1].lower() if outcome else None


def _cited_guidelines(text: str) -> tuple[Cited, ...]:
    found = [_INTRODUCED.sub("", citation) for citation in _GUIDELINE.findall(" ".join(text.split()))]
    return tuple(_citation(one) for several in found for one in _single_citations(several))


def _single_citations(several: str) -> list[str]:
    """Return the citations that one sentence joins; a name that itself holds "and" is not cut before its sections."""
    listed: list[str] = []
    for part in _ANOTHER.split(several):
        if listed and not re.search(r"Section|Page", listed[-1]):
            listed[-1] = f"{listed[-1]}, and {part}"
        else:
            listed.append(part)
    return listed


def _citation(words: str) -> Cited:
    """Return one citation: "MTUS X, Section(s): a, b" is the instrument X and its sections."""
    named = words.strip(" .")
    pages = _PAGES.search(named)
    listed = _SECTIONS.search(named)
    instrument = re.split(r",?\s*(?:(?:Section|Page)\(?s?\)?:|\bpages?\s+\d)", named)[0].strip(" ,.")
    below = [one.strip(" .") for one in listed[1].split(",")] if listed else []
    return Cited(instrument, pages[1].strip() if pages else None, tuple(one for one in below if one))


def _specialty(head: str) -> str | None:
    for pattern in _SPECIALTY:
        match = pattern.search(head)
        if match is not None:
            return " ".join(match[1].split()).strip(" .,")
    return None


def _day(words: str) -> date | None:
    """Return the day that a header prints; None for a month alone and for what is no date."""
    text = whole_day_text(words)
    return None if text is None else date.fromisoformat(text)
