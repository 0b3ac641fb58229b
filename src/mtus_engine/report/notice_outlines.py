"""Notices in their JSON form, and why a request is not covered."""

from mtus_engine.model.case import SurgeryAside
from mtus_engine.model.checked import Checked, ItemsTogether, RoutesTogether
from mtus_engine.model.determination import Evaluation, Finding, NoticeResult, Passed
from mtus_engine.model.quotes import quoted_facts
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import Span
from mtus_engine.report.outline import NoticeOutline
from mtus_engine.wording.governing import passed_words
from mtus_engine.wording.notices import (
    edition_not_encoded_words,
    items_together_words,
    no_edition_words,
    routes_together_words,
    surgery_aside_words,
)
from mtus_engine.wording.values import quoted_words


def notice_outlines(checked: Checked) -> list[NoticeOutline]:
    """Return the notices beside an item's finding, those on editions that are not encoded first."""
    evaluation = checked.determination.evaluation
    return [
        *_not_encoded_notices(evaluation),
        *map(notice_outline, evaluation.notices),
        *map(_together_notice, checked.together),
        *map(_routes_together, checked.routes_together),
        *(_surgery_aside(one, checked) for one in checked.determination.surgeries_aside),
    ]


def why_not_covered(evaluation: Evaluation) -> str | None:
    """Return why no encoded edition covers the item, or None where one does."""
    if evaluation.finding is not Finding.NOT_COVERED:
        return None
    if evaluation.candidates:
        return evaluation.candidates[0].edition.not_encoded or "nothing of this edition stands on verified text"
    known = [f"{passed.edition.name}: {passed_words(passed.why)}" for passed in _nearest_editions(evaluation)]
    return "; ".join(known) or "no encoded guideline covers this treatment"


def _nearest_editions(evaluation: Evaluation) -> list[Passed]:
    """Return the editions passed over that were in force or, if none was, those nearest to the edition date."""
    current = [passed for passed in evaluation.passed if passed.is_in_force]
    day = evaluation.edition_date
    earlier = [p for p in evaluation.passed if _ends_before(p.edition.in_force, day)]
    later = [p for p in evaluation.passed if not p.is_in_force and p not in earlier]
    last = max((p.edition.in_force.high or 0 for p in earlier), default=0)
    first = min((p.edition.in_force.low or 0 for p in later), default=0)
    beside = [p for p in earlier if p.edition.in_force.high == last]
    return current or beside + [p for p in later if p.edition.in_force.low == first]


def _ends_before(span: Span, day: Span) -> bool:
    return span.high is not None and day.low is not None and span.high < day.low


def _not_encoded_notices(evaluation: Evaluation) -> list[NoticeOutline]:
    """Return a notice for each edition that governs, or may, and is not encoded; one notice if there is no edition."""
    if not evaluation.candidates:
        return [_no_edition(evaluation)] if evaluation.finding is Finding.NOT_COVERED else []
    editions = [candidate.edition for candidate in evaluation.candidates]
    return [
        {
            "id": "edition-not-encoded",
            "pack": edition.pack,
            "status": "applies" if evaluation.governing is not None else "may_apply",
            "says": edition_not_encoded_words(edition),
            "cite": edition.regulation,
            "verified": True,
            "reading": "text",
        }
        for edition in editions
        if edition.not_encoded is not None
    ]


def notice_outline(notice: NoticeResult) -> NoticeOutline:
    """Return a notice with the facts it quotes filled in."""
    says = notice.rule.says
    for name in quoted_facts(says):
        says = says.replace(f"{{{name}}}", quoted_words(notice.facts[name], notice.known[name]))
    return {
        "id": notice.rule.id,
        "pack": notice.rule.pack,
        "status": "applies" if notice.truth is Truth.TRUE else "may_apply",
        "says": says,
        "cite": notice.rule.cite,
        "verified": notice.rule.mark.verified,
        "reading": "text" if notice.rule.mark.reading == "text" else "interpretation",
    }


def _together_notice(together: ItemsTogether) -> NoticeOutline:
    limit = together.limit
    return {
        "id": "items-together",
        "pack": limit.pack,
        "status": "applies",
        "says": items_together_words(together),
        "cite": limit.cite,
        "verified": limit.mark.verified,
        "reading": "text" if limit.mark.reading == "text" and not together.is_one_course else "interpretation",
    }


def _routes_together(together: RoutesTogether) -> NoticeOutline:
    mark = together.step.mark
    return {
        "id": "routes-together",
        "pack": together.tier.pack,
        "status": "applies",
        "says": routes_together_words(together),
        "cite": together.step.cite,
        "verified": mark.verified,
        "reading": "text" if mark.reading == "text" else "interpretation",
    }


def _surgery_aside(aside: SurgeryAside, checked: Checked) -> NoticeOutline:
    return {
        "id": "surgery-aside",
        "pack": "",
        "status": "applies",
        "says": surgery_aside_words(aside, checked.ruleset_facts),
        "cite": "order of events",
        "verified": True,
        "reading": "interpretation",
    }


def _no_edition(evaluation: Evaluation) -> NoticeOutline:
    return {
        "id": "no-edition-in-force",
        "pack": "",
        "status": "applies",
        "says": no_edition_words(evaluation.edition_date),
        "cite": "the rules that are loaded",
        "verified": True,
        "reading": "text",
    }
