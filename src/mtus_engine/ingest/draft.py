"""A decision as a draft case: what header, requests and sentences say, each with its place, for a person to confirm."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mtus_engine.ingest.decision import LONGEST_REQUEST, Cited, Decision, DisputedItem
from mtus_engine.ingest.found import Found
from mtus_engine.ingest.grounds import FoundGround
from mtus_engine.ingest.merging import Plain, single_or_list, statements_by_fact, written_statement
from mtus_engine.ingest.naming import named_members, preferred_member, shortened_text
from mtus_engine.ingest.quantities import Course, Quantity, course_of
from mtus_engine.ingest.sentences import Sentence
from mtus_engine.model.extraction import Extraction
from mtus_engine.model.vocabulary import Roles

# Words of a request that stand behind what is asked for, and where the clause before them begins.
_REQUESTED = re.compile(r"(?:requested|sought|asked for|ordered)$", re.IGNORECASE)
# A surgeon's opinion is asked for, and no surgery.
_NO_SURGERY = re.compile(r"\b(?:consult\w*|evaluat\w+|referral|opinion|specialist|clearance)\b", re.IGNORECASE)
_CLAUSE_ENDS = re.compile(r"[;:]\s|,\s(?:and|but|for which)\s")


class DecisionRead(NamedTuple):
    """A decision as read: its parts, the treatment each item asks for, its sentences, and what was found in them."""

    name: str
    decision: Decision
    treatments: Mapping[int, str | None]
    sentences: tuple[Sentence, ...]
    found: tuple[Found, ...]
    grounds: tuple[FoundGround, ...]


def draft_case(reading: DecisionRead, rules: Extraction, roles: Roles) -> dict[str, Plain]:
    """Return the case document of a decision: every statement is extracted or inferred, none is confirmed."""
    read, name = reading.decision, reading.name
    record: dict[str, Plain] = {"file": name, "kind": "IMR determination"}
    if read.specialty:
        record["specialty"] = read.specialty
    if read.decided_on:
        record["decided_on"] = read.decided_on.isoformat()
    writer = _Writer(reading, rules, roles)
    case = read.case or re.sub(r"[^A-Za-z0-9_-]+", "-", name.rpartition(".")[0] or name)
    items = [writer.item(item) for item in read.items]
    return {"case": case, "setting": "imr", "record": record, "facts": writer.case_facts(), "items": list(items)}


class _Writer:
    """Puts what was found where it belongs: with the case, or with the items that it speaks of."""

    def __init__(self, reading: DecisionRead, rules: Extraction, roles: Roles) -> None:
        self._reading = reading
        self._rules = rules
        self._roles = roles
        self._treatments = reading.treatments

    def case_facts(self) -> dict[str, Plain]:
        read, roles = self._reading.decision, self._roles
        facts: dict[str, list[Plain]] = {}
        if read.injured_on and roles.injury_date is not None:
            where = _place_text(self._reading.sentences, "header", "Date of Injury")
            facts[roles.injury_date] = [written_statement(read.injured_on.isoformat(), where)]
        if any(self._treatments.values()):
            facts |= dict(self._of_surgery())
        of_case = [one for one in self._reading.found if one.item is None and not one.about]
        for fact, listed in statements_by_fact([one for one in of_case if one.fact.name != roles.request_date]):
            facts.setdefault(fact, []).extend(listed)
        return {name: single_or_list(listed) for name, listed in facts.items()}

    def item(self, item: DisputedItem) -> dict[str, Plain]:
        facts = {name: single_or_list(listed) for name, listed in self._item_facts(item).items()}
        described: dict[str, Plain] = {"item": item.number, "asked": shortened_text(item.request, 500), "facts": facts}
        if item.outcome is None:
            return described
        reviewer: dict[str, Plain] = {
            "outcome": item.outcome,
            "guidelines": [_cited_guideline(one) for one in item.reviewer],
            "claims_administrator_guidelines": [_cited_guideline(one) for one in item.claims_administrator],
        }
        if grounds := written_grounds([one for one in self._reading.grounds if one.item == item.number]):
            reviewer["grounds"] = grounds
        return described | {"reviewer": reviewer}

    def _item_facts(self, item: DisputedItem) -> dict[str, list[Plain]]:
        roles, treatment = self._roles, self._treatments[item.number]
        at = f"{item.place('request')} 1"
        if treatment is None:
            return {name: [said] for name, said in no_treatment_known(at, roles)}
        facts: dict[str, list[Plain]] = {roles.treatment: [written_statement(treatment, at)]}
        for name, one in self._of_request(item, at, treatment):
            facts.setdefault(name, []).append(one)
        if requested := self._request_date():
            facts[roles.request_date] = requested
        of_item = self._found_about(item.number, treatment)
        for fact, listed in statements_by_fact([one for one in of_item if not self._is_read_otherwise(one, facts)]):
            facts.setdefault(fact, []).extend(listed)
        return facts

    def _found_about(self, number: int, treatment: str) -> Iterator[Found]:
        """Yield what speaks of this item: what is about its treatment, and what is about none in its own sections."""
        counted = {treatment, self._rules.stands_for.get(treatment, treatment)}
        of_request = {self._roles.units_requested, self._roles.units_authorized, self._roles.units_per_week}
        for one in self._reading.found:
            kinds = {treatment} if one.fact.name in of_request else counted
            is_of_kind = bool(kinds & set(one.about)) and one.item in {None, number}
            if is_of_kind or (not one.about and one.item == number):
                yield one

    def _is_read_otherwise(self, one: Found, facts: Mapping[str, list[Plain]]) -> bool:
        """Return whether a mention is about the request itself, of which the date and the item's text say more."""
        if one.fact.name in {self._roles.request_date, self._roles.treatment}:
            return True
        roles = self._roles
        of_request = {roles.body_parts, roles.units_requested, roles.units_per_week, roles.course_length}
        return one.fact.name in of_request and one.value is not None and one.fact.name in facts

    def _of_request(self, item: DisputedItem, at: str, treatment: str) -> Iterator[tuple[str, Plain]]:
        """Yield what the request says; of a modified one the whole and the part authorized."""
        roles = self._roles
        if item.parts is not None and (given := course_of(item.parts.authorized).in_all) is not None:
            yield roles.units_authorized, written_statement(number_of_visits(given), at, by="claims_administrator")
        asked, where = course_of(item.parts.original if item.parts else item.request), at
        if asked == Course(None, None, None):
            asked, where = self._told_request(treatment)
        yield from course_statements(asked, where, roles)
        if roles.body_parts is None:
            return
        phrases = self._rules.phrases.get(roles.body_parts, {})
        told = (
            (named_members(text, phrases), place) for text, place in ((item.request, at), *self._requests(treatment))
        )
        parts, where = next(((named, place) for named, place in told if named), ((), at))
        if parts:
            yield roles.body_parts, written_statement(list(parts), where)

    def _told_request(self, treatment: str) -> tuple[Course, str]:
        """Return the course that the summary says was requested, and its place: the request itself gives no number.

        A sentence that gives the visits goes before one that gives how long or how often alone.
        """
        nothing = Course(None, None, None)
        told = [(course_of(text), place) for text, place in self._requests(treatment)]
        told = [(asked, place) for asked, place in told if asked != nothing]
        return min(told, key=lambda one: one[0].in_all is None, default=(nothing, ""))

    def _requests(self, treatment: str) -> Iterator[tuple[str, str]]:
        """Yield what the summary says of a request for this treatment, from its words on, with its place.

        "Eight visits of therapy are requested": what stands before the words in their clause belongs to them.
        """
        texts = {one.place: one.text for one in self._reading.sentences}
        for one in self._reading.found:
            if one.fact.name == self._roles.treatment and treatment in one.about:
                before, words, rest = texts[one.at].partition(one.words)
                is_told_last = _REQUESTED.search(words) is not None
                clause = _CLAUSE_ENDS.split(before)[-1] if is_told_last else ""
                yield (clause + words + rest)[:LONGEST_REQUEST], one.at

    def _request_date(self) -> list[Plain]:
        """Return the statements of the date of the request: as the summary says, else between last visit and review."""
        read = self._reading.decision
        told = [one for one in self._reading.found if one.fact.name == self._roles.request_date]
        if exact := [one for one in told if not isinstance(one.value, Mapping)]:
            return [listed for _, several in statements_by_fact(exact) for listed in several]
        reviews = [(day, one.at) for one in told if (day := _bound(one, "at_most"))]
        until, by = (read.reviewed_on.isoformat(), "header 1") if read.reviewed_on else max(reviews, default=("", ""))
        # A date of injury after the review is a slip of the decision: then nothing is concluded from either.
        if not until or (read.injured_on and read.injured_on.isoformat() > until):
            return []
        visits = [(day, one.at) for one in told if one.latest and (day := _bound(one, "at_least")) and day <= until]
        since, at = max(visits, key=lambda visit: visit[0], default=("", ""))
        if not since and read.injured_on:
            since = read.injured_on.isoformat()
        value: dict[str, Plain] = {"at_least": since, "at_most": until} if since else {"at_most": until}
        note = f"after the {'visit' if at else 'injury'} and by the utilization review decision"
        return [written_statement(value, ", ".join(filter(None, (at, by))), inferred=True, note=note)]

    def _of_surgery(self) -> Iterator[tuple[str, list[Plain]]]:
        """Yield the procedure that another item of the decision asks for, and whether it was found necessary."""
        roles = self._roles
        if roles.procedure is None or roles.surgery_performed is None or roles.surgery_found_necessary is None:
            return
        phrases = self._rules.phrases.get(roles.procedure, {})
        for item in self._reading.decision.items:
            procedure = (
                None if self._treatments[item.number] else _procedure(item.request, phrases, roles.other_procedure)
            )
            if procedure is not None and item.outcome is not None:
                at = f"{item.place('request')} 1"
                note = "asked for in the same decision"
                if not any(one.fact.name == roles.surgery_performed for one in self._reading.found):
                    yield roles.surgery_performed, [written_statement(False, at, inferred=True, note=note)]
                yield roles.procedure, [written_statement(procedure, at, inferred=True, note=note)]
                last = [one.place for one in self._reading.sentences if one.place.startswith(item.place("rationale"))]
                where = last[-1] if last else at
                yield (
                    roles.surgery_found_necessary,
                    [written_statement(item.outcome == "overturned", where, by="reviewer", inferred=True, note=note)],
                )
                return


