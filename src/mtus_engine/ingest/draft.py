"""A decision as a draft case: what its header and its requests say, each with its place, for a person to confirm."""

import re
from collections.abc import Iterator, Mapping, Sequence

from mtus_engine.ingest.decision import Cited, Decision, DisputedItem
from mtus_engine.ingest.quantities import Quantity, course
from mtus_engine.ingest.sentences import Sentence
from mtus_engine.model.ruleset import RoleNames

Plain = str | int | bool | list["Plain"] | dict[str, "Plain"]
Phrases = Mapping[str, Mapping[str, tuple[str, ...]]]

# What a request is for that names no treatment of the vocabulary.
OTHER = "other_treatment"
VISITS_A_WEEK, DURATION, BODY_PARTS, INJURY = (
    "request.visits_per_week",
    "request.duration",
    "request.body_parts",
    "injury.date",
)


def draft(
    name: str, read: Decision, sentences: Sequence[Sentence], phrases: Phrases, roles: RoleNames
) -> dict[str, Plain]:
    """Return the case document of a decision: every statement is extracted, none is confirmed."""
    record: dict[str, Plain] = {"file": name, "kind": "IMR determination"}
    if read.specialty:
        record["specialty"] = read.specialty
    if read.decided_on:
        record["decided_on"] = read.decided_on.isoformat()
    facts: dict[str, Plain] = {}
    if read.injured_on:
        day = read.injured_on
        facts[INJURY] = _said(day.isoformat(), _where(sentences, "header", f"{day.month:02}/{day.day:02}/{day.year}"))
    items = [_item(item, read, phrases, roles) for item in read.items]
    case = read.case or re.sub(r"[^A-Za-z0-9_-]+", "-", name.rpartition(".")[0] or name)
    return {"case": case, "setting": "imr", "record": record, "facts": facts, "items": list(items)}


def _item(item: DisputedItem, read: Decision, phrases: Phrases, roles: RoleNames) -> dict[str, Plain]:
    facts = dict(_facts(item, phrases, roles))
    # A date of injury after the review is a slip of the decision: nothing is said of the request's date then.
    slipped = read.injured_on and read.reviewed_on and read.injured_on > read.reviewed_on
    if read.reviewed_on and facts and not slipped:
        latest: dict[str, Plain] = {"at_most": read.reviewed_on.isoformat()}
        if read.injured_on:
            latest = {"at_least": read.injured_on.isoformat(), **latest}
        note = "between the injury and the utilization review decision"
        facts[roles.request_date] = {"value": latest, "at": "header 1", "origin": "inferred", "note": note}
    reviewer: dict[str, Plain] = {}
    if item.outcome:
        reviewer["outcome"] = item.outcome
        reviewer["guidelines"] = [_cited(one) for one in item.reviewer]
        reviewer["claims_administrator_guidelines"] = [_cited(one) for one in item.claims_administrator]
    described: dict[str, Plain] = {"item": item.number, "asked": _shortened(item.request), "facts": facts}
    return described | ({"reviewer": reviewer} if reviewer else {})


def _facts(item: DisputedItem, phrases: Phrases, roles: RoleNames) -> Iterator[tuple[str, Plain]]:
    """Yield what the request says; of a modified one the whole and the part authorized."""
    at = f"{item.place('request')} 1"
    whole = item.parts.original if item.parts else item.request
    named = first_named(item.request, phrases.get(roles.treatment, {}))
    if named is None:
        other = {"value": OTHER, "at": at, "origin": "inferred", "note": "no treatment known here is named"}
        yield roles.treatment, dict(other)
        return
    yield roles.treatment, _said(named, at)
    asked = course(whole)
    if (visits := asked.in_all) is not None:
        worked_out = asked.visits is None
        yield roles.units_requested, _said(_number(visits), at, inferred=worked_out)
    if item.parts is not None and (given := course(item.parts.authorized).in_all) is not None:
        yield roles.units_authorized, _said(_number(given), at)
    if asked.weekly is not None:
        yield VISITS_A_WEEK, _said(_number(asked.weekly), at)
    if asked.weeks is not None:
        yield DURATION, _said(_weeks(asked.weeks), at)
    if parts := all_named(item.request, phrases.get(BODY_PARTS, {})):
        yield BODY_PARTS, _said(list(parts), at)


def _shortened(request: str, most: int = 500) -> str:
    return request if len(request) <= most else request[: most - 1].rsplit(" ", 1)[0] + " …"


def first_named(text: str, phrases: Mapping[str, tuple[str, ...]]) -> str | None:
    """Return the member whose phrase stands first in the text; of two at one place the longer phrase's."""
    found = [(m.start(), -len(phrase), member) for member, phrase, m in _mentions(text, phrases)]
    return min(found)[2] if found else None


def all_named(text: str, phrases: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the members whose phrases stand in the text, in their order there."""
    found = sorted((m.start(), member) for member, _, m in _mentions(text, phrases))
    return tuple(dict.fromkeys(member for _, member in found))


def _mentions(text: str, phrases: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str, re.Match[str]]]:
    for member, listed in phrases.items():
        for phrase in listed:
            flags = re.NOFLAG if phrase.isupper() else re.IGNORECASE
            for match in re.finditer(rf"\b{re.escape(phrase)}\b", text, flags):
                yield member, phrase, match


def _number(quantity: Quantity) -> Plain:
    if quantity.least == quantity.most:
        return quantity.least
    return {"at_least": quantity.least, "at_most": quantity.most}


def _weeks(quantity: Quantity) -> Plain:
    words = {n: f"{n} week{'s' if n != 1 else ''}" for n in quantity}
    if quantity.least == quantity.most:
        return words[quantity.least]
    return {"at_least": words[quantity.least], "at_most": words[quantity.most]}


def _said(value: Plain, at: str, *, inferred: bool = False) -> Plain:
    said: dict[str, Plain] = {"value": value, "at": at, "origin": "extracted"}
    return said | ({"note": "visits a week times weeks"} if inferred else {})


def _where(sentences: Sequence[Sentence], section: str, words: str) -> str:
    return next((s.place for s in sentences if s.place.startswith(section) and words in s.text), section)


def _cited(cited: Cited) -> Plain:
    named: dict[str, Plain] = {"instrument": cited.instrument}
    if cited.pages:
        named["pages"] = cited.pages
    if cited.sections:
        named["sections"] = list(cited.sections)
    return named
