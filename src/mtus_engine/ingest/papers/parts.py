"""Several papers in one file: a request with its report behind it, as a fax or an export puts them together."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from mtus_engine.ingest.papers.kinds import kind_of_title
from mtus_engine.ingest.papers.passages import is_drawn
from mtus_engine.model.papers import Paper, Papers

# A page begins another paper where one of so many first lines is its title.
_FIRST_LINES = 5


class PaperPart(NamedTuple):
    """One paper of a file, with the pages of the file in which the lines of its other papers are blank."""

    paper: Paper
    pages: tuple[str, ...]


class _Start(NamedTuple):
    page: int
    line: int
    paper: Paper


def papers_within(
    pages: Sequence[str], papers: Papers, kind_of: Callable[[Sequence[str]], Paper | None]
) -> tuple[PaperPart, ...]:
    """Return the papers of a file in order; none where nothing tells of what kind any of it is.

    kind_of tells of what kind pages are. Another paper begins with the title of another kind: at the top of a page, or
    alone in a line of capital letters below a blank one.
    """
    starts = list(_starts(pages, papers))
    first = kind_of(_lines_between(pages, (0, 0), (starts[0].page, starts[0].line)) if starts else pages)
    if first is not None:
        starts = [_Start(0, 0, first), *(one for one in starts if (one.page, one.line) > (0, 0))]
    starts = [one for n, one in enumerate(starts) if n == 0 or one.paper.kind is not starts[n - 1].paper.kind]
    if not starts:
        whole = kind_of(pages)
        return () if whole is None else (PaperPart(whole, tuple(pages)),)
    ends = [*((one.page, one.line) for one in starts[1:]), (len(pages), 0)]
    return tuple(
        PaperPart(one.paper, _lines_between(pages, (one.page, one.line), end))
        for one, end in zip(starts, ends, strict=True)
    )


def _starts(pages: Sequence[str], papers: Papers) -> Iterator[_Start]:
    for n, page in enumerate(pages):
        seen, was_blank = 0, True
        for number, line in enumerate(page.split("\n")):
            words = line.strip()
            if not words or is_drawn(line):
                was_blank = True
                continue
            seen += 1
            is_alone = was_blank and words.upper() == words
            if (n > 0 and seen <= _FIRST_LINES) or (number > 0 and is_alone):
                found = kind_of_title(words, papers)
                if found is not None:
                    yield _Start(n, 0 if seen <= _FIRST_LINES else number, found)
            was_blank = False


def _lines_between(pages: Sequence[str], first: tuple[int, int], end: tuple[int, int]) -> tuple[str, ...]:
    """Return the pages with every line blank that does not stand from first to before end, each a page and a line."""
    return tuple(
        "\n".join(line if first <= (n, number) < end else "" for number, line in enumerate(page.split("\n")))
        for n, page in enumerate(pages)
    )
