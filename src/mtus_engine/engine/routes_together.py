"""Items of one case that together come to another route of authorization than each by itself."""

from collections.abc import Iterable, Iterator, Mapping

from mtus_engine.compiler.definitions import inputs_of
from mtus_engine.meaning.conditions import truth_of
from mtus_engine.meaning.values import VALUES
from mtus_engine.model.checked import RoutesTogether
from mtus_engine.model.determination import Candidate, Determination
from mtus_engine.model.fact import Because, Known
from mtus_engine.model.formula import Formula
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import Span
from mtus_engine.model.vocabulary import Roles


def routes_together(determinations: Iterable[Determination], roles: Roles) -> tuple[RoutesTogether, ...]:
    """Return, for each tier that several items go by, the step that they come to when all of them are counted.

    Only where every count is known, and where the step is another one than that of each item by itself.
    """
    shared: dict[tuple[str, str], list[tuple[str, Candidate]]] = {}
    for determination in determinations:
        governing = determination.evaluation.governing
        for tier in governing.edition.tiers if governing is not None else ():
            assert governing is not None
            shared.setdefault((governing.edition.key, tier.id), []).append((determination.item, governing))
    return tuple(
        one for (_, id_), items in shared.items() if len(items) > 1 for one in _routes_of_tier(id_, items, roles)
    )


def _routes_of_tier(id_: str, items: list[tuple[str, Candidate]], roles: Roles) -> Iterator[RoutesTogether]:
    first = items[0][1]
    tier = next(one for one in first.edition.tiers if one.id == id_)
    formulas = {entry.fact.name: entry.formula for entry in first.edition.derived}
    counted = {name: _total_count(name, items, formulas, roles) for name in tier.counts}
    if any(total is None for total in counted.values()):
        return
    known = {
        **first.known,
        **{name: Known(Span(total, total), Because.STATED) for name, total in counted.items() if total is not None},
    }
    steps = [step for step in tier.steps if truth_of(step.when, known, VALUES) is Truth.TRUE]
    alone = {step.id for _, of in items for one in of.tiers if one.rule.id == id_ for step, _ in one.steps}
    if len(steps) == 1 and alone != {steps[0].id}:
        most = max(total for total in counted.values() if total is not None)
        yield RoutesTogether(tuple(item for item, _ in items), tier, steps[0], most)


def _total_count(
    name: str, items: list[tuple[str, Candidate]], formulas: Mapping[str, Formula], roles: Roles
) -> int | None:
    """Return a count with the units of all items, None where one of them is not known."""
    first = _number(items[0][1].known[name])
    if first is None or not _counts_the_request(name, formulas, roles):
        return first
    others = [_number(of.known[roles.units_requested]) for _, of in items[1:]]
    return None if None in others else first + sum(one for one in others if one is not None)


def _counts_the_request(name: str, formulas: Mapping[str, Formula], roles: Roles) -> bool:
    formula = formulas.get(name)
    inputs = () if formula is None else inputs_of(formula)
    return name == roles.units_requested or any(_counts_the_request(one, formulas, roles) for one in inputs)


def _number(known: Known) -> int | None:
    return VALUES.number(known).point
