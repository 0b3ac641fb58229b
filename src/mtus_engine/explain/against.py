"""What stands against a request: what fails for certain, and the changed request that would cure it."""

from collections.abc import Mapping

from mtus_engine.explain.situation import Situation
from mtus_engine.explain.ways import ways
from mtus_engine.model.condition import AnyOf, Condition, Not
from mtus_engine.model.determination import Candidate, CriterionResult, LimitResult, Status
from mtus_engine.model.explanation import Objection, Remaining, Settling
from mtus_engine.model.fact import Because, Known
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import Span, Values


def objections(candidate: Candidate, at: Situation) -> tuple[Objection, ...]:
    """Return the objections in the order of the rules; an objection without a cure stands whatever is requested."""
    failed = [c for c in candidate.criteria if c.status is Status.NOT_MET and not c.rule.advisory]
    freed = _with_request_open(at) if failed else at
    of_criteria = [Objection(c.rule.id, False, _cure(_goal(c), freed)) for c in failed]
    of_limits = [Objection(x.rule.id, True, _smaller_request(x, at)) for x in candidate.limits if x.is_failed]
    return (*of_criteria, *of_limits)


def _goal(criterion: CriterionResult) -> Condition:
    rule = criterion.rule
    return rule.met_when if rule.applies_when is None else AnyOf((Not(rule.applies_when), rule.met_when))


def _cure(goal: Condition, freed: Situation) -> tuple[Settling, ...]:
    """Return what of the request to change, and to what, in the way that changes least; empty where nothing cures."""
    cures = [
        [s for name, s in way.items() if freed.facts[name].part_of_request] for way in ways(goal, Truth.TRUE, freed)
    ]
    changing = [cure for cure in cures if cure]
    if not changing:
        return ()
    smallest: list[Settling] = min(changing, key=len)
    return tuple(smallest)


def _smaller_request(limit: LimitResult, at: Situation) -> tuple[Settling, ...]:
    """Return the largest number that the limit leaves, where it leaves some or may."""
    most = limit.left.high
    if most is None or most < 1:
        return ()
    least = None if limit.left.point is not None else limit.left.low or 0
    name = at.facts[limit.rule.of].name
    return (Settling(name, Span(None, most), (Remaining(most, least, limit.rule.unit),)),)


def _with_request_open(at: Situation) -> Situation:
    """Return the situation with every part of the request free to be changed, and what is computed from it."""
    opened = {name: fact.domain for name, fact in at.facts.items() if fact.part_of_request and name in at.known}
    known: dict[str, Known] = dict(at.known)
    known.update({name: Known(values, Because.NOT_DOCUMENTED) for name, values in opened.items()})
    for name in at.formulas:
        if set(at.base_facts(name)) & opened.keys():
            known[name] = at.known[name]._replace(values=at.derive(name, opened))
    derive = at.derive

    def derived(name: str, settled: Mapping[str, Values]) -> Values:
        return derive(name, {**opened, **settled})

    return at._replace(known=known, derive=derived)
