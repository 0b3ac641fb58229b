"""The lines of a letter that tell of a request's items: what is asked, what is open, what the record says."""

from collections.abc import Iterator, Mapping, Sequence, Sized
from typing import NamedTuple

from mtus_engine.model.fact import Fact
from mtus_engine.report.outline import FactOutline
from mtus_engine.report.view import ItemView, RuleView, decides, shown_status
from mtus_engine.serve.desk.answers import WAITING
from mtus_engine.serve.desk.catalogue import Catalogue
from mtus_engine.wording.statuses import shade_of_status

# So many places of one fact are written out.
_MOST_PLACES = 2
# So many marks of one criterion are written out.
_MOST_MARKS = 2


def questions_told(views: Sequence[ItemView], facts: Mapping[str, Fact], words: Catalogue) -> tuple[str, ...]:
    """Return the questions of all items, each once, with the numbers of the items that it is about."""
    items: dict[str, list[str]] = {}
    for view in views:
        for question in questions_of(view, facts):
            items.setdefault(question, []).append(view.item["item"])

    def told(question: str, numbers: Sequence[str]) -> str:
        if len(numbers) == len(views):
            return question
        if len(numbers) == 1:
            return words("letter.of_item", number=numbers[0], line=question)
        return words("letter.of_items", numbers=", ".join(numbers), line=question)

    return tuple(told(question, list(dict.fromkeys(numbers))) for question, numbers in items.items())


def questions_of(view: ItemView, facts: Mapping[str, Fact]) -> list[str]:
    """Return the open questions as a letter asks them: without a threshold that would say which answer helps."""
    asked = [(one["fact"], one["question"]) for one in view.item["questions"] if not one["optional"]]
    return [(facts[name].to_provider if name in facts else None) or question for name, question in asked]


def record_lines(views: Sequence[ItemView], facts: Mapping[str, Fact], words: Catalogue) -> Iterator[str]:
    """Yield what is stated of the worker; of a fact that items do not share, the item stands before it."""
    told = sorted((one for view in views for one in _facts_of_worker(view, facts)), key=lambda one: one.weight)
    said = [(one.view, one.name, _record_line(one.fact, words)) for one in told]
    by_name: dict[str, set[str]] = {}
    for _, name, line in said:
        by_name.setdefault(name, set()).add(line)
    yield from dict.fromkeys(
        line if len(by_name[name]) == 1 else line_of_item(view.item["item"], views, words, line)
        for view, name, line in said
    )


class _Stated(NamedTuple):
    """What is stated of the worker in one item; of the smallest weight is what must stand on a page that ends early."""

    view: ItemView
    name: str
    fact: FactOutline
    weight: tuple[bool, bool, bool]


def _facts_of_worker(view: ItemView, facts: Mapping[str, Fact]) -> list[_Stated]:
    """Return what is stated of the worker, with its weight.

    First comes what a person settled with a reason, then what criteria that fail or are open rest on, and last what
    nobody read anywhere and was only confirmed.
    """
    rules = [rule for edition in view.editions for rule in edition.shown]
    failing = {
        name
        for rule in rules
        if shade_of_status(rule.part["status"]) in {"not_met", "open"}
        for name in rule.part["facts"]
    }

    def weight(name: str, one: FactOutline) -> tuple[bool, bool, bool]:
        is_settled = any(said["note"] and said["origin"] == "overridden" for said in one["statements"])
        is_read = any(said["at"] for said in one["statements"])
        return not is_settled, name not in failing, not is_read

    return [
        _Stated(view, name, one, weight(name, one))
        for name, one in view.item["facts"].items()
        if one["statements"] and name in facts and not facts[name].part_of_request
    ]


def _record_line(one: FactOutline, words: Catalogue) -> str:
    """Return a fact with its value, where that was read or why a reviewer said so, and what nobody has looked at."""
    replaced = {said["replaces"] for said in one["statements"]} - {None}
    standing = [said for said in one["statements"] if said["id"] not in replaced]
    # What counts was said at these places; of sources that differ each has its own.
    same = [said for said in standing if said["value"] == one["value"]] or standing
    places = list(dict.fromkeys(said["at"] for said in same if said["at"]))
    place = "; ".join(places[:_MOST_PLACES])
    if len(places) > _MOST_PLACES:
        place = words("letter.and_places", places=place, n=len(places) - _MOST_PLACES)
    reason = next((said["note"] for said in standing if said["note"] and said["origin"] == "overridden"), None)
    unseen = words("letter.not_looked_at") if all(said["origin"] in WAITING for said in standing) else None
    beside = "; ".join(each for each in (place, reason, unseen) if each)
    return f"{one['label']}: {one['value']}" + (f" ({beside})" if beside else "")


def open_criteria(view: ItemView, words: Catalogue) -> list[str]:
    """Return the criteria that decide and are not met or open, each with how it stands."""
    rules = [rule for edition in view.editions for rule in edition.shown if decides(rule)]
    wanted = [rule for rule in rules if shade_of_status(rule.part["status"]) in {"not_met", "open"}]
    return [f"{rule.name}: {shown_status(rule)[1].lower()} ({_source(rule, words)})" for rule in wanted]


def _source(rule: RuleView, words: Catalogue) -> str:
    """Return where a criterion is from, with its marks: that it is an interpretation, or was seen in no source.

    Of the marks of many rows of a table the first are written out.
    """
    marks = rule.part["marks"]
    said = "; ".join([rule.part["cite"], *marks[:_MOST_MARKS]])
    return said if len(marks) <= _MOST_MARKS else words("letter.and_places", places=said, n=len(marks) - _MOST_MARKS)


def line_of_item(item: str, told: Sized, words: Catalogue, line: str) -> str:
    """Return a line with the number of the item that it is about, where several are told of."""
    return line if len(told) == 1 else words("letter.of_item", number=item, line=line)
