"""Tells of what kind a paper is: by its title, else by the headings and days in it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from mtus_engine.compiler.phrases import DATE
from mtus_engine.ingest.naming import first_named_member
from mtus_engine.ingest.papers.labels import label_places
from mtus_engine.ingest.papers.signed import OF_A_PROVIDER, OF_A_THERAPIST
from mtus_engine.model.papers import FieldUse, Label, Paper, PaperKind, Papers

# A paper's title is looked for in so many lines, and has at most so many letters.
TITLE_LINES, LONGEST_TITLE = 40, 120
# A paper without a title that has so many headings of a report is one; one with so many lines that begin with a day,
# and a therapy in its first lines, is notes of that therapy.
_FEWEST_HEADINGS, _FEWEST_DAYS, _FIRST_LINES = 2, 3, 8
# Who signs does so in so many last lines.
_LAST_LINES = 4
_OF_A_PHYSICIAN = re.compile(r"\b(?:physician|PR-?2|medical|PTP)\b", re.IGNORECASE)
# A letter says whom or what it is about, and ends with a name and the letters of a profession.
_ADDRESSED = re.compile(
    r"^\s*(?:(?:re|regarding|to)\s*:|dear\b)|\s{2,}re:"
    r"|^\s*(?:in\s+|this\s+is\s+(?:in\s+|a\s+|an\s+|my\s+)?|my\s+)?(?:response|reply|answer|answering)\s+to\s+(?:your|the)\b",
    re.IGNORECASE,
)
# "We received your RFA … The request is modified": a letter of who reviews, whatever its title.
_SAYS_WHAT_WAS_DECIDED = re.compile(
    r"\b(?:received|reviewed)\s+your\s+(?:RFA|request)\b.*"
    r"\b(?:is|was|has been|have been)\s+(?:\w+\s+)?(?:certified|denied|approved|modified|authorized|non-certified)\b",
    re.IGNORECASE,
)
# A letter may itself be the request.
_ASKS_AS_A_LETTER = re.compile(
    r"^\s*(?:re|regarding|subject)\s*:\s*request\s+for\s+(?:treatment\s+)?authorization"
    r"|\b(?:accept|consider|treat)\s+this\s+(?:letter|note|report)?\s*as\s+(?:a|an|my|our|the)\s+(?:formal\s+)?request"
    r"|\b(?:am\s+|are\s+)?writing\s+(?:to\s+you\s+)?to\s+(?:\w+\s+)?request\s+(?:pre-?)?auth",
    re.IGNORECASE,
)
# A letter that decides is none of a provider.
_DECIDES = re.compile(
    r"\b(?:reviewer|determination|medical necessity|medically necessary|non-certif\w+)\b"
    r"|\b(?:request|treatment|visits|sessions)\b[^.\n]{0,60}\b(?:certified|denied|approved|modified)\b",
    re.IGNORECASE,
)
# Whom a letter greets, or is for the attention of, decides nothing in it.
_TO_WHOM = re.compile(r"^\s*(?:dear|attn|attention|to)\b", re.IGNORECASE)
# Where a sentence ends and another begins there is running text, and no title.
_SENTENCES = re.compile(r"[a-z0-9)][.!?]\s+[A-Z]")
# Beside the name of a clinic its title may stand behind a wide space or a dash.
_WIDE = re.compile(r"\s{3,}|\s+(?:--|[—–])\s+")
_ENCLOSED = re.compile(r"\b(?:attach(?:ed|ment)?|enclos(?:ed|ure)|please)\b", re.IGNORECASE)
# "Your request for authorization" is said of another paper.
_SAID_OF_ANOTHER = re.compile(r"\b(?:your|our|this|the|his|her|their|dr\.? \S+)\s+$", re.IGNORECASE)
# A list of days that is no list of visits.
_NO_VISITS = re.compile(r"\b(?:schedule|benefits|billing|payments?|invoice|statement of account)\b", re.IGNORECASE)
_REQUESTED = frozenset({FieldUse.TREATMENT, FieldUse.SERVICE})
_DASH = re.compile(r"\s[-–—|]\s")
_DAY_FIRST = re.compile(rf"\s*(?:\d{{1,3}}\s+|[-•*]\s*)?{DATE}", re.IGNORECASE)


def kind_of_paper(pages: Sequence[str], papers: Papers, treatments: Mapping[str, tuple[str, ...]]) -> Paper | None:
    """Return what kind of paper it is: the one whose title stands first, else what its headings and days make it.

    treatments are the phrases that name treatments. None is returned where nothing tells the kind.
    """
    lines = [line for line in "\n".join(pages).split("\n") if line.strip()]
    # What is enclosed, and what a form itself says of other forms, is no title.
    of_itself = [
        line.strip()
        for line in lines[:TITLE_LINES]
        if _ENCLOSED.search(line) is None and not any(one.search(line) for one in papers.boilerplate)
    ]
    cells = (cell for line in of_itself for cell in (line, *_cells_after_the_first(line)))
    titled = next((found for cell in cells if (found := _kind_of_title(cell, papers)) is not None), None)
    if titled is not None and titled.kind is PaperKind.REVIEW_LETTER and _is_letter_of_a_provider(lines):
        # It is addressed to who reviews.
        titled = None
    if titled is not None and titled.kind is PaperKind.PROGRESS_REPORT and _is_of_a_therapist(lines):
        return _of_kind(papers, PaperKind.THERAPY_NOTES)
    headings = {label.pattern.pattern for line in lines if (label := _heading(line, papers.labels)) is not None}
    is_report = len(headings) >= _FEWEST_HEADINGS
    # What is called a progress note and is a list of days of a therapy is the therapist's.
    if titled is not None and (titled.kind is not PaperKind.PROGRESS_REPORT or is_report):
        return titled
    first = "\n".join(lines[:_FIRST_LINES])
    named = None if _NO_VISITS.search(first) else first_named_member(first, treatments)
    if named is not None and sum(_DAY_FIRST.match(line) is not None for line in lines) >= _FEWEST_DAYS:
        return _of_kind(papers, PaperKind.THERAPY_NOTES)
    if titled is not None:
        return titled
    if _SAYS_WHAT_WAS_DECIDED.search(" ".join(" ".join(lines).split())) is not None:
        return _of_kind(papers, PaperKind.REVIEW_LETTER)
    is_letter = _is_letter_of_a_provider(lines)
    if is_letter and any(_ASKS_AS_A_LETTER.search(line) for line in lines):
        return _of_kind(papers, PaperKind.REQUEST)
    if is_report or is_letter:
        return _of_kind(papers, PaperKind.PROGRESS_REPORT)
    return _of_kind(papers, PaperKind.REQUEST) if _is_short_request(lines, papers, treatments) else None


def _is_letter_of_a_provider(lines: Sequence[str]) -> bool:
    """Return whether lines are a letter that somebody who treats signed, such as an answer to a question."""
    if not any(_ADDRESSED.search(line) for line in lines[:TITLE_LINES]) or _decide(lines):
        return False
    return any(OF_A_PROVIDER.search(line) for line in lines[-_LAST_LINES:])


def _decide(lines: Sequence[str]) -> bool:
    return any(_DECIDES.search(line) for line in lines if _TO_WHOM.match(line) is None)


def _is_short_request(lines: Sequence[str], papers: Papers, treatments: Mapping[str, tuple[str, ...]]) -> bool:
    """Return whether lines are a request that is on no form, such as a message of an office: few, and one asks."""
    if len(lines) > TITLE_LINES or _decide(lines):
        return False
    return any(_asks(line, papers) and first_named_member(line, treatments) is not None for line in lines)


def _asks(line: str, papers: Papers) -> bool:
    """Return whether a line has the label of what is requested, or words that ask."""
    labels = (one.label.use for one in label_places(line, papers.labels) if not line[: one.start].strip())
    return any(use in _REQUESTED for use in labels) or any(words.search(line) for words in papers.asks)


def _is_of_a_therapist(lines: Sequence[str]) -> bool:
    """Return whether a therapist signed what is titled a progress note, and it names no form of a physician."""
    of_a_physician = any(_OF_A_PHYSICIAN.search(line) for line in lines[:_FIRST_LINES])
    return not of_a_physician and any(OF_A_THERAPIST.search(line) for line in lines[-_LAST_LINES:])


def _cells_after_the_first(line: str) -> Iterator[str]:
    """Yield the cells of a line after the first, but for values behind a label such as "To:".

    "Desert Clinic - Follow-up note": a dash parts the office from the title, too.
    """
    cells = _WIDE.split(line)
    if len(cells) == 1 and ":" not in line:
        yield from _DASH.split(line)[1:]
    yield from (cell for before, cell in pairwise(cells) if not before.endswith(":"))


def kind_of_title(title: str, papers: Papers) -> Paper | None:
    """Return the kind whose title a line begins with; what stands behind a label such as "To:" is no title.

    What is enclosed, and what a form itself says of other forms, is no title either.
    """
    if _ENCLOSED.search(title) is not None or any(one.search(title) for one in papers.boilerplate):
        return None
    return _kind_of_title(title, papers)


def _kind_of_title(title: str, papers: Papers) -> Paper | None:
    """Return the kind whose title a line begins with, whatever else the line says."""
    if len(title) > LONGEST_TITLE or _SENTENCES.search(title) is not None:
        return None
    found = [
        (match.start(), -match.end(), n)
        for n, paper in enumerate(papers.kinds)
        for one in paper.titles
        if (match := one.search(title)) is not None
        and match.start() <= len(title) // 2
        and not title[: match.start()].rstrip().endswith(":")
        and _SAID_OF_ANOTHER.search(title, 0, match.start()) is None
    ]
    return papers.kinds[min(found)[2]] if found else None


def _heading(line: str, labels: Sequence[Label]) -> Label | None:
    """Return the label with which a line begins, where it heads history, findings or a plan."""
    first = min(label_places(line, labels), key=lambda one: one.start, default=None)
    if first is None or line[: first.start].strip() or first.label.use not in {FieldUse.TOLD, FieldUse.PLAN}:
        return None
    return first.label


def _of_kind(papers: Papers, kind: PaperKind) -> Paper | None:
    return next((one for one in papers.kinds if one.kind is kind), None)
