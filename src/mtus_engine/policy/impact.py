"""What an edit of the rules changes for cases: each item under the old and the new rules, and the parts that moved."""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Literal, NamedTuple

from mtus_engine.checker import Checker
from mtus_engine.explain.impossible import impossible_facts
from mtus_engine.meaning.formulas import row_truths, rows_that_may_count
from mtus_engine.meaning.values import VALUES
from mtus_engine.model.case import Case
from mtus_engine.model.determination import (
    FAVOR,
    OPEN,
    Candidate,
    Determination,
    Evaluation,
    Finding,
    LimitStatus,
    Status,
)
from mtus_engine.model.diagnostic import Diagnostic, Rejected
from mtus_engine.model.fact import Because, Known
from mtus_engine.model.formula import Derived, Given, Looked
from mtus_engine.model.ruleset import Edition, Ruleset
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import Span


class Change(Enum):
    """How an item changes: against the request, in its favor, to or from a finding without judgement, or in grounds."""

    STRICTER = "stricter"
    LOOSER = "looser"
    RECLASSIFIED = "reclassified"
    EVIDENCE = "evidence only"
    UNCHANGED = "unchanged"


class CriterionAt(NamedTuple):
    """How a criterion stands, and why."""

    status: Status
    because: Because


class LimitAt(NamedTuple):
    """How a limit stands, and what it leaves (None: it does not apply)."""

    status: LimitStatus
    left: Span | None


class RouteAt(NamedTuple):
    """The steps that a tier is at, or may be at."""

    steps: tuple[str, ...]


Standing = Finding | Truth | CriterionAt | LimitAt | RouteAt


class RulePart(NamedTuple):
    """A part of the rules that an outcome may rest on: of an edition, or of none."""

    kind: Literal["text", "notice", "governs", "criterion", "limit", "route"]
    edition: str = ""
    id: str = ""


class Moved(NamedTuple):
    """A part of the rules that stands otherwise: how it stood and stands (None: it is not there)."""

    part: RulePart
    before: Standing | None
    after: Standing | None


class Impact(NamedTuple):
    """One item under two rulesets; is_touched tells whether an edition that the edit changed may govern it.

    is_reached tells whether a part that the edit changed has a say in it: a rule that applies, or a row of a table that
    may hold.
    """

    case: str
    item: str
    change: Change
    before: Finding
    after: Finding
    moved: tuple[Moved, ...]
    is_touched: bool = False
    is_reached: bool = False

    @property
    def named(self) -> str:
        """The item as reports name it."""
        return f"{self.case} item {self.item}"


def impacts(old: tuple[Case, Checker], new: tuple[Case, Checker]) -> Iterator[Impact]:
    """Yield the items of a case, read under each ruleset; raises Rejected, at the end, for impossible facts."""
    problems: list[Diagnostic] = []
    for before, after in zip(old[0].items, new[0].items, strict=True):
        sides = ((*old, before), (*new, after))
        determined = [checker.determination(case, item) for case, checker, item in sides]
        for (case, checker, item), one in zip(sides, determined, strict=True):
            ruleset = checker.of(case).ruleset
            problems += [impossible_facts(case, item, rule, ruleset) for rule in one.evaluation.impossible]
        if not any(one.evaluation.impossible for one in determined):
            yield impact(*determined)
    if problems:
        raise Rejected(tuple(problems))


def impact(old: Determination, new: Determination) -> Impact:
    """Return how one item's determination changes."""
    before, after = old.evaluation, new.evaluation
    moved = tuple(_moved_parts(old, new))
    change = _change(before, after)
    if change is Change.UNCHANGED and moved:
        change = Change.EVIDENCE
    return Impact(new.case, new.item, change, before.finding, after.finding, moved, *_reach(before, after))


def _reach(before: Evaluation, after: Evaluation) -> tuple[bool, bool]:
    """Return whether an edition that differs in more than its file may govern, and whether a differing part counts."""
    old, new = ({c.edition.key: bare_edition(c.edition) for c in e.candidates} for e in (before, after))
    if old == new:
        return False, False
    return True, _parts_that_count(before) != _parts_that_count(after)


def _parts_that_count(evaluation: Evaluation) -> set[object]:
    """Return the rules that may apply, and the rows of tables that may hold, of the editions that may govern."""
    counting: set[object] = set()
    for candidate in evaluation.candidates:
        counting |= {one.rule for one in candidate.criteria if one.status is not Status.NOT_APPLICABLE}
        counting |= {one.rule for one in candidate.limits if one.status is not LimitStatus.NOT_APPLICABLE}
        counting |= {step for tier in candidate.tiers for step, _ in tier.steps}
        formulas = ((one.fact.name, _formula_that_counts(one, candidate.known)) for one in candidate.edition.derived)
        counting |= set(formulas)
    return counting


