"""How many visits the therapy notes of a worker show: counted by their days, or numbered by the notes."""

from collections.abc import Iterator, Mapping, Sequence

from mtus_engine.ingest.found import Found
from mtus_engine.ingest.papers.asked import newest_request
from mtus_engine.ingest.papers.read import PaperRead
from mtus_engine.ingest.papers.visits import Visit, VisitNumber
from mtus_engine.loader.source import Plain
from mtus_engine.model.fact import Fact


def visits_attended(
    papers: Sequence[PaperRead], fact: Fact, last: Fact | None, told: Sequence[Found], injured_on: str | None = None
) -> Iterator[Found]:
    """Yield how many visits of each kind of therapy the notes list day by day, all notes of one kind together.

    Where notes number their visits higher than that, not all of them are here, and the number counts; where a sentence
    that is not in doubt tells of more, that counts alone. fact is the one that is counted, last the day of the last
    visit. Visits before the day of the injury were for another: they are left out, and where there are no others the
    count is to be confirmed.
    """
    newest = newest_request(papers)
    by_kind: dict[str, dict[str, Visit]] = {}
    numbered: dict[str, VisitNumber] = {}
    for paper in papers:
        for kind in paper.kinds:
            # What is to come after the request is a schedule.
            for visit in (one for one in paper.visits if not newest or one.day <= newest):
                by_kind.setdefault(kind, {}).setdefault(visit.day, visit)
            if paper.numbered is not None:
                number = paper.numbered._replace(day=paper.dated[0] if paper.dated else None)
                numbered[kind] = max(numbered.get(kind, number), number, key=lambda n: n.number)
    for kind in dict.fromkeys([*by_kind, *numbered]):
        listed = _in_order(by_kind.get(kind, {}))
        days = [one for one in listed if injured_on is None or one.day >= injured_on] or listed
        highest = numbered.get(kind)
        if not _counts_more(told, fact, kind, max(len(days), 0 if highest is None else highest.number)):
            yield _of_this_injury(_attended_visits(fact, kind, days, highest), listed, days, injured_on)
        if last is not None and len(days) > 1:
            yield _last_visit(last, kind, days[-1])


def _of_this_injury(counted: Found, listed: Sequence[Visit], days: Sequence[Visit], injured_on: str | None) -> Found:
    """Return the statement of visits, with what it leaves out, or doubtful where all were before the injury."""
    if injured_on is not None and days and days[-1].day < injured_on:
        note = f"{counted.note}, all before the injury of {injured_on}"
        return counted._replace(confidence="doubtful", note=note)
    left_out = len(listed) - len(days)
    return counted._replace(note=f"{counted.note}; {left_out} before the injury left out") if left_out else counted


def _in_order(visits: Mapping[str, Visit]) -> list[Visit]:
    return [visits[day] for day in sorted(visits)]


def _counts_more(told: Sequence[Found], fact: Fact, kind: str, listed: int) -> bool:
    """Return whether a sentence that is not in doubt counts more visits of a therapy than are listed or numbered."""
    return any(
        isinstance(one.value, int) and one.value > listed and one.confidence != "doubtful" and kind in one.about
        for one in told
        if one.fact.name == fact.name
    )


def _attended_visits(fact: Fact, kind: str, days: Sequence[Visit], highest: VisitNumber | None) -> Found:
    """Return the statement that days of visits, or the highest number of one, make."""
    value: Plain = len(days)
    day = days[-1].day if days else None
    if highest is not None and highest.number > len(days):
        value, places, words = highest.number, highest.at, f"visit {highest.number}"
        day = highest.day or day
        note = f"the notes number this visit {highest.number}"
        if highest.is_total:
            words, note = str(highest.number), f"the notes count {highest.number} visits in all"
    elif len(days) == 1:
        # A note of one visit says nothing of the others.
        value, places, words = {"at_least": 1}, days[0].at, days[0].day
        note = f"the notes are of one visit, on {days[0].day}"
    else:
        places, words = ", ".join(dict.fromkeys(visit.at for visit in days)), days[-1].day
        note = f"counted from {len(days)} days of visits in the notes, {days[0].day} to {days[-1].day}"
    return _found_in_notes(fact, value, places, words, kind, note, day)


def _last_visit(fact: Fact, kind: str, visit: Visit) -> Found:
    """Return the statement that the latest of several days of visits makes."""
    return _found_in_notes(fact, visit.day, visit.at, visit.day, kind, "the latest day of a visit in the notes")


def _found_in_notes(
    fact: Fact, value: Plain, at: str, words: str, kind: str, note: str, dated: str | None = None
) -> Found:
    """Return a statement that follows from the rows of notes of a kind of therapy."""
    return Found(
        fact,
        value,
        at,
        words,
        None,
        "provider",
        hedged=False,
        inferred=True,
        about=(kind,),
        latest=False,
        note=note,
        confidence="likely",
        dated=dated,
    )
