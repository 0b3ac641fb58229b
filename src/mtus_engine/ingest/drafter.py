"""From decisions and papers to draft cases: joins reading, extraction and writing."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mtus_engine.api import case_of_text
from mtus_engine.compiler.definitions import closure, inputs_of
from mtus_engine.compiler.extraction import extraction
from mtus_engine.ingest.alignment import aligned_grounds
from mtus_engine.ingest.confirming import PlainDocument
from mtus_engine.ingest.decision import Decision, DisputedItem, decision
from mtus_engine.ingest.draft import DecisionRead, draft_case
from mtus_engine.ingest.found import Found, told_sentences
from mtus_engine.ingest.from_pictures import Pictures, doubt_pictures, pages_in_words
from mtus_engine.ingest.full_text import DocumentRead, parts_of_text
from mtus_engine.ingest.grounds import FoundGround, grounds_found, other_grounds
from mtus_engine.ingest.layout import laid_out
from mtus_engine.ingest.mentions import Finder
from mtus_engine.ingest.naming import first_named_member
from mtus_engine.ingest.paper_text import CONTROL, PaperText, paper_text
from mtus_engine.ingest.papers.asked import treatments_of
from mtus_engine.ingest.papers.case import draft_of_papers
from mtus_engine.ingest.papers.labels import lines_in_fields
from mtus_engine.ingest.papers.persons import names_of_worker, papers_of_others
from mtus_engine.ingest.papers.read import PaperRead, PaperReader
from mtus_engine.ingest.papers.rows import Requested
from mtus_engine.ingest.pdf import Unreadable, text_of
from mtus_engine.ingest.sentences import Sentence, sentences
from mtus_engine.ingest.surgeries import with_surgeries_told
from mtus_engine.ingest.two_readers import TwoReaders
from mtus_engine.loader.beside_rules import extraction_of
from mtus_engine.loader.case_text import case_text
from mtus_engine.loader.packs import Sources, read_layers
from mtus_engine.model.case import Case, CaseItem
from mtus_engine.model.condition import fact_names
from mtus_engine.model.extraction import Extraction
from mtus_engine.model.fact import Because, Known
from mtus_engine.model.papers import PaperKind
from mtus_engine.model.ruleset import Edition, Ruleset
from mtus_engine.model.values import Choice, Span

# What stands at the end of each item in the forms from CM13 on.
_OUTCOMES = re.compile(r"(?:Upheld|Overturned)\s+Claims\s+Administrator\s+guideline:")


class Drafted(NamedTuple):
    """A draft case as the text of its file, and what was found in the record.

    named counts the items whose treatment is known; told counts, for each fact, those of them that state it. sentences
    are those of the record, in which places are found again. kinds gives the kind of each paper by its file, as people
    call it, and is empty for a decision; unread names the files of a folder that could not be read, with the reason.
    parsed is the case that is read back from the text, received the day on which the request came, as its papers say,
    or None.
    """

    case: str
    text: str
    items: int
    named: int
    grounds: int
    sentences: tuple[Sentence, ...]
    told: Mapping[str, int]
    treatments: tuple[str, ...]
    parsed: Case | None
    kinds: Mapping[str, str] = {}
    unread: tuple[str, ...] = ()
    received: str | None = None


def extraction_rules(rules: Sources, ruleset: Ruleset) -> Extraction:
    """Return the extraction rules of the packs of a ruleset; raises Rejected with every mistake in them."""
    names = {pack.name for pack in ruleset.packs}
    read = [layer for layer in read_layers(rules) if layer.manifest is None or layer.name in names]
    law = ruleset.jurisdiction.id
    shared = [one for one in read if one.manifest is not None and one.manifest.jurisdiction.id != law]
    own = [one for one in read if one not in shared]
    return extraction(extraction_of(own), ruleset, extraction_of(shared))


class Drafter:
    """Extraction rules of a rule folder or of packs, ready to draft any number of decisions."""

    def __init__(self, rules: Sources, ruleset: Ruleset, schema: str) -> None:
        """Load the rules; raises Rejected with every mistake in them."""
        self._ruleset = ruleset
        self._schema = schema
        self._rules = extraction_rules(rules, ruleset)
        self._finder = Finder(self._rules)
        self._readers = TwoReaders(self._rules, ruleset.facts)
        self._papers = PaperReader(self._rules, self._finder, ruleset)

    def draft(self, name: str, content: bytes, by_hand: Sequence[str] = ()) -> Drafted:
        """Return the draft of one decision or of one paper of a utilization review; raises Unreadable for others.

        by_hand are treatments of which a person says that they are asked for, whether a paper is read to ask or not.

        The draft is read back as a case before it is returned: that this fails would be a fault of this program.
        """
        paper = paper_text(content, self._rules.papers.labels)
        # A decision is read as a whole, or not at all.
        laid = CONTROL.sub("", laid_out(paper.text if paper.is_partial else text_of(content)))
        read = decision(laid)
        if read.items:
            text_of(content)
            return self._draft_of_decision(name, laid, read, paper)
        named = name.rpartition(".")[0] or name
        pictures: Pictures = {name: paper.recognized} if paper.recognized else {}
        papers = self._papers_in(name, paper.pages)
        return self._draft_of_papers(named, papers, list(_cut(name, paper)), by_hand, (), pictures)

    def document_read(self, file: str, content: bytes) -> DocumentRead:
        """Return what a document says, and of what kind it is; raises Unreadable."""
        papers = self._rules.papers
        paper = paper_text(content, papers.labels)
        text, pages = paper.text, paper.pages
        laid = CONTROL.sub("", laid_out(text))
        found = sentences(laid) if decision(laid).items else self._papers.sentences_of(file, pages)
        as_it_is = [CONTROL.sub("", page) for page in text.split("\f")]
        lines = lines_in_fields(text, papers.labels)
        return DocumentRead(found, parts_of_text(file, as_it_is, found), lines, self._papers.kinds_of(pages))

    def treatments_named(self, words: str) -> frozenset[str]:
        """Return the treatments that words such as "12 visits of physical therapy" may mean; empty for none known."""
        return frozenset(treatments_of(Requested(words, ""), self._rules, self._ruleset))

    def paper_kinds(self) -> Mapping[str, PaperKind]:
        """Return the kinds of papers that are known, by what people call them."""
        return {one.called: one.kind for one in self._rules.papers.kinds}

    def draft_papers(self, name: str, contents: Iterable[tuple[str, bytes]], by_hand: Sequence[str] = ()) -> Drafted:
        """Return the draft of the papers of one worker, given by file name; raises Unreadable where none can be read.

        A file that cannot be read, or is none of the papers known, is named with the reason and stops no other.
        by_hand are treatments of which a person says that they are asked for.
        """
        papers: list[PaperRead] = []
        unread: list[tuple[str, str]] = []
        cut: list[str] = []
        named: dict[str, frozenset[str]] = {}
        pictures: dict[str | None, Mapping[int, frozenset[str]]] = {}
        for file, content in contents:
            try:
                paper = paper_text(content, self._rules.papers.labels)
                if decision("\n".join(paper.pages)).items:
                    raise Unreadable("a determination of an independent medical review: read it by itself")
                papers += self._papers_in(file, paper.pages)
                cut += _cut(file, paper)
                pictures |= {file: paper.recognized} if paper.recognized else {}
                named[file] = names_of_worker(paper.pages)
            except Unreadable as reason:
                unread.append((file, str(reason)))
        for file, other in list(papers_of_others(papers, named)):
            papers = [one for one in papers if one.file != file]
            unread.append((file, str(other)))
        if not papers:
            why = "; ".join(f"{file}: {reason}" for file, reason in unread)
            raise Unreadable("no paper here can be read; {why}", why=why or "the folder is empty")
        return self._draft_of_papers(name, papers, cut, by_hand, unread, pictures)

    def _papers_in(self, file: str, pages: tuple[str, ...]) -> tuple[PaperRead, ...]:
        """Return what the papers of a file say; raises Unreadable where none is of a kind that is known."""
        if found := self._papers.read(file, pages):
            return found
        called = ", ".join(one.called for one in self._rules.papers.kinds)
        raise Unreadable(
            "what kind of paper it is cannot be told (known are: {called}): nothing was read from it, so read it"
            " yourself",
            called=f"{called}, decision of an independent medical review" if called else "none",
        )

    def _draft_of_papers(
        self,
        name: str,
        papers: Sequence[PaperRead],
        cut: Sequence[str],
        by_hand: Sequence[str],
        unread: Sequence[tuple[str, str]],
        pictures: Pictures,
    ) -> Drafted:
        drafted = draft_of_papers(
            name, papers, self._finder, self._readers, self._rules, self._ruleset, by_hand, unread
        )
        sentences = tuple(sentence for one in papers for sentence in one.sentences)
        doubt_pictures(drafted.document, pictures, sentences)
        treatments = [one.treatment for one in drafted.items]
        kinds: dict[str, str] = {}
        for one in papers:
            kinds[one.file] = f"{kinds[one.file]}, {one.paper.called}" if one.file in kinds else one.paper.called
        document = self._under_law(drafted.document)
        told = (*cut, *(f"{file}: {why}" for file, why in unread))
        done = self._draft(name, document, sentences, drafted.grounds, treatments, kinds, told)
        came = [one.received[0] for one in papers if one.received and one.paper.kind is PaperKind.REQUEST]
        return done._replace(received=min(came, default=None))

    def _draft_of_decision(self, name: str, text: str, read: Decision, paper: PaperText) -> Drafted:
        empty = [item.number for item in read.items if not item.request]
        if empty:
            listed = ", ".join(map(str, empty[:3]))
            says = "items run into one another ({listed}): blank lines between them are missing"
            raise Unreadable(says, listed=listed)
        printed = len(_OUTCOMES.findall(text))
        if printed > len(read.items):
            says = "{printed} outcomes are printed, and {found} items were found: one may be lost"
            raise Unreadable(says, printed=str(printed), found=str(len(read.items)))
        treatments = {item.number: self._treatment(item) for item in read.items}
        listed_sentences = sentences(text)
        of_case = tuple(told_sentences(listed_sentences, self._finder, self._rules))
        injured_on = read.injured_on.isoformat() if read.injured_on else None
        found = with_surgeries_told(self._readers.facts_found(of_case), injured_on, self._ruleset.roles)
        # Criteria are about the treatments that are known here: a drug, for one, has no visits.
        by_cue = [one for one in grounds_found(of_case) if treatments.get(one.item) is not None]
        criteria = [*by_cue, *self._grounds(read, treatments, found)]
        grounds = (*criteria, *other_grounds(of_case, self._finder, self._rules, criteria))
        reading = DecisionRead(name, read, treatments, listed_sentences, found, grounds)
        document = self._under_law(draft_case(reading, self._rules, self._ruleset.roles))
        doubt_pictures(document, {None: paper.recognized} if paper.recognized else {}, listed_sentences)
        return self._draft(name, document, listed_sentences, len(grounds), treatments.values())

    def _under_law(self, document: PlainDocument) -> PlainDocument:
        """Return a draft that says whose law it is under, where several may be meant."""
        law = self._ruleset.named_in_cases
        if law is None:
            return document
        return {"case": document["case"], "jurisdiction": law, **document}

    def _draft(
        self,
        name: str,
        document: PlainDocument,
        listed: tuple[Sentence, ...],
        grounds: int,
        treatments: Iterable[str | None],
        kinds: Mapping[str, str] | None = None,
        unread: tuple[str, ...] = (),
    ) -> Drafted:
        written = case_text(document, self._schema)
        case = case_of_text(name, written.encode(), self._ruleset)
        named = [item for item in case.items if _is_named(item, self._ruleset)]
        stated = Counter(fact for item in named for fact in item.statements)
        asked = tuple(sorted({one for one in treatments if one is not None}))
        return Drafted(
            case.case, written, len(case.items), len(named), grounds, listed, stated, asked, case, kinds or {}, unread
        )

    def _grounds(
        self, read: Decision, treatments: Mapping[int, str | None], found: tuple[Found, ...]
    ) -> Iterator[FoundGround]:
        """Yield the facts of each rationale as grounds, under the editions that may govern the item."""
        for number, treatment in treatments.items():
            if treatment is not None:
                asked = {self._ruleset.roles.treatment: Known(Choice(frozenset({treatment})), Because.STATED)}
                yield from aligned_grounds(found, list(self._editions(read, treatment, found)), number, asked)

    def _treatment(self, item: DisputedItem) -> str | None:
        phrases = self._rules.phrases.get(self._ruleset.roles.treatment, {})
        return first_named_member(self._finder.mended_text(item.request), phrases)

    def _editions(self, read: Decision, treatment: str, found: tuple[Found, ...]) -> Iterator[Edition]:
        """Yield the editions that cover the treatment and were in force between the injury and the review.

        One that governs only under a condition counts where a fact of that condition was found.
        """
        names = {one.fact.name for one in found}
        asked = Span(
            read.injured_on.toordinal() if read.injured_on else None,
            read.reviewed_on.toordinal() if read.reviewed_on else None,
        )
        for edition in self._ruleset.editions:
            is_in_force = treatment in edition.covers and edition.in_force.overlap(asked) is not None
            governs = edition.governs is None or bool(edition.governs_exceptions)
            if is_in_force and (governs or names & _governing_facts(edition)):
                yield edition


def _cut(file: str, paper: PaperText) -> Iterator[str]:
    """Yield what is told of a paper of which some pages were not read."""
    if paper.left_out:
        yield f"{file}: it is long, and its last {paper.left_out} pages were not read: look at them yourself"
    if paper.pictures_unread:
        pages = pages_in_words(paper.pictures_unread)
        yield f"{file}: a picture is on {pages}, and was not read ({paper.why}): look at it yourself"


def _governing_facts(edition: Edition) -> set[str]:
    """Return the facts, those behind definitions included, that decide whether an edition governs."""
    tested = fact_names(edition.governs) if edition.governs is not None else ()
    behind = closure(tested, edition.derived)
    return {*tested, *(name for entry in behind for name in inputs_of(entry.formula))}


def _is_named(item: CaseItem, ruleset: Ruleset) -> bool:
    said = item.statements.get(ruleset.roles.treatment, ())
    return any(one.values != Choice(frozenset({ruleset.roles.other_treatment or ""})) for one in said)
