"""Several papers in one file: a request with its report behind it, as a fax or an export puts them together."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from mtus_engine.compiler.phrases import DATE
from mtus_engine.ingest.papers.day_rows import row_from_its_day
from mtus_engine.ingest.papers.kinds import kind_of_title
from mtus_engine.ingest.papers.passages import is_drawn
from mtus_engine.model.papers import Paper, Papers

# A page begins another paper where one of so many first lines is its title. Within a page a title stands alone in
# capital letters and has at most so many words; where most of a file is in capitals these are no sign of one.
_FIRST_LINES, _WORDS_OF_A_TITLE, _FEW_CAPITALS = 5, 8, 0.5
_DAY = re.compile(DATE, re.IGNORECASE)
_SEVERAL = 2


class PaperPart(NamedTuple):
    """One paper of a file, with the pages of the file in which the lines of its other papers are blank."""

    paper: Paper
    pages: tuple[str, ...]


_Line = tuple[int, int]


def papers_within(
    pages: Sequence[str], papers: Papers, kind_of: Callable[[Sequence[str]], Paper | None]
) -> tuple[PaperPart, ...]:
    """Return the papers of a file in order; none where nothing tells of what kind any of it is.

    kind_of tells of what kind pages are. Another paper begins with the title of another kind, at the top of a page or
    alone below a blank line; what is of no kind by itself belongs to the paper before it, a beginning to the first.
    """
    whole = kind_of(pages)
    if whole is None:
        return ()
    found: list[tuple[_Line, Paper]] = [((0, 0), whole)]
    bounds = [*_titles(pages, papers), (len(pages), 0)]
    for first, end in pairwise(bounds):
        # The title says that something begins, and the whole of it what that is.
        paper = kind_of(_lines_between(pages, first, end))
        if paper is not None and paper.kind is not found[-1][1].kind:
            found.append((first, paper))
    if len(found) > 1:
        before = kind_of(_lines_between(pages, (0, 0), found[1][0]))
        # A letterhead, or the cover of a fax, is of the paper that follows it.
        found = [((0, 0), found[1][1]), *found[2:]] if before is None else [((0, 0), before), *found[1:]]
        found = [one for n, one in enumerate(found) if n == 0 or one[1].kind is not found[n - 1][1].kind]
    ends = [first for first, _ in found[1:]] + [(len(pages), 0)]
    return tuple(
        PaperPart(paper, _lines_between(pages, first, end)) for (first, paper), end in zip(found, ends, strict=True)
    )


def therapies_apart(part: PaperPart, named: Callable[[str], str | None]) -> tuple[PaperPart, ...]:
    """Return notes in parts of one therapy each, where short lines above lists of days name several of them.

    named returns the treatment that a line names. What stands above the first such line is of the first part.
    """
    lines = [
        ((n, number), line)
        for n, page in enumerate(part.pages)
        for number, line in enumerate(page.split("\n"))
        if line.strip()
    ]
    heads = [
        (place, treatment)
        for (place, line), (_, below) in pairwise(lines)
        if _is_short(line) and _DAY.search(line) is None and _DAY.match(row_from_its_day(below.strip())) is not None
        if (treatment := named(line)) is not None
    ]
    if len({treatment for _, treatment in heads}) < _SEVERAL:
        return (part,)
    firsts = [(0, 0), *(place for place, _ in heads[1:])]
    ends = [*firsts[1:], (len(part.pages), 0)]
    between = (_lines_between(part.pages, first, end) for first, end in zip(firsts, ends, strict=True))
    return tuple(PaperPart(part.paper, pages) for pages in between)


def _titles(pages: Sequence[str], papers: Papers) -> Iterator[_Line]:
    """Yield where a title stands that may begin another paper than the first; a page and a line, from 0."""
    are_capitals = _share_of_capitals(pages) > _FEW_CAPITALS
    for n, page in enumerate(pages):
        seen, was_blank = 0, True
        for number, line in enumerate(page.split("\n")):
            words = line.strip()
            if not words or is_drawn(line):
                was_blank = True
                continue
            seen += 1
            is_at_the_top = n > 0 and seen <= _FIRST_LINES
            is_alone = was_blank and not are_capitals and words.upper() == words and _is_short(words)
            if (is_at_the_top or (is_alone and (n, number) > (0, 0))) and kind_of_title(words, papers) is not None:
                yield n, 0 if is_at_the_top else number
            was_blank = False


def _is_short(words: str) -> bool:
    return len(words.split()) <= _WORDS_OF_A_TITLE


def _share_of_capitals(pages: Sequence[str]) -> float:
    letters = [letter for page in pages for letter in page if letter.isalpha()]
    return sum(letter.isupper() for letter in letters) / len(letters) if letters else 0.0


def _lines_between(pages: Sequence[str], first: _Line, end: _Line) -> tuple[str, ...]:
    """Return the pages with every line blank that does not stand from first to before end."""
    return tuple(
        "\n".join(line if first <= (n, number) < end else "" for number, line in enumerate(page.split("\n")))
        for n, page in enumerate(pages)
    )
