"""A case: the record's statements item by item, and the human reviewer's decision beside them."""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from mtus_engine.model.casefile import RecordSource, Reviewer
from mtus_engine.model.diagnostic import Diagnostic
from mtus_engine.model.fact import Statement


class WhyAside(Enum):
    """Why a surgery is not the one whose aftercare may be requested."""

    OTHER_PART = "other_part"
    EARLIER = "earlier"
    AFTERCARE_OF_OTHER = "aftercare_of_other"


class SurgeryAside(NamedTuple):
    """A surgery that is not the one meant, by the name that the case gives it: what is said of it alone, and why."""

    name: str
    statements: Mapping[str, tuple[Statement, ...]]
    why: WhyAside


class CaseItem(NamedTuple):
    """One disputed item: the statements on it and on its case, by the name of their fact, and the reviewer's decision.

    line and column, from 1, tell where it stands in its file; source is the text of that line. surgeries_aside are
    those of several surgeries whose statements count for nothing here.
    """

    item: str
    asked: str | None
    statements: Mapping[str, tuple[Statement, ...]]
    reviewer: Reviewer | None
    line: int = 1
    column: int = 1
    source: str | None = None
    surgeries_aside: tuple[SurgeryAside, ...] = ()


class Case(NamedTuple):
    """One case file, its facts read by the vocabulary; warnings tell what could be read only with a doubt.

    jurisdiction is whose law governs, as the file names it, None where it does not.
    """

    case: str
    setting: str
    record: RecordSource | None
    items: tuple[CaseItem, ...]
    file: str
    warnings: tuple[Diagnostic, ...] = ()
    jurisdiction: str | None = None