def _procedure(request: str, phrases: Mapping[str, tuple[str, ...]], other: str | None) -> str | None:
    """Return the procedure asked for, if one is named: preferably one with a row in the guideline's table."""
    return None if _NO_SURGERY.search(request) is not None else preferred_member(request, phrases, {other})


def _bound(one: Found, side: str) -> str:
    return str(one.value.get(side, "")) if isinstance(one.value, Mapping) else ""


def no_treatment_known(at: str, roles: Roles, by: str | None = None) -> Iterator[tuple[str, Plain]]:
    """Yield the statement that another treatment is asked for, where the vocabulary has a member for that."""
    if roles.other_treatment is not None:
        note = "no treatment known here is named"
        yield roles.treatment, written_statement(roles.other_treatment, at, by=by, inferred=True, note=note)


def course_statements(asked: Course, at: str, roles: Roles) -> Iterator[tuple[str, Plain]]:
    """Yield what a course says of a request: visits, visits a week and how long, as far as it says them."""
    if (visits := asked.in_all) is not None:
        worked_out = "visits a week times weeks" if asked.visits is None else None
        yield roles.units_requested, written_statement(number_of_visits(visits), at, note=worked_out)
    if asked.weekly is not None and roles.units_per_week is not None:
        yield roles.units_per_week, written_statement(number_of_visits(asked.weekly), at)
    if (asked.weeks or asked.months) is not None and roles.course_length is not None:
        yield roles.course_length, written_statement(_length(asked), at)


