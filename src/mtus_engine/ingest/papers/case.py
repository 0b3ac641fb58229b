"""Papers of one worker as one draft case of a utilization review: every statement says which paper and place."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mtus_engine.compiler.codes import code_doubt
from mtus_engine.compiler.halfway import as_meant
from mtus_engine.compiler.literals import values_of
from mtus_engine.compiler.phrases import DATE
from mtus_engine.compiler.problems import Misfit
from mtus_engine.ingest.dates import day_text
from mtus_engine.ingest.draft import course_statements, no_treatment_known, number_of_visits, written_grounds
from mtus_engine.ingest.found import Found, ToldFact
from mtus_engine.ingest.grounds import grounds_found, other_grounds
from mtus_engine.ingest.mentions import Finder
from mtus_engine.ingest.merging import Plain, single_or_list, statements_by_fact, writable_value, written_statement
from mtus_engine.ingest.naming import named_members, preferred_member, shortened_text
from mtus_engine.ingest.papers.asked import AskedFor, asked_items, claim_of, outcome_of
from mtus_engine.ingest.papers.attended import visits_attended
from mtus_engine.ingest.papers.read import PaperRead
from mtus_engine.ingest.papers.rows import Requested, diagnosis_codes
from mtus_engine.ingest.papers.surgery_beside import surgeries_asked, told_by_surgery
from mtus_engine.ingest.pdf import Unreadable
from mtus_engine.ingest.quantities import course_of
from mtus_engine.ingest.sentences import Sentence
from mtus_engine.ingest.surgeries import with_surgeries_told
from mtus_engine.ingest.two_readers import TwoReaders
from mtus_engine.loader import source
from mtus_engine.model.extraction import Extraction
from mtus_engine.model.fact import Fact, Kind
from mtus_engine.model.papers import PaperKind
from mtus_engine.model.ruleset import Ruleset

MOST_ASKED = 500

_NOT_DONE = re.compile(r"\b(?:no|not|without|history of)\b[^,.;]*", re.IGNORECASE)


class PapersCase(NamedTuple):
    """A draft case as a document, its items, and how many grounds the decisions on them give."""

    document: dict[str, Plain]
    items: tuple[AskedFor, ...]
    grounds: int


def draft_of_papers(
    name: str,
    papers: Sequence[PaperRead],
    finder: Finder,
    readers: TwoReaders,
    rules: Extraction,
    ruleset: Ruleset,
    by_hand: Sequence[str] = (),
    unread: Sequence[tuple[str, str]] = (),
) -> PapersCase:
    """Return the one draft case that the papers of a worker make.

    by_hand are treatments of which a person says that they are asked for, whether a paper is read to ask or not; unread
    names files from which nothing was read, with the reason.
    Raises Unreadable where nothing is asked for in any of them, or where they are of several claims.
    """
    claim = claim_of(papers)
    by_day = sorted(papers, key=lambda one: one.day)
    items = asked_items(by_day, rules, ruleset, by_hand)
    if not items:
        raise Unreadable(
            "nothing is asked for in these papers: a request for authorization, a utilization review letter or a"
            " report whose plan asks for a treatment is needed"
        )
    case = re.sub(r"[^A-Za-z0-9_-]+", "-", claim or name).strip("-") or "papers"
    writer = _Writer(by_day, items, finder, readers, rules, ruleset)
    grounds = [writer.grounds(one) for one in items]
    written = [writer.item(one, reasons) for one, reasons in zip(items, grounds, strict=True)]
    documents: list[Plain] = [_document(one) for one in papers]
    documents += [{"file": file, "unread": why} for file, why in unread]
    record: dict[str, Plain] = {"kind": "papers of a utilization review", "documents": documents}
    document: dict[str, Plain] = {
        "case": case,
        "setting": "ur",
        "record": record,
        "facts": writer.case_facts(),
        "items": list(written),
    }
    return PapersCase(document, items, sum(map(len, grounds)))


def _document(one: PaperRead) -> dict[str, Plain]:
    written: dict[str, Plain] = {"file": one.file, "kind": one.paper.called}
    written |= {"dated": one.dated[0]} if one.dated else {}
    decided: list[Plain] = [
        {"asked": shortened_text(each.treatment, MOST_ASKED), "outcome": outcome}
        for each in one.reviewed
        if each.treatment and (outcome := outcome_of(each, Requested(each.treatment, each.at))) is not None
    ]
    plans = (shortened_text(each.asked, MOST_ASKED) for each in one.planned if course_of(each.asked).in_all is not None)
    planned: list[Plain] = list(dict.fromkeys(plans))
    written |= {"decided": decided} if decided else {}
    return written | ({"planned": planned} if planned else {})


class _Writer:
    """Puts what the papers say where it belongs: with the case, or with the items that it speaks of."""

    def __init__(
        self,
        papers: Sequence[PaperRead],
        items: Sequence[AskedFor],
        finder: Finder,
        readers: TwoReaders,
        rules: Extraction,
        ruleset: Ruleset,
    ) -> None:
        self._papers = papers
        self._surgeries = surgeries_asked(items, rules, ruleset)
        self._finder = finder
        self._readers = readers
        self._rules = rules
        self._ruleset = ruleset
        self._roles = ruleset.roles
        self._are_coded = any(row.codes for one in papers for row in one.requested)
        found = readers.facts_found([told for one in papers for told in one.told])
        self._found = with_surgeries_told(found, self._injured_on(), self._roles)
        prior = next(iter(self._roles.units_prior), None)
        counted = ruleset.facts[prior] if prior is not None else None
        last = None if ruleset.roles.last_visit is None else ruleset.facts[ruleset.roles.last_visit]
        self._counted = tuple(
            visits_attended(papers, counted, last, self._found, self._injured_on()) if counted is not None else ()
        )

    def _injured_on(self) -> str | None:
        """Return the day of the injury as the papers' fields say it, None where none does."""
        told = (
            value
            for paper in self._papers
            for fact, words, _ in paper.fields
            if fact.name == self._roles.injury_date
            for value in self._field_values(fact, words)
        )
        return next((value for value in told if isinstance(value, str)), None)

    def case_facts(self) -> dict[str, Plain]:
        """Return the facts of the whole case; the diagnosis beside a request is that of its item alone."""
        facts: dict[str, list[Plain]] = {}
        for paper in self._papers:
            for fact, words, at in paper.fields:
                if fact.codes and self._are_coded:
                    continue
                for value in self._field_values(fact, words):
                    _add(facts, fact.name, written_statement(value, at, by=paper.paper.by), value)
        elsewhere = self._read_otherwise()
        elsewhere |= {one.fact.name for one in self._found if one.fact.codes and self._are_coded}
        of_case = [one for one in self._found if not one.about and one.fact.name not in elsewhere]
        for name, listed in statements_by_fact(of_case):
            for one in listed:
                _add(facts, name, one, one.get("value") if isinstance(one, dict) else None)
        return {name: single_or_list(listed) for name, listed in facts.items()}

    def _read_otherwise(self) -> set[str]:
        # What is asked for stands in the rows of the request: a report may speak of an earlier request.
        roles = self._roles
        of_request = (roles.units_requested, roles.units_per_week, roles.course_length)
        # What of it was authorized stands in the letter on it: elsewhere it is said of earlier requests.
        named = (roles.request_date, roles.treatment, roles.body_parts, roles.units_authorized, *of_request)
        return {name for name in named if name is not None}

    def _field_values(self, fact: Fact, words: str) -> Iterator[Plain]:
        """Yield what the words behind a label say of a fact; nothing where they do not fit it."""
        plain: source.Plain
        if fact.kind is Kind.DATE:
            match = re.search(DATE, words, re.IGNORECASE)
            plain = day_text(match[0]) if match is not None else None
        elif fact.kind is Kind.SET_OF:
            codes = tuple(code for code in diagnosis_codes(words) if code_doubt(fact, code) is None)
            plain = codes or named_members(words, self._rules.phrases.get(fact.name, {}))
        elif fact.kind is Kind.ONE_OF:
            # "Arthroscopy, rotator cuff repair" is the repair: what the table does not hold comes last, and what was
            # not done is not named.
            others = {self._roles.other_procedure, self._roles.other_treatment}
            plain = preferred_member(_NOT_DONE.sub(" ", words), self._rules.phrases.get(fact.name, {}), others) or words
        else:
            plain = words
        if plain in {None, ()}:
            return
        try:
            meant = as_meant(fact, plain)
            values_of(fact, meant)
        except Misfit:
            return
        yield writable_value(meant)

    def item(self, one: AskedFor, grounds: list[Plain]) -> dict[str, Plain]:
        """Return one item as a case file writes it, with the reasons of the decision on it."""
        facts: dict[str, list[Plain]] = {}
        told = no_treatment_known(one.row.at, self._roles, by="provider")
        for name, statement in told if one.treatment is None else self._item_facts(one, one.treatment):
            facts.setdefault(name, []).append(statement)
        asked = shortened_text(one.row.asked, MOST_ASKED)
        plain = {name: single_or_list(listed) for name, listed in facts.items()}
        described: dict[str, Plain] = {"item": one.number, "asked": asked, "facts": plain}
        if one.outcome is None:
            return described
        reviewer: dict[str, Plain] = {"outcome": one.outcome}
        if grounds:
            reviewer["grounds"] = grounds
        return described | {"reviewer": reviewer}

    def grounds(self, one: AskedFor) -> list[Plain]:
        """Return the reasons that the letter gives: criteria that its words name, and what it says to be missing."""
        by_cue = grounds_found(one.reasons)
        return written_grounds([*by_cue, *other_grounds(one.reasons, self._finder, self._rules, by_cue)])

    def _item_facts(self, one: AskedFor, treatment: str) -> Iterator[tuple[str, Plain]]:
        if one.row.at:
            yield from self._requested_facts(one, treatment)
        else:
            yield self._roles.treatment, {"value": treatment}
        counted = {treatment, self._rules.stands_for.get(treatment, treatment)}
        of_reasons = self._readers.facts_found(one.reasons)
        told = [each for each in (*self._found, *of_reasons, *self._counted) if counted & set(each.about)]
        told += self._of_row(one) if one.row.at else ()
        told += [each for each in of_reasons if not each.about]
        told += told_by_surgery(one, self._surgeries, (*told, *self._found), self._rules, self._ruleset)
        told = [each for each in told if each.fact.name not in self._read_otherwise()]
        for name, listed in statements_by_fact(told):
            yield from ((name, each) for each in listed)

    def _requested_facts(self, one: AskedFor, treatment: str) -> Iterator[tuple[str, Plain]]:
        """Yield what the request for an item and the letter on it say."""
        roles, row = self._roles, one.row
        meant: Plain = treatment if len(one.treatments) == 1 else {"one_of": list(one.treatments)}
        yield roles.treatment, written_statement(meant, row.at, by=one.paper.paper.by)
        yield from course_statements(course_of(row.asked), row.at, roles)
        yield from self._body_parts(row)
        yield from self._diagnosis(row)
        yield from self._asked_on(one)
        yield from self._authorized_visits(one)

    def _of_row(self, one: AskedFor) -> tuple[Found, ...]:
        """Return what the words of a row tell beside its treatment and numbers, such as the side.

        By cues for requests alone: what others read of the request of a decision, such as that it is for after a
        surgery, the papers say otherwise.
        """
        row, by = one.row, one.paper.paper.by
        texts = ((row.asked, row.at), (row.diagnosis, row.at_diagnosis))
        told = []
        for text, at in dict.fromkeys(texts):
            mentions = tuple(each for each in self._finder.mentions(text) if each.cue.entry.sections == ("request",))
            told.append(ToldFact(Sentence(at, text), "request", one.number, mentions, by, is_running_text=False))
        return self._readers.facts_found(told)

    def _body_parts(self, row: Requested) -> Iterator[tuple[str, Plain]]:
        name = self._roles.body_parts
        phrases = self._rules.phrases.get(name, {}) if name is not None else {}
        for text, at in ((row.asked, row.at), (row.diagnosis, row.at_diagnosis)):
            if name is not None and (parts := named_members(text, phrases)):
                yield name, written_statement(list(parts), at, by="provider")
                return

    def _diagnosis(self, row: Requested) -> Iterator[tuple[str, Plain]]:
        """Yield the diagnosis codes of the row, as statements of each fact whose members have codes."""
        for fact in self._ruleset.facts.values():
            if fact.kind is Kind.SET_OF and fact.codes and row.codes:
                for value in self._field_values(fact, " ".join(row.codes)):
                    yield fact.name, written_statement(value, row.at_diagnosis, by="provider")

    def _asked_on(self, one: AskedFor) -> Iterator[tuple[str, Plain]]:
        """Yield the day of the request: of its form, else on or after a report, or by the day a letter says it came."""
        name, paper = self._roles.request_date, one.paper
        if paper.paper.kind is PaperKind.REQUEST and paper.dated is not None:
            yield name, written_statement(paper.dated[0], paper.dated[1], by=paper.paper.by)
            return
        if paper.paper.kind is PaperKind.PROGRESS_REPORT and paper.dated is not None:
            day, at = paper.dated
            yield name, written_statement({"at_least": day}, at, inferred=True, note="not before the report")
            return
        letters = [each for each in (one.paper, one.letter) if each is not None]
        came = next((each.received for each in letters if each.received is not None), None)
        if came is not None:
            note = "by the day on which the request was received"
            yield name, written_statement({"at_most": came[0]}, came[1], inferred=True, note=note)

    def _authorized_visits(self, one: AskedFor) -> Iterator[tuple[str, Plain]]:
        """Yield how many visits of this request the letter certified."""
        name, given = self._roles.units_authorized, one.certified
        if one.reviewed is not None and given is not None:
            yield name, written_statement(number_of_visits(given), one.reviewed.at_outcome, by="claims_administrator")


def _add(facts: dict[str, list[Plain]], name: str, statement: Plain, value: object) -> None:
    """Add a statement, unless an earlier one says the same."""
    said = facts.setdefault(name, [])
    is_said = value is not None and any(isinstance(one, dict) and one.get("value") == value for one in said)
    if not is_said:
        said.append(statement)
