"""Compiles a case document: types its facts by the vocabulary and reports each statement that does not fit."""

from collections.abc import Mapping

from pydantic import ValidationError

from mtus_engine.compiler.coded_statements import with_codes, without_doubtful_codes
from mtus_engine.compiler.concurrent import with_concurrent_therapies
from mtus_engine.compiler.dates import date_span, is_of_no_likely_year
from mtus_engine.compiler.halfway import as_meant
from mtus_engine.compiler.literals import asks_for_no_time, values_of
from mtus_engine.compiler.problems import Misfit, Place, Problems
from mtus_engine.compiler.schedules import are_statements, with_schedules
from mtus_engine.compiler.surgery_names import warn_of_names_alike
from mtus_engine.loader.documents import diagnostics_of
from mtus_engine.loader.source import Document, Plain
from mtus_engine.model.case import Case, CaseItem
from mtus_engine.model.casefile import CaseDocument, Item, RecordSource, StatementDocument
from mtus_engine.model.diagnostic import Diagnostic, Rejected, did_you_mean
from mtus_engine.model.fact import Fact, Kind, Origin, Statement
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.model.values import Span, Values

Statements = dict[str, tuple[Statement, ...]]

_RANGE_KEYS = {"at_least", "at_most", "one_of"}
MOST_SUGGESTIONS = 20


def case(document: Document, authored: CaseDocument, ruleset: Ruleset) -> Case:
    """Return the case; raises Rejected with all its mistakes, such as statements that do not fit the vocabulary."""
    problems = Problems()
    place = Place(document)
    ruleset = ruleset.of(authored.jurisdiction)
    of_case = statements(authored.facts, ruleset, place / "facts", problems)
    items = tuple(_item(item, of_case, ruleset, place / "items" / n, problems) for n, item in enumerate(authored.items))
    seen: set[str] = set()
    for n, item in enumerate(items):
        if item.item in seen:
            problems.add(
                place / "items" / n / "item",
                "MT403",
                f"item {item.item} is there twice",
                "give each item its own number",
            )
        seen.add(item.item)
    if not items:
        problems.add(place / "items", "MT403", "a case holds at least one item", "items: [{item: 1, facts: {…}}]")
    _check_days(authored.record, place / "record", problems)
    if problems.found:
        raise Rejected(tuple(problems.found))
    warn_of_names_alike(items, place, problems)
    together = with_concurrent_therapies(items, ruleset)
    warnings = tuple(problems.warnings)
    law = authored.jurisdiction
    return Case(authored.case, authored.setting, authored.record, together, document.file, warnings, law)


def _check_days(record: RecordSource | None, place: Place, problems: Problems) -> None:
    """Note each date of the record or of its documents that cannot be read."""
    if record is None:
        return
    _day(record.decided_on, place / "decided_on", problems)
    for n, one in enumerate(record.documents):
        _day(one.dated, place / "documents" / n / "dated", problems)


def fact_problems(document: Document, ruleset: Ruleset) -> tuple[Diagnostic, ...]:
    """Return all mistakes among the facts of a file that could not be read as a case."""
    problems = Problems()
    place = Place(document)
    plain = document.plain if isinstance(document.plain, Mapping) else {}
    named = plain.get("jurisdiction")
    ruleset = ruleset.of(named if isinstance(named, str) else None)
    holders: list[tuple[Plain, Place]] = [(plain, place)]
    items = plain.get("items")
    holders += [(item, place / "items" / n) for n, item in enumerate(items if isinstance(items, tuple) else ())]
    for holder, where in holders:
        facts = holder.get("facts") if isinstance(holder, Mapping) else None
        if isinstance(facts, Mapping):
            statements(facts, ruleset, where / "facts", problems)
    return tuple(problems.found)


