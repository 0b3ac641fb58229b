"""One paper of a utilization review: what kind it is, and what its passages say."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from mtus_engine.compiler.codes import code_doubt, members_of_code
from mtus_engine.ingest.found import ToldFact
from mtus_engine.ingest.mentions import Finder, Mention
from mtus_engine.ingest.naming import first_named_member
from mtus_engine.ingest.papers.decided import LetterReader, Reviewed
from mtus_engine.ingest.papers.fields import claim_number, day_of_paper, day_stamped, facts_told, first_day
from mtus_engine.ingest.papers.kinds import kind_of_paper
from mtus_engine.ingest.papers.lines import intended_until, is_a_sentence, is_letter, is_row_of_a_day
from mtus_engine.ingest.papers.parts import PaperPart, papers_within, therapies_apart
from mtus_engine.ingest.papers.passages import Passage, passages
from mtus_engine.ingest.papers.prose import ProseReader
from mtus_engine.ingest.papers.rows import BULLET, Requested, procedures_in, requested_rows
from mtus_engine.ingest.papers.signed import SIGNATURE
from mtus_engine.ingest.papers.visits import (
    Visit,
    VisitNumber,
    highest_number,
    is_of_a_machine,
    numbered_visits,
    visits_listed,
)
from mtus_engine.ingest.sentences import Sentence
from mtus_engine.model.extraction import Extraction
from mtus_engine.model.fact import Fact
from mtus_engine.model.papers import FieldUse, Paper, PaperKind
from mtus_engine.model.ruleset import Ruleset

_RUNNING_TEXT = frozenset({FieldUse.TOLD, FieldUse.PLAN, None})
# A plan that asks stands in papers of who treats.
_WITH_PLANS = frozenset({PaperKind.PROGRESS_REPORT, PaperKind.THERAPY_NOTES})
# Codes on so many lines of notes tell what these are about.
_FEWEST_LINES = 3


class PaperRead(NamedTuple):
    """What one paper says.

    claim is the number of the claim, dated the day of the paper (of a letter that of the decision), received the day
    on which the request came, each with its place, or None. fields are those that tell a fact, told the sentences of
    running text; planned is what a report intends of treatments that are known. kinds are the treatments that the whole
    paper is about.
    """

    file: str
    paper: Paper
    claim: tuple[str, str] | None
    dated: tuple[str, str] | None
    received: tuple[str, str] | None
    requested: tuple[Requested, ...]
    reviewed: tuple[Reviewed, ...]
    visits: tuple[Visit, ...]
    numbered: VisitNumber | None
    fields: tuple[tuple[Fact, str, str], ...]
    told: tuple[ToldFact, ...]
    planned: tuple[Requested, ...]
    kinds: tuple[str, ...]
    sentences: tuple[Sentence, ...]

    @property
    def day(self) -> str:
        """The day of the paper, empty where it names none."""
        return self.dated[0] if self.dated else ""


class PaperReader:
    """Reads papers by the extraction rules."""

    def __init__(self, rules: Extraction, finder: Finder, ruleset: Ruleset) -> None:
        """Keep the rules; nothing is read yet."""
        roles = ruleset.roles
        self._procedure = ruleset.facts.get(roles.procedure or "")
        self._rules, self._finder = rules, finder
        self._treatment = ruleset.facts[roles.treatment]
        self._of_visits = frozenset(roles.units_prior)
        self._treatments = rules.phrases.get(roles.treatment, {})
        self._prose = ProseReader(rules, self._treatment)
        self._letters = LetterReader(rules, finder, self._treatments)
        self._of_surgery = {roles.surgery_performed, roles.surgery_date, roles.procedure}

    def kinds_of(self, pages: Sequence[str]) -> tuple[Paper, ...]:
        """Return what kinds of papers the pages of a file are, in order; none where no kind is known."""
        return tuple(one.paper for one in self._parts(pages))

    def sentences_of(self, file: str, pages: Sequence[str]) -> tuple[Sentence, ...]:
        """Return all sentences of a file, of whatever kind its papers are."""
        parts = self._parts(pages)
        of_parts = (one for _, found in self._passages(file, parts) for one in found)
        found = of_parts if parts else passages(file, pages, self._rules.papers.labels)
        return tuple(sentence for one in found for sentence in one.sentences)

    def read(self, file: str, pages: Sequence[str]) -> tuple[PaperRead, ...]:
        """Return what each paper of a file says; none where no kind is known."""
        return tuple(
            self._read(file, part.pages, part.paper, self._without_boilerplate(found))
            for part, found in self._passages(file, self._parts(pages))
        )

    def _parts(self, pages: Sequence[str]) -> tuple[PaperPart, ...]:
        papers = self._rules.papers
        found = papers_within(pages, papers, lambda some: kind_of_paper(some, papers, self._treatments))
        return tuple(
            one
            for part in found
            for one in (
                therapies_apart(part, lambda line: first_named_member(line, self._treatments))
                if part.paper.kind is PaperKind.THERAPY_NOTES
                else (part,)
            )
        )

    def _passages(self, file: str, parts: Sequence[PaperPart]) -> Iterator[tuple[PaperPart, tuple[Passage, ...]]]:
        """Yield each paper of a file with its passages, whose sentences are numbered by their pages."""
        before: Counter[int] = Counter()
        for part in parts:
            found = passages(file, part.pages, self._rules.papers.labels, before)
            yield part, found
            for one in found:
                before[one.page] += len(one.sentences)

    def _read(self, file: str, pages: Sequence[str], paper: Paper, found: tuple[Passage, ...]) -> PaperRead:
        """Return what a paper of a known kind says."""
        are_notes = paper.kind is PaperKind.THERAPY_NOTES
        kinds = self._therapies(pages, paper) if are_notes else ()
        dated = day_of_paper(found, paper.kind)
        is_request = paper.kind is PaperKind.REQUEST
        rows = tuple(requested_rows(found)) if is_request else ()
        # A letter tells of the case, too; a form does only under a heading.
        is_form = is_request and bool(rows) and not any(is_letter(one) for one in found)
        telling = [one for one in found if one.use in {FieldUse.TOLD, FieldUse.RATIONALE}] if is_form else found
        asked = rows or (self._prose.asked(found) if is_request else ())
        return PaperRead(
            file,
            paper,
            claim_number(found),
            dated,
            first_day(found, FieldUse.RECEIVED) or day_stamped(pages, found, dated),
            asked,
            self._letters.reviewed(found, dated) if paper.kind is PaperKind.REVIEW_LETTER else (),
            tuple(visits_listed(found, self._rules.papers.missed)) if are_notes else (),
            highest_number(found) if are_notes else None,
            tuple(facts_told(found, paper.kind, self._procedure)),
            tuple(self._told_sentences(telling, paper, dated, kinds, asked)),
            tuple(self._prose.planned(found, kinds)) if paper.kind in _WITH_PLANS else (),
            kinds,
            tuple(sentence for one in found for sentence in one.sentences),
        )

    def _therapies(self, pages: Sequence[str], paper: Paper) -> tuple[str, ...]:
        """Return what therapy notes are about: what their title may mean, else their codes, else what they name."""
        lines = [line for page in pages for line in page.split("\n")]
        titles = (line for line in lines if any(one.search(line) for one in paper.titles))
        in_title = next((kinds for title in titles if (kinds := self._kind_in_title(title))), ())
        by_codes = () if in_title else self._therapies_of_codes(lines)
        named = None if in_title or by_codes else first_named_member("\n".join(lines), self._treatments)
        return in_title or by_codes if named is None else (named,)

    def _kind_in_title(self, title: str) -> tuple[str, ...]:
        """Return the treatments that a title may mean: "Therapy notes - acupuncture" are of the one that is named."""
        named = self._finder.kinds_named(title)
        return next((kind for kind in named if len(kind) == 1), self._finder.first_kind(title))

    def _therapies_of_codes(self, lines: Sequence[str]) -> tuple[str, ...]:
        """Return the treatments that the codes of procedures on most lines may mean; none where few lines have any."""
        lines_of: dict[str, int] = {}
        for line in lines:
            codes = [code for code in procedures_in(line) if code_doubt(self._treatment, code) is None]
            for member in {str(one) for code in codes for one in members_of_code(self._treatment, code)}:
                lines_of[member] = lines_of.get(member, 0) + 1
        most = max(lines_of.values(), default=0)
        return tuple(sorted(one for one, number in lines_of.items() if number == most)) if most >= _FEWEST_LINES else ()

    def _without_boilerplate(self, found: Iterable[Passage]) -> tuple[Passage, ...]:
        """Return the passages without the sentences that a form itself prints."""
        printed = self._rules.papers.boilerplate
        return tuple(
            one._replace(
                sentences=tuple(s for s in one.sentences if not any(words.search(s.text) for words in printed))
            )
            for one in found
        )

    # ---- running text

    def _told_sentences(
        self,
        found: Iterable[Passage],
        paper: Paper,
        dated: tuple[str, str] | None,
        kinds: tuple[str, ...],
        asked: Sequence[Requested],
    ) -> Iterator[ToldFact]:
        """Yield the sentences that tell of the case; those of a plan that state nothing tell what is intended.

        The entries of a list of what is asked for tell nothing, and a sentence that asks is not read as a whole.
        """
        listed, asking = (
            frozenset(place for one in asked if one.is_listed is is_listed for place in one.at.split(", "))
            for is_listed in (True, False)
        )
        day = dated[0] if dated else None
        # What a provider heads "rationale" tells of the case; the rationale of a letter is read with its decisions.
        uses = _RUNNING_TEXT if paper.kind is PaperKind.REVIEW_LETTER else _RUNNING_TEXT | {FieldUse.RATIONALE}
        is_of_surgery = paper.kind is PaperKind.OPERATIVE_REPORT
        for one in found:
            for sentence in one.sentences if one.use in uses else ():
                if sentence.place in listed:
                    continue
                # Under no heading a letter lists what was asked for and decided: only whole sentences tell.
                is_listed = paper.kind is PaperKind.REVIEW_LETTER and one.use is None
                if (is_listed or is_of_a_machine(sentence.text)) and not is_a_sentence(sentence.text):
                    continue
                are_notes = paper.kind is PaperKind.THERAPY_NOTES
                is_row = are_notes and is_row_of_a_day(sentence.text)
                is_numbered = are_notes and bool(numbered_visits(sentence.text))
                until = intended_until(sentence, one.use)
                is_intended, in_asking = 0 < until == len(sentence.text), sentence.place in asking
                # The initial of a name, or OTR/L, is no side.
                if SIGNATURE.fullmatch(sentence.text) is None:
                    yield ToldFact(
                        sentence,
                        "summary",
                        None,
                        self._mentions(sentence, paper, is_row=is_row, intended_until=until),
                        paper.by,
                        day,
                        kinds,
                        named=self._finder.kinds_named(sentence.text),
                        is_running_text=not (is_of_surgery or is_row or is_numbered or is_intended or in_asking),
                        intended_until=until,
                    )

    def _mentions(self, sentence: Sentence, paper: Paper, *, is_row: bool, intended_until: int) -> tuple[Mention, ...]:
        # The number of an entry of a list counts no visits.
        text = BULLET.sub(lambda found: " " * len(found[0]), sentence.text)
        mentions = self._finder.mentions(text)
        if paper.kind is PaperKind.OPERATIVE_REPORT:
            # What it says of treatment is of the time before the surgery, and that there was one is beyond doubt.
            mentions = tuple(each for each in mentions if self._is_of_surgery(each))
        if paper.kind is PaperKind.THERAPY_NOTES:
            # The number of a visit, in a list of days or in its note, counts that visit: the highest is read by itself.
            numbers = numbered_visits(text)
            mentions = tuple(
                each
                for each in mentions
                if not self._is_of_visits(each) or not (is_row or any(n.start < each.end <= n.stop for n in numbers))
            )
        return tuple(
            each._replace(roles=each.roles | {"planned"}) if each.start < intended_until else each for each in mentions
        )

    def _is_of_visits(self, mention: Mention) -> bool:
        return mention.cue.fact is not None and mention.cue.fact.name in self._of_visits

    def _is_of_surgery(self, mention: Mention) -> bool:
        entry = mention.cue.entry
        return mention.cue.fact is not None and mention.cue.fact.name in self._of_surgery and entry.value is not False
