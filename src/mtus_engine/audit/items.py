"""One determined item as a row of an audit."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from mtus_engine.audit.boards import boards_of
from mtus_engine.audit.experience import class_of, fold_of
from mtus_engine.audit.kinds import kind_of
from mtus_engine.explain.grounds import GroundComparison, ground_comparison
from mtus_engine.model.audited import Audited, Reading
from mtus_engine.model.case import Case, CaseItem
from mtus_engine.model.casefile import Ground, Reviewer
from mtus_engine.model.determination import Candidate, Determination
from mtus_engine.model.fact import Origin
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.model.values import Choice, Selection, Span
from mtus_engine.model.vocabulary import Roles
from mtus_engine.wording.statuses import limit_word, status_word
from mtus_engine.wording.values import known_words


class Readings(NamedTuple):
    """An item read with all facts, with those known before the decision, and by verified text; and the one shown."""

    read: Reading
    independent: Reading
    text_only: Reading
    shown: Reading


def audited_item(
    case: Case,
    item: CaseItem,
    determination: Determination,
    readings: Readings,
    ruleset: Ruleset,
    year: int | None,
    *,
    shares_limit: bool,
) -> Audited:
    """Return the item as a row of the audit; year is that of the day by which the edition was chosen."""
    governing = determination.evaluation.governing
    reviewer = item.reviewer
    beside = None if reviewer is None else ground_comparison(governing, determination.prediction, reviewer)
    kind, evidence = kind_of(determination, reviewer, beside, ruleset.publishers)
    grounds = beside or GroundComparison(None, (), (), (), ())
    administrator = _administrators_grounds(governing, determination, reviewer)
    return Audited(
        case=case.case,
        item=item.item,
        treatment=_treatment(determination, ruleset.roles),
        pack=governing.edition.pack if governing else None,
        guideline=governing.edition.guideline if governing else None,
        edition=governing.edition.edition if governing else None,
        year=year,
        boards=boards_of(case.record.specialty if case.record else None),
        is_draft=any(one.origin is Origin.EXTRACTED for said in item.statements.values() for one in said),
        read=readings.read,
        independent=readings.independent,
        text_only=readings.text_only,
        shown=readings.shown,
        actual=reviewer.outcome if reviewer else None,
        kind=kind,
        evidence=evidence,
        shared=grounds.shared,
        engine_only=grounds.engine_only,
        reviewer_only=tuple(_ground_name(ground) for ground in grounds.reviewer_only),
        contradicted=grounds.contradicted,
        not_sayable=tuple(one.other for one in grounds.reviewer_only if one.criterion is None and one.other),
        administrator_shared=administrator.shared,
        administrator_only=tuple(one.criterion for one in administrator.reviewer_only if one.criterion)
        + administrator.contradicted,
        administrator_not_sayable=tuple(
            one.other for one in administrator.reviewer_only if one.criterion is None and one.other
        ),
        told=tuple(_told_facts(determination, ruleset)),
        parts=_parts(determination, ruleset.roles),
        statuses=tuple(_statuses(governing)),
        standing_words=tuple(_standing_words(governing)),
        shares_limit=shares_limit,
        item_class=class_of(determination, ruleset.roles),
        fold=fold_of(case, ruleset.roles),
    )


def _administrators_grounds(
    governing: Candidate | None, determination: Determination, reviewer: Reviewer | None
) -> GroundComparison:
    """Return the claims administrator's grounds compared with ours, as grounds of a denial."""
    given = () if reviewer is None else reviewer.claims_administrator_grounds
    return ground_comparison(governing, determination.prediction, Reviewer(outcome="denied", grounds=given))


def _told_facts(determination: Determination, ruleset: Ruleset) -> Iterator[tuple[str, str]]:
    known = determination.evaluation.known
    for name, fact in ruleset.facts.items():
        if name in known and known[name].statements and not fact.is_defined:
            yield fact.label, known_words(fact, known[name])


def _parts(determination: Determination, roles: Roles) -> str:
    known = None if roles.body_parts is None else determination.evaluation.known.get(roles.body_parts)
    return " and ".join(sorted(known.values.certain)) if known and isinstance(known.values, Selection) else ""


def _statuses(governing: Candidate | None) -> Iterator[tuple[str, str]]:
    if governing is not None:
        yield from ((one.rule.id, one.status.value) for one in governing.criteria)
        yield from ((one.rule.id, one.status.value) for one in governing.limits)


def _standing_words(governing: Candidate | None) -> Iterator[tuple[str, str]]:
    if governing is not None:
        for one in governing.criteria:
            yield one.rule.id, status_word(one.status, one.because, looked_for=one.looked_for).lower()
        for limit in governing.limits:
            yield limit.rule.id, limit_word(limit.status, limit.because, looked_for=limit.looked_for).lower()


def year_of(day: Span) -> int | None:
    """Return the year of a day that may be a range; None where the range is open or spans several years."""
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
