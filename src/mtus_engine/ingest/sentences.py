"""A decision's text as sections of numbered sentences; a place such as "summary 3" names one of them.

The numbers depend on the text alone: white space, line breaks and blank lines do not change them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

# The headings that begin a section, in the wordings of the years 2013 to 2017.
_HEADINGS = (
    ("how", re.compile(r"HOW\s+THE\s+IMR\s+FINAL\s+DETERMINATION\s+WAS\s+MADE|MEDICAL\s+PROFESSIONAL\s+REVIEW")),
    ("summary", re.compile(r"CLINICAL\s+CASE\s+SUMMARY")),
    (
        "issues",
        re.compile(
            r"IMR\s+(?:ISSUES?(?:\(S\))?,\s+)?DECISIONS?(?:\(S\))?\s+AND\s+RATIONALES?(?:\(S\))?|ISSUES?\s+AT\s+DISPUTE"
        ),
    ),
)
_ITEM_PARTS = (
    ("claims administrator guideline", re.compile(r"Claims\s+Administrator\s+guideline:")),
    ("reviewer guideline", re.compile(r"(?:MAXIMUS|Expert\s+Reviewer)\s+guideline:")),
    ("rationale", re.compile(r"Decision\s+rationale:")),
)
# The letters of 2013 number their determinations and have headings of their own.
_DETERMINED = re.compile(r"has\s+determined\s+(?:that\s+)?the\s+request\s+for\b.{1,2000}?\bmedically\s+necessary", re.S)
_LETTER_HEADINGS = (
    ("how", re.compile(r"How\s+the\s+IMR\s+(?:Final\s+)?(?:Decision|Determination)\s+Was\s+Made", re.IGNORECASE)),
    ("summary", re.compile(r"(?:Expert\s+Reviewer\s+Case|Clinical(?:\s+Case)?)\s+Summary:?", re.IGNORECASE)),
    ("documents", re.compile(r"Documents\s+Reviewed(?:\s+for\s+Determination)?:?", re.IGNORECASE)),
)
_REGARDING = re.compile(r"(?:^|\n)\s*\d*\)?\s*Regarding\s+the\s+request\s+for\b", re.IGNORECASE)
_LETTER_PARTS = (
    (
        "claims administrator guideline",
        re.compile(r"The\s+Claims\s+Administrator\s+(?:based|cited|did)", re.IGNORECASE),
    ),
    (
        "reviewer guideline",
        re.compile(r"The\s+(?:Expert|Physician)\s+Reviewer\s+(?:based|found|relied)", re.IGNORECASE),
    ),
    ("rationale", re.compile(r"Rationale\s+for\s+(?:the|its)\s+Decision:?", re.IGNORECASE)),
)
_FINAL = re.compile(r"items/services\s+set\s+forth\s+below:")

# Where a layout has no blank lines: what ends a rationale, and what stands in the request after it.
_LINE_ENDS_SENTENCE = re.compile(r"[.?!][\"')\]]*\s*$")
_CONCLUSION = re.compile(
    r"\b(?:medically\s+(?:necessary|appropriate|reasonable|indicated)|medical\s+necessity|(?:is|are|was|were)\s+(?:therefore\s+)?(?:not\s+)?"
    r"(?:necessary|appropriate|supported|certified|indicated|warranted|reasonable|upheld|overturned))\b",
    re.IGNORECASE,
)
_OF_A_REQUEST = re.compile(r"\b(?:was\s+the\s+original\s+request|was\s+authorized\s+by)\b", re.IGNORECASE)

_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Dr|Mr|Mrs|Ms|St|No|vs|Fig|approx|etc|Inc|Jr|Sr|pp?|Sec|Vol|Ed|M\.D|Ph\.D|e\.g|i\.e|a\.m|p\.m|lig|dist|prox|med|lat|bilat|chg)|\b[A-Z])\.[\"')\]]*$"
)
_CUT = re.compile(r"(?<=[a-z])-\s(?=[a-z])(?!(?:and|or|to)\b)|(?<=\d)-\s(?=\d)")
_PLACE = re.compile(r"(?:item (?P<item>\d+) )?(?P<section>[a-z][a-z ]*?)(?: (?P<first>\d+)(?:-(?P<last>\d+))?)?")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and the place that names it."""

    place: str
    text: str


def sentences(text: str) -> tuple[Sentence, ...]:
    """Return the sentences of a decision, each with its place; a text without headings is one section "text"."""
    return tuple(
        sentence for section, body in sections(text).items() for sentence in _numbered_sentences(section, body)
    )


