"""Which rules of an edition are for other treatments than the one asked for."""

from mtus_engine.meaning.conditions import truth_of
from mtus_engine.meaning.values import VALUES
from mtus_engine.model.determination import Candidate
from mtus_engine.model.fact import Because, Known
from mtus_engine.model.truth import Truth


def rules_for_other_treatments(candidate: Candidate, treatment: str) -> frozenset[str]:
    """Return the ids of the criteria and limits that cannot apply to the treatment, whatever the other facts are.

    treatment is the name of the fact that tells the treatment.
    """
    of_treatment = {name: Known(fact.domain, Because.NOT_DOCUMENTED) for name, fact in candidate.edition.facts.items()}
    of_treatment[treatment] = candidate.known[treatment]
    rules = [(one.rule.id, one.rule.base) for one in candidate.criteria]
    rules += [(one.rule.id, one.rule.base) for one in candidate.limits]
    return frozenset(
        id_ for id_, base in rules if base is not None and truth_of(base, of_treatment, VALUES) is Truth.FALSE
    )
