"""How far engine and reviewers agree over a set of items: counts, shares with intervals, groups, grounds."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from mtus_engine.audit.calibration import Calibration, calibration
from mtus_engine.audit.consistency import Inconsistency, inconsistencies
from mtus_engine.audit.experience import DecidedItem
from mtus_engine.audit.statistics import Estimate, ac1, balanced_accuracy, kappa, proportion
from mtus_engine.model.audited import Audited, DifferenceKind, Reading, ReadingKind, favors

# With fewer items than this, a share has no estimate: the names of the items say more.
FEWEST = 10

Which = Callable[[Audited], Reading]


# How a matrix names items that no encoded guideline covers.
NOT_COVERED = "not covered"


class Share(NamedTuple):
    """A number out of a total; below ten there is no estimate, and others names what the number leaves out."""

    number: int
    of: int
    estimate: Estimate | None
    others: tuple[str, ...]


class Agreement(NamedTuple):
    """Agreement of predicted and actual outcomes, in one reading of the cases.

    matrix counts items by predicted and actual outcome, in words; baseline is what always predicting "upheld" would
    reach; recall_favorable is how many of the items decided in favor of the request were predicted so. Measures that
    cannot be worked out, as below ten items, are None.
    """

    agreed: Share
    kappa: Estimate | None
    ac1: Estimate | None
    recall_favorable: Share
    balanced_accuracy: float | None
    baseline: Share
    matrix: Mapping[tuple[str, str], int]


class Tally(NamedTuple):
    """The items, by name, in which a criterion is a ground: shared, ours alone, or theirs where we find it met."""

    criterion: str
    shared: tuple[str, ...]
    engine_only: tuple[str, ...]
    contradicted: tuple[str, ...]


class Audit(NamedTuple):
    """The audit of a set of items by the reading that is shown, with the agreement of all three readings.

    refused counts the cases that could not be judged. firm and leaning are the agreement of the predictions of that
    firmness. grounds and administrators_grounds tell how many of the reviewers' and the claims administrators' grounds
    are also ours; not_sayable counts reviewers' grounds that no criterion can express, administrators_not_sayable those
    of the claims administrators. sharing names the items that together with
    another ask for more than a limit leaves. inconsistent are pairs of items that are alike on every criterion and were
    decided differently.
    """

    reading: ReadingKind
    items: int
    drafts: int
    refused: int
    covered: Share
    independent: Agreement
    with_rationale: Agreement
    text_only: Agreement
    firm: Agreement
    leaning: Agreement
    share_firm: Share
    grounds: Share
    administrators_grounds: Share
    not_sayable: tuple[tuple[str, int], ...]
    administrators_not_sayable: tuple[tuple[str, int], ...]
    sharing: tuple[str, ...]
    calibration: Calibration | None
    inconsistent: tuple[Inconsistency, ...]
    kinds: tuple[tuple[DifferenceKind, tuple[str, ...]], ...]
    groups: tuple[tuple[str, tuple[tuple[str, Share], ...]], ...]
    criteria: tuple[Tally, ...]


def audit(items: Sequence[Audited], reading: ReadingKind = ReadingKind.BEFORE, *, refused: int = 0) -> Audit:
    """Return the audit of the items by the reading that they show; refused counts cases that could not be judged."""
    predicted = [item for item in items if item.shown.firmness is not None]
    return Audit(
        reading=reading,
        items=len(items),
        drafts=sum(item.is_draft for item in items),
        refused=refused,
        covered=_share([(item, item.kind is not DifferenceKind.NOT_COVERED) for item in items]),
        independent=agreement(items, lambda item: item.independent),
        with_rationale=agreement(items, lambda item: item.read),
        text_only=agreement(items, lambda item: item.text_only),
        firm=agreement([one for one in predicted if one.shown.firmness == "firm"], lambda item: item.shown),
        leaning=agreement([one for one in predicted if one.shown.firmness == "leaning"], lambda item: item.shown),
        share_firm=_share([(one, one.shown.firmness == "firm") for one in predicted]),
        grounds=_ground_recall(items),
        administrators_grounds=_administrators_recall(items),
        not_sayable=_counted(ground for item in items for ground in item.not_sayable),
        administrators_not_sayable=_counted(ground for item in items for ground in item.administrator_not_sayable),
        sharing=tuple(item.named for item in items if item.shares_limit),
        calibration=calibration(decided_items(items)),
        inconsistent=tuple(inconsistencies(items)),
        kinds=tuple((kind, tuple(i.named for i in items if i.kind is kind)) for kind in DifferenceKind),
        groups=tuple((name, _shares_by_group(items, by)) for name, by in GROUPS),
        criteria=_criteria(items),
    )


_SHARING: dict[bool, str] = {
    True: "asks with another item for more than is left",
    False: "asks for no more than is left",
}

# How items are grouped, each with the groups that an item is in: of boards a reviewer may have several.
GROUPS: tuple[tuple[str, Callable[[Audited], Sequence[str | None]]], ...] = (
    ("guideline", lambda item: (item.guideline,)),
    ("edition", lambda item: (f"{item.guideline} {item.edition}" if item.guideline else None,)),
    ("year", lambda item: (None if item.year is None else str(item.year),)),
    ("treatment", lambda item: (item.treatment,)),
    ("board", lambda item: item.boards),
    ("firmness", lambda item: (item.shown.firmness,)),
    ("sharing a limit", lambda item: (_SHARING[item.shares_limit],)),
)


def agreement(items: Sequence[Audited], which: Which) -> Agreement:
    """Return the agreement of the reading that which picks; items without prediction or decision are only in matrix."""
    compared = [
        (item, ours, theirs)
        for item in items
        if (ours := favors(which(item).predicted)) is not None and (theirs := favors(item.actual)) is not None
    ]
    counts = Counter((ours, theirs) for _, ours, theirs in compared)
    table = [[counts[ours, theirs] for theirs in (True, False)] for ours in (True, False)]
    favorable = [(item, ours) for item, ours, theirs in compared if theirs]
    return Agreement(
        agreed=_share([(item, ours is theirs) for item, ours, theirs in compared]),
        kappa=kappa(table) if len(compared) >= FEWEST else None,
        ac1=ac1(table) if len(compared) >= FEWEST else None,
        recall_favorable=_share(favorable),
        balanced_accuracy=balanced_accuracy(counts) if len(compared) >= FEWEST else None,
        baseline=_share([(item, not theirs) for item, _, theirs in compared]),
        matrix=Counter((_matrix_row(which(item)), item.actual or "no decision") for item in items),
    )


class CountedItems(NamedTuple):
    """How many items have one finding, prediction and decision."""

    finding: str
    predicted: str | None
    actual: str | None
    items: int


def agreement_of(counted: Iterable[CountedItems]) -> Agreement:
    """Return the agreement over items of which only counts are known; its shares name no items."""
    listed = list(counted)
    counts: Counter[tuple[bool, bool]] = Counter()
    for one in listed:
        ours, theirs = favors(one.predicted), favors(one.actual)
        if ours is not None and theirs is not None:
            counts[ours, theirs] += one.items
    table = [[counts[ours, theirs] for theirs in (True, False)] for ours in (True, False)]
    of = sum(counts.values())
    matrix: Counter[tuple[str, str]] = Counter()
    for one in listed:
        row = _matrix_row(Reading(one.finding, one.predicted))
        matrix[row, one.actual or "no decision"] += one.items
    return Agreement(
        agreed=_counted_share(counts[True, True] + counts[False, False], of),
        kappa=kappa(table) if of >= FEWEST else None,
        ac1=ac1(table) if of >= FEWEST else None,
        recall_favorable=_counted_share(counts[True, True], counts[True, True] + counts[False, True]),
        balanced_accuracy=balanced_accuracy(counts) if of >= FEWEST else None,
        baseline=_counted_share(counts[True, False] + counts[False, False], of),
        matrix=matrix,
    )


def _counted_share(number: int, of: int) -> Share:
    return Share(number, of, proportion(number, of) if of >= FEWEST else None, ())


def _matrix_row(read: Reading) -> str:
    """Return the row of the matrix: the outcome predicted, or why none is."""
    if read.finding == "not_covered":
        return NOT_COVERED
    return (read.predicted or "nothing predicted").replace("_", " ")


def _share(judged: Iterable[tuple[Audited, bool]]) -> Share:
    listed = list(judged)
    count = sum(holds for _, holds in listed)
    if len(listed) < FEWEST:
        return Share(count, len(listed), None, tuple(item.named for item, holds in listed if not holds))
    return Share(count, len(listed), proportion(count, len(listed)), ())


def _shares_by_group(
    items: Sequence[Audited], by: Callable[[Audited], Sequence[str | None]]
) -> tuple[tuple[str, Share], ...]:
    groups: dict[str, list[tuple[Audited, bool]]] = {}
    for item in items:
        ours, theirs = favors(item.shown.predicted), favors(item.actual)
        if ours is not None and theirs is not None:
            for name in by(item) or (None,):
                groups.setdefault(name or "not known", []).append((item, ours is theirs))
    return tuple((name, _share(groups[name])) for name in sorted(groups))


def _ground_recall(items: Sequence[Audited]) -> Share:
    """Return how many of the reviewers' grounds against a request are among ours, of those that a criterion can say."""
    shared = sum(len(item.shared) for item in items)
    theirs = [
        f"{item.named}: {ground}"
        for item in items
        for ground in (*item.reviewer_only, *item.contradicted)
        if ground not in item.not_sayable
    ]
    of = shared + len(theirs)
    estimate = proportion(shared, of) if of >= FEWEST else None
    return Share(shared, of, estimate, tuple(theirs) if estimate is None else ())