def statements(facts: Mapping[str, Plain], ruleset: Ruleset, place: Place, problems: Problems) -> Statements:
    """Return the typed statements about each fact; each one that does not fit is noted."""
    typed: Statements = {}
    for name, plain in with_schedules(facts, ruleset.roles).items():
        fact = ruleset.facts.get(name)
        if fact is None:
            # The search for similar names is slow, so only the first few unknown facts get a suggestion.
            near = did_you_mean(name, tuple(ruleset.facts)) if len(problems.found) < MOST_SUGGESTIONS else ""
            cure = "mtus facts lists them all; with rules of your own, name them after --rules or in mtus.toml"
            problems.add(place / name, "MT401", f"unknown fact {name}{near}", cure, at_key=True)
            continue
        # What a product told of its rate and length stands where the product does.
        where = place / (name if name in facts else ruleset.roles.units_requested)
        typed[name] = tuple(_statements(fact, plain, where, problems))
    return typed


def _item(item: Item, of_case: Statements, ruleset: Ruleset, place: Place, problems: Problems) -> CaseItem:
    own = statements(item.facts, ruleset, place / "facts", problems)
    together = {name: of_case.get(name, ()) + own.get(name, ()) for name in {**of_case, **own}}
    for name, said in together.items():
        where = place / "facts" / name if name in own else Place(place.document) / "facts" / name
        _check_replaced(ruleset.facts[name], said, where, problems)
    _check_grounds(item, ruleset, place, problems)
    line, column, source = (place / "item").place()
    return CaseItem(item.item, item.asked, together, item.reviewer, line, column, source)


def _check_grounds(item: Item, ruleset: Ruleset, place: Place, problems: Problems) -> None:
    if (given := item.reviewer) is None:
        return
    known = {criterion.id for edition in ruleset.editions for criterion in edition.criteria}
    known |= {limit.id for edition in ruleset.editions for limit in edition.limits}
    listed = [(place / "reviewer" / "grounds" / n, one) for n, one in enumerate(given.grounds)]
    administrators = place / "reviewer" / "claims_administrator_grounds"
    listed += [(administrators / n, one) for n, one in enumerate(given.claims_administrator_grounds)]
    for where, ground in listed:
        if (ground.criterion is None) == (ground.other is None):
            problems.add(
                where,
                "MT404",
                "a ground names either a criterion or, in a few words, another reason",
                "write criterion: or other:",
            )
        elif ground.criterion is not None and ground.criterion not in known:
            near = did_you_mean(ground.criterion, tuple(sorted(known)))
            problems.add(
                where / "criterion",
                "MT404",
                f"no guideline has a criterion {ground.criterion}{near}",
                "write other: with the reason in a few words",
            )


def _statements(fact: Fact, plain: Plain, place: Place, problems: Problems) -> list[Statement]:
    if are_statements(plain):
        return [s for n, one in enumerate(plain) if (s := _statement(fact, one, place / n, problems)) is not None]
    statement = _statement(fact, plain, place, problems)
    return [] if statement is None else [statement]


def _check_replaced(fact: Fact, said: tuple[Statement, ...], place: Place, problems: Problems) -> None:
    """Note overrides that replace no other statement of this fact, repeated ids, and replacements in a circle."""
    ids = [statement.id for statement in said if statement.id is not None]
    for id_ in dict.fromkeys(id_ for id_ in ids if ids.count(id_) > 1):
        problems.add(place, "MT402", f"{fact.name}: two statements have the id {id_}", "give each its own")
    for statement in said:
        if (statement.replaces is not None) != (statement.origin is Origin.OVERRIDDEN):
            cure = "write origin: overridden and replaces: the id of the other statement"
            problems.add(place, "MT402", f"{fact.name}: an overriding statement names the one it replaces", cure)
        elif statement.replaces is not None and statement.replaces == statement.id:
            problems.add(
                place, "MT402", f"{fact.name}: the statement {statement.id} replaces itself", "name the earlier one"
            )
        elif statement.replaces is not None and statement.replaces not in ids:
            near = did_you_mean(statement.replaces, tuple(ids))
            problems.add(
                place,
                "MT402",
                f"{fact.name}: no other statement has the id {statement.replaces}{near}",
                "give it that id",
            )
    following = {statement.id: statement.replaces for statement in said if statement.id is not None}
    for circle in dict.fromkeys(c for id_ in following if len(c := _replaced_in_circle(id_, following)) > 1):
        words = " replaces ".join([*circle, circle[0]])
        problems.add(place, "MT402", f"{fact.name}: {words}, in a circle", "let the earliest of them replace none")


