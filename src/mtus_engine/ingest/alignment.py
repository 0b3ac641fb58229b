"""Facts of a rationale as grounds: the criteria that such a fact alone would settle, or leave undocumented."""

from collections.abc import Iterator, Mapping, Sequence

from mtus_engine.compiler.definitions import inputs_of
from mtus_engine.compiler.literals import values_of
from mtus_engine.compiler.problems import Misfit
from mtus_engine.ingest.found import Found
from mtus_engine.ingest.grounds import FoundGround
from mtus_engine.meaning.conditions import truth_of
from mtus_engine.meaning.values import VALUES
from mtus_engine.model.condition import Condition, fact_names
from mtus_engine.model.fact import Because, Fact, Known
from mtus_engine.model.ruleset import CriterionRule, Edition, LimitRule
from mtus_engine.model.truth import Truth

Facts = Mapping[str, Known]

_FINDINGS = {Truth.TRUE: "met", Truth.FALSE: "not_met"}


def aligned_grounds(
    found: Sequence[Found], editions: Sequence[Edition], item: int, asked: Facts
) -> Iterator[FoundGround]:
    """Yield the grounds that the facts of an item's rationale give under these editions.

    asked is the treatment that the item asks for, as a known fact.
    """
    seen: set[tuple[str, str, str]] = set()
    for one in found:
        if one.item != item or one.section != "rationale":
            continue
        for edition in editions:
            for criterion, finding in _criteria(one, edition, asked):
                if (criterion, finding, one.at) not in seen:
                    seen.add((criterion, finding, one.at))
                    yield FoundGround(criterion, finding, one.at, item)


def _criteria(one: Found, edition: Edition, asked: Facts) -> Iterator[tuple[str, str]]:
    for criterion in edition.criteria:
        is_asked = _may_hold(criterion.applies_when, edition, asked)
        if (
            is_asked
            and one.fact.name in fact_names(criterion.met_when)
            and (finding := _finding(one, criterion, edition))
        ):
            yield criterion.id, finding
    for limit in edition.limits:
        # An unknown number of visits speaks of the limits that the text states, not of those that reviewers add.
        if (
            one.value is None
            and limit.mark.reading == "text"
            and _may_hold(limit.base, edition, asked)
            and one.fact.name in _counted_facts(limit, edition)
        ):
            yield limit.id, "not_documented"


def _finding(one: Found, criterion: CriterionRule, edition: Edition) -> str | None:
    """Return what the fact alone makes of a criterion; None where it settles nothing."""
    known = {name: _unknown_facts(edition.facts[name]) for name in fact_names(criterion.met_when)}
    if one.value is None:
        return "not_documented"
    try:
        values = values_of(one.fact, one.value)
    except Misfit:
        return None
    known[one.fact.name] = Known(values, Because.STATED, is_narrowed=True)
    return _FINDINGS.get(truth_of(criterion.met_when, known, VALUES))


def _may_hold(condition: Condition | None, edition: Edition, asked: Facts) -> bool:
    """Return whether a condition may hold for the treatment asked for, whatever the other facts."""
    if condition is None:
        return True
    known = {name: asked.get(name) or _unknown_facts(edition.facts[name]) for name in fact_names(condition)}
    return truth_of(condition, known, VALUES) is not Truth.FALSE


def _counted_facts(limit: LimitRule, edition: Edition) -> set[str]:
    """Return the facts whose numbers a limit counts, directly or by one definition."""
    direct = [inputs_of(entry.formula) for entry in edition.derived if entry.fact.name in limit.counting]
    return {*limit.counting, *(name for several in direct for name in several)}


def _unknown_facts(fact: Fact) -> Known:
    return Known(fact.domain, Because.NOT_DOCUMENTED)
