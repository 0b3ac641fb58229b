"""From the statements about a fact to what is known of it."""

from collections.abc import Mapping, Sequence

from mtus_engine.model.fact import Because, Fact, Known, Statement, standing_statements
from mtus_engine.model.values import Choice, Values, hull, is_settled, is_within

Statements = Mapping[str, tuple[Statement, ...]]


_NO = Choice(frozenset({False}))


def defaults(facts: Mapping[str, Fact], *, presume: bool) -> dict[str, Known]:
    """Return what is known of each base fact while no source mentions it."""
    return {name: _unmentioned_fact(fact, presume=presume) for name, fact in facts.items() if not fact.is_defined}


def known_from_statements(statements: Statements, facts: Mapping[str, Fact]) -> dict[str, Known]:
    """Return what the statements make of each fact that they are about."""
    return {name: known_from(facts[name], said) for name, said in statements.items()}


def known_facts(
    statements: Mapping[str, Known], unmentioned: Mapping[str, Known], linked: Sequence[Fact]
) -> dict[str, Known]:
    """Return what is known of every base fact, and of the defined facts that sources state.

    statements holds what they make of each fact that they are about, unmentioned what is known of a fact that none is
    about; linked are the facts that depend on whether others are stated, as linked_facts gives them.
    """
    known = {**unmentioned, **statements}
    for fact in linked:
        name = fact.name
        barred = any(barring in statements for barring in fact.presume_barred_by)
        barred = barred or any(_is_perhaps_true(other, statements, known) for other in fact.presume_barred_if)
        if name not in statements and barred:
            known[name] = Known(fact.domain, Because.NOT_DOCUMENTED)
        if fact.falls_back_to is not None and not known[name].is_narrowed:
            other = known.get(fact.falls_back_to)
            if other is not None and other.is_narrowed:
                own = known[name]
                known[name] = other._replace(
                    statements=own.statements, looked_for=own.looked_for, stands_in=fact.falls_back_to
                )
    return known


def linked_facts(facts: Mapping[str, Fact]) -> tuple[Fact, ...]:
    """Return the facts for which another stands in, or whose presumption others bar."""
    barred = [fact for fact in facts.values() if fact.presume_barred_by or fact.presume_barred_if]
    return (*barred, *(fact for fact in facts.values() if fact.falls_back_to is not None and fact not in barred))


def _is_perhaps_true(name: str, statements: Mapping[str, Known], known: Mapping[str, Known]) -> bool:
    values = known[name].values if name in statements else None
    return isinstance(values, Choice) and True in values.possible


def known_from(fact: Fact, said: tuple[Statement, ...]) -> Known:
    """Return what statements make of a fact: it may have any value that one of them gives.

    An override replaces the statement that it names, and of a cumulative fact the latest date wins. Where the fact is
    that something is documented, "looked for and not found" alone is the answer no.
    """
    valued = counted_statements(fact, said)
    if not valued and said and fact.is_documentation:
        return Known(_NO, Because.STATED, looked_for=True, is_narrowed=True, statements=said)
    if not valued:
        return Known(fact.domain, Because.NOT_DOCUMENTED, looked_for=bool(said), statements=said)
    spoken: list[Values] = [statement.values for statement in valued if statement.values is not None]
    values = spoken[0]
    for other in spoken[1:]:
        values = hull(values, other)
    return Known(
        values, _because_of_statements(fact, spoken, values), False, is_narrower(values, fact.domain), False, said
    )


def counted_statements(fact: Fact, said: tuple[Statement, ...]) -> list[Statement]:
    """Return the statements that give a value and count: none replaced, and of a count that grows the latest alone."""
    valued = [one for one in (said if len(said) == 1 else standing_statements(said)) if one.values is not None]
    if fact.cumulative and len(valued) > 1:
        valued = [statement for statement in valued if not any(_is_later(other, statement) for other in valued)]
    return valued


def without_searches(known: Mapping[str, Known], facts: Mapping[str, Fact]) -> dict[str, Known]:
    """Return the facts whose answer is no because a document was looked for and not found, with that left open.

    A document may still be sent: what fails for want of it can be cured.
    """
    return {
        name: of_fact._replace(values=facts[name].domain, because=Because.NOT_DOCUMENTED, is_narrowed=False)
        for name, of_fact in known.items()
        if of_fact.looked_for and of_fact.is_narrowed and facts[name].is_documentation
    }


def _is_later(one: Statement, other: Statement) -> bool:
    """Return whether one count is certainly of a later date than another; a month may mean any of its days."""
    if one.on is None or other.on is None or one.on.low is None or other.on.high is None:
        return False
    return one.on.low > other.on.high


def is_narrower(values: Values, domain: Values) -> bool:
    """Return whether the values leave out some of the domain."""
    return values != domain and not is_within(domain, values)


def _because_of_statements(fact: Fact, spoken: list[Values], values: Values) -> Because:
    if is_settled(values):
        return Because.STATED
    if len(set(spoken)) > 1:
        return Because.CONFLICTING
    return Because.IMPRECISE if is_narrower(values, fact.domain) else Because.NOT_DOCUMENTED


def _unmentioned_fact(fact: Fact, *, presume: bool) -> Known:
    if presume and fact.presume is not None:
        return Known(fact.presume, Because.PRESUMED, is_narrowed=True, is_presumed=True)
    return Known(fact.domain, Because.NOT_DOCUMENTED)
