"""Of several surgeries in a record the one whose aftercare may be requested: the latest on the part to be treated."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mtus_engine.engine.inferred import inferred_facts
from mtus_engine.engine.statements import defaults, known_facts, known_from_statements, linked_facts
from mtus_engine.engine.what_if import Fold
from mtus_engine.meaning.conditions import truth_of_test
from mtus_engine.meaning.values import VALUES
from mtus_engine.model.case import CaseItem, SurgeryAside, WhyAside
from mtus_engine.model.condition import OneOf
from mtus_engine.model.fact import Statement, standing_statements
from mtus_engine.model.formula import Derived
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import Span

Statements = dict[str, tuple[Statement, ...]]

_YES = OneOf(frozenset({True}))


class _Surgery(NamedTuple):
    """A surgery by its name: when it was, whether it was on the treated part, and whether it precedes the service.

    is_said tells that the record says that the treatment is its aftercare.
    """

    name: str
    day: Span
    on_part: Truth
    is_before_service: bool
    is_said: bool


def with_surgery_meant(item: CaseItem, ruleset: Ruleset, *, presume: bool) -> CaseItem:
    """Return the item with what is said of the surgery that may be meant; what is said of others stands aside.

    A surgery on another part than the treatment is not meant, nor, where the record says of which the treatment is the
    aftercare, any other, nor one before another that is certainly on the part.
    Where the record leaves several, what is said of each counts, and the facts conflict. Of surgeries none of which is
    on the part the latest stays, so that the record still tells of one.
    """
    on_part = ruleset.roles.surgery_on_treated_part
    if on_part is None or not any(one.surgery for said in item.statements.values() for one in said):
        return item
    item = item._replace(statements={name: _with_names(said) for name, said in item.statements.items()})
    names = dict.fromkeys(
        one.surgery for said in item.statements.values() for one in standing_statements(said) if one.surgery is not None
    )
    if len(names) < 2:
        return item
    derived = _definitions_with(on_part, ruleset)
    surgeries = [_surgery(name, item, ruleset, (on_part, derived), presume=presume) for name in names]
    aside = _aside(surgeries)
    kept = {
        name: left
        for name, said in item.statements.items()
        if (left := tuple(one for one in said if one.surgery is None or one.surgery not in aside))
    }
    beside = tuple(SurgeryAside(name, _standing(_said_of(item, name)), why) for name, why in aside.items())
    return item._replace(statements=kept, surgeries_aside=beside)


def _with_names(said: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Return statements of one fact, a correction with the surgery of what it replaces, whatever it says itself."""
    of_replaced = {one.id: one.surgery for one in said if one.id is not None and one.surgery is not None}
    return tuple(
        one._replace(surgery=of_replaced[one.replaces]) if one.replaces in of_replaced else one for one in said
    )


def _definitions_with(name: str, ruleset: Ruleset) -> tuple[Derived, ...]:
    """Return definitions among which is that of a fact; none where it is stated alone."""
    listed = (ruleset.beside, *(edition.derived for edition in ruleset.editions))
    return next((derived for derived in listed if any(one.fact.name == name for one in derived)), ())


def _surgery(
    name: str, item: CaseItem, ruleset: Ruleset, on_part: tuple[str, tuple[Derived, ...]], *, presume: bool
) -> _Surgery:
    roles, facts = ruleset.roles, ruleset.facts
    stated = known_from_statements(_said_of(item, None, name), facts)
    known = known_facts(stated, defaults(facts, presume=presume), linked_facts(facts))
    known = inferred_facts(known, ruleset)
    defined, derived = on_part
    fold = Fold({}, derived, [defined])
    fold.follow(known)
    day = Span(None, None) if roles.surgery_date is None else VALUES.number(known[roles.surgery_date])
    served = VALUES.number(known[roles.service_date])
    is_before = day.high is not None and served.low is not None and day.high <= served.low
    if roles.surgery_performed is not None:
        is_before &= truth_of_test(_YES, known[roles.surgery_performed], VALUES) is not Truth.FALSE
    aftercare = roles.surgery_aftercare
    is_said = aftercare is not None and truth_of_test(_YES, known[aftercare], VALUES) is Truth.TRUE
    return _Surgery(name, day, truth_of_test(_YES, fold.known[defined], VALUES), is_before, is_said)


def _said_of(item: CaseItem, *names: str | None) -> Statements:
    """Return the statements about surgeries of these names; None stands for what is about no surgery of a name."""
    said = {fact: tuple(one for one in of if one.surgery in names) for fact, of in item.statements.items()}
    return {fact: of for fact, of in said.items() if of}


def _aside(surgeries: Sequence[_Surgery]) -> Mapping[str, WhyAside]:
    """Return the surgeries that are not meant, by name, and why."""
    aside = {one.name: WhyAside.OTHER_PART for one in surgeries if one.on_part is Truth.FALSE}
    if len(aside) == len(surgeries):
        del aside[_latest(surgeries).name]
        return aside
    said = [one for one in surgeries if one.is_said and one.name not in aside]
    if said:
        return {one.name: WhyAside.AFTERCARE_OF_OTHER for one in surgeries if one not in said} | aside
    on_part = [one for one in surgeries if one.on_part is Truth.TRUE and one.is_before_service]
    for one in surgeries:
        if one.name not in aside and any(_is_earlier(one, other) for other in on_part):
            aside[one.name] = WhyAside.EARLIER
    return aside


def _latest(surgeries: Sequence[_Surgery]) -> _Surgery:
    """Return the last of the surgeries that are not certainly earlier than another."""
    return [one for one in surgeries if not any(_is_earlier(one, other) for other in surgeries)][-1]


def _standing(statements: Statements) -> Statements:
    """Return the statements that no other replaces."""
    return {fact: standing_statements(said) for fact, said in statements.items()}


def _is_earlier(one: _Surgery, other: _Surgery) -> bool:
    return one.day.high is not None and other.day.low is not None and one.day.high < other.day.low
