"""One determined item as a row of an audit."""

from datetime import date
from typing import NamedTuple

from mtus_engine.audit.kinds import kind_of
from mtus_engine.explain.grounds import GroundComparison, ground_comparison
from mtus_engine.model.audited import Audited, Reading
from mtus_engine.model.case import Case, CaseItem
from mtus_engine.model.casefile import Ground
from mtus_engine.model.determination import Determination
from mtus_engine.model.fact import Origin
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.model.values import Choice, Span
from mtus_engine.model.vocabulary import Roles


class Readings(NamedTuple):
    """The finding and prediction of an item as a whole, without the rationale, and from verified text alone."""

    read: Reading
    independent: Reading
    text_only: Reading


def audited_item(
    case: Case, item: CaseItem, determination: Determination, readings: Readings, ruleset: Ruleset, year: int | None
) -> Audited:
    """Return the row: year is that of the day by which the edition was chosen."""
    governing = determination.evaluation.governing
    reviewer = item.reviewer
    beside = None if reviewer is None else ground_comparison(governing, determination.prediction, reviewer)
    kind, evidence = kind_of(determination, reviewer, beside, ruleset.publishers)
    grounds = beside or GroundComparison(None, (), (), (), ())
    return Audited(
        case=case.case,
        item=item.item,
        treatment=_treatment(determination, ruleset.roles),
        guideline=governing.edition.guideline if governing else None,
        edition=governing.edition.edition if governing else None,
        year=year,
        specialty=case.record.specialty if case.record else None,
        is_draft=any(one.origin is Origin.EXTRACTED for said in item.statements.values() for one in said),
        read=readings.read,
        independent=readings.independent,
        text_only=readings.text_only,
        actual=reviewer.outcome if reviewer else None,
        kind=kind,
        evidence=evidence,
        shared=grounds.shared,
        engine_only=grounds.engine_only,
        reviewer_only=tuple(_ground_name(ground) for ground in grounds.reviewer_only),
        contradicted=grounds.contradicted,
    )


def year_of(day: Span) -> int | None:
    """Return the year of a day, None where it is not one year's."""
    if day.low is None or day.high is None:
        return None
    first, last = (_date_year(end) for end in (day.low, day.high))
    return first if first == last else None


def _date_year(ordinal: int) -> int:
    return date.fromordinal(ordinal).year


def _treatment(determination: Determination, roles: Roles) -> str:
    values = determination.evaluation.known[roles.treatment].values
    assert isinstance(values, Choice)
    return " or ".join(sorted(map(str, values.possible))) if len(values.possible) < 4 else "not documented"


def _ground_name(ground: Ground) -> str:
    return ground.criterion or ground.other or ""
