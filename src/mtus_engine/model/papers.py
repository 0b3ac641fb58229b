"""The papers of a utilization review: the document of rules/extraction/papers.yaml, and what it compiles to."""

from collections.abc import Mapping
from enum import Enum
from typing import Literal, NamedTuple

from pydantic import Field

from mtus_engine.model.authored import Authored, FactName, LineText
from mtus_engine.model.casefile import Speaker
from mtus_engine.model.fact import Fact
from mtus_engine.model.lazy_pattern import LazyPattern


class PaperKind(Enum):
    """The kind of a paper, on which depends what is read from it, and how."""

    REQUEST = "request"
    PROGRESS_REPORT = "progress_report"
    OPERATIVE_REPORT = "operative_report"
    THERAPY_NOTES = "therapy_notes"
    REVIEW_LETTER = "review_letter"


class FieldUse(Enum):
    """What a labelled field holds; treatment and the uses after it head a section that goes on until the next label."""

    CLAIM = "claim"
    DATED = "dated"
    DECIDED = "decided"
    RECEIVED = "received"
    DIAGNOSIS = "diagnosis"
    CODE = "code"
    SERVICE = "service"
    PROCEDURE = "procedure"
    QUANTITY = "quantity"
    VISITS = "visits"
    IGNORED = "ignored"
    TREATMENT = "treatment"
    DETERMINATION = "determination"
    PLAN = "plan"
    TOLD = "told"
    RATIONALE = "rationale"
    SKIPPED = "skipped"


SECTIONS = frozenset(
    {FieldUse.TREATMENT, FieldUse.DETERMINATION, FieldUse.PLAN, FieldUse.TOLD, FieldUse.RATIONALE, FieldUse.SKIPPED}
)

DecidedWord = Literal["approved", "modified", "denied"]


class PaperEntry(Authored):
    """One kind of paper.

    called: how people call it. by: who speaks in it. known_by: phrases of which one begins a line of its title; the
    paper is of the kind whose title stands first.
    """

    called: LineText
    by: Speaker
    known_by: tuple[LineText, ...] = Field(min_length=1)


class PapersDocument(Authored):
    """The file of papers.

    fields: the labels after which a colon and a value stand. claim is the number by which the papers of one worker
    belong together; dated is the day of the paper; decided and received are days of a review; diagnosis, code, service,
    procedure and quantity make one row of what is requested; visits are the days of visits; ignored is not read. The
    other labels head a section: treatment (what is requested, in a request one line for each), determination (what a
    review decided), plan (what is intended), told (history and findings), rationale (why a review decided), skipped.

    facts: labels whose value is that of a fact. boilerplate: phrases of what a form itself says. missed: phrases of a
    visit that did not take place. outcomes: phrases by which a determination says what was decided; the first that is
    found counts, in the order modified, denied, approved. decides_nothing: phrases that are passed over before, such as
    of what was decided earlier. certified: phrases that stand with the visits approved. asks: phrases with which a
    sentence of a letter asks for a treatment, where no form or list does.
    """

    papers: dict[PaperKind, PaperEntry]
    fields: dict[FieldUse, tuple[LineText, ...]]
    facts: dict[FactName, tuple[LineText, ...]] = Field(default_factory=dict)
    boilerplate: tuple[LineText, ...] = ()
    missed: tuple[LineText, ...] = ()
    outcomes: dict[DecidedWord, tuple[LineText, ...]] = Field(default_factory=dict)
    decides_nothing: tuple[LineText, ...] = ()
    certified: tuple[LineText, ...] = ()
    asks: tuple[LineText, ...] = ()


class Paper(NamedTuple):
    """A kind of paper, with the patterns of titles by which it is recognized."""

    kind: PaperKind
    called: str
    by: Speaker
    titles: tuple[LazyPattern, ...]


class Label(NamedTuple):
    """A label ready to search with: what its field holds, or the fact that it tells."""

    use: FieldUse | Fact
    pattern: LazyPattern


class Papers(NamedTuple):
    """How papers are recognized and read; labels are in the order in which they are tried, the longest first."""

    kinds: tuple[Paper, ...] = ()
    labels: tuple[Label, ...] = ()
    boilerplate: tuple[LazyPattern, ...] = ()
    missed: tuple[LazyPattern, ...] = ()
    outcomes: Mapping[str, tuple[LazyPattern, ...]] = {}
    certified: tuple[LazyPattern, ...] = ()
    decides_nothing: tuple[LazyPattern, ...] = ()
    asks: tuple[LazyPattern, ...] = ()
