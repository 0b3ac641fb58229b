"""What is missing: the smallest sets of open facts that would make the item meet, and the questions to ask."""

from collections.abc import Iterator, Mapping, Sequence

from mtus_engine.explain.joined import MOST_WAYS, WayToMeet, joined_ways
from mtus_engine.explain.situation import Situation, goals, limit_goal
from mtus_engine.explain.ways import ways
from mtus_engine.meaning.conditions import truth_of
from mtus_engine.meaning.values import VALUES
from mtus_engine.model.condition import Condition, Leaf, parts_of
from mtus_engine.model.determination import Candidate, Finding, LimitStatus, Status
from mtus_engine.model.explanation import MissingSet, Question
from mtus_engine.model.fact import Known
from mtus_engine.model.formula import ByCondition
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import is_settled

SHOWN = 5


def missing_sets(
    candidate: Candidate, at: Situation, also: Sequence[tuple[Condition, Truth]] = ()
) -> tuple[tuple[MissingSet, ...], bool]:
    """Return the first smallest sets, in the order of the vocabulary, and whether there are more.

    also holds the conditions by which this edition governs, each with the truth that it must have. The rules engine
    confirms that every set, once settled, makes the item meet; none of its facts can be left out.
    """
    wanted = [(goal, Truth.TRUE) for goal in goals(candidate)] + list(also)
    found = joined_ways([ways(condition, truth, at) for condition, truth in wanted])
    confirmed: list[frozenset[str]] = []
    sets: list[MissingSet] = []
    for way in sorted(found, key=lambda way: sorted(at.order(name) for name in way)):
        smallest = _confirmed_way(way, at)
        if not smallest or frozenset(smallest) in confirmed:
            continue
        confirmed.append(frozenset(smallest))
        if len(sets) == SHOWN:
            return tuple(sets), True
        at.confirm_settled({name: settling.values for name, settling in smallest.items()})
        sets.append(MissingSet(tuple(smallest[name] for name in sorted(smallest, key=at.order))))
    return tuple(sets), len(found) >= MOST_WAYS


def questions(candidates: Sequence[Candidate], unsettled: Sequence[str], at: Situation) -> tuple[Question, ...]:
    """Return the questions for every undetermined criterion and limit, in the order of the vocabulary.

    unsettled names the facts that would settle which edition governs.
    """
    waits: dict[str, list[str]] = {}
    for base, id_ in _waiting_facts(candidates, unsettled, at):
        waits.setdefault(base, []).append(id_)
    advisory = {c.rule.id for candidate in candidates for c in candidate.criteria if c.rule.advisory}
    asked = [(name, at.facts[name].question, ids) for name, ids in waits.items()]
    return tuple(
        Question(name, question, tuple(dict.fromkeys(ids)), at.known[name].looked_for, advisory.issuperset(ids))
        for name, question, ids in sorted(asked, key=lambda entry: at.order(entry[0]))
        if question is not None
    )


def _waiting_facts(
    candidates: Sequence[Candidate], unsettled: Sequence[str], at: Situation
) -> Iterator[tuple[str, str]]:
    """Yield each open base fact with the id of a criterion or limit that waits for it, or "which guideline governs"."""
    yield from ((base, "which guideline governs") for name in unsettled for base in _settling_facts(name, at))
    for candidate in candidates:
        for limit in candidate.limits:
            # Exceeded for certain, but by how much is open: the answer decides how many units are left.
            if limit.is_failed and limit.left.point is None:
                yield from ((base, limit.rule.id) for base in _open_base(limit.rule.left, at))
        for id_, condition in _undetermined_conditions(candidate):
            yield from ((base, id_) for base in _deciding_facts(condition, candidate.known, at))


def _settling_facts(name: str, at: Situation) -> Iterator[str]:
    """Yield the open base facts on which a fact still depends; of one with a condition, its open parts."""
    formula = at.formulas.get(name)
    if isinstance(formula, ByCondition) and not is_settled(at.known[name].values):
        yield from dict.fromkeys(_deciding_facts(formula.condition, at.known, at))
    else:
        yield from _open_base(name, at)


def _deciding_facts(condition: Condition, known: Mapping[str, Known], at: Situation) -> Iterator[str]:
    """Yield the open base facts on which an open condition still depends; parts that are settled give none."""
    if truth_of(condition, known, VALUES) is not Truth.UNDETERMINED:
        return
    if not isinstance(condition, Leaf):
        for part in parts_of(condition):
            yield from _deciding_facts(part, known, at)
        return
    formula = at.formulas.get(condition.fact)
    below = list(_deciding_facts(formula.condition, known, at)) if isinstance(formula, ByCondition) else []
    yield from below or at.open_facts(condition.fact)


def _confirmed_way(way: WayToMeet, at: Situation) -> WayToMeet:
    """Return the way without what it does not need, or an empty one where it does not make the item meet."""
    kept = {name: settling.values for name, settling in way.items()}
    if not kept or at.if_settled(kept) is not Finding.MEETS:
        return {}
    for name in sorted(way, key=at.order, reverse=True):
        rest = kept.copy()
        del rest[name]
        if rest and at.if_settled(rest) is Finding.MEETS:
            kept = rest
    return {name: way[name] for name in kept}


def _undetermined_conditions(candidate: Candidate) -> list[tuple[str, Condition]]:
    found: list[tuple[str, Condition]] = []
    for criterion in candidate.criteria:
        if criterion.status is Status.UNDETERMINED:
            found.append((criterion.rule.id, criterion.rule.met_when))
            if criterion.rule.applies_when is not None:
                found.append((criterion.rule.id, criterion.rule.applies_when))
    for limit in candidate.limits:
        if limit.status is LimitStatus.UNDETERMINED:
            found.append((limit.rule.id, limit_goal(limit.rule)))
    return found


def _open_base(name: str, at: Situation) -> tuple[str, ...]:
    """Return the base facts behind a fact that are still open; a fact already settled asks nothing."""
    return () if is_settled(at.known[name].values) else at.open_facts(name)