def _administrators_recall(items: Sequence[Audited]) -> Share:
    """Return how many of the claims administrator's grounds are among ours."""
    shared = sum(len(item.administrator_shared) for item in items)
    theirs = [f"{item.named}: {ground}" for item in items for ground in item.administrator_only]
    of = shared + len(theirs)
    estimate = proportion(shared, of) if of >= FEWEST else None
    return Share(shared, of, estimate, tuple(theirs) if estimate is None else ())


def _counted(grounds: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Return grounds, each with its number, the most frequent first."""
    counted = Counter(grounds)
    return tuple(sorted(counted.items(), key=lambda one: (-one[1], one[0])))


def decided_items(items: Iterable[Audited]) -> list[DecidedItem]:
    """Return what the items add to experience: those under an encoded guideline that were upheld or overturned."""
    return [
        DecidedItem(item.item_class, item.actual == "overturned", item.fold, item.case, item.named)
        for item in items
        if item.actual in {"upheld", "overturned"} and item.kind is not DifferenceKind.NOT_COVERED
    ]


def _criteria(items: Sequence[Audited]) -> tuple[Tally, ...]:
    found: dict[str, tuple[list[str], list[str], list[str]]] = {}
    for item in items:
        for n, names in enumerate((item.shared, item.engine_only, item.contradicted)):
            for name in names:
                found.setdefault(f"{item.guideline}: {name}", ([], [], []))[n].append(item.named)
    return tuple(Tally(name, *(tuple(names) for names in found[name])) for name in sorted(found))
