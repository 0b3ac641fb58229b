"""Gaps and overlaps of decision tables, found by trying every case that its rows tell apart."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations, product
from math import prod
from typing import NamedTuple, assert_never

from mtus_engine.compiler.problems import Place
from mtus_engine.loader.source import Plain
from mtus_engine.meaning.conditions import truth_of
from mtus_engine.meaning.values import VALUES
from mtus_engine.model.condition import Documented, HasAll, Leaf, Measure, OneOf, Within, leaves
from mtus_engine.model.fact import Because, Fact, Kind, Known
from mtus_engine.model.formula import HitPolicy, RowRule, TableRule
from mtus_engine.model.periods import period_of_slot
from mtus_engine.model.ruleset import Edition
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import Choice, Selection, Span, Stretch, Values, point_span
from mtus_engine.model.vocabulary import Roles
from mtus_engine.policy.coverage import tables_of
from mtus_engine.policy.noted import Noted, RulePlaces, note_at
from mtus_engine.policy.witness import WitnessFacts, case_of
from mtus_engine.wording.values import member_words

# For a table that tells more cases apart than this, logic is asked instead (mtus rules lint --deep).
MOST_CASES = 20_000


class TriedCase(NamedTuple):
    """One value of an input: as rules compare it, as people read it, and as a case file states it."""

    values: Values
    words: str
    stated: Plain


def table_findings(edition: Edition, roles: Roles, places: RulePlaces) -> Iterator[Noted]:
    """Yield the gaps and overlaps of an edition's tables that trying finds."""
    day = date.fromordinal(edition.in_force.low or 1).isoformat()
    request: WitnessFacts = {roles.treatment: min(edition.covers, default=""), roles.request_date: day}
    for table in tables_of(edition):
        if is_tried(table, edition.facts):
            yield from _findings(table, edition.facts, request, places.of_table(edition, table.id))


def untried_tables(edition: Edition) -> tuple[TableRule, ...]:
    """Return the tables of an edition whose cases are too many to be tried, or not free of one another."""
    return tuple(table for table in tables_of(edition) if not is_tried(table, edition.facts))


def is_tried(table: TableRule, facts: Mapping[str, Fact]) -> bool:
    """Return whether every case that the rows tell apart can be tried: few enough, each input free of the others."""
    tests = _tests_of_inputs(table)
    if len(tests) > 1 and any(facts[name].is_defined for name in tests):
        return False
    if any(_is_beyond(one) for listed in tests.values() for one in listed):
        return False
    return prod(len(_tried_values(facts[name], listed)) for name, listed in tests.items()) <= MOST_CASES


def gap_note(table: TableRule, where: Place, case: str, example: str = "") -> Noted:
    """Return the note that no row of a table takes a case: example says which case in words, case is its file."""
    message = f"no row of {table.id} holds {f'where {example}' if example else 'for some case'}"
    cure = "add the row, or otherwise: true, or without_row: why such a case has no figure"
    return Noted(note_at(where, "MT608", message, cure), case)


def overlap_note(table: TableRule, pair: tuple[RowRule, RowRule], where: Place, case: str, example: str = "") -> Noted:
    """Return the note that two rows of a table take one case, with different figures; else as gap_note."""
    named = " and ".join(row.id for row in pair)
    shown = f" where {example}" if example else " for one case"
    message = f"two rows of {table.id} hold{shown}, with different figures: {named}"
    cure = "let them exclude each other, or say hit_policy: max or first"
    return Noted(note_at(where, "MT609", message, cure), case)


def overlapping(table: TableRule) -> Iterator[tuple[RowRule, RowRule]]:
    """Yield the pairs of rows that must not hold together: their figures differ, and no hit policy chooses."""
    if table.hit_policy is HitPolicy.UNIQUE:
        for one, other in combinations([row for row in table.rows if not row.is_otherwise], 2):
            if _figures(one) != _figures(other):
                yield one, other


def _figures(row: RowRule) -> Sequence[object]:
    return [(output, figure.values) for output, figure in row.figures]