def _formula_that_counts(entry: Derived, known: Mapping[str, Known]) -> object:
    """Return a formula; of a figure that is looked up, the table's id and only the rows that may count."""
    if not isinstance(entry.formula, Looked | Given):
        return entry.formula
    table = entry.formula.table
    return table.id, tuple(rows_that_may_count(table, row_truths(table, known, VALUES)))


def place_of_moved(moved: Iterable[Moved], *rulesets: Ruleset) -> tuple[str, int] | None:
    """Return file and line of the first criterion or limit that moved, as the first ruleset that has it places it."""
    for part in (one.part for one in moved if one.part.kind in {"criterion", "limit"}):
        for edition in (edition for ruleset in rulesets for edition in ruleset.editions):
            if edition.key == part.edition and part.id in edition.lines:
                return edition.file, edition.line_of(part.id)
    return None


def bare_edition(edition: Edition) -> Edition:
    """Return an edition without what decides nothing: where its file lies, its title and note."""
    # The order of facts is that of the vocabulary: a new fact there changes no edition.
    derived = tuple(entry._replace(fact=entry.fact._replace(order=0)) for entry in edition.derived)
    return edition._replace(file="", facts={}, title="", note=None, lines={}, derived=derived)


def _change(before: Evaluation, after: Evaluation) -> Change:
    if before.finding is not after.finding:
        if before.finding not in FAVOR or after.finding not in FAVOR:
            return Change.RECLASSIFIED
        if _asks_and_takes_nothing(before, after) or _asks_and_takes_nothing(after, before):
            return Change.EVIDENCE
        return Change.LOOSER if FAVOR.index(after.finding) > FAVOR.index(before.finding) else Change.STRICTER
    fewer, more = _is_fewer_and_more(_supported_units(before), _supported_units(after))
    if fewer and more:
        return Change.RECLASSIFIED
    return Change.STRICTER if fewer else Change.LOOSER if more else Change.UNCHANGED


def _asks_and_takes_nothing(settled: Evaluation, open_: Evaluation) -> bool:
    """Return whether a part meets in one, and as many units or more can meet in the other, by what is open.

    An edit from the first to the second takes nothing away, and one from the second to the first gives nothing more.
    """
    if settled.finding is not Finding.MEETS_IN_PART or open_.finding not in OPEN:
        return False
    most, can_meet = (None if one.units is None else one.units.supported.high for one in (settled, open_))
    return can_meet is None or (most is not None and can_meet >= most)


def _supported_units(evaluation: Evaluation) -> Span | None:
    """Return the units that the criteria support, where some of what is asked may not be."""
    units = evaluation.units
    open_ = evaluation.finding in {Finding.MEETS_IN_PART, *OPEN}
    return units.supported if units is not None and open_ else None


def _is_fewer_and_more(before: Span | None, after: Span | None) -> tuple[bool, bool]:
    """Return whether fewer units may be supported than before, and whether more."""
    if before is None or after is None:
        return False, False
    far = float("inf")
    ends = [(one.low or 0, far if one.high is None else one.high) for one in (before, after)]
    (low, high), (new_low, new_high) = ends
    return new_low < low or new_high < high, new_low > low or new_high > high


def _moved_parts(old: Determination, new: Determination) -> Iterator[Moved]:
    before, after = _standings(old), _standings(new)
    for part in dict.fromkeys((*before, *after)):
        if before.get(part) != after.get(part):
            yield Moved(part, before.get(part), after.get(part))


def _standings(determination: Determination) -> dict[RulePart, Standing]:
    """Return how each part stands that an outcome may rest on."""
    evaluation = determination.evaluation
    standings: dict[RulePart, Standing] = {RulePart("text"): determination.text_only}
    standings |= {RulePart("notice", id=notice.rule.id): notice.truth for notice in evaluation.notices}
    for candidate in evaluation.candidates:
        standings |= _of_candidate(candidate)
    return standings


def _of_candidate(candidate: Candidate) -> dict[RulePart, Standing]:
    edition = candidate.edition.key
    standings: dict[RulePart, Standing] = {RulePart("governs", edition): candidate.governs}
    for criterion in candidate.criteria:
        standings[RulePart("criterion", edition, criterion.rule.id)] = CriterionAt(criterion.status, criterion.because)
    for limit in candidate.limits:
        left = None if limit.status is LimitStatus.NOT_APPLICABLE else limit.left
        standings[RulePart("limit", edition, limit.rule.id)] = LimitAt(limit.status, left)
    for tier in candidate.tiers:
        standings[RulePart("route", edition, tier.rule.id)] = RouteAt(tuple(step.says for step, _ in tier.steps))
    return standings