def number_of_visits(quantity: Quantity) -> Plain:
    """Return a quantity as a case file writes it."""
    if quantity.least == quantity.most:
        return quantity.least
    return {"at_least": quantity.least, "at_most": quantity.most}


def _length(course: Course) -> Plain:
    """Return the weeks or months of a course as a case file writes them."""
    length, unit = (course.weeks, "week") if course.weeks is not None else (course.months, "month")
    assert length is not None
    words = {n: f"{n} {unit}{'s' if n != 1 else ''}" for n in length}
    if length.least == length.most:
        return words[length.least]
    return {"at_least": words[length.least], "at_most": words[length.most]}


def written_grounds(found: Sequence[FoundGround]) -> list[Plain]:
    """Return each ground once, with all its places, in the order of the text."""
    places: dict[tuple[str | None, str | None, str | None], list[str]] = {}
    for one in found:
        places.setdefault((one.criterion, one.finding, one.other), []).append(one.at)
    written: list[Plain] = []
    for (criterion, finding, other), several in places.items():
        at = ", ".join(dict.fromkeys(several))
        if criterion is None:
            written.append({"other": other or "", "at": at})
        else:
            written.append({"criterion": criterion, "finding": finding or "not_met", "at": at})
    return written


def _place_text(sentences: Sequence[Sentence], section: str, words: str) -> str:
    return next((s.place for s in sentences if s.place.startswith(section) and words in s.text), section)


def _cited_guideline(cited: Cited) -> Plain:
    named: dict[str, Plain] = {"instrument": cited.instrument}
    if cited.pages:
        named["pages"] = cited.pages
    if cited.sections:
        named["sections"] = list(cited.sections)
    return named
