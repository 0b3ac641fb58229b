"""Many determinations as lines of JSON: what the rules say once at the head, then an item a line that refers to it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from mtus_engine.model.ruleset import CriterionRule, LimitRule, Ruleset
from mtus_engine.report.outline import ItemOutline

# What a criterion, a limit and a fact are, whatever the case: it stands at the head.
_OF_RULES = ("pack", "requires", "allows", "cite", "verified", "reading", "seen_in", "advisory", "unit")
_OF_FACTS = ("label", "question")


def ndjson_item(item: ItemOutline) -> str:
    """Return an item as a line."""
    return _line(_referring(item))


def ndjson_lines(items: Iterable[str], ruleset: Ruleset) -> Iterator[str]:
    """Yield the head, then each item, given as a line, as soon as it is there."""
    others = {one.jurisdiction.id: _head(one) for one in ruleset.others}
    yield _line({"rules": _head(ruleset), **({"others": others} if others else {})})
    yield from items


def _head(ruleset: Ruleset) -> dict[str, object]:
    facts = {**ruleset.facts, **ruleset.beside_facts}
    facts |= {name: fact for edition in ruleset.editions for name, fact in edition.facts.items() if " " not in name}
    return {
        "jurisdiction": ruleset.jurisdiction.id,
        "digest": ruleset.digest,
        "editions": {
            edition.key: {
                "pack": edition.pack,
                "title": edition.title,
                "instrument": edition.instrument,
                "regulation": edition.regulation,
                "pages": edition.pages,
                "criteria": {one.id: _rule(one) | {"advisory": one.advisory} for one in edition.criteria},
                "limits": {one.id: _rule(one) | {"unit": one.unit} for one in edition.limits},
            }
            for edition in ruleset.editions
        },
        "facts": {name: {"label": fact.label, "question": fact.question} for name, fact in facts.items()},
    }


def _rule(rule: CriterionRule | LimitRule) -> dict[str, object]:
    says = {"requires": rule.requires} if isinstance(rule, CriterionRule) else {"allows": rule.allows}
    mark = rule.mark
    return {
        "pack": rule.pack,
        **says,
        "cite": rule.cite,
        "verified": mark.verified,
        "reading": mark.reading,
        "seen_in": list(mark.seen_in),
    }


def _referring(item: ItemOutline) -> dict[str, object]:
    """Return an item without what stands at the head; its edition and the ids of its rules lead there."""
    slim: dict[str, Any] = dict(item)
    for key in ("criteria", "limits"):
        slim[key] = [_without(one, _OF_RULES) for one in slim[key]]
    slim["candidates"] = [
        {**one, **{key: [_without(rule, _OF_RULES) for rule in one[key]] for key in ("criteria", "limits")}}
        for one in slim["candidates"]
    ]
    slim["facts"] = {name: _without(fact, _OF_FACTS) for name, fact in slim["facts"].items()}
    return slim


def _without(given: Mapping[str, object], keys: Iterable[str]) -> dict[str, object]:
    return {key: value for key, value in given.items() if key not in keys}


def _line(plain: Mapping[str, object]) -> str:
    return orjson.dumps(plain, option=orjson.OPT_APPEND_NEWLINE).decode()
