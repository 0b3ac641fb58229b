"""The three answers together, for one evaluation."""

from mtus_engine.explain.against import objections
from mtus_engine.explain.missing import SHOWN, missing_sets, questions
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
    """Return the three answers for an evaluation in which documents that were not found are left open.

    There is one situation for each candidate, or a single one where there is no candidate. rests_on are the facts on
    which the finding rests.
    """
    missing, more = _all_missing_sets(evaluation, roles, situations)
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


def _all_missing_sets(
    evaluation: Evaluation, roles: Roles, situations: tuple[Situation, ...]
) -> tuple[tuple[MissingSet, ...], bool]:
    """Return the missing sets of all editions that may govern, and whether there are more; none if nothing is open."""
    if evaluation.finding not in OPEN:
        return (), False
    sets: list[MissingSet] = []
    more = False
    for candidate, at in zip(evaluation.candidates, situations, strict=False):
        also = _conditions_to_govern(candidate, evaluation, roles)
        found, further = missing_sets(candidate, at, also)
        sets.extend(one for one in found if one not in sets)
        more = more or further
    return tuple(sets[:SHOWN]), more or len(sets) > SHOWN


def _conditions_to_govern(candidate: Candidate, evaluation: Evaluation, roles: Roles) -> list[tuple[Condition, Truth]]:
    """Return the conditions by which this edition governs, each with the truth that it must have."""
    edition = candidate.edition
    wanted: list[tuple[Condition, Truth]] = [(_covers_condition(edition, roles), Truth.TRUE)]
    if not edition.in_force.includes(evaluation.edition_date):
        wanted.append((_in_force_condition(edition, roles), Truth.TRUE))
    if edition.governs is not None:
        wanted.append((edition.governs, Truth.TRUE))
    for other in evaluation.candidates:
        if other.edition.goes_before(edition) and other.edition.governs is not None:
            wanted.append((other.edition.governs, Truth.FALSE))
    return wanted


def _covers_condition(edition: Edition, roles: Roles) -> Condition:
    return Leaf(roles.treatment, OneOf(edition.covers))


def _in_force_condition(edition: Edition, roles: Roles) -> Condition:
    """Return the condition that the edition is chosen by date: of the request, of the service where retrospective."""
    within = Within(edition.in_force, Measure.VALUE)
    by_request = AllOf((Leaf(roles.retrospective, _one_of(False)), Leaf(roles.request_date, within)))
    by_service = AllOf((Leaf(roles.retrospective, _one_of(True)), Leaf(roles.service_date, within)))
    return AnyOf((by_request, by_service))


def _one_of(member: bool) -> OneOf:
    return OneOf(frozenset({member}))