def _replaced_in_circle(id_: str, following: Mapping[str, str | None]) -> tuple[str, ...]:
    """Return the ids of the circle of replacements that id_ is in, from the smallest id; empty if in none."""
    reached, then = [id_], following.get(id_)
    while then is not None and then not in reached:
        reached.append(then)
        then = following.get(then)
    if then != id_:
        return ()
    first = reached.index(min(reached))
    return (*reached[first:], *reached[:first])


def _statement(fact: Fact, plain: Plain, place: Place, problems: Problems) -> Statement | None:
    if isinstance(plain, Mapping) and not set(plain) <= _RANGE_KEYS:
        return _statement_with_source(fact, plain, place, problems)
    read = _read_values(fact, plain, place, problems)
    return None if read is None else with_codes(Statement(read[0]), fact, read[1])


def _statement_with_source(
    fact: Fact, plain: Mapping[str, Plain], place: Place, problems: Problems
) -> Statement | None:
    try:
        document = StatementDocument.model_validate(plain)
    except ValidationError as error:
        problems.found.extend(diagnostics_of(place.document, StatementDocument, error, place.path))
        return None
    if ("value" in plain) == (document.not_documented is True):
        problems.add(
            place,
            "MT402",
            f"{fact.name}: a statement gives either a value or not_documented: true",
            "write one of the two",
        )
        return None
    if document.surgery is not None and not fact.of_each_surgery:
        cure = "leave surgery: out; it stands at what is said of a surgery, such as its date"
        problems.add(place / "surgery", "MT402", f"{fact.name} is not said of one of several surgeries", cure)
        return None
    values, kept = None, document.value
    if document.not_documented is None:
        read = _read_values(fact, document.value, place / "value", problems, is_open=document.open)
        if read is None:
            return None
        values, kept = read
    statement = Statement(
        values,
        at=document.at,
        by=document.by,
        origin=Origin(document.origin),
        hedged=document.hedged,
        confidence=document.confidence,
        on=_day(document.dated, place / "dated", problems),
        id=document.id,
        replaces=document.replaces,
        note=document.note or None,
        surgery=None if document.surgery is None else document.surgery.casefold(),
    )
    return with_codes(statement, fact, kept)


def _read_values(
    fact: Fact, plain: Plain, place: Place, problems: Problems, *, is_open: bool = False
) -> tuple[Values, Plain] | None:
    """Return the values, and the authored value without doubtful codes; None (noted) where it does not fit."""
    try:
        meant = _as_meant(fact, plain)
    except Misfit as misfit:
        problems.add(place, "MT402", f"{fact.name}: {misfit}", misfit.cure)
        return None
    kept, is_doubtful = without_doubtful_codes(fact, meant, place, problems)
    values = _values(fact, kept, place, problems, is_open=is_open or is_doubtful)
    return None if values is None else (values, kept)


def _as_meant(fact: Fact, plain: Plain) -> Plain:
    """Return the value as the vocabulary writes it; raises Misfit for a date that can be read in several ways."""
    if isinstance(plain, Mapping):
        return {key: as_meant(fact, value) for key, value in plain.items()}
    return as_meant(fact, plain)


def _values(fact: Fact, plain: Plain, place: Place, problems: Problems, *, is_open: bool = False) -> Values | None:
    if plain is None:
        problems.add(
            place, "MT402", f"{fact.name} has no value", "fill it in, remove the line, or write not_documented: true"
        )
        return None
    if plain == () and is_open:
        return fact.domain
    try:
        values = values_of(fact, plain, is_open=is_open)
    except Misfit as misfit:
        problems.add(place, "MT402", str(misfit), misfit.cure)
        return None
    if asks_for_no_time(fact, values):
        problems.add(place, "MT402", f"{fact.name}: nobody asks for a course of no time", "leave it out if it is open")
        return None
    if fact.kind is Kind.DATE and isinstance(values, Span) and is_of_no_likely_year(values):
        problems.warn(place, "MT409", f"{fact.name} is of a year that no record is from", "write the year in full")
    return values


def _day(plain: Plain, place: Place, problems: Problems) -> Span | None:
    if plain is None:
        return None
    try:
        return date_span(plain)
    except Misfit as misfit:
        problems.add(place, "MT402", str(misfit), misfit.cure)
        return None
