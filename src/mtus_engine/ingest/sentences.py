"""A decision's text as sections of numbered sentences; a place such as "summary 3" names one of them.

The numbers depend on the text alone: white space, line breaks and blank lines do not change them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# The headings that begin a section, in the wordings of the years 2013 to 2017.
_HEADINGS = (
    ("how", re.compile(r"HOW THE IMR FINAL DETERMINATION WAS MADE")),
    ("summary", re.compile(r"CLINICAL CASE SUMMARY")),
    ("issues", re.compile(r"IMR ISSUES, DECISIONS AND RATIONALES")),
)
_ITEM_PARTS = (
    ("claims administrator guideline", re.compile(r"Claims\s+Administrator\s+guideline:")),
    ("reviewer guideline", re.compile(r"(?:MAXIMUS|Expert\s+Reviewer)\s+guideline:")),
    ("rationale", re.compile(r"Decision\s+rationale:")),
)
_FINAL = re.compile(r"items/services\s+set\s+forth\s+below:")

_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Dr|Mr|Mrs|Ms|St|No|vs|Fig|approx|etc|Inc|Jr|Sr|pp?|Sec|Vol|Ed|M\.D|Ph\.D|e\.g|i\.e|a\.m|p\.m)|\b[A-Z])\.[\"')\]]*$"
)
_PLACE = re.compile(r"(?:item (?P<item>\d+) )?(?P<section>[a-z][a-z ]*?)(?: (?P<first>\d+)(?:-(?P<last>\d+))?)?")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and the place that names it."""

    place: str
    text: str


def sentences(text: str) -> tuple[Sentence, ...]:
    """Return the sentences of a decision, each with its place; a text without headings is one section "text"."""
    return tuple(sentence for section, body in sections(text).items() for sentence in _numbered(section, body))


def sections(text: str) -> Mapping[str, str]:
    """Return the sections of a decision by name, in order.

    Each disputed item has its parts: "request", "claims administrator guideline", "reviewer
    guideline" and "rationale"; from the second item on with "item 2 " before them.
    """
    starts = [(match.start(), match.end(), name) for name, heading in _HEADINGS if (match := heading.search(text))]
    if not starts:
        return {"text": text}
    starts.sort()
    found = {"header": text[: starts[0][0]]} if text[: starts[0][0]].strip() else {}
    ends = [start for start, _, _ in starts[1:]] + [len(text)]
    for (_, begin, name), end in zip(starts, ends, strict=True):
        if name == "issues":
            found.update(_items(text[begin:end]))
        else:
            found[name] = text[begin:end]
    return found


def named(text: str, place: str) -> tuple[Sentence, ...]:
    """Return the sentences that a place names: one, a run such as "summary 3-5", or a whole section."""
    match = _PLACE.fullmatch(place)
    if match is None:
        return ()
    item, section = match["item"], match["section"]
    wanted = f"item {item} {section}" if item and item != "1" else section
    numbers = range(int(match["first"]), int(match["last"] or match["first"]) + 1) if match["first"] else None
    places = {wanted} if numbers is None else {f"{wanted} {n}" for n in numbers}
    return tuple(
        sentence
        for sentence in sentences(text)
        if sentence.place in places or (numbers is None and sentence.place.rpartition(" ")[0] == wanted)
    )


def _items(text: str) -> Iterator[tuple[str, str]]:
    final = _FINAL.search(text)
    body = text[final.end() :] if final else text
    marks = [(m.start(), m.end(), name) for name, part in _ITEM_PARTS for m in part.finditer(body)]
    marks.sort()
    item, request_from = 1, 0
    for n, (start, begin, name) in enumerate(marks):
        end = marks[n + 1][0] if n + 1 < len(marks) else len(body)
        if name == _ITEM_PARTS[0][0]:
            request, item = body[request_from:start], item + (n > 0)
            yield _of_item(item, "request"), request
        part = body[begin:end]
        if name == "rationale" and n + 1 < len(marks):
            # The next item's request stands between this rationale and the next guideline.
            part, cut = _without_next_request(part)
            request_from = begin + cut
        yield _of_item(item, name), part


def _of_item(item: int, section: str) -> str:
    return section if item == 1 else f"item {item} {section}"


def _without_next_request(part: str) -> tuple[str, int]:
    paragraphs = re.split(r"\n\s*\n", part.rstrip())
    if len(paragraphs) < 2:
        return part, len(part)
    cut = part.rstrip().rfind(paragraphs[-1])
    return part[:cut], cut


def _numbered(section: str, body: str) -> Iterator[Sentence]:
    for n, sentence in enumerate(_split(" ".join(body.split())), 1):
        yield Sentence(f"{section} {n}", sentence)


def _split(text: str) -> Iterator[str]:
    begin = 0
    for match in _END.finditer(text):
        if _ABBREVIATION.search(text[begin : match.start()]):
            continue
        yield text[begin : match.start()]
        begin = match.end()
    if text[begin:].strip():
        yield text[begin:]
