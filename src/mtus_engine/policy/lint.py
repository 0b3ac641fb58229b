"""What is valid in rule files and still looks like a mistake: each finding at its place, with a case that shows it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import NamedTuple

from mtus_engine.compiler.definitions import inputs_of
from mtus_engine.compiler.problems import Place
from mtus_engine.loader.folder import Loaded, RuleFiles
from mtus_engine.loader.source import Node
from mtus_engine.model.condition import Condition, Leaf, Not, OneOf, fact_names, parts_of
from mtus_engine.model.ruleset import Edition, Ruleset
from mtus_engine.model.values import Span
from mtus_engine.model.vocabulary import VocabularyDocument
from mtus_engine.policy.coverage import encoded_editions, tables_of
from mtus_engine.policy.lint_rules import file_slips, turned_rules
from mtus_engine.policy.lint_tables import table_findings
from mtus_engine.policy.noted import NOTE, Noted, RulePlaces, note_at, rule_places, texts_in
from mtus_engine.policy.published import Altered, altered_parts, missing_parts
from mtus_engine.policy.rule_template import FILL_IN, FILL_IN_ID
from mtus_engine.policy.witness import case_of


def noted_in_files(packs: Sequence[RuleFiles], ruleset: Ruleset) -> Iterator[Noted]:
    """Yield what can be seen in the files of packs themselves, without asking whether a case exists.

    The ruleset is that of the jurisdiction which the packs are for.
    """
    for loaded in (loaded for files in packs for loaded in files.loaded):
        yield from _blanks(Place(loaded.source), loaded.source.root)
        yield from file_slips(loaded, ruleset.roles)
        if isinstance(loaded.authored, VocabularyDocument):
            yield from _unused_facts(loaded, ruleset)
    places = rule_places(packs, ruleset)
    editions = [one for one in encoded_editions(ruleset) if one.key in places.editions]
    for edition in editions:
        place = places.editions[edition.key]
        yield from _polarities(edition, place)
        yield from _unverified_parts(edition, place)
    yield from _findings_of_tables(editions, ruleset, places)
    yield from _gaps_between_editions(ruleset, places.editions)
    yield from _rival_notes(ruleset, places.editions)
    yield from turned_rules(ruleset, places)
    yield from _altered_parts_noted(ruleset, places)
    yield from _missing_parts_noted(ruleset, places)


def _findings_of_tables(editions: Sequence[Edition], ruleset: Ruleset, places: RulePlaces) -> Iterator[Noted]:
    """Yield the gaps and overlaps of tables; those of a table that several editions share once."""
    seen = set()
    for found in (one for edition in editions for one in table_findings(edition, ruleset.roles, places)):
        if found.diagnostic not in seen:
            seen.add(found.diagnostic)
            yield found


def _altered_parts_noted(ruleset: Ruleset, places: RulePlaces) -> Iterator[Noted]:
    """Yield what a published edition says differently from when it was shipped, while it keeps the marks of then."""
    for one in altered_parts(ruleset):
        message = f"{one.part} is not what was published, and is still {one.keeps}"
        cure = "write a new edition; or take seen_in: away and say verified: false until a source was seen"
        yield Noted(note_at(_place_of(one, places), "MT624", message, cure))


def _missing_parts_noted(ruleset: Ruleset, places: RulePlaces) -> Iterator[Noted]:
    """Yield what a published edition said when it was shipped, and says no more."""
    for edition, part in missing_parts(ruleset):
        cure = "put it back; or write a new edition that does without it"
        message = f"{part} was published with this edition, and is gone"
        yield Noted(note_at(places.editions[edition.key], "MT624", message, cure))


def _place_of(one: Altered, places: RulePlaces) -> Place:
    place = places.editions[one.edition.key]
    listed = [("criteria", n, rule.id) for n, rule in enumerate(one.edition.criteria)]
    listed += [("limits", n, rule.id) for n, rule in enumerate(one.edition.limits)]
    own = next((place / part / n / "id" for part, n, id_ in listed if id_ == one.rule), None)
    return own or places.of_table(one.edition, one.rule)


def _blanks(place: Place, node: Node) -> Iterator[Noted]:
    """Yield the places where a person was to write and did not."""
    for where, text in texts_in(place, node):
        if FILL_IN in str(text.plain) or FILL_IN_ID in str(text.plain):
            cure = f"write it in the place of {text.plain!r}"
            yield Noted(note_at(where, "MT616", "this is still to be filled in", cure))


def _unused_facts(vocabulary: Loaded, ruleset: Ruleset) -> Iterator[Noted]:
    """Yield base facts that nothing reads, and those that are read and cannot be asked for."""
    read = _read_facts(ruleset)
    place = Place(vocabulary.source) / "facts"
    for name, fact in ruleset.facts.items():
        if fact.is_defined or name not in _named_below(place):
            continue
        if name not in read:
            message = f"no rule reads {name}"
            yield Noted(note_at(place / name, "MT601", message, "use it, or take it out", NOTE, at_key=True))
        elif fact.question is None:
            message = f"{name} is read by rules and has no question"
            yield Noted(note_at(place / name, "MT602", message, "add question: what to ask the provider", at_key=True))


def _named_below(place: Place) -> Mapping[str | int, Node]:
    found = place.document.root.children.get("facts")
    return {} if found is None else found.children


def _read_facts(ruleset: Ruleset) -> set[str]:
    """Return the facts that some rule, definition, notice or the engine itself reads."""
    conditions = [c for rule in (*ruleset.notices, *ruleset.impossible) for c in (rule.applies, rule.when)]
    roles = dict(ruleset.roles).values()
    read: set[str] = {*ruleset.roles.units_prior, *(one for one in roles if isinstance(one, str))}
    derived = list(ruleset.beside)
    for edition in ruleset.editions:
        conditions += [edition.governs, *(c.met_when for c in edition.criteria)]
        conditions += [c.applies_when for c in edition.criteria] + [limit.active for limit in edition.limits]
        derived += edition.derived
        read.update(name for tier in edition.tiers for name in tier.counts)
        read.update(name for limit in edition.limits for name in (limit.of, *limit.counting, str(limit.cap)))
    read.update(name for condition in conditions if condition is not None for name in fact_names(condition))
    read.update(name for entry in derived for name in inputs_of(entry.formula))
    facts = ruleset.facts.values()
    telling = {fact.narrowed_by.fact for fact in facts if fact.narrowed_by is not None}
    return read | telling | {one for fact in facts for one in (*fact.presume_barred_by, *fact.presume_barred_if)}


def _polarities(edition: Edition, place: Place) -> Iterator[Noted]:
    for n, criterion in enumerate(edition.criteria):
        where = place / "criteria" / n / "met_when"
        for name in _both_ways(criterion.met_when):
            message = f"{criterion.id} asks for {name} to be true in one part and false in another"
            yield Noted(note_at(where, "MT603", message, "ask for one of the two, or put one under applies_when"))


def _both_ways(condition: Condition) -> list[str]:
    """Return the boolean facts that a condition wants true and false, in the order of the text."""
    seen: dict[str, set[bool]] = {}
    _collect(condition, wanted=True, seen=seen)
    return [name for name, ways in seen.items() if len(ways) == 2]


def _collect(condition: Condition, *, wanted: bool, seen: dict[str, set[bool]]) -> None:
    if isinstance(condition, Leaf) and isinstance(condition.test, OneOf):
        members = condition.test.members
        if members in ({True}, {False}):
            seen.setdefault(condition.fact, set()).add((True in members) is wanted)
    for part in parts_of(condition):
        _collect(part, wanted=wanted is not isinstance(condition, Not), seen=seen)


def _unverified_parts(edition: Edition, place: Place) -> Iterator[Noted]:
    marked = [criterion.id for criterion in edition.criteria if not criterion.mark.verified]
    marked += [limit.id for limit in edition.limits if not limit.mark.verified]
    rows = sum(not row.mark.verified for table in tables_of(edition) for row in table.rows)
    listed = [*marked, *([f"{rows} rows of tables"] if rows else [])]
    if listed:
        message = f"not seen in a source: {', '.join(listed)}"
        yield Noted(note_at(place / "guideline", "MT604", message, "verify them, and take verified: false away", NOTE))


def _gaps_between_editions(ruleset: Ruleset, places: Mapping[str, Place]) -> Iterator[Noted]:
    """Yield days between editions of a guideline on which none is in force, or two are."""
    for edition in ruleset.editions:
        mine = [e for e in ruleset.editions if (e.guideline, e.pack) == (edition.guideline, edition.pack)]
        following = [e for e in mine if _starts(e) > _starts(edition)]
        last = edition.in_force.high
        after = min(following, key=_starts, default=None)
        if after is None or (last is not None and _starts(after) == last + 1):
            continue
        if last is None:
            first, days = _starts(after), f"{date.fromordinal(_starts(after))} on"
        else:
            first, until = sorted((last + 1, _starts(after)))
            days = f"{date.fromordinal(first)} to {date.fromordinal(until - 1)}"
        where = places[edition.key] / "in_force"
        if last is not None and _starts(after) > last:
            message, code = f"no edition of {edition.guideline} is in force from {days}", "MT605"
        else:
            message, code = f"two editions of {edition.guideline} are in force from {days}", "MT612"
        asked = ruleset.roles.treatment, ruleset.roles.request_date
        shown = dict(zip(asked, (min(edition.covers), date.fromordinal(first).isoformat()), strict=True))
        case = case_of(f"a request of {date.fromordinal(first)}", shown, ruleset.named_in_cases)
        yield Noted(note_at(where, code, message, "let it end the day before the next begins"), case)


class Rivals(NamedTuple):
    """Two editions that cover some treatments on the same days, where nothing says which of them governs."""

    later: Edition
    before: Edition
    shared: tuple[str, ...]
    days: Span


def rivals(ruleset: Ruleset) -> Iterator[Rivals]:
    """Yield each pair of editions that claim the same requests."""
    for one, other in combinations(ruleset.editions, 2):
        shared, days = sorted(one.covers & other.covers), one.in_force.overlap(other.in_force)
        is_one_guideline = one.guideline == other.guideline and one.pack == other.pack
        # Between packs a condition settles nothing: nobody has compared the conditions of two publishers.
        is_told_apart = one.pack == other.pack and (one.governs is not None or other.governs is not None)
        ranked = one.goes_before(other) or other.goes_before(one)
        if is_one_guideline or is_told_apart or ranked or days is None or not shared:
            continue
        later, before = (one, other) if _starts(one) >= _starts(other) else (other, one)
        yield Rivals(later, before, tuple(shared), days)


def _rival_notes(ruleset: Ruleset, places: Mapping[str, Place]) -> Iterator[Noted]:
    """Yield guidelines that cover one treatment on the same days, where nothing says which of them governs."""
    for later, before, shared, days in rivals(ruleset):
        message = f"{before.key} covers {', '.join(shared)} on the same days, and neither takes precedence"
        named = before.guideline if before.guideline != later.guideline else before.pack
        cure = f"write takes_precedence_over: [{named}], or change covers or in_force of one of them"
        day = date.fromordinal(days.low or 1).isoformat()
        asked = {ruleset.roles.treatment: shared[0], ruleset.roles.request_date: day}
        case = case_of(f"a request of {day}", asked, ruleset.named_in_cases)
        yield Noted(note_at(places[later.key] / "covers", "MT617", message, cure), case)


def _starts(edition: Edition) -> int:
    return edition.in_force.low or 0
