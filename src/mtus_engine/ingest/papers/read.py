"""One paper of a utilization review: what kind it is, and what its passages say."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, assert_never

from mtus_engine.compiler.phrases import DATE
from mtus_engine.ingest.dates import whole_day_text
from mtus_engine.ingest.found import ToldFact, speaks_of_the_case
from mtus_engine.ingest.mentions import Finder
from mtus_engine.ingest.naming import first_named_member
from mtus_engine.ingest.papers.passages import Passage, passages
from mtus_engine.ingest.papers.rows import BULLET, Requested, requested_rows
from mtus_engine.ingest.sentences import Sentence
from mtus_engine.model.extraction import Extraction
from mtus_engine.model.fact import Fact
from mtus_engine.model.papers import FieldUse, Paper, PaperKind, Papers
from mtus_engine.model.vocabulary import Roles

# A paper's title is looked for in so many lines, and has at most so many letters.
TITLE_LINES, LONGEST_TITLE = 40, 120

_DATE = re.compile(rf"(?<![\d/-]){DATE}(?![\d/-])", re.IGNORECASE)
_APPROVING = re.compile(r"[.;,\n]|\band\b", re.IGNORECASE)


class Reviewed(NamedTuple):
    """One decision of a review letter: the treatment, what was decided (None where it does not say), and where.

    certified is the text that tells what was approved, empty where nothing was or no number says it; rationale are its
    sentences that speak of the case.
    """

    treatment: str
    at: str
    outcome: str | None
    certified: str
    at_outcome: str
    rationale: tuple[ToldFact, ...]


class Visit(NamedTuple):
    """A day on which a visit took place, and where that stands."""

    day: str
    at: str


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
    fields: tuple[tuple[Fact, str, str], ...]
    told: tuple[ToldFact, ...]
    planned: tuple[Requested, ...]
    kinds: tuple[str, ...]
    sentences: tuple[Sentence, ...]

    @property
    def day(self) -> str:
        """The day of the paper, empty where it names none."""
        return self.dated[0] if self.dated else ""


def kind_of_paper(pages: Sequence[str], papers: Papers) -> Paper | None:
    """Return what kind of paper it is: the one whose title stands first; None where none does."""
    lines = [line for line in "\n".join(pages).split("\n") if line.strip()][:TITLE_LINES]
    for line in lines:
        title = line.strip()
        if len(title) <= LONGEST_TITLE:
            found = [
                (match.start(), -match.end(), n)
                for n, paper in enumerate(papers.kinds)
                for one in paper.titles
                if (match := one.search(title)) is not None and match.start() <= len(title) // 2
            ]
            if found:
                return papers.kinds[min(found)[2]]
    return None


class PaperReader:
    """Reads papers by the extraction rules."""

    def __init__(self, rules: Extraction, finder: Finder, roles: Roles) -> None:
        """Keep the rules; nothing is read yet."""
        self._rules = rules
        self._finder = finder
        self._treatments = rules.phrases.get(roles.treatment, {})

    def read(self, file: str, pages: Sequence[str], paper: Paper) -> PaperRead:
        """Return what a paper of a known kind says."""
        found = self._without_boilerplate(passages(file, pages, self._rules.papers.labels))
        kinds: tuple[str, ...] = ()
        if paper.kind is PaperKind.THERAPY_NOTES:
            about = first_named_member("\n".join(pages), self._treatments)
            kinds = (about,) if about is not None else ()
        dated = _first_day(found, FieldUse.DATED)
        if paper.kind is PaperKind.REVIEW_LETTER:
            dated = _first_day(found, FieldUse.DECIDED) or dated
        is_request = paper.kind is PaperKind.REQUEST
        return PaperRead(
            file,
            paper,
            _first_value(found, FieldUse.CLAIM),
            dated,
            _first_day(found, FieldUse.RECEIVED),
            tuple(requested_rows(found)) if is_request else (),
            tuple(self._reviewed(found, dated)) if paper.kind is PaperKind.REVIEW_LETTER else (),
            tuple(self._visits(found, paper)),
            tuple(_facts_told(found)),
            () if is_request else tuple(self._told(found, paper, dated, kinds)),
            tuple(self._planned(found)) if paper.kind is PaperKind.PROGRESS_REPORT else (),
            kinds,
            tuple(sentence for one in found for sentence in one.sentences),
        )

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

    def _told(
        self, found: Iterable[Passage], paper: Paper, dated: tuple[str, str] | None, kinds: tuple[str, ...]
    ) -> Iterator[ToldFact]:
        """Yield the sentences that tell of the case; of a plan they tell what is intended."""
        day = dated[0] if dated else None
        for one in found:
            if one.use in {FieldUse.TOLD, FieldUse.PLAN, None}:
                for sentence in one.sentences:
                    mentions = self._finder.mentions(sentence.text)
                    if one.use is FieldUse.PLAN:
                        mentions = tuple(each._replace(roles=each.roles | {"planned"}) for each in mentions)
                    yield ToldFact(sentence, "summary", None, mentions, paper.by, day, kinds)

    def _planned(self, found: Iterable[Passage]) -> Iterator[Requested]:
        """Yield the sentences of plans that name a treatment: what is asked for where no form does."""
        for one in found:
            for sentence in one.sentences if one.use is FieldUse.PLAN else ():
                if first_named_member(sentence.text, self._treatments) is not None:
                    yield Requested(BULLET.sub("", sentence.text), sentence.place)

    # ---- what a review decided

    def _reviewed(self, found: Sequence[Passage], dated: tuple[str, str] | None) -> Iterator[Reviewed]:
        """Yield the decisions of a letter: each treatment with the determination and the reasons that follow it."""
        starts = [n for n, one in enumerate(found) if one.use is FieldUse.TREATMENT]
        for start, end in zip(starts, [*starts, len(found)][1:], strict=True):
            part = found[start:end]
            determined = [one for one in part if one.use is FieldUse.DETERMINATION]
            said = " ".join(" ".join(one.value for one in determined).split())
            day = dated[0] if dated else None
            rationale = [
                ToldFact(sentence, "rationale", None, self._finder.mentions(sentence.text), "claims_administrator", day)
                for one in part
                if one.use is FieldUse.RATIONALE
                for sentence in one.sentences
                if speaks_of_the_case(sentence.text, self._rules)
            ]
            outcome = self._outcome(said)
            yield Reviewed(
                " ".join(part[0].value.split()),
                part[0].place,
                outcome,
                self._certified(said, outcome),
                ", ".join(sentence.place for one in determined for sentence in one.sentences),
                tuple(rationale),
            )

    def _outcome(self, said: str) -> str | None:
        outcomes = self._rules.papers.outcomes
        order = [name for name in ("modified", "denied", "approved") if name in outcomes]
        found = [name for name in order if any(one.search(said) for one in outcomes[name])]
        # "6 visits are certified; 6 are not certified" is a modification, whatever it is called.
        if "modified" not in found and "denied" in found and self._approving(said):
            return "modified"
        return found[0] if found else None

    def _certified(self, said: str, outcome: str | None) -> str:
        if outcome in {None, "denied"}:
            return ""
        return next(iter(self._approving(said)), "")

    def _approving(self, said: str) -> list[str]:
        """Return the clauses that say what was approved: they hold a number, and nothing that refuses."""
        papers = self._rules.papers
        refusing = papers.outcomes.get("denied", ())
        return [
            clause
            for clause in _APPROVING.split(said)
            if any(one.search(clause) for one in papers.certified)
            and not any(one.search(clause) for one in refusing)
            and re.search(r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve)\b", clause, re.IGNORECASE)
        ]

    # ---- visits

    def _visits(self, found: Iterable[Passage], paper: Paper) -> Iterator[Visit]:
        """Yield the days of visits in therapy notes, each once: behind their label, or at the beginning of a line."""
        seen: set[str] = set()
        for one in found:
            for sentence in one.sentences:
                if any(missed.search(sentence.text) for missed in self._rules.papers.missed):
                    continue
                for day in _days_of_visits(one, sentence, paper):
                    if day not in seen:
                        seen.add(day)
                        yield Visit(day, sentence.place)


def _days_of_visits(one: Passage, sentence: Sentence, paper: Paper) -> Iterator[str]:
    match paper.kind:
        case PaperKind.THERAPY_NOTES:
            listed = _DATE.finditer(sentence.text)
            if one.use is not FieldUse.VISITS:
                listed = iter([first] if (first := _DATE.match(BULLET.sub("", sentence.text))) is not None else [])
            if one.use in {FieldUse.VISITS, FieldUse.TOLD, None}:
                yield from filter(None, (whole_day_text(match[0]) for match in listed))
        case PaperKind.REQUEST | PaperKind.PROGRESS_REPORT | PaperKind.REVIEW_LETTER:
            return
        case _:
            assert_never(paper.kind)


# ---- fields


def _first_value(found: Iterable[Passage], use: FieldUse) -> tuple[str, str] | None:
    return next(((one.value, one.place) for one in found if one.use is use and one.value), None)


def _first_day(found: Iterable[Passage], use: FieldUse) -> tuple[str, str] | None:
    """Return the first whole day that such a field holds, as YYYY-MM-DD, with its place."""
    for one in found:
        match = _DATE.search(one.value) if one.use is use else None
        if match is not None and (day := whole_day_text(match[0])) is not None:
            return day, one.place
    return None


def _facts_told(found: Iterable[Passage]) -> Iterator[tuple[Fact, str, str]]:
    """Yield the fields that tell a fact: the fact, the words behind the label, and the place."""
    for one in found:
        if isinstance(one.use, Fact) and one.value:
            yield one.use, " ".join(one.value.split()), one.place
