"""Many determinations as lines of JSON: a first line (the head) with what the rules say, then one item on each line."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from mtus_engine.engine.programs import possible_steps
from mtus_engine.model.ruleset import CriterionRule, LimitRule, Ruleset
from mtus_engine.model.trace import Firing
from mtus_engine.report.outline import ItemOutline
from mtus_engine.report.parts import firing_outline

# Keys of criteria, limits and facts that are the same in every case: they are written once, at the head.
_OF_RULES = ("pack", "requires", "allows", "cite", "verified", "reading", "seen_in", "advisory", "unit")
_OF_FACTS = ("label", "question")


class NdjsonForm:
    """Writes items as lines: those of a ruleset, and of the rulesets of other jurisdictions that it holds.

    A line leaves out each key whose value is null, false, or an empty list or object. A step of the trace is written as
    the number, from 0, that it has in the list of steps at the head.
    """

    def __init__(self, ruleset: Ruleset) -> None:
        """Give a number to each step that a trace may hold."""
        self._ruleset = ruleset
        self._steps = {one.jurisdiction.id: possible_steps(one) for one in (ruleset, *ruleset.others)}
        self._numbers = {law: {step: n for n, step in enumerate(of)} for law, of in self._steps.items()}

    def item(self, item: ItemOutline) -> str:
        """Return an item as a line."""
        return _line(_without_empty(self._item_by_reference(item)))

    def lines(self, items: Iterable[str]) -> Iterator[str]:
        """Yield the head, then each of the items, which are given as lines, as soon as it is ready."""
        others = {one.jurisdiction.id: self._head(one) for one in self._ruleset.others}
        yield _line({"rules": self._head(self._ruleset), **({"others": others} if others else {})})
        yield from items

    def _head(self, ruleset: Ruleset) -> dict[str, object]:
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
            "steps": list(map(firing_outline, self._steps[ruleset.jurisdiction.id])),
        }

    def _item_by_reference(self, item: ItemOutline) -> dict[str, object]:
        """Return an item without what the head says; its edition and the ids of its rules find it there."""
        slim: dict[str, Any] = dict(item)
        for key in ("criteria", "limits"):
            slim[key] = [_without(one, _OF_RULES) for one in slim[key]]
        slim["candidates"] = [
            {**one, **{key: [_without(rule, _OF_RULES) for rule in one[key]] for key in ("criteria", "limits")}}
            for one in slim["candidates"]
        ]
        slim["facts"] = {name: _without(fact, _OF_FACTS) for name, fact in slim["facts"].items()}
        numbers = self._numbers[item["jurisdiction"]["id"]]
        slim["firings"] = [
            numbers.get(Firing(one["rule"], tuple(one["facts"]), one["concludes"]), one) for one in item["firings"]
        ]
        return slim


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


def _without(given: Mapping[str, object], keys: Iterable[str]) -> dict[str, object]:
    return {key: value for key, value in given.items() if key not in keys}


def _without_empty(plain: Any) -> Any:
    """Return plain values without the keys whose value is null, false or empty."""
    if isinstance(plain, dict):
        kept = {key: _without_empty(value) for key, value in plain.items()}
        return {key: value for key, value in kept.items() if value not in (None, False, [], {})}
    return [_without_empty(value) for value in plain] if isinstance(plain, list) else plain


def _line(plain: Mapping[str, object]) -> str:
    return orjson.dumps(plain, option=orjson.OPT_APPEND_NEWLINE).decode()
