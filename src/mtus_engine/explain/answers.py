"""The three answers together, for one evaluation."""

from mtus_engine.explain.against import objections
from mtus_engine.explain.missing import missing_sets, questions
from mtus_engine.explain.situation import Situation
from mtus_engine.model.condition import AllOf, AnyOf, Condition, Leaf, Measure, OneOf, Within
from mtus_engine.model.determination import OPEN, Candidate, Evaluation
from mtus_engine.model.explanation import Explanation, MissingSet
from mtus_engine.model.ruleset import Edition
from mtus_engine.model.truth import Truth
from mtus_engine.model.vocabulary import Roles


def explanation(
    evaluation: Evaluation, roles: Roles, situations: tuple[Situation, ...], rests_on: tuple[str, ...]
) -> Explanation:
    """Return what is missing and what stands against, of an evaluation in which documents not found are left open.

    There is one situation for each candidate, and one in their place where there are none. rests_on is what the
    finding itself rests on.
    """
    missing, more = _missing(evaluation, roles, situations)
    against = tuple(
        objection
        for candidate, at in zip(evaluation.candidates, situations, strict=False)
        for objection in objections(candidate, at)
    )
    return Explanation(
        missing=missing,
        more_missing=more,
        questions=questions(evaluation.candidates, evaluation.unsettled, situations[0]),
        against=tuple(dict.fromkeys(against)),
        rests_on=rests_on,
    )


def _missing(
    evaluation: Evaluation, roles: Roles, situations: tuple[Situation, ...]
) -> tuple[tuple[MissingSet, ...], bool]:
    """Return the sets of every edition that may govern; where one is settled already, of that one alone."""
    if evaluation.finding not in OPEN:
        return (), False
    sets: list[MissingSet] = []
    more = False
    for candidate, at in zip(evaluation.candidates, situations, strict=False):
        also = _to_govern(candidate, evaluation, roles)
        found, further = missing_sets(candidate, at, also)
        sets.extend(one for one in found if one not in sets)
        more = more or further
    return tuple(sets[:5]), more or len(sets) > 5


def _to_govern(candidate: Candidate, evaluation: Evaluation, roles: Roles) -> list[tuple[Condition, Truth]]:
    """Return what must come out for this edition to govern, where that is open."""
    edition = candidate.edition
    wanted: list[tuple[Condition, Truth]] = [(_covering(edition, roles), Truth.TRUE)]
    if not edition.in_force.includes(evaluation.edition_date):
        wanted.append((_in_force(edition, roles), Truth.TRUE))
    if edition.governs is not None:
        wanted.append((edition.governs, Truth.TRUE))
    for other in evaluation.candidates:
        if other.edition.goes_before(edition) and other.edition.governs is not None:
            wanted.append((other.edition.governs, Truth.FALSE))
    return wanted


def _covering(edition: Edition, roles: Roles) -> Condition:
    return Leaf(roles.treatment, OneOf(edition.covers))


def _in_force(edition: Edition, roles: Roles) -> Condition:
    """Return the condition that the edition is chosen by date: of the request, of the service where retrospective."""
    within = Within(edition.in_force, Measure.VALUE)
    by_request = AllOf((Leaf(roles.retrospective, _one_of(False)), Leaf(roles.request_date, within)))
    by_service = AllOf((Leaf(roles.retrospective, _one_of(True)), Leaf(roles.service_date, within)))
    return AnyOf((by_request, by_service))


def _one_of(member: bool) -> OneOf:
    return OneOf(frozenset({member}))
