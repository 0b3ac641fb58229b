"""Experience: outcomes of decided items by class, and what they tell about an item of the same class.

A file of experience holds classes and outcomes, and no fact of a case. Decisions are numbered, and each is in one of
32 groups by the day of injury: by it a case's own decision, and those with near-identical facts, are left out of its
counts, and with them the few others of that group. So coarse a group tells of no case when it was.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from mtus_engine.audit.statistics import proportion
from mtus_engine.loader.limited import limited_bytes
from mtus_engine.model.case import Case
from mtus_engine.model.checked import Checked
from mtus_engine.model.comparable import FEWEST, Comparable, ItemClass
from mtus_engine.model.determination import Determination, Finding
from mtus_engine.model.diagnostic import Diagnostic, Rejected
from mtus_engine.model.fact import Known
from mtus_engine.model.values import Span, ordered_values
from mtus_engine.model.vocabulary import Roles

# The parts of a class that are left out, one after another, until enough items are found.
LADDER = ("text_only", "edition", "guideline", "course", "asked")
LARGEST_FILE = 50 * 1024 * 1024


class DecidedItem(NamedTuple):
    """A decided item: its class, whether it was overturned, its decision, and what is left out together with it.

    A fold holds the decisions that may be about one worker; decision tells those apart that are counted.
    """

    item_class: ItemClass
    overturned: bool
    fold: str
    decision: str
    name: str | None = None


class _DecidedEntry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    decision: int
    group: int
    overturned: bool
    name: str | None = None


class _ClassEntry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    finding: str
    asked: str | None
    course: str | None
    guideline: str | None
    edition: str | None
    text_only: str | None
    items: tuple[_DecidedEntry, ...]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    experience: Literal[2]
    ruleset_digest: str
    classes: tuple[_ClassEntry, ...]


def class_of(determination: Determination, roles: Roles) -> ItemClass:
    """Return the class by which an item is compared with decided ones."""
    evaluation = determination.evaluation
    known, governing = evaluation.known, evaluation.governing
    return ItemClass(
        evaluation.finding.value,
        "in part" if (_number(known.get(roles.units_authorized)).low or 0) >= 1 else "denied",
        "first" if _is_first(known, roles, determination) else "further",
        governing.edition.guideline if governing else None,
        governing.edition.edition if governing else None,
        determination.text_only.value,
    )


def _is_first(known: Mapping[str, Known], roles: Roles, determination: Determination) -> bool:
    """Return whether this is a first course: by a fact of prior visits, stated or presumed, there were none before."""
    governing = determination.evaluation.governing
    facts = {**known, **(governing.known if governing else {})}
    counted = [_number(facts.get(name)) for name in roles.units_prior]
    return bool(counted) and any(one.high == 0 for one in counted) and not any((one.low or 0) >= 1 for one in counted)


def _number(known: Known | None) -> Span:
    return known.values if known is not None and isinstance(known.values, Span) else Span(None, None)


def fold_of(case: Case, roles: Roles) -> str:
    """Return what decisions with near-identical facts have in common: the day of injury, as the case states it.

    Of cases that do not state the day those are alike whose sources state the same of everything but the days of the
    request.
    """
    said = [s.values for item in case.items for s in item.statements.get(roles.injury_date or "", ())]
    told = sorted({json.dumps(ordered_values(values)) for values in said if values is not None})
    if told:
        return f"injured {', '.join(told)}"
    days = {roles.request_date, roles.service_date}
    stated = {
        (name, None if one.values is None else json.dumps(ordered_values(one.values)))
        for item in case.items
        for name, statements in item.statements.items()
        if name not in days
        for one in statements
    }
    return f"told {sorted(stated, key=str)}" if stated else f"case {case.case}"


# So many groups of decisions are told apart in a file. More would tell of each decision on what days it may have been.
GROUPS = 32


def group_of(fold: str) -> int:
    """Return the group of a fold in a file of experience, from 0 to 31."""
    return int(hashlib.sha256(fold.encode()).hexdigest(), 16) % GROUPS


class Experience:
    """Decided items, which tell how often items like another one were overturned."""

    def __init__(self, items: Iterable[DecidedItem], *, is_grouped: bool = False, ruleset_digest: str = "") -> None:
        """Keep the items; is_grouped tells that their folds are groups, as a file of experience has them."""
        self.items = tuple(items)
        self.is_grouped = is_grouped
        self.ruleset_digest = ruleset_digest

    def comparable(self, item_class: ItemClass, fold: str) -> Comparable:
        """Return how many comparable decisions outside the fold were overturned; there may be none at all.

        A decision with several comparable items counts once, as overturned where any of them was. Parts of the class
        are left out, in the order of LADDER, until FEWEST decisions are found.
        """
        others = [one for one in self.items if one.fold != fold]
        found = Comparable(_class_without(item_class, LADDER), 0, 0, 0.0, 1.0, LADDER)
        for pooled, wanted in _coarser_classes(item_class):
            like = [one for one in others if _class_without(one.item_class, pooled) == wanted]
            decisions = {one.decision for one in like}
            if decisions:
                overturned = len({one.decision for one in like if one.overturned})
                share = proportion(overturned, len(decisions))
                assert share is not None
                found = Comparable(wanted, len(decisions), overturned, share.low, share.high, pooled)
            if len(decisions) >= FEWEST:
                break
        return found

    def of_item(self, checked: Checked) -> Comparable | None:
        """Return what became of items like a checked one; None where it is not covered.

        It is None outside independent medical review, too: in utilization review no forecast has a place.
        """
        determination = checked.determination
        if determination.setting != "imr" or determination.evaluation.finding is Finding.NOT_COVERED:
            return None
        return self.comparable(class_of(determination, checked.roles), self._fold(checked))

    def _fold(self, checked: Checked) -> str:
        """Return what is left out for an item: of experience that was read from a file, a whole group."""
        fold = fold_of(checked.case, checked.roles)
        return str(group_of(fold)) if self.is_grouped else fold

    def base_rate(self, fold: str) -> float:
        """Return the share of items outside the fold that were overturned, half an item added to either outcome."""
        others = [one.overturned for one in self.items if one.fold != fold]
        return (sum(others) + 0.5) / (len(others) + 1)

    def chance(self, item_class: ItemClass, fold: str) -> float:
        """Return the share of comparable items that were overturned, as if one more had come out at the base rate."""
        found, base = self.comparable(item_class, fold), self.base_rate(fold)
        return (found.overturned + base) / (found.decisions + 1)


def _coarser_classes(item_class: ItemClass) -> Iterator[tuple[tuple[str, ...], ItemClass]]:
    """Yield ever coarser classes, each after the parts that it leaves out: from none to all but the finding."""
    for n in range(len(LADDER) + 1):
        yield LADDER[:n], _class_without(item_class, LADDER[:n])


def _class_without(item_class: ItemClass, left_out: Sequence[str]) -> ItemClass:
    finding, *others = item_class
    names = ItemClass._fields[1:]
    kept = [None if name in left_out else other for name, other in zip(names, others, strict=True)]
    return ItemClass(finding, *kept)


def experience_text(items: Iterable[DecidedItem], digest: str, *, with_names: bool = False) -> str:
    """Return the text of a file of experience; with_names keeps the name of the item behind each outcome."""
    classes: dict[ItemClass, list[_DecidedEntry]] = {}
    decided = tuple(items)
    # Numbered group by group, so that a number tells no more than its group does.
    ordered = sorted({(group_of(one.fold), _order_of_name(one.decision), one.decision) for one in decided})
    numbers = {decision: number for number, (_, _, decision) in enumerate(ordered, start=1)}
    for one in decided:
        name = one.name if with_names else None
        entry = _DecidedEntry(
            decision=numbers[one.decision], group=group_of(one.fold), overturned=one.overturned, name=name
        )
        classes.setdefault(one.item_class, []).append(entry)
    entries = [
        _ClassEntry(**of._asdict(), items=tuple(sorted(classes[of], key=_entry_order)))
        for of in sorted(classes, key=lambda one: tuple(part or "" for part in one))
    ]
    return _File(experience=2, ruleset_digest=digest, classes=tuple(entries)).model_dump_json(indent=1) + "\n"


def _order_of_name(name: str) -> str:
    """Return what orders decisions without telling their names."""
    return hashlib.sha256(name.encode()).hexdigest()


def _entry_order(entry: _DecidedEntry) -> tuple[int, bool, str]:
    return entry.decision, entry.overturned, entry.name or ""


def read_experience(path: Path) -> Experience:
    """Return the experience that a file holds; raises Rejected where it cannot be read as such."""
    cure = "write one with mtus audit CASES --save-experience FILE"
    try:
        content = limited_bytes(path, LARGEST_FILE)
        read = _File.model_validate_json(content)
    except (OSError, ValidationError) as error:
        message = error.strerror if isinstance(error, OSError) and error.strerror else "no file of experience"
        raise Rejected((Diagnostic("MT113", str(path), 1, 1, f"{message}", cure),)) from error
    decided = (
        DecidedItem(
            ItemClass(**entry.model_dump(exclude={"items"})),
            one.overturned,
            str(one.group),
            str(one.decision),
            one.name,
        )
        for entry in read.classes
        for one in entry.items
    )
    return Experience(decided, is_grouped=True, ruleset_digest=read.ruleset_digest)