def sections(text: str) -> Mapping[str, str]:
    """Return the sections of a decision by name, in order; the text is in one layout (layout.laid_out).

    Each disputed item has its parts: "request", "claims administrator guideline", "reviewer
    guideline" and "rationale"; from the second item on with "item 2 " before them.
    """
    starts = [(match.start(), match.end(), name) for name, heading in _HEADINGS if (match := heading.search(text))]
    if not any(name == "issues" for _, _, name in starts) and _DETERMINED.search(text):
        return dict(_letter(text))
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


def sentences_at(listed: Sequence[Sentence], place: str) -> tuple[Sentence, ...]:
    """Return the sentences that a place names: one, a run such as "summary 3-5", or a whole section."""
    if exact := tuple(one for one in listed if one.place == place):
        return exact
    match = _PLACE.fullmatch(place)
    if match is None:
        return ()
    item, section = match["item"], match["section"]
    wanted = f"item {item} {section}" if item and item != "1" else section
    numbers = range(int(match["first"]), int(match["last"] or match["first"]) + 1) if match["first"] else None
    places = {wanted} if numbers is None else {f"{wanted} {n}" for n in numbers}
    return tuple(
        sentence
        for sentence in listed
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


def _letter(text: str) -> Iterator[tuple[str, str]]:
    """Yield the sections of a letter of 2013: its determinations are the requests."""
    determined = list(_DETERMINED.finditer(text))
    regarding = [match.start() for match in _REGARDING.finditer(text)]
    yield "header", text[: determined[0].start()]
    for number, match in enumerate(determined, 1):
        yield _of_item(number, "request"), match[0]
    end = regarding[0] if regarding else len(text)
    yield from _cut_sentences(text[determined[-1].end() : end], _LETTER_HEADINGS)
    for number, (start, stop) in enumerate(zip(regarding, [*regarding[1:], len(text)], strict=True), 1):
        for name, part in _cut_sentences(text[start:stop], _LETTER_PARTS, with_heading="guideline"):
            yield _of_item(number, name), part


def _cut_sentences(
    text: str, headings: tuple[tuple[str, re.Pattern[str]], ...], *, with_heading: str = ""
) -> Iterator[tuple[str, str]]:
    """Yield the parts that the headings begin, by name; one whose name ends in with_heading keeps its heading."""
    starts = sorted((m.start(), m.end(), name) for name, heading in headings if (m := heading.search(text)))
    ends = [start for start, _, _ in starts[1:]] + [len(text)]
    for (start, begin, name), end in zip(starts, ends, strict=True):
        yield name, text[start if with_heading and name.endswith(with_heading) else begin : end]


def _of_item(item: int, section: str) -> str:
    return section if item == 1 else f"item {item} {section}"


def _without_next_request(part: str) -> tuple[str, int]:
    """Return a rationale without the request that follows it, and where it ends.

    A blank line divides the two; where the layout has none, the last line that ends a conclusion, else a sentence.
    """
    by_line = _end_of_rationale(part)
    blank = [match.end() for match in re.finditer(r"\n[ \t]*\n\s*", part.rstrip())]
    # A page break may leave a blank line within a rationale: what follows it then holds its conclusion.
    cut = blank[-1] if blank and blank[-1] >= by_line else by_line
    return part[:cut], cut


def _end_of_rationale(part: str) -> int:
    """Return the end of the last line that ends a conclusion, else a sentence, else the end of the part."""
    begins = 0
    ends: list[int] = []
    concluding: list[int] = []
    for line in re.finditer(r"[^\n]*\n", part):
        if _LINE_ENDS_SENTENCE.search(line[0]) is None:
            continue
        said, begins = part[begins : line.end()], line.end()
        if _CONCLUSION.search(said) is not None:
            concluding.append(line.end())
        elif _OF_A_REQUEST.search(said) is None:
            ends.append(line.end())
    return concluding[-1] if concluding else ends[-1] if ends else len(part)


def _numbered_sentences(section: str, body: str) -> Iterator[Sentence]:
    for n, sentence in enumerate(split_sentences(" ".join(body.split())), 1):
        yield Sentence(f"{section} {n}", sentence)


def split_sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a text that stands on one line."""
    for sentence in _split_parts(text):
        yield _joined_lines(sentence)


def _joined_lines(sentence: str) -> str:
    """Return the sentence with words and dates that a line break cut at their hyphen put together again.

    The hyphen stays: such a word is far more often a compound than one cut for want of room.
    """
    return _CUT.sub("-", sentence)


def _split_parts(text: str) -> Iterator[str]:
    begin = 0
    for match in _END.finditer(text):
        if _ABBREVIATION.search(text[max(begin, match.start() - 20) : match.start()]):
            continue
        yield text[begin : match.start()]
        begin = match.end()
    if text[begin:].strip():
        yield text[begin:]
