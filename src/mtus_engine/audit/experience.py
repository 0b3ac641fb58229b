"""Experience: outcomes of decided items by class, and what they tell about an item of the same class.

A file of experience holds classes and outcomes, and no fact of a case. Beside each outcome stands a short fingerprint
of its decision, which one in 65,536 others shares: by it a case's own decision, and those with near-identical facts,
are left out of its counts.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from mtus_engine.audit.statistics import proportion
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
    """A decided item: its class, whether it was overturned, and the fingerprint of its decision."""

    item_class: ItemClass
    overturned: bool
    fold: str
    name: str | None = None


class _DecidedEntry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    fold: str
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

    experience: int
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
    """Return the fingerprint of a decision, four hexadecimal digits: the same for near-identical facts.

    These are the same date of injury and body parts; where a case does not state them, its own name takes their place.
    """
    named = [one for one in (roles.injury_date, roles.body_parts) if one is not None]
    told = []
    for name in named:
        said = (s.values for item in case.items for s in item.statements.get(name, ()))
        told.append(sorted({json.dumps(ordered_values(values)) for values in said if values is not None}))
    is_told = len(told) == len(named) and all(told)
    key = json.dumps(told) if is_told else f"case {case.case}"
    return hashlib.sha256(key.encode()).hexdigest()[:4]


class Experience:
    """Decided items, which tell how often items like another one were overturned."""

    def __init__(self, items: Iterable[DecidedItem]) -> None:
        """Keep the items."""
        self.items = tuple(items)

    def comparable(self, item_class: ItemClass, fold: str) -> Comparable | None:
        """Return how many comparable items outside the fold were overturned; None where there are none at all.

        Parts of the class are left out, in the order of LADDER, until FEWEST items are found.
        """
        others = [one for one in self.items if one.fold != fold]
        found: Comparable | None = None
        for pooled, wanted in _coarser(item_class):
            like = [one for one in others if _narrowed(one.item_class, pooled) == wanted]
            if like:
                overturned = sum(one.overturned for one in like)
                share = proportion(overturned, len(like))
                assert share is not None
                found = Comparable(wanted, len(like), overturned, share.low, share.high, pooled)
            if len(like) >= FEWEST:
                break
        return found

    def of_item(self, checked: Checked) -> Comparable | None:
        """Return what became of items like a checked one; None where it is not covered.

        It is None outside independent medical review, too: in utilization review no forecast has a place.
        """
        determination = checked.determination
        if determination.setting != "imr" or determination.evaluation.finding is Finding.NOT_COVERED:
            return None
        return self.comparable(class_of(determination, checked.roles), fold_of(checked.case, checked.roles))

    def base_rate(self, fold: str) -> float:
        """Return the share of items outside the fold that were overturned, half an item added to either outcome."""
        others = [one.overturned for one in self.items if one.fold != fold]
        return (sum(others) + 0.5) / (len(others) + 1)

    def chance(self, item_class: ItemClass, fold: str) -> float:
        """Return the share of comparable items that were overturned, as if one more had come out at the base rate."""
        found, base = self.comparable(item_class, fold), self.base_rate(fold)
        return base if found is None else (found.overturned + base) / (found.items + 1)


def _coarser(item_class: ItemClass) -> Iterator[tuple[tuple[str, ...], ItemClass]]:
    """Yield ever coarser classes, each after the parts that it leaves out: from none to all but the finding."""
    for n in range(len(LADDER) + 1):
        yield LADDER[:n], _narrowed(item_class, LADDER[:n])


def _narrowed(item_class: ItemClass, left_out: Sequence[str]) -> ItemClass:
    finding, *others = item_class
    names = ItemClass._fields[1:]
    kept = [None if name in left_out else other for name, other in zip(names, others, strict=True)]
    return ItemClass(finding, *kept)


def experience_text(items: Iterable[DecidedItem], digest: str, *, with_names: bool = False) -> str:
    """Return the text of a file of experience; with_names keeps the name of the item behind each outcome."""
    classes: dict[ItemClass, list[_DecidedEntry]] = {}
    for one in items:
        name = one.name if with_names else None
        classes.setdefault(one.item_class, []).append(
            _DecidedEntry(fold=one.fold, overturned=one.overturned, name=name)
        )
    entries = [
        _ClassEntry(**of._asdict(), items=tuple(sorted(classes[of], key=_entry_order)))
        for of in sorted(classes, key=lambda one: tuple(part or "" for part in one))
    ]
    return _File(experience=1, ruleset_digest=digest, classes=tuple(entries)).model_dump_json(indent=1) + "\n"


def _entry_order(entry: _DecidedEntry) -> tuple[str, bool, str]:
    return entry.fold, entry.overturned, entry.name or ""


def read_experience(path: Path) -> Experience:
    """Return the experience that a file holds; raises Rejected where it cannot be read as such."""
    cure = "write one with mtus audit CASES --save-experience FILE"
    try:
        content = path.read_bytes() if path.stat().st_size <= LARGEST_FILE else b""
        read = _File.model_validate_json(content)
    except (OSError, ValidationError) as error:
        message = error.strerror if isinstance(error, OSError) and error.strerror else "no file of experience"
        raise Rejected((Diagnostic("MT113", str(path), 1, 1, f"{message}", cure),)) from error
    return Experience(
        DecidedItem(ItemClass(**entry.model_dump(exclude={"items"})), one.overturned, one.fold, one.name)
        for entry in read.classes
        for one in entry.items
    )
