"""Compiles the documents of rules/review/ into the rules of a review; all mistakes in them are reported together."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from mtus_engine.compiler.dates import written_date_span
from mtus_engine.compiler.phrases import noted_patterns
from mtus_engine.compiler.problems import Misfit, Place, Problems
from mtus_engine.loader.folder import Loaded
from mtus_engine.model.authored import Marked
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.model.review import (
    BusinessDays,
    Deadline,
    DeadlinePeriod,
    EarlierDecision,
    Late,
    Letter,
    Need,
    OtherPlan,
    Provenance,
    Remark,
    ReviewRules,
)
from mtus_engine.model.review_files import (
    CompleteRequestDocument,
    DeadlineEntry,
    DeadlinesDocument,
    EarlierDecisionEntry,
    LettersDocument,
    NeedEntry,
    RemarkEntry,
    RemarksDocument,
    ReviewPeriod,
)


class LetterAt(NamedTuple):
    """A letter and the place of its text, where mistakes in its template are reported."""

    letter: Letter
    place: Place


class CalendarAt(NamedTuple):
    """A calendar of business days and the place where its holidays are named."""

    calendar: BusinessDays
    place: Place


class ReviewAt(NamedTuple):
    """The rules of reviews, with the places of calendars and letters, which are checked later with other libraries."""

    rules: ReviewRules
    calendars: tuple[CalendarAt, ...]
    letters: tuple[LetterAt, ...]


def review_rules(loaded: Iterable[Loaded]) -> ReviewAt:
    """Return the rules of reviews of packs; a later pack's letter replaces an earlier one with the same id.

    Raises Rejected with the mistakes of all files.
    """
    problems = Problems()
    rules = ReviewRules()
    needs: dict[str, Need] = {}
    remarks: dict[str, Remark] = {}
    letters: dict[str, LetterAt] = {}
    calendars: list[CalendarAt] = []
    for one in loaded:
        place = Place(one.source)
        if isinstance(one.authored, DeadlinesDocument):
            rules = _with_deadlines(rules, one.authored, place, problems)
            if rules.business_days is not None:
                calendars.append(CalendarAt(rules.business_days, place / "business_days" / "holidays"))
        if isinstance(one.authored, CompleteRequestDocument):
            needs |= _needs(one.authored.complete_request, place / "complete_request", problems)
        if isinstance(one.authored, RemarksDocument):
            remarks |= _remarks(one.authored.remarks, place / "remarks", problems)
            if (earlier := one.authored.earlier_decision) is not None:
                rules = rules._replace(earlier_decision=_earlier_decision(earlier))
            if (plan := one.authored.other_plan) is not None:
                rules = rules._replace(other_plan=OtherPlan(plan.says, plan.days, _source(plan, plan.cite)))
        if isinstance(one.authored, LettersDocument):
            letters |= _letters(one.authored, place / "letters", problems)
    if problems.found:
        raise Rejected(tuple(problems.found))
    named = {id_: at.letter for id_, at in letters.items()}
    rules = rules._replace(needs=tuple(needs.values()), remarks=tuple(remarks.values()), letters=named)
    return ReviewAt(rules, tuple(calendars), tuple(letters.values()))


def _with_deadlines(rules: ReviewRules, document: DeadlinesDocument, place: Place, problems: Problems) -> ReviewRules:
    calendar = document.business_days
    zone = place / "business_days" / "zone"
    try:
        ZoneInfo(calendar.zone)
    except (KeyError, ValueError, OSError):
        problems.add(zone, "MT302", f"there is no time zone {calendar.zone}", "write it as America/Los_Angeles")
    late = document.late
    named = frozenset(calendar.holidays)
    business = BusinessDays(calendar.country, calendar.state, named, calendar.zone, _source(calendar, calendar.cite))
    found = [_deadline(one, place / "deadlines" / n, problems) for n, one in enumerate(document.deadlines)]
    _refuse_twice([one.id for one in document.deadlines], "deadline", place / "deadlines", problems)
    return rules._replace(
        deadlines=tuple(one for one in found if one is not None),
        business_days=business,
        late=None
        if late is None
        else Late(time.fromisoformat(late.time), frozenset(late.ways), late.says, _source(late, late.cite)),
    )


def _deadline(entry: DeadlineEntry, place: Place, problems: Problems) -> Deadline | None:
    lengths = [one for one in (entry.business_days, entry.days, entry.hours) if one is not None]
    if len(lengths) + entry.stopped != 1:
        cure = "give one of business_days, days and hours, or stopped: true where no time runs"
        problems.add(place / "id", "MT331", f"the deadline {entry.id} has {len(lengths)} lengths", cure)
        return None
    return Deadline(
        entry.id,
        entry.says,
        frozenset(entry.ways),
        entry.counts_from,
        entry.after,
        entry.unless,
        entry.in_time,
        entry.business_days,
        entry.days,
        entry.hours,
        _period(entry.in_force, place / "in_force", problems),
        _source(entry, entry.cite),
    )


def _needs(entries: Sequence[NeedEntry], place: Place, problems: Problems) -> Mapping[str, Need]:
    _refuse_twice([one.id for one in entries], "part of a request", place, problems)
    return {one.id: _need(one, place / n, problems) for n, one in enumerate(entries)}


def _need(entry: NeedEntry, place: Place, problems: Problems) -> Need:
    if not entry.papers and not entry.treatment:
        cure = "name the kinds of paper, with labels where a field is meant, or treatment: true"
        problems.add(place / "id", "MT331", f"nothing says how {entry.id} is seen", cure)
    return Need(
        entry.id,
        entry.says,
        entry.lacks,
        frozenset(entry.papers),
        tuple(noted_patterns(entry.labels, {}, place / "labels", problems)),
        tuple(noted_patterns(entry.below, {}, place / "below", problems)),
        tuple(noted_patterns(entry.phrases, {}, place / "phrases", problems)),
        entry.treatment,
        _period(entry.in_force, place / "in_force", problems),
        _source(entry, entry.cite),
    )


def _remarks(entries: Sequence[RemarkEntry], place: Place, problems: Problems) -> Mapping[str, Remark]:
    _refuse_twice([one.id for one in entries], "remark", place, problems)
    return {one.id: _remark(one, place / n, problems) for n, one in enumerate(entries)}


def _remark(entry: RemarkEntry, place: Place, problems: Problems) -> Remark:
    if bool(entry.ticked) is entry.undated:
        cure = "give either ticked, the phrases at a box of the form, or undated: true"
        problems.add(place / "id", "MT331", f"nothing says when {entry.id} is said, or two things do", cure)
    return Remark(
        entry.id,
        entry.says,
        frozenset(entry.papers),
        tuple(noted_patterns(entry.ticked, {}, place / "ticked", problems)),
        entry.undated,
        frozenset(entry.unless_way),
        _source(entry, entry.cite),
    )


def _earlier_decision(entry: EarlierDecisionEntry) -> EarlierDecision:
    return EarlierDecision(entry.says, frozenset(entry.outcomes), entry.months, _source(entry, entry.cite))


def _letters(document: LettersDocument, place: Place, problems: Problems) -> Mapping[str, LetterAt]:
    _refuse_twice([one.id for one in document.letters], "letter", place, problems)
    return {
        one.id: LetterAt(Letter(one.id, one.kind, one.title, one.text), place / n / "text")
        for n, one in enumerate(document.letters)
    }


def _refuse_twice(ids: Sequence[str], what: str, place: Place, problems: Problems) -> None:
    for n, id_ in enumerate(ids):
        if id_ in ids[:n]:
            problems.add(place / n / "id", "MT306", f"there is another {what} {id_}", "give it another id")


def _period(period: ReviewPeriod, place: Place, problems: Problems) -> DeadlinePeriod:
    try:
        since = None if period.from_ is None else written_date_span(period.from_).low
        until = None if period.until is None else written_date_span(period.until).high
    except Misfit as misfit:
        problems.add(place, "MT302", str(misfit), misfit.cure)
        return DeadlinePeriod()
    return DeadlinePeriod(*(None if one is None else date.fromordinal(one) for one in (since, until)))


def _source(marked: Marked, cite: str) -> Provenance:
    return Provenance(cite, marked.verified, marked.reading)
