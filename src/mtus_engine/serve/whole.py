"""Whether what a nurse certifies is the whole of what the papers ask for: less is a physician's to decide."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from mtus_engine.compiler.literals import values_of
from mtus_engine.compiler.problems import Misfit
from mtus_engine.loader.plain_json import plain_of_json
from mtus_engine.model.fact import Fact, Kind
from mtus_engine.model.told import Told
from mtus_engine.model.values import Span, Stretch, Values
from mtus_engine.serve.office import Office
from mtus_engine.store.cases import Stated, StoredCase, items_ever, statements_ever
from mtus_engine.store.clock import amendments_of
from mtus_engine.store.decisions import StepRefused
from mtus_engine.store.parts import body_of
from mtus_engine.store.scope import scope_of
from mtus_engine.wording.values import values_words

# Origins of what was read in the papers, whether a person has looked at it or not.
_READ = frozenset({"extracted", "inferred", "confirmed"})
# The kinds of facts that say how much is asked for.
_QUANTITIES = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.PERIOD})


class _Lowered(NamedTuple):
    """A quantity of a request that stands below what its papers were read to ask for, each in words."""

    item: str
    label: str
    asked: str
    stands: str


def says_how_much(fact: Fact) -> bool:
    """Return whether a fact says how much a request asks for."""
    return fact.part_of_request and fact.kind in _QUANTITIES


def refuse_lowered(office: Office, connection: Connection, stored: StoredCase) -> None:
    """Raise StepRefused where less stands to be certified than the papers were read to ask for.

    Less may stand where the requesting physician amended the request, or where the lower number cites a place in the
    papers: then what was read first was a mistake.
    """
    of_item = "of item {item} ({label}) the papers were read as {asked}, and {stands} would be certified"
    lowered = [
        Told(of_item, item=one.item, label=one.label, asked=str(one.asked), stands=str(one.stands))
        for one in _lowered_quantities(office, connection, stored)
    ]
    if taken_out := list(_requests_taken_out(office, connection, stored)):
        says = (
            "only the whole of what was asked for is certified, and the papers were read to ask for what was taken "
            "out: {items}. Bring it back, or refer it to a physician"
        )
        raise StepRefused(says, items="; ".join(taken_out))
    if lowered:
        says = (
            "only the whole of what was asked for is certified: {lowered}. Note the amended request, mark the words in "
            "the papers that say it, or refer it to a physician"
        )
        raise StepRefused(says, lowered=lowered)


def amended_statement(statements: Sequence[Stated], amended: Sequence[str]) -> Stated | None:
    """Return the statement whose note quotes one of the amendments (of amendments_of), None where there is none."""
    notes = ((one, str(body_of(one.said.body).get("note", ""))) for one in statements)
    return next((one for one, note in notes if any(told in note for told in amended)), None)


def _lowered_quantities(office: Office, connection: Connection, stored: StoredCase) -> Iterator[_Lowered]:
    facts = office.facts_under(stored.header.get("jurisdiction")).values()
    quantities = [fact for fact in facts if says_how_much(fact)]
    amended = amendments_of(connection, stored.row.id)
    ever = statements_ever(connection, stored.row.id, [one.name for one in quantities])
    for item in stored.items:
        for fact in quantities:
            standing = scope_of(stored.statements, item, fact.name).shown
            has_place = any(body_of(one.said.body).get("at") for one in standing)
            if has_place or amended_statement(standing, amended) is not None:
                continue
            read = [one for one in scope_of(ever, item, fact.name).standing if _is_read(one)]
            asked, stands = largest_quantity(fact, read, or_least=True), largest_quantity(fact, standing)
            if asked is not None and stands is not None and stands[0] < asked[0]:
                yield _Lowered(item, fact.label, values_words(fact, asked[1]), values_words(fact, stands[1]))


def _requests_taken_out(office: Office, connection: Connection, stored: StoredCase) -> Iterator[str]:
    """Yield the items read in the papers and taken out since that asked for what no item that stands has in full.

    An item without a treatment that is known, such as a heading that was read as one, is none of these.
    """
    gone = {
        number: item for number, item in items_ever(connection, stored.row.id).items() if number not in stored.items
    }
    if not gone:
        return
    facts, roles = office.facts_under(stored.header.get("jurisdiction")), office.checker.ruleset.roles
    quantities = [fact for fact in facts.values() if says_how_much(fact)]
    ever = statements_ever(connection, stored.row.id, [roles.treatment, *(one.name for one in quantities)])
    for number, item in gone.items():
        treatment = _treatment_of(scope_of(ever, number, roles.treatment).standing, read_alone=True)
        if treatment in {None, roles.other_treatment}:
            continue
        same = [
            one
            for one in stored.items
            if _treatment_of(scope_of(stored.statements, one, roles.treatment).shown) == treatment
        ]
        for fact in quantities:
            read = [one for one in scope_of(ever, number, fact.name).standing if _is_read(one)]
            asked = largest_quantity(fact, read, or_least=True)
            stand = [largest_quantity(fact, scope_of(stored.statements, one, fact.name).shown) for one in same]
            most = max((one[0] for one in stand if one is not None), default=0)
            if not same or (asked is not None and most < asked[0]):
                yield str(item.get("asked") or number)
                break


def _treatment_of(statements: Sequence[Stated], *, read_alone: bool = False) -> str | None:
    """Return the treatment that the last of some statements names; with read_alone of those read in the papers."""
    named = [one for one in statements if _is_read(one) or not read_alone]
    return str(body_of(named[-1].said.body).get("value")) if named else None


def _is_read(one: Stated) -> bool:
    return body_of(one.said.body).get("origin") in _READ


def largest_quantity(fact: Fact, statements: Sequence[Stated], *, or_least: bool = False) -> tuple[int, Values] | None:
    """Return the most that statements say of a quantity, as a number to compare and as values; None for no bound.

    With or_least "at least 12" counts as 12.
    """
    found = []
    for one in statements:
        try:
            values = values_of(fact, plain_of_json(body_of(one.said.body).get("value")))
        except Misfit:
            continue
        span = values.days if isinstance(values, Stretch) else values
        most = (span.high if span.high is not None or not or_least else span.low) if isinstance(span, Span) else None
        if most is not None:
            found.append((most, values))
    return max(found, key=lambda one: one[0], default=None)