def _findings(table: TableRule, facts: Mapping[str, Fact], request: WitnessFacts, where: Place) -> Iterator[Noted]:
    pairs = list(overlapping(table))
    is_whole = table.has_otherwise or table.without_row is not None
    tests = _tests_of_inputs(table)
    told = set[tuple[RowRule, RowRule]]()
    held: dict[RowRule, list[Truth]] = {row: [] for row in table.rows if not row.is_otherwise}
    for chosen in product(*(_tried_values(facts[name], listed) for name, listed in tests.items())):
        known = {name: Known(one.values, Because.STATED) for name, one in zip(tests, chosen, strict=True)}
        truths = {row.id: _truth_of_row(row, known) for row in table.rows}
        for row, listed in held.items():
            listed.append(truths[row.id])
        example = " and ".join(f"{facts[name].label} is {one.words}" for name, one in zip(tests, chosen, strict=True))
        stated = request | {name: one.stated for name, one in zip(tests, chosen, strict=True)}
        case = "" if any(facts[name].is_defined for name in tests) else case_of(f"a case of {table.id}", stated)
        if not is_whole and set(truths.values()) == {Truth.FALSE}:
            is_whole = True
            yield gap_note(table, where, case, example)
        for pair in [pair for pair in pairs if all(truths[row.id] is Truth.TRUE for row in pair)]:
            pairs.remove(pair)
            told.add(pair)
            yield overlap_note(table, pair, where, case, example)
    for one, other in combinations(held, 2):
        first, place = (where / "rows" / table.rows.index(row) for row in (one, other))
        # Rows that are written alike are told as such already.
        is_alike = held[one] == held[other] and Truth.TRUE in held[one] and _condition(first) != _condition(place)
        if is_alike and (one, other) not in told:
            message = f"{other.id} holds in the same cases as {one.id}, in other words"
            yield Noted(note_at(place, "MT619", message, "take one of the two out, or correct it"))


def _condition(place: Place) -> str:
    """Return the condition of a row as its file writes it."""
    node = place.document.root
    for step in (*place.path, "when"):
        child = node.children.get(step)
        if child is None:
            return ""
        node = child
    return repr(node.plain)


def _truth_of_row(row: RowRule, known: Mapping[str, Known]) -> Truth:
    return Truth.TRUE if row.when is None else truth_of(row.when, known, VALUES)


def _tests_of_inputs(table: TableRule) -> dict[str, list[Leaf]]:
    """Return the tests of each input that a row tests, by its name."""
    tests: dict[str, list[Leaf]] = {}
    for row in table.rows:
        for leaf in leaves(row.written) if row.written is not None else ():
            tests.setdefault(leaf.fact, []).append(leaf)
    return tests


def _is_beyond(leaf: Leaf) -> bool:
    """Return whether a test cannot be tried: of what is documented, or of the days of a period beside its months."""
    match leaf.test:
        case Documented():
            return True
        case Within(_, measure):
            return measure is Measure.DAYS
        case OneOf() | HasAll():
            return False
        case _:
            assert_never(leaf.test)


def _tried_values(fact: Fact, tests: Sequence[Leaf]) -> list[TriedCase]:
    """Return the values of an input that its tests tell apart."""
    match fact.domain:
        case Choice(possible):
            members = sorted(possible, key=str)
            return [TriedCase(Choice(frozenset({one})), member_words(fact, one), one) for one in members]
        case Selection():
            return _tried_sets(fact, tests)
        case Span(low, high):
            ends = [end for end in (low, high) if end is not None]
            numbers = sorted({*_numbers_near_bounds(tests), *ends} or {0})
            kept = [one for one in numbers if fact.domain.includes(point_span(one))]
            return [TriedCase(point_span(one), *_number_words(fact, one)) for one in kept]
        case Stretch():
            slots = sorted({0, *(one for one in _numbers_near_bounds(tests) if one >= 0)})
            words = [(one, str(period_of_slot(one))) for one in slots]
            return [TriedCase(Stretch(point_span(one), Span(0, None)), period, period) for one, period in words]
        case _:
            assert_never(fact.domain)


def _tried_sets(fact: Fact, tests: Sequence[Leaf]) -> list[TriedCase]:
    """Return sets of the members that tests name and one other: none, one, two, or as many as a test asks for."""
    named: set[str] = set()
    most = 2
    for leaf in tests:
        if isinstance(leaf.test, OneOf | HasAll):
            named |= {str(member) for member in leaf.test.members}
            most = max(most, len(leaf.test.members) if isinstance(leaf.test, HasAll) else 1)
    unnamed = [member for member, _ in fact.members if member not in named][:1]
    members = [*sorted(named), *unnamed]
    # The empty set is tried last: an example with a member is easier to read.
    sizes = (*range(1, min(most, len(members)) + 1), 0)
    sets = [frozenset(chosen) for size in sizes for chosen in combinations(members, size)]
    return [TriedCase(Selection(one, one), _set_words(fact, one), {"value": tuple(sorted(one))}) for one in sets]


def _set_words(fact: Fact, members: frozenset[str]) -> str:
    return " and ".join(member_words(fact, one) for one in sorted(members)) or "none of its members"


def _numbers_near_bounds(tests: Sequence[Leaf]) -> set[int]:
    """Return each bound of the tests, and the numbers beside it."""
    spans = [leaf.test.span for leaf in tests if isinstance(leaf.test, Within)]
    ends = [end for span in spans for end in span if end is not None]
    return {end + step for end in ends for step in (-1, 0, 1)}


def _number_words(fact: Fact, number: int) -> tuple[str, Plain]:
    if fact.kind is Kind.DATE:
        day = date.fromordinal(max(1, number)).isoformat()
        return day, day
    plain = Decimal(number).scaleb(-fact.decimals)
    return (f"{plain} {fact.unit}" if fact.unit else str(plain)), plain if fact.decimals else number
