"""One paper of a utilization review: what kind it is, and what its passages say."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, assert_never

from mtus_engine.compiler.phrases import DATE
from mtus_engine.ingest.dates import day_text
from mtus_engine.ingest.found import Told, speaks_of_the_case
from mtus_engine.ingest.mentions import Finder
from mtus_engine.ingest.naming import first_named_member
from mtus_engine.ingest.papers.passages import COLUMNS, ICD, Passage, passages
from mtus_engine.ingest.sentences import Sentence
from mtus_engine.model.extraction import Extraction
from mtus_engine.model.fact import Fact
from mtus_engine.model.papers import FieldUse, Paper, PaperKind, Papers
from mtus_engine.model.vocabulary import Roles

# Of a paper so many lines are looked at for its title; a title is short.
TITLE_LINES, LONGEST_TITLE = 40, 120

_DATE = re.compile(rf"(?<![\d/-]){DATE}(?![\d/-])", re.IGNORECASE)
_PROCEDURE = re.compile(r"(?<![\w.-])(?:9\d{4}|[A-Z]\d{4})(?![\w.-])")
_COLUMNS = re.compile(r"\s*\|\s*")
_BULLET = re.compile(r"^\s*(?:[-•*▪–]|\(?\d{1,2}[.)]|[☐☒☑□■])\s+")
_APPROVING = re.compile(r"[.;,\n]|\band\b", re.IGNORECASE)
# Of a table the number of columns that the official form has; without the last two it is still one.
FEWEST_COLUMNS = 3


class Requested(NamedTuple):
    """One row of a request: what is asked for, with the codes beside it, and where it stands.

    at names the places of the words about the service, at_diagnosis that of the codes of the diagnosis.
    """

    asked: str
    at: str
    diagnosis: str = ""
    at_diagnosis: str = ""
    procedures: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the diagnosis."""
        return tuple(dict.fromkeys(ICD.findall(self.diagnosis)))


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
    rationale: tuple[Told, ...]


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
    told: tuple[Told, ...]
    planned: tuple[Requested, ...]
    kinds: tuple[str, ...]
    sentences: tuple[Sentence, ...]


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
        """Prepare; nothing is read yet."""
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
            tuple(_requested_rows(found)) if is_request else (),
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
    ) -> Iterator[Told]:
        """Yield the sentences that tell of the case; of a plan they tell what is intended."""
        day = dated[0] if dated else None
        for one in found:
            if one.use in {FieldUse.TOLD, FieldUse.PLAN, None}:
                for sentence in one.sentences:
                    mentions = self._finder.mentions(sentence.text)
                    if one.use is FieldUse.PLAN:
                        mentions = tuple(each._replace(roles=each.roles | {"planned"}) for each in mentions)
                    yield Told(sentence, "summary", None, mentions, paper.by, day, kinds)

    def _planned(self, found: Iterable[Passage]) -> Iterator[Requested]:
        """Yield the sentences of plans that name a treatment: what is asked for where no form does."""
        for one in found:
            for sentence in one.sentences if one.use is FieldUse.PLAN else ():
                if first_named_member(sentence.text, self._treatments) is not None:
                    yield Requested(_BULLET.sub("", sentence.text), sentence.place)

    # ---- what a review decided

    def _reviewed(self, found: Sequence[Passage], dated: tuple[str, str] | None) -> Iterator[Reviewed]:
        """Yield the decisions of a letter: each treatment with the determination and the reasons that follow it."""
        starts = [n for n, one in enumerate(found) if one.use is FieldUse.TREATMENT]
        for start, end in zip(starts, [*starts[1:], len(found)], strict=True):
            part = found[start:end]
            determined = [one for one in part if one.use is FieldUse.DETERMINATION]
            said = " ".join(" ".join(one.value for one in determined).split())
            day = dated[0] if dated else None
            rationale = [
                Told(sentence, "rationale", None, self._finder.mentions(sentence.text), "claims_administrator", day)
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
        """Yield the days of visits, each once: behind their label, and in notes where a line begins with a day."""
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
                listed = iter([first] if (first := _DATE.match(_BULLET.sub("", sentence.text))) is not None else [])
            if one.use in {FieldUse.VISITS, FieldUse.TOLD, None}:
                days = (day_text(match[0]) for match in listed)
                yield from (day for day in days if day is not None and len(day) == len("2016-01-02"))
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
        if one.use is use and (match := _DATE.search(one.value)) is not None:
            day = day_text(match[0])
            if day is not None and len(day) == len("2016-01-02"):
                return day, one.place
    return None


def _facts_told(found: Iterable[Passage]) -> Iterator[tuple[Fact, str, str]]:
    """Yield the fields that tell a fact: the fact, the words behind the label, and the place."""
    for one in found:
        if isinstance(one.use, Fact) and one.value:
            yield one.use, " ".join(one.value.split()), one.place


# ---- the rows of a request


def _requested_rows(found: Sequence[Passage]) -> Iterator[Requested]:
    """Yield what a form asks for: the rows of its table, in fields or in lines."""
    rows = list(_rows_of_fields(found))
    if rows:
        yield from rows
        return
    for one in found:
        if one.use is FieldUse.TREATMENT:
            yield from _rows_of_lines(one)


def _rows_of_fields(found: Iterable[Passage]) -> Iterator[Requested]:
    """Yield the rows of labelled fields: by their numbers, else a new one where a field comes again."""
    rows: dict[int, dict[FieldUse, Passage]] = {}
    current = 1
    for one in found:
        if one.use not in COLUMNS or not isinstance(one.use, FieldUse) or not one.value:
            continue
        if one.row is not None:
            current = one.row
        elif one.use in rows.get(current, {}):
            current = max(rows) + 1
        rows.setdefault(current, {})[one.use] = one
    for _, row in sorted(rows.items()):
        if asked := [row[use] for use in (FieldUse.SERVICE, FieldUse.QUANTITY) if use in row]:
            diagnosis = [row[use] for use in (FieldUse.DIAGNOSIS, FieldUse.CODE) if use in row]
            yield Requested(
                ", ".join(_one_line(one.value) for one in asked),
                ", ".join(one.place for one in asked),
                " ".join(_one_line(one.value) for one in diagnosis),
                ", ".join(one.place for one in diagnosis),
                _procedures(row[FieldUse.PROCEDURE].value if FieldUse.PROCEDURE in row else ""),
            )


def _rows_of_lines(one: Passage) -> Iterator[Requested]:
    """Yield the rows of a table whose cells stand in lines; a row begins with a diagnosis code or a bullet."""
    row: list[Sentence] = []
    for sentence in one.sentences:
        text = sentence.text
        if row and (ICD.search(text) is not None or _BULLET.match(text) is not None or "|" in text):
            yield from _row(row)
            row = []
        row.append(sentence)
    yield from _row(row)


def _row(sentences: Sequence[Sentence]) -> Iterator[Requested]:
    text = " ".join(_BULLET.sub("", one.text) for one in sentences)
    at = ", ".join(one.place for one in sentences)
    columns = _COLUMNS.split(text.strip().strip("|").strip())
    code = ICD.search(text)
    if len(columns) >= FEWEST_COLUMNS:
        cells = [cell for cell in columns if ICD.fullmatch(cell) is None and _PROCEDURE.fullmatch(cell) is None]
        diagnosis = cells[0] if code is not None else ""
        asked = cells[1:] if code is not None else cells
        service = ", ".join(cell for cell in asked if cell)
        yield Requested(service, at, f"{diagnosis} {code[0] if code else ''}", at, _procedures(text))
    elif code is not None:
        rest = text[code.end() :].strip(" ,;:-")
        procedures = _procedures(rest)
        asked_for = _PROCEDURE.sub(" ", rest)
        yield Requested(_one_line(asked_for), at, text[: code.end()], at, procedures)
    elif text.strip():
        yield Requested(_one_line(_PROCEDURE.sub(" ", text)), at, "", "", _procedures(text))


def _procedures(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_PROCEDURE.findall(text)))


def _one_line(text: str) -> str:
    return " ".join(text.split())
